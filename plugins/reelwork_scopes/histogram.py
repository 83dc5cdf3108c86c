"""Histogram: how many pixels have which value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reelwork import Context, Example, param
from reelwork.image import Drawing, Window
from reelwork.kinds import Choice
from reelwork_scopes.columns import BLUE, BRIGHTNESS, GREEN, RED
from reelwork_scopes.lettering import text
from reelwork_scopes.scope import GROUND, HIGH, LOW, MARKS, Scope, ScopeEffect, ScopeGenerator, Screen, column_of, over

if TYPE_CHECKING:
    from reelwork.image.frame import Frame
    from reelwork_scopes.lettering import Rectangle

#: How bright an area is of its colour; three over each other are almost white.
_AREA: Final = 0.62
#: How wide the line is, of the screen's height, and how bright.
_LINE: Final = 0.0035
_LIT: Final = 0.8
#: How many values are told apart: the codes of 8 bits, and as wide ones beyond.
_BINS: Final = 302


class _Histogram(Scope):
    """How often values are there."""

    channels: str = param(
        "all", kind=Choice(("all", "rgb", "luma")), help="Red, green and blue, BT.709's luma, or all four."
    )
    scale: str = param(
        "root", kind=Choice(("root", "linear")),
        help="Whether heights are square roots, which show what is rare, or in proportion to numbers of pixels.",
    )  # fmt: skip

    def trace(self, source: Frame, box: Window, screen: Screen, context: Context, out: Frame) -> None:
        """Areas that add up to white where they are all."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork_scopes.counting import count_columns
        from reelwork_scopes.traces import beam, drawn_out, lay_out, paint_areas

        graph = screen.graph
        part = graph & out.window
        if part.is_empty:
            return
        channels = {"all": (RED, GREEN, BLUE, BRIGHTNESS), "rgb": (RED, GREEN, BLUE), "luma": (BRIGHTNESS,)}[
            self.channels
        ]
        bt1886, (x, y) = context.display == "bt1886", (box.x0 - source.window.x0, box.y0 - source.window.y0)
        # the same bins at every size: how high a peak is depends on how many values it is made of
        counts, samples = np.zeros((len(channels), 1, _BINS), np.int32), np.zeros(1, np.int32)
        mixes = np.array([channel.mix for channel in channels], np.float32)
        count_columns(source.data, x, y, box.width, box.height, bt1886, mixes, LOW, HIGH, counts, samples)
        shares = drawn_out(counts[:, 0], beam(_BINS, HIGH - LOW, 2.0), np.float32(1.0 / max(1, int(samples[0]))))
        shares /= np.float32(max(float(shares[:, 1:-1].max()), 1e-12))
        if self.scale == "root":
            shares = np.sqrt(shares)
        heights = np.empty((len(channels), graph.width), np.float32)
        lay_out(shares, np.float32(self.gain * graph.height), heights)
        line = self.channels == "all"
        colours = np.array([channel.colour for channel in channels], np.float32) * np.float32(_AREA)
        if line:
            colours[-1] = _LIT
        trace = Picture.empty(part)
        x, y, ground = part.x0 - graph.x0, graph.y1 - 1 - part.y0, np.array(GROUND, np.float32)
        paint_areas(heights, colours, line, _LINE * graph.height, ground, bt1886, x, y, trace.data)
        out.paste(trace)

    def lines(self, screen: Screen) -> Drawing:
        """Lines at some values, and what they are below."""
        graph, half = screen.graph, 0.5 * screen.line
        strong: list[Rectangle] = []
        faint: list[Rectangle] = []
        for mark in MARKS:
            x = column_of(mark, graph)
            line = (x - half, float(graph.y0), x + half, float(graph.y1))
            (strong if mark in (0.0, 1.0) else faint).append(line)
            y = 0.5 * (graph.y1 + screen.panel.y1)
            strong += text(f"{mark * 100:.0f}%", x, y, min(screen.letter, 0.8 * (screen.panel.y1 - graph.y1)), 0.5)
        return self.drawing(screen, strong, faint)


class Histogram(_Histogram, ScopeEffect, name="histogram", version=1):
    """Histogram: how many of all pixels have which display-encoded value; red, green and blue, and luma as a line.

    Black is at 0%, white at 100%; what lies beyond is counted beside that. The highest value between is as high as the
    screen, or higher with more `gain`.

    >>> Histogram().scale
    'root'
    """

    cost = 100.0
    examples = (
        Example("with its defaults"),
        Example("luma alone, in proportion", {"channels": "luma", "scale": "linear"}),
    )


class HistogramOf(_Histogram, ScopeGenerator, name="histogram", version=1):
    """Histogram of a layer: how many of all pixels of what it shows have which display-encoded value.

    It is drawn as the effect `histogram` is. The layer is measured as it lies in the composition, wherever the
    histogram is moved to, and may be hidden.

    >>> HistogramOf(of="take").scale
    'root'
    """

    cost = 100.0
    examples = (over("histogram"),)
