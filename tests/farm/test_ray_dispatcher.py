import json
import os
import signal
from pathlib import Path

import pytest
from machines import SCENE, Machine, digest, wait

from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.slot import Slot

ray_dispatcher = pytest.importorskip("reelwork_farm.ray_dispatcher")
SLOTS = (Slot(2, 1 << 30),) * 3


def test_a_machine_tells_ray_honestly_what_its_workers_have() -> None:
    command = ray_dispatcher.start_arguments(SLOTS, head=("127.0.0.1", 1234))
    assert "--num-cpus=6" in command
    assert f"--memory={3 << 30}" in command
    assert '--resources={"reelwork_slot": 3}' in command
    assert "--address=10.0.0.1:1234" in ray_dispatcher.start_arguments(SLOTS, join="10.0.0.1:1234")


def test_ray_asks_for_a_token_that_does_not_tell_the_farms(tmp_path: Path) -> None:
    tokens = farm_tokens(tmp_path)
    told = ray_dispatcher.environment(tokens.token(Role.WORKER), tmp_path)
    assert told["RAY_AUTH_MODE"] == "token"
    assert told["RAY_AUTH_TOKEN"] not in {tokens.token(role) for role in Role}
    assert tokens.token(Role.ADMIN) not in told.values()
    assert told == ray_dispatcher.environment(tokens.token(Role.WORKER), tmp_path)


def test_ray_renders_the_local_film_though_an_actor_is_killed(machine: Machine, tmp_path: Path) -> None:
    scene = tmp_path / "scene.yaml"
    scene.write_text(SCENE)
    machine("render", scene, "--to", tmp_path / "local.mp4")
    address = machine.up("--workers", "1")
    (before,) = json.loads(machine.farm("workers", "--json"))
    admin = farm_tokens(machine.folder).token(Role.ADMIN)
    assert admin not in Path(f"/proc/{before['pid']}/environ").read_text()
    render = machine.begin("render", scene, "--farm", address, "--to", tmp_path / "farm.mp4")
    wait(lambda: any(job.done for job in machine.client().jobs()))
    os.kill(before["pid"], signal.SIGKILL)
    assert "farm.mp4" in render.communicate(timeout=100)[0]
    assert digest(tmp_path / "farm.mp4") == digest(tmp_path / "local.mp4")
    assert any(row["pid"] != before["pid"] for row in json.loads(machine.farm("workers", "--json")))
    machine.farm("down")
    assert not machine.processes()
