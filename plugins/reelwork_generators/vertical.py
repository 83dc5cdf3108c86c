"""Vertical lines: a text in, which of its letters stand upright in them, and which lie on their side, out.

A vertical line is laid out as a horizontal one and then turned clockwise by a quarter, so that what lies on its side
is drawn as ever; what stands upright is shaped from top to bottom and turned back.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator
from typing import Final

from reelwork_generators.scripts import clusters

#: What stands upright, as first and last of each range: Vertical_Orientation U and Tu (UAX #50, of Unicode 14).
_UPRIGHT: Final = (
    (0x00A7, 0x00A7), (0x00A9, 0x00A9), (0x00AE, 0x00AE), (0x00B1, 0x00B1), (0x00BC, 0x00BE), (0x00D7, 0x00D7),
    (0x00F7, 0x00F7), (0x02EA, 0x02EB), (0x1100, 0x11FF), (0x1401, 0x167F), (0x18B0, 0x18FF), (0x2016, 0x2016),
    (0x2020, 0x2021), (0x2030, 0x2031), (0x203B, 0x203C), (0x2042, 0x2042), (0x2047, 0x2049), (0x2051, 0x2051),
    (0x2065, 0x2065), (0x20DD, 0x20E0), (0x20E2, 0x20E4), (0x2100, 0x2101), (0x2103, 0x2109), (0x210F, 0x210F),
    (0x2113, 0x2114), (0x2116, 0x2117), (0x211E, 0x2123), (0x2125, 0x2125), (0x2127, 0x2127), (0x2129, 0x2129),
    (0x212E, 0x212E), (0x2135, 0x213F), (0x2145, 0x214A), (0x214C, 0x214D), (0x214F, 0x2189), (0x218C, 0x218F),
    (0x221E, 0x221E), (0x2234, 0x2235), (0x2300, 0x2307), (0x230C, 0x231F), (0x2324, 0x2328), (0x232B, 0x232B),
    (0x237D, 0x239A), (0x23BE, 0x23CD), (0x23CF, 0x23CF), (0x23D1, 0x23DB), (0x23E2, 0x2422), (0x2424, 0x24FF),
    (0x25A0, 0x2619), (0x2620, 0x2767), (0x2776, 0x2793), (0x2B12, 0x2B2F), (0x2B50, 0x2B59), (0x2B97, 0x2B97),
    (0x2BB8, 0x2BD1), (0x2BD3, 0x2BEB), (0x2BF0, 0x2BFF), (0x2E50, 0x2E51), (0x2E80, 0x3007), (0x3012, 0x3013),
    (0x3020, 0x302F), (0x3031, 0x309F), (0x30A1, 0x30FB), (0x30FD, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7FF),
    (0xE000, 0xFAFF), (0xFE10, 0xFE1F), (0xFE30, 0xFE48), (0xFE50, 0xFE57), (0xFE5F, 0xFE62), (0xFE67, 0xFE6F),
    (0xFF01, 0xFF07), (0xFF0A, 0xFF0C), (0xFF0E, 0xFF19), (0xFF1F, 0xFF3A), (0xFF3C, 0xFF3C), (0xFF3E, 0xFF3E),
    (0xFF40, 0xFF5A), (0xFFE0, 0xFFE2), (0xFFE4, 0xFFE7), (0xFFF0, 0xFFF8), (0xFFFC, 0xFFFD), (0x10980, 0x1099F),
    (0x11580, 0x115FF), (0x11A00, 0x11ABF), (0x13000, 0x1343F), (0x14400, 0x1467F), (0x16FE0, 0x18D7F),
    (0x1AFF0, 0x1B2FF), (0x1CF00, 0x1CFCF), (0x1D000, 0x1D1FF), (0x1D2E0, 0x1D37F), (0x1D800, 0x1DAAF),
    (0x1F000, 0x1F7FF), (0x1F900, 0x1FAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD), (0xF0000, 0xFFFFD),
    (0x100000, 0x10FFFD),
)  # fmt: skip
#: And what has a form of its own, or else lies on its side: Tr.
_FORMED: Final = (
    (0x2329, 0x232A), (0x3008, 0x3011), (0x3014, 0x301F), (0x3030, 0x3030), (0x30A0, 0x30A0), (0x30FC, 0x30FC),
    (0xFE59, 0xFE5E), (0xFF08, 0xFF09), (0xFF1A, 0xFF1B), (0xFF3B, 0xFF3B), (0xFF3D, 0xFF3D), (0xFF3F, 0xFF3F),
    (0xFF5B, 0xFF60), (0xFFE3, 0xFFE3),
)  # fmt: skip
_UPRIGHT_STARTS: Final = [first for first, _ in _UPRIGHT]
_FORMED_STARTS: Final = [first for first, _ in _FORMED]
#: How a text may run: the lines of vertical ones follow each other to the left, or to the right.
WRITINGS: Final = ("horizontal", "vertical-rl", "vertical-lr")
#: How letters stand in a vertical line.
SIDEWAYS, UPRIGHT, FORMED, COMBINED = 0, 1, 2, 3


@functools.lru_cache(maxsize=64)
def orientations(text: str, combined: int = 0) -> tuple[int, ...]:
    """How each character of a text stands in a vertical line; marks stand as their letter does.

    >>> orientations("東a")
    (1, 0)

    :param combined: how many figures in a row, at most, stand side by side in the room of one letter
    :return: for each character ``UPRIGHT``, ``SIDEWAYS``, ``FORMED`` (upright where the font has a form for vertical
        lines, else sideways), or ``COMBINED``
    """
    found = []
    for start, end in clusters(text):
        found += [_orientation(ord(text[start]))] * (end - start)
    for start, end in figures(text, combined):
        found[start:end] = [COMBINED] * (end - start)
    return tuple(found)


def figures(text: str, combined: int) -> Iterator[tuple[int, int]]:
    """Where figures stand that are few enough to be set side by side (CSS Writing Modes 4, section 9.1.2)."""
    if combined:
        for run in re.finditer("[0-9]+", text):
            if run.end() - run.start() <= combined:
                yield run.span()


def _orientation(code: int) -> int:
    at = bisect.bisect_right(_UPRIGHT_STARTS, code) - 1
    if at >= 0 and code <= _UPRIGHT[at][1]:
        return UPRIGHT
    at = bisect.bisect_right(_FORMED_STARTS, code) - 1
    return FORMED if at >= 0 and code <= _FORMED[at][1] else SIDEWAYS
