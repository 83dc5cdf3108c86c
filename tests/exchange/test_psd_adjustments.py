"""Adjustment layers of layered pictures: what is imported paints what Photoshop's arithmetic says, or is told."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exchange.exchanging import imported
from exchange.picturing import ORACLE, Array, adjustment, composed, noise, saved, shown
from media_table import media
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Tag
from psd_tools.psd.adjustments import ColorStop, CurvesExtraItem, CurvesExtraMarker, LevelRecord
from psd_tools.psd.descriptor import Bool, Descriptor, DescriptorBlock, Enumerated, Integer, RawData
from scipy.interpolate import CubicSpline

PLAIN = {"input_floor": 0, "input_ceiling": 255, "output_floor": 0, "output_ceiling": 255, "gamma": 100}
WHOLE = {"input_floor": 20, "input_ceiling": 230, "output_floor": 10, "output_ceiling": 240, "gamma": 140}
RANGES = ((315, 345, 15, 45), (15, 45, 75, 105), (75, 105, 135, 165), (135, 165, 195, 225), (195, 225, 255, 285))
RANGES += ((255, 285, 315, 345),)


def document(size: tuple[int, int] = (48, 32)) -> tuple[PSDImage, Array]:
    """A document of noise in all colours, and its colours."""
    psd = PSDImage.new("RGB", size)
    image = noise(*size, "RGB")
    psd.create_pixel_layer(image, name="Background")
    return psd, np.asarray(image, np.float64)


def painted(psd: PSDImage, folder: Path) -> tuple[Array, Array, str]:
    """What the import paints, what psd-tools composes, and the report."""
    path = saved(psd, folder)
    scene = imported(path, folder / "scene")
    return shown(scene)[..., :3], composed(path)[..., :3], scene.found


def _levels(**red: int) -> list[LevelRecord]:
    return [LevelRecord(**WHOLE), LevelRecord(**{**PLAIN, **red}), *[LevelRecord(**PLAIN)] * 27]


def _curve(*channels: tuple[int, list[tuple[int, int]]]) -> dict[str, Any]:
    """Curves with points ``(to, from)`` of channels: 0 for all of them, 1 for red …"""
    items = [CurvesExtraItem(channel_id=number, points=points) for number, points in channels]
    numbers = sum(1 << number for number, _ in channels)
    data = [points for _, points in channels]
    return {"version": 1, "count_map": numbers, "data": data, "extra": CurvesExtraMarker(version=4, items=items)}


def _hue(colorize: int, colours: tuple[int, ...], master: tuple[int, ...], *each: tuple[int, ...]) -> dict[str, Any]:
    settings = [*each, *[(0, 0, 0)] * (6 - len(each))]
    items = [[pair, setting] for pair, setting in zip(RANGES, settings, strict=True)]
    return {"version": 2, "enable": colorize, "colorization": colours, "master": master, "items": items}


def _formula_levels(c: Array) -> Array:
    red = np.clip((c[..., :1] - 40) / 180, 0, 1) * 255
    return 10 + 230 * np.clip((np.concatenate([red, c[..., 1:]], -1) - 20) / 210, 0, 1) ** (1 / 1.4)


def _natural(points: list[tuple[int, int]]) -> Callable[[Array], Array]:
    bent = CubicSpline([into for _, into in points], [out for out, _ in points], bc_type="natural")
    return lambda c: np.clip(bent(np.clip(c, points[0][1], points[-1][1])), 0, 255)


def _linear(c: Array) -> Array:
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _exposed(c: Array) -> Array:
    light = np.clip(_linear(c / 255) * 2**0.75 - 0.01, 0, 1) ** (1 / 1.2)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


BARE = {"minimum_color": [0] * 4, "maximum_color": [0] * 4}
GENTLE = [(0, 0), (136, 128), (255, 255)]
STEEP = [(0, 10), (30, 60), (240, 110), (100, 180), (255, 240)]
FORMULAS: dict[str, tuple[Tag, tuple[Any, ...], dict[str, Any], Callable[[Array], Array], str]] = {
    "invert": (Tag.INVERT, (), {}, lambda c: 255 - c, "invert"),
    "posterize": (
        Tag.POSTERIZE,
        (5,),
        {},
        lambda c: np.minimum(np.floor(c / 255 * 5), 4) / 4 * 255,
        "posterise: {levels: 5}",
    ),
    "threshold": (
        Tag.THRESHOLD,
        (100,),
        {},
        lambda c: np.broadcast_to(255.0 * (c @ np.array([[0.3], [0.59], [0.11]]) >= 99.5), c.shape),
        "threshold: {level",
    ),
    "levels, of red too": (
        Tag.LEVELS,
        (_levels(input_floor=40, input_ceiling=220), 2),
        {},
        _formula_levels,
        "levels: {black: [0.15",
    ),
    "curves, gentle": (Tag.CURVES, (), _curve((0, GENTLE)), _natural(GENTLE), "curves: {rgb: [[0, 0]"),
    "curves, steep": (Tag.CURVES, (), _curve((0, STEEP)), _natural(STEEP), "lut: {file: media/002-table.cube}"),
    "exposure": (Tag.EXPOSURE, (1, 0.75, -0.01, 1.2), {}, _exposed, "cdl: {slope: 1.6817"),
    "channel mixer": (
        Tag.CHANNEL_MIXER,
        (1, 0, [60, 30, 20, 0, -5], struct.pack(">10h", 10, 70, 20, 0, 0, 0, 150, -30, 0, 10)),
        {},
        lambda c: np.clip(c @ np.array([[60, 10, 0], [30, 70, 150], [20, 20, -30]]) / 100 + [-12.75, 0, 25.5], 0, 255),
        "lut: {file",
    ),
    "gradient map, even": (
        Tag.GRADIENT_MAP,
        (),
        {**BARE, "color_stops": [ColorStop(0, 50, 0, (0, 0, 65535, 0)), ColorStop(4096, 50, 0, (65535, 32896, 0, 0))]},
        lambda c: (c @ np.array([[0.3], [0.59], [0.11]]) / 255) * np.array([255, 128, -255]) + np.array([0, 0, 255]),
        'gradient-map: {colours: ["#0000ff", "#ff8000"]}',
    ),
    "gradient map, uneven": (
        Tag.GRADIENT_MAP,
        (),
        {
            **BARE,
            "is_reversed": 1,
            "color_stops": [
                ColorStop(0, 50, 0, (0, 0, 0, 0)),
                ColorStop(1024, 50, 0, (65535, 0, 0, 0)),
                ColorStop(4096, 50, 0, (65535, 65535, 65535, 0)),
            ],
        },
        lambda c: np.concatenate(
            [
                np.clip((255 - c @ np.array([[0.3], [0.59], [0.11]])) * 4, 0, 255),
                *[np.clip((255 - c @ np.array([[0.3], [0.59], [0.11]]) - 63.75) / 0.75, 0, 255)] * 2,
            ],
            -1,
        ),
        'gradient-map: {colours: ["#000000", "#ffffff"]}',
    ),
}


@media(
    "exchange",
    "Photoshop, .psd",
    "invert, posterise, threshold, levels, curves, exposure, channel mixer, gradient map",
    read="the formulas",
)
@pytest.mark.parametrize("name", FORMULAS)
def test_adjustments_paint_what_their_formulas_say(name: str, tmp_path: Path) -> None:
    tag, data, keys, formula, written = FORMULAS[name]
    psd, colours = document()
    adjustment(psd, name, tag, *data, **keys)
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    assert written in scene.text
    apart = np.abs(shown(scene)[..., :3] - np.clip(formula(colours), 0, 255))
    if name == "threshold":  # what lies on the edge may fall to either side
        assert (apart > 1).mean() < 0.02
    else:
        assert apart.max() < 2.0


def _brightness(light: int, contrast: int, *, legacy: bool) -> DescriptorBlock:
    block = Descriptor(classID=b"null")
    for key, value in ((b"Vrsn", 1), (b"Brgh", light), (b"Cntr", contrast), (b"means", 127)):
        block[key] = Integer(value)
    block[b"Lab "] = Bool(False)
    block[b"useLegacy"] = Bool(legacy)
    return _block(block)


def _block(found: Descriptor) -> DescriptorBlock:
    return DescriptorBlock(version=16, classID=found.classID, items=dict(found.items()))


LONG = pytest.mark.soak
SOAKED = ("saturation", "colorize")
ORACLES: dict[str, tuple[Tag, dict[str, Any]]] = {
    "curves, steep": (Tag.CURVES, _curve((0, [(0, 0), (60, 100), (255, 255)]), (2, STEEP))),
    "hue": (Tag.HUE_SATURATION, _hue(0, (0, 0, 0), (40, -30, 10))),
    "colorize": (Tag.HUE_SATURATION, _hue(1, (200, 40, 5), (0, 0, 0))),
    "saturation": (Tag.HUE_SATURATION, _hue(0, (0, 0, 0), (0, 40, 0))),
    "ranges": (Tag.HUE_SATURATION, _hue(0, (0, 0, 0), (0, 0, 0), (30, -40, 0), (0, 0, 0), (-20, 30, 0))),
}


@media("exchange", "Photoshop, .psd", "hue and saturation, of ranges too; colorize; curves of channels", read=ORACLE)
@pytest.mark.parametrize("name", [pytest.param(name, marks=LONG if name in SOAKED else ()) for name in ORACLES])
def test_adjustments_paint_what_psd_tools_composes(name: str, tmp_path: Path) -> None:
    tag, keys = ORACLES[name]
    psd, _ = document()
    adjustment(psd, name, tag, **keys)
    mine, theirs, found = painted(psd, tmp_path)
    told = re.search(r"at most (\d+) of 255", found)
    print(name, np.abs(mine - theirs).max(), np.percentile(np.abs(mine - theirs), 99), found)
    assert np.abs(mine - theirs).max() < (2.5 if told is None else int(told[1]) + 1.5)


@media("exchange", "Photoshop, .psd", "brightness and contrast, new and legacy", read=f"{ORACLE}; the formula")
@pytest.mark.parametrize(
    ("light", "contrast", "legacy"), [(40, 30, False), (-60, -20, False), (20, 50, True), (20, -50, True)]
)
def test_brightness_and_contrast(light: int, contrast: int, legacy: bool, tmp_path: Path) -> None:
    psd, colours = document()
    layer = adjustment(psd, "Brighter", Tag.CONTENT_GENERATOR_EXTRA_DATA)
    layer._record.tagged_blocks.set_data(Tag.CONTENT_GENERATOR_EXTRA_DATA)
    block = layer._record.tagged_blocks[Tag.CONTENT_GENERATOR_EXTRA_DATA]
    block.data = _brightness(light, contrast, legacy=legacy)
    mine, theirs, found = painted(psd, tmp_path)
    if legacy:  # psd-tools leaves it out; more contrast comes after the light, less before it
        slope = 1 / (1 - contrast / 100) if contrast > 0 else 1 + contrast / 100
        before, after = (light, 0) if contrast > 0 else (0, light)
        theirs = np.clip((colours + before - 127) * slope + 127 + after, 0, 255)
    assert np.abs(mine - theirs).max() < 1.5
    assert found == ""


PLATES = [(20, -30, 10, 5), (0, 40, -50, 0), (-60, 0, 0, 20), (0, 0, 30, 0), (50, 50, -50, 0), (0, -80, 0, 10)]
PLATES += [(10, 0, 20, 0), (-15, 5, 10, -5), (0, 0, 30, 20)]


@media("exchange", "Photoshop, .psd", "selective colour", read="ffmpeg's selectivecolor")
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is what it is compared with")
@pytest.mark.parametrize("relative", [True, pytest.param(False, marks=LONG)])
def test_selective_colour_is_ffmpegs(relative: bool, tmp_path: Path) -> None:
    psd, colours = document()
    adjustment(psd, "inks", Tag.SELECTIVE_COLOR, method=0 if relative else 1, data=[(0, 0, 0, 0), *PLATES])
    mine, _, _ = painted(psd, tmp_path)
    names = ("reds", "yellows", "greens", "cyans", "blues", "magentas", "whites", "neutrals", "blacks")
    inks = ":".join(
        f"{name}={' '.join(str(part / 100) for part in plate)}" for name, plate in zip(names, PLATES, strict=True)
    )
    height, width = colours.shape[:2]
    command = (
        f"ffmpeg -v error -f rawvideo -pix_fmt rgb24 -s {width}x{height} -i - -f rawvideo -pix_fmt rgb24 -vf".split()
    )
    method = "relative" if relative else "absolute"
    run = subprocess.run(
        [*command, f"selectivecolor=correction_method={method}:{inks}", "-"],
        input=colours.astype(np.uint8).tobytes(), capture_output=True, check=True,
    )  # fmt: skip
    theirs = np.frombuffer(run.stdout, np.uint8).reshape(height, width, 3).astype(np.float64)
    # theirs are rounded for each range, and neutrals by half a code
    print(np.abs(mine - theirs).max())
    assert np.abs(mine - theirs).max() < 4.0
    assert np.abs(mine - theirs).mean() < 0.7


def test_a_lookup_table_in_the_file_is_taken(tmp_path: Path) -> None:
    psd, colours = document((16, 8))
    layer = adjustment(psd, "Look", Tag.COLOR_LOOKUP)
    data = layer._record.tagged_blocks.get_data(Tag.COLOR_LOOKUP)
    data.version, data.data_version = 1, 16
    cube = "LUT_3D_SIZE 2\n" + "".join(f"{g} {b} {r}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))
    data[b"LUTFormat"] = Enumerated(typeID=b"LUTFormatType", enum=b"LUTFormatCUBE")
    data[b"LUT3DFileData"] = RawData(cube.encode())
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    assert np.abs(shown(scene)[..., :3] - colours[..., [1, 2, 0]]).max() < 1.0
    assert scene.found == ""


@pytest.mark.parametrize(
    ("tag", "data", "said"),
    [
        (Tag.VIBRANCE, (), "vibrance 0, saturation 0; it is left out"),
        (
            Tag.COLOR_BALANCE,
            ((1, 0, -3), (20, 0, 0), (0, 0, 0), True),
            "shadows +1 +0 -3, midtones +20 +0 +0, highlights +0 +0 +0; it is left out",
        ),
        (Tag.PHOTO_FILTER, (3, (1, 2, 3), None, None, 25, 1), "a photo filter of 25 %; it is left out"),
    ],
)
def test_an_adjustment_without_a_formula_is_named(tag: Tag, data: Any, said: str, tmp_path: Path) -> None:
    psd, _ = document((16, 8))
    adjustment(psd, "Brighter", tag, *data)
    scene = imported(saved(psd, tmp_path), tmp_path / "scene")
    assert f"layer 'Brighter': {said}" in scene.found.replace("colour balance, ", "")


@media("exchange", "Photoshop, .psd", "masks, opacity and modes of adjustments", read=ORACLE)
@pytest.mark.parametrize("mode", [BlendMode.NORMAL, BlendMode.MULTIPLY])
def test_an_adjustment_acts_as_far_as_its_mask_says(mode: BlendMode, tmp_path: Path) -> None:
    psd, _ = document()
    layer = adjustment(psd, "Negative", Tag.INVERT)
    layer.create_mask(noise(30, 20, "L", 3), top=5, left=8)
    layer.opacity, layer.blend_mode = 180, mode
    psd.create_pixel_layer(noise(10, 10, "RGB", 4), name="over", top=3, left=3, opacity=100)
    again = adjustment(psd, "Again", Tag.INVERT)
    again.create_mask(noise(20, 20, "L", 5), top=2, left=20)
    mine, theirs, _ = painted(psd, tmp_path)
    assert np.abs(mine - theirs).max() < 2.5
