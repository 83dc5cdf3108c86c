"""The frame plan: what must be computed for one frame, as a tree of values in raster space.

Every node knows its ``region`` (where it may be other than transparent), its ``opaque`` window (where it certainly hides
what is below), both in pixels of its raster, and its ``key``: equal keys are equal pictures, in any process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b

from reelwork.effect import (
    AreaEffect,
    Context,
    Extension,
    Merge,
    PixelGenerator,
    PointEffect,
    Transition,
    VectorGenerator,
)
from reelwork.graph.model import Media
from reelwork.image import EMPTY, Window
from reelwork.values import Affine


@dataclass(frozen=True, eq=False)
class Node:
    """Base of all nodes."""

    region: Window
    opaque: Window = field(default=EMPTY, kw_only=True)

    @cached_property
    def key(self) -> bytes:
        """16 bytes that identify the picture that this node stands for."""
        return digest(type(self).__name__, self.region, *self.identity())

    def identity(self) -> tuple[object, ...]:
        """What the picture depends on, beside the region; nested nodes by their keys."""
        raise NotImplementedError

    def inputs(self) -> tuple[Node, ...]:
        """The nodes that this one reads."""
        return ()


@dataclass(frozen=True, eq=False)
class Fill(Node):
    """One premultiplied scene-linear colour over the whole region."""

    colour: tuple[float, float, float, float]

    def identity(self) -> tuple[object, ...]:
        return (self.colour,)


@dataclass(frozen=True, eq=False)
class Box(Node):
    """One premultiplied scene-linear colour over a rectangle that is mapped into the raster, with smooth edges."""

    colour: tuple[float, float, float, float]
    matrix: Affine
    size: tuple[float, float]

    def identity(self) -> tuple[object, ...]:
        return (self.colour, self.matrix, self.size)


@dataclass(frozen=True, eq=False)
class Picture(Node):
    """One picture of a video, or a still, resampled into the raster.

    :param time: the source's time; for a still always 0
    :param matrix: from pixels of the source, at its nominal size, to the raster
    """

    media: Media
    time: Fraction
    matrix: Affine

    def identity(self) -> tuple[object, ...]:
        return (self.media.facts.digest, self.time, self.matrix)


@dataclass(frozen=True, eq=False)
class Vector(Node):
    """A drawing, rasterised at the size it is shown.

    :param canvas: the composition's size, which the generator is told
    """

    generator: VectorGenerator
    canvas: tuple[float, float]
    matrix: Affine

    def identity(self) -> tuple[object, ...]:
        return (named(self.generator), self.canvas, self.matrix)


@dataclass(frozen=True, eq=False)
class Generated(Node):
    """A generator's pixels."""

    generator: PixelGenerator
    context: Context
    to_layer: Affine
    size: tuple[float, float]

    def identity(self) -> tuple[object, ...]:
        return (named(self.generator), self.context, self.to_layer, self.size)


@dataclass(frozen=True, eq=False)
class Points(Node):
    """Point effects one after the other."""

    effects: tuple[PointEffect, ...]
    source: Node
    to_layer: Affine
    size: tuple[float, float]
    mix: float = 1.0

    def identity(self) -> tuple[object, ...]:
        return (*(named(effect) for effect in self.effects), self.source.key, self.to_layer, self.size, self.mix)

    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True, eq=False)
class Area(Node):
    """An area effect; its raster is upright to the layer."""

    effect: AreaEffect
    source: Node
    context: Context
    mix: float = 1.0

    def identity(self) -> tuple[object, ...]:
        return (named(self.effect), self.source.key, self.context, self.mix)

    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True, eq=False)
class Resampled(Node):
    """Another raster, resampled into this one by ``matrix``."""

    source: Node
    matrix: Affine

    def identity(self) -> tuple[object, ...]:
        return (self.source.key, self.matrix)

    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True, eq=False)
class Clip(Node):
    """A picture inside a rectangle of ``size`` that is mapped into the raster by ``matrix``."""

    source: Node
    matrix: Affine
    size: tuple[float, float]

    def identity(self) -> tuple[object, ...]:
        return (self.source.key, self.matrix, self.size)

    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True, eq=False)
class Replace(Node):
    """``above`` in place of ``below``, by an amount, inside a rectangle (everywhere where ``matrix`` is ``None``)."""

    below: Node
    above: Node
    amount: float
    matrix: Affine | None
    size: tuple[float, float]

    def identity(self) -> tuple[object, ...]:
        return (self.below.key, self.above.key, self.amount, self.matrix, self.size)

    def inputs(self) -> tuple[Node, ...]:
        return (self.below, self.above)


@dataclass(frozen=True, eq=False)
class Transit(Node):
    """The way from one picture to the next."""

    transition: Transition
    progress: float
    source_from: Node | None
    source_to: Node | None
    to_layer: Affine
    size: tuple[float, float]

    def identity(self) -> tuple[object, ...]:
        sources = tuple(source.key if source else b"" for source in (self.source_from, self.source_to))
        return (named(self.transition), self.progress, *sources, self.to_layer, self.size)

    def inputs(self) -> tuple[Node, ...]:
        return tuple(source for source in (self.source_from, self.source_to) if source)


@dataclass(frozen=True)
class Element:
    """One layer of a stack."""

    node: Node
    merge: type[Merge]
    opacity: float


@dataclass(frozen=True, eq=False)
class Stack(Node):
    """Layers merged in order onto transparency.

    :param space: where they are mixed, ``linear`` or ``display``
    """

    elements: tuple[Element, ...]
    space: str

    def identity(self) -> tuple[object, ...]:
        return (self.prefixes[-1] if self.elements else b"",)

    @cached_property
    def prefixes(self) -> tuple[bytes, ...]:
        """The keys of the stack's first 1, 2, … elements."""
        keys, key = [], digest("stack", self.space)
        for element in self.elements:
            key = digest(key, element.node.key, class_name(element.merge), element.opacity)
            keys.append(key)
        return tuple(keys)

    def prefix(self, count: int) -> Stack:
        """The stack of the first ``count`` elements."""
        region = EMPTY
        for element in self.elements[:count]:
            region = region | element.node.region
        return Stack(region & self.region, self.elements[:count], self.space)

    def inputs(self) -> tuple[Node, ...]:
        return tuple(element.node for element in self.elements)


@dataclass(frozen=True, eq=False)
class FramePlan:
    """One frame: the root of its tree and the pixels that are wanted of it."""

    root: Node
    window: Window

    @property
    def key(self) -> bytes:
        """What identifies the finished frame."""
        return digest(self.root.key, self.window)


def digest(*parts: object) -> bytes:
    """16 bytes for a tuple of values whose ``repr`` says all of them."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


def class_name(cls: type[Extension]) -> str:
    """A class and its version, for keys."""
    return f"{cls.__module__}.{cls.__qualname__} {cls.version}"


def named(instance: Extension) -> str:
    """An effect with its parameters, for keys."""
    return f"{class_name(type(instance))} {instance!r}"
