"""Vectorscope: which colours a picture has, by hue and by how strong they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reelwork import Context, Example, maths
from reelwork.image import Drawing, Path, Window
from reelwork_scopes.lettering import text
from reelwork_scopes.scope import BLUENESS, GROUND, REDNESS, Scope, ScopeEffect, ScopeGenerator, Screen, over

if TYPE_CHECKING:
    from reelwork.image.frame import Frame

#: The colour difference at the edge of the screen; that of full colours is 1/2.
_MOST: Final = 0.55
#: How bright the trace is where colours are spread evenly over the whole screen.
_GAIN: Final = 0.02
#: Bars of 75%: their letters, and red, green and blue.
_BARS: Final = (
    ("R", (0.75, 0.0, 0.0)),
    ("MG", (0.75, 0.0, 0.75)),
    ("B", (0.0, 0.0, 0.75)),
    ("CY", (0.0, 0.75, 0.75)),
    ("G", (0.0, 0.75, 0.0)),
    ("YL", (0.75, 0.75, 0.0)),
)
#: Where skin of every colour lies, degrees from bluer towards redder: the I axis of NTSC.
_SKIN: Final = 123.0
#: Half the side of a bar's target, of the screen's.
_TARGET: Final = 0.016
_CORNERS: Final = 96


def difference(colour: tuple[float, float, float]) -> tuple[float, float]:
    """BT.709's colour differences of display-encoded red, green and blue, each from -1/2 to 1/2.

    >>> difference((1.0, 1.0, 0.0))[0]
    -0.5
    """
    bluer = sum(part * share for part, share in zip(colour, BLUENESS, strict=True))
    redder = sum(part * share for part, share in zip(colour, REDNESS, strict=True))
    return (bluer, redder)


class _Vectorscope(Scope):
    """Colours by hue and by how strong they are."""

    def _square(self, graph: Window) -> Window:
        """The largest square in the middle."""
        side = min(graph.width, graph.height)
        x, y = graph.x0 + (graph.width - side) // 2, graph.y0 + (graph.height - side) // 2
        return Window(x, y, x + side, y + side)

    def trace(self, source: Frame, box: Window, screen: Screen, context: Context, out: Frame) -> None:
        """Points where pixels' colours are."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork_scopes.counting import count_pairs
        from reelwork_scopes.traces import beam, drawn_out, paint_pairs

        square = self._square(screen.graph)
        part = square & out.window
        if part.is_empty:
            return
        bt1886, (x, y) = context.display == "bt1886", (box.x0 - source.window.x0, box.y0 - source.window.y0)
        counts = np.zeros((square.height, square.width), np.int32)
        mixes = np.array([(*BLUENESS, 0.0), (*REDNESS, 0.0)], np.float32)
        count_pairs(source.data, x, y, box.width, box.height, bt1886, mixes, _MOST, counts)
        weights, ground = beam(square.height, 2.0 * _MOST), np.array(GROUND, np.float32)
        share = square.width * square.height / (box.width * box.height)
        soft = drawn_out(counts, weights, np.float32(share))
        # the trace has the hue of what it shows: R' = Y' + 1.5748 Cr, and so on, of a middling luma
        redder, bluer = 1.5748 * _MOST, 1.8556 * _MOST
        tints = np.array(
            ((0.6, 0.0, redder), (0.6, -0.0722 / 0.7152 * bluer, -0.2126 / 0.7152 * redder), (0.6, bluer, 0.0)),
            np.float32,
        )
        trace = Picture.empty(part)
        x, y = part.x0 - square.x0, part.y0 - square.y0
        paint_pairs(soft, weights, _GAIN * self.gain, tints, ground, bt1886, x, y, trace.data)
        out.paste(trace)

    def lines(self, screen: Screen) -> Drawing:
        """The circle, the axes, targets and the line of skin."""
        square, line, letter = self._square(screen.graph), screen.line, screen.letter
        middle_x, middle_y = 0.5 * (square.x0 + square.x1), 0.5 * (square.y0 + square.y1)
        unit = 0.5 * square.width / _MOST
        radius = 0.5 * unit
        faint = [
            (middle_x - radius, middle_y - 0.5 * line, middle_x + radius, middle_y + 0.5 * line),
            (middle_x - 0.5 * line, middle_y - radius, middle_x + 0.5 * line, middle_y + radius),
        ]
        strong = []
        for name, colour in _BARS:
            bluer, redder = difference(colour)
            x, y, half = middle_x + bluer * unit, middle_y - redder * unit, _TARGET * square.width
            strong += _frame(x - half, y - half, x + half, y + half, line)
            if abs(redder) < 0.1:  # beside the level axis, and outside
                side = 1.0 if bluer > 0.0 else -1.0
                strong += text(name, x + side * (half + 0.7 * letter), y, letter, 0.5 - 0.5 * side)
            else:  # inside, clear of the circle
                strong += text(name, x, y + (half + letter if redder > 0.0 else -half - letter), letter, 0.5)
        sine, cosine = maths.sincos_degrees(_SKIN)
        along, across = (radius * cosine, -radius * sine), (0.5 * line * sine, 0.5 * line * cosine)
        skin = (
            middle_x + across[0], middle_y + across[1],
            middle_x + along[0] + across[0], middle_y + along[1] + across[1],
            middle_x + along[0] - across[0], middle_y + along[1] - across[1],
            middle_x - across[0], middle_y - across[1],
        )  # fmt: skip
        circle = _ring(middle_x, middle_y, radius, line)
        return self.drawing(screen, strong, faint, Path("MLLLZ", skin), circle)


class Vectorscope(_Vectorscope, ScopeEffect, name="vectorscope", version=1):
    """Vectorscope: how many pixels have which hue and saturation, after BT.709's colour differences.

    Grey is in the middle, bluer to the right, redder above; the further out, the stronger. Six squares say where bars
    of 75% lie, the circle how far colours may go, and the slanted line where skin is, whatever its colour.

    >>> Vectorscope().panel
    'whole'
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("in a corner", {"panel": "bottom-right", "size": "50%"}))


class VectorscopeOf(_Vectorscope, ScopeGenerator, name="vectorscope", version=1):
    """Vectorscope of a layer: how many pixels of what it shows have which hue and saturation.

    It is drawn as the effect `vectorscope` is. The layer is measured as it lies in the composition, wherever the
    vectorscope is moved to, and may be hidden.

    >>> VectorscopeOf(of="take").gain
    1.0
    """

    cost = 100.0
    examples = (over("vectorscope"),)


def _frame(x0: float, y0: float, x1: float, y1: float, line: float) -> list[tuple[float, float, float, float]]:
    """The four sides of a rectangle."""
    return [
        (x0, y0, x1, y0 + line),
        (x0, y1 - line, x1, y1),
        (x0, y0 + line, x0 + line, y1 - line),
        (x1 - line, y0 + line, x1, y1 - line),
    ]


def _ring(x: float, y: float, radius: float, line: float) -> Path:
    """A circle: a polygon, and one the other way round inside it."""
    points: list[float] = []
    for size, way in ((radius + 0.5 * line, 1), (radius - 0.5 * line, -1)):
        for corner in range(_CORNERS):
            sine, cosine = maths.sincos_degrees(way * 360.0 * corner / _CORNERS)
            points += (x + size * cosine, y + size * sine)
    outline = "M" + "L" * (_CORNERS - 1) + "Z"
    return Path(outline * 2, tuple(points))
