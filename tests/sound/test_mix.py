"""Mixing: to the sample, in any block size, and nothing left open."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound.hearing import RATE, Counting, Noise, Ones, samples

from reelwork.scene.animation import Curve, Key
from reelwork.sound.mix import mix, sample_at
from reelwork.sound.plan import Clock, Fade, Gain, Pan, Voice

short = st.fractions(min_value=0, max_value=Fraction(1, 20), max_denominator=30_000)
speeds = st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(1, 3)])


@st.composite
def some_voices(draw):
    start, length = draw(short), draw(short)
    level = Curve((Key(Fraction(0), draw(st.floats(-70, 6))), Key(Fraction(1, 30), draw(st.floats(-70, 6)), "in-sine")))
    envelopes = [
        Gain(level, Clock(start)),
        Pan(Curve((Key(Fraction(0), -1.0), Key(draw(short) + 1, 1.0))), Clock(start)),
        Fade(draw(short), draw(short) + Fraction(1, 10)),
        Fade(draw(short) + Fraction(1, 10), draw(short)),
    ]
    return Voice(
        source=draw(st.sampled_from(["a.wav", "b.wav"])),
        begin=draw(short),
        speed=draw(speeds),
        start=start,
        end=start + length,
        head=draw(short),
        backwards=draw(st.booleans()),
        turn=draw(st.none() | short.filter(lambda time: time * RATE > 5)),
        ping_pong=draw(st.booleans()),
        envelopes=tuple(draw(st.lists(st.sampled_from(envelopes), max_size=3))),
    )


@settings(max_examples=40)
@given(st.lists(some_voices(), max_size=4), st.sampled_from([1 << 20, 4096, 1000, 333, 97]))
def test_blocks_change_no_sample(voices, block):
    duration = Fraction(1, 10)
    whole = samples(voices, duration, opener=Noise, block=4800)
    np.testing.assert_array_equal(samples(voices, duration, opener=Noise, block=block), whole)


@pytest.mark.parametrize("block", [1000, 4800, 100_000])
def test_a_level_that_stays_is_the_same_number_as_one_that_moves(block):
    """A block without any fade and one with a fade in it multiply alike."""
    envelopes = (Gain(Curve.constant(-4.0), Clock()), Fade(silent=Fraction(2, 10), full=Fraction(15, 100)))
    voice = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(2, 10), envelopes=envelopes)
    whole = samples([voice], Fraction(2, 10), opener=Noise, block=9600)
    np.testing.assert_array_equal(samples([voice], Fraction(2, 10), opener=Noise, block=block), whole)


@settings(max_examples=40)
@given(st.lists(some_voices(), max_size=4), st.integers(0, 3000))
def test_a_stretch_is_cut_from_the_whole(voices, first):
    """At whole samples; between them, voices are cut to the nearest sample of the stretch."""
    voices = [v for v in voices if all(not isinstance(e, Gain) for e in v.envelopes)]
    whole = samples(voices, Fraction(1, 10), opener=Noise)
    stretch = samples(voices, Fraction(1, 10) - Fraction(first, RATE), start=Fraction(first, RATE), opener=Noise)
    np.testing.assert_allclose(stretch, whole[:, first:], atol=1e-6)


@given(st.lists(st.integers(0, 200), max_size=3), st.integers(1, 200_000))
def test_blocks_have_the_size_asked_for(starts, frames):
    duration = Fraction(frames, 24000) * Fraction(1001, 1000)
    voices = [Voice("a.wav", Fraction(0), Fraction(1), Fraction(s), Fraction(s + 1)) for s in starts]
    lengths = [block.shape[1] for block in mix(voices, duration, opener=Ones, block=50_000)]
    assert sum(lengths) == sample_at(duration)
    assert set(lengths[:-1]) <= {50_000}


@pytest.mark.parametrize("frame", [0, 1, 7, 1000, 86_400])
def test_a_cut_lies_on_its_frames_sample_at_24000_over_1001(frame):
    """Frame n begins at sample 2002 n: a frame lasts 2002 samples, without a remainder that could add up."""
    at = Fraction(frame * 1001, 24000)
    voice = Voice("a.wav", Fraction(0), Fraction(1), at, at + Fraction(1001, 24000))
    heard = samples([voice], Fraction(3 * 1001, 24000), start=at - Fraction(1001, 24000))[0]
    np.testing.assert_array_equal(np.flatnonzero(heard), np.arange(2002, 4004))
    assert heard[2002] == 1.0  # the file's first sample


def test_an_instant_between_samples_goes_to_the_nearer_one():
    assert [sample_at(Fraction(n, 4 * RATE)) for n in (0, 1, 2, 3, 4, -1, -2, -3)] == [0, 0, 1, 1, 1, 0, 0, -1]


def test_voices_are_heard_where_they_are_and_nowhere_else():
    voice = Voice("a.wav", Fraction(1, 10), Fraction(1), Fraction(1, 100), Fraction(2, 100))
    heard = samples([voice], Fraction(3, 100))
    assert np.all(heard[:, :480] == 0.0)
    np.testing.assert_array_equal(heard[0, 480:960], np.arange(4801, 5281))
    assert np.all(heard[:, 960:] == 0.0)
    assert heard.dtype == np.float32


def test_backwards_is_the_mirror_image():
    forwards = Voice("a.wav", Fraction(1), Fraction(2), Fraction(0), Fraction(1, 10))
    backwards = Voice("a.wav", Fraction(1), Fraction(2), Fraction(0), Fraction(1, 10), Fraction(1, 10), backwards=True)
    one, other = (samples([voice], Fraction(1, 10), opener=Noise) for voice in (forwards, backwards))
    np.testing.assert_array_equal(one, other[:, ::-1])


def test_repetitions_do_not_drift():
    turn = Fraction(1000, 3)  # in samples
    voice = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1), turn=turn / RATE)
    heard = samples([voice], Fraction(1))[0]
    begins = np.flatnonzero(heard == 1.0)
    np.testing.assert_array_equal(begins, [int(number * turn + Fraction(1, 2)) for number in range(len(begins))])


def test_ping_pong_turns_at_both_ends():
    voice = Voice(
        "a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(14, RATE), turn=Fraction(4, RATE), ping_pong=True
    )
    heard = samples([voice], Fraction(14, RATE))[0]
    assert list(heard) == [1, 2, 3, 4, 4, 3, 2, 1, 1, 2, 3, 4, 4, 3]


def test_a_turn_shorter_than_a_sample_still_ends():
    voice = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(50, RATE), turn=Fraction(1, 10**9))
    assert set(samples([voice], Fraction(50, RATE))[0]) == {1.0}


def test_voices_add_up():
    one = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1, 100))
    half = Gain(Curve.constant(-6.020599913279624), Clock())
    other = Voice("b.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1, 100), envelopes=(half,))
    np.testing.assert_allclose(samples([one, other, one], Fraction(1, 100), opener=Ones), 2.5, rtol=1e-6)


def test_a_file_with_infinities_does_not_spoil_the_rest():
    class Broken(Ones):
        def read(self, start, count):
            heard = super().read(start, count)
            heard[0, ::3], heard[1, ::5] = np.nan, np.inf
            return heard

    voices = [Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1))]
    heard = samples(voices, Fraction(1, 100), opener=Broken)
    assert np.isfinite(heard).all()
    assert heard[0, 1] == heard[1, 1] == 1.0


class Opened:
    """Notes what is open."""

    def __init__(self):
        self.sources = []

    def __call__(self, path, *, speed, stream=0):
        self.sources.append(Counting(path, speed=speed))
        return self.sources[-1]

    @property
    def open(self):
        return sorted(str(source.path) for source in self.sources if not source.closed)


def test_files_are_open_only_while_they_are_heard():
    opened = Opened()
    voices = [
        Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1)),
        Voice("b.wav", Fraction(0), Fraction(1), Fraction(1), Fraction(2)),
        Voice("a.wav", Fraction(0), Fraction(1), Fraction(2), Fraction(3)),
        Voice("never.wav", Fraction(0), Fraction(1), Fraction(9), Fraction(10)),
    ]
    states = [opened.open for _ in mix(voices, Fraction(4), opener=opened)]
    assert states == [["a.wav"], ["a.wav"], [], []]
    assert [str(source.path) for source in opened.sources] == ["a.wav", "b.wav"]


def test_a_mix_that_is_given_up_closes_its_files():
    opened = Opened()
    blocks = mix([Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(9))], Fraction(9), opener=opened)
    next(blocks)
    assert opened.open == ["a.wav"]
    blocks.close()
    assert opened.open == []


def test_what_is_silent_is_not_even_read():
    silent = Gain(Curve((Key(Fraction(0), -60.0), Key(Fraction(5), 0.0, "hold"))), Clock())
    voice = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(9), envelopes=(silent,))
    opened = Opened()
    assert not samples([voice], Fraction(4), opener=opened).any()
    assert opened.sources == []


def test_what_is_all_but_nothing_is_nothing():
    class Tiny(Counting):
        def read(self, start, count):
            return np.full((2, count), 1e-39, np.float32)

    voice = Voice("a.wav", Fraction(0), Fraction(1), Fraction(0), Fraction(1))
    assert not samples([voice], Fraction(1), opener=Tiny).any()
