"""Pictures in memory: windows, frames, drawings. ``frame`` is imported by name, since it loads numpy."""

from reelwork.image.drawing import Drawing, Fill, Gradient, Paint, Path, Stop
from reelwork.image.window import EMPTY, EVERYWHERE, Window

__all__ = ["EMPTY", "EVERYWHERE", "Drawing", "Fill", "Gradient", "Paint", "Path", "Stop", "Window"]
