"""Shaping: a line of text with its levels and fonts in, glyphs from left to right out."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reelwork.font_packages import FontFile
from reelwork_generators.bidi import Paragraph
from reelwork_generators.fonts import Wanted
from reelwork_generators.outline import Instance, font, instance, unit
from reelwork_generators.scripts import script, scripts

#: Scripts whose letters join, so that no space may be put between them (CSS Text 3, appendix D).
_JOINING: Final = frozenset({"Adlm", "Arab", "Mand", "Mong", "Nkoo", "Phag", "Rohg", "Syrc"})
_TATWEEL: Final = "\u0640"
#: Letters that are joined for looks, which tracking forbids.
_UNTRACKED: Final = ("-liga", "-clig")
_FEATURE: Final = re.compile(r"([+-]?)([A-Za-z0-9]{4})(?:=([0-9]{1,5}))?")


@dataclass(frozen=True)
class Glyph:
    """A glyph of a line, measured in ems.

    :param cluster: the index of the first character that it shows
    :param advance: how far the next glyph stands to the right of it
    :param dx: how far it is moved from there, to the right
    :param dy: and down
    """

    instance: Instance
    number: int
    cluster: int
    advance: float
    dx: float
    dy: float


@dataclass(frozen=True)
class Style:
    """How a text is set: all that changes which glyphs are taken and how wide they are.

    :param fonts: in which fonts, and in which language
    :param size: in pixels
    :param tracking: space after each letter, in ems
    :param stretch: width in per cent of the normal one
    :param features: OpenType features as :func:`feature` understands them
    :param axes: values of the fonts' axes by their tags
    """

    fonts: Wanted
    size: float
    tracking: float = 0.0
    stretch: float = 100.0
    features: tuple[str, ...] = ()
    axes: tuple[tuple[str, float], ...] = ()


def feature(said: str) -> tuple[str, int]:
    """A feature's tag and value: ``smcp`` and ``+smcp`` turn on, ``-liga`` turns off, ``aalt=2`` takes the second.

    :raises ValueError: it is written in another way
    """
    found = _FEATURE.fullmatch(said.strip())
    if found is None or (found[1] and found[3]):
        raise ValueError(f"{said!r} is no OpenType feature; write four letters such as smcp, -liga or ss01=2")
    return found[2], 0 if found[1] == "-" else int(found[3] or 1)


def shape_line(
    text: str, start: int, end: int, paragraph: Paragraph, fonts: Sequence[FontFile], style: Style
) -> list[Glyph]:
    """The glyphs of ``text[start:end]`` in the order in which they stand, from left to right.

    Tracking is added after each cluster but the line's last, and not within scripts whose letters join.
    """
    own_scripts, wanted = scripts(text), style.fonts
    joined = () if not style.tracking else _UNTRACKED
    features = joined + style.features
    line = text[start:end].replace("\t", " ")
    glyphs: list[Glyph] = []
    for first, last, level in paragraph.line(start, end):
        pieces = list(_pieces(first, last, own_scripts, fonts))
        for a, b in reversed(pieces) if level % 2 else pieces:
            which = instance(fonts[a], wanted.weight, style.size, wanted.italic, style.stretch, style.axes)
            rightward = level % 2 == 1
            shaped = shape(line, a - start, b - start, own_scripts[a], rightward, which, features, wanted.language)
            glyphs += _placed(shaped, text, start, style.tracking, rightward, b == end)
    return glyphs


def _pieces(first: int, last: int, own_scripts: Sequence[str], fonts: Sequence[FontFile]) -> Iterator[tuple[int, int]]:
    """Stretches of one script and one font."""
    start = first
    for i in range(first + 1, last + 1):
        if i == last or own_scripts[i] != own_scripts[start] or fonts[i] != fonts[start]:
            yield (start, i)
            start = i


@functools.lru_cache(maxsize=2048)
def shape(
    line: str,
    start: int,
    end: int,
    own_script: str,
    rightward: bool,
    which: Instance,
    features: tuple[str, ...] = (),
    language: str = "",
) -> tuple[Glyph, ...]:
    """What HarfBuzz makes of one stretch of a line, from left to right; clusters count from the line's beginning.

    :param rightward: whether the stretch runs from right to left
    :param features: what :func:`feature` understands
    """
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(line, start, end - start)
    buffer.direction = "rtl" if rightward else "ltr"
    buffer.script = own_script
    buffer.language = language or "und"
    uharfbuzz.shape(font(which), buffer, dict(map(feature, features)))
    em = unit(which.path, which.index)
    return tuple(
        Glyph(which, info.codepoint, info.cluster, p.x_advance / em, p.x_offset / em, -p.y_offset / em)
        for info, p in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )


def _placed(
    glyphs: Sequence[Glyph], text: str, start: int, tracking: float, rightward: bool, ends_line: bool
) -> Iterator[Glyph]:
    """A stretch's glyphs with clusters counted in the whole text, and with space after each cluster in reading order.

    :param ends_line: whether the stretch holds the line's last character, after which there is no space
    """
    final = max((glyph.cluster for glyph in glyphs), default=0) if ends_line else -1
    for i, glyph in enumerate(glyphs):
        neighbour = i - 1 if rightward else i + 1
        inner = 0 <= neighbour < len(glyphs) and glyphs[neighbour].cluster == glyph.cluster
        own = text[start + glyph.cluster]
        fixed = inner or glyph.cluster == final or own == _TATWEEL or script(own) in _JOINING
        space = 0.0 if fixed else tracking
        yield Glyph(
            glyph.instance,
            glyph.number,
            start + glyph.cluster,
            glyph.advance + space,
            glyph.dx + (space if rightward else 0.0),
            glyph.dy,
        )
