"""Glyph outlines: a font instance and a glyph in, its outline out, in ems with y pointing down."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

from reelwork.font_packages import FontFile
from reelwork.image import Path
from reelwork_generators.fonts import face, is_coloured

#: The shaper rounds to whole units, so it is given 64 of them for each of the font's.
_SUBUNITS: Final = 64
#: The slant of letters whose family has no italics: a shift of one fifth of the height.
_SLANT: Final = 0.2


@dataclass(frozen=True)
class Instance:
    """A font file at one weight, width and optical size.

    :param index: the font's place in the file, where that holds several
    :param optical: the size in pixels that the design is made for; it matters to fonts that have such an axis
    :param stretch: the width in per cent of the normal one, of fonts that have such an axis
    :param slanted: whether upright letters are slanted for want of italics
    """

    path: str
    index: int
    weight: float
    optical: float
    stretch: float
    slanted: bool


@dataclass(frozen=True)
class Metrics:
    """Heights above and below the baseline, in ems, both positive."""

    ascent: float
    descent: float


def instance(file: FontFile, weight: float, size: float, italic: bool, stretch: float = 100.0) -> Instance:
    """The instance that shows a text; values beyond an axis's ends are those of its ends."""
    axes = _axes(file.path, file.index)
    return Instance(
        file.path,
        file.index,
        _clamped(weight, axes.get("wght")),
        _clamped(size, axes.get("opsz")),
        _clamped(stretch, axes.get("wdth")),
        italic and not file.italic and not is_coloured(file.path, file.index),
    )


@functools.cache
def _axes(path: str, index: int) -> dict[str, tuple[float, float]]:
    return {axis.tag: (axis.min_value, axis.max_value) for axis in face(path, index).axis_infos}


def _clamped(value: float, ends: tuple[float, float] | None) -> float:
    return 0.0 if ends is None else float(min(max(value, ends[0]), ends[1]))


@functools.lru_cache(maxsize=256)
def font(which: Instance) -> Any:
    """The ``uharfbuzz.Font``, which nobody may change: threads share it."""
    import uharfbuzz

    made = uharfbuzz.Font(face(which.path, which.index))
    units = face(which.path, which.index).upem * _SUBUNITS
    made.scale = (units, units)
    axes = _axes(which.path, which.index)
    values = {"wght": which.weight, "opsz": which.optical, "wdth": which.stretch}
    made.set_variations({tag: value for tag, value in values.items() if tag in axes})
    if which.slanted:
        made.synthetic_slant = _SLANT
    return made


@functools.cache
def unit(path: str, index: int) -> float:
    """The em in the shaper's units."""
    return float(face(path, index).upem * _SUBUNITS)


@functools.lru_cache(maxsize=256)
def metrics(which: Instance) -> Metrics:
    """Ascent and descent of a font, for placing its baseline in a line."""
    extents = font(which).get_font_extents("ltr")
    em = unit(which.path, which.index)
    return Metrics(extents.ascender / em, -extents.descender / em)


@functools.lru_cache(maxsize=8192)
def glyph(which: Instance, number: int) -> Path:
    """A glyph's outline about its origin on the baseline, in ems."""
    pen = _Pen(1.0 / unit(which.path, which.index))
    font(which).draw_glyph(number, _draw_funcs(), pen)
    return Path("".join(pen.verbs), tuple(pen.points))


class _Pen:
    """Collects what HarfBuzz draws."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        self.verbs: list[str] = []
        self.points: list[float] = []

    def add(self, verb: str, *coordinates: float) -> None:
        self.verbs.append(verb)
        for x, y in zip(coordinates[0::2], coordinates[1::2], strict=True):
            self.points += (x * self.scale, -y * self.scale)


@functools.cache
def _draw_funcs() -> Any:
    import uharfbuzz

    functions = uharfbuzz.DrawFuncs()
    functions.set_move_to_func(lambda x, y, pen: pen.add("M", x, y))
    functions.set_line_to_func(lambda x, y, pen: pen.add("L", x, y))
    functions.set_quadratic_to_func(lambda cx, cy, x, y, pen: pen.add("Q", cx, cy, x, y))
    functions.set_cubic_to_func(lambda ax, ay, bx, by, x, y, pen: pen.add("C", ax, ay, bx, by, x, y))
    functions.set_close_path_func(lambda pen: pen.add("Z"))
    return functions
