"""Materialising: from the digest of a bundle's lock its files come out on a worker's machine.

A worker's folder holds ``blobs/``, and in ``bundles/`` a folder for each lock, made of links to them; workers of one
machine may share it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reelwork.extensions import registry
from reelwork.render.digests import engine_digest
from reelwork_farm.lock import MOST_LOCK, NAME, BundleError, Lock, read_lock
from reelwork_farm.storage import DamagedBlobError, MissingError, Storage, StorageError

__all__ = ["LackingError", "materialise", "trim"]

#: What blobs of bundles may take on a worker's disk before the longest unused go, bytes.
KEPT: Final = 64 << 30


#: Seconds without use after which a bundle may go: longer than a worker is at one unit.
_IDLE: Final = 6 * 3600.0


class LackingError(StorageError):
    """Files of a bundle are missing or damaged in the storage.

    :param paths: of them in the bundle
    """

    def __init__(self, paths: Sequence[str], digests: Sequence[str]) -> None:
        more = f" and {len(paths) - 1} other files of the job" if len(paths) > 1 else ""
        verb = "are" if len(paths) > 1 else "is"
        super().__init__(f"{paths[0]}{more} {verb} missing or damaged in the farm's storage")
        self.digests = tuple(digests)


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
