"""An fsspec address, such as ``s3://bucket/farm``, goes in; a storage there comes out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from reelwork_farm.blobfile import (
    BLOCK,
    OWNER,
    PARTIAL,
    MissingError,
    StorageError,
    checked,
    copied,
    is_digest,
    opened,
    save,
)
from reelwork_farm.errors import FarmError

#: Stores whose objects are seen only when they are whole, so that they need no second name.
_WHOLE_OBJECTS: Final = frozenset(("s3", "s3a", "gcs", "gs", "abfs", "abfss", "az"))


class UrlStorage:
    """A :class:`reelwork_farm.storage.OpenStorage` behind an fsspec address.

    :raises StorageError: it is none, or its library is not installed
    """

    def __init__(self, address: str) -> None:
        from fsspec.core import url_to_fs

        if "::" in address:
            raise StorageError(f"{address!r} names one storage through another; name the storage itself")
        self._address = address
        try:
            self._files, root = url_to_fs(address)
        except ImportError as error:
            raise StorageError(f"{address}: {error}") from error
        except ValueError as error:
            raise StorageError(f"{address!r} is not the address of a storage: {error}") from error
        self._root = root.rstrip("/")
        protocol = self._files.protocol
        named = {protocol} if isinstance(protocol, str) else set(protocol)
        self._whole_objects = not named.isdisjoint(_WHOLE_OBJECTS)

    def _path(self, digest: str) -> str:
        return f"{self._root}/{checked(digest)[:2]}/{digest[2:4]}/{digest}"

    def has(self, digest: str) -> bool:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        return self.size(digest) is not None

    def size(self, digest: str) -> int | None:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        path = self._path(digest)
        with self._told():
            try:
                return int(self._files.size(path))
            except FileNotFoundError:
                return None

    def put(self, path: Path) -> str:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        with opened(path) as source:
            digest = copied(source)
        with self._told():
            place = self._path(digest)
            if self.size(digest) == path.stat().st_size:
                return digest
            if self._whole_objects:
                self._files.put_file(str(path), place)
                return digest
            partial = f"{self._root}/{PARTIAL}/{os.urandom(16).hex()}"
            try:
                for folder in (partial, place):
                    self._files.makedirs(folder.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(path), partial)
                self._files.mv(partial, place)
            except BaseException:
                with contextlib.suppress(Exception):
                    self._files.rm_file(partial)
                raise
        return digest

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        with self.open(digest) as source, self._told():
            save(iter(lambda: source.read(BLOCK), b""), digest, to, most=most)

    def open(self, digest: str) -> BinaryIO:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        path = self._path(digest)
        with self._told():
            try:
                return cast(BinaryIO, self._files.open(path, "rb"))
            except FileNotFoundError as error:
                raise MissingError(f"the storage {self._address} has no blob {digest}") from error

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        return frozenset(digest for digest in digests if not self.has(digest))

    def discard(self, digest: str) -> None:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        path = self._path(digest)
        with self._told(), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(path)

    def owner(self, name: str) -> str:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        place = f"{self._root}/{OWNER}"
        with self._told():
            self._files.invalidate_cache(self._root)
            if not self._files.exists(place):
                self._files.makedirs(self._root, exist_ok=True)
                self._files.pipe_file(place, name.encode())
            return str(self._files.cat_file(place).decode())

    def listed(self) -> Iterator[tuple[str, float]]:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        with self._told():
            for first in self._inside(self._root, "directory"):
                for second in self._inside(first, "directory"):
                    for place in self._inside(second, "file"):
                        name = place.rpartition("/")[2]
                        if is_digest(name):
                            with contextlib.suppress(FileNotFoundError):
                                yield name, self._files.modified(place).timestamp()

    def _inside(self, folder: str, kind: str) -> list[str]:
        """Names of what is in a folder now, whatever the library remembers."""
        self._files.invalidate_cache(folder)
        try:
            found = self._files.ls(folder, detail=True)
        except FileNotFoundError:
            return []
        return [each["name"].rstrip("/") for each in found if each["type"] == kind]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever a client library of an object store raises becomes a sentence about the storage."""
        try:
            yield
        except FarmError:
            raise
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            raise StorageError(f"the storage {self._address} failed: {type(error).__name__}: {said}") from error
