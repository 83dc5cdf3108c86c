"""Animated pictures: their times, and what a viewer shows at each, in whatever order they are asked for."""

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource
from reelwork.render.prepare import Settings
from reelwork.render.produce import frame

COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))
LASTING = (100, 250, 40, 500, 70)


def frames(mode: str = "RGB") -> list[Image.Image]:
    made = []
    for number, colour in enumerate(COLOURS):
        image = Image.new("RGBA", (24, 16), (0, 0, 0, 0) if mode == "RGBA" else (9, 9, 9, 255))
        image.paste((*colour, 255), (number * 4, 2, number * 4 + 6, 12))
        made.append(image.convert(mode))
    return made


def shown(path: Path, order: list[int]) -> list[np.ndarray]:
    with VideoSource(path) as source:
        return [np.stack(source.picture(number).planes, -1) for number in order]


def save(path: Path, made: list[Image.Image], **options: object) -> Path:
    made[0].save(path, save_all=True, append_images=made[1:], **options)
    return path


KINDS = [
    pytest.param(kind, mode, marks=media("stills", name + clear, "pictures and their times", read="Pillow's encoder"))
    for kind, name in (("gif", "GIF, animated"), ("webp", "WebP, animated"), ("png", "APNG"), ("avif", "AVIF, moving"))
    for mode, clear in (("RGB", ""), ("RGBA", ", transparent"))
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_an_animation_is_a_video_with_its_own_times(tmp_path: Path, kind: str, mode: str) -> None:
    made = frames(mode)
    options = {"webp": {"lossless": True}, "gif": {"disposal": 2}, "avif": {"quality": 100, "subsampling": "4:4:4"}}
    path = save(tmp_path / f"a.{kind}", made, duration=list(LASTING), loop=3, **options.get(kind, {}))
    facts = probe(path)
    assert (facts.kind, facts.container, facts.frame_count) == ("video", kind, 5)
    assert facts.has_alpha == (mode == "RGBA")
    assert facts.variable_rate
    assert facts.duration == Fraction(sum(LASTING), 1000)
    order = [4, 0, 3, 2, 1, 0, 4]
    slack = 3 if kind == "avif" else 0
    for number, found in zip(order, shown(path, order), strict=True):
        wanted = np.asarray(made[number]).astype(int)
        seen = wanted[..., 3:] > 0 if mode == "RGBA" else True
        assert (np.abs(found.astype(int) - wanted) * seen).max() <= slack
    with VideoSource(path) as source:
        starts = np.cumsum([0, *LASTING])
        for number in range(5):
            assert source.frame_number(Fraction(int(starts[number]), 1000)) == number
            assert source.frame_number(Fraction(int(starts[number + 1]) * 10 - 6, 10_000)) == number


@media("stills", "GIF, animated", "what is shorter than a fiftieth of a second lasts a tenth", read="browsers' rule")
def test_what_is_too_short_lasts_a_tenth_of_a_second(tmp_path: Path) -> None:
    path = save(tmp_path / "a.gif", frames(), duration=[0, 10, 20, 30, 0])
    with VideoSource(path) as source:
        assert source.duration == Fraction(100 + 100 + 20 + 30 + 100, 1000)


@media("stills", "GIF, animated, steady", "rate", read="what was written")
def test_a_steady_animation_has_a_rate(tmp_path: Path) -> None:
    assert probe(save(tmp_path / "a.gif", frames(), duration=40)).frame_rate == 25


def gif(*blocks: tuple[int, tuple[int, int, int, int], int]) -> bytes:
    """A GIF (GIF89a) of 8 × 4 pixels with rectangles of one colour each: how they are disposed of, where, which."""
    palette = bytes((0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255))
    data = b"GIF89a" + struct.pack("<HHBBB", 8, 4, 0x81, 0, 0) + palette
    for disposal, (x, y, width, height), colour in blocks:
        data += b"\x21\xf9\x04" + struct.pack("<BHB", disposal << 2 | 1, 10, 0) + b"\0"
        data += b"," + struct.pack("<HHHHB", x, y, width, height, 0)
        codes = [code for _ in range(width * height) for code in (4, colour)] + [5]  # a clear before each pixel
        bits = sum(code << 3 * place for place, code in enumerate(codes))
        raw = bits.to_bytes(-(-3 * len(codes) // 8), "little")
        data += (
            b"\x02"
            + b"".join(bytes([len(raw[at : at + 255])]) + raw[at : at + 255] for at in range(0, len(raw), 255))
            + b"\0"
        )
    return data + b";"


@media("stills", "GIF, animated: all ways of disposal", "pictures", read="the standard's words, by hand")
def test_every_way_of_leaving_the_canvas(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(
        gif(
            (1, (0, 0, 8, 4), 1),  # stays
            (2, (0, 0, 4, 2), 2),  # is cleared
            (3, (4, 0, 4, 4), 3),  # goes back to what was before
            (0, (0, 3, 1, 1), 2),
        )
    )
    found = shown(path, [3, 2, 1, 0])[::-1]
    red, green, blue, clear = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)
    canvas = np.zeros((4, 8, 4), np.uint8)
    canvas[:] = red
    wanted = [canvas.copy()]
    canvas[:2, :4] = green
    wanted.append(canvas.copy())
    canvas[:2, :4] = clear
    wanted.append(canvas.copy())
    wanted[2][:, 4:] = blue
    canvas[3, 0] = green
    wanted.append(canvas)
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        assert np.array_equal(one[..., 3], other[..., 3]), number
        assert np.array_equal(one * (one[..., 3:] > 0), other), number


def test_a_first_picture_that_is_not_the_animations_is_not_shown(tmp_path: Path) -> None:
    made = frames()
    path = save(tmp_path / "a.png", [Image.new("RGB", (24, 16), "white"), *made], default_image=True, duration=50)
    assert probe(path).frame_count == 5
    assert np.array_equal(shown(path, [0])[0], np.asarray(made[0]))


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "avif"])
def test_an_animation_that_is_cut_short_is_an_error(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / f"a.{kind}", frames(), duration=100)
    data = path.read_bytes()
    for part in (0.5, 0.9):
        path.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(MediaError, match=rf"a\.{kind}: "):
            probe(path)


@media("stills", "WebP, animated, with a profile", "tags", read="the profile's")
def test_the_profile_of_an_animation_counts(tmp_path: Path) -> None:
    from media.test_still_colours import profile_named

    path = save(tmp_path / "a.webp", frames(), duration=100, icc_profile=profile_named("Display P3"), lossless=True)
    with VideoSource(path) as source:
        assert source.picture(2).storage.primaries == "p3-d65"


@media("stills", "GIF, animated", "a layer of a film, in a loop", read="the pictures that were written")
def test_an_animation_is_a_layer(tmp_path: Path) -> None:
    made = frames()
    save(tmp_path / "a.gif", made, duration=[100, 200, 100, 100, 100])
    (tmp_path / "scene.yaml").write_text(
        "reelwork: 1\ncanvas: {size: [24, 16], fps: 10}\ncompositions:\n"
        "  main: {duration: 2s, layers: [{file: a.gif, loop: true}]}\noutputs:\n  f: {file: f/%02d.png}\n"
    )
    for time, expected in (("0.2s", 1), ("0.9s", 2)):  # the second time round
        to = frame(tmp_path / "scene.yaml", Settings(), time, tmp_path / f"{expected}.png")
        assert np.array_equal(np.asarray(Image.open(to).convert("RGB")), np.asarray(made[expected]))
