"""Bundles: a task goes in and is pinned to files by digest, which go to where workers find them."""

from __future__ import annotations

import hashlib
import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

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
from reelwork.scene.output import Output
from reelwork.scene.sources import FileSource
from reelwork_farm.lock import (
    MOST_FILE,
    MOST_FILES,
    NAME,
    BundleError,
    File,
    Lock,
    Named,
    is_safe,
    lock_bytes,
    safe_name,
)
from reelwork_farm.storage import Storage

__all__ = ["Bundle", "BundleError", "pin", "upload"]

#: Where the scene's folder and its catalogue, and files from elsewhere, lie in a bundle.
_SCENE, _CATALOGUE, _OUTSIDE = "scene", "catalogue", "outside"


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
        if not scheme_of(name) and name not in prepared.production.records:
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


def _refuse_code_beside(prepared: Prepared, output: Output) -> None:
    """Whether an output needs code that lies beside the scene; workers run what their owners installed, and no more."""
    files = {cls: p.path for p in prepared.registry.plugins if p.package == PACKAGE for cls in p.brings}
    if files and (used := files.keys() & set(classes(prepared.graph(output.composition)))):
        raise BundleError(
            f"a farm runs no code that comes with a scene, and this one uses {min(files[cls] for cls in used)}: "
            "make it a package (`reelwork plugin new`) and install that here and on the workers, "
            "or render without the farm"
        )
