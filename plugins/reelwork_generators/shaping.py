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
from reelwork_generators.fonts import Wanted, assign, face, is_coloured
from reelwork_generators.marks import SIMPLE, settled
from reelwork_generators.outline import Instance, font, instance, metrics, unit
from reelwork_generators.scripts import is_ignorable, letters, script, scripts
from reelwork_generators.vertical import COMBINED, FORMED, SIDEWAYS, UPRIGHT, orientations

#: Scripts whose letters join, so that no space may be put between them (CSS Text 3, appendix D).
_JOINING: Final = frozenset({"Adlm", "Arab", "Mand", "Mong", "Nkoo", "Phag", "Rohg", "Syrc"})
_TATWEEL: Final = "\u0640"
#: Letters that are joined for looks, which tracking forbids.
_UNTRACKED: Final = ("-liga", "-clig")
#: Characters beyond a line's ends that the shaper looks at, to find which letters join.
_CONTEXT: Final = 5
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
    text: str,
    start: int,
    end: int,
    paragraph: Paragraph,
    fonts: Sequence[FontFile],
    style: Style,
    hyphen: str = "",
) -> list[Glyph]:
    """The glyphs of ``text[start:end]`` in the order in which they stand, from left to right.

    Tracking is added between letters, and not within scripts whose letters join. Letters that join what stands before
    or after the line keep the forms for it (CSS Text 3, section 5.6). What it takes does not depend on how long the
    text is.

    :param hyphen: what is shown in place of the line's last character
    """
    own_scripts, wanted = scripts(text), style.fonts
    joined = () if not style.tracking else _UNTRACKED
    features = joined + style.features
    stands = orientations(text, style.combined)[start:end] if style.vertical else (SIDEWAYS,) * (end - start)
    kinds = list(zip(own_scripts[start:end], fonts[start:end], stands, strict=True))
    glyphs: list[Glyph] = []
    for first, last, level in paragraph.line(start, end):
        pieces = list(_pieces(first - start, last - start, kinds))
        for a, b in reversed(pieces) if level % 2 else pieces:
            own_script, file, stand = kinds[a]
            which = instance(file, wanted.weight, style.size, wanted.italic, style.stretch, style.axes)
            rightward = level % 2 == 1
            low = max(0, start + a - _CONTEXT)
            near = text[low : start + b + _CONTEXT]
            if hyphen and end <= low + len(near):
                near = near[: end - 1 - low] + hyphen + near[end - low :]
            near, span = near.replace("\t", " "), (start + a - low, start + b - low)
            shaped = shape(near, *span, own_script, rightward, which, features, wanted.language)
            if style.vertical:
                shaped = stood(stand, shaped, near, span, own_script, features, style)
            glyphs += (replace(glyph, cluster=low + glyph.cluster) for glyph in shaped)
    return _tracked(glyphs, text, style.tracking) if style.tracking else glyphs


def _pieces(first: int, last: int, kinds: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Stretches of one kind: of one script, one font, and one orientation."""
    start = first
    for i in range(first + 1, last + 1):
        if i == last or kinds[i] != kinds[start]:
            yield (start, i)
            start = i


@functools.lru_cache(maxsize=2048)
def shape(
    text: str,
    start: int,
    end: int,
    own_script: str,
    rightward: bool,
    which: Instance,
    features: tuple[str, ...] = (),
    language: str = "",
    upright: bool = False,
) -> tuple[Glyph, ...]:
    """What HarfBuzz makes of one stretch of a text, from left to right; clusters count from the text's beginning.

    :param rightward: whether the stretch runs from right to left
    :param features: what :func:`feature` understands
    :param upright: whether the letters stand upright in a vertical line
    """
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
    buffer.add_str(text, start, end - start)
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
    glyphs = tuple(
        Glyph(which, info.codepoint, info.cluster, p.x_advance / em, p.x_offset / em, -p.y_offset / em)
        for info, p in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )
    return settled(glyphs, text, end) if own_script in SIMPLE and not rightward else glyphs


@functools.lru_cache(maxsize=256)
def space(style: Style) -> float:
    """The room of a space in the font that most of a text is shown in, with its tracking."""
    file = assign(" ", style.fonts)[0][0]
    which = instance(file, style.fonts.weight, style.size, style.fonts.italic, style.stretch, style.axes)
    return sum(glyph.advance for glyph in shape(" ", 0, 1, "Zyyy", False, which)) + style.tracking


def gaps(glyphs: Sequence[Glyph], text: str) -> Iterator[tuple[int, int]]:
    """Where one letter of a line ends and the next one begins: the glyphs to the left and to the right.

    Letters are grapheme clusters, which may be several glyphs of the shaper's; what is invisible is none.
    """
    owners = letters(text)
    before = -1
    for i, glyph in enumerate(glyphs):
        if not glyph.advance and is_ignorable(text[glyph.cluster]):  # a soft hyphen that is seen has one
            continue
        if before >= 0 and owners[glyphs[before].cluster] != owners[glyph.cluster]:
            yield (before, i)
        before = i


def _tracked(glyphs: list[Glyph], text: str, tracking: float) -> list[Glyph]:
    """A line's glyphs with space between letters, but for those that join what follows them."""
    out = list(glyphs)
    for i, j in gaps(glyphs, text):
        own = text[min(glyphs[i].cluster, glyphs[j].cluster)]
        if own != _TATWEEL and script(own) not in _JOINING:
            out[i] = replace(out[i], advance=out[i].advance + tracking)
    return out


def stood(
    stands: int,
    lying: Sequence[Glyph],
    text: str,
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
        upright = shape(text, *span, own_script, backward, which, features, wanted.language, upright=True)
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
