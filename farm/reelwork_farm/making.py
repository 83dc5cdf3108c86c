"""Where workers make things: a folder goes in; one of their own comes out, and what killed workers left is gone."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "making-"
#: A file that whoever makes something in the folder keeps locked, so that the lock ends with the process.
_LOCK: Final = ".lock"
#: Seconds after which a folder without such a file is one that nobody is just beginning with.
_BEGUN: Final = 600.0


@contextmanager
def making_folder(folder: Path) -> Iterator[Path]:
    """A folder in ``folder`` for as long as the block lasts."""
    _clear(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        made = Path(name)
        with (made / f"{_LOCK}.new").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.replace(lock.name, made / _LOCK)  # it is never seen without being locked
            yield made


def _clear(folder: Path) -> None:
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_left(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_left(path: Path) -> bool:
    try:
        with (path / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:
        return time.time() - path.stat().st_mtime > _BEGUN
    except BlockingIOError:
        return False
