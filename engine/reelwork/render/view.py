"""Views: an output's crop, size and background become the map from its composition to the pixels that are written."""

from __future__ import annotations

from fractions import Fraction

from reelwork.errors import OutputError
from reelwork.graph.model import Graph
from reelwork.image import Window
from reelwork.plan.planner import View
from reelwork.scene.output import Output
from reelwork.timecode import format_seconds, frame_count
from reelwork.values import Affine


def output_view(graph: Graph, output: Output, scale: Fraction) -> View:
    """How an output shows the graph's root.

    :param scale: a further scaling, for previews; sizes are rounded to even numbers, and filled
    :raises OutputError: the crop lies outside the composition
    """
    width, height = graph.root.size
    left, top, across, down = output.crop or (0, 0, width, height)
    if left < 0 or top < 0 or left + across > width or top + down > height:
        raise OutputError(
            f"output {output.name!r}: crop [{left}, {top}, {across}, {down}] lies outside the composition, "
            f"which is {width}×{height}"
        )
    out_width, out_height = whole = output.size or (across, down)
    factor = min(Fraction(out_width, across), Fraction(out_height, down))
    if scale != 1:
        out_width, out_height = (max(2, 2 * round(side * scale / 2)) for side in whole)
        # What is rounded away is cut off; a line of background would stand there else.
        factor *= max(Fraction(out_width, whole[0]), Fraction(out_height, whole[1]))
    x = (out_width - across * factor) / 2
    y = (out_height - down * factor) / 2
    matrix = Affine(float(factor), 0.0, 0.0, float(factor), float(x - left * factor), float(y - top * factor))
    background = output.background or graph.background
    if background is not None and background.alpha == 0.0:
        background = None
    crop = None if output.crop is None else (float(left), float(top), float(across), float(down))
    return View(matrix, Window(0, 0, out_width, out_height), background, crop)


def frame_range(graph: Graph, output: Output) -> tuple[Fraction, Fraction, int]:
    """The instant of an output's first frame (seconds of the root), its rate, and how many frames it has.

    Frame *n* shows the instant *n* ÷ rate after the first, and is there while that lies before the end.
    """
    start, end = output.range or (Fraction(0), graph.root.duration)
    end = min(end, graph.root.duration)
    fps = output.fps or graph.fps
    count = frame_count(end - start, fps)
    if count < 1:
        raise OutputError(
            f"output {output.name!r}: its range begins at {format_seconds(start)}, "
            f"but the composition {graph.root.name!r} lasts {format_seconds(graph.root.duration)}"
        )
    return start, fps, count
