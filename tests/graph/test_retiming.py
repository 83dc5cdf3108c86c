"""How a layer's clock becomes its source's time."""

from fractions import Fraction

from building import FRAME, retiming
from hypothesis import given
from hypothesis import strategies as st

SPEEDS = st.fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=24)


@given(speed=SPEEDS, frames=st.integers(1, 60), start=st.fractions(0, 10, max_denominator=24))
def test_backwards_shows_the_same_frames_in_reverse(speed, frames, start):
    length = frames * FRAME * speed
    forward = retiming(start, length, speed)
    backward = retiming(start, length, -speed)
    clocks = [n * FRAME for n in range(frames)]
    assert [backward.source_time(t) for t in clocks] == [forward.source_time(t) for t in reversed(clocks)]


@given(speed=SPEEDS, frames=st.integers(1, 60), turns=st.integers(0, 5))
def test_a_loop_repeats_its_range(speed, frames, turns):
    length = frames * FRAME * speed
    looped = retiming(1, length, speed, "repeat")
    for n in range(frames):
        assert looped.source_time((n + turns * frames) * FRAME) == looped.source_time(n * FRAME)


@given(speed=SPEEDS, frames=st.integers(1, 40))
def test_ping_pong_goes_there_and_back(speed, frames):
    folded = retiming(0, frames * FRAME * speed, speed, "ping-pong")
    there = [folded.source_time(n * FRAME) for n in range(frames)]
    back = [folded.source_time((frames + n) * FRAME) for n in range(frames)]
    assert back == there[::-1]


@given(
    speed=st.fractions(-4, 4, max_denominator=12).filter(bool),
    clock=st.fractions(0, 30, max_denominator=1000),
    loop=st.sampled_from(["repeat", "ping-pong"]),
)
def test_a_loop_never_leaves_its_range(speed, clock, loop):
    looped = retiming(3, 2, speed, loop)
    assert 3 <= looped.source_time(clock) <= 5
