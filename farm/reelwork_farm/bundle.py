"""Bundles: a task goes in and is pinned to files by digest; from a lock's digest the files come out on another machine.

``pin`` and ``upload`` are what a client does, ``materialise`` what a worker does. A worker's folder holds ``blobs/``,
and in ``bundles/`` a folder for each lock, made of links to them; workers of one machine may share it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from reelwork.catalogue.digest import digest_of
from reelwork.catalogue.needed import needed_files
from reelwork.errors import SceneError
from reelwork.extensions import registry
from reelwork.extensions.beside import PACKAGE
from reelwork.graph.classes import classes
from reelwork.graph.link import clips
from reelwork.linker import scheme_of
from reelwork.render.digests import engine_digest
from reelwork.render.outputs import output_problems
from reelwork.render.prepare import Prepared
from reelwork.render.produce import Task, kind_of
from reelwork.render.progress import Progress, Silent
from reelwork.render.units import selected
from reelwork.render.view import frame_range
from reelwork.scene.model import Output
from reelwork.scene.sources import FileSource
from reelwork_farm.lock import (
    MOST_FILE,
    MOST_FILES,
    MOST_LOCK,
    NAME,
    BundleError,
    File,
    Lock,
    Named,
    is_safe,
    lock_bytes,
    read_lock,
    safe_name,
)
from reelwork_farm.storage import DamagedBlobError, MissingError, Storage, StorageError

__all__ = ["Bundle", "BundleError", "LackingError", "materialise", "pin", "trim", "upload"]

#: What blobs of bundles may take on a worker's disk before the longest unused go, bytes.
KEPT: Final = 64 << 30
#: Seconds without use after which a bundle may go: longer than a worker is at one unit.
_IDLE: Final = 6 * 3600.0
#: Where the scene's folder and its catalogue, and files from elsewhere, lie in a bundle.
_SCENE, _CATALOGUE, _OUTSIDE = "scene", "catalogue", "outside"


class LackingError(StorageError):
    """Files of a bundle are missing or damaged in the storage.

    :param paths: of them in the bundle
    """

    def __init__(self, paths: Sequence[str], digests: Sequence[str]) -> None:
        more = f" and {len(paths) - 1} other files of the job" if len(paths) > 1 else ""
        verb = "are" if len(paths) > 1 else "is"
        super().__init__(f"{paths[0]}{more} {verb} missing or damaged in the farm's storage")
        self.digests = tuple(digests)


@dataclass(frozen=True)
class Bundle:
    """A lock, and where the files that it names lie on this machine, by their digests."""

    lock: Lock
    sources: Mapping[str, Path]

    @property
    def digest(self) -> str:
        """Of the lock: it names the whole bundle."""
        return hashlib.sha256(lock_bytes(self.lock)).hexdigest()


def pin(task: Task) -> Bundle:
    """Pin a task to everything that it depends on.

    :raises SceneError: the output cannot be made
    :raises OutputError: it has no such frames, or its file says nothing that could be made
    :raises BundleError: there are too many files, or one of them cannot be read
    """
    prepared, request, output = task.prepared, task.request, task.output
    _refuse_code_beside(prepared, output)
    known = registry()
    first, stop = _frames(task)
    placed = _Placed(Path(prepared.scene.file).resolve().parent)
    scene = placed.inside(Path(prepared.scene.file), f"{_SCENE}/{safe_name(Path(prepared.scene.file).name)}")
    _place_files(placed, prepared)
    _place_catalogue(placed, prepared)
    files, sources = placed.files()
    lock = Lock(
        scene=scene,
        output=output.name if prepared.scene.outputs else None,
        file=safe_name(task.target.name),
        first=first,
        stop=stop,
        scale=str(request.scale),
        draft=task.settings.draft,
        variables=tuple(Named(name, value) for name, value in sorted(task.settings.variables.items())),
        engine=engine_digest(known),
        machine=platform.machine(),
        plugins=known.packages,
        elsewhere=tuple(Named(name, path) for name, path in sorted(placed.elsewhere.items())),
        files=files,
        shares=request.shares,
    )
    return Bundle(lock, sources)


def upload(bundle: Bundle, storage: Storage, progress: Progress | None = None) -> str:
    """Bring a bundle into a storage, as far as it is not there yet; comes back with the lock's digest.

    The lock comes last: where it is, everything is.

    :raises BundleError: a file has changed since it was pinned
    :raises StorageError: the storage is full or cannot be reached
    """
    progress = progress or Silent()
    missing = storage.missing(bundle.sources)
    lacking = {file.digest: bundle.sources[file.digest] for file in bundle.lock.files if file.digest in missing}
    for number, (digest, source) in enumerate(lacking.items(), start=1):
        progress.stage(f"uploading file {number} of {len(lacking)}")
        if storage.put(source) != digest:
            raise BundleError(f"{source} was changed while it was submitted; submit again")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_bytes(lock_bytes(bundle.lock))
        return storage.put(path)


def materialise(digest: str, storage: Storage, folder: Path) -> Path:
    """The folder of a bundle on this machine, with all its files and its lock; made where it is not there yet.

    :param digest: of its lock
    :param folder: the worker's own, see above
    :raises BundleError: the lock asks for what no bundle may hold, or for another engine or other plugins than are here
    :raises LackingError: files are missing or damaged in the storage
    :raises StorageError: it cannot be reached, or the disk is too small
    """
    blobs, bundles = _Blobs(folder / "blobs", storage), folder / "bundles"
    with _disk(folder):
        bundles.mkdir(parents=True, exist_ok=True)
        try:
            lock = read_lock(blobs.get(digest, MOST_LOCK))
        except (MissingError, DamagedBlobError) as error:
            raise LackingError([NAME], [digest]) from error
        _check_engine(lock)
        whole = bundles / digest
        if not whole.is_dir():
            _make_room(folder, sum(file.size for file in lock.files if not blobs.has(file.digest, file.size)))
            making = Path(tempfile.mkdtemp(dir=bundles, prefix=f".{digest[:16]}."))
            try:
                _link(blobs.get(digest, MOST_LOCK), making / NAME)
                lacking = []
                for file in lock.files:
                    try:
                        _link(blobs.get(file.digest, file.size, exactly=True), making / file.path)
                    except (MissingError, DamagedBlobError):
                        lacking.append(file)
                if lacking:
                    raise LackingError([file.path for file in lacking], [file.digest for file in lacking])
                with contextlib.suppress(OSError):  # another worker was earlier
                    os.rename(making, whole)
            finally:
                shutil.rmtree(making, ignore_errors=True)
        os.utime(whole)
        return whole


def trim(folder: Path, *, most: int = KEPT, idle: float = _IDLE) -> None:
    """Let go of a worker's longest unused bundles while their blobs take too much, and of blobs that none of them has.

    :param most: bytes that may stay
    :param idle: seconds without use before which no bundle goes, since a worker may be rendering it
    """
    now = time.time()
    held = sum(path.stat().st_size for path in _inside(folder / "blobs"))
    for used, bundle in sorted((path.stat().st_mtime, path) for path in _listed(folder / "bundles")):
        if held <= most or now - used < idle:
            break
        shutil.rmtree(bundle, ignore_errors=True)
        held -= _remove_unlinked(folder / "blobs", now - idle)


class _Placed:
    """Where files lie in a bundle, and where they come from.

    :param root: the scene's folder
    """

    def __init__(self, root: Path) -> None:
        self.elsewhere: dict[str, str] = {}
        self._root = root
        self._files: dict[str, Path] = {}

    def inside(self, source: Path, path: str) -> str:
        """Have a file at a path of the bundle."""
        self._files[path] = source
        return path

    def named(self, name: str, source: Path) -> None:
        """A file by the name that the scene gives it."""
        path = f"{_SCENE}/{PurePosixPath(name)}"
        if PurePosixPath(name).is_absolute() or not is_safe(path) or self._files.get(path, source) != source:
            path = self.elsewhere.get(name) or f"{_OUTSIDE}/{len(self.elsewhere)}/{safe_name(PurePosixPath(name).name)}"
            self.elsewhere[name] = path
        self.inside(source, path)

    def several(self, name: str, source: Path, files: Iterable[Path]) -> None:
        """Files that one name of the scene stands for, which lie beside each other.

        :param source: what the name is on this machine
        """
        path = f"{_SCENE}/{PurePosixPath(name)}"
        if PurePosixPath(name).is_absolute() or not is_safe(path):
            path = self.elsewhere.get(name) or f"{_OUTSIDE}/{len(self.elsewhere)}/{safe_name(PurePosixPath(name).name)}"
            self.elsewhere[name] = path
        for file in files:
            self.inside(file, (PurePosixPath(path).parent / file.relative_to(source.parent).as_posix()).as_posix())

    def linked(self, name: str, source: Path) -> None:
        """A file by a name that a plugin's linker found it for."""
        self.elsewhere[name] = self.inside(source, f"{_OUTSIDE}/{len(self.elsewhere)}/{safe_name(source.name)}")

    def folder(self, name: str | None, default: str) -> str:
        """Where in the bundle a folder lies that the scene names so; ``None`` for the one that it need not name."""
        if name is None:
            return f"{_SCENE}/{default}"
        path = PurePosixPath(name)
        if not path.is_absolute() and ".." not in path.parts and path.parts and is_safe(f"{_SCENE}/{path}"):
            return f"{_SCENE}/{path}"
        self.elsewhere[name] = default
        return default

    def files(self) -> tuple[tuple[File, ...], dict[str, Path]]:
        """All files, and their sources by digest.

        :raises BundleError: there are too many, or one cannot be read
        """
        if len(self._files) > MOST_FILES:
            raise BundleError(f"the scene uses {len(self._files)} files; a farm takes {MOST_FILES} at most")
        found, sources = [], {}
        for path, source in sorted(self._files.items()):
            try:
                digest, size = digest_of(source), source.stat().st_size
            except OSError as error:
                raise BundleError(f"{source} cannot be read: {error.strerror or error}") from error
            if size > MOST_FILE:
                raise BundleError(f"{source} has {size} bytes; a farm takes files of {MOST_FILE} at most")
            found.append(File(path, digest, size))
            sources[digest] = source
        return tuple(found), sources


def _place_files(placed: _Placed, prepared: Prepared) -> None:
    media = prepared.production.media
    for clip in clips(prepared.scene):
        if isinstance(clip.source, FileSource) and clip.path in media and not scheme_of(clip.source.file):
            name, found = clip.source.file, media[clip.path]
            if found.files:
                placed.several(name, Path(found.path), map(Path, found.files))
            else:
                placed.named(name, Path(found.path))
    for name, file in prepared.production.files.items():
        if not scheme_of(name):
            placed.named(name, Path(file.path))
    for name, linked in prepared.production.linked.items():
        placed.linked(name, linked.path)


def _place_catalogue(placed: _Placed, prepared: Prepared) -> None:
    """The catalogue, as far as it says something of the records that are used, and their media."""
    production = prepared.production
    catalogue = production.catalogue
    if catalogue is None:
        return
    folder = placed.folder(prepared.scene.catalogue, _CATALOGUE)
    for path, source in needed_files(catalogue, {*production.records, *production.missing.values()}).items():
        placed.inside(source, f"{folder}/{path}")
    for name, record in production.records.items():
        if name in production.missing.values():
            continue
        source = catalogue.media(record)
        if record.file is not None:
            path = PurePosixPath(record.file.relative_to(catalogue.folder)).as_posix()
        else:
            path = f"media/{record.sha256[:2]}/{safe_name(source.name)}"
        placed.inside(source, f"{folder}/{path}")


def _frames(task: Task) -> tuple[int, int]:
    """The first frame and one past the last; everything is found out that can be told without rendering."""
    kind = kind_of(task.output, task.target)
    if task.request.scale == 1:
        asked = replace(task.output, file=task.target.name)
        wrong = [problem for problem in output_problems(task.prepared, asked) if not problem.warning]
        if wrong:
            raise SceneError(tuple(wrong))
    if kind == "instants":
        return 0, len(task.output.at)
    _, _, count = frame_range(task.prepared.graph(task.output.composition), task.output)
    return selected(count, task.request.frames)


class _Blobs:
    """A machine's own copies of blobs, each there when it is whole and checked."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder, self._storage = folder, storage

    def get(self, digest: str, most: int, *, exactly: bool = False) -> Path:
        """A blob, fetched where it is not there yet.

        :param most: how many bytes it may have, or ``exactly`` has
        """
        path = self._path(digest)
        if not (self.has(digest, most) if exactly else path.is_file()):
            self._storage.get(digest, path, most=most)
            path.chmod(0o444)  # bundles share it
        if exactly and not self.has(digest, most):
            raise BundleError(f"the lock says that the file {digest} has {most} bytes; it has others")
        return path

    def has(self, digest: str, size: int) -> bool:
        """Whether a blob of that size is there; a loss of power may have cut it short."""
        path = self._path(digest)
        return path.is_file() and path.stat().st_size == size

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _link(blob: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(blob, to)
    except OSError:  # a file system without links, or one with no room for more of them
        shutil.copyfile(blob, to)


def _refuse_code_beside(prepared: Prepared, output: Output) -> None:
    """Whether an output needs code that lies beside the scene; workers run what their owners installed, and no more."""
    files = {cls: p.path for p in prepared.registry.plugins if p.package == PACKAGE for cls in p.brings}
    if files and (used := files.keys() & set(classes(prepared.graph(output.composition)))):
        raise BundleError(
            f"a farm runs no code that comes with a scene, and this one uses {min(files[cls] for cls in used)}: "
            "make it a package (`reelwork plugin new`) and install that here and on the workers, "
            "or render without the farm"
        )


def _check_engine(lock: Lock) -> None:
    known = registry()
    if lock.machine != platform.machine():
        raise BundleError(f"the job is for processors of {lock.machine}; this machine is {platform.machine()}")
    if lock.engine == engine_digest(known):
        return
    here, there = set(known.packages), set(lock.plugins)
    lacking = ", ".join(sorted(there - here)) or "the same versions, but of other code"
    raise BundleError(
        f"the job was submitted with another engine, plugin or library: {lock.engine[:12]} there, "
        f"{engine_digest(known)[:12]} here; it has {lacking}"
        + (f", and here there is {', '.join(sorted(here - there))}" if here - there else "")
    )


def _make_room(folder: Path, size: int) -> None:
    trim(folder)
    if shutil.disk_usage(folder).free < size:
        trim(folder, most=0)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise StorageError(f"the job's files take {size} bytes, and {folder} has room for {free}; make room there")


def _listed(bundles: Path) -> list[Path]:
    return list(bundles.iterdir()) if bundles.is_dir() else []


def _inside(blobs: Path) -> Iterator[Path]:
    for fan in _listed(blobs):
        yield from (path for path in fan.iterdir() if len(path.name) == 64)


def _remove_unlinked(blobs: Path, before: float) -> int:
    """Remove blobs that no bundle has, and that were not fetched just now; how many bytes that were."""
    freed = 0
    for path in _inside(blobs):
        found = path.stat()
        if found.st_nlink == 1 and found.st_mtime < before:
            path.unlink(missing_ok=True)
            freed += found.st_size
    return freed


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror or error}") from error
