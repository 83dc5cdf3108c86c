"""Edit lists of MP4 and MOV: which samples are heard, and when, beside their pictures."""

from __future__ import annotations

import json
import math
import random
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media.clips import digest, make_clip, visible
from media.edit_lists import CLOCK, Said, box, boxes, picture_at, with_edits
from media_table import media

from reelwork.errors import MediaError
from reelwork.media.edits import Edit, EditList
from reelwork.media.opening import opened
from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource
from reelwork.media.sound.waves import count_samples, waves
from reelwork.media.video.cuts import cut, index_from
from reelwork.media.video.index import FrameIndex
from reelwork.media.video.source import VideoSource

RATE = 48_000
Pairs = tuple[tuple[str, str], ...]
COUNT = 20_011
#: How long each edit lasts and which sample it begins with; -1 shows nothing.
EDITS = {
    "a cut": [(5003, 317), (7001, 9001)],
    "out of order": [(4001, 12_003), (6007, 1501), (3000, 12_003)],
    "an empty edit": [(4804, -1), (COUNT, 0)],
    "a gap": [(2005, 4801), (3001, -1), (COUNT - 7777, 7777)],
}


def noise() -> np.ndarray:
    return np.rint(3000 * np.random.default_rng(3).standard_normal(COUNT)).astype(np.int16)


def recording(path: Path, encoder: str) -> Path:
    with av.open(str(path), "w", container_options={"movie_timescale": str(CLOCK)}) as out:
        stream = out.add_stream(encoder, rate=RATE, layout="mono")
        convert = av.AudioResampler(format=stream.format.name, layout="mono", rate=RATE)
        for start in range(0, COUNT, 1000):
            frame = av.AudioFrame.from_ndarray(noise()[None, start : start + 1000], "s16", "mono")
            frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            for converted in convert.resample(frame):
                out.mux(stream.encode(converted))
        out.mux(stream.encode(None))
    return path


def samples(path: Path) -> tuple[Fraction, np.ndarray]:
    with waves(path) as sound:
        return sound.start, np.concatenate([run.samples[0] for run in sound.runs])


def pieced(whole: np.ndarray, edits: list[tuple[int, int]]) -> np.ndarray:
    pieces = [np.zeros(count) if begin < 0 else whole[begin : begin + count] for count, begin in edits]
    return np.concatenate(pieces)


CODECS = [
    ("a.mov", "pcm_s16le", 0, "PCM, .mov"),
    ("a.m4a", "alac", 0, "ALAC, .m4a"),
    ("a.mp4", "aac", 1024, "AAC, .mp4"),
]
HEARD = "several edits, to the sample"


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize(
    ("file", "encoder", "priming"),
    [
        pytest.param(*rest, id=rest[1], marks=media("sound", label, HEARD, read="what was written"))
        for *rest, label in CODECS
    ],
)
def test_edits_are_heard_to_the_sample(tmp_path: Path, file: str, encoder: str, priming: int, name: str) -> None:
    path, edits = recording(tmp_path / file, encoder), EDITS[name]
    _, whole = samples(path)
    assert len(whole) == COUNT
    if not priming:
        assert np.array_equal(whole, noise() / np.float32(32768))
    with_edits(path, [(count, begin if begin < 0 else begin + priming) for count, begin in edits])
    start, heard = samples(path)
    expected = pieced(whole, edits)
    if name == "an empty edit":
        assert start == Fraction(4804, RATE)
        expected = expected[4804:]
    assert np.array_equal(heard, expected)
    counted = count_samples(path)
    assert counted is not None
    assert counted.facts.samples == len(expected)


#: Pictures of a whole file, and those a second.
COUNT_OF_PICTURES, PICTURES = 16, 24
EDITED = "edits within pictures, gaps, dwells, in step with their sound"
OPEN = {"x264-params": "keyint=6:min-keyint=6:bframes=2:b-adapt=0:scenecut=0:open-gop=1:threads=1"}
SHIFTED = {"movflags": "negative_cts_offsets"}
FRAGMENTS = {"movflags": "frag_keyframe+delay_moov+default_base_moof"}
#: Files whose edits are written anew: the name, encoder and options, those of the container, and of the edit list.
KINDS: list[Any] = [
    pytest.param(*kind, id=label, marks=media("video", label, EDITED, read="the standard's words"))
    for label, *kind in (
        ("H.264, open groups, .mp4", "a.mp4", "libx264", OPEN, {}, {}),
        ("H.264, shifted back (cslg), .mp4", "a.mp4", "libx264", OPEN, SHIFTED, {"version": 1, "shifted": True}),
        ("H.264, fragmented, .mp4", "a.mp4", "libx264", OPEN, FRAGMENTS, {}),
        ("MPEG-4 part 2, .mp4", "a.mp4", "mpeg4", {"bf": "2"}, {}, {}),
        ("ProRes, .mov", "a.mov", "prores_ks", {}, {}, {"version": 1}),
    )
]
#: In pictures: how long each edit lasts, and where it begins.
CUTS = {
    "begins within": [Said(Fraction(9), Fraction(7, 2))],
    "in and out within": [Said(Fraction(15, 4), Fraction(33, 4)), Said(Fraction(5, 2), Fraction(9, 4)), Said(2, 8)],
    "a gap": [Said(2, None), Said(5, 3), Said(Fraction(5, 2), None), Said(4, 11), Said(1, None)],
    "whole pictures": [Said(4, 8), Said(2, None), Said(5, 2)],
    "stands": [Said(3, 4), Said(Fraction(7, 2), Fraction(13, 2), True), Said(3, Fraction(13, 2))],
}


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Files whose pictures have each its own loudness beside it, made once."""

    @cache
    def made(name: str, encoder: str, options: Pairs, container: Pairs) -> Path:
        each = RATE // PICTURES
        sound = np.repeat((np.arange(COUNT_OF_PICTURES) + 1) / 32, each).astype(np.float32)
        return make_clip(
            tmp_path_factory.mktemp("whole") / name, encoder, "yuv422p10le" if encoder == "prores_ks" else "yuv420p",
            dict(options), count=COUNT_OF_PICTURES, container={"movie_timescale": str(CLOCK), **dict(container)},
            sound=sound,
        )  # fmt: skip

    return made


def is_still(t: Fraction, edits: list[Said]) -> bool:
    """Whether the track stands at an instant of the film."""
    ends = accumulate(edit.lasting for edit in edits)
    return next(edit.stands for edit, end in zip(edits, ends, strict=True) if t < end)


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize(("file", "encoder", "options", "container", "writing"), KINDS)
def test_each_instant_shows_and_sounds_as_its_edit_says(
    tmp_path: Path, wholes: Callable[..., Path], file: str, encoder: str, options: dict[str, str],
    container: dict[str, str], writing: dict[str, Any], name: str,
) -> None:  # fmt: skip
    whole = wholes(file, encoder, (*options.items(),), (*container.items(),))
    path = tmp_path / file
    path.write_bytes(whole.read_bytes())
    for track in (0, 1):
        with opened(path, edited=False) as raw:
            stream = raw.streams[track]
            ticks = 1 / (PICTURES * stream.time_base)
            first = min(packet.pts for packet in raw.demux(stream) if packet.pts is not None)
        said = [
            (int(lasting * RATE / PICTURES), -1 if media is None else first + int(media * ticks), 1 - stands)
            for lasting, media, stands in CUTS[name]
        ]
        with_edits(path, said, track, **writing)
    with VideoSource(whole) as source:
        known = {digest(source.picture(number)): number for number in range(COUNT_OF_PICTURES)}
    start = CUTS[name][0].lasting if CUTS[name][0].media is None else 0
    lasting = sum(edit.lasting for edit in CUTS[name]) - start
    times = [Fraction(number) for number in range(COUNT_OF_PICTURES)]
    shown = {}
    with VideoSource(path) as pictures, AudioSource(path) as heard:
        assert pictures.duration == Fraction(lasting, PICTURES)
        assert pictures.facts.audio is not None
        assert pictures.facts.audio.offset == 0
        instants = [Fraction(eighth, 8) for eighth in range(int(8 * lasting))]
        for t in random.Random(5).sample(instants, len(instants)):
            expected = picture_at(start + t, times, CUTS[name])
            shown[t] = pictures.frame_number(t / PICTURES)
            picture = pictures.picture(shown[t])
            if expected is None:
                assert not visible(picture)[-1].any()
                assert pictures.facts.has_alpha
            else:
                assert known[digest(picture)] == expected
            loud = np.rint(heard.read(math.ceil(t * RATE / PICTURES), 1)[0] * 32) - 1
            assert loud == (-1 if expected is None or is_still(start + t, CUTS[name]) else expected)
        in_order = [shown[t] for t in instants]
        assert in_order == sorted(in_order)
        assert set(in_order) == set(range(pictures.frame_count))


TICKS = 12_000


@st.composite
def edited_tracks(draw: st.DrawFn) -> tuple[FrameIndex, list[Fraction], list[Said]]:
    """A track of some pictures, of one rate or none, and edits in eighths of a picture."""
    even = draw(st.booleans())
    steps = [500] * 12 if even else draw(st.lists(st.sampled_from([250, 500, 625, 1500]), min_size=12, max_size=12))
    times = [*accumulate(steps[:-1], initial=draw(st.integers(0, 2000)))]
    index = FrameIndex(
        Fraction(1, TICKS), tuple(times), (0,), frozenset(), times[-1] + steps[-1], Fraction(24) if even else None
    )
    eighth = Fraction(500, 8 * TICKS)
    inside = st.integers(0, (index.end - times[0]) * TICKS // (TICKS * 63)).map(lambda n: index.begins + n * eighth)
    lasting = st.integers(1, 40).map(lambda n: n * eighth)
    edits = draw(st.lists(st.builds(Said, lasting, st.none() | inside, st.booleans()), min_size=1, max_size=6))
    edits = [edit if edit.media is not None else edit._replace(stands=False) for edit in edits]
    return index, [Fraction(time, TICKS) for time in times], edits


@given(edited_tracks())
def test_cuts_show_what_the_standard_says(drawn: tuple[FrameIndex, list[Fraction], list[Said]]) -> None:
    index, times, edits = drawn
    if all(edit.media is None for edit in edits):
        return
    ends = [*accumulate(edit.lasting for edit in edits)]
    spans = zip([Fraction(0), *ends], ends, edits, strict=False)
    listed = EditList(
        tuple(Edit(begin, end, media, stands) for begin, end, (_, media, stands) in spans), Fraction(1, CLOCK)
    )
    made = cut(index, listed)
    start = next(end - edit.lasting for end, edit in zip(ends, edits, strict=True) if edit.media is not None)
    last = edits[-1]
    goes_on = last.media is not None and not last.stands
    left = index.begins + index.duration - (last.media or 0)
    until = ends[-1] - max(Fraction(0), last.lasting - left) if goes_on else ends[-1]
    assert made.begin == start
    # A last picture that is cut off counts whole where all last equally long.
    assert until - start <= made.duration <= until - start + Fraction(500, TICKS)
    shown = []
    for sixteenth in range(int((until - start) * 24 * 16)):
        t = Fraction(sixteenth, 24 * 16)
        shown.append(made.frame_number(t))
        assert made.picture_of(shown[-1]) == picture_at(start + t, times, edits)
    assert shown == sorted(shown)
    assert set(shown) == set(range(made.count))
    assert index_from(json.loads(json.dumps(made.to_data()))) == made
    if made.rate is not None:
        assert made.duration == made.count / made.rate
        assert all(made.frame_number(number / made.rate) == number for number in range(made.count))


def test_cuts_in_milliseconds_fall_between_pictures() -> None:
    """Ten pictures at 24 a second last 416.67 ms, and files that count milliseconds say 416 or 417."""
    index = FrameIndex(Fraction(1, TICKS), tuple(range(0, 15_000, 500)), (0,), frozenset(), 15_000, Fraction(24))
    for lasting in (416, 417):
        edits = (
            Edit(Fraction(0), Fraction(lasting, 1000), Fraction(4, 24)),
            Edit(Fraction(lasting, 1000), Fraction(625, 1000), Fraction(1, 24) + Fraction(1, TICKS)),
        )
        made = cut(index, EditList(edits, Fraction(1, 1000)))
        shown = [made.picture_of(made.frame_number(Fraction(frame, 24))) for frame in range(15)]
        assert shown == [*range(4, 14), *range(1, 6)]


def test_an_edit_at_another_speed_is_told(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", "mpeg4", count=4, container={"movie_timescale": str(CLOCK)})
    with_edits(path, [(4000, 0, 1), (4000, 0, 2)])
    with pytest.raises(MediaError, match=r"a\.mp4: edit 2 of its edit list plays it at 2 times its speed; export it"):
        probe(path)


def test_a_compressed_index_has_edits_too(tmp_path: Path) -> None:
    """QuickTime may compress the box of all others."""
    path = make_clip(tmp_path / "a.mov", "mpeg4", count=8, container={"movie_timescale": str(CLOCK)})
    with_edits(path, [(6000, 3 * 512), (8000, 0)])
    data = path.read_bytes()
    _, start, stop = next(found for found in boxes(data, 0, len(data)) if found[0] == b"moov")
    packed = box(b"cmvd", struct.pack(">I", stop - start), zlib.compress(data[start:stop]))
    path.write_bytes(data[:start] + box(b"moov", box(b"cmov", box(b"dcom", b"zlib"), packed)) + data[stop:])
    with VideoSource(path) as source:
        assert (source.frame_count, source.duration) == (7, Fraction(7, 24))
