"""Waveforms of one or several channels: what the scopes that stand values above each other have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reelwork import Context
from reelwork.image import Window
from reelwork_scopes.lettering import text
from reelwork_scopes.scope import BLUENESS, GROUND, HIGH, LOW, LUMA, MARKS, REDNESS, Scope, Screen, row_of

if TYPE_CHECKING:
    from reelwork.image.frame import Frame
    from reelwork_scopes.lettering import Rectangle

#: How bright a trace is where values are spread evenly.
_GAIN: Final = 0.16


@dataclass(frozen=True)
class Channel:
    """What is measured.

    :param name: one or two letters
    :param mix: the shares of red, green and blue, and what is added
    :param colour: in which it is drawn, display-encoded
    """

    name: str
    mix: tuple[float, float, float, float]
    colour: tuple[float, float, float]


RED: Final = Channel("R", (1.0, 0.0, 0.0, 0.0), (1.0, 0.22, 0.2))
GREEN: Final = Channel("G", (0.0, 1.0, 0.0, 0.0), (0.16, 0.95, 0.25))
BLUE: Final = Channel("B", (0.0, 0.0, 1.0, 0.0), (0.28, 0.42, 1.0))
BRIGHTNESS: Final = Channel("Y", (*LUMA, 0.0), (0.85, 0.95, 0.88))
#: Colour differences stand around the middle, where grey is.
BLUE_DIFFERENCE: Final = Channel("CB", (*BLUENESS, 0.5), (0.45, 0.6, 1.0))
RED_DIFFERENCE: Final = Channel("CR", (*REDNESS, 0.5), (1.0, 0.5, 0.45))


def paint_waveform(
    source: Frame, box: Window, graph: Window, channels: tuple[Channel, ...], gain: float, context: Context, out: Frame
) -> None:
    """Paint a graph of channels into the part of it that ``out`` covers; the box is the picture."""
    import numpy as np

    from reelwork.image.frame import Frame as Picture
    from reelwork_scopes.counting import count_columns
    from reelwork_scopes.traces import beam, paint_columns

    part = graph & out.window
    if part.is_empty:
        return
    bt1886, (x, y) = context.display == "bt1886", (box.x0 - source.window.x0, box.y0 - source.window.y0)
    counts = np.zeros((len(channels), graph.width, graph.height), np.int32)
    samples = np.zeros(graph.width, np.int32)
    mixes = np.array([channel.mix for channel in channels], np.float32)
    count_columns(source.data, x, y, box.width, box.height, bt1886, mixes, LOW, HIGH, counts, samples)
    shares = np.ascontiguousarray(
        (counts * (graph.height / np.maximum(samples, 1)[:, None])).transpose(0, 2, 1), np.float32
    )
    colours = np.array([channel.colour for channel in channels], np.float32)
    weights, ground = beam(graph.height, HIGH - LOW), np.array(GROUND, np.float32)
    trace = Picture.empty(part)
    x, y = part.x0 - graph.x0, part.y0 - graph.y0
    paint_columns(shares, weights, _GAIN * gain, colours, ground, bt1886, x, y, trace.data)
    out.paste(trace)


class Columns(Scope):
    """A scope of which values stand above each other."""

    def scale(self, screen: Screen, graph: Window) -> tuple[list[Rectangle], list[Rectangle]]:
        """Lines at some values across a graph: those of black and white, and the others."""
        strong: list[Rectangle] = []
        faint: list[Rectangle] = []
        for mark in MARKS:
            y, half = row_of(mark, graph), 0.5 * screen.line
            line = (float(graph.x0), y - half, float(graph.x1), y + half)
            (strong if mark in (0.0, 1.0) else faint).append(line)
        return strong, faint

    def labels(self, screen: Screen) -> list[Rectangle]:
        """Per cent to the left of the graph, and the codes of 10-bit video to the right."""
        graph, found = screen.graph, []
        for mark in MARKS:
            y = row_of(mark, graph)
            found += text(f"{mark * 100:.0f}%", graph.x0 - screen.letter, y, screen.letter, 1.0)
            found += text(f"{64 + 876 * mark:.0f}", graph.x1 + screen.letter, y, screen.letter)
        return found
