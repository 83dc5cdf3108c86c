"""Recordings that were cut short: a file that cannot be opened goes in, whether it is an MP4 or MOV without its index
comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reelwork.media.edits import boxes

_FIRST: Final = (b"ftyp", b"wide", b"mdat", b"free", b"skip")
# A whole file has its index among so many boxes.
_MOST: Final = 10_000


def lacks_index(path: Path) -> bool:
    """Whether samples (``mdat``) are there, and no index (``moov``) of them: cameras write it when they end."""
    try:
        with path.open("rb") as file:
            kinds = [kind for kind, _, _ in boxes(file, 0, file.seek(0, 2), _MOST)]
    except OSError:
        return False
    return bool(kinds) and kinds[0] in _FIRST and b"mdat" in kinds and b"moov" not in kinds
