import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result
from serving import OFFER, Served, served

from reelwork_farm import auth
from reelwork_farm.commands import farm as group
from reelwork_farm.errors import FarmError

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("farm")) as found:
        yield found


@pytest.fixture
def run(farm: Served, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(auth.VARIABLE, farm.tokens.secret)
    return lambda command, *arguments: CliRunner().invoke(group, [command, "--farm", farm.address, *arguments])


@pytest.fixture
def worker(farm: Served) -> Iterator[str]:
    found = farm.client().register(replace(OFFER, node="render7", tags=("tape",))).worker
    yield found
    farm.client().bye(found)


def test_workers_are_listed_with_what_they_offer(run: Run, worker: str) -> None:
    (row,) = json.loads(run("workers", "--json").stdout)
    assert (row["id"], row["node"], row["tags"]) == (worker, "render7", ["tape"])
    (line,) = run("workers").stdout.splitlines()
    assert line.startswith(worker)
    assert line.endswith("tape")


def test_a_farm_says_what_it_has(run: Run, worker: str, farm: Served) -> None:
    state = json.loads(run("status", "--json").stdout)
    assert (state["address"], state["workers"]["idle"]) == (farm.address, 1)
    assert "1 idle" in run("status").stdout


@pytest.mark.parametrize("chosen", [("--node", "render7"), ("--all",), ()])
def test_workers_are_drained_by_machine_by_name_or_all(run: Run, worker: str, chosen: tuple[str, ...]) -> None:
    assert run("drain", *(chosen or (worker,))).stdout == f"{worker}\n"
    assert json.loads(run("workers", "--json").stdout)[0]["state"] == "draining"


def test_who_is_not_there_is_not_drained(run: Run, worker: str) -> None:
    assert "workers on render7, and on no other" in str(run("drain", "--node", "render8").exception)
    assert isinstance(run("drain", "nobody").exception, FarmError)
    assert run("drain").exit_code == 2
