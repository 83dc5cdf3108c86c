"""Recordings that were cut short: a file that cannot be opened goes in, whether it is an MP4 or MOV without its index
comes out."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

_HEADER: Final = 8
# A whole file has its index among so many boxes.
_MOST: Final = 10_000


def lacks_index(path: Path) -> bool:
    """Whether samples (``mdat``) are there, and no index (``moov``) of them: cameras write it when they end.

    The boxes are those of ISO/IEC 14496-12, section 4.2.
    """
    kinds: set[bytes] = set()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            at = 0
            for _ in range(_MOST):
                if at + _HEADER > size:
                    break
                file.seek(at)
                head = file.read(2 * _HEADER)
                length, kind = struct.unpack_from(">I4s", head)
                if not at and kind not in (b"ftyp", b"wide", b"mdat", b"free", b"skip"):
                    return False
                if length == 1 and len(head) == 2 * _HEADER:
                    length = struct.unpack_from(">Q", head, _HEADER)[0]
                kinds.add(kind)
                if length < _HEADER:  # 0: up to the end of the file
                    break
                at += length
    except OSError:
        return False
    return b"mdat" in kinds and b"moov" not in kinds
