"""A length goes in; a film that is cheap to render comes out, and what the local render makes of it, unit by unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reelwork.render.units import UNIT_FRAMES
from reelwork_farm.storage import digest_of

if TYPE_CHECKING:
    from reelwork.render.films import Film
    from reelwork_farm.client import FarmClient
    from reelwork_farm.model import JobRow

_FPS: Final = 24
_SCENE: Final = """\
reelwork: 1
title: Chaos
canvas: {{size: [96, 54], fps: {fps}}}
compositions:
  main:
    duration: {seconds}s
    layers:
      - solid: "#336699"
      - shape: {{path: "M0 0 H20 V20 H0 Z", fill: "#ffffff"}}
        transform: {{position: {{0s: [0, 0], {seconds}s: [96, 54]}}}}
"""


@dataclass(frozen=True)
class Local:
    """What the local render makes.

    :param units: the digests of the segments, in order
    :param file: the digest of the file
    """

    units: list[str]
    file: str


def film(folder: Path, units: int) -> Path:
    """Write a scene of so many units, no two of them alike."""
    path = folder / f"film-{units}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_SCENE.format(fps=_FPS, seconds=units * UNIT_FRAMES // _FPS), encoding="utf-8")
    return path


def submit(client: FarmClient, scene: Path, project: str = "default") -> JobRow:
    """Hand a scene to a farm; under another project it is another job."""
    from reelwork.render.prepare import Settings
    from reelwork.render.terms import Terms
    from reelwork.render.units import Request
    from reelwork_farm.submit import submit as hand_in

    return hand_in(client, scene, Settings(), Request(to=scene.with_suffix(".mp4")), Terms(project=project))


def local(scene: Path) -> Local:
    """What the local render makes of a scene, in two processes."""
    from reelwork.render.job import Job
    from reelwork.render.local import LocalDispatcher
    from reelwork.render.progress import Silent
    from reelwork.render.units import run

    def in_two(made: Film) -> list[Path]:
        return [each.path for each in run(Job(made.units, made.renderer), Silent(), LocalDispatcher(2), {})]

    return _made(scene, "local", in_two)


def backwards(scene: Path) -> Local:
    """What one process makes of a scene that renders its units from the last to the first."""
    from reelwork.render.progress import Silent

    def from_the_end(made: Film) -> list[Path]:
        renderer = made.renderer()
        return [renderer.render(unit, Silent()).path for unit in reversed(made.units)][::-1]

    return _made(scene, "backwards", from_the_end)


def _made(scene: Path, name: str, render: Callable[[Film], list[Path]]) -> Local:
    from reelwork.render.films import finish_film, plan_film
    from reelwork.render.prepare import Settings
    from reelwork.render.produce import plan_task
    from reelwork.render.progress import Silent
    from reelwork.render.units import Request

    task = plan_task(scene, Settings(), Request(to=scene.with_suffix(".mp4")), Silent(), written=False)
    folder = scene.parent / f"{scene.stem}-{name}"
    folder.mkdir(exist_ok=True)
    film = plan_film(task.prepared, task.output, ".mp4", task.settings, task.request, folder)
    segments = render(film)
    finish_film(film, segments, folder / "film.mp4", Silent())
    return Local([digest_of(segment) for segment in segments], digest_of(folder / "film.mp4"))
