import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from render import working

from reelwork.errors import MediaError, RenderError, SceneError
from reelwork.faults import PluginFault
from reelwork.render import wire
from reelwork.render.job import Job, Unit
from reelwork.render.local import LocalDispatcher, usable_cores
from reelwork.render.progress import Silent

UNITS = tuple(Unit(index, index * 10, index * 10 + 10, f"key{index}") for index in range(8))


class Watched:
    def __init__(self) -> None:
        self.frames = 0
        self.stages: set[str] = set()

    def start(self, total: int, *, done: int = 0) -> None:
        raise AssertionError("a dispatcher does not know how many frames there are")

    def stage(self, name: str) -> None:
        self.stages.add(name)

    def advance(self, frames: int = 1) -> None:
        self.frames += frames

    def leave_out(self, fault: PluginFault) -> None:
        raise AssertionError("nothing is to be left out")


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_unit_is_rendered_once(tmp_path: Path, jobs: int, capfd: pytest.CaptureFixture[str]) -> None:
    watched = Watched()
    segments = list(LocalDispatcher(jobs).run(Job(UNITS, working.Obedient(tmp_path, 0.001)), watched))
    assert sorted(segment.unit.index for segment in segments) == list(range(8))
    assert watched.frames == 80
    assert watched.stages == {"counting"}
    processes = {int(segment.path.read_text().split()[0]) for segment in segments}
    assert len(processes) == jobs
    assert not any(running(process) for process in processes)
    assert capfd.readouterr() == ("", "")


def test_no_more_workers_than_units(tmp_path: Path) -> None:
    segments = list(LocalDispatcher(4).run(Job(UNITS[:1], working.Obedient(tmp_path)), Silent()))
    assert [segment.unit for segment in segments] == [UNITS[0]]


def test_a_worker_that_was_started_ahead_is_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwork.render.local.usable_cores", lambda: 2)
    with LocalDispatcher(2).started_ahead() as dispatcher:
        (ahead,) = dispatcher.ahead
        segments = list(dispatcher.run(Job(UNITS, working.Obedient(tmp_path, 0.001)), Silent()))
    processes = {int(segment.path.read_text().split()[0]) for segment in segments}
    assert len(processes) == 2
    assert ahead.pid in processes
    assert not any(running(process) for process in processes)


def test_a_worker_that_was_started_ahead_for_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reelwork.render.local.usable_cores", lambda: 2)
    with LocalDispatcher(1).started_ahead() as dispatcher:
        (ahead,) = dispatcher.ahead
        assert running(ahead.pid)
    assert not running(ahead.pid)
    monkeypatch.setattr("reelwork.render.local.usable_cores", lambda: 1)
    with LocalDispatcher(1).started_ahead() as dispatcher:
        assert not dispatcher.ahead


def test_nothing_to_do() -> None:
    assert list(LocalDispatcher(2).run(Job((), working.broken), Silent())) == []


def test_errors_of_workers_arrive_as_they_were_raised(tmp_path: Path) -> None:
    with pytest.raises(SceneError) as caught:
        list(LocalDispatcher(2).run(Job(UNITS, working.Failing(tmp_path, at=3, how="scene")), Silent()))
    assert [problem.message for problem in caught.value.problems] == ["one", "two"]
    assert "working.py" in caught.value.__notes__[0]
    with pytest.raises(MediaError) as other:
        list(LocalDispatcher(2).run(Job(UNITS, working.Failing(tmp_path, at=0, how="media")), Silent()))
    assert str(other.value) == "road.mp4 is empty"


def test_an_error_that_cannot_travel_keeps_its_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Stranger: a and 2"):
        list(LocalDispatcher(1).run(Job(UNITS, working.Failing(tmp_path, how="stranger")), Silent()))


def test_a_renderer_that_cannot_be_made_is_its_error() -> None:
    with pytest.raises(MediaError, match="there is no renderer"):
        list(LocalDispatcher(2).run(Job(UNITS, working.broken), Silent()))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("kill", "frames 30-39 was killed by SIGKILL, a second time: the machine may have run out of memory"),
        ("segfault", "frames 30-39 was killed by SIGSEGV"),
        ("exit", "frames 30-39 ended by itself with code 3"),
    ],
)
def test_a_dead_worker_is_an_error_that_names_unit_and_signal(tmp_path: Path, how: str, words: str) -> None:
    with pytest.raises(RenderError) as caught:
        list(LocalDispatcher(2).run(Job(UNITS, working.Failing(tmp_path, at=3, how=how)), Silent()))
    assert words in str(caught.value)
    if how == "kill":
        assert str(caught.value).endswith("\n  | the last words")


def test_a_worker_that_dies_once_is_replaced_and_its_frames_count_once(tmp_path: Path) -> None:
    watched = Watched()
    renderer = working.Failing(tmp_path, at=3, how="once", after=2)
    segments = list(LocalDispatcher(2).run(Job(UNITS, renderer), watched))
    assert sorted(segment.unit.index for segment in segments) == list(range(8))
    assert watched.frames == 80 + 2  # which it counts of the unit, when it makes it at last
    assert (tmp_path / "died").exists()


def test_the_others_stop_when_one_fails(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MediaError):
        list(LocalDispatcher(2).run(Job(UNITS, working.Failing(tmp_path, seconds=1, at=0, how="media")), Silent()))
    assert time.monotonic() - began < 8
    assert not list(tmp_path.iterdir())


def test_closing_the_iterator_ends_the_workers(tmp_path: Path) -> None:
    segments = LocalDispatcher(2).run(Job(UNITS, working.Obedient(tmp_path, 0.01)), Silent())
    process = int(next(segments).path.read_text().split()[0])
    segments.close()
    assert not running(process)


def test_a_running_worker_gets_its_next_unit_without_waiting_for_the_reader(tmp_path: Path) -> None:
    segments = LocalDispatcher(1).run(Job(UNITS[:2], working.Obedient(tmp_path)), Silent())
    next(segments)
    until((tmp_path / "1").exists)
    segments.close()


def test_usable_cores() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


SCRIPT = """
import sys
from pathlib import Path
from render import working
from reelwork.render.job import Job, Unit
from reelwork.render.local import LocalDispatcher
from reelwork.render.progress import Silent
units = tuple(Unit(i, i, i + 1, "") for i in range(4))
list(LocalDispatcher(2).run(Job(units, working.Busy(Path(sys.argv[1]), deaf=sys.argv[2] == "deaf")), Silent()))
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[bytes], list[int]]]]:
    """A process with two workers that never end, and their process numbers."""
    started: list[subprocess.Popen[bytes]] = []

    def run(how: str) -> tuple[subprocess.Popen[bytes], list[int]]:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        arguments = [sys.executable, "-c", SCRIPT, str(tmp_path), how]
        process = subprocess.Popen(arguments, env=environment, stderr=subprocess.PIPE, process_group=0)
        started.append(process)
        until(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
        return process, [int(path.stem) for path in tmp_path.glob("*.pid")]

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", ["listening", "deaf"])
def test_workers_end_when_their_parent_is_killed(start, how: str) -> None:  # type: ignore[no-untyped-def]
    if how == "deaf" and sys.platform != "linux":
        pytest.skip("only Linux ends a process that does not listen")
    parent, workers = start(how)
    parent.kill()
    parent.wait()
    until(lambda: not any(map(running, workers)))


def test_a_worker_ends_in_the_middle_of_a_unit_when_its_orders_end(tmp_path: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "reelwork.render.worker", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert worker.stdin
    wire.send(worker.stdin, wire.Begin(tuple(sys.path), pickle.dumps(working.Busy(tmp_path))))
    wire.send(worker.stdin, UNITS[0])
    until((tmp_path / f"{worker.pid}.pid").exists)
    worker.stdin.close()
    assert worker.wait(timeout=30) == 0


@pytest.mark.parametrize("how", ["listening", "deaf"])
def test_ctrl_c_ends_the_whole_group(start, how: str) -> None:  # type: ignore[no-untyped-def]
    parent, workers = start(how)
    os.killpg(parent.pid, signal.SIGINT)
    _, words = parent.communicate(timeout=40)
    assert words.count(b"KeyboardInterrupt") == 1
    assert not any(map(running, workers))


def running(process: int) -> bool:
    """Whether a process is there and not a zombie that waits for its parent's attention."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for a condition, at most so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
