"""Layout: words, a font and a width in, lines of placed glyphs out, measured in ems."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reelwork.errors import Problem, SceneError
from reelwork_generators.bidi import Paragraph, analyse
from reelwork_generators.fonts import FontFile, assign, coverage, describe_missing
from reelwork_generators.linebreak import fit, without_spaces
from reelwork_generators.shaping import Glyph, Style, shape_line

_PARAGRAPHS: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SOFT_HYPHEN: Final = "\u00ad"
_TAB: Final = " " * 8


@dataclass(frozen=True)
class Line:
    """One line, measured in ems.

    :param glyphs: from left to right; they stand at the sums of the advances before them
    :param advance: the line's width, without spaces that hang over its end
    :param leftward: whether its paragraph runs from right to left
    """

    glyphs: tuple[Glyph, ...]
    advance: float
    leftward: bool


@functools.lru_cache(maxsize=256)
def lay_out(content: str, font: str, style: Style, width: float | None) -> tuple[Line, ...]:
    """Break a text into lines and shape them. One line end at the very end is dropped.

    :param width: where lines are broken, in ems; ``None`` breaks only where the text does
    :raises SceneError: there is no such font, or it and its fallbacks lack a character
    """
    lines: list[Line] = []
    for words in _PARAGRAPHS.split(without_last_end(content)):
        lines += _paragraph(words.replace("\t", _TAB), font, style, width)
    return tuple(lines)


def without_last_end(content: str) -> str:
    """A text without the one line end that a block of YAML adds."""
    return content.removesuffix("\n").removesuffix("\r")


def _paragraph(text: str, font: str, style: Style, width: float | None) -> list[Line]:
    fonts, missing = assign(text, font, style.weight, style.italic)
    if missing:
        raise SceneError((Problem(describe_missing(missing)),))
    bidi = analyse(text)
    if width is None or not text:
        return [_line(text, 0, len(text), bidi, fonts, style)]
    whole = shape_line(text, 0, len(text), bidi, fonts, style)
    advances = [0.0] * len(text)
    for glyph in whole:
        advances[glyph.cluster] += glyph.advance

    def measure(start: int, end: int) -> float:
        return _broken(text, start, end, bidi, fonts, style).advance

    return [_broken(text, start, end, bidi, fonts, style) for start, end in fit(text, width, advances, measure)]


def _broken(text: str, start: int, end: int, bidi: Paragraph, fonts: Sequence[FontFile], style: Style) -> Line:
    """A line that the width made: its last spaces hang, and a soft hyphen at its end is seen."""
    if end == len(text):
        return _line(text, start, end, bidi, fonts, style)
    if text[end - 1] == _SOFT_HYPHEN:
        hyphen = "\u2010" if 0x2010 in coverage(fonts[end - 1].path) else "-"
        text = text[: end - 1] + hyphen + text[end:]
    return _line(text, start, without_spaces(text, start, end), bidi, fonts, style)


def _line(text: str, start: int, end: int, bidi: Paragraph, fonts: Sequence[FontFile], style: Style) -> Line:
    glyphs = tuple(shape_line(text, start, end, bidi, fonts, style))
    return Line(glyphs, sum(glyph.advance for glyph in glyphs), bidi.base == 1)
