"""The display curve of a whole production: codes that nothing changes stay, and light is mixed by the curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from making import Here, write_video
from PIL import Image
from reference.colour import CURVES

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

WIDTH, HEIGHT = 256, 64
DISPLAYS = tuple(CURVES)

pytestmark = pytest.mark.parametrize("display", DISPLAYS)


def scene(folder: Path, display: str, layers: str, *, head: str = "", outputs: str = "{}", more: str = "") -> Path:
    (folder / "scene.yaml").write_text(f"""
reelwork: 1
canvas: {{size: [{WIDTH}, {HEIGHT}], fps: 24, display: {display}}}
{head}
compositions:
  main:
    duration: 1s
    layers:
{layers}
{more}
outputs: {outputs}
""")
    return folder


def shown(folder: Path) -> np.ndarray:
    """The first frame as codes of 0 to 255, ``[row, column, channel]``."""
    produce.frame(folder, Settings(), "0s", folder / "shown.png")
    with Image.open(folder / "shown.png") as image:
        return np.asarray(image).astype(int)


def code(light: float, display: str) -> int:
    return round(255 * float(CURVES[display][1](np.float64(light))))


def light(code: float, display: str) -> float:
    return float(CURVES[display][0](np.float64(code / 255)))


def test_stills_and_written_colours_keep_their_codes(tmp_path: Path, display: str) -> None:
    codes = np.stack([np.arange(256), np.arange(256)[::-1], (np.arange(256) * 7) % 256], axis=-1)
    Image.fromarray(np.tile(codes, (HEIGHT, 1, 1)).astype(np.uint8)).save(tmp_path / "still.png")
    layers = """
      - {file: still.png, effects: [{crop: {top: 16}}]}
      - {solid: "#01020a", transform: {position: [128, -24]}}
      - shape: {rectangle: {size: [100, 4]}, fill: "#336699"}
        transform: {position: [60, 4]}
      - generate: {gradient: {colours: ["#0a141e", "#0a141e"]}}
        transform: {position: [128, -31]}
"""
    found = shown(scene(tmp_path, display, layers))
    assert (found[16:] == codes).all()
    assert found[7, 200].tolist() == [1, 2, 10]
    assert found[4, 60].tolist() == [0x33, 0x66, 0x99]
    assert found[0, 60].tolist() == [10, 20, 30]


def test_a_still_that_is_turned_keeps_its_codes_down_to_black(tmp_path: Path, display: str) -> None:
    codes = np.tile(np.arange(256)[None, :, None], (HEIGHT, 1, 3))
    Image.fromarray(codes.astype(np.uint8)).save(tmp_path / "still.png")
    found = shown(scene(tmp_path, display, "      - {file: still.png, transform: {rotation: 180}}"))
    assert (found == codes[:, ::-1]).all()


def test_an_edge_that_covers_half_a_pixel_is_half_the_light(tmp_path: Path, display: str) -> None:
    layers = """
      - shape: {rectangle: {size: [100, 40]}, fill: white}
        transform: {anchor: [0, 0], position: [10.5, 10]}
"""
    found = shown(scene(tmp_path, display, layers))
    assert found[20, 9:12, 0].tolist() == [0, code(0.5, display), 255]
    assert code(0.5, "bt1886") == round(255 * 0.5 ** (1 / 2.4)) == 191


def test_light_is_mixed_by_the_curve_and_display_values_by_themselves(tmp_path: Path, display: str) -> None:
    layers = """
      - {solid: "#204060"}
      - {solid: "#c08040", transform: {opacity: 50%}}
"""
    below, above = np.array([0x20, 0x40, 0x60]), np.array([0xC0, 0x80, 0x40])
    mixed = [(light(a, display) + light(b, display)) / 2 for a, b in zip(below, above, strict=True)]
    assert shown(scene(tmp_path, display, layers))[9, 9].tolist() == [code(value, display) for value in mixed]
    found = shown(scene(tmp_path, display, layers, head="blend-space: display"))[9, 9]
    assert found.tolist() == ((below + above) // 2).tolist()


def test_light_that_a_scene_writes_is_that_light(tmp_path: Path, display: str) -> None:
    found = shown(scene(tmp_path, display, "      - {solid: {linear: [0.5, 0.18, 1]}}"))
    assert found[5, 5].tolist() == [code(value, display) for value in (0.5, 0.18, 1.0)]


def test_gradients_run_through_the_same_codes_under_either_curve(tmp_path: Path, display: str) -> None:
    layers = """
      - generate: {gradient: {colours: ["#102030", "#f0d0b0"], angle: 90}}
      - shape:
          rectangle: {size: [256, 20]}
          fill: {gradient: linear, colours: ["#102030", "#f0d0b0"], angle: 90}
        transform: {position: [128, 10]}
"""
    found = shown(scene(tmp_path, display, layers))
    along = (np.arange(WIDTH)[:, None] + 0.5) / WIDTH
    first, last = np.array([0x10, 0x20, 0x30]), np.array([0xF0, 0xD0, 0xB0])
    expected = first + (last - first) * along
    assert np.abs(found[5] - expected).max() < 0.6
    assert np.abs(found[40] - expected).max() < 0.6


def test_noise_has_the_same_codes_under_either_curve(tmp_path: Path, display: str) -> None:
    layers = "      - generate: {noise: {scale: 40}}"
    found = shown(scene(tmp_path, display, layers))
    other = shown(scene(tmp_path, DISPLAYS[1 - DISPLAYS.index(display)], layers))
    assert np.abs(found - other).max() <= 1
    assert found.std() > 20


def test_colours_of_effects_and_transitions_are_of_the_curve(tmp_path: Path, display: str) -> None:
    layers = """
      - {solid: "#ffffff", effects: [{tint: {white: "#336699", amount: 1}}]}
      - shape: {rectangle: {size: [20, 20]}, fill: "#ff000000"}
        transform: {position: [400, 400]}
      - shape: {rectangle: {size: [20, 20]}, fill: white}
        effects: [{drop-shadow: {colour: "#808080", opacity: 1, blur: 0, offset: [40, 0]}}]
        transform: {position: [40, 32]}
"""
    found = shown(scene(tmp_path, display, layers))
    assert found[5, 5].tolist() == [0x33, 0x66, 0x99]
    assert found[32, 80].tolist() == [0x80, 0x80, 0x80]
    through = """
      - start: -0.5s
        sequence:
          - {solid: white, duration: 1s}
          - {transition: {fade-through: {colour: "#405060"}}, duration: 1s}
          - {solid: white, duration: 1s}
"""
    assert shown(scene(tmp_path, display, through))[5, 5].tolist() == [0x40, 0x50, 0x60]


def test_a_slate_has_its_colours(tmp_path: Path, display: str) -> None:
    found = shown(scene(tmp_path, display, "      - {id: voice, slot: {brief: A voice., kind: audio}}"))
    colours = {tuple(pixel) for pixel in found.reshape(-1, 3).tolist()}
    assert {(0x14, 0x17, 0x1C), (0xF2, 0xB1, 0x34)} <= colours


def test_every_way_of_writing_pictures_keeps_codes(tmp_path: Path, display: str) -> None:
    outputs = """
  still: {at: 0s, file: still.png}
  stills: {file: "numbered-%02d.png", range: [0s, 2f]}
  deep: {at: 0s, file: still.tiff}
  loop: {file: loop.gif, range: [0s, 2f]}
  lossless: {file: film.mkv, range: [0s, 2f], video: {codec: ffv1, pixel-format: gbrp16le}}
"""
    folder = scene(tmp_path, display, '      - {solid: "#0a6496"}', outputs=outputs)
    for name, suffix in (("still", ".png"), ("stills", ".png"), ("deep", ".tiff"), ("loop", ".gif")):
        to = tmp_path / (f"{name}-%02d{suffix}" if name == "stills" else f"{name}{suffix}")
        made = produce.render(folder, Settings(), Request(output=name, to=to), Silent(), Here()).path
        with Image.open(made) as image:
            assert image.convert("RGB").getpixel((9, 9)) == (0x0A, 0x64, 0x96)
    to = tmp_path / "sheet.png"
    produce.sheet(folder, Settings(), to, Silent(), output="still", pictures=1)
    with Image.open(to) as image:
        assert image.convert("RGB").getpixel((60, 40)) == (0x0A, 0x64, 0x96)
    to = tmp_path / "film.mkv"
    produce.render(folder, Settings(), Request(output="lossless", to=to), Silent(), Here())
    found = shown(scene(tmp_path, display, "      - {file: film.mkv, speed: 10%, loop: true}"))
    assert found[9, 9].tolist() == [0x0A, 0x64, 0x96]


def test_a_still_and_a_video_of_equal_codes_are_equal(tmp_path: Path, display: str) -> None:
    tags = {"colorspace": 1, "color_range": 1, "color_primaries": 1, "color_trc": 1}
    write_video(tmp_path / "film.mp4", frames=24, size=(WIDTH, HEIGHT), pixel_format="yuv444p", tags=tags)
    film = shown(scene(tmp_path, display, "      - {file: film.mp4, effects: [{crop: {left: 1}}]}"))
    shown(scene(tmp_path, display, "      - {file: film.mp4}"))
    (tmp_path / "shown.png").rename(tmp_path / "still.png")
    still = shown(scene(tmp_path, display, "      - {file: still.png, effects: [{crop: {left: 1}}]}"))
    assert (film == still).all()
