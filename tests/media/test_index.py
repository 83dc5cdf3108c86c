from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork.media.video.index import FrameIndex, constant_rate

RATES = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"]


def index(shown: list[int], time_base: Fraction, lasts: int, rate: Fraction | None = None) -> FrameIndex:
    return FrameIndex(time_base, tuple(shown), (0,), frozenset(), shown[-1] + lasts, rate)


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from(RATES).map(Fraction),
    count=st.integers(30, 400),
    clock=st.sampled_from([1000, 12_288, 90_000, 24_000]),
    start=st.integers(-5000, 5000),
)
def test_a_rounded_clock_does_not_hide_the_rate(rate: Fraction, count: int, clock: int, start: int) -> None:
    shown = [start + round(number * clock / rate) for number in range(count)]
    end = shown[-1] + round(clock / rate)
    assert constant_rate(shown, end, Fraction(1, clock), [rate]) == rate
    if count > 300:
        assert constant_rate(shown, end, Fraction(1, clock), []) == rate


def test_the_rate_that_a_file_rounds_is_the_usual_one() -> None:
    shown = [round(number * 1001 / 24) for number in range(20)]
    written = Fraction(2997, 125)  # what many files say for 24000/1001
    assert constant_rate(shown, shown[-1] + 42, Fraction(1, 1000), [written]) == Fraction(24000, 1001)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.integers(1, 500), min_size=1, max_size=40), start=st.integers(-1000, 1000))
def test_a_picture_is_shown_from_its_time_to_the_next_ones(steps: list[int], start: int) -> None:
    shown = [start]
    for step in steps:
        shown.append(shown[-1] + step)
    frames = index(shown, Fraction(1, 12_288), 10)
    for number, (first, after) in enumerate(pairwise([*shown, frames.end])):
        for tick in (first, after - 1):
            assert frames.frame_number((tick - start) * frames.time_base) == number
    assert frames.duration == (frames.end - start) * frames.time_base
    assert FrameIndex.from_data(frames.to_data()) == frames


def test_gaps_make_a_rate_variable() -> None:
    shown = [0, 1000, 2000, 4000, 5000]
    assert constant_rate(shown, 6000, Fraction(1, 24_000), [Fraction(24)]) is None


def test_decoding_begins_at_a_key_that_is_not_shown_later() -> None:
    # Decoded: I P B B, I (open: its two leading pictures refer back), B B, P
    pts = (0, 3, 1, 2, 6, 4, 5, 7)
    frames = FrameIndex(Fraction(1, 24), pts, (0, 4), frozenset(), 8, Fraction(24))
    assert [frames.key_before(number) for number in range(8)] == [0, 0, 0, 0, 0, 0, 4, 4]
