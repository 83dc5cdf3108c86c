"""Files: what is written appears whole, under its name, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reelwork.errors import OutputError


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8.

    :raises OutputError: it cannot be written
    """
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes.

    :raises OutputError: they cannot be written
    """
    write_with(path, lambda part: part.write_bytes(data))


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Have a file written under a temporary name beside it, then give it its own.

    :raises OutputError: it cannot be written
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
