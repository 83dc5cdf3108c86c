"""Glyphs in colour: a font instance and a glyph in, the fills that paint it out, as the font's COLR table has them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reelwork.image import Gradient, Paint, Path, Stop
from reelwork.values import Affine, Colour
from reelwork_generators.outline import Instance, font, glyph, unit
from reelwork_generators.strokes import intersected, united

#: The units of an em that painted glyphs are measured in.
UNITS: Final = 1000.0
_TURN: Final = 6.283185307179586
_BLACK: Final = Colour(0.0, 0.0, 0.0)
_WHITE: Final = Colour(1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Painted:
    """One fill of a glyph, in thousandths of an em about its origin on the baseline, y down.

    :param path: what is filled; ``None`` is everything
    :param paint: with what; ``None`` is the text's own fill
    """

    path: Path | None
    paint: Paint | None
    opacity: float = 1.0


@functools.lru_cache(maxsize=256)
def painted(which: Instance, number: int) -> tuple[Painted, ...]:
    """The fills of a glyph in order, the first at the bottom; a glyph without colours has one, in the text's own.

    Gradients go on beyond their ends with their last colours, whatever the font asks; those between circles that are
    not about one centre are drawn about the outer one's. Of the ways of compositing, those that cut are exact, and the
    soft light that shades Noto's flags is a veil of black and white; others are painted over.
    """
    pen = _Pen(which)
    font(which).paint_glyph(number, _paint_funcs(), pen)
    return tuple(fill for fill in pen.groups[0] if fill.path is not None and fill.path.verbs)


class _Pen:
    """Collects what HarfBuzz paints: the map to the em, the outline that it is cut to, and the open groups."""

    def __init__(self, which: Instance) -> None:
        self.which = which
        self.em = unit(which.path, which.index)
        scale = UNITS / self.em
        self.maps = [Affine.scaling(scale, -scale)]
        self.clips: list[Path | None] = [None]
        self.groups: list[list[Painted]] = [[]]

    def push_map(self, xx: float, yx: float, xy: float, yy: float, dx: float, dy: float) -> None:
        self.maps.append(self.maps[-1] @ Affine(xx, yx, xy, yy, dx, dy))

    def push_clip(self, number: int) -> bool:
        # the outline comes in ems with y down, the map takes the shaper's units with y up
        own = moved(glyph(self.which, number), self.maps[-1] @ Affine.scaling(self.em, -self.em))
        outer = self.clips[-1]
        self.clips.append(own if outer is None else intersected(own, outer))
        return True

    def fill(self, paint: Paint | None, opacity: float = 1.0) -> None:
        self.groups[-1].append(Painted(self.clips[-1], paint, opacity))

    def gradient(self, kind: str, matrix: Affine, line: Any, first: float = 0.0, last: float = 1.0) -> None:
        """A gradient whose places from 0 to 1 lie between two places of its own space."""
        stops = [Stop(first + stop.offset * (last - first), _colour(stop.color)) for stop in line.color_stops]
        stops.sort(key=lambda stop: stop.at)
        matrix = self.maps[-1] @ matrix
        self.fill(Gradient(kind, matrix, tuple(stops)) if matrix.determinant != 0.0 else stops[-1].colour)

    def pop_group(self, mode: int) -> None:
        source = self.groups.pop()
        backdrop = self.groups[-1]
        modes = _modes()
        if mode == modes.CLEAR:
            backdrop[:] = []
        elif mode == modes.SRC:
            backdrop[:] = source
        elif mode == modes.SRC_IN:
            backdrop[:] = _within(source, backdrop)
        elif mode == modes.DEST_IN:
            backdrop[:] = _within(backdrop, source)
        elif mode == modes.SRC_ATOP:
            backdrop += _within(source, backdrop)
        elif mode == modes.SOFT_LIGHT:
            backdrop += (replace(fill, paint=_veil(fill.paint)) for fill in source)
        elif mode != modes.DEST:
            backdrop += source


def _modes() -> Any:
    import uharfbuzz

    return uharfbuzz.PaintCompositeMode


def _colour(colour: Any) -> Colour:
    return Colour(colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0, colour.alpha / 255.0)


def _within(fills: Iterable[Painted], mask: Sequence[Painted]) -> list[Painted]:
    """Fills where a mask is. One that is everywhere makes them fainter; of others the outline counts."""
    outlines = [fill.path for fill in mask if fill.path is not None]
    if not outlines:
        share = 1.0
        for fill in mask:
            share *= fill.opacity * (fill.paint.alpha if isinstance(fill.paint, Colour) else 1.0)
        return [replace(fill, opacity=fill.opacity * share) for fill in fills] if mask else []
    whole = united(outlines)
    return [replace(f, path=whole if f.path is None else intersected(f.path, whole)) for f in fills]


def _veil(paint: Paint | None) -> Paint | None:
    """What comes near a soft light (W3C Compositing 1, section 9.1.9) over colours of middle lightness."""
    if isinstance(paint, Colour):
        grey = 0.2126 * paint.red + 0.7152 * paint.green + 0.0722 * paint.blue
        over, share = (_BLACK, 0.4 * (0.5 - grey)) if grey < 0.5 else (_WHITE, 0.2 * (grey - 0.5))
        return replace(over, alpha=paint.alpha * share)
    if isinstance(paint, Gradient):
        veiled = ((stop.at, _veil(stop.colour)) for stop in paint.stops)
        return replace(paint, stops=tuple(Stop(at, c) for at, c in veiled if isinstance(c, Colour)))
    return paint


def moved(path: Path, matrix: Affine) -> Path:
    """A path with each point mapped."""
    numbers = iter(path.points)
    a, b, c, d, e, f = matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f
    points: list[float] = []
    for x, y in zip(numbers, numbers, strict=True):
        points.append(a * x + c * y + e)
        points.append(b * x + d * y + f)
    return Path(path.verbs, tuple(points))


@functools.cache
def _paint_funcs() -> Any:
    """HarfBuzz's callbacks. Boxes around glyphs and pictures of pixels are left out."""
    import uharfbuzz

    def push_clip_box(_x0: float, _y0: float, _x1: float, _y1: float, pen: _Pen) -> None:
        pen.clips.append(pen.clips[-1])

    def solid(colour: Any, is_foreground: bool, pen: _Pen) -> None:
        if is_foreground:
            pen.fill(None, colour.alpha / 255.0)
        else:
            pen.fill(_colour(colour))

    def linear(
        line: Any, x0: float, y0: float, x1: float, y1: float, x2: float, y2: float, pen: _Pen
    ) -> None:  # it runs to the second point, and its colours along the way to the third
        pen.gradient("linear", Affine(x1 - x0, y1 - y0, x2 - x0, y2 - y0, x0, y0), line)

    def radial(line: Any, _x0: float, _y0: float, r0: float, x1: float, y1: float, r1: float, pen: _Pen) -> None:
        largest = max(r0, r1)
        share = (r0 / largest, r1 / largest) if largest > 0.0 else (0.0, 1.0)
        pen.gradient("radial", Affine(largest, 0.0, 0.0, largest, x1, y1), line, *share)

    def sweep(line: Any, x: float, y: float, start: float, end: float, pen: _Pen) -> None:
        # theirs begins at three o'clock and runs against the clock, with y up
        pen.gradient("conic", Affine(0.0, 1.0, -1.0, 0.0, x, y), line, start / _TURN, end / _TURN)

    functions = uharfbuzz.PaintFuncs()
    functions.set_push_transform_func(lambda *numbers: numbers[-1].push_map(*numbers[:-1]))
    functions.set_pop_transform_func(lambda pen: pen.maps.pop())
    functions.set_push_clip_glyph_func(lambda number, pen: pen.push_clip(number))
    functions.set_push_clip_rectangle_func(push_clip_box)
    functions.set_pop_clip_func(lambda pen: pen.clips.pop())
    functions.set_color_func(solid)
    functions.set_linear_gradient_func(linear)
    functions.set_radial_gradient_func(radial)
    functions.set_sweep_gradient_func(sweep)
    functions.set_push_group_func(lambda pen: pen.groups.append([]))
    functions.set_pop_group_func(lambda mode, pen: pen.pop_group(mode))
    functions.set_image_func(lambda *_: False)
    return functions
