"""What generators make: one with its parameters and a map go in, a node comes out."""

from __future__ import annotations

import functools
from dataclasses import replace

from reelwork.effect import AreaGenerator, Context, PixelGenerator, VectorGenerator
from reelwork.image import EMPTY, Drawing, Window
from reelwork.plan import asking
from reelwork.plan.geometry import Size, density
from reelwork.plan.nodes import AreaGenerated, Generated, Node, Vector
from reelwork.plan.regions import clipped, extent
from reelwork.values import Affine


@functools.lru_cache(maxsize=512)
def drawing(generator: VectorGenerator, canvas: Size) -> Drawing:
    """What a vector generator draws; kept, since text and outlines seldom change from frame to frame."""
    return asking.drawn(generator, *canvas)


@functools.lru_cache(maxsize=512)
def _bounds(generator: VectorGenerator, canvas: Size) -> tuple[tuple[float, float, float, float], ...]:
    """The boxes around a drawing's fills."""
    return tuple(filter(None, (fill.path.bounds() for fill in drawing(generator, canvas).fills)))


def drawn(generator: VectorGenerator, canvas: Size, matrix: Affine) -> Node | None:
    """A drawing, in a raster that ``matrix`` maps it into."""
    region = EMPTY
    for bounds in _bounds(generator, canvas):
        region = region | Window.around(*matrix.bounds(*bounds)).expand(1, 1, 1, 1)
    return None if region.is_empty else Vector(region, generator, canvas, matrix)


def filled(
    generator: PixelGenerator | AreaGenerator,
    others: tuple[Node, ...],
    told: Context,
    matrix: Affine,
    size: Size,
    layer: str,
) -> Node:
    """Pixels over a box that ``matrix`` maps into the raster; upright, if it is an area generator's.

    :param others: the pictures of the layers that the generator reads
    :param told: what it is told, but for the raster
    :param layer: the path of its layer in the scene
    """
    region, _ = extent(matrix, size)
    node: Node
    if isinstance(generator, AreaGenerator):
        context = replace(told, scale=(matrix.a, matrix.d), box=matrix.bounds(0.0, 0.0, *size))
        node = AreaGenerated(region, generator, others, context, layer)
    else:
        # as in a raster of its own, upright to the layer: however that is turned and stretched, its box is the layer's
        scale = density(matrix)
        context = replace(told, scale=(scale, scale), box=(0.0, 0.0, size[0] * scale, size[1] * scale))
        node = Generated(region, generator, context, matrix.inverse(), size)
    return clipped(node, matrix, size)
