"""Slates: what is wanted in, a striped card that says it out, for open slots and missing records."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from reelwork import Example, VectorGenerator, param
from reelwork.image import Drawing, Fill, Path
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Text as TextKind
from reelwork.values import Colour
from reelwork_generators.fonts import Wanted, missing_glyphs
from reelwork_generators.text import Text

_GROUND: Final = Colour.from_hex("#14171c")
_WORDS: Final = Colour.from_hex("#f4f1ea")
_FACTS: Final = Colour.from_hex("#a9b0bb")
#: The height of the striped bands, as a share of the shorter side.
_BAND: Final = 0.06
#: The sizes of headline, brief and facts, as shares of the shorter side of a card of 16 to 9 of the same area.
_SIZES: Final = (0.11, 0.06, 0.042)
#: How many characters of each text are shown.
_LONGEST: Final = 400
#: A slate must be shown whatever fonts are installed.
_WANTED: Final = Wanted(emoji="outline")


class Slate(VectorGenerator, name="slate", version=1):
    """A striped card for what is not there yet: an open call with its brief, or a record that was not found."""

    cost = 100.0
    examples = (
        Example("an open call", {"brief": "A kettle, drawn in ink", "kind": "illustration", "licence": "CC-BY-4.0"}),
    )

    title: str = param("Open call", kind=TextKind(), help="The headline: a slot's id, or the record's name.")
    brief: str = param("", kind=TextKind(multiline=True), help="What is wanted, in the director's words.")
    kind: str = param("", kind=TextKind(), help="What kind of record is wanted, such as illustration.")
    licence: str = param("", kind=TextKind(), help="The licence that it must come under.")
    closes: str = param("", kind=TextKind(), help="When the call closes.")
    colour: Colour = param(Colour.from_hex("#f2b134"), kind=ColourKind(), help="The colour of stripes and headline.")

    def draw(self, width: float, height: float) -> Drawing:
        """The card, as large as the composition; words shrink until they fit."""
        band = _BAND * min(width, height)
        ground = Path("MLLLZ", (0.0, 0.0, width, 0.0, width, height, 0.0, height))
        fills = [Fill(ground, _GROUND), Fill(stripes(width, height, band), self.colour)]
        shrink = 1.0
        while shrink > 0.05:
            words = self._words(width, height, band, shrink)
            if words is not None:
                return Drawing((*fills, *words), width, height)
            shrink *= 0.9
        return Drawing(tuple(fills), width, height)

    def _words(self, width: float, height: float, band: float, shrink: float) -> list[Fill] | None:
        """The words in the middle of the card, ``None`` if they do not fit."""
        column, room = width - 3.0 * band, height - 4.0 * band
        facts = (("Wanted: ", self.kind), ("Licence: ", self.licence), ("Closes: ", self.closes))
        contents = (self.title, self.brief, "\n".join(label + fact for label, fact in facts if fact))
        side = 0.75 * math.sqrt(width * height)
        looks: list[dict[str, Any]] = [
            {"content": displayable(content), "size": share * side * shrink, "weight": weight, "fill": colour}
            for content, share, weight, colour in zip(
                contents, _SIZES, (700.0, 500.0, 400.0), (self.colour, _WORDS, _FACTS), strict=True
            )
            if content.strip()
        ]
        blocks = [Text(width=column, emoji=_WANTED.emoji, **look).draw(width, height) for look in looks]
        gap = 0.04 * side * shrink
        total = sum(block.height for block in blocks) + gap * max(0, len(blocks) - 1)
        if total > room:
            return None
        y = (height - total) / 2.0
        fills = []
        for block in blocks:
            for fill in block.fills:
                x0, _, x1, _ = fill.path.bounds() or (0.0, 0.0, 0.0, 0.0)
                if x1 - x0 > column:
                    return None
                fills.append(Fill(_moved(fill.path, (width - column) / 2.0, y), fill.paint))
            y += block.height + gap
        return fills


def displayable(text: str) -> str:
    """A text as a slate shows it: not too long, and with question marks for what no font has."""
    text = text.strip()
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return text.translate({ord(character): "?" for character in missing_glyphs(text, _WANTED)})


def stripes(width: float, height: float, band: float) -> Path:
    """Slanted stripes in two bands, at the top and at the bottom, cut at the card's edges."""
    points: list[float] = []
    verbs = ""
    for top in (0.0, height - band):
        for number in range(-1, int(width / (2.0 * band)) + 1):
            left = 2.0 * band * number
            stripe = [
                (left + band, top),
                (left + 2.0 * band, top),
                (left + band, top + band),
                (left, top + band),
            ]
            stripe = _cut(stripe, lambda p: p[0])
            stripe = _cut(stripe, lambda p: width - p[0])
            if len(stripe) > 2:
                verbs += "M" + "L" * (len(stripe) - 1) + "Z"
                points += [coordinate for point in stripe for coordinate in point]
    return Path(verbs, tuple(points))


def _cut(
    polygon: list[tuple[float, float]], inside: Callable[[tuple[float, float]], float]
) -> list[tuple[float, float]]:
    """The part of a convex polygon where ``inside``, which is affine, is not negative (Sutherland and Hodgman)."""
    out = []
    for i, (x, y) in enumerate(polygon):
        before_x, before_y = polygon[i - 1]
        here, before = inside((x, y)), inside((before_x, before_y))
        if (here < 0.0) != (before < 0.0):
            t = before / (before - here)
            out.append((before_x + (x - before_x) * t, before_y + (y - before_y) * t))
        if here >= 0.0:
            out.append((x, y))
    return out


def _moved(path: Path, x: float, y: float) -> Path:
    numbers = iter(path.points)
    return Path(path.verbs, tuple(value for px, py in zip(numbers, numbers, strict=True) for value in (px + x, py + y)))
