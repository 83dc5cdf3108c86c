"""Files before they are opened: a path goes in, and nothing comes back but an error where no file can be read."""

from __future__ import annotations

import stat
from pathlib import Path

from reelwork.errors import MediaError


def check_file(path: Path) -> None:
    """Refuse what is not a file with something in it, before anything tries to read it.

    :raises MediaError: it is missing, a folder, a device, or empty
    """
    try:
        status = path.stat()
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{path}: is not a file")
    if status.st_size == 0:
        raise MediaError(f"{path}: the file is empty")
