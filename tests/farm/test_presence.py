import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reelwork_farm.presence import Leave, Mark, ask, asked, present


def wait(what: Callable[[], object]) -> None:
    end = time.monotonic() + 120.0
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def python(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)])


def test_a_worker_is_present_from_when_it_registered_until_it_leaves(tmp_path: Path) -> None:
    with Mark(tmp_path) as mark:
        mark.set("")
        assert present(tmp_path) == set()
        mark.set("first")
        assert present(tmp_path) == {"first"}
        mark.set("second")
        assert present(tmp_path) == {"second"}
    assert present(tmp_path) == set()


def test_a_worker_that_registers_again_while_somebody_looks_is_present(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mark(tmp_path) as mark:
        mark.set("first")
        lock, again = fcntl.flock, iter(["second"])

        def lock_slowly(file: Any, how: int) -> None:
            for worker in again:
                mark.set(worker)
            lock(file, how)

        monkeypatch.setattr(fcntl, "flock", lock_slowly)
        present(tmp_path)
        assert present(tmp_path) == {"second"}


def test_a_worker_that_is_killed_is_not_present_any_more(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from reelwork_farm.presence import Mark\n"
    code += "Mark(Path(sys.argv[1])).set('w'); time.sleep(3600)"
    with python(code, tmp_path) as process:
        wait(lambda: present(tmp_path) == {"w"})
        process.kill()
    assert present(tmp_path) == set()
    assert list(tmp_path.iterdir()) == []


def test_a_machine_leaves_when_its_workers_have_and_they_hear_how(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reelwork_farm.presence", str(tmp_path)]
    with subprocess.Popen(command) as process:
        with Mark(tmp_path) as mark:
            mark.set("w")
            wait(lambda: caught(process.pid))
            assert asked(tmp_path) is None
            process.terminate()
            wait(lambda: asked(tmp_path) is Leave.DRAIN)
            process.send_signal(signal.SIGINT)
            wait(lambda: asked(tmp_path) is Leave.STOP)
            assert process.poll() is None
        assert process.wait(120.0) == 0
    ask(tmp_path, None)
    assert asked(tmp_path) is None


def caught(pid: int) -> bool:
    """Whether the program has begun: it catches SIGTERM."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), 16)
    return bool(mask >> (signal.SIGTERM - 1) & 1)
