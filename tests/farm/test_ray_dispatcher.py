import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import SCENE, Machine, digest, machine_in, wait

from reelwork_farm.arrival import wait_for_own_workers
from reelwork_farm.auth import Role, farm_tokens
from reelwork_farm.errors import FarmError
from reelwork_farm.slot import Slot

ray_dispatcher = pytest.importorskip("reelwork_farm.ray_dispatcher")
SLOTS = (Slot(2, 1 << 30),) * 3


def test_a_machine_tells_ray_honestly_what_its_workers_have() -> None:
    command = ray_dispatcher.start_arguments(SLOTS, head=("127.0.0.1", 1234))
    assert "--num-cpus=6" in command
    assert f"--memory={3 << 30}" in command
    assert '--resources={"reelwork_slot": 3, "reelwork_stays": 1}' in command
    assert "--address=10.0.0.1:1234" in ray_dispatcher.start_arguments(SLOTS, join="10.0.0.1:1234")


def test_ray_asks_for_a_token_that_does_not_tell_the_farms(tmp_path: Path) -> None:
    tokens = farm_tokens(tmp_path)
    told = ray_dispatcher.environment(tokens.token(Role.WORKER), tmp_path)
    assert told["RAY_AUTH_MODE"] == "token"
    assert told["RAY_AUTH_TOKEN"] not in {tokens.token(role) for role in Role}
    assert tokens.token(Role.ADMIN) not in told.values()
    assert told == ray_dispatcher.environment(tokens.token(Role.WORKER), tmp_path)


def test_who_has_a_gpu_offers_it_and_where_ray_finds_none_the_machine_may_say_so() -> None:
    assert ray_dispatcher.offered("tape,disc", None) == ("tape", "disc")
    assert ray_dispatcher.offered("gpu", None) == ("gpu",)
    assert ray_dispatcher.offered("gpu,tape", True) == ("tape", "gpu")
    assert ray_dispatcher.offered("gpu,tape", False) == ("tape",)
    assert ray_dispatcher.offered("", True) == ("gpu",)


def test_whoever_has_a_machine_join_hears_why_the_farm_refuses_its_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object) -> None:
        raise FarmError("the farm has 3 workers, and takes no more")

    ended = threading.Event()
    monkeypatch.setattr(ray_dispatcher, "worker_for", refusing)
    monkeypatch.setattr(ray_dispatcher, "_AGAIN", 0.0)
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)
    monkeypatch.setattr(os, "_exit", lambda _: ended.set())
    monkeypatch.setenv("REELWORK_FARM_TOKEN", "t" * 40)
    monkeypatch.setenv("REELWORK_FARM_WORK", str(tmp_path / "work"))
    ray_dispatcher.SlotActor(SLOTS[0], "127.0.0.1:1")
    assert ended.wait(20.0)
    with pytest.raises(FarmError, match="does not take this machine's workers: the farm has 3 workers"):
        wait_for_own_workers(tmp_path, 1)


#: Writes down each kernel that is compiled and kept.
COUNTING = """
from reelwork import hookimpl
from reelwork.kernels import cache

def counted(path, content, write=cache.write_atomically):
    with open({log!r}, "a") as file:
        file.write(path.name + "\\n")
    write(path, content)

cache.write_atomically = counted

@hookimpl
def reelwork_extensions():
    return []
"""


def counting_plugin(folder: Path, log: Path) -> str:
    """A path for Python on which the plugin is."""
    about = folder / "reelwork_counting-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "reelwork_counting.py").write_text(COUNTING.format(log=str(log)))
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: reelwork-counting\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[reelwork]\ncounting = reelwork_counting\n")
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ray")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Machine]:
    """A farm of two workers on one machine where no kernel has been compiled yet."""
    (folder / "home").mkdir()
    plugin = counting_plugin(folder / "plugin", folder / "compiled")
    with machine_in(folder / "farm", PYTHONPATH=plugin, REELWORK_HOME=str(folder / "home")) as found:
        found.up("--workers", "2", "--tag", "tape")
        yield found
        found.farm("down")
        assert not found.processes()


def film(folder: Path, name: str, colour: str) -> Path:
    scene = folder / f"{name}.yaml"
    scene.write_text(SCENE.replace("#336699", colour))
    return scene


def test_the_workers_of_a_machine_compile_its_kernels_once(cluster: Machine, folder: Path) -> None:
    scene = film(folder, "first", "#112233")
    cluster("render", scene, "--farm", cluster.client().address, "--to", folder / "first.mp4")
    compiled = [name for name in (folder / "compiled").read_text().splitlines() if not name.endswith(".py")]
    assert compiled
    assert sorted(set(compiled)) == sorted(compiled)
    events = cluster.client().events()
    assert len({event.worker for event in events if event.kind == "unit leased"}) == 2


def test_ray_renders_the_local_film_though_an_actor_is_killed(cluster: Machine, folder: Path) -> None:
    scene = film(folder, "second", "#332211")
    cluster("render", scene, "--to", folder / "local.mp4")
    before = cluster.workers()
    assert len(before) == 2
    admin = farm_tokens(cluster.folder).token(Role.ADMIN)
    assert admin not in Path(f"/proc/{before[0]['pid']}/environ").read_text()
    done = len(cluster.client().events())
    render = cluster.begin("render", scene, "--farm", cluster.client().address, "--to", folder / "farm.mp4")
    wait(lambda: any(event.kind == "unit committed" for event in cluster.client().events(after=done)))
    os.kill(before[0]["pid"], signal.SIGKILL)
    assert "farm.mp4" in render.communicate(timeout=300)[0]
    assert digest(folder / "farm.mp4") == digest(folder / "local.mp4")
    known = {row["pid"] for row in before}
    wait(lambda: any(row["pid"] not in known for row in cluster.workers()))


def test_a_machine_joins_offers_what_it_has_and_leaves_when_it_is_done(cluster: Machine, folder: Path) -> None:
    others = {row["id"] for row in cluster.workers()}
    gpu = {"RAY_OVERRIDE_RESOURCES": '{"GPU": 1}'}  # what Ray then takes for found
    other = cluster.joining(folder / "other", **gpu)
    address = cluster.client().address
    try:
        other.farm("join", address, "--workers", "2", "--tag", "disc")
        came = [row for row in cluster.workers() if row["id"] not in others]
        assert sorted(row["tags"] for row in came) == [["disc"], ["disc", "gpu"]]
        assert all(row["tags"] == ["tape"] for row in cluster.workers() if row["id"] in others)
        scene = film(folder, "third", "#221133")
        scene.write_text(scene.read_text().replace("64, 36", "640, 360").replace("20s", "200s"))
        job = cluster("farm", "submit", scene, "--farm", address, "--needs", "gpu").split()[0]
        wait(lambda: cluster.client().job(job).job.done)
    finally:
        other.farm("down")
    assert not {row["id"] for row in cluster.workers()} & {row["id"] for row in came}
    held = [event for event in cluster.client().events() if event.job == job]
    (having,) = {event.worker for event in held if event.kind == "unit committed"}
    assert having == next(row["id"] for row in came if "gpu" in row["tags"])
    assert not any(event.kind in ("unit failed", "lease lost") for event in held)
    assert not other.processes()
    assert "it offers no gpu" in str(cluster.client().job(job).waiting)
