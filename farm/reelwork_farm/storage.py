"""Content-addressed storage: files go in and are named by their sha256, and under that name they come out, checked.

A storage is a folder (also of a network file system) or an object store by its fsspec address, such as
``s3://bucket/farm``; who reaches neither goes through the controller, whose storage looks the same. A blob is seen
under its name only when it is whole. Nothing but 64 hexadecimal digits is a name, so that no name leads anywhere else.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from reelwork_farm.blobfile import (
    BLOCK,
    OWNER,
    PARTIAL,
    DamagedBlobError,
    MissingError,
    StorageError,
    checked,
    copied,
    digest_of,
    is_digest,
    opened,
    save,
    told,
)
from reelwork_farm.urlstorage import UrlStorage

__all__ = [
    "BLOCK",
    "BlobClient",
    "ControllerStorage",
    "DamagedBlobError",
    "FolderStorage",
    "MissingError",
    "OpenStorage",
    "Storage",
    "StorageError",
    "checked",
    "digest_of",
    "open_storage",
    "reachable",
    "save",
]

#: Seconds after which what is still partial was left by a writer that died.
_ABANDONED: Final = 86_400.0


class Storage(Protocol):
    """What clients and workers need of a storage."""

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        ...

    def put(self, path: Path) -> str:
        """Put a file's bytes there, if they are not yet; comes back with their digest.

        :raises StorageError: the storage is full or cannot be reached; nothing of the file is seen in it then
        """
        ...

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """Write a blob to a file, which appears under its name when it is whole and its bytes are checked.

        :param most: bytes that it may have
        :raises MissingError: there is no such blob
        :raises StorageError: it is damaged, or there is no room for it at ``to``
        """
        ...

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """Which of the blobs are not there."""
        ...


class OpenStorage(Storage, Protocol):
    """A storage that is reached itself, as the controller reaches it."""

    def size(self, digest: str) -> int | None:
        """Bytes of a blob; ``None`` where there is none."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """A blob, to be read; its bytes are not checked.

        :raises MissingError: there is no such blob
        """
        ...

    def discard(self, digest: str) -> None:
        """Let a blob go, if it is there."""
        ...

    def owner(self, name: str) -> str:
        """Who keeps the storage tidy: the first who asked, by the name that was given then."""
        ...

    def listed(self) -> Iterator[tuple[str, float]]:
        """All blobs, read as they are asked for: the digest of each, and when it was put there, seconds since 1970."""
        ...


def open_storage(address: str, *, make: bool = True) -> OpenStorage:
    """A storage by its address: a folder's path, or any fsspec address such as ``s3://bucket/farm``.

    :param make: whether a folder that is not there is made
    :raises StorageError: it cannot be opened; what to do about it
    """
    if "://" in address and not address.startswith("file://"):
        return UrlStorage(address)
    return FolderStorage(Path(address.removeprefix("file://")), make=make)


class FolderStorage:
    """A storage in a folder: ``ab/cd/abcd…`` for each blob.

    :param root: the folder
    :param make: whether it is made if it is not there
    :raises StorageError: it is not there, or cannot be written
    """

    def __init__(self, root: Path, *, make: bool = True) -> None:
        self._root = root.absolute()
        self._partial = self._root / PARTIAL
        if not make and not self._partial.is_dir():
            raise StorageError(f"{root} is no storage of a farm; name the folder that the controller was given")
        with told(f"the storage {root}"):
            self._partial.mkdir(parents=True, exist_ok=True)
        _clear(self._partial)

    def path(self, digest: str) -> Path:
        """Where a blob is, or would be."""
        return self._root / checked(digest)[:2] / digest[2:4] / digest

    def has(self, digest: str) -> bool:
        """See :class:`Storage`."""
        return self.path(digest).is_file()

    def size(self, digest: str) -> int | None:
        """See :class:`OpenStorage`."""
        try:
            return self.path(digest).stat().st_size
        except FileNotFoundError:
            return None

    def put(self, path: Path) -> str:
        """See :class:`Storage`."""
        with opened(path) as source, told(f"the storage {self._root}"):
            handle, name = tempfile.mkstemp(dir=self._partial)
            try:
                with os.fdopen(handle, "wb") as out:
                    digest = copied(source, out.write)
                    out.flush()
                    os.fsync(out.fileno())
                os.chmod(name, 0o644)  # a network file system's other users read it, too
                place = self.path(digest)
                fresh = _made(place.parent)
                os.replace(name, place)  # also over one that is there: it may be damaged
                for folder in (place.parent, *fresh):
                    _sync(folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise
        return digest

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """See :class:`Storage`."""
        with self.open(digest) as source:
            save(iter(lambda: source.read(BLOCK), b""), digest, to, most=most)

    def open(self, digest: str) -> BinaryIO:
        """See :class:`OpenStorage`."""
        place = self.path(digest)
        try:
            return place.open("rb")
        except FileNotFoundError as error:
            raise MissingError(f"the storage {self._root} has no blob {digest}") from error
        except OSError as error:
            raise StorageError(f"the storage {self._root} cannot be read: {error.strerror or error}") from error

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """See :class:`Storage`."""
        return frozenset(digest for digest in digests if not self.has(digest))

    def discard(self, digest: str) -> None:
        """See :class:`OpenStorage`."""
        with told(f"the storage {self._root}"):
            self.path(digest).unlink(missing_ok=True)

    def owner(self, name: str) -> str:
        """See :class:`OpenStorage`."""
        place = self._root / OWNER
        with told(f"the storage {self._root}"):
            with contextlib.suppress(FileExistsError), place.open("x", encoding="utf-8") as file:
                file.write(name)
            return place.read_text(encoding="utf-8")

    def listed(self) -> Iterator[tuple[str, float]]:
        """See :class:`OpenStorage`."""
        with told(f"the storage {self._root}"):
            for first in _folders(self._root):
                for second in _folders(first):
                    for place in second.iterdir():
                        with contextlib.suppress(FileNotFoundError):
                            if is_digest(place.name):
                                yield place.name, place.stat().st_mtime


class BlobClient(Protocol):
    """What a client of the controller can do with blobs."""

    def has_blob(self, digest: str) -> bool:
        """Whether the controller's storage has it."""
        ...

    def put_blob(self, digest: str, path: Path) -> None:
        """Send a file to the controller's storage."""
        ...

    def get_blob(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """Fetch a blob into a file, which appears when it is whole and checked."""
        ...

    def missing_blobs(self, digests: Iterable[str]) -> frozenset[str]:
        """Which blobs the controller's storage lacks."""
        ...


class ControllerStorage:
    """The controller's storage for those who reach the controller alone.

    :param client: who speaks with the controller
    """

    def __init__(self, client: BlobClient) -> None:
        self._client = client

    def has(self, digest: str) -> bool:
        """See :class:`Storage`."""
        return self._client.has_blob(checked(digest))

    def put(self, path: Path) -> str:
        """See :class:`Storage`."""
        with opened(path) as source:
            digest = copied(source)
        if not self._client.has_blob(digest):
            self._client.put_blob(digest, path)
        return digest

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """See :class:`Storage`."""
        self._client.get_blob(checked(digest), to, most=most)

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """See :class:`Storage`."""
        return self._client.missing_blobs([checked(digest) for digest in digests])


def reachable(address: str | None, client: BlobClient) -> Storage:
    """The storage at the address that the controller names, if it is the same from here; else through the controller.

    A folder of that name may be another one here, so that a blob is put there and the controller asked for it.
    """
    through = ControllerStorage(client)
    if address is None:
        return through
    try:
        direct = open_storage(address, make=False)
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder) / "probe"
            probe.write_bytes(os.urandom(32))
            digest = direct.put(probe)
    except (StorageError, OSError):
        return through
    try:
        return direct if client.has_blob(digest) else through
    finally:
        with contextlib.suppress(StorageError):
            direct.discard(digest)


def _folders(folder: Path) -> list[Path]:
    """Those with two letters in a folder: a level of blobs' folders."""
    return sorted(each for each in folder.iterdir() if len(each.name) == 2 and each.is_dir())


def _made(folder: Path) -> list[Path]:
    """Make a blob's folder; comes back with the folders that have a new name in them, which the disk is to know of."""
    fresh = [each.parent for each in (folder, folder.parent) if not each.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    return fresh


def _sync(folder: Path) -> None:
    """Have the disk know of a new name; file systems that cannot do that for folders need it not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(partial: Path) -> None:
    """Take away what writers left that died."""
    with contextlib.suppress(OSError):
        for path in partial.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()
