"""Links of a chain: an Ogg file of sound goes in, where each recording in it begins and ends comes out.

Ogg files may simply be put one after the other (RFC 3533, section 4), and web radio begins a new one with each song.
FFmpeg reads the first one; of the next it loses sound without a word, or gives up.
"""

from __future__ import annotations

import mmap
from functools import lru_cache
from pathlib import Path
from typing import Final

_PAGE: Final = b"OggS"
_HEADER: Final = 27
_FIRST: Final = 0x02
# What the first packets of streams of sound begin with, and of one that only describes others.
_SOUND: Final = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ", b"fishead\0")
#: From which byte to which.
Part = tuple[int, int]


def links_of(path: Path) -> tuple[Part, ...]:
    """The links of a chain of sound; none where a file is no chain."""
    try:
        with path.open("rb") as file:
            if file.read(len(_PAGE)) != _PAGE:
                return ()
        said = path.stat()
        return _links(path.absolute(), said.st_size, said.st_mtime_ns)
    except OSError:
        return ()  # whoever opens it says so


@lru_cache(maxsize=16)
def _links(path: Path, size: int, _changed: int) -> tuple[Part, ...]:
    begins: list[int] = []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at, opening = 0, False
        while at >= 0 and at + _HEADER <= size:
            many = data[at + 26]
            body = at + _HEADER + many
            # A stream's first page has number 0, and nothing of it was heard before.
            first = bool(data[at + 5] & _FIRST) and not any(data[at + 6 : at + 14]) and not any(data[at + 18 : at + 22])
            if first:
                if not data[body : body + 8].startswith(_SOUND):
                    return ()
                if not opening:
                    begins.append(at)
            opening = first
            at = body + sum(data[at + _HEADER : body])
            if data[at : at + len(_PAGE)] != _PAGE:
                at = data.find(_PAGE, at)  # damaged there
    return tuple(zip(begins, [*begins[1:], size], strict=True)) if len(begins) > 1 else ()
