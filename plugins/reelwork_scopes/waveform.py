"""Waveform: how bright each part of a picture's width is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reelwork import Context, Example, param
from reelwork.image import Drawing, Window
from reelwork.kinds import Choice
from reelwork_scopes.columns import BLUE, BRIGHTNESS, GREEN, RED, Columns, paint_waveform
from reelwork_scopes.scope import ScopeEffect, ScopeGenerator, over

if TYPE_CHECKING:
    from reelwork.image.frame import Frame
    from reelwork_scopes.scope import Screen


class _Waveform(Columns):
    """How bright the columns of a picture are."""

    channels: str = param(
        "luma", kind=Choice(("luma", "rgb")), help="BT.709's luma, or red, green and blue over each other."
    )

    def trace(self, source: Frame, box: Window, screen: Screen, context: Context, out: Frame) -> None:
        """One graph."""
        channels = (BRIGHTNESS,) if self.channels == "luma" else (RED, GREEN, BLUE)
        paint_waveform(source, box, screen.graph, channels, self.gain, context, out)

    def lines(self, screen: Screen) -> Drawing:
        """Its scale."""
        strong, faint = self.scale(screen, screen.graph)
        return self.drawing(screen, [*strong, *self.labels(screen)], faint)


class Waveform(_Waveform, ScopeEffect, name="waveform", version=1):
    """Waveform: for each column of the picture, how many of its pixels have which display-encoded value.

    It shows what the layer shows; on an adjustment layer, all that is below. Lines stand at 0, 25, 50, 75 and 100%,
    with the codes of 10-bit video beside them; what is brighter than white stands above 100%, and from 110% on at the
    upper edge.

    >>> Waveform().channels
    'luma'
    """

    cost = 100.0
    examples = (Example("with its defaults"), Example("red, green and blue", {"channels": "rgb"}))


class WaveformOf(_Waveform, ScopeGenerator, name="waveform", version=1):
    """Waveform of a layer: for each column of what it shows, how many of its pixels have which display-encoded value.

    It is drawn as the effect `waveform` is. The layer is measured as it lies in the composition, wherever the waveform
    is moved to, and may be hidden.

    >>> WaveformOf(of="take").channels
    'luma'
    """

    cost = 100.0
    examples = (over("waveform"),)
