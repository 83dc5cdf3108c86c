"""Plugins are told of renders: what, when, how many frames; and nothing that they do stops one."""

from __future__ import annotations

import types
from dataclasses import replace
from pathlib import Path

import pluggy
import pytest

from reelwork import JobEvent, hookimpl
from reelwork.errors import OutputError
from reelwork.extensions import hookspecs, registry
from reelwork.extensions.events import tell
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.produce import render
from reelwork.render.progress import Silent
from reelwork.render.telling import told
from reelwork.render.units import Request

SCENE = """
reelwork: 1
title: Signs
canvas: {size: [16, 16], fps: 4}
compositions: {main: {duration: 1s, layers: [{solid: gold}]}}
outputs: {film: {file: f%d.png}}
"""


@pytest.fixture
def events(monkeypatch):
    """What two plugins are told, of which one fails at it."""
    heard: list[JobEvent] = []
    manager = pluggy.PluginManager("reelwork")
    manager.add_hookspecs(hookspecs)

    @hookimpl
    def note(event):
        heard.append(event)

    @hookimpl
    def fail(event):
        raise RuntimeError("nobody listens")

    for name, hook in (("first", fail), ("second", note), ("third", fail)):
        module = types.ModuleType(name)
        module.reelwork_job_event = hook
        manager.register(module, name=name)
    known = replace(registry(), hooks=manager)
    monkeypatch.setattr("reelwork.render.prepare.registry", lambda: known)
    return heard


def test_a_render_is_told_with_its_frames_and_its_file(events, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    Path("scene.yaml").write_text(SCENE)
    render(Path("scene.yaml"), Settings(), Request(fresh=True), Silent())
    started, finished = events
    assert (started.kind, started.title, started.file, started.done) == ("started", "Signs", "f%d.png", 0)
    assert (finished.kind, finished.frames, finished.done) == ("finished", 4, 4)
    assert finished.path == Path("out/f0.png")
    assert finished.seconds > started.seconds
    assert (finished.job, finished.error) == ("", "")
    assert caplog.text.count("failed when it was told of a job: RuntimeError: nobody listens") == 4
    assert "the plugin first" in caplog.text


def test_a_render_that_fails_is_told_with_the_reason(events, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scene.yaml").write_text(SCENE)

    def broken(*_):
        raise OutputError("the disk is full")

    monkeypatch.setattr(produce, "_make", broken)
    with pytest.raises(OutputError):
        render(Path("scene.yaml"), Settings(), Request(), Silent())
    assert [event.kind for event in events] == ["started", "failed"]
    assert events[1].error == "the disk is full"
    assert events[1].path is None


def test_a_scene_that_is_wrong_is_no_job(events, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("scene.yaml").write_text(SCENE.replace("gold", "goold"))
    with pytest.raises(Exception, match="goold"):
        render(Path("scene.yaml"), Settings(), Request(), Silent())
    assert not events


def test_what_is_interrupted_is_told_as_cancelled(events):
    def work(progress):
        progress.start(10, done=3)
        progress.advance(2)
        raise KeyboardInterrupt

    from reelwork.render import prepare

    with pytest.raises(KeyboardInterrupt):
        told(prepare.registry(), "Signs", "f.mp4", Silent(), work)
    assert (events[-1].kind, events[-1].frames, events[-1].done) == ("cancelled", 10, 5)


def test_without_such_a_plugin_nothing_happens():
    tell(registry(), JobEvent("started", "Signs", "f.mp4", 1, 0, 0.0))
