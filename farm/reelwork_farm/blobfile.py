"""Blobs as files: bytes go in, and a whole file comes out under its name when its digest is the right one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from reelwork_farm.errors import FarmError

#: Bytes that are read at once.
BLOCK: Final = 1 << 20
#: Where blobs are while they are written; no name of a blob's own folder.
PARTIAL: Final = "partial"
#: The file that says who keeps the storage tidy.
OWNER: Final = "owner"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class StorageError(FarmError):
    """A storage cannot be reached, is full, or holds a blob that is not what its name says."""


class AwayError(StorageError):
    """A storage does not answer, or not as it should; it may be back soon."""


class MissingError(StorageError):
    """The storage has no such blob."""


class DamagedBlobError(StorageError):
    """What the storage has under a digest is something else."""


def is_digest(text: str) -> bool:
    """Whether a text is a digest."""
    return bool(_DIGEST.fullmatch(text))


def checked(digest: str) -> str:
    """A digest that is one: 64 hexadecimal digits in lower case.

    :raises StorageError: it is not
    """
    if not isinstance(digest, str) or not is_digest(digest):
        raise StorageError(f"{str(digest)[:80]!r} is not a digest: 64 hexadecimal digits")
    return digest


def save(blocks: Iterable[bytes], digest: str, to: Path, *, most: int | None = None) -> None:
    """Write blocks of bytes to a file, which appears under its name when it is whole and has that digest.

    Its bytes are on the disk by then: after a loss of power, too, there is no name of a file with other bytes.

    :param most: how many bytes there may be
    :raises StorageError: the bytes are others or too many, or there is no room
    """
    with told(str(to)):
        to.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=to.parent, prefix=".", suffix=".part")
        try:
            state, size = hashlib.sha256(), 0
            with os.fdopen(handle, "wb") as out:
                for block in blocks:
                    size += len(block)
                    if most is not None and size > most:
                        raise StorageError(f"the blob {digest} is larger than the {most} bytes that it may have")
                    state.update(block)
                    out.write(block)
                if state.hexdigest() != digest:
                    raise DamagedBlobError(
                        f"the blob {digest} is damaged: what came has the digest {state.hexdigest()}"
                    )
                out.flush()
                os.fsync(out.fileno())
            os.chmod(name, 0o644)
            os.replace(name, to)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hexadecimal digits.

    :raises OSError: it cannot be read
    """
    with path.open("rb") as source:
        return copied(source)


def copied(source: BinaryIO, write: Callable[[bytes], Any] = len) -> str:
    """Hand all bytes on; comes back with their digest."""
    state = hashlib.sha256()
    while block := source.read(BLOCK):
        state.update(block)
        write(block)
    return state.hexdigest()


def opened(path: Path) -> BinaryIO:
    """A file that is to be put somewhere."""
    with told("cannot put it into the storage"):
        return path.open("rb")


@contextmanager
def told(what: str) -> Iterator[None]:
    """What the file system refuses becomes a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(f"{what}: no space is left; make some, and it goes on") from error
        where = f" ({error.filename})" if error.filename else ""
        raise StorageError(f"{what}: {error.strerror or error}{where}") from error
