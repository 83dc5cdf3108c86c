"""Layered pictures: what is imported paints what psd-tools composes, and what the arithmetic of the modes says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exchange.exchanging import Scene, imported
from media_table import media
from PIL import Image, ImageCms
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Resource, Tag
from psd_tools.psd.adjustments import LevelRecord
from psd_tools.psd.image_resources import ImageResource

from reelwork.exchange.report import ExchangeError
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import chosen_output

ORACLE = "psd-tools' own composite"
#: Dissolve is left out: its grains are noise. Those of hue are compared in a test of their own.
MODES = [mode for mode in BlendMode if mode not in (BlendMode.PASS_THROUGH, BlendMode.DISSOLVE)]


def _noise(width: int, height: int, mode: str, seed: int = 0) -> Image.Image:
    """Soft random colours, so that resampling or a shift would show."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, len(mode)), dtype=np.uint8)
    return Image.fromarray(values if len(mode) > 1 else values[..., 0], mode)


def _shown(scene: Scene) -> np.ndarray[Any, Any]:
    """The first frame, straight and display-encoded, in codes of 8 bits: ``float[row, column, 4]``."""
    prepared = prepare(scene.file, Settings())
    output = chosen_output(prepared, None)
    data = paint_instant(prepared.graph(output.composition), output, 0, 1)[0].data.astype(np.float64)
    alpha = data[3]
    light = np.clip(np.divide(data[:3], alpha, out=np.zeros_like(data[:3]), where=alpha > 0), 0, 1)
    codes = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.concatenate([codes, alpha[None]]).transpose(1, 2, 0) * 255


def _composed(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(PSDImage.open(path).composite(force=True).convert("RGBA"), np.float64)


def _saved(psd: PSDImage, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    psd.save(folder / "picture.psd")
    return folder / "picture.psd"


def _difference(scene: Scene, path: Path) -> np.ndarray[Any, Any]:
    """Codes between the frame and the composite, premultiplied, so that what is transparent has no colour."""
    mine, theirs = _shown(scene), _composed(path)
    return np.abs(mine[..., :3] * mine[..., 3:] - theirs[..., :3] * theirs[..., 3:]).max(-1) / 255


@media("exchange", "Photoshop, .psd", "blend modes, layer opacity", read=ORACLE)
def test_every_blend_mode_is_mixed_as_photoshop_mixes(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (8 * len(MODES), 12))
    psd.create_pixel_layer(_noise(8 * len(MODES), 12, "RGB"), name="Background")
    for number, mode in enumerate(MODES):
        psd.create_pixel_layer(
            _noise(8, 12, "RGB", number + 1), name=mode.name, left=8 * number, blend_mode=mode, opacity=200
        )
    path = _saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    difference = _difference(scene, path)
    worst = {mode.name: float(difference[:, 8 * n : 8 * n + 8].max()) for n, mode in enumerate(MODES)}
    print(worst)
    assert max(worst.values()) < 3.0, worst
    assert scene.findings == ()


@media("exchange", "Photoshop, .psd", "groups, isolated and passing through; masks; clipping", read=ORACLE)
def test_groups_masks_and_clipping(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (40, 30))
    psd.create_pixel_layer(_noise(40, 30, "RGB"), name="Background")
    inside = psd.create_pixel_layer(_noise(20, 20, "RGB", 1), name="inside", top=4, left=6)
    group = psd.create_group([inside], name="Isolated", blend_mode=BlendMode.NORMAL, opacity=200)
    inside.blend_mode = BlendMode.MULTIPLY
    through = psd.create_pixel_layer(
        _noise(12, 12, "RGB", 2), name="through", top=2, left=1, blend_mode=BlendMode.SCREEN
    )
    psd.create_group([through], name="Through")
    masked = psd.create_pixel_layer(_noise(20, 20, "RGB", 3), name="masked", top=-3, left=25)
    masked.create_mask(_noise(12, 10, "L", 4), top=0, left=28)
    clipped = psd.create_pixel_layer(_noise(40, 30, "RGB", 5), name="clipped", opacity=128)
    clipped.clipping = True
    hidden = psd.create_pixel_layer(_noise(40, 30, "RGB", 6), name="hidden")
    hidden.visible = False
    assert group.blend_mode is BlendMode.NORMAL
    path = _saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    assert _difference(scene, path).max() < 3.0
    assert "masked" in scene.found
    assert "visible: false" in scene.text


@media("exchange", "Photoshop, .psd", "16 bits a channel", read="the values that were written")
def test_16_bits_stay_16_bits(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (16, 8), depth=16)
    psd.create_pixel_layer(_noise(16, 8, "RGB"), name="Background")
    path = _saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    file = next((tmp_path / "scene" / "media").iterdir())
    assert file.read_bytes()[24] == 16
    expected = PSDImage.open(path)[0].numpy("color") * 255
    assert np.abs(_shown(scene)[..., :3] - expected).max() < 0.02


@media("exchange", "Photoshop, .psd", "greyscale and CMYK documents", read="Pillow")
@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk(mode: str, tmp_path: Path) -> None:
    image = _noise(16, 8, "L") if mode == "L" else _noise(16, 8, "RGB").convert("CMYK")
    psd = PSDImage.new(mode, (16, 8))
    psd.create_pixel_layer(image, name="Background")
    path = _saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    expected = np.asarray(PSDImage.open(path)[0].topil().convert("RGB"), np.float64)
    assert np.abs(_shown(scene)[..., :3] - expected).max() < 1.5
    assert np.abs(expected - np.asarray(image.convert("RGB"), np.float64)).max() < 1.5


@media("exchange", "Photoshop, .psd", "the document's ICC profile", read="LittleCMS")
def test_the_profile_goes_with_the_pictures(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    psd = PSDImage.frompil(_noise(8, 8, "RGB"))
    psd.create_pixel_layer(_noise(8, 8, "RGB"), name="layer")
    psd.image_resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE, data=profile)
    scene = imported(_saved(psd, tmp_path), tmp_path / "scene")
    with Image.open(next((tmp_path / "scene" / "media").iterdir())) as image:
        assert image.info["icc_profile"] == profile
    assert scene.findings == ()


def _levels() -> list[LevelRecord]:
    whole = LevelRecord(input_floor=20, input_ceiling=230, output_floor=10, output_ceiling=240, gamma=140)
    plain = LevelRecord(input_floor=0, input_ceiling=255, output_floor=0, output_ceiling=255, gamma=100)
    return [whole, *[plain] * 28]


ADJUSTMENTS: dict[str, tuple[Tag, tuple[Any, ...], Any]] = {
    "invert": (Tag.INVERT, (), lambda c: 255 - c),
    "posterize": (Tag.POSTERIZE, (5,), lambda c: np.minimum(np.floor(c / 255 * 5), 4) / 4 * 255),
    "threshold": (Tag.THRESHOLD, (100,), lambda c: 255.0 * (c @ np.array([[0.3], [0.59], [0.11]]) >= 99.5)),
    "levels": (
        Tag.LEVELS,
        (_levels(), 2),
        lambda c: 10 + 230 * np.clip((c - 20) / 210, 0, 1) ** (1 / 1.4),
    ),
}


@media("exchange", "Photoshop, .psd", "invert, posterise, threshold, levels as adjustments", read="the formulas")
@pytest.mark.parametrize("name", ADJUSTMENTS)
def test_adjustments_that_mean_the_same_are_effects(name: str, tmp_path: Path) -> None:
    tag, data, formula = ADJUSTMENTS[name]
    psd = PSDImage.new("RGB", (16, 8))
    image = _noise(16, 8, "RGB")
    psd.create_pixel_layer(image, name="Background")
    layer = psd.create_pixel_layer(Image.new("RGB", (1, 1)), name=name)
    layer._record.tagged_blocks.set_data(tag, *data)
    scene = imported(_saved(psd, tmp_path), tmp_path / "scene")
    expected = np.broadcast_to(formula(np.asarray(image, np.float64)), (8, 16, 3))
    got = _shown(scene)[..., :3]
    if name == "threshold":  # what lies on the edge may fall to either side
        assert (np.abs(got - expected).max(-1) > 1).mean() < 0.02
    else:
        assert np.abs(got - np.clip(expected, 0, 255)).max() < 1.0


def test_an_adjustment_without_an_equal_is_named(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (16, 8))
    psd.create_pixel_layer(_noise(16, 8, "RGB"), name="Background")
    layer = psd.create_pixel_layer(Image.new("RGB", (1, 1)), name="Brighter")
    layer._record.tagged_blocks.set_data(Tag.VIBRANCE)
    scene = imported(_saved(psd, tmp_path), tmp_path / "scene")
    assert "'Brighter': an adjustment of kind vibrance" in scene.found


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (16, 8))
    psd.create_pixel_layer(_noise(16, 8, "RGB"), name="Background")
    whole = _saved(psd, tmp_path).read_bytes()
    for number, data in enumerate((b"", b"8BPS", whole[:60], whole[: len(whole) // 2], b"no picture at all")):
        path = tmp_path / f"broken{number}.psd"
        path.write_bytes(data)
        with pytest.raises(ExchangeError, match=rf"broken{number}\.psd"):
            imported(path, tmp_path / f"scene{number}")
        assert not (tmp_path / f"scene{number}" / "scene.yaml").exists()
