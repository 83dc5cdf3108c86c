from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork import timecode as tc

NTSC30 = Fraction(30000, 1001)
NTSC60 = Fraction(60000, 1001)
FILM = Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("24", Fraction(24)),
        ("23.976", FILM),
        ("23.98", FILM),
        ("29.97", NTSC30),
        ("59.94", NTSC60),
        ("30000/1001", NTSC30),
        ("12.5", Fraction(25, 2)),
        ("1/2", Fraction(1, 2)),
    ],
)
def test_rates(text: str, rate: Fraction) -> None:
    assert tc.parse_rate(text) == rate
    assert tc.parse_rate(tc.format_rate(rate)) == rate


@pytest.mark.parametrize("text", ["0", "-24", "24fps", "1/0", "1001", "", "24000/", "1e3", "nan"])
def test_rates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        tc.parse_rate(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2s", 2),
        ("2 s", 2),
        ("500ms", Fraction(1, 2)),
        ("36f", Fraction(3, 2)),
        ("1/3s", Fraction(1, 3)),
        ("1/3", Fraction(1, 3)),
        ("2", 2),
        ("0.1", Fraction(1, 10)),
        (".5s", Fraction(1, 2)),
        ("-1.25s", Fraction(-5, 4)),
        ("00:00:02:12", Fraction(5, 2)),
        ("01:00:00:00", 3600),
        ("00:00:02.500", Fraction(5, 2)),
        ("-00:00:02.5", Fraction(-5, 2)),
    ],
)
def test_times_are_exact(text: str, seconds: Fraction) -> None:
    assert tc.parse_time(text, Fraction(24)) == seconds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2m", "minutes are written in seconds"),
        ("2sec", "write s"),
        ("4b", "beats are not available yet"),
        ("00:00:02", "a timecode is written"),
        ("00:60:02.5", "go to 59"),
        ("00:00:02:24", "go to 23"),
        ("00:00:02;12", "exists at 29.97 and 59.94"),
        ("1/0s", "divided by 0"),
        ("1.2.3s", "not a number"),
        ("tomorrow", "a time is written as"),
        ("--2s", "a time is written as"),
        ("", "a time is written as"),
        ("1" * 5000 + "s", "at most 12 digits"),
    ],
)
def test_times_that_are_none(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        tc.parse_time(text, Fraction(24))


def test_drop_frame_keeps_the_clock() -> None:
    # 29.97 drop-frame: an hour of timecode is 107,892 frames, a minute that is no tenth begins at ;02
    assert tc.parse_time("01:00:00;00", NTSC30) == 107_892 / NTSC30
    assert tc.parse_time("00:01:00;02", NTSC30) == 1800 / NTSC30
    assert tc.parse_time("00:10:00;00", NTSC30) == 17_982 / NTSC30
    assert tc.parse_time("00:01:00;04", NTSC60) == 3600 / NTSC60


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:59:00;00"])
def test_dropped_numbers_do_not_exist(text: str) -> None:
    with pytest.raises(ValueError, match="leaves out"):
        tc.parse_time(text, NTSC30)


def test_timecode_counts_at_the_next_whole_rate() -> None:
    assert tc.parse_time("01:00:00:00", FILM) == 86_400 / FILM


@given(st.integers(0, 10_000_000), st.sampled_from([NTSC30, NTSC60]))
def test_drop_frame_round_trip(frame: int, fps: Fraction) -> None:
    text = tc.format_timecode(frame, fps, drop=True)
    assert tc.parse_time(text, fps) == frame / fps


@given(st.integers(0, 10_000_000), st.sampled_from([Fraction(24), FILM, Fraction(25), NTSC30, Fraction(120)]))
def test_timecode_round_trip(frame: int, fps: Fraction) -> None:
    assert tc.parse_time(tc.format_timecode(frame, fps), fps) == frame / fps


@given(st.integers(0, 10**6), st.sampled_from([Fraction(24), FILM, NTSC30]))
def test_frames_and_instants(frame: int, fps: Fraction) -> None:
    at = tc.instant(frame, fps)
    assert tc.frame_count(at, fps) == frame
    assert tc.frame_count(at + Fraction(1, 10**9), fps) == frame + 1


@given(st.fractions(-1000, 1000, max_denominator=1001))
def test_seconds_round_trip(time: Fraction) -> None:
    assert tc.parse_time(tc.format_seconds(time), Fraction(24)) == time
