"""Fetching: a job that is done goes in, its finished file, or files, come out where they are wanted."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from reelwork.errors import OutputError, RenderError
from reelwork.media.whole import whole_file
from reelwork_farm.errors import FarmError
from reelwork_farm.lock import Lock, archive_name, read_lock
from reelwork_farm.model import JobRow, JobState, UnitKind, UnitState
from reelwork_farm.storage import DamagedBlobError, MissingError, Storage

if TYPE_CHECKING:
    from reelwork_farm.client import FarmClient

#: Units that an error names.
_MOST_UNITS: Final = 5


def fetch(client: FarmClient, storage: Storage, row: JobRow, to: Path | None) -> Path:
    """Bring what a job made to this machine; comes back with the file, of several with the first.

    :param to: where it goes, of numbered stills with the number's place; ``None`` for the job's own name, here
    :raises FarmError: the job is not done, was cancelled, or its file is not kept any more
    :raises RenderError: the job has failed; the message names the units
    :raises OutputError: it cannot be written
    """
    _check(client, row)
    lock = _lock(storage, row)
    target = Path(lock.file if lock is not None else row.spec.file) if to is None else to
    if lock is None:
        fetch_file(storage, row, target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".farm-") as folder:
        archive = Path(folder) / "files.tar"
        fetch_file(storage, row, archive)
        paths = _stills(lock, target, archive)
        unpack(archive, paths)
    return paths[0]


def fetch_file(storage: Storage, row: JobRow, to: Path) -> None:
    """Bring the one file that a job made, which may be a tar of several, to a path.

    :raises FarmError: it is not there
    :raises OutputError: it cannot be written
    """
    if row.result is None:
        raise FarmError(f"job {row.id} is done, but the farm names no file")
    try:
        with whole_file(to) as temporary:
            storage.get(row.result, temporary)
    except (MissingError, DamagedBlobError):
        raise FarmError(
            f"what job {row.id} made is not in the farm's storage any more, or damaged there: submitted again, it is"
            " made again"
        ) from None


def unpack(archive: Path, paths: list[Path]) -> None:
    """Files out of a tar, in its order, each to a path that is told here: the tar's own names count for nothing.

    :raises FarmError: it holds other than so many files
    :raises OutputError: they cannot be written
    """
    try:
        with tarfile.open(archive, "r:") as tar:
            # not those with holes, which take no room in the tar and would fill a disk
            entries = [entry for entry in tar if entry.isreg() and not entry.issparse()]
            if len(entries) != len(paths):
                raise FarmError(f"{len(entries)} files came from the farm, not {len(paths)}")
            for entry, path in zip(entries, paths, strict=True):
                making = archive.parent / path.name
                with cast(IO[bytes], tar.extractfile(entry)) as source, making.open("wb") as out:
                    shutil.copyfileobj(source, out)
                making.replace(path)
    except tarfile.TarError as error:
        raise FarmError(f"what came from the farm is no tar: {error}") from error
    except OSError as error:
        raise OutputError(f"cannot write the files: {error.strerror or error}") from error


def failure(client: FarmClient, row: JobRow) -> str:
    """Which units of a job could not be rendered, and why."""
    units = client.units(row.id, states=[UnitState.QUARANTINED], limit=_MOST_UNITS)
    lines = [f"job {row.id} failed: {row.quarantined} of its {row.units} units could not be rendered"]
    for unit in units:
        frames = f"frames {unit.first}-{unit.stop - 1}"
        what = "finishing it" if unit.kind is UnitKind.FINISH else f"unit {unit.index}, {frames}"
        lines.append(f"  {what}: {unit.cause}: {unit.message}")
    if row.quarantined > len(units):
        lines.append(f"  and {row.quarantined - len(units)} more")
    lines.append(f"`reelwork farm retry {row.id}` tries them again; what is rendered is kept")
    return "\n".join(lines)


def _check(client: FarmClient, row: JobRow) -> None:
    if row.state is JobState.FAILED:
        raise RenderError(failure(client, row))
    if row.state is JobState.CANCELLED:
        raise FarmError(f"job {row.id} was cancelled: `reelwork farm retry {row.id}` goes on with it")
    if row.state is not JobState.DONE:
        raise FarmError(
            f"job {row.id} is not done: it is {row.state}, with {row.done} of {row.units} units;"
            f" `reelwork farm job {row.id} --watch` waits for it"
        )


def _lock(storage: Storage, row: JobRow) -> Lock | None:
    """The lock of a job that made several files; ``None`` where it made one."""
    if row.spec.segmented or not row.spec.file.endswith(archive_name("")):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lock"
        try:
            storage.get(row.spec.bundle, path)
        except MissingError:
            raise FarmError(
                f"the bundle of job {row.id} is not in the farm's storage any more: submit it again"
            ) from None
        lock = read_lock(path)
    return lock if row.spec.file == archive_name(lock.file) else None


def _stills(lock: Lock, target: Path, archive: Path) -> list[Path]:
    """Where stills go: numbered as frames of a sequence where the tar's first one is, else from 1 on."""
    from reelwork.render.pictures import instant, numbered  # numba loads here

    try:
        with tarfile.open(archive, "r:") as tar:
            first = next((entry.name for entry in tar), "")
    except tarfile.TarError as error:
        raise FarmError(f"what came from the farm is no tar: {error}") from error
    if "%" in lock.file and first == numbered(Path(lock.file), lock.first).name:
        return [numbered(target, number) for number in range(lock.first, lock.stop)]
    return [instant(target, number + 1, lock.stop) for number in range(lock.stop)]
