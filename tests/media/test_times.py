"""When pictures are shown: edit lists, clocks that do not begin at zero, variable rates over an hour."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from colour.models import eotf_BT2100_HLG, eotf_ST2084
from media.clips import digest, make_clip, visible
from media.edit_lists import CLOCK, with_edits
from media.footage import VPX, X264, decoded, run
from media.test_footage import md5, oracle_format
from media_table import media

from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.video.source import VideoSource


def frames_of(number: int) -> int:
    """So many pictures at 24 a second, in ticks of the film's clock."""
    return number * CLOCK // 24


@pytest.mark.parametrize(
    ("edits", "shown"),
    [
        pytest.param([(6, 4)], [4, 5, 6, 7, 8, 9], marks=media("video", "H.264, .mp4", "an edit", read="the original")),
        pytest.param(
            [(4, 8), (4, 0)], [8, 9, 10, 11, 0, 1, 2, 3],
            marks=media("video", "H.264, .mp4", "several edits, out of order", read="the original"),
        ),
        pytest.param(
            [(3, -1), (5, 2)], [2, 3, 4, 5, 6],
            marks=media("video", "H.264, .mp4", "an empty edit", read="the original"),
        ),
    ],
)  # fmt: skip
def test_an_edit_list_says_what_is_shown(tmp_path: Path, edits: list[tuple[int, int]], shown: list[int]) -> None:
    options = {"preset": "ultrafast", "x264-params": "keyint=4:min-keyint=4:scenecut=0:bframes=2:b-adapt=0:threads=1"}
    whole = make_clip(tmp_path / "whole.mp4", options=options, count=16, container={"movie_timescale": str(CLOCK)})
    with av.open(str(whole)) as container:
        stream = container.streams.video[0]
        tick, delay = 1 / (24 * stream.time_base), stream.start_time
    with VideoSource(whole) as source:
        expected = [digest(source.picture(number)) for number in shown]
    path = tmp_path / "edited.mp4"
    path.write_bytes(whole.read_bytes())
    # The encoder's own edit begins two pictures late, as those that it reorders make it.
    media_ticks = [-1 if begin < 0 else int((begin + 2) * tick) + (delay or 0) for _, begin in edits]
    with_edits(path, [(frames_of(count), begin) for (count, _), begin in zip(edits, media_ticks, strict=True)])
    with VideoSource(path) as source:
        assert source.frame_count == len(shown)
        order = random.Random(1).sample(range(len(shown)), len(shown))
        assert [digest(source.picture(number)) for number in order] == [expected[number] for number in order]
        assert [source.frame_number(Fraction(number, 24)) for number in range(len(shown))] == list(range(len(shown)))


@media("video", "H.264, .mkv", "variable rate", read="ffmpeg's command")
@media("video", "H.264, .mp4", "variable rate", read="ffmpeg's command")
@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_telephones_rate_is_followed(tmp_path: Path, suffix: str) -> None:
    steps = np.random.default_rng(3).choice([16, 17, 33, 34, 41, 250], 23)
    times = [500, *(500 + int(t) for t in np.cumsum(steps))]
    path = make_clip(tmp_path / f"v.{suffix}", options=X264, count=24, milliseconds=times)
    with VideoSource(path) as source:
        pixels = oracle_format(source)
        expected = decoded(path, pixels)
        assert source.facts.variable_rate
        for instant in range(0, times[-1] - 500, 7):
            number = bisect_right(times, instant + 500) - 1
            assert source.frame_number(Fraction(instant, 1000)) == number
        order = random.Random(2).sample(range(24), 24)
        assert [md5(source.picture(number), pixels) for number in order] == [expected.sums[number] for number in order]


@media("video", "VP9, .webm", "no duration in the header", read="ffmpeg's command")
@media("video", "H.264, .mkv", "no duration in the header", read="ffmpeg's command")
@pytest.mark.parametrize(("suffix", "encoder", "options"), [("mkv", "libx264", X264), ("webm", "libvpx-vp9", VPX)])
def test_a_file_that_does_not_say_how_long_it_is(
    tmp_path: Path, suffix: str, encoder: str, options: dict[str, str]
) -> None:
    path = make_clip(tmp_path / f"live.{suffix}", encoder, options=options, count=12, container={"live": "1"})
    with VideoSource(path) as source:
        pixels = oracle_format(source)
        expected = decoded(path, pixels)
        assert (source.frame_count, source.duration) == (12, Fraction(1, 2))
        assert [md5(source.picture(number), pixels) for number in range(11, -1, -1)] == list(expected.sums)[::-1]


@pytest.mark.parametrize(
    ("transfer", "number", "light"),
    [
        pytest.param(
            "pq", 16, lambda code: eotf_ST2084(code) / 203,
            marks=media("video", "FFV1, 10 bit, PQ, .mkv", "light, white at 203 cd/m²", read="colour-science"),
        ),
        pytest.param(
            "hlg", 18, lambda code: eotf_BT2100_HLG(np.array([code] * 3), L_W=1000)[0] / 203,
            marks=media("video", "FFV1, 10 bit, HLG, .mkv", "light, white at 203 cd/m²", read="colour-science"),
        ),
    ],
)  # fmt: skip
def test_hdr_footage_is_light_with_white_at_203(
    tmp_path: Path, transfer: str, number: int, light: Callable[[float], float]
) -> None:
    path = tmp_path / f"{transfer}.mkv"
    codes = [64, 200, 400, 573, 721, 940]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv444p10le"
        tags = {"colorspace": 9, "color_range": 1, "color_trc": number, "color_primaries": 9}
        for place, code in enumerate(codes):
            frame = av.VideoFrame(16, 16, "yuv444p10le")
            for plane, value in zip(frame.planes, (code, 512, 512), strict=True):
                np.frombuffer(memoryview(plane), np.uint16)[:] = value
            for name, value in tags.items():
                setattr(stream.codec_context, name, value)
                setattr(frame, name, value)
            frame.pts, frame.time_base = place, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with VideoSource(path) as source:
        assert source.storage.transfer == transfer
        for place, code in enumerate(codes):
            shown = picture_to_frame(source.picture(place)).data[:3, 4, 4]
            np.testing.assert_allclose(shown, light((code - 64) / 876), rtol=2e-3, atol=2e-4)


HOUR = "an hour of variable rate: each of 24 frames a second shows the right picture"
WIDTH, HEIGHT, BITS = 128, 16, 16


def number_in(picture: Picture) -> int:
    """The number that stands in a picture, in blocks of 8 columns: the first is the lowest bit."""
    luma = visible(picture)[0]
    return sum(1 << bit for bit in range(BITS) if luma[4:12, 8 * bit + 2 : 8 * bit + 6].mean() > 128)


def hour(path: Path, times: list[int]) -> Path:
    """Pictures that show their own number, at these milliseconds."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(
            "libx264", rate=60, options={"preset": "ultrafast", "g": "240", "x264-params": "bframes=2"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time in enumerate(times):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            bits = np.array([235 if number >> bit & 1 else 16 for bit in range(BITS)], np.uint8)
            rows = np.frombuffer(memoryview(frame.planes[0]), np.uint8).reshape(HEIGHT, -1)
            rows[:, :WIDTH] = np.repeat(bits, 8)
            for plane in frame.planes[1:]:
                np.frombuffer(memoryview(plane), np.uint8)[:] = 128
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.soak
@media("video", "H.264, .mkv", HOUR, read="the number in it")
@media("video", "H.264, .mp4", HOUR, read="the number in it")
@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_each_frame_of_an_hour_shows_the_right_picture(tmp_path: Path, suffix: str) -> None:
    count = 65_000  # as many as its bits can say
    times = [int(t) for t in np.cumsum(np.random.default_rng(7).choice([16, 33, 34, 50, 140], count)) - 16]
    times = [time - times[0] for time in times]
    assert times[-1] > 3_500_000
    path = hour(tmp_path / f"hour.{suffix}", times)
    # Matroska's clock is of whole milliseconds: a picture may stand half of one too late.
    slack = Fraction(1, 2) if suffix == "mkv" else 0
    wrong = []
    with VideoSource(path) as source:
        assert source.frame_count == count
        for frame in range(times[-1] * 24 // 1000):
            number = source.frame_number(Fraction(frame, 24))
            if (
                number != bisect_right(times, Fraction(frame * 1000, 24) + slack) - 1
                or number_in(source.picture(number)) != number
            ):
                wrong.append(frame)
        for frame in random.Random(4).sample(range(times[-1] * 24 // 1000), 300):
            number = source.frame_number(Fraction(frame, 24))
            if number_in(source.picture(number)) != number:
                wrong.append(frame)
    assert not wrong


@media("video", "H.264, .mkv", "a picture in two seconds, with B-frames", read="what was written")
@media("video", "H.264, .avi", "23.976 a second, with B-frames: every time", read="what was written")
@pytest.mark.parametrize(("name", "fps"), [("slow.mkv", Fraction(1, 2)), ("film.avi", Fraction(24000, 1001))])
def test_pictures_that_are_reordered_keep_their_rate(tmp_path: Path, name: str, fps: Fraction) -> None:
    """Stamps of when they are decoded, and of when they are shown, differ by seconds in the one; the other has but one
    kind, from which FFmpeg guesses the other kind wrongly for the last picture where its clock ticks for each field."""
    made = make_clip(tmp_path / "a.mp4", "libx264", options=X264, count=13, fps=fps)
    run("ffmpeg", "-i", str(made), "-c", "copy", str(tmp_path / name))
    with VideoSource(tmp_path / name) as source, VideoSource(made) as original:
        assert (source.facts.frame_rate, source.facts.variable_rate, source.frame_count) == (fps, False, 13)
        assert source.duration == 13 / fps
        for number in (12, 3, 7, 0):
            assert digest(source.picture(number)) == digest(original.picture(number))


def test_stamps_that_come_twice_lose_no_picture_to_the_edit_list(tmp_path: Path) -> None:
    """As pictures are reordered, the list begins two of them late by the track's clock."""
    made, path = make_clip(tmp_path / "a.mp4", "libx264", options=X264, count=13), tmp_path / "b.mp4"
    with av.open(str(made)) as container, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        packets = [packet for packet in container.demux(video=0) if packet.size]
        twice = sorted(packet.pts for packet in packets)[6:8]
        for packet in packets:
            packet.pts = twice[0] if packet.pts == twice[1] else packet.pts
            packet.stream = stream
            out.mux(packet)
    with VideoSource(path) as source, VideoSource(made) as original:
        assert source.frame_count == 13
        for number in (12, 3, 7, 0):
            assert digest(source.picture(number)) == digest(original.picture(number))
