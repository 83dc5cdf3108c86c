"""An fsspec address, such as ``s3://bucket/farm``, goes in; a storage there comes out."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from reelwork_farm.blobfile import (
    BLOCK,
    OWNER,
    PARTIAL,
    AwayError,
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
_S3: Final = frozenset(("s3", "s3a"))
#: How S3's library asks, unless the configuration of fsspec says otherwise: it would try a place that nobody answers
#: at for a minute, and whoever uses a storage tries again anyway.
_ASKING: Final = {"connect_timeout": 5, "read_timeout": 15, "retries": {"total_max_attempts": 2, "mode": "standard"}}
_TRIES: Final = 2
#: Parts of 50 MiB of a large file that are held and sent at once.
_PARTS: Final = 2
#: Blobs that are asked for at once.
_QUESTIONS: Final = 16
#: Bytes that are fetched ahead of what is read.
_AHEAD: Final = 8 << 20
#: Errors, by their names in any library, after which nobody need ask again before somebody has done something.
_REFUSED: Final = frozenset(
    ("PermissionError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound")
)


class UrlStorage:
    """A :class:`reelwork_farm.storage.OpenStorage` behind an fsspec address.

    :raises StorageError: it is none, its library is not installed, or there is no such bucket, or none that may be used
    """

    def __init__(self, address: str) -> None:
        from fsspec.core import url_to_fs

        if "::" in address:
            raise StorageError(f"{address!r} names one storage through another; name the storage itself")
        protocol = address.partition("://")[0]
        if _has_password(address):
            raise StorageError(
                f"the address of the {protocol} storage has a password in it, which whoever asks the farm would see; "
                "give it in the environment"
            )
        self._address = address
        try:
            self._files, root = url_to_fs(address, **_options(protocol))
        except ImportError as error:
            raise StorageError(f"{address}: {error}") from error
        except ValueError as error:
            raise StorageError(f"{address!r} is not the address of a storage: {error}") from error
        self._root = root.rstrip("/")
        self._whole_objects = protocol in _WHOLE_OBJECTS
        if protocol in _S3:
            self._files.retries = _TRIES
            self._look_for_bucket()

    def _look_for_bucket(self) -> None:
        """Find out at once what is wrong: in a bucket that is not there, S3 says only that it lacks every blob."""
        bucket = self._root.partition("/")[0]
        with self._told():
            try:
                self._files.info(bucket)
            except FileNotFoundError as error:
                raise StorageError(f"there is no bucket {bucket!r} for the storage {self._address}; make it") from error

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
        with self.open(digest) as source:
            save(iter(lambda: source.read(BLOCK), b""), digest, to, most=most)

    def open(self, digest: str) -> BinaryIO:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        path = self._path(digest)
        with self._told():
            try:
                return cast(BinaryIO, _Reader(self._files.open(path, "rb", block_size=_AHEAD), self._told))
            except FileNotFoundError as error:
                raise MissingError(f"the storage {self._address} has no blob {digest}") from error

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        asked = list(dict.fromkeys(digests))
        if not self._whole_objects:  # a library may have but one connection for all threads
            return frozenset(digest for digest in asked if not self.has(digest))
        with ThreadPoolExecutor(_QUESTIONS) as pool:
            return frozenset(
                digest for digest, there in zip(asked, pool.map(self.has, asked), strict=True) if not there
            )

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
                if not self._whole_objects:
                    self._files.makedirs(self._root, exist_ok=True)
                self._files.pipe_file(place, name.encode())
            return str(self._files.cat_file(place).decode())

    def listed(self) -> Iterator[tuple[str, float]]:
        """See :class:`reelwork_farm.storage.OpenStorage`."""
        with self._told():
            for first in self._inside(self._root, "directory"):
                for found in self._below(first["name"]):
                    name = found["name"].rpartition("/")[2]
                    if is_digest(name):
                        with contextlib.suppress(FileNotFoundError):
                            when = found.get("LastModified") or self._files.modified(found["name"])
                            yield name, when.timestamp()

    def _below(self, folder: str) -> list[dict[str, Any]]:
        """The files in the folders of a folder; where folders are only parts of names, by one question."""
        if self._whole_objects:
            return list(self._files.find(folder, detail=True).values())
        return [file for each in self._inside(folder, "directory") for file in self._inside(each["name"], "file")]

    def _inside(self, folder: str, kind: str) -> list[dict[str, Any]]:
        """What is in a folder now, whatever the library remembers."""
        self._files.invalidate_cache(folder)
        try:
            found = self._files.ls(folder, detail=True)
        except FileNotFoundError:
            return []
        return [{**each, "name": each["name"].rstrip("/")} for each in found if each["type"] == kind]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever a client library of an object store raises becomes a sentence about the storage."""
        try:
            yield
        except FarmError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            if not _REFUSED.isdisjoint(kind.__name__ for kind in type(error).__mro__):
                raise StorageError(
                    f"the storage {self._address} refuses access ({said}): see that the environment here has the right "
                    "credentials, and that they may list, read, write and delete there"
                ) from error
            raise AwayError(f"the storage {self._address} failed: {said}") from error


class _Reader(io.BufferedIOBase):
    """A blob that is read, whose errors are those of its storage."""

    def __init__(self, file: BinaryIO, told: Callable[[], AbstractContextManager[None]]) -> None:
        self._file, self._told = file, told

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        with self._told():
            return self._file.read(-1 if size is None else size)

    def close(self) -> None:
        self._file.close()
        super().close()


def _has_password(address: str) -> bool:
    try:
        return urlsplit(address).password is not None
    except ValueError:  # it is no address at all, which fsspec says better
        return False


def _options(protocol: str) -> dict[str, Any]:
    """What a library is told beside the address.

    What it was once listed it must not believe later, since others put blobs there and remove them.
    """
    options: dict[str, Any] = {}
    if protocol in _WHOLE_OBJECTS:
        options["use_listings_cache"] = False
    if protocol in _S3:
        from fsspec.config import conf

        configured = conf.get(protocol, {}).get("config_kwargs", {})
        options |= {
            "config_kwargs": {**_ASKING, **configured},
            "max_concurrency": _PARTS,
            "skip_instance_cache": True,  # how often it tries is ours alone
        }
    return options
