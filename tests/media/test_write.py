from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence

from reelwork.errors import OutputError
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.maths import bt1886_decode, srgb_decode, srgb_encode
from reelwork.media.convert import picture_to_frame
from reelwork.media.probe import probe
from reelwork.media.stills import load_still
from reelwork.media.write import write_gif, write_still
from reelwork.values import Display


def flat(red: float, green: float, blue: float, alpha: float = 1.0, *, size: tuple[int, int] = (12, 8)) -> Frame:
    frame = Frame.empty(Window(0, 0, *size))
    frame.data[:] = np.array([red, green, blue, alpha], np.float32)[:, np.newaxis, np.newaxis]
    return frame


def ramp(width: int = 64, height: int = 16) -> Frame:
    """Every channel from 0 to 1 with alpha from half to whole, premultiplied."""
    frame = Frame.empty(Window(0, 0, width, height))
    alpha = np.linspace(0.5, 1, height, dtype=np.float32)[:, np.newaxis]
    straight = np.linspace(0, 1, width, dtype=np.float32)
    frame.data[0], frame.data[1], frame.data[2] = straight * alpha, straight[::-1] * alpha, 0.25 * alpha
    frame.data[3] = alpha
    return frame


@pytest.mark.parametrize(("suffix", "depth"), [(".png", 8), (".png", 16), (".tiff", 8), (".tif", 16)])
@pytest.mark.parametrize("alpha", [False, True])
def test_stills_come_back_as_they_were_written(tmp_path: Path, suffix: str, depth: int, alpha: bool) -> None:
    frame = ramp()
    path = tmp_path / f"a{suffix}"
    write_still(frame, path, alpha=alpha, depth=depth)
    picture = load_still(path)
    assert picture.storage.depth == depth
    assert picture.storage.alpha == ("straight" if alpha else "none")
    highest = (1 << depth) - 1
    column = 40
    light = frame.data[0, 5, column] / (frame.data[3, 5, column] if alpha else 1.0)
    assert abs(int(picture.planes[0][5, column]) - srgb_encode(float(light)) * highest) <= 0.51 + depth // 16
    again = picture_to_frame(picture)
    expected = frame.data if alpha else np.concatenate([frame.data[:3], np.ones_like(frame.data[3:])])
    assert np.abs(again.data - expected).max() < 2.5 / highest + 1e-4
    second = tmp_path / f"b{suffix}"
    write_still(again, second, alpha=alpha, depth=depth)
    assert second.read_bytes() == path.read_bytes()


def test_other_programs_read_16_bit_pictures(tmp_path: Path) -> None:
    for suffix in (".png", ".tiff"):
        write_still(ramp(), tmp_path / f"a{suffix}", alpha=True, depth=16)
        with av.open(str(tmp_path / f"a{suffix}")) as container:
            decoded = next(container.decode(video=0)).reformat(format="rgba64le").to_ndarray()
        expected = np.stack(load_still(tmp_path / f"a{suffix}").planes, axis=-1)[:, :64]
        assert np.array_equal(decoded, expected)


def test_png_says_that_it_is_srgb(tmp_path: Path) -> None:
    for depth in (8, 16):
        write_still(ramp(), tmp_path / "a.png", depth=depth)
        assert b"sRGB" in (tmp_path / "a.png").read_bytes()[:80]


def test_png_says_the_exponent_and_the_primaries_of_bt1886(tmp_path: Path) -> None:
    for depth in (8, 16):
        write_still(ramp(), tmp_path / "a.png", depth=depth, display="bt1886")
        assert b"sRGB" not in (tmp_path / "a.png").read_bytes()
        with Image.open(tmp_path / "a.png") as image:
            assert 1 / image.info["gamma"] == pytest.approx(2.4, abs=1e-4)
            assert image.info["chromaticity"] == (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


@pytest.mark.parametrize(("depth", "error"), [(16, 1 / 2048), (32, 0.0)])
@pytest.mark.parametrize("alpha", [False, True])
def test_exr_is_linear_and_premultiplied(tmp_path: Path, depth: int, error: float, alpha: bool) -> None:
    frame = ramp()
    frame.data[0] *= 8  # light above white
    path = tmp_path / "a.exr"
    write_still(frame, path, alpha=alpha, depth=depth)
    picture = load_still(path)
    assert (picture.storage.transfer, picture.storage.primaries) == ("linear", "bt709")
    again = picture_to_frame(picture)
    assert np.abs(again.data[:3] - frame.data[:3]).max() <= error * 8
    assert np.array_equal(again.data[3] < 1, (frame.data[3] < 1) & alpha)
    facts = probe(path)
    assert (facts.kind, facts.width, facts.height, facts.has_alpha) == ("still", 64, 16, alpha)


def test_jpeg_shows_the_light_on_black(tmp_path: Path) -> None:
    write_still(flat(0.25, 0.0, 0.0, 0.5), tmp_path / "a.jpg")
    red, green, blue = (int(plane[4, 4]) for plane in load_still(tmp_path / "a.jpg").planes)
    assert abs(red - 255 * srgb_encode(0.25)) < 3
    assert max(green, blue) < 4


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    for name, options, message in (
        ("a.bmp", {}, "cannot be written as"),
        ("a.png", {"depth": 12}, "8 or 16 bits"),
        ("a.jpg", {"alpha": True}, "JPEG cannot keep transparency"),
    ):
        with pytest.raises(OutputError, match=message):
            write_still(flat(0, 0, 0), tmp_path / name, **options)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        write_still(flat(0, 0, 0), tmp_path / "file" / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("fps", [Fraction(10), Fraction(24), Fraction(30000, 1001)])
def test_gifs_keep_time_without_drifting(tmp_path: Path, fps: Fraction) -> None:
    frames = [flat(number / 30, 0.2, 0.1) for number in range(30)]
    write_gif(iter(frames), tmp_path / "a.gif", fps=fps)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0
        assert image.size == (12, 8)
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert len(durations) == 30
    assert abs(sum(durations) - 30_000 / fps) <= 5
    assert max(durations) - min(durations) <= 10


def test_gifs_show_their_frames(tmp_path: Path) -> None:
    colours = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]
    write_gif((flat(*colour) for colour in colours), tmp_path / "a.gif", fps=Fraction(10))
    with Image.open(tmp_path / "a.gif") as image:
        shown = [
            (frame.convert("RGB").getpixel((3, 3)), frame.info["duration"]) for frame in ImageSequence.Iterator(image)
        ]
    assert shown == [((255, 0, 0), 100), ((0, 255, 0), 200), ((0, 0, 255), 100)]


def test_gifs_can_be_transparent(tmp_path: Path) -> None:
    frame = flat(1.0, 0.0, 0.0)
    frame.data[:, :, 6:] = 0
    write_gif([frame, flat(0.0, 0.0, 0.0, 0.0)], tmp_path / "a.gif", fps=Fraction(10), alpha=True)
    with Image.open(tmp_path / "a.gif") as image:
        shown = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]
    assert shown[0][0, 0].tolist() == [255, 0, 0, 255]
    assert not shown[0][:, 6:, 3].any()
    assert not shown[1][..., 3].any()


def test_a_gif_without_frames_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without frames"):
        write_gif([], tmp_path / "a.gif", fps=Fraction(10))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("display", "decode"), [("srgb", srgb_decode), ("bt1886", bt1886_decode)])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_stills_hold_values_of_the_display_curve(
    tmp_path: Path, suffix: str, display: Display, decode: Callable[[float], float]
) -> None:
    path = tmp_path / f"a{suffix}"
    write_still(flat(*(decode(code / 255) for code in (100, 7, 200))), path, display=display)
    assert [int(plane[0, 0]) for plane in load_still(path).planes] == [100, 7, 200]


def test_gifs_hold_values_of_the_display_curve(tmp_path: Path) -> None:
    light = flat(*(bt1886_decode(code / 255) for code in (100, 7, 200)))
    write_gif([light], tmp_path / "a.gif", fps=Fraction(10), display="bt1886")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.convert("RGB").getpixel((3, 3)) == (100, 7, 200)
