"""Colour through a whole render: an identity composition changes no colour, whatever the tags on both sides."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from making import Here

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

WIDTH, HEIGHT = 96, 64
#: AVCOL_SPC_*, AVCOL_RANGE_*, and zscale's names for them.
MATRICES = {"bt709": (1, "709"), "bt601": (6, "170m")}
RANGES = {"limited": (1, "limited"), "full": (2, "full")}
FORMATS = {(8, 1): "yuv444p", (10, 1): "yuv444p10le", (8, 2): "yuv420p", (10, 2): "yuv420p10le"}
#: Matrix, range, depth, and luma samples to one of chroma along each axis.
Kind = tuple[str, str, int, int]
KINDS: list[Kind] = [(*kind, 1) for kind in itertools.product(MATRICES, RANGES, (8, 10))]
SHARED: list[Kind] = [(*kind[:3], 2) for kind in KINDS]


def planes(limited: bool, depth: int, shared: int) -> list[np.ndarray]:
    """Three planes whose colours lie inside the R'G'B' cube, for both matrices."""
    luma = 0.3 + 0.4 * np.mgrid[:HEIGHT, :WIDTH][1] / WIDTH
    y, x = np.mgrid[: HEIGHT // shared, : WIDTH // shared] * shared
    blue, red = 0.14 * np.sin(x / 15 + y / 9), 0.14 * np.cos(y / 7)
    top = (1 << depth) - 1
    if limited:
        step = 1 << (depth - 8)
        stored = [16 * step + 219 * step * luma, 128 * step + 224 * step * blue, 128 * step + 224 * step * red]
    else:
        middle = 1 << (depth - 1)
        stored = [top * luma, middle + top * blue, middle + top * red]
    kind = np.uint8 if depth == 8 else np.uint16
    return [np.rint(plane).astype(kind) for plane in stored]


def write(path: Path, matrix: str, span: str, depth: int, shared: int) -> None:
    """Two lossless, tagged pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, FORMATS[depth, shared]
        tags = {"colorspace": MATRICES[matrix][0], "color_range": RANGES[span][0], "color_primaries": 1, "color_trc": 1}
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for number in range(2):
            frame = av.VideoFrame(WIDTH, HEIGHT, FORMATS[depth, shared])
            for plane, values in zip(frame.planes, planes(span == "limited", depth, shared), strict=True):
                padded = np.zeros((len(values), plane.line_size), np.uint8)
                padded[:, : values.nbytes // len(values)] = values.view(np.uint8).reshape(len(values), -1)
                plane.update(padded)
            for name, value in tags.items():
                setattr(frame, name, value)
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def render(
    folder: Path, matrix: str, span: str, depth: int, shared: int, *, touched: bool = False, display: str = "srgb"
) -> Path:
    pixel_format = FORMATS[depth, shared]
    effects = "effects: [{crop: {left: 1}}]" if touched else ""
    (folder / "scene.yaml").write_text(f"""
reelwork: 1
canvas: {{size: [{WIDTH}, {HEIGHT}], fps: 24, display: {display}}}
compositions: {{main: {{layers: [{{file: source.mkv, {effects}}}]}}}}
outputs:
  film: {{file: film.mkv, video: {{codec: ffv1, pixel-format: {pixel_format}, matrix: {matrix}, range: {span}}}}}
""")
    to = folder / "film.mkv"
    produce.render(folder, Settings(), Request(to=to), Silent(), Here())
    return to


def reference(source: Path, matrix: str, span: str, depth: int, shared: int) -> list[np.ndarray]:
    """The first picture by zscale, in another program."""
    program = shutil.which("ffmpeg")
    filters = subprocess.run([program or "true", "-hide_banner", "-filters"], capture_output=True, text=True).stdout
    if " zscale " not in filters:
        pytest.skip("there is no ffmpeg with zscale on this machine")
    kind = np.uint8 if depth == 8 else np.uint16
    name, stretch = MATRICES[matrix][1], RANGES[span][1]
    pixel_format = FORMATS[depth, shared]
    wanted = f"zscale=matrix={name}:range={stretch}:dither=none,format={pixel_format}"
    output = ["-vf", wanted, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
    raw = subprocess.run([program, "-v", "error", "-i", str(source), *output], check=True, capture_output=True).stdout
    samples = np.frombuffer(raw, kind)
    chroma = HEIGHT // shared, WIDTH // shared
    luma, blue, red = np.split(samples, [HEIGHT * WIDTH, HEIGHT * WIDTH + chroma[0] * chroma[1]])
    return [luma.reshape(HEIGHT, WIDTH), blue.reshape(chroma), red.reshape(chroma)]


def planes_of(path: Path) -> list[list[np.ndarray]]:
    """The three stored planes of every picture in a file."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            kind = np.uint16 if "10" in frame.format.name else np.uint8
            found.append(
                [np.frombuffer(plane, kind).reshape(plane.height, -1)[:, : plane.width] for plane in frame.planes]
            )
    return found


@pytest.mark.parametrize(
    ("source", "target"),
    [*((s, t) for s in KINDS for t in (KINDS[0], KINDS[7], s)), *zip(SHARED, SHARED[::-1], strict=True)],
)
def test_an_identity_composition_is_within_one_code_of_zscale(tmp_path, source, target):
    write(tmp_path / "source.mkv", *source)
    film = render(tmp_path, *target)
    with av.open(str(film)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (MATRICES[target[0]][0], RANGES[target[1]][0])
        assert (context.color_primaries, context.color_trc) == (1, 1)
    for ours, theirs in zip(planes_of(film)[0], reference(tmp_path / "source.mkv", *target), strict=True):
        assert abs(ours.astype(int) - theirs.astype(int)).max() <= 1


#: Either display curve; one kind of storage is enough for the second.
DISPLAYED = [*((kind, "srgb") for kind in KINDS), (KINDS[0], "bt1886"), (KINDS[7], "bt1886")]


@pytest.mark.parametrize(("kind", "display"), [*DISPLAYED, *((kind, "srgb") for kind in SHARED)])
def test_what_nothing_changes_keeps_its_planes(tmp_path, kind, display):
    write(tmp_path / "source.mkv", *kind)
    before, after = planes_of(tmp_path / "source.mkv"), planes_of(render(tmp_path, *kind, display=display))
    assert len(before) == 2
    for a, b in zip(before, after, strict=True):
        assert all((one == other).all() for one, other in zip(a, b, strict=True))


@pytest.mark.parametrize(("kind", "display"), DISPLAYED)
def test_a_pixel_that_nothing_changes_keeps_its_code(tmp_path, kind, display):
    write(tmp_path / "source.mkv", *kind)
    before = np.stack(planes_of(tmp_path / "source.mkv")[0])
    film = render(tmp_path, *kind, touched=True, display=display)
    after = np.stack(planes_of(film)[0])
    with av.open(str(film)) as container:
        assert container.streams.video[0].codec_context.color_trc == 1
    assert (after[:, :, 1:] == before[:, :, 1:]).all()
    assert (after[:, :, 0] != before[:, :, 0]).any()
