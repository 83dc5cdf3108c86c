"""Who made what is no number: a frame's plan with such pixels goes in, an error that names the extension, or the file,
that made them first comes out.

It is looked for only where a finished tile has them, so it may take as long as some frames do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from reelwork.errors import MediaError, OutputError, PluginError, ReelworkError
from reelwork.faults import Called, fault
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.finite import first_not_finite
from reelwork.plan.nodes import (
    Area,
    AreaGenerated,
    FramePlan,
    Generated,
    Node,
    Picture,
    Points,
    Stack,
    Temporal,
    Transit,
    Warped,
)
from reelwork.render.keeper import Keeper
from reelwork.timecode import format_seconds

#: Paints a window of a node of any plan.
Paint = Callable[[Node, Window], Frame]


def culprit(plan: FramePlan, paint: Paint) -> ReelworkError:
    """Why a frame has pixels that are no numbers, or infinite.

    :param paint: paints parts of the plan, and looks at nothing itself
    """
    keeper = Keeper(0, 0)
    keeper.begin(plan)
    node, window = plan.root, plan.window & plan.root.region
    while True:
        inputs = [(source, keeper.window(source) & source.region) for source in node.inputs()]
        wrong = [each for each in inputs if _said(each[0], each[1], paint)]
        if not wrong:
            return _error(node, window, paint)
        node, window = wrong[0]


def _error(node: Node, window: Window, paint: Paint) -> ReelworkError:
    """What a node does, given sources that are all right."""
    said = _said(node, window, paint)
    if isinstance(node, Picture):
        plain = _said(replace(node, effects=()), window, paint)
        if plain or not node.effects:
            when = "" if node.media.facts.kind == "still" else f", in its picture at {format_seconds(node.time)}"
            return MediaError(f"{node.media.path}: holds pixels that are no light{when}: {plain or said}")
    if isinstance(node, Picture | Points):
        counts = range(1, len(node.effects) + 1)
        first = next((n for n in counts if _said(replace(node, effects=node.effects[:n]), window, paint)), 0)
        return _fault(node.effects[first - 1], said)
    if isinstance(node, Stack):
        counts = range(1, len(node.elements) + 1)
        first = next((n for n in counts if _said(node.prefix(n), window & node.prefix(n).region, paint)), 0)
        element = node.elements[first - 1]
        return _fault(element.merge, said, path=element.blend)
    if isinstance(node, Area | Warped | Temporal):
        return _fault(node.effect, said)
    if isinstance(node, Generated | AreaGenerated):
        return _fault(node.generator, said)
    if isinstance(node, Transit):
        return _fault(node.transition, said)
    return OutputError(f"light is too bright to be worked with: {said}, where a picture is moved or mixed")


def _fault(extension: Called, said: str, path: str = "") -> ReelworkError:
    return fault(PluginError(f"it made pixels that are no light: {said}"), extension, path=path)


def _said(node: Node, window: Window, paint: Paint) -> str:
    """What is wrong with a node's pixels; empty where nothing is."""
    found = None if window.is_empty else first_not_finite(paint(node, window))
    if found is None:
        return ""
    value, column, row, count = found
    what = "not a number (NaN)" if math.isnan(value) else "infinite"
    pixels = "pixel" if count == 1 else "pixels"
    return f"{what} in {count:,} of {window.width * window.height:,} {pixels}, first at column {column}, row {row}"
