"""Parade: waveforms of three channels beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import Context, Example, param
from reelwork.image import Drawing, Window
from reelwork.kinds import Choice
from reelwork_scopes.columns import (
    BLUE,
    BLUE_DIFFERENCE,
    BRIGHTNESS,
    GREEN,
    RED,
    RED_DIFFERENCE,
    Channel,
    Columns,
    paint_waveform,
)
from reelwork_scopes.lettering import text
from reelwork_scopes.scope import ScopeEffect, ScopeGenerator, over

if TYPE_CHECKING:
    from reelwork.image.frame import Frame
    from reelwork_scopes.scope import Screen


class _Parade(Columns):
    """Three waveforms beside each other."""

    channels: str = param(
        "rgb", kind=Choice(("rgb", "ycbcr")), help="Red, green and blue, or BT.709's luma and colour differences."
    )

    def _graphs(self, graph: Window) -> list[tuple[Channel, Window]]:
        """The channels and where each is shown."""
        channels = (RED, GREEN, BLUE)
        if self.channels == "ycbcr":
            channels = (BRIGHTNESS, BLUE_DIFFERENCE, RED_DIFFERENCE)
        edges = [graph.x0 + graph.width * n // 3 for n in range(4)]
        gap = 1 if graph.width > 60 else 0
        return [
            (channel, Window(edges[n] + gap * min(n, 1), graph.y0, edges[n + 1], graph.y1))
            for n, channel in enumerate(channels)
        ]

    def trace(self, source: Frame, box: Window, screen: Screen, context: Context, out: Frame) -> None:
        """Three graphs."""
        for channel, graph in self._graphs(screen.graph):
            if not graph.is_empty:
                paint_waveform(source, box, graph, (channel,), self.gain, context, out)

    def lines(self, screen: Screen) -> Drawing:
        """Their scales, and which is which."""
        strong, faint = self.scale(screen, screen.graph)
        for channel, graph in self._graphs(screen.graph):
            strong += text(channel.name, graph.x0 + screen.letter, graph.y0 + screen.letter, screen.letter)
        return self.drawing(screen, [*strong, *self.labels(screen)], faint)


class Parade(_Parade, ScopeEffect, name="parade", version=1):
    """Parade: the waveforms of red, green and blue, or of luma and colour differences, beside each other.

    Where grey is to be grey, the three have their traces at one height. Of colour differences, grey is at 50%. The
    scale is that of `waveform`.

    >>> Parade().channels
    'rgb'
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("luma and colour differences", {"channels": "ycbcr"}))


class ParadeOf(_Parade, ScopeGenerator, name="parade", version=1):
    """Parade of a layer: the waveforms of red, green and blue, or of luma and colour differences, beside each other.

    It is drawn as the effect `parade` is. The layer is measured as it lies in the composition, wherever the parade is
    moved to, and may be hidden.

    >>> ParadeOf(of="take").channels
    'rgb'
    """

    cost = 100.0
    examples = (over("parade"),)
