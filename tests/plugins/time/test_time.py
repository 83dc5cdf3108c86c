"""Effects through time: each against its obvious twin in numpy, and what each is for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork.effect import Context, TemporalEffect
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.values import Colour
from reelwork_time import Echo, FrameAverage, FrameDifference, OnionSkin, PosteriseTime, TemporalMedian
from reelwork_time.steps import step

WINDOW = Window(-3, 2, 14, 13)
FRAME = Fraction(1, 25)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, 20.0, 20.0), frame=FRAME)


def pictures(count: int, *, opaque: bool = False) -> list[Frame]:
    """Noise, with light above white."""
    noise = np.random.default_rng(count)
    made = []
    for _ in range(count):
        alpha = np.ones((1, 11, 17)) if opaque else noise.random((1, 11, 17)).round(1)
        made.append(Frame(np.float32(np.concatenate((noise.random((3, 11, 17)) * 1.5 * alpha, alpha))), WINDOW))
    return made


def rendered(effect: TemporalEffect, sources: list[Frame], context: Context = CONTEXT) -> np.ndarray:
    out = Frame(np.full((4, 11, 17), np.nan, np.float32), WINDOW)
    effect.render(sources, out, context)
    return out.data


def offsets(effect: TemporalEffect, *, time: Fraction = Fraction(0), frame: Fraction = FRAME) -> list[Fraction]:
    """The instants that are read, in frames."""
    return [at / frame for at in effect.times(Context((1.0, 1.0), (0.0, 0.0, 1.0, 1.0), time, frame=frame))]


def echoed(frames: list[np.ndarray], merge: str, decay: float) -> np.ndarray:
    found = frames[0].astype(np.float64)
    for count, frame in enumerate(frames[1:], start=1):
        trail = frame.astype(np.float64) * decay**count
        if merge == "behind":
            found = found + trail * (1 - found[3])
        elif merge == "in-front":
            found = trail + found * (1 - trail[3])
        elif merge == "max":
            found = np.maximum(found, trail)
        else:
            found = found + trail
            found[3] = np.minimum(found[3], 1.0)
    return found


@pytest.mark.parametrize("merge", ["behind", "in-front", "max", "add"])
@settings(deadline=None, max_examples=10)
@given(number=st.integers(0, 8), decay=st.floats(0, 1))
def test_echo_is_its_twin(merge, number, decay):
    sources = pictures(number + 1)
    found = rendered(Echo(number=number, decay=decay, merge=merge), sources)
    np.testing.assert_allclose(found, echoed([each.data for each in sources], merge, decay), atol=3e-6)


@settings(deadline=None, max_examples=20)
@given(frames=st.integers(1, 12), shape=st.sampled_from(["box", "triangle"]))
def test_the_average_is_its_twin(frames, shape):
    effect, sources = FrameAverage(frames=frames, shape=shape), pictures(frames)
    middle = (frames - 1) / 2
    weights = [1 if shape == "box" else middle + 1 - abs(index - middle) for index in range(frames)]
    expected = np.average([each.data for each in sources], axis=0, weights=weights)
    np.testing.assert_allclose(rendered(effect, sources), expected, atol=1e-6)


@pytest.mark.parametrize("reach", [0, 1, 2])
def test_the_median_is_its_twin(reach):
    sources = pictures(2 * reach + 1)
    expected = np.median([each.data for each in sources], axis=0)
    np.testing.assert_array_equal(rendered(TemporalMedian(reach=reach), sources), expected)


def test_the_difference_is_its_twin():
    now, then = pictures(2)
    found = rendered(FrameDifference(gain=3.0), [now, then])
    np.testing.assert_allclose(found[:3], 3 * abs(now.data[:3] - then.data[:3]), rtol=1e-6)
    np.testing.assert_array_equal(found[3], np.maximum(now.data[3], then.data[3]))


def test_onion_skins_are_their_twin():
    past, future = Colour(0.8, 0.1, 0.1), Colour(0.1, 0.6, 0.1, 0.5)
    effect = OnionSkin(before=2, after=1, opacity=0.4, past=past, future=future, interval=Fraction(2, 25))
    assert offsets(effect) == [0, -2, 2, -4]
    sources = pictures(4)
    expected = sources[0].data.astype(np.float64)
    for source, colour, amount in zip(sources[1:], (past, future, past), (0.4, 0.4, 0.2), strict=True):
        skin = np.multiply.outer(colour.premultiplied("srgb"), source.data[3]) * amount
        expected += skin * (1 - expected[3])
    np.testing.assert_allclose(rendered(effect, sources), expected, atol=1e-6)


def test_a_held_frame_is_the_frame():
    (source,) = pictures(1)
    np.testing.assert_array_equal(rendered(PosteriseTime(), [source]), source.data)


def test_which_frames_are_read():
    assert offsets(Echo(number=3, interval=Fraction(1, 12))) == [0, -2, -4, -6]
    assert offsets(FrameAverage(frames=4)) == [-2, -1, 0, 1]
    assert offsets(FrameAverage(frames=5)) == [-2, -1, 0, 1, 2]
    assert offsets(TemporalMedian(reach=2)) == [-2, -1, 0, 1, 2]
    assert offsets(FrameDifference()) == [0, -1]
    assert offsets(PosteriseTime(rate=12.5), time=5 * FRAME) == [-1]


@given(interval=st.fractions(0, 3), rate=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60)]))
def test_a_step_is_the_nearest_number_of_frames(interval, rate):
    frames = step(interval, 1 / rate) * rate
    assert frames.denominator == 1
    assert frames >= 1
    assert abs(frames - interval * rate) <= Fraction(1, 2) or frames == 1


@settings(max_examples=50)
@given(rate=st.sampled_from([1.0, 8.0, 12.0, 23.976, 25.0, 0.1]), number=st.integers(0, 2000))
def test_pictures_are_held_until_the_next_is_due(rate, number):
    effect, exact, time = PosteriseTime(rate=rate), Fraction(str(rate)), number * FRAME
    (offset,) = offsets(effect, time=time)
    shown = time + offset * FRAME
    assert (shown * exact).denominator == 1
    assert shown <= time < shown + 1 / exact


def test_a_flash_is_gone_and_what_stands_still_stays():
    still, flash = np.full((4, 11, 17), 0.5, np.float32), np.full((4, 11, 17), 9.0, np.float32)
    frames = [Frame(each, WINDOW) for each in (still, flash, still)]
    np.testing.assert_array_equal(rendered(TemporalMedian(), frames), still)


def test_trails_behind_what_is_opaque_are_not_seen():
    sources = pictures(4, opaque=True)
    np.testing.assert_array_equal(rendered(Echo(number=3, merge="behind"), sources), sources[0].data)
