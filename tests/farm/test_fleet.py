import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from machines import SCENE, Machine, digest, machine_in, wait

from reelwork_farm.auth import Role, Tokens
from reelwork_farm.errors import FarmError
from reelwork_farm.fleet import (
    Head,
    Wanted,
    end,
    free_port,
    head_programs,
    own_address,
    ray_programs,
    settled,
    start,
    worker_token,
)
from reelwork_farm.supervisor import Program
from reelwork_farm.told import Told


@pytest.fixture
def rays_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a Ray that is never started would have its own, which goes with the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


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
    assert "farm.mp4" in render.communicate(timeout=300)[0]
    assert digest(folder / "farm.mp4") == digest(folder / "local.mp4")
    after = plain.programs()
    assert after["worker-1"] == before["worker-1"]
    assert {after["worker-0"], after["controller"]}.isdisjoint(before.values())
    assert plain.up("--workers", "2", "--no-ray") == address


def test_up_again_goes_on_with_what_is_up_and_refuses_to_pretend_another(plain: Machine) -> None:
    address, before = plain.client().address, plain.programs()
    assert plain.farm("up").strip() == address
    said = plain.farm("up", "--workers", "3", code=9)
    assert "with --workers 2, not --workers 3" in said
    assert "reelwork farm down" in said
    assert plain.programs() == before


def test_a_machine_joins_works_and_is_drained(plain: Machine, folder: Path) -> None:
    before = {row["id"] for row in plain.workers()}
    other = plain.joining(folder / "other")
    address = plain.client().address
    assert "a farm is up" in plain.farm("join", address, code=9)
    try:
        other.farm("join", address, "--workers", "1", "--no-ray")
        assert other.farm("join", address).strip() == address
        assert "with --workers 1, not --workers 2" in other.farm("join", address, "--workers", "2", code=9)
        assert f"works for the farm at {address}" in other.farm("up", code=9)
        (worker,) = [row for row in plain.workers() if row["id"] not in before]
        assert worker["state"] == "idle"
        plain.farm("drain", worker["id"])
        wait(lambda: worker["id"] not in {row["id"] for row in plain.workers()})
    finally:
        other.farm("down")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--store", "postgresql://farm:s3cret@127.0.0.1:1/farm"), "127.0.0.1"),
        (("--storage", "nowhere://bucket/farm"), "nowhere"),
    ],
)
def test_a_farm_that_cannot_be_says_why_at_once_and_leaves_nothing_running(
    machine: Machine, arguments: tuple[str, str], reason: str
) -> None:
    began = time.monotonic()
    said = machine.farm("up", "--port", "0", "--workers", "1", *arguments, code=9)
    assert time.monotonic() - began < 90.0  # a hundred and more where failures are waited out
    assert "controller: " in said
    assert reason in said
    assert "s3cret" not in said
    assert not machine.processes()


def test_a_port_that_is_taken_is_said_at_once_and_nothing_is_left_running(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        assert f"127.0.0.1:{taken}" in machine.farm("up", "--port", taken, "--workers", "1", "--no-ray", code=9)
        assert "--ray-port" in machine.farm("up", "--port", "0", "--ray-port", taken, "--workers", "1", code=9)
    assert not machine.processes()


def test_what_is_for_ray_is_not_for_a_farm_without(machine: Machine) -> None:
    assert "--max-workers" in machine.farm("up", "--no-ray", "--max-workers", "4", code=2)


def test_a_tag_that_nobody_could_ask_for_is_refused_before_anything_is_started(machine: Machine) -> None:
    assert "'two words'" in machine.farm("up", "--tag", "two words", code=9)
    assert not machine.processes()


def test_a_supervisor_that_begins_late_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = "import runpy, time; time.sleep(1); runpy.run_module('reelwork_farm.supervisor', run_name='__main__')"
    monkeypatch.setattr("reelwork_farm.fleet._python", lambda _: (sys.executable, "-c", late))
    start(tmp_path, (Program("sleeps", (sys.executable, "-c", "import time; time.sleep(3600)")),))
    assert end(tmp_path, now=True)


def test_a_farm_comes_back_on_the_ports_that_it_had_unless_they_are_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = other.getsockname()[1], free_port("127.0.0.1")
        told = Told(None, {"--port": taken, "--ray-port": free})
        head = settled(Head(), told)
    assert head.ray_port == free
    assert head.port not in (0, taken)
    assert settled(Head(ray_port=6379), told).ray_port == 6379


def test_addresses_are_those_that_others_reach() -> None:
    assert own_address("localhost") == "127.0.0.1"
    assert own_address("10.1.2.3") == "10.1.2.3"
    assert own_address("0.0.0.0") not in ("", "0.0.0.0")
    assert 1024 <= free_port("127.0.0.1") <= 65535


@pytest.mark.usefixtures("rays_folder")
def test_workers_of_other_machines_are_told_an_address_that_they_reach(tmp_path: Path) -> None:
    programs = head_programs(Wanted(tmp_path, workers=1, memory=1 << 30), Head(host="0.0.0.0", port=8378))
    keeper = next(program for program in programs if program.name == "keeper")
    host, _, port = keeper.argv[keeper.argv.index("--address") + 1].rpartition(":")
    assert (host, port) == (own_address("0.0.0.0"), "8378")


@pytest.mark.usefixtures("rays_folder")
def test_more_machines_need_somebody_who_knows_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(FarmError, match="--machines"):
        head_programs(Wanted(tmp_path, workers=1, most=5, memory=1 << 30), Head())
    wanted = Wanted(tmp_path, workers=1, most=5, machines=tmp_path / "machines.yaml", memory=1 << 30)
    programs = {program.name: program for program in head_programs(wanted, Head())}
    assert f"--autoscaling-config={tmp_path}/machines.yaml" in programs["ray"].argv
    assert programs["keeper"].argv[-3:] == ("--bounds", "1", "5")


@pytest.mark.usefixtures("rays_folder")
def test_a_machines_tags_reach_its_workers_in_ray(tmp_path: Path) -> None:
    wanted = Wanted(tmp_path, workers=1, memory=1 << 30, tags=("gpu", "tape"))
    for programs in (head_programs(wanted, Head()), ray_programs(wanted, "127.0.0.1:1", "0" * 64)):
        ray = next(program for program in programs if program.name == "ray")
        assert ray.environment["REELWORK_FARM_TAGS"] == "gpu,tape"


@pytest.mark.usefixtures("rays_folder")
def test_the_arguments_of_a_program_hold_no_password(tmp_path: Path) -> None:
    store = "postgresql://farm:s3cret@db/farm"
    wanted = Wanted(tmp_path, workers=1, ray=False, memory=1 << 30)
    programs = head_programs(wanted, Head(store=store))
    assert not any("s3cret" in argument for program in programs for argument in program.argv)
    assert [program.name for program in programs if store in program.environment.values()] == ["controller"]


def test_a_farms_secret_is_shown_to_no_other_farm(plain: Machine, tmp_path: Path) -> None:
    address = plain.client().address
    secret = plain.farm("token", "admin").strip()
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
    assert "there is no token" in plain.farm("jobs", "--farm", there, code=9)
    other = Machine(tmp_path / "other", plain.environment)
    assert "there is no token" in other.farm("join", there, code=9)
    assert "a farm is up" in plain.farm("join", there, code=9)
    stranger.shutdown()
    assert shown == []
    named, unnamed = plain.farm("jobs", "--farm", address, "--json"), plain.farm("jobs", "--json")
    assert [job["id"] for job in json.loads(named)] == [job["id"] for job in json.loads(unnamed)] != []
    given = "t" * 40
    assert worker_token(given, plain.folder) == given
    assert worker_token(secret, plain.folder) == Tokens(secret).token(Role.WORKER)
