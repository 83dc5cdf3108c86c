import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from misbehaving_plugin import misbehaving_plugin, misbehaving_scene

from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.client import FarmClient
from reelwork_farm.fleet import address_in, free_port, own_address
from reelwork_farm.model import Timing, UnitState
from reelwork_farm.wire import dumps

TIMES = Timing(lease=4.0, heartbeat=0.3, lost=6.0, backoff=0.1, standstill=3.0, batch=0.5, poll=0.05)
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
        said, wrong = process.communicate(timeout=100)
        assert process.returncode == code, wrong
        return said + wrong if code else said

    def farm(self, command: str, *arguments: str | Path, code: int = 0) -> str:
        return self("farm", command, "--folder", self.folder, *arguments, code=code)

    def up(self, *arguments: str) -> str:
        return self.farm("up", "--port", "0", "--timing", dumps(TIMES), *arguments).strip()

    def client(self) -> FarmClient:
        address = address_in(self.folder)
        assert address is not None
        return FarmClient(address, farm_tokens(self.folder).token(Role.ADMIN), patience=10.0)

    def programs(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.farm("status", "--json"))["programs"]
        return found


@pytest.fixture
def machine(tmp_path: Path, fresh_home: Path) -> Iterator[Machine]:
    path = [str(misbehaving_plugin(tmp_path / "plugin")), *filter(None, [os.environ.get("PYTHONPATH")])]
    found = Machine(tmp_path / "farm", {"PYTHONPATH": os.pathsep.join(path), "REELWORK_HOME": str(fresh_home)})
    try:
        yield found
    finally:
        found.farm("down")


def wait(what: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_farm_comes_up_renders_the_local_film_though_workers_and_controller_die_and_goes_down(
    machine: Machine, tmp_path: Path
) -> None:
    scene = tmp_path / "scene.yaml"
    scene.write_text(SCENE)
    machine("render", scene, "--to", tmp_path / "local.mp4", "--jobs", "1")
    address = machine.up("--workers", "2", "--no-ray")
    assert machine.up("--workers", "2", "--no-ray") == address
    assert len(json.loads(machine.farm("workers", "--json"))) == 2
    before = machine.programs()
    render = machine.begin("render", scene, "--farm", address, "--to", tmp_path / "farm.mp4")
    wait(lambda: any(job.done for job in machine.client().jobs()) or render.poll() is not None)
    os.kill(before["worker-0"], signal.SIGKILL)
    os.kill(before["controller"], signal.SIGKILL)
    assert "farm.mp4" in render.communicate(timeout=60)[0]
    assert digest(tmp_path / "farm.mp4") == digest(tmp_path / "local.mp4")
    after = machine.programs()
    assert after["worker-1"] == before["worker-1"]
    assert {after["worker-0"], after["controller"]}.isdisjoint(before.values())
    machine.farm("down")
    assert "start one with `reelwork farm up`" in machine.farm("status", code=9)


def test_units_that_crash_eat_hang_or_fail_are_quarantined_with_their_cause_and_the_others_finish(
    machine: Machine, tmp_path: Path
) -> None:
    scene = misbehaving_scene(tmp_path)
    address = machine.up("--workers", "2", "--no-ray", "--memory", "1.2")
    said = machine("render", scene, "--farm", address, "--to", tmp_path / "film.mp4", code=8)
    assert "units" in said
    client = machine.client()
    (job,) = client.jobs()
    units = {unit.index: unit for unit in client.units(job.id)}
    states = {index: unit.state for index, unit in units.items()}
    assert [index for index, state in states.items() if state is UnitState.DONE] == [0, 3]
    assert [index for index, state in states.items() if state is UnitState.QUARANTINED] == [1, 2, 4, 5]
    causes = {index: f"{unit.cause}: {unit.message}" for index, unit in units.items() if unit.cause}
    assert causes[1].startswith("plugin: it crashed with SIGSEGV while it rendered frames 96-191")
    assert causes[2].startswith("memory: it held")
    assert causes[4].startswith("plugin: it stood still")
    assert "this effect has a fault" in causes[5]
    assert "Segmentation fault" in client.log(job.id, 1)
    assert all(len(unit.tried) >= 2 for unit in units.values() if unit.state is UnitState.QUARANTINED)


def test_a_machine_joins_works_and_is_drained(machine: Machine, tmp_path: Path) -> None:
    address = machine.up("--workers", "0", "--no-ray")
    token = machine.farm("token", "worker").strip()
    other = Machine(tmp_path / "other", {**machine.environment, "REELWORK_FARM_TOKEN": token})
    try:
        other.farm("join", address, "--workers", "1", "--no-ray")
        (worker,) = json.loads(machine.farm("workers", "--json"))
        assert worker["state"] == "idle"
        machine.farm("drain", worker["id"])
        wait(lambda: not json.loads(machine.farm("workers", "--json")))
    finally:
        other.farm("down")


def test_addresses_are_those_that_others_reach() -> None:
    assert own_address("localhost") == "127.0.0.1"
    assert own_address("10.1.2.3") == "10.1.2.3"
    assert own_address("0.0.0.0") not in ("", "0.0.0.0")
    assert 1024 <= free_port("127.0.0.1") <= 65535
