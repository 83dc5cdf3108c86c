import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from machines import SCENE, Machine, digest, wait

from reelwork_farm.auth import Role, Tokens
from reelwork_farm.errors import FarmError
from reelwork_farm.fleet import Head, Wanted, free_port, head_programs, own_address, ray_programs, worker_token


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


def test_workers_of_other_machines_are_told_an_address_that_they_reach(tmp_path: Path) -> None:
    programs = head_programs(Wanted(tmp_path, workers=1, memory=1 << 30), Head(host="0.0.0.0", port=8378))
    keeper = next(program for program in programs if program.name == "keeper")
    host, _, port = keeper.argv[keeper.argv.index("--address") + 1].rpartition(":")
    assert (host, port) == (own_address("0.0.0.0"), "8378")


def test_more_machines_need_somebody_who_knows_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(FarmError, match="--machines"):
        head_programs(Wanted(tmp_path, workers=1, most=5, memory=1 << 30), Head())
    wanted = Wanted(tmp_path, workers=1, most=5, machines=tmp_path / "machines.yaml", memory=1 << 30)
    programs = {program.name: program for program in head_programs(wanted, Head())}
    assert f"--autoscaling-config={tmp_path}/machines.yaml" in programs["ray"].argv
    assert programs["keeper"].argv[-3:] == ("--bounds", "1", "5")


def test_a_machines_tags_reach_its_workers_in_ray(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path, workers=1, memory=1 << 30, tags=("gpu", "tape"))
    for programs in (head_programs(wanted, Head()), ray_programs(wanted, "127.0.0.1:1", "0" * 64)):
        ray = next(program for program in programs if program.name == "ray")
        assert ray.environment["REELWORK_FARM_TAGS"] == "gpu,tape"


def test_the_arguments_of_a_program_hold_no_password(tmp_path: Path) -> None:
    store = "postgresql://farm:s3cret@db/farm"
    wanted = Wanted(tmp_path, workers=1, ray=False, memory=1 << 30)
    programs = head_programs(wanted, Head(store=store))
    assert not any("s3cret" in argument for program in programs for argument in program.argv)
    assert [program.name for program in programs if store in program.environment.values()] == ["controller"]


def test_a_farms_secret_is_shown_to_no_other_farm(machine: Machine, tmp_path: Path) -> None:
    address = machine.up("--workers", "0", "--no-ray")
    secret = machine.farm("token", "admin").strip()
    shown: list[str | None] = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.append(self.headers["Authorization"])
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    stranger = HTTPServer(("127.0.0.2", 0), Stranger)
    threading.Thread(target=stranger.serve_forever, daemon=True).start()
    there = f"127.0.0.2:{stranger.server_port}"
    assert "there is no token" in machine.farm("jobs", "--farm", there, code=9)
    assert "there is no token" in machine.farm("join", there, code=9)
    stranger.shutdown()
    assert shown == []
    assert machine.farm("jobs", "--farm", address) == machine.farm("jobs")
    given = "t" * 40
    assert worker_token(given, machine.folder) == given
    assert worker_token(secret, machine.folder) == Tokens(secret).token(Role.WORKER)
