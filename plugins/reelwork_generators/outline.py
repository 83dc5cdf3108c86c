"""Glyph outlines: a font instance and a glyph in, its outline out, in ems with y pointing down."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from reelwork.font_packages import FontFile
from reelwork.image import Path
from reelwork_generators.fonts import face, is_coloured

#: The shaper rounds to whole units, so it is given 64 of them for each of the font's.
_SUBUNITS: Final = 64
#: The slant of letters whose family has no italics: a shift of one fifth of the height.
_SLANT: Final = 0.2
#: And in degrees, clockwise, of fonts that have an axis for it (CSS Fonts 4, section 2.4).
_OBLIQUE: Final = -14.0
#: Points that a verb of an outline takes.
_POINTS: Final = {"M": 1, "L": 1, "Q": 2, "C": 3}


@dataclass(frozen=True)
class Instance:
    """A font file at one weight, width and optical size.

    :param index: the font's place in the file, where that holds several
    :param optical: the size in pixels that the design is made for; it matters to fonts that have such an axis
    :param stretch: the width in per cent of the normal one, of fonts that have such an axis
    :param slanted: whether upright letters are slanted for want of italics
    :param others: other axes by their tags
    """

    path: str
    index: int
    weight: float
    optical: float
    stretch: float
    slanted: bool
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Metrics:
    """Heights above and below the baseline, in ems, both positive."""

    ascent: float
    descent: float

    @property
    def middle(self) -> float:
        """How far below the middle of the letters their baseline is."""
        return (self.ascent - self.descent) / 2.0


def instance(
    file: FontFile,
    weight: float,
    size: float,
    italic: bool,
    stretch: float = 100.0,
    axes: tuple[tuple[str, float], ...] = (),
) -> Instance:
    """The instance that shows a text; values beyond an axis's ends are those of its ends.

    Italics are the file's own, or its axis for them, or that of its slant; else upright letters are slanted.

    :param axes: what is asked of axes by their tags, whatever else says; those that the font lacks do nothing
    """
    there = axes_of(file.path, file.index)
    asked = dict(axes)
    others = {tag: value for tag, value in axes if tag not in ("wght", "opsz", "wdth")}
    slanted = italic and not file.italic and not is_coloured(file.path, file.index)
    for tag, value in (("ital", 1.0), ("slnt", _OBLIQUE)):
        if slanted and tag in there:
            others.setdefault(tag, value)
            slanted = False
    return Instance(
        file.path,
        file.index,
        _clamped(asked.get("wght", weight), there.get("wght")),
        _clamped(asked.get("opsz", size), there.get("opsz")),
        _clamped(asked.get("wdth", stretch), there.get("wdth")),
        slanted,
        tuple((tag, _clamped(value, there[tag])) for tag, value in sorted(others.items()) if tag in there),
    )


@functools.cache
def axes_of(path: str, index: int = 0) -> dict[str, tuple[float, float]]:
    """The axes of a variable font by their tags, each with its least and its largest value."""
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
    axes = axes_of(which.path, which.index)
    values = {"wght": which.weight, "opsz": which.optical, "wdth": which.stretch, **dict(which.others)}
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
    """A glyph's outline about its origin on the baseline, in ems; it runs clockwise around what is filled.

    Fonts of the two formats run in opposite directions, so that letters of both would cut each other out where they
    overlap.
    """
    pen = _Pen(1.0 / unit(which.path, which.index))
    font(which).draw_glyph(number, _draw_funcs(), pen)
    path = Path("".join(pen.verbs), tuple(pen.points))
    return path if area(path) >= 0.0 else backward(path)


def contours(path: Path) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """The closed parts of an outline, each with the verbs between its points."""
    place = 0
    for part in path.verbs.split("Z")[:-1]:
        count = sum(map(_POINTS.__getitem__, part))
        numbers = path.points[place : place + 2 * count]
        yield part, list(zip(numbers[0::2], numbers[1::2], strict=True))
        place += 2 * count


def area(path: Path) -> float:
    """What the polygons of an outline's points enclose, positive where they run clockwise."""
    return sum(
        (x * v - u * y) / 2.0
        for _, points in contours(path)
        for (x, y), (u, v) in zip(points, (*points[1:], *points[:1]), strict=True)
    )


def backward(path: Path) -> Path:
    """An outline run through in the other direction."""
    verbs = "".join(f"{part[0]}{part[:0:-1]}Z" for part, _ in contours(path))
    points = [number for _, points in contours(path) for point in reversed(points) for number in point]
    return Path(verbs, tuple(points))


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
