"""Scopes: what all of them have in common, where they stand, and how values are counted and drawn.

Each is an effect, of the picture that it is on, and a generator, of a layer that it names; both draw alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reelwork import AreaEffect, AreaGenerator, Context, Example, maths, param
from reelwork.extension import Extension
from reelwork.image import Drawing, Fill, Path, Window
from reelwork.kinds import Choice, Layer, Number, Ratio
from reelwork.values import Affine, Colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reelwork.image.frame import Frame
    from reelwork_scopes.lettering import Rectangle

#: The values that scopes have room for: 0 is black and 1 is white. Above and below lies what video has there. Codes of
#: 8 bits, 0 to 255, stand in the middle of equal parts.
LOW: Final = -20.5 / 255.0
HIGH: Final = 281.5 / 255.0
#: Values with lines of their own.
MARKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
#: ITU-R BT.709's luma of R'G'B'.
LUMA: Final = (0.2126, 0.7152, 0.0722)
#: Its colour differences, of full range: B' - Y' and R' - Y', so that they go from -1/2 to 1/2.
BLUENESS: Final = (-0.2126 / 1.8556, -0.7152 / 1.8556, 0.5)
REDNESS: Final = (0.5, -0.7152 / 1.5748, -0.0722 / 1.5748)
#: The display-encoded colour of a scope's screen, and of the lines on it.
GROUND: Final = (0.035, 0.04, 0.05)
_LINES: Final = Colour.from_hex("#e0b060")
_CORNERS: Final = ("top-left", "top-right", "bottom-left", "bottom-right")


@dataclass(frozen=True)
class Screen:
    """Where a scope is drawn, in pixels of the raster.

    :param panel: all of it, labels too
    :param graph: where values are shown
    :param letter: how high letters are
    :param line: how wide lines are
    """

    panel: Window
    graph: Window
    letter: float
    line: float


class Scope(Extension):
    """What a scope shows, wherever it stands."""

    gain: float = param(
        1.0, kind=Number(minimum=0.0, maximum=100.0, soft_range=(0.1, 10.0)), help="How bright the trace is."
    )
    graticule: float = param(0.7, kind=Ratio(bounded=True), help="How bright lines and labels are; 0% is without.")

    def paint(self, source: Frame, panel: Window, context: Context, out: Frame) -> None:
        """Count, and draw the trace, and lines over it, into the part of the panel that ``out`` covers."""
        import numpy as np

        from reelwork.image.frame import Frame as Picture
        from reelwork.kernels import coverage

        part = panel & out.window
        if part.is_empty:
            return
        screen = self.screen(panel)
        painted = Picture.empty(part)
        painted.data[:] = np.array(Colour(*GROUND).premultiplied(context.display), np.float32)[:, None, None]
        box = Window.around(*context.box)
        self.trace(source.covering(box), box, screen, context, painted)
        if self.graticule > 0.0:
            lines = Picture.empty(part)
            coverage.draw(self.lines(screen), Affine.IDENTITY, lines, context.display)
            painted.data[:] = painted.data * (np.float32(1.0) - lines.data[3]) + lines.data
        out.paste(painted)

    def screen(self, panel: Window) -> Screen:
        """Where values are shown, beside labels."""
        unit = min(panel.height, panel.width * 0.75) / 100.0
        left, right, down = round(13.0 * unit), round(11.0 * unit), round(4.5 * unit)
        graph = panel.expand(-left, -down, -right, -down)
        return Screen(panel, graph if not graph.is_empty else panel, 2.6 * unit, max(0.5, 0.16 * unit))

    def trace(self, source: Frame, box: Window, screen: Screen, context: Context, out: Frame) -> None:
        """Paint the trace into ``out``, a part of the panel; ``source`` covers the box, which is the picture."""
        raise NotImplementedError

    def lines(self, screen: Screen) -> Drawing:
        """Lines and labels, in pixels of the raster."""
        raise NotImplementedError

    def drawing(
        self, screen: Screen, strong: Sequence[Rectangle], faint: Sequence[Rectangle] = (), *more: Path
    ) -> Drawing:
        """A drawing of rectangles and other outlines, in the colour of lines."""
        from reelwork_scopes.lettering import rectangles

        fills = [Fill(rectangles(list(faint)), _LINES, 0.45 * self.graticule)] if faint else []
        fills += [Fill(path, _LINES, self.graticule) for path in (rectangles(list(strong)), *more) if path.verbs]
        return Drawing(tuple(fills), float(screen.panel.x1), float(screen.panel.y1))


def over(name: str) -> Example:
    """A scope in a corner over the layer that it is of.

    :param name: by which scenes use it
    """
    layers = f"""
    - {{id: take, composition: picture}}
    - generate: {{{name}: {{of: take}}}}
      transform: {{scale: 45%, anchor: [100%, 100%], position: [97%, 95%]}}
    """
    return Example("over the layer that it is of", layers=layers)


class ScopeEffect(Scope, AreaEffect):
    """A scope in the place of the picture that it is of, or in a corner over it."""

    panel: str = param(
        "whole", kind=Choice(("whole", *_CORNERS)), help="Where it stands: in place of the picture, or in a corner."
    )
    size: float = param(0.4, kind=Ratio(bounded=True), help="How wide and high it is in a corner, of the picture.")

    def place(self, context: Context) -> Window:
        """Where it stands."""
        box = Window.around(*context.box)
        if self.panel == "whole":
            return box
        width, height = max(1, round(box.width * self.size)), max(1, round(box.height * self.size))
        x = box.x0 if self.panel.endswith("left") else box.x1 - width
        y = box.y0 if self.panel.startswith("top") else box.y1 - height
        return Window(x, y, x + width, y + height)

    def region(self, source: Window, context: Context) -> Window:
        """The scope, and what is seen beside it."""
        panel = self.place(context)
        return panel if self.panel == "whole" else source | panel

    def needs(self, wanted: Window, context: Context) -> Window:
        """The whole picture: all of it is counted."""
        box = Window.around(*context.box)
        return box if self.panel == "whole" else box | wanted

    def render(self, source: Frame, out: Frame, context: Context) -> None:
        """The scope, and the picture beside it."""
        if self.panel == "whole":
            out.data[:] = 0.0
        else:
            out.paste(source.covering(out.window))
        self.paint(source, self.place(context), context, out)


class ScopeGenerator(Scope, AreaGenerator):
    """A scope of another layer, which fills the composition."""

    of: str = param(kind=Layer(), help="The layer that is measured; it may be hidden.")

    def needs_of(self, layer: str, wanted: Window, context: Context) -> Window:
        """The whole picture: all of it is counted."""
        return Window.around(*context.box)

    def render(self, out: Frame, context: Context) -> None:
        """The scope."""
        out.data[:] = 0.0
        self.paint(context.layers["of"], Window.around(*context.box), context, out)


def row_of(value: float, graph: Window) -> float:
    """Where on a graph's vertical scale a value stands, a row's middle."""
    return graph.y0 + maths.floor((HIGH - value) / (HIGH - LOW) * graph.height) + 0.5


def column_of(value: float, graph: Window) -> float:
    """Where on a graph's horizontal scale a value stands, a column's middle."""
    return graph.x0 + maths.floor((value - LOW) / (HIGH - LOW) * graph.width) + 0.5
