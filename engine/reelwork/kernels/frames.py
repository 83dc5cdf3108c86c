"""Pointwise work on frames: effects, merges, transitions or generators go in with frames, a frame is filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reelwork.image.frame import Frame
from reelwork.values import Affine

if TYPE_CHECKING:
    from reelwork.effect import Context, Merge, PixelGenerator, PointEffect, Transition


def apply_pointwise(
    effects: Sequence[PointEffect], source: Frame, out: Frame, *, to_layer: Affine, box: tuple[float, float]
) -> None:
    """Fill ``out`` with ``source`` changed by point effects, one after the other, in one pass.

    ``source`` and ``out`` may be the same frame. Where ``out`` reaches beyond the source it is transparent.

    :param to_layer: from pixels of the raster to pixels of the layer, which positional effects are told
    :param box: width and height of the layer's box, pixels of the layer
    """
    raise NotImplementedError


def merge(merge: type[Merge], space: str, backdrop: Frame, source: Frame, opacity: float = 1.0) -> None:
    """Merge ``source`` onto ``backdrop``, in place, where their windows meet.

    :param space: where colours are mixed: ``linear`` or ``display``
    :param opacity: 0 to 1, multiplies the source
    """
    raise NotImplementedError


def mix(a: Frame, b: Frame, amount: float, out: Frame) -> None:
    """Fill ``out`` with ``a (1 - amount) + b amount``; it may be ``a`` or ``b``. Exact at 0 and 1."""
    raise NotImplementedError


def transition(
    transition: Transition,
    progress: float,
    source_from: Frame | None,
    source_to: Frame | None,
    out: Frame,
    *,
    to_layer: Affine,
    size: tuple[float, float],
) -> None:
    """Fill ``out`` with the way from one picture to the next; ``None`` stands for transparency.

    :param progress: 0 to 1
    :param to_layer: from pixels of the raster to pixels of the composition
    :param size: the composition's width and height in pixels
    """
    raise NotImplementedError


def generate(
    generator: PixelGenerator, context: Context, out: Frame, *, to_layer: Affine, size: tuple[float, float]
) -> None:
    """Fill ``out`` with a generator's pixels.

    :param to_layer: from pixels of the raster to pixels of the composition
    :param size: the composition's width and height in pixels
    """
    raise NotImplementedError


def fill(out: Frame, colour: tuple[float, float, float, float]) -> None:
    """Fill ``out`` with one premultiplied scene-linear colour."""
    raise NotImplementedError
