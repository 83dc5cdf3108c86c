"""Layout: words, fonts and a width in, lines of placed glyphs out, measured in ems."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reelwork.errors import SceneError
from reelwork.font_packages import FontFile
from reelwork_generators.bidi import Paragraph, analyse
from reelwork_generators.fonts import assign, coverage, describe_missing
from reelwork_generators.justify import spread, tabbed
from reelwork_generators.linebreak import fit, opportunities, without_spaces
from reelwork_generators.shaping import Glyph, Style, shape_line

_PARAGRAPHS: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
_SOFT_HYPHEN: Final = "\u00ad"
#: What a paragraph's level is, by the direction that a scene asks for.
DIRECTIONS: Final = {"auto": None, "ltr": 0, "rtl": 1}


@dataclass(frozen=True)
class Flow:
    """How a text is broken into lines.

    :param width: where lines are broken, in ems; ``None`` breaks only where the text does
    :param direction: of paragraphs: ``ltr``, ``rtl``, or ``auto`` for that of the first strong character
    :param word_break: one of :data:`reelwork_generators.linebreak.WORD_BREAKS`
    :param anywhere: whether a word that is wider than a line is broken
    :param justified: whether all lines but a paragraph's last are spread over the width
    """

    width: float | None = None
    direction: str = "auto"
    word_break: str = "normal"
    anywhere: bool = False
    justified: bool = False


@dataclass(frozen=True)
class Line:
    """One line, measured in ems.

    :param glyphs: from left to right; they stand at the sums of the advances before them
    :param advance: the line's width, without spaces that hang over its end
    :param leftward: whether its paragraph runs from right to left
    :param last: whether it is its paragraph's last
    """

    glyphs: tuple[Glyph, ...]
    advance: float
    leftward: bool
    last: bool = True


@functools.lru_cache(maxsize=256)
def lay_out(content: str, style: Style, flow: Flow) -> tuple[Line, ...]:
    """Break a text into lines and shape them. One line end at the very end is dropped.

    :raises SceneError: there is no such font, or characters that no font has; all of them are named
    """
    content = without_last_end(content)
    paragraphs: list[tuple[str, list[FontFile]]] = []
    missing: dict[str, int] = {}
    start = 0
    for end in (*_PARAGRAPHS.finditer(content), None):
        words = content[start : end.start() if end else len(content)]
        fonts, lacking = assign(words.replace("\t", " "), style.fonts)
        for character, place in lacking.items():
            missing.setdefault(character, start + place)
        paragraphs.append((words, fonts))
        start = end.end() if end else 0
    if missing:
        raise SceneError((describe_missing(missing, content),))
    return tuple(line for words, fonts in paragraphs for line in _paragraph(words, fonts, style, flow))


def without_last_end(content: str) -> str:
    """A text without the one line end that a block of YAML adds."""
    return content.removesuffix("\n").removesuffix("\r")


def _paragraph(text: str, fonts: Sequence[FontFile], style: Style, flow: Flow) -> list[Line]:
    bidi = analyse(text, DIRECTIONS[flow.direction])
    if flow.width is None or not text:
        return [_line(text, 0, len(text), bidi, fonts, style)]
    whole = shape_line(text, 0, len(text), bidi, fonts, style)
    advances = [0.0] * len(text)
    for glyph in tabbed(whole, text, bidi.base == 1, style):
        advances[glyph.cluster] += glyph.advance

    def measure(start: int, end: int) -> float:
        return _broken(text, start, end, bidi, fonts, style).advance

    ends = opportunities(text, style.fonts.language, flow.word_break)
    lines = []
    for start, end in fit(text, flow.width, advances, measure, ends, anywhere=flow.anywhere):
        line = _broken(text, start, end, bidi, fonts, style)
        if flow.justified and not line.last:
            line = Line(spread(line.glyphs, text, flow.width - line.advance), flow.width, line.leftward, line.last)
        lines.append(line)
    return lines


def _broken(text: str, start: int, end: int, bidi: Paragraph, fonts: Sequence[FontFile], style: Style) -> Line:
    """A line that the width made: its last spaces hang, and a soft hyphen at its end is seen."""
    if end == len(text):
        return _line(text, start, end, bidi, fonts, style)
    hyphen = ""
    if text[end - 1] == _SOFT_HYPHEN:
        own = coverage(fonts[end - 1].path, fonts[end - 1].index)
        hyphen = next((sign for sign in "\u2010-" if ord(sign) in own), "")
        if not hyphen:  # fonts of some scripts, and of emoji, have none
            hyphen = "-"
            fonts = [*fonts[: end - 1], assign(hyphen, style.fonts)[0][0], *fonts[end:]]
    return _line(text, start, without_spaces(text, start, end), bidi, fonts, style, hyphen, last=False)


def _line(
    text: str,
    start: int,
    end: int,
    bidi: Paragraph,
    fonts: Sequence[FontFile],
    style: Style,
    hyphen: str = "",
    *,
    last: bool = True,
) -> Line:
    shaped = shape_line(text, start, end, bidi, fonts, style, hyphen)
    glyphs = tuple(tabbed(shaped, text, bidi.base == 1, style))
    return Line(glyphs, sum(glyph.advance for glyph in glyphs), bidi.base == 1, last)
