"""Whole files: something is written under a temporary name, and stands under its own name only when it is complete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reelwork.errors import OutputError


@contextmanager
def whole_file(to: Path) -> Iterator[Path]:
    """A path to write to, beside ``to`` and with its suffix, which takes its place when the block ends well.

    What was there stays until then. Folders are made as needed; after an error nothing of ours is left.

    :raises OutputError: the place cannot be written
    """
    temporary = to.with_name(f".{to.stem[:100]}.{os.urandom(6).hex()}.part{to.suffix}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        # A rename may reach the disk before the bytes do; then a loss of power would leave an empty file.
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(to)
    except OSError as error:
        raise OutputError(f"cannot write {to}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
