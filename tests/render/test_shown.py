"""Footage that is not stored as it is shown: turned, mirrored, in pixels that are not square, of changing size."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media.clips import frames, make_clip
from media.footage import command
from media.footage import run as run_command
from media_table import media

from reelwork.errors import MediaError
from reelwork.graph.model import Media
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.convert import picture_to_frame
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource
from reelwork.render.sources import Sources
from reelwork.values import Affine

#: ISO/IEC 14496-12's matrices that turn and mirror, by EXIF's number of what they undo.
ONE = 1 << 16
MATRICES = {
    2: (-ONE, 0, 0, ONE),
    3: (-ONE, 0, 0, -ONE),
    4: (ONE, 0, 0, -ONE),
    5: (0, ONE, ONE, 0),
    6: (0, ONE, -ONE, 0),
    7: (0, -ONE, -ONE, 0),
    8: (0, -ONE, ONE, 0),
}
#: numpy's way of the same: from rows as stored to rows as shown.
TURNED = {
    2: lambda rows: rows[:, ::-1],
    3: lambda rows: rows[::-1, ::-1],
    4: lambda rows: rows[::-1],
    5: lambda rows: rows.T,
    6: lambda rows: rows.T[:, ::-1],
    7: lambda rows: rows[::-1, ::-1].T,
    8: lambda rows: rows.T[::-1],
}


def turned_clip(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    a, b, c, d = matrix
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 32, 18, "yuv444p"
        stream.set_display_matrix((a, b, 0, c, d, 0, 0, 0, 1 << 30))
        for number, frame in enumerate(frames(2, "yuv444p", width=32, height=18)):
            frame.pts, frame.time_base = number, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def painted(path: Path, number: int = 0, matrix: Affine = Affine.IDENTITY) -> Frame:
    """A picture as it is shown, through a map."""
    facts = probe(path)
    out = Frame.empty(Window(0, 0, facts.width, facts.height))
    time = number / (facts.frame_rate or Fraction(1))
    Sources().painter(Media(str(path), facts), time, matrix, ())(out)
    return out


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, marks=media("video", "H.264, .mp4", f"turned and mirrored: EXIF {number}", read="numpy"))
        for number in MATRICES
    ],
)
def test_turned_pictures_are_shown_upright(tmp_path: Path, number: int) -> None:
    path = turned_clip(tmp_path / "turned.mp4", MATRICES[number])
    facts = probe(path)
    assert facts.orientation == number
    assert (facts.width, facts.height) == ((32, 18) if number < 5 else (18, 32))
    with VideoSource(path) as source:
        stored = picture_to_frame(source.picture(1))
    expected = np.stack([TURNED[number](plane) for plane in stored.data])
    assert np.array_equal(painted(path, 1).data, expected)


@media("video", "H.264, .mp4", "turned as players turn it", read="ffmpeg's command")
def test_a_telephone_on_its_side_is_turned_as_ffmpegs_command_turns_it(tmp_path: Path) -> None:
    if command("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    for number in (3, 6, 8):
        path = turned_clip(tmp_path / f"{number}.mp4", MATRICES[number])
        upright = tmp_path / f"{number}.mkv"
        run_command("ffmpeg", "-i", str(path), "-c:v", "ffv1", str(upright))
        assert (probe(upright).width, probe(upright).height) == (probe(path).width, probe(path).height)
        assert np.array_equal(painted(path).data, painted(upright).data)


def test_what_is_turned_by_no_quarter_is_an_error(tmp_path: Path) -> None:
    path = turned_clip(tmp_path / "askew.mp4", (46341, 46341, -46341, 46341))
    with pytest.raises(MediaError, match="turned by -45 degrees; only quarter turns"):
        probe(path)


def anamorphic(path: Path, aspect: Fraction) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24, options={"crf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 36, 32, "yuv444p"
        stream.codec_context.sample_aspect_ratio = aspect
        for number, frame in enumerate(frames(1, "yuv444p", width=36, height=32)):
            frame.pts, frame.time_base = number, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@media("video", "H.264, .mp4", "pixels that are not square", read="the engine's resampler")
@pytest.mark.parametrize(("aspect", "width"), [("16/11", 52), ("8/9", 32), ("32/27", 43), ("2", 72), ("1001/1000", 36)])
def test_pixels_that_are_not_square_are_shown_as_wide_as_they_are(tmp_path: Path, aspect: str, width: int) -> None:
    path = anamorphic(tmp_path / "wide.mp4", Fraction(aspect))
    square = anamorphic(tmp_path / "square.mp4", Fraction(1))
    facts = probe(path)
    assert (facts.width, facts.height, facts.stored_size) == (width, 32, (36, 32))
    # Shown where its own shape is undone, it is what is stored.
    assert np.array_equal(
        painted(path, matrix=Affine.scaling(36 / width, 1.0)).data[..., :30], painted(square).data[..., :30]
    )
    # Shown as it is, it covers its box and is the stored picture stretched.
    out = Frame.empty(Window(0, 0, width, 32))
    Sources().painter(Media(str(square), probe(square)), Fraction(0), Affine.scaling(width / 36, 1.0), ())(out)
    assert np.array_equal(painted(path).data, out.data)


def test_pixels_of_an_impossible_shape_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="says that its pixels are 20:1, 20 times as wide as high"):
        probe(anamorphic(tmp_path / "line.mp4", Fraction(20)))


@media("video", "MPEG-2, MPEG-TS", "size that changes in the middle", read="the parts")
def test_pictures_of_another_size_are_fitted_into_the_first_ones_box(tmp_path: Path) -> None:
    big = make_clip(tmp_path / "big.ts", "mpeg2video", options={"g": "6"}, count=6, size=(96, 64))
    small = make_clip(tmp_path / "small.ts", "mpeg2video", options={"g": "6"}, count=6, size=(64, 48))
    path = tmp_path / "both.ts"
    with av.open(str(path), "w") as out:
        stream = None
        for part, offset in ((big, 0), (small, 6 * 3750)):
            with av.open(str(part)) as container:
                stream = stream or out.add_stream_from_template(container.streams.video[0])
                for packet in container.demux(video=0):
                    if packet.size:
                        packet.pts, packet.dts = packet.pts + offset, packet.dts + offset
                        packet.stream = stream
                        out.mux(packet)
    facts = probe(path)
    assert (facts.width, facts.height, facts.frame_count) == (96, 64, 12)
    assert np.array_equal(painted(path, 3).data, painted(big, 3).data)
    fitted = Frame.empty(Window(0, 0, 96, 64))
    scaling = Affine.scaling(96 / 64, 64 / 48)
    Sources().painter(Media(str(small), probe(small)), Fraction(2, 24), scaling, ())(fitted)
    shown = painted(path, 8)
    assert np.array_equal(shown.data[:, 2:-2, 2:-2], fitted.data[:, 2:-2, 2:-2])
    assert (shown.data[3] == 1.0).all()
