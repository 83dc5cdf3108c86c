import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from machines import SCENE, Machine, digest, machine_in, wait

from reelwork_farm.auth import Role, Tokens
from reelwork_farm.errors import FarmError
from reelwork_farm.fleet import Head, Wanted, free_port, head_programs, own_address, ray_programs, worker_token


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fleet")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Iterator[Machine]:
    """A farm of two workers without Ray."""
    with machine_in(folder / "farm") as found:
        found.up("--workers", "2", "--no-ray")
        yield found
        found.farm("down")
        assert "start one with `reelwork farm up`" in found.farm("status", code=9)


def test_a_farm_renders_the_local_film_though_a_worker_and_the_controller_die(plain: Machine, folder: Path) -> None:
    scene = folder / "scene.yaml"
    scene.write_text(SCENE)
    plain("render", scene, "--to", folder / "local.mp4", "--jobs", "1")
    address = plain.client().address
    assert len(plain.workers()) == 2
    before = plain.programs()
    render = plain.begin("render", scene, "--farm", address, "--to", folder / "farm.mp4")
    wait(lambda: any(job.done for job in plain.client().jobs()) or render.poll() is not None)
    os.kill(before["worker-0"], signal.SIGKILL)
    os.kill(before["controller"], signal.SIGKILL)
    assert "farm.mp4" in render.communicate(timeout=60)[0]
    assert digest(folder / "farm.mp4") == digest(folder / "local.mp4")
    after = plain.programs()
    assert after["worker-1"] == before["worker-1"]
    assert {after["worker-0"], after["controller"]}.isdisjoint(before.values())
    assert plain.up("--workers", "2", "--no-ray") == address


def test_a_machine_joins_works_and_is_drained(plain: Machine, folder: Path) -> None:
    before = {row["id"] for row in plain.workers()}
    other = plain.joining(folder / "other")
    try:
        other.farm("join", plain.client().address, "--workers", "1", "--no-ray")
        (worker,) = [row for row in plain.workers() if row["id"] not in before]
        assert worker["state"] == "idle"
        plain.farm("drain", worker["id"])
        wait(lambda: worker["id"] not in {row["id"] for row in plain.workers()})
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
