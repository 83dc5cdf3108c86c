"""Submitting: a scene goes to a farm as a bundle, a job comes back; or its file, when somebody waits for it."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reelwork.errors import RenderError
from reelwork.render.prepare import Settings
from reelwork.render.produce import Rendered, Task, kind_of, measured, plan_task, spending_notes
from reelwork.render.progress import Progress, Silent
from reelwork.render.terms import Terms
from reelwork.render.units import Request
from reelwork.render.view import frame_range
from reelwork.sound.levels import Levels
from reelwork_farm.bundle import Bundle, pin, upload
from reelwork_farm.errors import FarmError, Refused, Unreachable
from reelwork_farm.fetch import failure, fetch_file, unpack
from reelwork_farm.lock import archive_name, is_many
from reelwork_farm.messages import JobView
from reelwork_farm.model import JobRow, JobSpec, JobState
from reelwork_farm.storage import Storage, reachable

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient

#: Seconds between two looks at a job.
_LOOK: Final = 0.5
_LONGEST_TITLE: Final = 200


class Left(FarmError):
    """Whoever waited for a job waits no longer; the farm goes on with it."""

    exit_code = 130


def submit(
    client: FarmClient,
    scene: Path,
    settings: Settings,
    request: Request,
    terms: Terms | None = None,
    progress: Progress | None = None,
) -> JobRow:
    """Have a farm render an output of a scene. The same again is the same job.

    :raises SceneError: the scene is wrong
    :raises FarmError: the farm refuses it, or cannot be reached
    """
    progress = progress or Silent()
    task = plan_task(scene, settings, request, progress, written=False)
    return _submit(client, task, terms or Terms(), progress)[0]


@dataclass(frozen=True)
class FarmRenderer:
    """Renders on the farm at an address: a :class:`reelwork.render.remote.Remote`."""

    client: FarmClient

    def render(
        self, path: Path, settings: Settings, request: Request, progress: Progress, terms: Terms | None = None
    ) -> Rendered:
        """Submit, wait, and fetch the file.

        :raises Left: by Ctrl-C; it says how to go on
        :raises RenderError: the farm could not render it; the message names the units
        """
        task = plan_task(path, settings, request, progress)
        row, bundle, storage = _submit(self.client, task, terms or Terms(), progress)
        try:
            done = _wait(self.client, row, progress)
        except KeyboardInterrupt as error:
            raise Left(
                f"the farm goes on with job {row.id}: the same command waits for it again, and "
                f"`reelwork farm cancel {row.id}` ends it"
            ) from error
        progress.stage("fetching the file")
        levels = None if done.heard is None else Levels(done.heard.loudness, done.heard.true_peak)
        path = _fetch(storage, done, task, bundle)
        return Rendered(path, (*task.warnings, *spending_notes(task, path)), levels)


def _submit(client: FarmClient, task: Task, terms: Terms, progress: Progress) -> tuple[JobRow, Bundle, Storage]:
    task = measured(task, progress)
    progress.stage("looking at the scene's files")
    bundle = pin(task)
    storage = reachable(client.farm().storage, client)
    spec = _spec(task, bundle, terms, _whole_ids(client, terms.after))
    for last in (False, True):
        upload(bundle, storage, progress)
        progress.stage("submitting")
        try:
            return client.submit(spec), bundle, storage
        except Refused:  # the farm removed a file as too old since it was asked for it
            if last:
                raise
    raise AssertionError("the last try comes back")


def _spec(task: Task, bundle: Bundle, terms: Terms, after: tuple[str, ...]) -> JobSpec:
    lock, kind = bundle.lock, kind_of(task.output, task.target)
    _, fps, _ = frame_range(task.prepared.graph(task.output.composition), task.output)
    return JobSpec(
        title=_title(task),
        bundle=bundle.digest,
        engine=lock.engine,
        first=lock.first,
        stop=lock.stop,
        fps=str(fps),
        segmented=kind == "film",
        file=archive_name(lock.file) if is_many(kind, lock) else lock.file,
        project=terms.project,
        priority=terms.priority,
        needs=terms.needs,
        after=after,
        notify=terms.notify,
        machine=lock.machine,
        audit=terms.audit,
    )


def _title(task: Task) -> str:
    scene = Path(task.prepared.scene.file).resolve()
    title = task.prepared.scene.title or (scene.parent.name if scene.name == "scene.yaml" else scene.stem)
    return (
        re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069/\\]", " ", title)[:_LONGEST_TITLE].strip() or "untitled"
    )


def _whole_ids(client: FarmClient, after: Iterable[str]) -> tuple[str, ...]:
    return tuple(client.job(each).job.id for each in after)


def _wait(client: FarmClient, row: JobRow, progress: Progress) -> JobRow:
    """The job when it is done."""
    shown: int | None = None
    while True:
        try:
            view = client.job(row.id)
        except Unreachable:  # it goes on without us, and so do we when the farm is back
            progress.stage(f"job {row.id}: the farm does not answer")
            time.sleep(_LOOK)
            continue
        if shown is None:
            shown = view.frames_done
            progress.start(view.frames, done=shown)
        progress.stage(_stage(view))
        if view.frames_done > shown:
            progress.advance(view.frames_done - shown)
            shown = view.frames_done
        if view.job.state is JobState.DONE:
            return view.job
        if view.job.state is JobState.CANCELLED:
            raise FarmError(f"job {row.id} was cancelled")
        if view.job.state is JobState.FAILED:
            raise RenderError(failure(client, view.job))
        time.sleep(_LOOK)


def _stage(view: JobView) -> str:
    row = view.job
    if row.state is JobState.PAUSED:
        return f"job {row.id} is paused"
    if view.waiting is not None:
        return f"job {row.id}: {view.waiting}"
    if row.leased and row.rendered == row.finish:
        return "finishing on the farm" if row.result is None else "rendering again what is audited"
    return "rendering on the farm"


def _fetch(storage: Storage, row: JobRow, task: Task, bundle: Bundle) -> Path:
    """Bring the finished file, or files, to where a render on this machine would have put them."""
    kind = kind_of(task.output, task.target)
    if not is_many(kind, bundle.lock):
        fetch_file(storage, row, task.target)
        return task.target
    from reelwork.render.pictures import written  # numba loads here, when the waiting is over

    paths = written(task.output, task.target, range(bundle.lock.first, bundle.lock.stop))
    with tempfile.TemporaryDirectory(dir=task.target.parent, prefix=".farm-") as folder:
        archive = Path(folder) / "files.tar"
        fetch_file(storage, row, archive)
        unpack(archive, paths)
    return paths[0]
