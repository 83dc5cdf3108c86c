"""Digests: a file goes in, the sha256 of its bytes comes out, remembered as long as nobody changes the file."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from reelwork.errors import OutputError
from reelwork.folders import caches

# A file that changed this recently may change again without its times telling, on file systems with coarse clocks.
_SETTLED = 2_000_000_000


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hexadecimal digits.

    It is remembered by the file's path, size, inode and times of change, and read again if any of them differs.

    :raises OSError: the file cannot be read
    """
    absolute = path.resolve(strict=True)
    before = _state(absolute)
    memory = _memory(absolute)
    remembered = _recall(memory, absolute, before)
    if remembered is not None:
        return remembered
    with absolute.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    after = _state(absolute)
    if memory is not None and before == after and time.time_ns() - max(after[-2:]) > _SETTLED:
        _remember(memory, {"path": str(absolute), "state": after, "sha256": digest})
    return digest


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_ino, found.st_dev, found.st_mtime_ns, found.st_ctime_ns]


def _memory(path: Path) -> Path | None:
    try:
        folder = caches() / "digests"
    except OutputError:
        return None  # nowhere to remember: every digest is then computed
    name = hashlib.sha256(os.fsencode(path)).hexdigest()
    return folder / name[:2] / f"{name[2:34]}.json"


def _recall(memory: Path | None, path: Path, state: list[int]) -> str | None:
    if memory is None:
        return None
    try:
        kept = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return None
    if isinstance(kept, dict) and kept.get("path") == str(path) and kept.get("state") == state:
        digest = kept.get("sha256")
        return digest if isinstance(digest, str) and len(digest) == 64 else None
    return None


def _remember(memory: Path, kept: dict[str, object]) -> None:
    with suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=memory.parent, delete=False, encoding="utf-8") as written:
            json.dump(kept, written)
        os.replace(written.name, memory)
