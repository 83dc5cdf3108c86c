"""A throw-away farm: a folder goes in, the real programs of a farm run in it, and can be killed, stopped and slowed."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final

from reelwork.render.worker import die_with
from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.chaos.sight import PATIENCE, Sight, last_words
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.fleet import Head, Wanted, free_port, head_programs
from reelwork_farm.model import Timing, WorkerRow, WorkerState
from reelwork_farm.supervisor import Program

#: Short times, so that what takes minutes on a farm takes seconds here.
TIMES: Final = Timing(lease=4.0, heartbeat=0.4, lost=5.0, backoff=0.2, standstill=60.0, batch=1.0, aside=3.0, poll=0.1)
_GRACE: Final = 8.0


class Ground(Sight):
    """A farm that nobody needs. Its programs end with this process, or at the end of the ``with``.

    :param folder: an empty one
    :param workers: that are there from the beginning; their programs are called ``worker-0`` and so on
    :param memory: bytes that the renders may hold together
    :param environment: that the programs get beside this process's own
    :param through: a port under which workers reach the controller, instead of its own
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int = 2,
        timing: Timing = TIMES,
        memory: int | None = None,
        environment: Mapping[str, str] | None = None,
        through: int | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.workers, self.through = workers, through
        self.environment = dict(environment or {})
        self.port = free_port("127.0.0.1")
        wanted = Wanted(folder, workers, ray=False, memory=memory)
        found = head_programs(wanted, Head(port=self.port, timing=timing))
        self.programs = {program.name: self._redirected(program) for program in found}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        token = farm_tokens(folder).token(Role.ADMIN)
        super().__init__(folder, FarmClient(f"127.0.0.1:{self.port}", token, patience=30.0))

    def __enter__(self) -> Ground:
        for name in self.programs:
            self.start(name)
        self.wait(lambda: len(self.there()) >= self.workers, "its workers register")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for name, process in self._running.items():
            if name.startswith("worker"):  # nobody waits for what they do
                process.kill()
            else:
                process.send_signal(self.programs[name].end)
        until = time.monotonic() + _GRACE
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _redirected(self, program: Program) -> Program:
        if self.through is None or program.name == "controller":
            return program
        own, other = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.through}"
        return replace(program, argv=tuple(other if word == own else word for word in program.argv))

    # -- programs

    def start(self, name: str, environment: Mapping[str, str] | None = None) -> int:
        """Start a program, beside this process's environment in another one; its process id."""
        program = self.programs[name]
        given = {**os.environ, **self.environment, **{name: str(value) for name, value in program.environment.items()}}
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                program.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**given, **(environment or {})},
                start_new_session=True,
                preexec_fn=functools.partial(die_with, os.getpid()),  # this process has no threads
            )
        return self._running[name].pid

    def add_worker(self, environment: Mapping[str, str] | None = None) -> str:
        """Start one more worker; its program's name."""
        name = f"worker-{len(self.programs) - 1}"
        self.programs[name] = replace(self.programs["worker-0"], name=name)
        self.start(name, environment)
        return name

    def add_line(self, *arguments: str) -> None:
        """Have the port that workers reach the controller through served by a bad line, started with the others."""
        ends = (str(self.through), f"127.0.0.1:{self.port}")
        argv = (sys.executable, "-P", "-m", "reelwork_farm.chaos.lossy", *ends, *arguments)
        self.programs["line"] = Program("line", argv)

    def kill(self, name: str) -> None:
        """Have the system end a program now."""
        process = self._running[name]
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        """Kill a program and start it again, as who looks after it would."""
        self.kill(name)
        self.start(name)

    def signal(self, name: str, number: int) -> None:
        """Send a program a signal."""
        self._running[name].send_signal(number)

    def pid(self, name: str) -> int:
        """Of a program that runs."""
        return self._running[name].pid

    def trouble(self) -> str:
        """Which programs have ended though nobody ended them."""
        fallen = [name for name, process in self._running.items() if process.poll() is not None]
        return f"{', '.join(fallen)} ended:\n{last_words(self.folder, fallen[0])}\n" if fallen else ""

    # -- what is seen of it

    def there(self) -> list[WorkerRow]:
        """Workers that run and are neither lost nor gone."""
        running = {process.pid for process in self._running.values()}
        away = (WorkerState.LOST, WorkerState.GONE)
        return [row for row in self.client.workers() if row.state not in away and row.offer.pid in running]

    def name_of(self, worker: str) -> str | None:
        """The program of a worker, by the id that the farm gave it; ``None`` where that process is over."""
        pids = {row.id: row.offer.pid for row in self.client.workers()}
        return next((name for name, process in self._running.items() if process.pid == pids.get(worker)), None)

    def command(self, *arguments: str | Path) -> str:
        """Run a command of reelwork in the farm's environment; what it prints.

        :raises FarmError: it fails
        """
        done = subprocess.run(
            [sys.executable, "-m", "reelwork", *map(str, arguments)],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode != 0:
            raise FarmError(f"`reelwork {arguments[0]} …` failed:\n{done.stderr}")
        return done.stdout.strip()
