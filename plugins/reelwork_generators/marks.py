"""Marks that a font knows no place for: glyphs of a stretch in, with those marks above or below their letters out.

Fonts say where a mark stands on a letter, but seldom on every letter: of Inter's, no Cyrillic vowel has a place for the
acute of its stress, which would stand beside it.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reelwork_generators.outline import Instance, font, unit

if TYPE_CHECKING:
    from reelwork_generators.shaping import Glyph

#: Scripts whose marks stand simply above or below a letter.
SIMPLE: Final = frozenset({"Latn", "Grek", "Cyrl"})
#: Canonical combining classes of marks that stand above, below, and attached below.
_ABOVE, _BELOW, _ATTACHED = 230, 220, 202
#: The room between a letter and its mark, and between two marks, in ems.
_GAP: Final = 0.06


@dataclass(frozen=True)
class _Ink:
    """What a glyph covers, in ems, with y pointing up."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2.0, (self.bottom + self.top) / 2.0

    def moved(self, x: float, y: float) -> _Ink:
        return _Ink(self.left + x, self.bottom + y, self.right + x, self.top + y)


def settled(glyphs: Sequence[Glyph], text: str, end: int) -> tuple[Glyph, ...]:
    """The glyphs of one font, from left to right, with each mark that the font left beside its letter put over it.

    A mark that the font places, wherever that is, stays there, and moves with the one that it stands on.

    :param text: what the glyphs' clusters count in
    :param end: where the stretch that they show ends in it
    """
    if text.isascii() or not any(map(unicodedata.combining, text)):
        return tuple(glyphs)
    parts = [(start, tuple(own)) for start, own in itertools.groupby(glyphs, key=lambda glyph: glyph.cluster)]
    out: list[Glyph] = []
    for (start, own), after in zip(parts, (*(start for start, _ in parts[1:]), end), strict=True):
        out += _cluster(own, unicodedata.normalize("NFD", text[start:after]))
    return tuple(out)


def _cluster(glyphs: Sequence[Glyph], letters: str) -> Iterator[Glyph]:
    classes = {_nominal(glyphs[0].instance, mark): unicodedata.combining(mark) for mark in letters}
    at, moved = 0.0, (0.0, 0.0)
    base: _Ink | None = None
    for glyph in glyphs:
        kind = classes.get(glyph.number, 0)
        ink = _ink(glyph.instance, glyph.number).moved(at + glyph.dx, -glyph.dy)
        if glyph.advance or base is None:
            base, moved = ink, (0.0, 0.0)
        elif ink.left < ink.right:
            if base.left <= ink.middle[0] <= base.right or kind not in (_ABOVE, _BELOW, _ATTACHED):
                moved = (0.0, 0.0)
            elif (glyph.dx, glyph.dy) == (0.0, 0.0):
                moved = _over(base, ink, kind, _slope(glyph.instance))
            glyph = replace(glyph, dx=glyph.dx + moved[0], dy=glyph.dy - moved[1])
            ink = ink.moved(*moved)
            base = replace(base, bottom=min(base.bottom, ink.bottom), top=max(base.top, ink.top))
        at += glyph.advance
        yield glyph


def _over(base: _Ink, mark: _Ink, kind: int, slope: float) -> tuple[float, float]:
    """How a mark is moved to stand in the middle of a letter, along its slant, and clear of it."""
    up = 0.0
    if kind == _ABOVE:
        up = max(0.0, base.top + _GAP - mark.bottom)
    elif kind == _BELOW:
        up = min(0.0, base.bottom - _GAP - mark.top)
    (x, y), (u, v) = base.middle, mark.middle
    return x - u + slope * (v + up - y), up


@functools.lru_cache(maxsize=4096)
def _nominal(which: Instance, character: str) -> int:
    return font(which).get_nominal_glyph(ord(character)) or 0


@functools.lru_cache(maxsize=4096)
def _ink(which: Instance, number: int) -> _Ink:
    extents, em = font(which).get_glyph_extents(number), unit(which.path, which.index)
    if extents is None:
        return _Ink(0.0, 0.0, 0.0, 0.0)
    left, top = extents.x_bearing / em, extents.y_bearing / em
    return _Ink(left, top + extents.height / em, left + extents.width / em, top)


@functools.lru_cache(maxsize=256)
def _slope(which: Instance) -> float:
    """How far letters lean to the right for each em of height, as the font says of its caret."""
    import uharfbuzz

    tags = uharfbuzz.OTMetricsTag
    run, rise = (
        font(which).get_metric_position(tag) for tag in (tags.HORIZONTAL_CARET_RUN, tags.HORIZONTAL_CARET_RISE)
    )
    return run / rise if run and rise else 0.0
