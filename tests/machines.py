"""A farm on this machine, by the commands that an operator has."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.cli.fleet import as_table, is_there
from reelwork_farm.client import FarmClient
from reelwork_farm.fleet import address_in, end
from reelwork_farm.model import Timing
from reelwork_farm.supervisor import running
from reelwork_farm.wire import dumps

TIMES = Timing(lease=6.0, heartbeat=0.3, lost=8.0, backoff=0.1, batch=0.5, poll=0.05)
#: Five units of 96 frames.
SCENE = """
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 20s
    layers:
      - solid: "#336699"
      - {shape: {path: "M0 0 H20 V20 H0 Z", fill: "#ffffff"}, transform: {position: {0s: [0, 0], 20s: [64, 36]}}}
"""


class Machine:
    """A farm of this machine in a folder, by its commands."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment

    def begin(self, *arguments: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "reelwork", *map(str, arguments)],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        process = self.begin(*arguments)
        said, wrong = process.communicate(timeout=300)
        assert process.returncode == code, wrong
        return said + wrong if code else said

    def farm(self, command: str, *arguments: str | Path, code: int = 0) -> str:
        return self("farm", command, "--folder", self.folder, *arguments, code=code)

    def up(self, *arguments: str) -> str:
        return self.farm("up", "--port", "0", "--timing", dumps(TIMES), *arguments).strip()

    def joining(self, folder: Path, **environment: str) -> Machine:
        """Another machine, that may join this one's farm."""
        token = farm_tokens(self.folder).token(Role.WORKER)
        return Machine(folder, {**self.environment, "REELWORK_FARM_TOKEN": token, **environment})

    def workers(self) -> list[dict[str, Any]]:
        """Who is there, as `farm workers --json` tells it."""
        return [as_table(row) for row in self.client().workers() if is_there(row)]

    def client(self) -> FarmClient:
        address = address_in(self.folder)
        assert address is not None
        return FarmClient(address, farm_tokens(self.folder).token(Role.ADMIN), patience=10.0)

    def processes(self) -> list[str]:
        """Command lines of processes of this farm that are left."""
        return subprocess.run(
            ["pgrep", "-fa", str(self.folder)], capture_output=True, text=True, check=False
        ).stdout.splitlines()

    def programs(self) -> dict[str, int]:
        """Process ids of what is kept running."""
        found = running(self.folder)
        assert found is not None
        return {name: int(str(pid)) for name, pid in found.programs.items()}


@contextlib.contextmanager
def machine_in(folder: Path, **environment: str) -> Iterator[Machine]:
    """A machine whose farm is down in the end.

    :param folder: of the farm
    """
    found = Machine(folder, environment)
    try:
        yield found
    finally:
        end(folder, now=True)


@pytest.fixture
def machine(tmp_path: Path, fresh_home: Path) -> Iterator[Machine]:
    with machine_in(tmp_path / "farm", REELWORK_HOME=str(fresh_home)) as found:
        yield found


def wait(what: Callable[[], object], seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
