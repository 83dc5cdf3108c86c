import errno
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.footage import run
from media_table import media
from PIL import Image, ImageSequence

from reelwork.errors import OutputError
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.maths import bt1886_decode, srgb_decode, srgb_encode
from reelwork.media.convert import frame_to_pixels, picture_to_frame
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still
from reelwork.media.writing.animating import write_animation
from reelwork.media.writing.gif import write_gif
from reelwork.media.writing.stills import write_still
from reelwork.media.writing.verify import animation_problems
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


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".exr", ".jpg", ".tga"])
def test_where_no_more_can_be_written_the_file_that_was_asked_for_is_named(tmp_path: Path, suffix: str) -> None:
    resource = pytest.importorskip("resource", reason="only POSIX bounds what a process writes")
    frame = ramp(64, 64)
    frame.data[:3] *= np.random.default_rng(3).random((3, 64, 64), np.float32)
    to, limits = tmp_path / f"a{suffix}", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as a full disk does: the write fails half way
    try:
        with pytest.raises(OutputError) as caught:
            write_still(frame, to)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(caught.value) == f"cannot write {to}: {os.strerror(errno.EFBIG)}"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fps", [Fraction(10), Fraction(24), Fraction(30000, 1001)])
def test_gifs_keep_time_without_drifting(tmp_path: Path, fps: Fraction) -> None:
    frames = [flat(number / 30, 0.2, 0.1) for number in range(30)]
    write_gif(iter(frames), tmp_path / "a.gif", fps=fps)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0
        assert image.size == (12, 8)
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert len(durations) == 30
    begun = np.cumsum([0, *durations])
    assert all(abs(time - 1000 * number / fps) <= 5 for number, time in enumerate(begun))
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


def drifting(count: int = 12, width: int = 64, height: int = 36) -> list[Frame]:
    """Soft colours and grain that drift, on grain that stands still."""
    rng = np.random.default_rng(4)
    grain = rng.normal(0, 0.01, (3, height, width + count))
    still = np.add.outer(np.linspace(0.1, 0.6, height), np.linspace(0.0, 0.3, width))
    frames = []
    for number in range(count):
        frame = Frame.empty(Window(0, 0, width, height))
        for channel in range(3):
            wave = np.sin(np.arange(width // 2) / (5 + channel) + number / 3) * 0.2 + 0.3
            light = still + grain[channel][:, :width]
            light[:, : width // 2] = wave + grain[channel][:, number : number + width // 2]
            frame.data[channel] = np.clip(light, 0, 1)
        frame.data[3] = 1.0
        frames.append(frame)
    return frames


def raw(path: Path, folder: Path, *, count: int, height: int = 36, width: int = 64) -> np.ndarray:
    """Every picture of an animation, by ffmpeg's own command."""
    run(
        "ffmpeg",
        "-i",
        str(path),
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        str(folder / "raw"),
    )
    return np.fromfile(folder / "raw", np.uint8).reshape(count, height, width, 3)


def likeness(found: np.ndarray, pixels: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.square(found.astype(np.float64) - pixels).mean()))


@media(
    "stills", "GIF, animated", "pictures and times; size and likeness against palettegen", written="ffmpeg's command"
)
def test_gifs_are_as_small_and_as_like_as_those_of_ffmpeg(tmp_path: Path) -> None:
    frames = drifting()
    pixels = np.stack([frame_to_pixels(frame, alpha=False) for frame in frames])
    write_gif(iter(frames), tmp_path / "a.gif", fps=Fraction(20))
    found = raw(tmp_path / "a.gif", tmp_path, count=12)
    like, size = likeness(found, pixels), (tmp_path / "a.gif").stat().st_size
    still = found[:, :, 34:]
    assert (still == still[0]).all()  # what does not move does not shimmer
    (tmp_path / "source").write_bytes(pixels.tobytes())
    given = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x36", "-r", "20", "-i", str(tmp_path / "source"))
    for how in ("paletteuse", "paletteuse=dither=bayer:bayer_scale=3"):
        run("ffmpeg", *given, "-vf", f"split[a][b];[a]palettegen[p];[b][p]{how}", str(tmp_path / "b.gif"))
        assert size <= (tmp_path / "b.gif").stat().st_size
        assert like >= likeness(raw(tmp_path / "b.gif", tmp_path, count=12), pixels)


def test_a_scene_of_a_gif_has_colours_of_its_own(tmp_path: Path) -> None:
    ramps = [ramp(64, 32), ramp(64, 32)]
    ramps[1].data[2] = ramps[1].data[0]
    ramps[1].data[0] *= 0.02
    write_gif([ramps[0], flat(0.5, 0.5, 0.5, size=(64, 32)), ramps[1]], tmp_path / "a.gif", fps=Fraction(10))
    found = raw(tmp_path / "a.gif", tmp_path, count=3, height=32)
    assert likeness(found[2], frame_to_pixels(ramps[1], alpha=False)) > 40


def test_what_goes_from_a_transparent_gif_is_gone(tmp_path: Path) -> None:
    frames = []
    for number in range(4):
        frame = flat(0.0, 0.0, 0.0, 0.0, size=(40, 20))
        frame.data[:, 2:18, 8 * number : 8 * number + 8] = np.array([1, 0, 0, 1], np.float32)[:, None, None]
        frames.append(frame)
    write_gif(frames, tmp_path / "a.gif", fps=Fraction(10), alpha=True)
    with Image.open(tmp_path / "a.gif") as image:
        shown = [np.asarray(picture.convert("RGBA"))[..., 3] > 0 for picture in ImageSequence.Iterator(image)]
    assert [np.flatnonzero(seen.any(axis=0)).tolist() for seen in shown] == [
        list(range(8 * number, 8 * number + 8)) for number in range(4)
    ]
    assert not any(seen[:2].any() or seen[18:].any() for seen in shown)


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


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(".apng", marks=media("stills", "APNG, animated", "every code value and times", written="Pillow")),
        pytest.param(".webp", marks=media("stills", "WebP, animated", "every code value and times", written="Pillow")),
    ],
)
def test_animations_in_full_colour_keep_every_code_value(tmp_path: Path, suffix: str, alpha: bool) -> None:
    frames = drifting(6)
    for frame in frames if alpha else []:
        frame.data[:, :10] *= 0.5
    frames[3] = frames[2]
    expected = [frame_to_pixels(frame, alpha=alpha) for frame in frames]
    write_animation(iter(frames), tmp_path / f"a{suffix}", fps=Fraction(10), alpha=alpha)
    shown: list[np.ndarray] = []
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert image.info["loop"] == 0
        for picture in ImageSequence.Iterator(image):
            picture.load()
            times = round(picture.info["duration"] / 100)
            shown += [np.asarray(picture.convert("RGBA" if alpha else "RGB"))] * times
    assert len(shown) == 6
    assert all(np.array_equal(a, b) for a, b in zip(shown, expected, strict=True))
    assert animation_problems(tmp_path / f"a{suffix}", frames=6, fps=Fraction(10)) == ()
    with pytest.raises(OutputError, match="without frames"):
        write_animation([], tmp_path / f"b{suffix}", fps=Fraction(10))


@pytest.mark.parametrize("fps", [Fraction(30), Fraction(24000, 1001), Fraction(7)])
def test_an_animated_webp_lasts_as_long_as_the_film(tmp_path: Path, fps: Fraction) -> None:
    path = tmp_path / "a.webp"
    write_animation((flat(n / 15, 0, 0) for n in range(15)), path, fps=fps)
    with Image.open(path) as image:
        lasts = [picture.info["duration"] for picture in ImageSequence.Iterator(image) if picture.load() is not None]
    assert len(lasts) == 15
    assert sum(lasts) == round(15_000 / fps)
