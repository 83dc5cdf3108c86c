import pytest

from reelwork.cli.meter import Meter, spoken


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_nothing_is_said_before_there_is_something_to_measure() -> None:
    meter = Meter(Clock())
    assert meter.described() == []
    meter.start(100, 0)
    assert meter.described() == ["0 of 100 frames"]


def test_speed_and_time_left_are_measured_from_the_first_frame() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.start(100, 0)
    clock.time += 60  # kernels are compiled
    meter.advance(1)
    assert meter.described() == ["1 of 100 frames"]
    clock.time += 2
    meter.advance(19)
    assert meter.described() == ["20 of 100 frames", "9.5 frames/s", "8 s left"]
    assert (meter.made, meter.seconds) == (20, 62)


def test_frames_of_an_earlier_render_count_as_finished_but_not_as_speed() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.start(100, 80)
    clock.time += 1
    meter.advance(5)
    assert meter.rate is None
    clock.time += 1
    meter.advance(5)
    assert (meter.finished, meter.made, meter.rate, meter.left) == (90, 10, 5.0, 2.0)


def test_what_was_long_ago_is_forgotten() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.start(10_000, 0)
    for _ in range(30):
        clock.time += 1
        meter.advance(1)
    for _ in range(400):
        clock.time += 0.1
        meter.advance(2)
    assert meter.rate == pytest.approx(20, rel=0.05)


def test_the_speed_falls_while_nothing_happens() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.start(100, 0)
    meter.advance(1)
    clock.time += 1
    meter.advance(10)
    clock.time += 9
    assert meter.rate == 1.0


def test_nothing_is_left_of_what_is_done() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.start(10, 0)
    for _ in range(10):
        clock.time += 1
        meter.advance(1)
    assert meter.described() == ["10 of 10 frames"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (80, "1 min 20 s"), (3600, "1 h 0 min"), (7500, "2 h 5 min")],
)
def test_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
