"""What was found out about a file, remembered in the caches folder: plain data goes in under a key, and comes back."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

from reelwork import folders

# Raised when what is remembered, or how it is found out, changes.
_VERSION: Final = 19


def recall(kind: str, key: str) -> Any | None:
    """What was remembered, or ``None``; what cannot be read counts as forgotten."""
    try:
        return json.loads(_place(kind, key).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def remember(kind: str, key: str, value: Any) -> None:
    """Keep JSON data; a folder that cannot be written only costs time later."""
    place = _place(kind, key)
    temporary = place.with_name(f"{place.name}.{os.urandom(4).hex()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(value, separators=(",", ":")), "utf-8")
        os.replace(temporary, place)


def _place(kind: str, key: str) -> Path:
    return folders.caches() / f"media-{_VERSION}" / kind / key[:2] / f"{key}.json"
