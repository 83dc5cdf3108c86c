"""Text: words in, their outlines out, shaped, broken into lines and ordered for any script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Final

from reelwork import Example, VectorGenerator, param
from reelwork.errors import Problem, SceneError
from reelwork.image import Drawing, Fill, Gradient, Paint, Path
from reelwork.kinds import Angle, Choice, Length, List, Number, Point, Ratio, Scale, Struct, Time
from reelwork.kinds import File as FileKind
from reelwork.kinds import Text as TextKind
from reelwork.values import Affine, Colour, File
from reelwork.values import Length as Distance
from reelwork_generators.colour_glyphs import UNITS, moved, painted
from reelwork_generators.fonts import Wanted, is_coloured, own_font
from reelwork_generators.layout import DIRECTIONS, Flow, Line, lay_out
from reelwork_generators.linebreak import WORD_BREAKS
from reelwork_generators.outline import axes_of, glyph, instance, metrics
from reelwork_generators.paint import PAINT, STROKE, WHITE, GradientPaint, Stroke, paint
from reelwork_generators.shaping import Glyph, feature
from reelwork_generators.shaping import Style as LineStyle
from reelwork_generators.strokes import stroke_outline
from reelwork_generators.vertical import WRITINGS

#: Characters that one text may have: far more than a film shows, few enough to lay out in seconds.
LONGEST = 100_000
#: Emoji in colour that one text may have: each is some dozens of outlines.
MOST_EMOJI = 2_000
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, kw_only=True)
class AnimateFrom:
    """How a piece of text looks before it has arrived."""

    position: tuple[float, float] = param((0.0, 0.0), kind=Point(), help="How far off it is.")
    opacity: float = param(1.0, kind=Ratio(bounded=True), help="Its opacity.")
    scale: tuple[float, float] = param((1.0, 1.0), kind=Scale(), help="Its scale.")
    rotation: float = param(0.0, kind=Angle(), help="Its rotation.")
    blur: float = param(0.0, kind=Length(minimum=0.0), help="Its blur.")


@dataclass(frozen=True, kw_only=True)
class Animate:
    """How the letters, words or lines of a text arrive one after the other."""

    by: str = param("letter", kind=Choice(("letter", "word", "line")), help="What arrives at once.")
    from_: AnimateFrom = param(AnimateFrom(), kind=Struct(AnimateFrom), help="How it looks before it has arrived.")
    duration: Fraction = param(Fraction(1, 2), kind=Time(minimum=0.0), help="How long each takes.")
    stagger: Fraction = param(Fraction(1, 20), kind=Time(minimum=0.0), help="How much later the next one begins.")
    ease: Any = param("out-cubic", kind=TextKind(), help="The ease of each.")
    order: str = param("forward", kind=TextKind(), help="Which comes first.")


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Where a variable font stands on one of its axes."""

    axis: str = param(kind=TextKind(), help="The axis's tag, such as GRAD, slnt or opsz.")
    value: float = param(kind=Number(), help="The value; beyond the axis's ends, that of its end.")


class Text(VectorGenerator, name="text", version=1):
    """Words, shaped by HarfBuzz in pinned fonts.

    Kerning, ligatures, combining marks, right-to-left and mixed text and line breaks follow Unicode in every script
    that the fonts cover. A character that the font lacks is taken from Inter, or from the Noto Sans of its script;
    emoji are painted in their own colours. The box is ``width``, or the longest line, by the lines times
    ``line-height``; it never depends on ink.
    """

    cost = 100.0

    exactly_one: ClassVar[tuple[str, ...]] = ("content", "asset")
    examples = (
        Example("a title", {"content": "many hands", "weight": 700, "size": 96}),
        Example(
            "with a line around it",
            {"content": "Iterations", "size": 110, "weight": 800, "stroke": {"colour": "#f2b134", "width": 5}},
        ),
    )

    content: str = param("", kind=TextKind(multiline=True), help="The words; one line end at the very end is dropped.")
    asset: str = param("", kind=TextKind(), help="A text record whose words are shown, as handle/slug.")
    font: str = param("Inter", kind=TextKind(), help="The font family; what it lacks comes from Inter and Noto Sans.")
    font_file: File | None = param(
        None,
        kind=FileKind((".ttf", ".otf", ".ttc"), record="font"),
        help="A font beside the scene, or a record of one; asked before the family.",
    )
    font_face: str = param(
        "", kind=TextKind(), help="Of a .ttc, the font by its name or its number from 1; without, the first."
    )
    weight: float = param(400.0, kind=Number(100.0, 900.0), help="How bold: 400 is regular, 700 bold.")
    stretch: float = param(
        1.0, kind=Ratio(minimum=0.5), help="How wide the letters are: 75% is condensed; of fonts with such an axis."
    )
    style: str = param("normal", kind=Choice(("normal", "italic")), help="Upright or italic.")
    features: tuple[str, ...] = param(
        (), kind=List(TextKind()), help="OpenType features: smcp for small capitals, tnum, -liga, ss01=2."
    )
    axes: tuple[Axis, ...] = param((), kind=List(Struct(Axis)), help="Values of a variable font's own axes.")
    language: str = param(
        "", kind=TextKind(), help="The words' language, such as sr or zh-Hant, whose forms of letters are taken."
    )
    writing: str = param(
        "horizontal",
        kind=Choice(WRITINGS),
        help="Whether lines run from left to right, or from top to bottom, and where the next one then is.",
    )
    combine_figures: int = param(
        0,
        kind=Number(0, 4, integer=True),
        animated=False,
        help="In vertical lines, how many figures in a row at most stand side by side in the room of one letter.",
    )
    direction: str = param(
        "auto", kind=Choice(tuple(DIRECTIONS)), help="Where paragraphs begin; auto: as their first letter does."
    )
    emoji: str = param(
        "colour", kind=Choice(("colour", "outline")), help="Emoji in their own colours, or as letters in the fill."
    )
    size: float = param(Distance(percent=6.0), kind=Length(minimum=0.0), help="The font size: the em in pixels.")
    fill: Colour | GradientPaint = param(
        WHITE, kind=PAINT, help="The colour of the letters, or a gradient over the box."
    )
    stroke: Stroke | None = param(None, kind=STROKE, help="A line along the letters' outlines, painted over the fill.")
    align: str = param(
        "center",
        kind=Choice(("left", "center", "right", "start", "end", "justify")),
        help="Where lines stand in the box; start and end follow the paragraph's direction; justify fills the width, "
        "with a paragraph's last line at its start.",
    )
    valign: str = param(
        "middle", kind=Choice(("top", "middle", "bottom")), help="Where the lines stand in a given height."
    )
    width: float | None = param(
        None,
        kind=Length(axis="x", minimum=0.0),
        help="The box's width, at which lines are broken; a longer word sticks out.",
    )
    word_break: str = param(
        "normal",
        kind=Choice(WORD_BREAKS),
        help="Where lines may end in words: as the script has it, in Chinese and Japanese too only between words, "
        "anywhere, or between phrases.",
    )
    overflow_wrap: str = param(
        "normal",
        kind=Choice(("normal", "anywhere")),
        help="Whether a word wider than the box sticks out, or is broken where it must.",
    )
    height: float | None = param(
        None, kind=Length(axis="y", minimum=0.0), help="The box's height; without it, the lines'."
    )
    line_height: float = param(
        1.2, kind=Ratio(minimum=0.0), help="From one line to the next, as a multiple of the size."
    )
    tracking: float = param(
        0.0,
        kind=Number(unit="1/1000 em", soft_range=(-100.0, 500.0)),
        help="Space added after each letter, in thousandths of the size.",
    )
    animate: Animate | None = param(None, kind=Struct(Animate), help="How pieces arrive one by one.", later=True)

    def check(self) -> None:
        """Refuse the name of a font in a file where there is no file."""
        if self.font_face and self.font_file is None:
            raise ValueError(
                f"'font-face' takes {self.font_face!r} from a collection of fonts, and none is named: name it with "
                "'font-file', as in font-file: fonts/House.ttc; families that are installed are named with 'font' alone"
            )

    def draw(self, width: float, height: float) -> Drawing:
        """The text's outlines; the origin is the box's top left corner.

        :raises SceneError: there is no such font, it and its fallbacks lack a character, or the text is beyond measure
        """
        if len(self.content) > LONGEST:
            found = f"the text has {len(self.content)} characters, {LONGEST} are allowed"
            raise SceneError((Problem(found, remedy="split it over several layers"),))
        leading = self.line_height * self.size
        lines = self._lines()
        along, across = (self.height, self.width) if self._vertical else (self.width, self.height)
        length = max(0.0, *(line.advance * self.size for line in lines)) if along is None else along
        depth = len(lines) * leading if across is None else across
        box_width, box_height = (depth, length) if self._vertical else (length, depth)
        spare = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[self.valign] * (depth - len(lines) * leading)
        turn = self._turn(depth)
        verbs: list[str] = []
        points: list[float] = []
        emoji: list[tuple[Glyph, Affine]] = []
        last, coloured = None, False
        for number, line in enumerate(lines):
            x = self._indent(line, length)
            y = spare + number * leading + self._baseline(leading)
            if self.writing == "vertical-lr":
                y = depth - y
            for placed in line.glyphs:
                if placed.instance is not last:
                    last = placed.instance
                    coloured = is_coloured(last.path, last.index)
                place = _place(placed, x, y, self.size, turn)
                if coloured:
                    emoji.append((placed, place))
                else:
                    _add(verbs, points, placed, place)
                x += placed.advance * self.size
        if len(emoji) > MOST_EMOJI:
            found = f"the text has {len(emoji)} emoji in colour, {MOST_EMOJI} are allowed"
            raise SceneError((Problem(found, remedy="split it over several layers, or write emoji: outline"),))
        path = Path("".join(verbs), tuple(points))
        box = (0.0, 0.0, box_width, box_height)
        fills = []
        if path.verbs:
            fills.append(Fill(path, paint(self.fill, box)))
            if self.stroke is not None and self.stroke.width > 0.0:
                fills.append(Fill(stroke_outline(path, self.stroke, overlapping=True), paint(self.stroke.colour, box)))
        for placed, place in emoji:
            fills += self._painted(placed, place @ Affine.scaling(1.0 / UNITS, 1.0 / UNITS), paint(self.fill, box))
        return Drawing(tuple(fills), box_width, box_height)

    @property
    def _vertical(self) -> bool:
        return self.writing != "horizontal"

    def _turn(self, depth: float) -> Affine:
        """The map from where lines are laid out, from left to right and one below the other, to the box."""
        return Affine(0.0, 1.0, -1.0, 0.0, depth, 0.0) if self._vertical else Affine.scaling(1.0, 1.0)

    def _baseline(self, leading: float) -> float:
        """How far a line's baseline, or the middle of a vertical one, is from where the line begins."""
        if self._vertical:
            return leading / 2.0
        italic = self.style == "italic"
        first = instance(self._wanted().first, self.weight, self.size, italic, self.stretch * 100.0, self._axes())
        ink = metrics(first)
        return (leading - (ink.ascent + ink.descent) * self.size) / 2.0 + ink.ascent * self.size

    def _painted(self, placed: Glyph, place: Affine, own: Paint) -> Iterator[Fill]:
        """A glyph in colour, a thousandth of an em a unit; of the text's fill, it takes the opacity."""
        opacity = own.alpha if isinstance(own, Colour) else 1.0
        for part in painted(placed.instance, placed.number):
            assert part.path is not None
            colour = part.paint
            if isinstance(colour, Gradient):
                colour = replace(colour, matrix=place @ colour.matrix)
            shown = part.opacity if colour is None else part.opacity * opacity
            yield Fill(moved(part.path, place), own if colour is None else colour, shown)

    def _wanted(self) -> Wanted:
        own = None if self.font_file is None else own_font(self.font_file, self.font_face)
        return Wanted(self.font, self.weight, self.style == "italic", self.language, self.emoji, own)

    def _lines(self) -> tuple[Line, ...]:
        try:
            for said in self.features:
                feature(said)
        except ValueError as error:
            raise SceneError((Problem(f"features: {error}"),)) from None
        if self.language and not _LANGUAGE.fullmatch(self.language):
            found = f"language: {self.language!r} is no language tag"
            raise SceneError((Problem(found, remedy="write one such as en, sr, zh-Hant or pt-BR"),))
        stretch, axes = self.stretch * 100.0, self._axes()
        combined = self.combine_figures if self._vertical else 0
        look = (self.tracking / 1000.0, stretch, self.features, axes, self._vertical, combined)
        style = LineStyle(self._wanted(), self.size, *look)
        length = self.height if self._vertical else self.width
        limit = length / self.size if length is not None and self.size > 0.0 else None
        anywhere = self.overflow_wrap == "anywhere"
        flow = Flow(limit, self.direction, self.word_break, anywhere, self.align == "justify")
        return lay_out(self.content, style, flow)

    def _axes(self) -> tuple[tuple[str, float], ...]:
        """The axes that are asked for.

        :raises SceneError: the font has no such axis
        """
        first = self._wanted().first
        there = axes_of(first.path, first.index)
        for asked in self.axes:
            if asked.axis not in there:
                named = ", ".join(f"{tag} from {low:g} to {high:g}" for tag, (low, high) in there.items())
                found = f"axes: the font has no axis {asked.axis!r}"
                raise SceneError((Problem(found, remedy=f"it has {named or 'none'}"),))
        return tuple((asked.axis, asked.value) for asked in self.axes)

    def _indent(self, line: Line, length: float) -> float:
        """How far from the box's edge a line begins; one that does not fit sticks out at its end, as in CSS."""
        spare = length - line.advance * self.size
        start, end = ("right", "left") if line.leftward else ("left", "right")
        align = {"start": start, "justify": start, "end": end}.get(self.align, self.align)
        if spare < 0.0:
            align = start
        return {"left": 0.0, "center": spare / 2.0, "right": spare}[align]


def _place(placed: Glyph, x: float, y: float, size: float, turn: Affine) -> Affine:
    """The map from a glyph's ems to the box.

    :param x: how far along its line it stands
    :param y: how far down the line's baseline is, or its middle
    :param turn: from where lines are laid out to the box
    """
    at = turn.apply(x + placed.dx * size, y + placed.dy * size)
    if placed.upright:
        return Affine(size * placed.squeeze, 0.0, 0.0, size, *at)
    return Affine(size * turn.a, size * turn.b, size * turn.c, size * turn.d, *at)


def _add(verbs: list[str], points: list[float], placed: Glyph, place: Affine) -> None:
    """Add a glyph's outline at its place."""
    outline = glyph(placed.instance, placed.number)
    verbs.append(outline.verbs)
    points.extend(moved(outline, place).points)
