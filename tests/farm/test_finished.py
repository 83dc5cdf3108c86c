"""No worker is believed that what it finished is a film: its pictures are listed, in a process that may die."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from bundling import task_of, write_scene
from serving import OFFER, blob, figures_of, served, spec_of
from serving import render as render_parts
from whole.making import Here

from reelwork.render.prepare import Settings
from reelwork.render.produce import make
from reelwork.render.progress import Silent
from reelwork_farm import finished
from reelwork_farm.checks import DamagedError
from reelwork_farm.client import RefusedError
from reelwork_farm.finished import Films
from reelwork_farm.messages import Report
from reelwork_farm.model import Heard, JobState, UnitKind
from reelwork_farm.storage import FolderStorage

SILENT = """
reelwork: 1
canvas: {size: [64, 36], fps: 30000/1001}
compositions:
  main: {duration: 100f, layers: [solid: red]}
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    scene = write_scene(folder / "scene")
    made = {}
    for name in ("film.mp4", "film.mov", "film.mkv", "film.webm", "sound.flac"):
        output = "sound" if name.endswith("flac") else "film"
        made[name] = make(task_of(scene, folder / name, output), Silent(), Here()).path
    return made


class Found:
    """A storage, and what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.storage = FolderStorage(folder / "storage")
        self.films = Films(self.storage)

    def problem(self, path: Path, *, frames: int = 120, fps: str = "24", sound: bool = True) -> str:
        digest = self.storage.put(path)
        try:
            self.films.expect(digest, frames=frames, fps=fps, sound=sound)
        except DamagedError as error:
            return str(error).removeprefix("the finished film is not what it should be: ")
        return ""


@pytest.fixture
def found(tmp_path) -> Found:
    return Found(tmp_path)


@pytest.mark.parametrize("name", ["film.mp4", "film.mov", "film.mkv", "film.webm"])
def test_films_of_ours_are_what_they_should_be_and_of_nothing_else(films, found, name):
    assert found.problem(films[name]) == ""
    assert found.problem(films[name], frames=119) == "it has 120 pictures, not 119"
    assert found.problem(films[name], fps="25").startswith("it lasts 4.99")
    assert found.problem(films[name], sound=False) == "it has sound where there should be none"


def test_what_is_cut_short_or_no_film_is_refused(films, found, tmp_path):
    whole = films["film.mp4"].read_bytes()
    wrong = tmp_path / "wrong"
    for data in (whole[:-2000], whole[: len(whole) // 2], whole[:100], b"", os.urandom(100_000), b"job 5"):
        wrong.write_bytes(data)
        assert found.problem(wrong), len(data)
    assert found.problem(films["sound.flac"]).startswith("it cannot be read")


def test_a_film_that_is_named_in_a_playlist_is_none(films, found, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text(f"ffconcat version 1.0\nfile {films['film.mp4']}\n")
    assert found.problem(wrong).startswith("it cannot be read")


def test_a_film_is_looked_at_once(films, found, monkeypatch):
    assert found.problem(films["film.mp4"]) == ""
    monkeypatch.setattr(subprocess, "Popen", None)
    assert found.problem(films["film.mp4"]) == ""


def test_a_film_that_takes_too_long_is_given_up(films, found, monkeypatch):
    monkeypatch.setattr(finished, "_SECONDS", 0.01)
    monkeypatch.setattr(finished, "_SECONDS_A_BYTE", 0.0)
    assert found.problem(films["film.mp4"]) == "whoever lists its packets ends with SIGKILL"


def test_what_needs_more_than_it_may_have_ends_alone(films, found, monkeypatch, tmp_path):
    code = tmp_path / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text("import ctypes; ctypes.string_at(0)\n")
    monkeypatch.setenv("PYTHONPATH", str(code))
    assert found.problem(films["film.mp4"]) == "whoever lists its packets ends with SIGSEGV"


def test_silent_films_at_broken_rates_are_right_too(found, tmp_path):
    scene = tmp_path / "scene.yaml"
    scene.write_text(SILENT)
    film = make(task_of(scene, tmp_path / "film.mp4", None, settings=Settings()), Silent(), Here()).path
    assert found.problem(film, frames=100, fps="30000/1001", sound=False) == ""
    assert found.problem(film, frames=100, fps="30000/1001") == "it has no sound"


def test_a_worker_that_hands_in_another_file_than_the_film_is_refused(films, tmp_path):
    with served(tmp_path / "farm") as farm:
        farm.controller._films = Films(farm.controller.storage)
        client = farm.client()
        job = client.submit(spec_of(blob(client, tmp_path, b"bundle"), units=2, stop=120, fps="24")).id
        worker = client.register(OFFER).worker
        while (lease := client.lease(worker)) is None or lease.parts[0].kind is not UnitKind.FINISH:
            assert lease is None or all(render_parts(client, tmp_path, worker, lease))
        (part,) = lease.parts
        for data in (b"no film", films["film.mp4"].read_bytes()):
            digest = blob(client, tmp_path, data)
            silent = figures_of(part, digest, len(data))
            with pytest.raises(RefusedError, match="the finished film is not what it should be"):
                client.report(worker, Report(job, part.index, part.epoch, figures=silent))
            assert client.job(job).job.state is JobState.RUNNING
        sounding = replace(silent, heard=Heard(-20.0, -3.0))
        assert client.report(worker, Report(job, part.index, part.epoch, figures=sounding))
        assert client.job(job).job.state is JobState.DONE
