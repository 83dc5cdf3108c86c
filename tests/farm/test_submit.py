"""A scene that is handed to a farm comes back as the file that a local render makes, and who waits hears the truth."""

from __future__ import annotations

import contextlib
import platform
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundling import task_of, write_scene
from click.testing import CliRunner
from serving import Served, served
from whole.making import Here

from reelwork.cli import app
from reelwork.errors import OutputError, PluginError, RenderError, SceneError
from reelwork.extensions import registry
from reelwork.render import remote
from reelwork.render.digests import engine_digest
from reelwork.render.prepare import Settings
from reelwork.render.produce import Rendered, make
from reelwork.render.progress import Silent
from reelwork.render.terms import Terms
from reelwork.render.units import Request
from reelwork_farm import submit as submitting
from reelwork_farm.auth import VARIABLE, Role
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError, NotFound
from reelwork_farm.fetch import fetch, unpack
from reelwork_farm.materialise import materialise
from reelwork_farm.messages import Report
from reelwork_farm.model import Cause, Failure, Figures, JobState, Lease, Part, UnitKind, WorkerOffer
from reelwork_farm.storage import open_storage
from reelwork_farm.submit import FarmRenderer, Left, submit
from reelwork_farm.work import Work, open_work


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    return write_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def farm(tmp_path, monkeypatch) -> Iterator[Served]:
    monkeypatch.setattr(submitting, "_LOOK", 0.05)
    with served(tmp_path / "farm") as found:
        yield found


class Hand:
    """A worker without a process of its own, which renders in a thread of the test."""

    def __init__(self, farm: Served, folder: Path) -> None:
        self.client, self.folder, self.storage = farm.client(Role.WORKER), folder, farm.controller.storage
        self.jobs: dict[str, Work] = {}
        self.rendered: list[tuple[str, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Hand:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(20)

    def _run(self) -> None:
        offer = WorkerOffer("here", 1, 1, 4 << 30, engine_digest(registry()), platform.machine())
        worker = self.client.register(offer).worker
        while not self._stop.is_set():
            lease = self.client.lease(worker)
            for part in lease.parts if lease is not None else ():
                self.client.report(worker, self._done(lease, part))

    def _done(self, lease: Lease, part: Part) -> Report:
        try:
            figures = self._made(lease, part)
        except Exception as error:
            return Report(lease.job, part.index, part.epoch, failure=Failure(Cause.PLUGIN, str(error)))
        return Report(lease.job, part.index, part.epoch, figures=figures)

    def _made(self, lease: Lease, part: Part) -> Figures:
        if lease.job not in self.jobs:
            into = self.folder / f"into-{lease.job}"
            into.mkdir(parents=True)
            self.jobs[lease.job] = open_work(materialise(lease.bundle, self.storage, self.folder), into)
        work = self.jobs[lease.job]
        if part.kind is UnitKind.FINISH:
            path, frames = work.finish(self._segments(lease), Silent())
        else:
            path, frames = work.render(part, Silent())
        self.rendered.append((lease.job, part.index))
        return Figures(self.storage.put(path), path.stat().st_size, frames, 1.0, 1.0, 1, work.heard)

    def _segments(self, lease: Lease) -> list[Path]:
        found = []
        for unit in self.client.units(lease.job):
            if unit.kind is UnitKind.RENDER:
                found.append(self.folder / f"{unit.digest}.segment")
                self.storage.get(unit.digest, found[-1])
        return found


def local(scene: Path, to: Path, output: str, **request) -> Path:
    return local_render(scene, to, output, **request).path


def local_render(scene: Path, to: Path, output: str, **request) -> Rendered:
    return make(task_of(scene, to, output, **request), Silent(), Here())


def test_a_film_that_the_storage_lost_comes_again_by_the_same_command(scene, farm, tmp_path):
    request = Request(output="sound", to=tmp_path / "s.flac")
    renderer, storage = FarmRenderer(farm.client()), open_storage(farm.client().farm().storage)
    with Hand(farm, tmp_path / "worker"):
        renderer.render(scene, Settings(), request, Silent())
        made = request.to.read_bytes()
        (job,) = farm.client().jobs()
        request.to.unlink()
        storage.discard(job.result)
        with pytest.raises(FarmError, match="submitted again, it is made again"):
            fetch(farm.client(), storage, job, request.to)
        assert not request.to.exists()
        renderer.render(scene, Settings(), request, Silent())
    assert request.to.read_bytes() == made
    assert [row.id for row in farm.client().jobs()] == [job.id]


@pytest.mark.parametrize(
    ("output", "name", "frames"),
    [
        ("film", "film.mp4", None),
        ("stills", "stills/%03d.png", (3, 5)),
        ("instants", "i.png", None),
        ("sound", "s.flac", None),
    ],
)
def test_a_scene_comes_back_as_the_local_render(scene, farm, tmp_path, output, name, frames):
    request = Request(output=output, to=tmp_path / "far" / name, frames=frames)
    with Hand(farm, tmp_path / "worker") as hand:
        rendered = FarmRenderer(farm.client()).render(scene, Settings(), request, Silent())
        again = FarmRenderer(farm.client()).render(scene, Settings(), request, Silent())
    assert rendered.path == again.path
    assert len(hand.rendered) == len(set(hand.rendered))  # the second time nothing was rendered
    near = local_render(scene, tmp_path / "near" / name, output, frames=frames)
    assert contents(tmp_path / "far") == contents(tmp_path / "near")
    assert rendered.levels == again.levels == near.levels
    assert (rendered.levels is None) == (output in ("stills", "instants"))


def test_a_film_is_audited_by_rendering_it_again(scene, farm, tmp_path):
    request = Request(to=tmp_path / "film.mp4")
    with Hand(farm, tmp_path / "one"), Hand(farm, tmp_path / "two"):
        FarmRenderer(farm.client()).render(scene, Settings(), request, Silent(), Terms(audit=100.0))
    (job,) = farm.client().jobs()
    assert (job.audits, job.audited, job.audits_failed) == (2, 2, 0)
    passed = [event for event in farm.client().events(job=job.id) if event.kind == "audit passed"]
    assert [event.detail["same_worker"] for event in passed] == [False, False]


@pytest.mark.parametrize(
    ("output", "name", "frames"),
    [
        ("film", "film.mp4", (0, 3)),
        ("stills", "%03d.png", (3, 5)),
        ("instants", "instants.png", None),
        ("one", "one.exr", None),
    ],
)
def test_what_nobody_waited_for_is_fetched_as_the_local_render(
    scene, farm, tmp_path, monkeypatch, output, name, frames
):
    monkeypatch.setenv(VARIABLE, farm.tokens.token(Role.ADMIN))
    client, runner = farm.client(), CliRunner()
    job = submit(client, scene, Settings(), Request(output=output, frames=frames))

    def fetch(*to: str):
        return runner.invoke(app.cli, ["farm", "fetch", job.id[:9], "--farm", farm.address, *to])

    assert "is not done" in fetch().stderr
    with Hand(farm, tmp_path / "worker"):
        while not client.job(job.id).job.ended:
            pass
    (tmp_path / "here").mkdir()
    with contextlib.chdir(tmp_path / "here"):
        first = Path(fetch().stdout.strip())
        assert first.is_file()
    local(scene, tmp_path / "near" / name, output, frames=frames)
    assert contents(tmp_path / "here") == contents(tmp_path / "near")
    to = tmp_path / "far" / f"other-{name}"
    assert fetch("--to", str(to)).exit_code == 0
    assert sorted(contents(tmp_path / "far").values()) == sorted(contents(tmp_path / "near").values())
    farm.controller.storage.discard(client.job(job.id).job.result)
    assert "not in the farm's storage any more" in fetch().stderr


def test_what_failed_or_was_cancelled_is_not_fetched_and_says_why(scene, farm, tmp_path):
    client = farm.client()
    job = submit(client, scene, Settings(), Request(frames=(0, 1)))
    client.cancel(job.id)
    storage = farm.controller.storage
    with pytest.raises(FarmError, match="was cancelled"):
        fetch(client, storage, client.job(job.id).job, tmp_path / "film.mp4")
    client.retry(job.id)
    worker = client.register(WorkerOffer("here", 1, 1, 4 << 30, engine_digest(registry()), platform.machine())).worker
    while not client.job(job.id).job.ended:
        lease = client.lease(worker)
        for part in lease.parts if lease is not None else ():
            client.report(worker, Report(job.id, part.index, part.epoch, failure=Failure(Cause.MEDIA, "it is torn")))
    with pytest.raises(RenderError, match="unit 0, frames 0-1: media: it is torn"):
        fetch(client, storage, client.job(job.id).job, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_submit_is_the_same_job_and_another_is_another(scene, farm):
    client = farm.client()

    def submitted(terms: Terms | None = None, **request) -> str:
        return submit(client, scene, Settings(), Request(**request), terms).id

    first = submitted()
    assert submitted() == first
    assert submitted(Terms(priority=5, notify="http://somewhere/")) == first
    others = {submitted(Terms(project="other")), submitted(Terms(needs=("gpu",))), submitted(frames=(0, 1))}
    assert len(others | {first}) == 4


def test_a_job_may_come_after_another_by_the_beginning_of_its_id(scene, farm):
    client = farm.client()
    first = submit(client, scene, Settings(), Request())
    second = submit(client, scene, Settings(), Request(output="sound"), Terms(after=(first.id[:6],)))
    assert second.spec.after == (first.id,)
    assert second.state is JobState.BLOCKED
    with pytest.raises((NotFound, FarmError)):
        submit(client, scene, Settings(), Request(), Terms(after=("0123",)))


def test_a_submit_writes_nothing_here(scene, farm, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    submit(farm.client(), scene, Settings(), Request())
    assert not list((tmp_path / "empty").iterdir())


def test_what_is_wrong_is_said_before_the_farm_hears_of_it(scene, farm, tmp_path):
    renderer = FarmRenderer(farm.client())
    bad = tmp_path / "bad.yaml"
    bad.write_text("reelwork: 1\ncompositions: {main: {layers: [{file: nowhere.mp4}]}}\n")
    with pytest.raises(SceneError, match=r"no file 'nowhere\.mp4'"):
        renderer.render(bad, Settings(), Request(), Silent())
    with pytest.raises(OutputError, match="cannot write"):
        renderer.render(scene, Settings(), Request(to=Path("/proc/x.mp4")), Silent())
    with pytest.raises(OutputError, match="there are no frames"):
        renderer.render(scene, Settings(), Request(to=tmp_path / "x.mp4", frames=(7, 999)), Silent())
    assert farm.client().jobs() == []


class Telling(Silent):
    """Progress that does something when a stage is told."""

    def __init__(self, begins: str, action) -> None:
        self.begins, self.action = begins, action
        self.stages: list[str] = []

    def stage(self, name: str) -> None:
        self.stages.append(name)
        if name.startswith(self.begins):
            self.action()


def test_a_unit_that_cannot_be_rendered_is_named(scene, farm, tmp_path, monkeypatch):
    def broken(self: Work, part: Part, report: object) -> tuple[Path, int]:
        raise ValueError("the effect is broken")

    monkeypatch.setattr(Work, "render", broken)
    request = Request(to=tmp_path / "film.mp4")
    with (
        Hand(farm, tmp_path / "one"),
        Hand(farm, tmp_path / "two"),
        pytest.raises(RenderError, match=r"unit 0, frames 0-95: plugin: the effect is broken") as caught,
    ):
        FarmRenderer(farm.client()).render(scene, Settings(), request, Silent())
    assert "reelwork farm retry" in str(caught.value)
    assert not (tmp_path / "film.mp4").exists()


def test_ctrl_c_leaves_the_job_running_and_says_how_to_go_on(scene, farm, tmp_path):
    def interrupt() -> None:
        raise KeyboardInterrupt

    progress = Telling("job ", interrupt)  # why it waits: there is no worker yet
    request = Request(to=tmp_path / "film.mp4", frames=(0, 1))
    with pytest.raises(Left, match=r"the farm goes on with job [0-9a-f]{16}: the same command waits"):
        FarmRenderer(farm.client()).render(scene, Settings(), request, progress)
    (job,) = farm.client().jobs()
    assert job.state is JobState.QUEUED
    with Hand(farm, tmp_path / "worker"):
        assert FarmRenderer(farm.client()).render(scene, Settings(), request, Silent()).path.is_file()
    assert len(farm.client().jobs()) == 1


def test_a_job_that_is_cancelled_is_waited_for_no_longer(scene, farm, tmp_path):
    client = farm.client()
    progress = Telling("job ", lambda: client.cancel(client.jobs()[0].id))
    with pytest.raises(FarmError, match="was cancelled"):
        FarmRenderer(client).render(scene, Settings(), Request(to=tmp_path / "film.mp4"), progress)


def test_a_farm_that_is_away_for_a_while_is_waited_for(scene, farm, tmp_path, monkeypatch):
    client = farm.client()
    asked = client.job
    times = iter([True, True])

    def away(job: str):
        if next(times, False):
            raise submitting.Unreachable("nobody answers")
        return asked(job)

    monkeypatch.setattr(client, "job", away)
    progress = Telling("nothing", lambda: None)
    with Hand(farm, tmp_path / "worker"):
        FarmRenderer(client).render(scene, Settings(), Request(to=tmp_path / "film.mp4", frames=(0, 1)), progress)
    assert any("the farm does not answer" in stage for stage in progress.stages)


def test_files_travel_through_the_controller_where_its_storage_is_out_of_reach(scene, farm, tmp_path, monkeypatch):
    client = farm.client()
    there = client.farm()
    monkeypatch.setattr(client, "farm", lambda: type(there)(there.name, there.version, None, None, there.timing))
    with Hand(farm, tmp_path / "worker"):
        request = Request(to=tmp_path / "film.mp4", frames=(0, 1))
        path = FarmRenderer(client).render(scene, Settings(), request, Silent()).path
    assert path.read_bytes() == local(scene, tmp_path / "near" / "film.mp4", "film", frames=(0, 1)).read_bytes()


def archive(folder: Path, *entries: tuple[str, bytes]) -> Path:
    path = folder / "files.tar"
    with tarfile.open(path, "w") as tar:
        for name, kind in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            tar.addfile(entry)
    return path


def test_names_in_a_tar_count_for_nothing(tmp_path):
    (tmp_path / "work").mkdir()
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    unpack(archive(tmp_path / "work", ("../../evil", tarfile.REGTYPE), ("/evil", tarfile.REGTYPE)), paths)
    assert {path.name for path in tmp_path.iterdir()} == {"work", "a.png", "b.png"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_file_in_a_tar_is_refused(tmp_path, kind):
    with pytest.raises(FarmError, match="0 files came from the farm, not 1"):
        unpack(archive(tmp_path, ("x.png", kind)), [tmp_path / "x.png"])


def test_holes_in_a_tar_are_not_unpacked(tmp_path):
    path = archive(tmp_path, ("x.png", tarfile.REGTYPE))
    entry = tarfile.TarInfo("x.png")
    entry.pax_headers = {"GNU.sparse.size": str(1 << 50), "GNU.sparse.map": "0,0", "GNU.sparse.name": "x.png"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(entry)
    with pytest.raises(FarmError, match="0 files came from the farm, not 1"):
        unpack(path, [tmp_path / "x.png"])


def test_what_is_no_tar_is_said(tmp_path):
    (tmp_path / "files.tar").write_bytes(b"no tar" * 1000)
    with pytest.raises(FarmError, match="is no tar"):
        unpack(tmp_path / "files.tar", [tmp_path / "x.png"])


def test_the_commands(scene, farm, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, farm.tokens.token(Role.ADMIN))
    runner = CliRunner()
    arguments = ["farm", "submit", str(scene), "--farm", farm.address, "--frames", "0-1", "--needs", "gpu, fast"]
    result = runner.invoke(app.cli, [*arguments, "--project", "p", "--priority", "3"], catch_exceptions=False)
    (job,) = farm.client().jobs()
    assert result.stdout == f"{job.id}\n"
    assert (job.spec.project, job.spec.needs, job.priority) == ("p", ("gpu", "fast"), 3)
    to = tmp_path / "film.mp4"
    with Hand(farm, tmp_path / "worker"):
        arguments = ["render", str(scene), "--farm", farm.address, "--to", str(to), "--frames", "0-1"]
        result = runner.invoke(app.cli, arguments, catch_exceptions=False)
    assert result.stdout == f"{to}\n"
    assert to.is_file()
    here = tmp_path / "here.mp4"
    near = runner.invoke(app.cli, ["render", str(scene), "--to", str(here), "--frames", "0-1"], catch_exceptions=False)
    assert "sound: " in result.stderr
    assert [line for line in near.stderr.splitlines() if "sound: " in line] == [
        line for line in result.stderr.splitlines() if "sound: " in line
    ]
    for option in (["--jobs", "2"], ["--fresh"]):
        assert "not on a farm" in runner.invoke(app.cli, [*arguments, *option]).stderr
    assert "they go with --farm" in runner.invoke(app.cli, ["render", str(scene), "--audit", "1%"]).stderr
    assert "not a percentage" in runner.invoke(app.cli, [*arguments, "--audit", "101%"]).stderr
    arguments = ["farm", "submit", str(scene), "--farm", farm.address, "--audit", "0.5%"]
    assert runner.invoke(app.cli, arguments, catch_exceptions=False).exit_code == 0
    assert farm.client().jobs()[0].spec.audit == 0.5


def test_render_waits_for_the_job_that_was_submitted_with_the_same_options(scene, farm, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, farm.tokens.secret)
    runner = CliRunner()
    options = ["--farm", farm.address, "--to", str(tmp_path / "film.mp4"), "--frames", "0-1"]
    options += ["--project", "spring", "--priority", "5", "--needs", "cores:1"]
    job = runner.invoke(app.cli, ["farm", "submit", str(scene), *options], catch_exceptions=False).stdout.strip()
    with Hand(farm, tmp_path / "worker"):
        runner.invoke(app.cli, ["render", str(scene), *options], catch_exceptions=False)
    assert (tmp_path / "film.mp4").is_file()
    (row,) = farm.client().jobs()
    assert (row.id, row.spec.project, row.spec.priority, row.spec.needs) == (job, "spring", 5, ("cores:1",))


def test_without_the_farm_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr("reelwork_farm.find_spec", lambda name: None)
    with pytest.raises(PluginError, match=r"pip install reelwork\[farm\]"):
        remote.remote("127.0.0.1:1")


def test_a_remote_is_the_farm_at_the_address(monkeypatch):
    monkeypatch.setenv(VARIABLE, "t" * 40)
    found = remote.remote("127.0.0.1:1")
    assert isinstance(found, FarmRenderer)
    assert isinstance(found.client, FarmClient)
    assert found.client.address == "127.0.0.1:1"
