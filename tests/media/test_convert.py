import itertools
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media.clips import make_clip, visible

from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.image.window import Window
from reelwork.media.convert import (
    PictureWriter,
    copied,
    frame_to_picture,
    frame_to_pixels,
    new_parts,
    picture_to_frame,
)
from reelwork.media.formats import pixel_format_of
from reelwork.media.picture import Picture
from reelwork.media.video.source import VideoSource
from reelwork.media.writing.encode import encode_unit, planes_match
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.spec import video_spec

WIDTH, HEIGHT = 64, 48


def _has_zscale() -> bool:
    if shutil.which("ffmpeg") is None:
        return False
    listed = subprocess.run(["ffmpeg", "-hide_banner", "-filters"], capture_output=True, text=True, check=False)
    return " zscale " in listed.stdout


needs_zscale = pytest.mark.skipif(not _has_zscale(), reason="needs ffmpeg with zscale")


def smooth(storage: StorageFormat) -> Picture:
    """Colours that every film can store, changing slowly enough that filters of chroma do not matter."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = 0.5 + 0.3 * np.sin(x / 17.0)
    green = 0.5 + 0.3 * np.cos(y / 15.0)
    blue = 0.5 + 0.3 * np.sin((x + y) / 21.0)
    kr, kb = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}[storage.matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    scale = 1 << (storage.depth - 8)
    highest = (1 << storage.depth) - 1
    planes = []
    for index, plane in enumerate((luma, (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr))):
        across, down = storage.subsampling if index else (1, 1)
        # Left-sited chroma stands on the first column of two and between two rows.
        rows = plane.reshape(HEIGHT // down, down, WIDTH).mean(axis=1)[:, ::across]
        if storage.full_range:
            codes = rows * highest + (0 if index == 0 else 128 * scale)
        else:
            codes = rows * (219 if index == 0 else 224) * scale + (16 if index == 0 else 128) * scale
        planes.append(np.rint(codes).astype(np.uint8 if storage.depth == 8 else np.uint16))
    return Picture(tuple(planes), storage, WIDTH, HEIGHT)


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
def test_a_pixel_that_nothing_changes_keeps_its_codes(
    matrix: str, full_range: bool, depth: int, subsampling: tuple[int, int]
) -> None:
    storage = StorageFormat(matrix=matrix, full_range=full_range, depth=depth, subsampling=subsampling)
    picture = smooth(storage)
    again = frame_to_picture(picture_to_frame(picture), storage)
    for index, (before, after) in enumerate(zip(visible(picture), visible(again), strict=True)):
        allowed = 0 if subsampling == (1, 1) else subsampled_tolerance(depth) if index else 1
        assert np.abs(before.astype(int) - after.astype(int)).max() <= allowed


def subsampled_tolerance(depth: int) -> int:
    """Codes by which chroma may differ that was interpolated and averaged again: one and a half of 8 bits."""
    return (3 << (depth - 8)) // 2


def test_a_still_and_a_video_of_equal_codes_are_equal() -> None:
    rgb = StorageFormat(model="rgb", subsampling=(1, 1), full_range=True)
    yuv = StorageFormat(subsampling=(1, 1), full_range=True)
    grey = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    neutral = np.full_like(grey, 128)
    still = picture_to_frame(Picture((grey, grey, grey), rgb, 256, 4))
    video = picture_to_frame(Picture((grey, neutral, neutral), yuv, 256, 4))
    assert np.abs(still.data - video.data).max() < 1e-6
    assert np.array_equal(frame_to_pixels(still, alpha=False)[..., 0], grey)


def test_a_window_is_the_same_part_of_the_whole() -> None:
    picture = smooth(StorageFormat())
    whole = picture_to_frame(picture)
    for window in (Window(5, 7, 31, 40), Window(-4, -3, 20, 10), Window(60, 40, 80, 60)):
        assert np.array_equal(picture_to_frame(picture, window).data, whole.crop(window).data)


@needs_zscale
@pytest.mark.parametrize("subsampling", [(1, 1), (2, 2)])
@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
def test_conversion_is_within_a_code_of_zscale(
    tmp_path: Path, matrix: str, full_range: bool, depth: int, subsampling: tuple[int, int]
) -> None:
    source = StorageFormat(matrix=matrix, full_range=full_range, depth=depth, subsampling=subsampling)
    target = replace(source, matrix="bt709", full_range=False)
    picture = smooth(source)
    reference = zscale(picture, target, tmp_path)
    ours = frame_to_picture(picture_to_frame(picture), target)
    for index, (wanted, found) in enumerate(zip(visible(reference), visible(ours), strict=True)):
        # Where only the range changes, zscale leaves chroma on its sites; with a new matrix both interpolate it.
        kept = index and subsampling == (2, 2) and matrix == "bt709"
        allowed = subsampled_tolerance(depth) if kept else 1
        assert np.abs(wanted.astype(int) - found.astype(int)).max() <= allowed


def zscale(picture: Picture, target: StorageFormat, folder: Path) -> Picture:
    (folder / "in.yuv").write_bytes(b"".join(plane.tobytes() for plane in picture.planes))
    matrices = {"bt601": "170m", "bt709": "709"}
    ranges = {False: "limited", True: "full"}
    source = picture.storage
    options = ":".join(
        (
            f"min={matrices[source.matrix]}:rin={ranges[source.full_range]}:cin=left:tin=709:pin=709",
            f"m={matrices[target.matrix]}:r={ranges[target.full_range]}:c=left:t=709:p=709:dither=none",
        )
    )
    kind = ["-f", "rawvideo", "-pix_fmt", pixel_format_of(source), "-video_size", f"{WIDTH}x{HEIGHT}"]
    command = ["ffmpeg", "-v", "error", "-y", *kind, "-i", str(folder / "in.yuv"), "-vf", f"zscale={options}"]
    out = folder / "out.yuv"
    subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", pixel_format_of(target), str(out)], check=True)
    data = np.frombuffer(out.read_bytes(), np.uint8 if target.depth == 8 else "<u2")
    planes, start = [], 0
    for index in range(3):
        columns, rows = target.plane_size(index, WIDTH, HEIGHT)
        planes.append(data[start : start + rows * columns].reshape(rows, columns))
        start += rows * columns
    return Picture(tuple(planes), target, WIDTH, HEIGHT)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p10"])
def test_an_untouched_stretch_keeps_its_planes(tmp_path: Path, pixel_format: str) -> None:
    """Through a file and out again, decoded and encoded without loss: every code value stays."""
    spec = video_spec(".mkv", size=(WIDTH, HEIGHT), fps=Fraction(24), codec="ffv1", pixel_format=pixel_format)
    picture = smooth(spec.storage)
    write_film([encode_unit(spec, [picture] * 3, tmp_path / "unit")], spec, tmp_path / "film.mkv")
    with VideoSource(tmp_path / "film.mkv") as source:
        found = source.picture(1)
        assert planes_match(found, spec)
        assert all(np.array_equal(a, b) for a, b in zip(visible(found), visible(picture), strict=True))


def test_every_format_that_decoders_give_becomes_light(tmp_path: Path) -> None:
    """Packed and interleaved formats show the same picture as their planar cousins."""
    import av

    from reelwork.media.video.avframes import base_storage, picture_of

    clip = make_clip(tmp_path / "a.mkv", "ffv1", "yuv420p", count=1)
    with av.open(str(clip)) as container:
        frame = next(container.decode(video=0))
    pairs = {
        "yuv420p": ("nv12", "nv21"),
        "yuv422p": ("yuyv422", "uyvy422"),
        "gbrp": ("rgb24", "bgr24", "rgb0", "bgr0", "0rgb", "0bgr"),
        "gbrap": ("rgba", "bgra", "argb", "abgr"),
        "gbrp16le": ("rgb48le", "rgb48be", "bgr48le"),
        "gbrap16le": ("rgba64le", "rgba64be", "bgra64le"),
        "gray": ("ya8",),
        "gray16le": ("gray16be", "ya16le", "ya16be"),
    }
    for planar, others in pairs.items():
        plain = frame.reformat(format=planar)
        wanted = visible(picture_of(plain, base_storage(planar)))
        for name in others:
            found = visible(picture_of(plain.reformat(format=name), base_storage(name)))
            assert all(np.array_equal(a, b) for a, b in zip(wanted, found, strict=False)), name
    deep = frame.reformat(format="yuv420p10le")
    found = visible(picture_of(deep.reformat(format="p010le"), base_storage("p010le")))
    wanted = visible(picture_of(deep, base_storage("yuv420p10le")))
    assert all(np.array_equal(a, b) for a, b in zip(wanted, found, strict=True))
    assert base_storage("bayer_bggr8") is None


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.sampled_from([(1, 1), (2, 1), (2, 2)]),
    st.sampled_from(["none", "straight"]),
    st.integers(-3, 3),
)
def test_strips_make_the_same_picture_as_the_frame(
    heights: list[int], subsampling: tuple[int, int], alpha: str, top: int
) -> None:
    storage = StorageFormat(model="yuv", subsampling=subsampling, full_range=False, alpha=alpha)
    window = Window(5, top, 5 + 17, top + sum(heights))
    data = np.random.default_rng(0).random((4, window.height, window.width), dtype=np.float32)
    data[:3] *= data[3]
    frame = Frame(data, window)
    writer = PictureWriter(storage, window)
    for height in heights:
        writer.write(frame.crop(Window(5, top, 22, top + height)))
        top += height
    assert frame.window.y1 == top
    for plane, expected in zip(writer.picture.planes, frame_to_picture(frame, storage).planes, strict=True):
        np.testing.assert_array_equal(plane, expected)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    x0, y0 = draw(st.integers(5, 34)), draw(st.integers(-3, 20))
    return Window(x0, y0, draw(st.integers(x0 + 1, 35)), draw(st.integers(y0 + 1, 21)))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(windows(), max_size=5),
    st.sampled_from([(1, 1), (2, 1), (2, 2)]),
    st.sampled_from(["none", "straight"]),
    st.integers(1, 9),
)
def test_parts_that_are_new_make_the_same_picture_as_the_frame(
    changed: list[Window], subsampling: tuple[int, int], alpha: str, rows: int
) -> None:
    storage = StorageFormat(model="yuv", subsampling=subsampling, full_range=False, alpha=alpha)
    window, random = Window(5, -3, 35, 21), np.random.default_rng(1)
    data = random.random((4, 24, 30), dtype=np.float32)
    before = frame_to_picture(Frame(data, window), storage)
    for x0, y0, x1, y1 in changed:
        data[:, y0 + 3 : y1 + 3, x0 - 5 : x1 - 5] = random.random((4, y1 - y0, x1 - x0), dtype=np.float32)
    frame, picture = Frame(data, window), copied(before)
    parts = new_parts(changed, window)
    assert all((a & b).is_empty for a, b in itertools.combinations(parts, 2))
    for part in parts:
        writer = PictureWriter(storage, window, picture=picture, part=part)
        x0, y0, x1, y1 = writer.reads
        for top in range(y0, y1, rows):
            writer.write(frame.crop(Window(x0, top, x1, min(top + rows, y1))))
    for plane, expected in zip(picture.planes, frame_to_picture(frame, storage).planes, strict=True):
        np.testing.assert_array_equal(plane, expected)
