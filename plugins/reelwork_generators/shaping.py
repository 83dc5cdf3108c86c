"""Shaping: a line of text with its levels and fonts in, glyphs from left to right out."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reelwork.font_packages import FontFile
from reelwork_generators.bidi import Paragraph
from reelwork_generators.fonts import Wanted, face, is_coloured
from reelwork_generators.outline import Instance, font, instance, metrics, unit
from reelwork_generators.scripts import script, scripts
from reelwork_generators.vertical import COMBINED, FORMED, SIDEWAYS, UPRIGHT, orientations

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
    :param upright: whether it is turned back in a vertical line, which is turned clockwise by a quarter
    :param squeeze: what its width is multiplied by
    """

    instance: Instance
    number: int
    cluster: int
    advance: float
    dx: float
    dy: float
    upright: bool = False
    squeeze: float = 1.0


@dataclass(frozen=True)
class Style:
    """How a text is set: all that changes which glyphs are taken and how wide they are.

    :param fonts: in which fonts, and in which language
    :param size: in pixels
    :param tracking: space after each letter, in ems
    :param stretch: width in per cent of the normal one
    :param features: OpenType features as :func:`feature` understands them
    :param axes: values of the fonts' axes by their tags
    :param vertical: whether lines are vertical; glyphs then stand about the line's middle, not on a baseline
    :param combined: how many figures in a row, at most, stand side by side in a vertical line
    """

    fonts: Wanted
    size: float
    tracking: float = 0.0
    stretch: float = 100.0
    features: tuple[str, ...] = ()
    axes: tuple[tuple[str, float], ...] = ()
    vertical: bool = False
    combined: int = 0


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
    stands = orientations(text, style.combined) if style.vertical else (SIDEWAYS,) * len(text)
    kinds = list(zip(own_scripts, fonts, stands, strict=True))
    glyphs: list[Glyph] = []
    for first, last, level in paragraph.line(start, end):
        pieces = list(_pieces(first, last, kinds))
        for a, b in reversed(pieces) if level % 2 else pieces:
            which = instance(fonts[a], wanted.weight, style.size, wanted.italic, style.stretch, style.axes)
            rightward = level % 2 == 1
            shaped = shape(line, a - start, b - start, own_scripts[a], rightward, which, features, wanted.language)
            if style.vertical:
                shaped = stood(stands[a], shaped, line, (a - start, b - start), own_scripts[a], features, style)
            glyphs += _placed(shaped, text, start, style.tracking, rightward, b == end)
    return glyphs


def _pieces(first: int, last: int, kinds: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Stretches of one kind: of one script, one font, and one orientation."""
    start = first
    for i in range(first + 1, last + 1):
        if i == last or kinds[i] != kinds[start]:
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
    upright: bool = False,
) -> tuple[Glyph, ...]:
    """What HarfBuzz makes of one stretch of a line, from left to right; clusters count from the line's beginning.

    :param rightward: whether the stretch runs from right to left
    :param features: what :func:`feature` understands
    :param upright: whether the letters stand upright in a vertical line
    """
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(line, start, end - start)
    buffer.direction = ("btt" if rightward else "ttb") if upright else "rtl" if rightward else "ltr"
    buffer.script = own_script
    buffer.language = language or "und"
    uharfbuzz.shape(font(which), buffer, dict(map(feature, features)))
    em = unit(which.path, which.index)
    if upright:  # down the page is along the line, to the right of it is up
        return tuple(
            Glyph(which, i.codepoint, i.cluster, -p.y_advance / em, -p.y_offset / em, -p.x_offset / em, upright=True)
            for i, p in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        )
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
        yield replace(
            glyph,
            cluster=start + glyph.cluster,
            advance=glyph.advance + space,
            dx=glyph.dx + (space if rightward else 0.0),
        )


def stood(
    stands: int,
    lying: Sequence[Glyph],
    line: str,
    span: tuple[int, int],
    own_script: str,
    features: tuple[str, ...],
    style: Style,
) -> tuple[Glyph, ...]:
    """The glyphs of a stretch as they stand about the middle of a vertical line.

    :param stands: the orientation of its letters
    :param lying: the glyphs as a horizontal line has them
    """
    if not lying:
        return ()
    which, wanted = lying[0].instance, style.fonts
    first = instance(wanted.first, wanted.weight, style.size, wanted.italic, style.stretch, style.axes)
    if stands == COMBINED:
        width = sum(glyph.advance for glyph in lying)
        return _side_by_side(lying, 1.0, 0.5 + metrics(first).middle, min(1.0, 1.0 / width) if width else 1.0)
    if stands in (UPRIGHT, FORMED) and not _has_vertical_metrics(which):
        if stands == UPRIGHT:
            own = metrics(which)
            clusters = itertools.groupby(lying, key=lambda glyph: glyph.cluster)
            parts = (_side_by_side(tuple(part), own.ascent + own.descent, own.ascent) for _, part in clusters)
            return tuple(itertools.chain.from_iterable(parts))
    elif stands in (UPRIGHT, FORMED):
        backward = lying[0].cluster > lying[-1].cluster
        upright = shape(line, *span, own_script, backward, which, features, wanted.language, upright=True)
        if stands == UPRIGHT or [g.number for g in upright] != [g.number for g in lying]:
            return upright
    return tuple(replace(glyph, dy=glyph.dy + metrics(first).middle) for glyph in lying)


def _has_vertical_metrics(which: Instance) -> bool:
    """Whether a font says where its letters stand in vertical lines; of glyphs in colour, the shaper asks for ink that
    they do not have."""
    tables = face(which.path, which.index).table_tags
    return "vmtx" in tables and not is_coloured(which.path, which.index)


def _side_by_side(lying: Sequence[Glyph], room: float, baseline: float, squeeze: float = 1.0) -> tuple[Glyph, ...]:
    """Glyphs that stand beside each other in a vertical line: figures, and a letter with its marks.

    :param room: how much of the line they take, in ems
    :param baseline: how far down in it their baseline is
    :param squeeze: what their widths are multiplied by
    """
    out: list[Glyph] = []
    at = -sum(glyph.advance for glyph in lying) / 2.0
    for glyph in lying:
        # the first one takes all of the room, and the others are moved back over it
        along = baseline + glyph.dy - (room if out else 0.0)
        across = -(at + glyph.dx) * squeeze
        taken = 0.0 if out else room
        moved = replace(glyph, cluster=lying[0].cluster, advance=taken, dx=along, dy=across)
        out.append(replace(moved, upright=True, squeeze=squeeze))
        at += glyph.advance
    return tuple(out)
