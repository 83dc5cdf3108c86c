"""Where pictures may be seen: a picture and a map into the raster go in, a node that knows its region comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reelwork.image import EMPTY, EVERYWHERE, Window
from reelwork.plan.geometry import Size, density
from reelwork.plan.nodes import Box, Clip, Fill, Node, Picture, Resampled
from reelwork.values import Affine, Colour, Display


def extent(matrix: Affine, size: tuple[float, float]) -> tuple[Window, Window]:
    """Where a resampled picture of ``size`` may be seen, and where it certainly covers."""
    x0, y0, x1, y1 = matrix.bounds(0.0, 0.0, float(size[0]), float(size[1]))
    limit = float(EVERYWHERE.x1)
    x0, y0, x1, y1 = (min(limit, max(-limit, value)) for value in (x0, y0, x1, y1))
    outer = Window.around(x0, y0, x1, y1)
    whole = (float(outer.x0), float(outer.y0), float(outer.x1), float(outer.y1)) == (x0, y0, x1, y1)
    if not matrix.is_upright:
        return outer.expand(1, 1, 1, 1), EMPTY
    if whole:
        return outer, outer
    # an edge fades over one source pixel, however much that is enlarged
    fade_x, fade_y = (1 + max(1, -int(-scale // 1)) for scale in (matrix.a, matrix.d))
    return outer.expand(1, 1, 1, 1), outer.expand(-fade_x, -fade_y, -fade_x, -fade_y)


def by_upright(matrix: Affine, plan: Callable[[Affine], Node | None]) -> Node | None:
    """What is planned in a raster that is upright, resampled into the one that ``matrix`` maps into."""
    scale = density(matrix)
    upright = Affine.scaling(scale, scale)
    node = plan(upright)
    return None if node is None else resampled(node, matrix @ upright.inverse())


def colour_box(colour: Colour, display: Display, matrix: Affine, size: Size) -> Node:
    """One colour over a rectangle of ``size`` that ``matrix`` maps into the raster."""
    pixel = colour.premultiplied(display)
    region, inner = extent(matrix, size)
    opaque = inner if pixel[3] == 1.0 else EMPTY
    if matrix.is_upright and inner == region:
        return Fill(region, pixel, opaque=opaque)
    return Box(region, pixel, matrix, size, opaque=opaque)


def clipped(node: Node, matrix: Affine, size: Size) -> Node:
    """A node inside a rectangle; nothing is done where it already lies within it."""
    region, inner = extent(matrix, size)
    if inner.covers(node.region) or _fills(node, matrix, size):
        return node
    if matrix.is_upright and inner == region:
        return _cropped(node, region)
    return Clip(node.region & region, node, matrix, size, opaque=node.opaque & inner)


def _fills(node: Node, matrix: Affine, size: Size) -> bool:
    """Whether a node's own edges are those of the rectangle; clipping would count their coverage twice."""
    if isinstance(node, Box):
        return node.matrix == matrix and node.size == size
    if isinstance(node, Picture):
        facts = node.media.facts
        scale = Affine.scaling(size[0] / facts.width, size[1] / facts.height)
        return _close(node.matrix, matrix @ scale)
    return False


def _close(one: Affine, other: Affine) -> bool:
    """Whether two maps differ by no more than the noise of multiplying them."""
    parts = ((one.a, other.a), (one.b, other.b), (one.c, other.c), (one.d, other.d), (one.e, other.e), (one.f, other.f))
    return all(abs(a - b) <= 1e-9 * max(1.0, abs(a)) for a, b in parts)


def _cropped(node: Node, window: Window) -> Node:
    return replace(node, region=node.region & window, opaque=node.opaque & window)


def resampled(node: Node, matrix: Affine) -> Node:
    """A picture of another raster, which ``matrix`` maps into this one."""
    x0, y0, x1, y1 = node.region
    region, _ = extent(matrix @ Affine.translation(x0, y0), (x1 - x0, y1 - y0))
    return Resampled(region, node, matrix)


def larger(one: Window, other: Window) -> Window:
    """The window with more pixels; the first where they are as many."""
    return one if one.width * one.height >= other.width * other.height else other
