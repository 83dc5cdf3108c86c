import io

import pytest
from rich.console import Console

from reelwork.cli.bar import bar
from reelwork.cli.meter import Meter
from reelwork.cli.watch import Lines, watching


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_lines_come_every_few_seconds_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    lines = Lines(Meter(clock))
    lines.stage("reading the scene")
    lines.start(1000)
    lines.stage("rendering")
    lines.stage("compiling kernels")
    for _ in range(97):
        lines.stage("rendering")
        lines.advance(2)
        clock.time += 0.125
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "reading the scene",
        "rendering, 0 of 1000 frames",
        "compiling kernels, 0 of 1000 frames",
        "rendering, 82 of 1000 frames, 16.0 frames/s, 57 s left",
        "rendering, 162 of 1000 frames, 16.0 frames/s, 52 s left",
    ]


def test_without_a_terminal_there_are_lines_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    with watching() as progress:
        progress.start(3, done=1)
        progress.stage("rendering")
        progress.advance(2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("rendering, 1 of 3 frames\n2 frames in 0.0 s, ")
    assert "\x1b" not in captured.err


def test_no_summary_of_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with watching() as progress:
            progress.start(3)
            progress.advance(2)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert "frames in" not in capsys.readouterr().err


def test_a_long_stage_stands_above_the_bar_once_and_whole() -> None:
    screen, why = io.StringIO(), "job 1: none of the 2 workers may render it; of 2 of them: it offers no gpu"
    with bar(Meter(Clock()), Console(file=screen, force_terminal=True, width=60, color_system=None)) as progress:
        for _ in range(3):
            progress.stage(why)
    assert " ".join(screen.getvalue().split()).count("it offers no gpu") == 1


def test_the_bar_shows_stage_frames_and_speed() -> None:
    clock, screen = Clock(), io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120, color_system=None)
    with bar(Meter(clock), console) as progress:
        progress.stage("compiling [kernels]")
        progress.start(480, done=95)
        progress.advance(1)
        clock.time += 4
        progress.advance(96)
    drawn = screen.getvalue()
    assert "compiling [kernels]" in drawn
    assert "192 of 480 frames, 24.0 frames/s, 12 s left" in drawn
    assert drawn.rstrip().endswith("\x1b[2K")  # it takes itself away
