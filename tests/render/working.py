"""Renderers that the tests of dispatchers send to workers: each does one thing that a renderer might do."""

import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from reelwork.errors import MediaError, Problem, SceneError
from reelwork.render.job import Segment, Unit
from reelwork.render.progress import Report


@dataclass(frozen=True)
class Obedient:
    """Writes which process rendered the unit, and in which order; frames take a little time."""

    folder: Path
    seconds: float = 0.0

    def __call__(self) -> "Obedient":
        return self

    def render(self, unit: Unit, report: Report) -> Segment:
        print("this must not be seen")
        print("nor this", file=sys.stderr)
        os.write(1, b"nor this\n")
        report.stage("counting")
        for _ in range(unit.first, unit.stop):
            time.sleep(self.seconds)
            report.advance()
        path = self.folder / f"{unit.index}"
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(f"{os.getpid()} {time.monotonic_ns()}")
        part.rename(path)
        return Segment(unit, path, "")


@dataclass(frozen=True)
class Failing(Obedient):
    """Fails at one unit, in one of the ways that there are, and after some frames that it counts twice."""

    at: int = 0
    how: str = ""
    after: int = 0

    def render(self, unit: Unit, report: Report) -> Segment:
        if unit.index == self.at:
            for _ in range(self.after):
                report.advance()
                time.sleep(0.2)
            self.fail()
        return super().render(unit, report)

    def fail(self) -> None:
        match self.how:
            case "scene":
                raise SceneError((Problem("one"), Problem("two", remedy="do it")))
            case "media":
                raise MediaError("road.mp4 is empty")
            case "stranger":
                raise Stranger("a", 2)
            case "kill":
                print("the last words")
                sys.stdout.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "once" if not (marker := self.folder / "died").exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)


class Stranger(Exception):
    """An exception that does not survive pickling."""

    def __init__(self, first: str, second: int) -> None:
        super().__init__(f"{first} and {second}")


@dataclass(frozen=True)
class Busy(Obedient):
    """Says who it is and then never ends; deaf ones do not let other threads of the process run either."""

    deaf: bool = False

    def render(self, unit: Unit, report: Report) -> Segment:
        (self.folder / f"{os.getpid()}.pid").touch()
        if self.deaf:
            ctypes.PyDLL(None).sleep(60)  # PyDLL keeps the interpreter's lock
        time.sleep(60)
        return super().render(unit, report)


def broken() -> Obedient:
    """A renderer that cannot be made."""
    raise MediaError("there is no renderer")
