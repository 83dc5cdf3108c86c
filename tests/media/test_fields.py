"""Pictures of two fields: taken apart as each of them says, or as the director says, in whatever order."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import pytest
from click.testing import CliRunner
from media.clips import digest, make_clip
from media.footage import FIELDS, Kind, decoded, run
from media.paff import make_paff
from media.test_footage import md5, oracle_format
from media_table import media

from reelwork.catalogue.facts import Reading
from reelwork.cli import app
from reelwork.media.probe import probe
from reelwork.media.video.cadence import is_telecined
from reelwork.media.video.source import VideoSource


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            id=kind.name,
            marks=[
                media("video", kind.label, "fields taken apart", read="ffmpeg's bwdif"),
                *([pytest.mark.soak] if kind.name in ("fields.dv", "lower.mkv", "upper.mov") else []),
            ],
        )
        for kind in FIELDS
    ],
)
def test_fields_are_taken_apart_as_ffmpegs_filter_does(tmp_path: Path, kind: Kind) -> None:
    path = kind.make(tmp_path / kind.name)
    with VideoSource(path) as source:
        count, pixels = source.frame_count, oracle_format(source)
        assert source.facts.fields == ("top-first" if "upper" in kind.name else "bottom-first")
        expected = decoded(path, pixels, after=("-vf", "bwdif=mode=send_frame:deint=interlaced"))
        made = [md5(source.picture(number), pixels) for number in range(count)]
        # The first has none before it; what is made of it without one has changed from version to version.
        assert made[1:] == list(expected.sums[1:])
    for seed in range(3):
        with VideoSource(path) as source:
            order = random.Random(seed).sample(range(count), count)
            assert [md5(source.picture(number), pixels) for number in order] == [made[number] for number in order]
    with VideoSource(path) as source:
        assert [md5(source.picture(number), pixels) for number in range(1, count, 2)] == made[1::2]


@media(
    "video", "MPEG-2 of fields, upper first, MPEG-TS", "fields left, or read the other way round", read="ffmpeg's bwdif"
)
def test_a_director_says_which_field_is_first_or_that_there_are_none(tmp_path: Path) -> None:
    path = FIELDS[0].make(tmp_path / FIELDS[0].name)
    for fields, filtering in (("off", "null"), ("bottom-first", "bwdif=mode=send_frame:parity=bff:deint=all")):
        with VideoSource(path, reading=Reading(fields=fields)) as source:
            pixels = oracle_format(source)
            expected = decoded(path, pixels, after=("-vf", filtering)).sums
            order = random.Random(1).sample(range(source.frame_count), source.frame_count)
            assert [md5(source.picture(n), pixels) for n in order if n] == [expected[n] for n in order if n]


@media("video", "MPEG-2, MPEG-TS", "fields that begin in the middle", read="the parts")
def test_fields_that_begin_in_the_middle_are_found_in_whatever_order(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.ts", "mpeg2video", options={"g": "6", "bf": "2"}, count=8, size=(96, 64))
    apart = FIELDS[0].make(tmp_path / FIELDS[0].name)
    path = tmp_path / "both.ts"
    with av.open(str(path), "w") as out:
        stream = None
        for part, start in ((whole, 0), (apart, 12)):
            with av.open(str(part)) as container:
                stream = stream or out.add_stream_from_template(container.streams.video[0])
                packets = [packet for packet in container.demux(video=0) if packet.size]
                first = min(packet.pts for packet in packets)
                for packet in packets:
                    moved = 90_000 + start * 3750 - first
                    packet.pts, packet.dts, packet.stream = packet.pts + moved, packet.dts + moved, stream
                    out.mux(packet)
    with VideoSource(path) as both, VideoSource(apart) as source:
        assert both.facts.fields == ""
        made = [digest(both.picture(number)) for number in range(both.frame_count)]
        assert made[9:] == [digest(source.picture(number)) for number in range(1, source.frame_count)]
    for seed in range(3):
        with VideoSource(path) as both:
            order = random.Random(seed).sample(range(len(made)), len(made))
            assert [digest(both.picture(number)) for number in order] == [made[number] for number in order]
    with VideoSource(path) as both:
        assert [digest(both.picture(number)) for number in range(0, len(made), 3)] == made[::3]


@pytest.mark.parametrize(
    ("suffix", "apart"),
    [
        pytest.param(suffix, apart, marks=media("video", label, said, read="ffmpeg's command and its bwdif"))
        for suffix, label in {
            "ts": "H.264 (PAFF), MPEG-TS",
            "mkv": "H.264 (PAFF), .mkv",
            "mp4": "H.264 (PAFF), .mp4",
        }.items()
        for apart, said in ((False, "a packet for both fields"), (True, "a packet for each field"))
    ],
)
def test_fields_that_are_pictures_of_their_own_become_one(tmp_path: Path, suffix: str, apart: bool) -> None:
    """Cameras write each field as a picture of its own; where it is a packet too, it is still no picture that is
    shown."""
    path = make_paff(tmp_path / f"camera.{suffix}", 14, apart=apart)
    for fields, filtering in (("off", "null"), ("auto", "bwdif=mode=send_frame:deint=interlaced")):
        with VideoSource(path, reading=Reading(fields=fields)) as source:
            assert (source.frame_count, source.facts.frame_rate, source.facts.fields) == (14, 25, "top-first")
            expected = decoded(path, "yuv420p", after=("-vf", filtering))
            assert len(expected.sums) == 14
            order = random.Random(suffix).sample(range(1, 14), 13)
            assert [md5(source.picture(n), "yuv420p") for n in order] == [expected.sums[n] for n in order]
            assert source.duration == Fraction(14, 25)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, id=kind.name, marks=media("video", kind.label, "both fields as pictures", read="ffmpeg's bwdif")
        )
        for kind in FIELDS
        if kind.name in ("upper.ts", "lower.mpg", "upper.mp4")
    ],
)
def test_both_fields_become_pictures_where_a_director_wants_it(tmp_path: Path, kind: Kind) -> None:
    path, double = kind.make(tmp_path / kind.name), Reading(fields="double")
    with VideoSource(path) as source:
        count, rate, duration = source.frame_count, source.facts.frame_rate, source.duration
    with VideoSource(path, reading=double) as source:
        assert (source.frame_count, source.facts.frame_count) == (2 * count, 2 * count)
        assert (source.facts.frame_rate, source.duration) == (2 * rate, duration)
        assert [source.frame_number(number / (2 * rate)) for number in range(2 * count)] == list(range(2 * count))
        assert source.frame_number(duration + 1) == 2 * count - 1
        pixels = oracle_format(source)
        expected = decoded(path, pixels, after=("-vf", "bwdif=mode=send_field:deint=interlaced")).sums
        made = [md5(source.picture(number), pixels) for number in range(2 * count)]
        # What is made of the first and the last, without one before or after, has changed from version to version.
        assert made[1:-1] == list(expected[1:-1])
    with VideoSource(path, reading=double) as source:
        order = random.Random(kind.name).sample(range(2 * count), 2 * count)
        assert [md5(source.picture(number), pixels) for number in order] == [made[number] for number in order]


def test_a_picture_without_fields_is_shown_for_both(tmp_path: Path) -> None:
    path = make_clip(
        tmp_path / "whole.mp4", options={"preset": "ultrafast"}, count=5, milliseconds=[0, 40, 140, 180, 220]
    )
    with VideoSource(path) as single, VideoSource(path, reading=Reading(fields="double")) as double:
        assert double.frame_count == 10
        assert [digest(double.picture(n)) for n in (9, 4, 5, 0)] == [digest(single.picture(n)) for n in (4, 2, 2, 0)]
        times = [Fraction(ms, 1000) for ms in (0, 21, 60, 95, 150, 221)]
        assert [double.frame_number(time) for time in times] == [0, 1, 2, 3, 4, 8]


@media("video", "MPEG-2, telecined (3:2), program stream", "told, with the remedy", read="ffmpeg's telecine")
def test_film_that_was_telecined_is_told(tmp_path: Path) -> None:
    film = "testsrc2=size=96x64:rate=24000/1001,telecine=first_field=top"
    video = "testsrc2=size=96x64:rate=60000/1001,tinterlace=interleave_top"
    for name, picture in (("film", film), ("video", video)):
        path = tmp_path / f"{name}.mpg"
        run("ffmpeg", "-f", "lavfi", "-i", picture, "-frames:v", "40", "-c:v", "mpeg2video", "-b:v", "4M", "-bf", "2",
            "-flags", "+ildct+ilme", "-top", "1", str(path))  # fmt: skip
        assert probe(path).fields == "top-first"
        assert is_telecined(path) is (name == "film")
        said = CliRunner().invoke(app.cli, ["probe", str(path)]).output
        assert ("telecined" in said) is (name == "film")
        assert ("`fields: pulldown`" in said) is (name == "film")
