"""Spaces that depend on the line: glyphs and the room that is left in, the same glyphs spread over it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reelwork_generators.scripts import script
from reelwork_generators.shaping import Glyph, Style, gaps, space

#: Scripts that are justified between letters, since they have no spaces between words (CSS Text 3, section 7.3).
_LETTER_SPACED: Final = frozenset({"Bopo", "Hani", "Hira", "Kana", "Khmr", "Laoo", "Lana", "Mymr", "Thai", "Yiii"})
_SPACES: Final = " \u00a0"
#: Tab stops stand this many spaces apart, as in CSS.
_TAB: Final = 8


def spread(glyphs: Sequence[Glyph], text: str, room: float) -> tuple[Glyph, ...]:
    """A line's glyphs with the room that is left distributed: between words, and between letters of scripts that have
    no spaces. Where there is no such place the line stays as it is; letters that belong together are never parted.

    :param room: in ems; nothing is done where it is not positive
    """
    places = [i for i, glyph in enumerate(glyphs[1:-1], start=1) if text[glyph.cluster] in _SPACES]
    for i, j in gaps(glyphs, text):
        one, other = text[glyphs[i].cluster], text[glyphs[j].cluster]
        if one not in _SPACES and other not in _SPACES and _spaced(one) and _spaced(other):
            places.append(i)
    if not places or room <= 0.0:
        return tuple(glyphs)
    each = room / len(places)
    out = list(glyphs)
    for i in places:
        out[i] = replace(out[i], advance=out[i].advance + each)
    return tuple(out)


def _spaced(character: str) -> bool:
    if character < "\u0e00":
        return False
    if "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef":  # punctuation and full-width forms
        return True
    return script(character) in _LETTER_SPACED


def tabbed(glyphs: Sequence[Glyph], text: str, leftward: bool, style: Style) -> Sequence[Glyph]:
    """A line's glyphs with each tab as wide as leads to the next stop, counted from where the paragraph begins.

    Stops are the same for all lines, whatever fonts their letters are from.
    """
    if "\t" not in text:
        return glyphs
    out = list(glyphs)
    stop = _TAB * space(style)
    at = 0.0
    for i in range(len(out) - 1, -1, -1) if leftward else range(len(out)):
        if text[out[i].cluster] == "\t":
            out[i] = replace(out[i], advance=(at // stop + 1.0) * stop - at if stop > 0.0 else 0.0)
        at += out[i].advance
    return out
