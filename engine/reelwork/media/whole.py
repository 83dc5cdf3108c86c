"""Whole files: something is written under a temporary name, and stands under its own name only when it is complete."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reelwork.errors import OutputError


@contextmanager
def whole_file(to: Path) -> Iterator[Path]:
    """A path to write to, beside ``to`` and with its suffix, which takes its place when the block ends well.

    What was there stays until then; of a symbolic link, it is the file that the link leads to, and the link stays.
    Folders are made as needed; after an error nothing of ours is left, and what a killed process of this machine left
    of the same file is cleared away.

    :raises OutputError: the place cannot be written
    """
    place = led_to(to)
    begins = f".{place.stem[:100]}.{zlib.crc32(platform.node().encode()):08x}-"
    temporary = place.with_name(f"{begins}{os.getpid()}-{os.urandom(4).hex()}.part{to.suffix}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear(place.parent, begins)
        yield temporary
        # A rename may reach the disk before the bytes do; then a loss of power would leave an empty file.
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(place)
    except OSError as error:
        said = error.strerror or str(error).replace(str(temporary), str(to))
        raise OutputError(f"cannot write {to}: {said}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def led_to(path: Path) -> Path:
    """The file that a path names: where it is a symbolic link, what that leads to."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _clear(folder: Path, begins: str) -> None:
    for path in folder.iterdir():
        match = re.fullmatch(re.escape(begins) + r"(\d+)-[0-9a-f]+\.part.*", path.name)
        if match and not _is_running(int(match[1])):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
