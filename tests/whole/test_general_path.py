"""What is skipped, copied or known beforehand gives the bytes that the general path gives.

The general path: every layer is painted wherever it is, though another one hides it; pictures that move by whole pixels
are interpolated; alpha is read and summed also where it is whole; nothing is kept from frame to frame; effects run
one by one, from one frame into another.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from whole.making import write_video

from reelwork.image import EMPTY
from reelwork.kernels import frames, resample
from reelwork.kernels.mipmap import Mipmap
from reelwork.plan.nodes import Element, FramePlan, Node, Stack
from reelwork.plan.planner import plan_frame
from reelwork.render.executor import Executor
from reelwork.render.outputs import film_spec
from reelwork.render.prepare import Settings, default_output, prepare
from reelwork.render.sources import Sources
from reelwork.render.unit import Painter, Shot
from reelwork.render.view import output_view

SCENES = Path(__file__).parents[2] / "scenes"
SMALL = """
reelwork: 1
canvas: {size: [160, 90], fps: 24}
compositions:
  main:
    duration: 1s
    layers:
      - solid: "#204060"
      - generate: {noise: {}}
        transform: {opacity: 60%}
      - solid: crimson
        transform: {scale: 50%, position: [60, 40]}
        effects: [tint, {grade: {exposure: 0.5}}]
      - shape: {star: {}, fill: gold}
        transform: {rotation: {0s: 0, 1s: 90}, scale: 40%}
        effects: [{gaussian-blur: {radius: 3}}]
      - layers:
          - shape: {ellipse: [60, 40], fill: white}
            transform: {position: {0s: [20, 20], 1s: [140, 70]}}
        blend: multiply
      - adjustment: true
        effects: [vignette, {grade: {saturation: 1.4}}]
"""


def bare(node: Node) -> Node:
    """The same node, known to hide nothing, and so is all that it reads."""
    changes: dict[str, object] = {"opaque": EMPTY}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            changes[field.name] = bare(value)
        elif isinstance(node, Stack) and field.name == "elements":
            changes[field.name] = tuple(Element(bare(e.node), e.merge, e.opacity) for e in value)
    return dataclasses.replace(node, **changes)


@pytest.fixture
def general(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the shorter ways away."""
    way, begin, apart = resample._way, Mipmap.__init__, frames.Pointwise.__call__
    monkeypatch.setattr(resample, "_way", lambda place: dataclasses.replace(way(place), copies=None))
    monkeypatch.setattr(Mipmap, "__init__", lambda self, frame, opaque=False: begin(self, frame))

    def one_by_one(self: frames.Pointwise, source: frames.Frame, out: frames.Frame, others: Any = ()) -> None:
        apart(self, frames.Frame(source.data.copy(), source.window), out, others)

    monkeypatch.setattr(frames.Pointwise, "__call__", one_by_one)


def shown(path: Path, times: list[Fraction]) -> list[FramePlan]:
    prepared = prepare(path, Settings())
    output = next(iter(prepared.scene.outputs.values()), None) or default_output(prepared.scene)
    graph = prepared.graph(output.composition)
    view = output_view(graph, output, Fraction(1, 3))
    return [plan_frame(graph, view, time) for time in times]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "scene.yaml").write_text(SMALL)
    return tmp_path


def test_a_small_scene(small: Path, request: pytest.FixtureRequest) -> None:
    compare(shown(small, [Fraction(n, 24) for n in (0, 1, 12, 13)]), request)


@pytest.mark.parametrize("seconds", [1, 4, 9, 16, 22])
def test_the_film(seconds: int, request: pytest.FixtureRequest) -> None:
    plans = shown(SCENES / "first-light", [Fraction(seconds), Fraction(24 * seconds + 1, 24)])
    compare(plans, request)


def compare(plans: list[FramePlan], request: pytest.FixtureRequest) -> None:
    quick = Executor(Sources())
    short = [quick.frame(plan).data.tobytes() for plan in plans]
    request.getfixturevalue("general")
    for plan, bytes_ in zip(plans, short, strict=True):
        slow = Executor(Sources(), keep_bytes=0, lasting_bytes=0)
        assert slow.frame(FramePlan(bare(plan.root), plan.window)).data.tobytes() == bytes_


def test_what_comes_over_a_picture_that_is_handed_on_as_it_is(tmp_path: Path) -> None:
    """A frame of untouched footage has its own chroma, not that of a painted one: nothing of it may be taken."""
    write_video(tmp_path / "clip.mp4")
    (tmp_path / "scene.yaml").write_text(HELD)
    prepared = prepare(tmp_path, Settings())
    (output,) = prepared.scene.outputs.values()
    graph = prepared.graph(output.composition)
    view = output_view(graph, output, Fraction(1))
    spec = film_spec(output, ".mp4", (160, 90), Fraction(48), display="srgb", alpha=False, draft=False)
    shot = Shot(graph, view, Fraction(0), Fraction(48))
    _, following = Painter(shot).pictures(24, 26, spec)
    (alone,) = Painter(shot).pictures(25, 26, spec)
    assert all((a == b).all() for a, b in zip(following.planes, alone.planes, strict=True))


HELD = """
reelwork: 1
canvas: {size: [160, 90], fps: 48}
compositions:
  main:
    duration: 1s
    layers:
      - file: clip.mp4
      - solid: red
        start: 25f
        transform: {scale: 20%}
outputs:
  film: {file: film.mp4}
"""
