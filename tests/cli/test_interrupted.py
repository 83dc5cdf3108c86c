"""A render that is ended from outside, in every way that there is, and then goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reelwork import folders

SCENE = """
reelwork: 1
canvas: {size: [320, 180], fps: 24, background: "#203040"}
compositions:
  main:
    duration: 32s
    layers:
      - shape: {rectangle: {size: [80, 40]}, fill: "#f0a020"}
        transform: {position: {0s: [0, 90], 32s: [320, 90]}, rotation: {0s: 0, 32s: 360}}
outputs:
  film: {file: film.mp4}
"""
FRAMES, UNITS = 768, 8


#: Presses Ctrl-C when a module is looked for.
PRESSED = """
import os, signal, sys
import reelwork_command

class Impatient:
    def find_spec(name, *rest):
        if name == "reelwork.effect":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Impatient)
reelwork_command.main()
"""


def test_a_command_that_is_still_loading_is_ended_without_a_word() -> None:
    ended = subprocess.run([sys.executable, "-c", PRESSED], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


class Place:
    """A folder with the scene, and a home that shares nothing but the compiled kernels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.film = folder / "out" / "film.mp4"
        self.units = folder / "home" / "work" / "units"
        (folder / "home").mkdir(parents=True)
        (folder / "home" / "caches").symlink_to(folders.caches())
        (folder / "scene.yaml").write_text(SCENE)

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "reelwork", "render", "scene.yaml", "--jobs", "2"],
            cwd=self.folder,
            env=os.environ | {"REELWORK_HOME": str(self.folder / "home")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def finished_units(self) -> int:
        return len(list(self.units.glob("[!.]*.segment")))  # a dot begins what is not finished


def test_a_render_goes_on_however_it_was_ended(tmp_path: Path) -> None:
    straight, broken = Place(tmp_path / "straight"), Place(tmp_path / "broken")
    process = straight.start()
    said, told = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, "out/film.mp4\n"), told
    assert f"{FRAMES} frames in" in told

    ways = ((signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, ""), (signal.SIGKILL, -9, ""))
    for done, (number, code, words) in enumerate(ways):
        process = broken.start()
        until(lambda: broken.finished_units() > done)  # noqa: B023 - it is called in this round alone
        workers = children(process.pid)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        _, told = process.communicate(timeout=60)
        until(lambda: not any(map(running, workers)))  # noqa: B023
        assert process.returncode == code
        assert words in told
        assert "Traceback" not in told
        assert not broken.film.exists()

    kept = broken.finished_units()
    assert kept < UNITS
    process = broken.start()
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert f"{FRAMES - 96 * kept} frames in" in told
    assert broken.film.read_bytes() == straight.film.read_bytes()
    assert [path.name for path in broken.film.parent.iterdir()] == ["film.mp4"]


def children(process: int) -> list[int]:
    """The processes that a process started."""
    if sys.platform != "linux":
        pytest.skip("only Linux lists them without help")
    return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def running(process: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
