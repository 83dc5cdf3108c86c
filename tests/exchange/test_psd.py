"""Layered pictures: what is imported paints what psd-tools composes, and what the arithmetic of the modes says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from exchange.exchanging import imported
from exchange.picturing import ORACLE, difference, noise, saved, shown
from media_table import media
from PIL import Image, ImageCms
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Resource
from psd_tools.psd.image_resources import ImageResource

from reelwork.exchange.report import ExchangeError

#: Dissolve is left out: its grains are noise. Those of hue are compared in a test of their own.
MODES = [mode for mode in BlendMode if mode not in (BlendMode.PASS_THROUGH, BlendMode.DISSOLVE)]


@media("exchange", "Photoshop, .psd", "blend modes, layer opacity", read=ORACLE)
def test_every_blend_mode_is_mixed_as_photoshop_mixes(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (8 * len(MODES), 12))
    psd.create_pixel_layer(noise(8 * len(MODES), 12, "RGB"), name="Background")
    for number, mode in enumerate(MODES):
        psd.create_pixel_layer(
            noise(8, 12, "RGB", number + 1), name=mode.name, left=8 * number, blend_mode=mode, opacity=200
        )
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    apart = difference(scene, path)
    worst = {mode.name: float(apart[:, 8 * n : 8 * n + 8].max()) for n, mode in enumerate(MODES)}
    print(worst)
    assert max(worst.values()) < 3.0, worst
    assert scene.findings == ()


@media("exchange", "Photoshop, .psd", "groups, isolated and passing through; masks; clipping", read=ORACLE)
def test_groups_masks_and_clipping(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (40, 30))
    psd.create_pixel_layer(noise(40, 30, "RGB"), name="Background")
    inside = psd.create_pixel_layer(noise(20, 20, "RGB", 1), name="inside", top=4, left=6)
    group = psd.create_group([inside], name="Isolated", blend_mode=BlendMode.NORMAL, opacity=200)
    inside.blend_mode = BlendMode.MULTIPLY
    through = psd.create_pixel_layer(
        noise(12, 12, "RGB", 2), name="through", top=2, left=1, blend_mode=BlendMode.SCREEN
    )
    psd.create_group([through], name="Through")
    masked = psd.create_pixel_layer(noise(20, 20, "RGB", 3), name="masked", top=-3, left=25)
    masked.create_mask(noise(12, 10, "L", 4), top=0, left=28)
    clipped = psd.create_pixel_layer(noise(40, 30, "RGB", 5), name="clipped", opacity=128)
    clipped.clipping = True
    hidden = psd.create_pixel_layer(noise(40, 30, "RGB", 6), name="hidden")
    hidden.visible = False
    assert group.blend_mode is BlendMode.NORMAL
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    assert difference(scene, path).max() < 3.0
    assert not scene.found
    assert "visible: false" in scene.text


@media("exchange", "Photoshop, .psd", "16 bits a channel", read="the values that were written")
def test_16_bits_stay_16_bits(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (16, 8), depth=16)
    psd.create_pixel_layer(noise(16, 8, "RGB"), name="Background")
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    file = next((tmp_path / "scene" / "media").iterdir())
    assert file.read_bytes()[24] == 16
    expected = PSDImage.open(path)[0].numpy("color") * 255
    assert np.abs(shown(scene)[..., :3] - expected).max() < 0.02


@media("exchange", "Photoshop, .psd", "greyscale and CMYK documents", read="Pillow")
@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk(mode: str, tmp_path: Path) -> None:
    image = noise(16, 8, "L") if mode == "L" else noise(16, 8, "RGB").convert("CMYK")
    psd = PSDImage.new(mode, (16, 8))
    psd.create_pixel_layer(image, name="Background")
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    expected = np.asarray(PSDImage.open(path)[0].topil().convert("RGB"), np.float64)
    assert np.abs(shown(scene)[..., :3] - expected).max() < 1.5
    assert np.abs(expected - np.asarray(image.convert("RGB"), np.float64)).max() < 1.5


@media("exchange", "Photoshop, .psd", "the document's ICC profile", read="LittleCMS")
def test_the_profile_goes_with_the_pictures(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    psd = PSDImage.frompil(noise(8, 8, "RGB"))
    psd.create_pixel_layer(noise(8, 8, "RGB"), name="layer")
    psd.image_resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE, data=profile)
    scene = imported(saved(psd, tmp_path), tmp_path / "scene")
    with Image.open(next((tmp_path / "scene" / "media").iterdir())) as image:
        assert image.info["icc_profile"] == profile
    assert scene.findings == ()


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (16, 8))
    psd.create_pixel_layer(noise(16, 8, "RGB"), name="Background")
    whole = saved(psd, tmp_path).read_bytes()
    for number, data in enumerate((b"", b"8BPS", whole[:60], whole[: len(whole) // 2], b"no picture at all")):
        path = tmp_path / f"broken{number}.psd"
        path.write_bytes(data)
        with pytest.raises(ExchangeError, match=rf"broken{number}\.psd"):
            imported(path, tmp_path / f"scene{number}")
        assert not (tmp_path / f"scene{number}" / "scene.yaml").exists()
