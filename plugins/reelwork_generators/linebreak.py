"""Lines: a paragraph, a width and a way to measure in, where its lines begin and end out."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

#: Spaces at which no line is broken, so that they keep their width at a line's end.
_GLUE: Final = frozenset("\u00a0\u2007\u202f")


@functools.lru_cache(maxsize=64)
def opportunities(text: str) -> tuple[int, ...]:
    """Where the next line may begin, as UAX #14 has it: indices of its first character, the paragraph's end last."""
    from uniseg.linebreak import line_break_boundaries

    return tuple(line_break_boundaries(text))


def without_spaces(text: str, start: int, end: int) -> int:
    """Where a line that was broken ends to the eye: the spaces at its end hang, as in CSS."""
    while end > start and text[end - 1].isspace() and text[end - 1] not in _GLUE:
        end -= 1
    return end


def fit(
    text: str, limit: float, advances: Sequence[float], measure: Callable[[int, int], float]
) -> Iterator[tuple[int, int]]:
    """Break a paragraph so that each line holds as much as fits; what cannot be broken sticks out, as in CSS.

    :param limit: the width
    :param advances: the advance of each character, to guess with; the sum is near what ``measure`` says
    :param measure: the width of the characters from one index to another, set as a line
    """
    ends = opportunities(text)
    until = [0.0]
    for advance in advances:
        until.append(until[-1] + advance)
    visible = [until[without_spaces(text, 0, end)] for end in ends]
    allowed = limit + 1e-6
    first, start = 0, 0
    while first < len(ends):
        last = max(first, bisect.bisect_right(visible, until[start] + allowed) - 1)
        while last > first and measure(start, ends[last]) > allowed:
            last -= 1
        while last + 1 < len(ends) and measure(start, ends[last + 1]) <= allowed:
            last += 1
        yield (start, ends[last])
        start, first = ends[last], last + 1
