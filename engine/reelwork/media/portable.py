"""Portable arithmetic: codecs opened in here compute alike on every x86-64 machine; nothing goes in or out.

FFmpeg's floating-point codecs (AAC, MP3, Opus, AC-3) choose their code by the processor when they are opened, and the
variants differ in the last bit of a sample, from which an encoder then makes other bytes. Its integer codecs, all of
those for pictures, do not differ.
"""

from __future__ import annotations

import ctypes
import functools
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import av  # the library looked for below is the one that this loads

# MMX, MMXEXT, SSE, SSE2 (libavutil/cpu.h): what every x86-64 processor has.
_BASELINE: Final = 0x0001 | 0x0002 | 0x0008 | 0x0010
_AUTOMATIC: Final = -1


@contextmanager
def portable_arithmetic() -> Iterator[None]:
    """Open codecs of sound inside. Others that are opened meanwhile become slower, never different."""
    library = _libavutil()
    if library is None:
        yield
        return
    library.av_force_cpu_flags(_BASELINE)
    try:
        yield
    finally:
        library.av_force_cpu_flags(_AUTOMATIC)


@functools.cache
def _libavutil() -> ctypes.CDLL | None:
    """The very libavutil that PyAV uses, which may be a wheel's or the system's; ``None`` where it cannot be told."""
    if not av.library_versions or platform.machine() not in ("x86_64", "AMD64"):
        return None
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if "/libavutil" in line}
        return ctypes.CDLL(paths.pop()) if len(paths) == 1 else None
    except (OSError, IndexError):
        return None
