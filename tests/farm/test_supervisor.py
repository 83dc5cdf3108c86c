import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from reelwork_farm.errors import FarmError
from reelwork_farm.supervisor import Program, Running, read_programs, running, supervise, write_programs
from reelwork_farm.wire import dumps

SLEEPS = "import time; time.sleep(3600)"


def program(name: str, code: str, **given: object) -> Program:
    return Program(name, (sys.executable, "-c", code), **given)  # type: ignore[arg-type]


@contextmanager
def supervised(folder: Path, *programs: Program) -> Iterator[subprocess.Popen[bytes]]:
    write_programs(folder, programs)
    process = subprocess.Popen([sys.executable, "-m", "reelwork_farm.supervisor", str(folder)])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(120.0)


def wait(what: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def state(folder: Path, count: int) -> Running:
    def there() -> Running | None:
        found = running(folder)
        return found if found is not None and len(found.programs) == count else None

    wait(there)
    found = there()
    assert found is not None
    return found


def test_what_a_killed_supervisor_left_is_not_taken_for_its_successors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "running.json").write_text(dumps(Running(os.getpid(), {"old": os.getpid()}, {"old": 3})))
    seen, popen = [], subprocess.Popen

    def begin(*given: object, **more: object) -> object:
        seen.append(running(tmp_path))
        return popen(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", begin)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervise(tmp_path, (program("new", ""),))
    assert seen == [Running(0, {}, {})]


def test_a_program_that_is_killed_runs_again_and_all_end_with_the_supervisor(tmp_path: Path) -> None:
    with supervised(tmp_path, program("a", SLEEPS), program("b", SLEEPS)) as supervisor:
        before = state(tmp_path, 2)
        assert before.pid == supervisor.pid
        os.kill(int(str(before.programs["a"])), signal.SIGKILL)
        wait(lambda: state(tmp_path, 2).failures["a"])
        wait(lambda: state(tmp_path, 2).programs["a"] != before.programs["a"])
        after = state(tmp_path, 2)
        assert after.programs["b"] == before.programs["b"]
    assert not any(is_alive(int(str(pid))) for pid in after.programs.values())
    assert running(tmp_path) is None


def test_a_program_that_has_done_its_work_is_not_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path, program("done", "print('once')"), program("b", SLEEPS)):
        wait(lambda: (tmp_path / "logs/done.log").exists() and (tmp_path / "logs/done.log").read_text())
        wait(lambda: "done" not in state(tmp_path, 1).programs)
    assert (tmp_path / "logs/done.log").read_text() == "once\n"


def test_programs_are_started_when_those_before_are_ready_and_what_was_left_of_others_does_not_count(
    tmp_path: Path,
) -> None:
    (tmp_path / "ready").write_text("of a controller that was killed")
    waits = f"import pathlib, time; time.sleep(1); pathlib.Path({str(tmp_path / 'ready')!r}).touch(); " + SLEEPS
    with supervised(tmp_path, program("first", waits, ready="ready"), program("then", SLEEPS, order=1)):
        assert list(state(tmp_path, 1).programs) == ["first"]
        assert not (tmp_path / "ready").exists()
        state(tmp_path, 2)
        assert (tmp_path / "ready").exists()


def test_what_a_program_printed_before_it_failed_is_told_and_nothing_older(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/a.log").write_text("of another day\n")
    with supervised(tmp_path, program("a", "import sys; sys.exit('the port is taken')"), program("b", SLEEPS)):
        wait(lambda: (found := running(tmp_path)) is not None and found.words)
        found = running(tmp_path)
    assert found is not None
    assert found.words == {"a": "the port is taken"}


def test_nothing_is_left_of_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with supervised(tmp_path, program("a", SLEEPS)) as supervisor:
        pid = int(str(state(tmp_path, 1).programs["a"]))
        supervisor.kill()
        wait(lambda: not is_alive(pid))
        assert running(tmp_path) is None


def test_what_does_not_end_when_told_is_killed_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = "import signal, subprocess, sys, time; signal.signal(15, signal.SIG_IGN)\n"
    deaf += "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']).pid, flush=True)\n"
    deaf += "import os; os.close(2)\n" + SLEEPS
    with supervised(tmp_path, program("deaf", deaf)) as supervisor:
        log = tmp_path / "logs/deaf.log"
        wait(lambda: log.exists() and log.read_text().endswith("\n"))
        supervisor.terminate()
        supervisor.wait(120.0)
    wait(lambda: not is_alive(int(log.read_text())))


def test_programs_end_in_the_reverse_of_their_order(tmp_path: Path) -> None:
    says = "import signal, sys, time\ndef end(*_): print(time.monotonic(), flush=True); sys.exit()\n"
    says += "signal.signal(signal.SIGINT, end); print('up', flush=True); " + SLEEPS
    with supervised(
        tmp_path,
        program("controller", says, order=0, end=signal.SIGINT),
        program("worker", says, order=1, end=signal.SIGINT),
    ):
        logs = [tmp_path / "logs" / f"{name}.log" for name in ("controller", "worker")]
        wait(lambda: all(log.exists() and log.read_text() for log in logs))
    controller, worker = (float(log.read_text().split()[1]) for log in logs)
    assert worker < controller


def test_there_is_one_supervisor_of_a_folder(tmp_path: Path) -> None:
    with supervised(tmp_path, program("a", SLEEPS)):
        state(tmp_path, 1)
        with pytest.raises(FarmError, match="up already"):
            supervise(tmp_path, ())


def test_programs_come_back_as_they_were_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    programs = (program("a", SLEEPS, environment={"REELWORK_FARM_TOKEN": "t"}, order=2),)
    write_programs(tmp_path, programs)
    write_programs(tmp_path, programs)
    assert read_programs(tmp_path) == programs
    assert (tmp_path / "programs.json").stat().st_mode & 0o077 == 0
    with pytest.raises(FarmError):
        read_programs(tmp_path / "nowhere")


def test_a_full_disk_ends_no_farm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full, write, wrote = iter([True, True]), Path.write_text, []

    def sometimes(path: Path, *given: object, **more: object) -> int:
        if next(full, False):
            raise OSError(errno.ENOSPC, "no space is left")
        wrote.append(path.name)
        return write(path, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", sometimes)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervise(tmp_path, (program("a", "import time; time.sleep(1)"),))
    assert set(wrote) == {"running.json.new"}


def test_what_cannot_be_started_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starts, popen = iter([True, True]), subprocess.Popen

    def sometimes(*given: object, **more: object) -> object:
        if next(starts, False):
            raise OSError(errno.ENOMEM, "no memory is left")
        return popen(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", sometimes)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    supervise(tmp_path, (program("a", "print('done')"),))
    assert (tmp_path / "logs/a.log").read_text() == "done\n"


def test_programs_are_whole_whoever_writes_them(tmp_path: Path) -> None:
    programs = tuple(program(f"program-{number}", SLEEPS) for number in range(200))
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write_programs, tmp_path, programs) for _ in range(20)]
        write_programs(tmp_path, programs)
        while not all(each.done() for each in writing):
            assert read_programs(tmp_path) == programs
        for each in writing:
            each.result()
    assert [path.name for path in tmp_path.iterdir()] == ["programs.json"]
