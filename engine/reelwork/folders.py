"""Where Reelwork keeps what is its own: out come the folders for settings, caches and unfinished work.

Without ``$REELWORK_HOME`` these are the platform's user folders; with it, everything lies under that one folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from reelwork.errors import OutputError

#: The environment variable that puts everything under one folder of the owner's choice.
VARIABLE = "REELWORK_HOME"


def home() -> Path:
    """What the machine's owner sets and keeps; it need not exist."""
    chosen = _chosen()
    if chosen is not None:
        return chosen
    import platformdirs  # here, so that a command that needs no folder does not pay for it

    return platformdirs.user_config_path("reelwork", appauthor=False)


def caches() -> Path:
    """What can be made again at any time and be deleted at any time; made if missing.

    :raises OutputError: the folder cannot be made
    """
    chosen = _chosen()
    if chosen is not None:
        return _made(chosen / "caches")
    import platformdirs

    return _made(platformdirs.user_cache_path("reelwork", appauthor=False))


def work() -> Path:
    """Renders that are not finished yet, which the same command goes on with; made if missing.

    :raises OutputError: the folder cannot be made
    """
    chosen = _chosen()
    if chosen is not None:
        return _made(chosen / "work")
    import platformdirs

    return _made(platformdirs.user_state_path("reelwork", appauthor=False) / "work")


def _chosen() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value).expanduser().absolute() if value else None


def _made(folder: Path) -> Path:
    # Kernels and measurements in here are loaded again without question, so nobody else may write here.
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make the folder {folder}: {error.strerror or error}; "
            f"set ${VARIABLE} to a folder that you can write to"
        ) from error
    return folder
