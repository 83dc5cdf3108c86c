"""Cuts inside sound: a short fade where a cut would click, and not one sample changed anywhere else."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from sound.hearing import RATE, Ones, clips, heard, samples, song, voices

from reelwork.sound.plan import Voice

FADE = Fraction(4, 1000)
LENGTH = 192


def take(start=0, **its):
    """Ten seconds of sound, of which it begins ``start`` seconds in."""
    source = song(start=start, length=10 - start, **its)
    audio = replace(source.media.facts.audio, samples=10 * RATE)
    return replace(source, media=replace(source.media, facts=replace(source.media.facts, audio=audio)))


def cut(source, *, start=0, end=1, **its):
    layer = heard(source, start=start, end=end, **its)
    return replace(layer, sound=replace(layer.sound, declick=FADE))


def gains(*layers, duration=1) -> np.ndarray:
    return samples(voices(*layers, duration=duration), duration, opener=Ones)[0]


def faded(heard_: np.ndarray) -> tuple[int, int]:
    """How many samples at the beginning and at the end are less than whole; all others are."""
    less = np.flatnonzero(heard_ != 1.0)
    first = int((less < len(heard_) // 2).sum())
    assert (np.sort(less) == [*range(first), *range(len(heard_) - (len(less) - first), len(heard_))]).all()
    return first, len(less) - first


def test_a_file_that_begins_and_ends_by_itself_is_untouched():
    assert faded(gains(cut(take(), end=10), duration=10)) == (0, 0)


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(3, 1, (LENGTH, LENGTH)), (0, 1, (0, LENGTH)), (9, 1, (LENGTH, 0))]
)
def test_a_cut_inside_sound_fades_for_some_milliseconds(start, end, expected):
    ramp = gains(cut(take(start), end=end), duration=end)
    begin, finish = faded(ramp)
    assert abs(begin - expected[0]) <= 1
    assert abs(finish - expected[1]) <= 1
    assert np.abs(np.diff(ramp)).max() < 0.01


def test_clips_that_continue_each_other_are_heard_as_one():
    first, second = cut(take(0), end=4), cut(take(4), start=4, end=10)
    assert faded(gains(heard(clips(first, second), end=10), duration=10)) == (0, 0)


def test_a_jump_between_two_clips_of_a_file_fades_on_both_sides():
    first, second = cut(take(0), end=4), cut(take(5), start=4, end=9)
    mixed = gains(heard(clips(first, second), end=9), duration=9)
    less = np.flatnonzero(mixed != 1.0)
    assert abs(less[0] - (4 * RATE - LENGTH)) <= 1
    assert abs(less[-1] - (4 * RATE + LENGTH)) <= 1


def test_a_hard_cut_can_be_asked_for():
    hard = cut(take(3))
    assert faded(gains(replace(hard, sound=replace(hard.sound, declick=Fraction(0))))) == (0, 0)


def test_transitions_and_fades_stay_as_they_are():
    first, second = cut(take(2), end=2), cut(take(5), start=1, end=3, fade_out=Fraction(1, 2))
    with_it = samples(
        voices(heard(clips(first, second, transitions=[(1, 2, 0, 1)]), end=3), duration=3), 3, opener=Ones
    )
    first, second = (replace(clip, sound=replace(clip.sound, declick=Fraction(0))) for clip in (first, second))
    without = samples(
        voices(heard(clips(first, second, transitions=[(1, 2, 0, 1)]), end=3), duration=3), 3, opener=Ones
    )
    assert np.array_equal(with_it[:, LENGTH + 1 :], without[:, LENGTH + 1 :])
    assert not np.array_equal(with_it[:, :LENGTH], without[:, :LENGTH])  # it begins in the middle of its file


def test_a_composition_that_ends_in_the_middle_of_a_song_does_not_click():
    assert faded(gains(cut(take(), end=10), duration=2))[1] in (LENGTH - 1, LENGTH)


@pytest.mark.parametrize(("loop", "speed"), [("repeat", 1), ("ping-pong", 1), ("none", -1), ("none", 2)])
def test_whole_repetitions_and_speeds_are_no_cuts(loop, speed):
    end = {("none", 2): 5, ("none", -1): 10}.get((loop, speed), 30 if loop == "ping-pong" else 20)
    assert faded(gains(cut(take(loop=loop, speed=speed), end=end), duration=end)) == (0, 0)


def test_a_voice_shorter_than_its_fades_rises_and_falls():
    ramp = gains(cut(take(3), end=Fraction(2, 1000)), duration=Fraction(2, 1000))
    assert abs(int(ramp.argmax()) - 48) <= 1
    assert ramp[0] < 0.05 > ramp[-1]


def test_a_voice_by_itself_is_cut_hard():
    voice = Voice("a.wav", Fraction(1), Fraction(1), Fraction(0), Fraction(1))
    assert voice.declick == 0
