"""The lock, ``scene.lock``: everything that one render depends on goes in, canonical JSON comes out, and back, checked.

A lock names files by their digests and by where they lie in the bundle's own folder. It says nothing of the machine
that it was made on, so that the same render has the same lock everywhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from reelwork_farm import wire
from reelwork_farm.errors import FarmError
from reelwork_farm.storage import StorageError, checked

if TYPE_CHECKING:
    from reelwork.render.produce import Kind

#: The version of the lock's format.
FORMAT: Final = 1
#: The lock's own file in a bundle's folder.
NAME: Final = "scene.lock"
#: Bytes of the largest lock that is read.
MOST_LOCK: Final = 8 << 20
#: How many files a bundle has at most, and how many bytes one of them.
MOST_FILES: Final = wire.LONGEST
MOST_FILE: Final = 256 << 30
_MOST_SHARE: Final = 1 << 50
_LONGEST_PATH: Final = 1000
_LONGEST_PART: Final = 200
_DEEPEST: Final = 40
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")


class BundleError(FarmError):
    """What was submitted cannot be rendered: a lock or a bundle that is not what it should be."""


@dataclass(frozen=True)
class File:
    """A file of a bundle.

    :param path: in the bundle's folder, with ``/``
    :param size: bytes
    """

    path: str
    digest: str
    size: int


@dataclass(frozen=True)
class Named:
    """A value by its name."""

    name: str
    value: str


@dataclass(frozen=True)
class Lock:
    """One render: what is rendered of which files by which code.

    :param scene: the scene's file, by its path in the bundle
    :param output: the name of the output; ``None`` for the film of a scene without outputs
    :param file: the name of the file that is made; of numbered stills with the number's place
    :param first: the first frame; of stills at instants, the first instant
    :param stop: one past the last
    :param scale: of the picture, a ratio such as ``1/2``
    :param variables: values that were given to the scene's variables
    :param engine: the digest of the engine, plugins and libraries
    :param machine: the architecture of the processors, such as ``x86_64``
    :param plugins: the distributions that plugins come from, each with its version
    :param elsewhere: what the scene names outside its folder: the name that it gives, and the path in the bundle
    :param files: all of them, by path
    :param shares: how many bits each unit of a film gets, where that was measured before it was submitted
    """

    scene: str
    output: str | None
    file: str
    first: int
    stop: int
    scale: str
    draft: bool
    variables: tuple[Named, ...]
    engine: str
    machine: str
    plugins: tuple[str, ...]
    elsewhere: tuple[Named, ...]
    files: tuple[File, ...]
    shares: tuple[int, ...] = ()
    format: int = FORMAT


def lock_bytes(lock: Lock) -> bytes:
    """A lock as the one text that says it: sorted keys, no spaces."""
    text = json.dumps(wire.to_json(lock), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def read_lock(path: Path) -> Lock:
    """A lock from its file.

    :raises BundleError: it is none, or it names what no bundle may hold
    """
    try:
        with path.open("rb") as file:
            return parse_lock(file.read(MOST_LOCK + 1))
    except OSError as error:
        raise BundleError(f"the lock cannot be read: {error.strerror or error}") from error


def parse_lock(text: bytes) -> Lock:
    """A lock from the bytes of its file.

    :raises BundleError: it is none, or it names what no bundle may hold
    """
    if len(text) > MOST_LOCK:
        raise BundleError(f"the lock is larger than {MOST_LOCK >> 20} MiB")
    try:
        data = wire.loads(text)
        found = data.get("format") if isinstance(data, dict) else None
        if isinstance(found, int) and found > FORMAT:
            raise BundleError(f"the lock is of version {found}, and this farm reads {FORMAT}: update Reelwork here")
        lock = wire.from_json(Lock, data)
    except wire.WireError as error:
        raise BundleError(f"the lock is not what it should be: {error}") from error
    _check(lock)
    return lock


def is_safe(path: str) -> bool:
    """Whether a path stays in the folder that it is joined to, and every file system can hold it."""
    parts = path.split("/")
    return (
        len(path) <= _LONGEST_PATH
        and len(parts) <= _DEEPEST
        and not _UNSAFE.search(path)
        and all(part not in ("", ".", "..") and len(part.encode()) <= _LONGEST_PART for part in parts)
    )


def safe_name(name: str) -> str:
    """A file's plain name that stays as like the given one as it can."""
    cleaned = _UNSAFE.sub("_", name).replace("/", "_").strip() or "_"
    stem, suffix = PurePosixPath(cleaned).stem, PurePosixPath(cleaned).suffix
    while len((stem + suffix).encode()) > _LONGEST_PART:
        stem, suffix = (stem[:-1], suffix) if stem else ("", suffix[:-1])
    return stem + suffix if (stem + suffix).strip(".") else "_"


def is_many(kind: Kind, lock: Lock) -> bool:
    """Whether a job makes several files, which come as one tar."""
    return kind == "sequence" or (kind == "instants" and lock.stop > 1)


def archive_name(file: str) -> str:
    """The name of the tar of several files."""
    return f"{file}.tar"


def _check(lock: Lock) -> None:
    paths = [file.path for file in lock.files]
    known = set(paths)
    if len(known) < len(paths):
        raise BundleError("the lock names a file twice")
    for path in (*paths, *(each.value for each in lock.elsewhere)):
        if not is_safe(path):
            raise BundleError(f"the lock names the path {path[:80]!r}, which no bundle may hold")
    for path in paths:
        if path == NAME or any(str(parent) in known for parent in PurePosixPath(path).parents):
            raise BundleError(f"the lock names the path {path[:80]!r} as a file and as a folder")
    for file in lock.files:
        try:
            checked(file.digest)
        except StorageError as error:
            raise BundleError(f"the lock names {file.path!r} by {error}") from error
        if not 0 <= file.size <= MOST_FILE:
            raise BundleError(f"the lock says that {file.path!r} has {file.size} bytes; there may be {MOST_FILE}")
    if lock.scene not in known:
        raise BundleError(f"the lock does not hold the scene's file {lock.scene[:80]!r}")
    if "/" in lock.file or not is_safe(lock.file):
        raise BundleError(f"the lock makes the file {lock.file[:80]!r}, which is not a plain name")
    if not 0 <= lock.first < lock.stop:
        raise BundleError(f"the lock has the frames {lock.first}-{lock.stop - 1}")
    if not all(0 <= share <= _MOST_SHARE for share in lock.shares):
        raise BundleError("the lock gives a unit more bits than any can have")
    scale_of(lock)


def scale_of(lock: Lock) -> Fraction:
    """The scale of the picture.

    :raises BundleError: it is not a ratio above 0, or not a sensible one
    """
    found = re.fullmatch(r"([0-9]{1,9})(?:/([0-9]{1,9}))?", lock.scale)
    if found and int(found[1]) and (found[2] is None or int(found[2])):
        return Fraction(int(found[1]), int(found[2] or 1))
    raise BundleError(f"the lock has the scale {lock.scale[:80]!r}, which is not a ratio such as 1/2")
