"""Where a layer lands: its box, its transform and its parents become one map from its box to its composition."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from reelwork import maths
from reelwork.graph.model import CompositionSource, Layer, MediaSource
from reelwork.plan.evaluate import point
from reelwork.values import Affine

Size = tuple[float, float]

#: A map that shrinks areas by more leaves nothing.
_FLAT: Final = 1e-18
#: Larger numbers in a map cannot be computed with.
_FARTHEST: Final = 1e15


def source_size(layer: Layer, composition: Size) -> Size:
    """The size of what a layer shows, before ``fit``; generators say theirs by what they draw."""
    source = layer.source
    if isinstance(source, MediaSource):
        facts = source.media.facts
        return (float(facts.width), float(facts.height))
    if isinstance(source, CompositionSource):
        return (float(source.composition.size[0]), float(source.composition.size[1]))
    return composition


def fit_scale(fit: str, source: Size, composition: Size) -> tuple[float, float]:
    """How ``fit`` scales a source along x and y."""
    if fit == "none" or source[0] <= 0 or source[1] <= 0:
        return (1.0, 1.0)
    x, y = composition[0] / source[0], composition[1] / source[1]
    if fit == "fill":
        return (x, y)
    scale = min(x, y) if fit == "contain" else max(x, y)
    return (scale, scale)


def layer_matrix(layer: Layer, time: Fraction, composition: Size, box: Size, parent_box: Size | None = None) -> Affine:
    """From pixels of the layer's box (after ``fit``) to those of what it stands in: its composition, or a parent's box.

    :param time: the composition's time
    :param parent_box: the size of the parent's box, for a layer that has a parent
    """
    clock = time - layer.start
    transform = layer.transform
    ax, ay = point(transform.anchor.at(clock), *box)
    if transform.position is None:
        around = parent_box or composition
        px, py = around[0] / 2, around[1] / 2
    else:
        px, py = point(transform.position.at(clock), *composition)
    sx, sy = transform.scale.at(clock)
    kx, ky = transform.skew.at(clock)
    degrees = transform.rotation.at(clock)
    matrix = Affine.translation(px, py)
    if degrees:
        matrix = matrix @ Affine.rotation(degrees)
    if kx or ky:
        matrix = matrix @ Affine.skewing(kx, ky)
    return matrix @ Affine(sx, 0.0, 0.0, sy, -ax * sx, -ay * sy)


def density(matrix: Affine) -> float:
    """How many raster pixels a pixel of the layer becomes, by area; a multiple of 1/64, so that noise in a matrix that
    only turns does not make another raster every frame."""
    return max(1, -int(-maths.sqrt(abs(matrix.determinant)) * 64 // 1)) / 64


def is_seen(matrix: Affine) -> bool:
    """Whether a map leaves anything to be seen: it is neither flat nor beyond all that can be computed."""
    numbers = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
    return abs(matrix.determinant) >= _FLAT and all(abs(number) <= _FARTHEST for number in numbers)
