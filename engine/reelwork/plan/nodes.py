"""The frame plan: what must be computed for one frame, as a tree of values in raster space.

Every node knows its ``region`` (where it may be other than transparent) and its ``opaque`` window (where it certainly
hides what is below), both in pixels of its raster, and its ``key``: under one display curve, equal keys are equal
pictures, in any process.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from typing import Final

from reelwork.effect import (
    AreaEffect,
    AreaGenerator,
    Context,
    Extension,
    Merge,
    PixelGenerator,
    PointEffect,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
)
from reelwork.graph.model import Media
from reelwork.image import EMPTY, Window
from reelwork.plan import asking
from reelwork.values import Affine, Space

#: Fields that a node's picture does not depend on, beside its region, which its key holds anyway.
_BESIDE: Final = ("region", "opaque", "layer", "times")


@dataclass(frozen=True, eq=False)
class Node:
    """Base of all nodes."""

    region: Window
    opaque: Window = field(default=EMPTY, kw_only=True)

    @cached_property
    def key(self) -> bytes:
        """16 bytes that identify the picture that this node stands for."""
        return digest(type(self).__name__, self.region, *(_said(value) for value in self._values()))

    @cached_property
    def count(self) -> int:
        """How many nodes there are, this one and those below it; one that is read twice counts twice."""
        return 1 + sum(source.count for source in self.inputs())

    def inputs(self) -> tuple[Node, ...]:
        """The nodes that this one reads."""
        values = (value if isinstance(value, tuple) else (value,) for value in self._values())
        return tuple(item for items in values for item in items if isinstance(item, Node))

    @property
    def own(self) -> tuple[object, ...]:
        """What this node is and does, whatever it reads."""
        values = (_said(value) for value in self._values() if not isinstance(value, Node))
        return (type(self).__name__, self.region, *values)

    def _values(self) -> list[object]:
        """What the picture depends on, beside the region; the opaque window follows from the rest."""
        return [getattr(self, name) for name in self.__dataclass_fields__ if name not in _BESIDE]


@dataclass(frozen=True, eq=False)
class Fill(Node):
    """One premultiplied scene-linear colour over the whole region."""

    colour: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Box(Node):
    """One premultiplied scene-linear colour over a rectangle that is mapped into the raster, with smooth edges."""

    colour: tuple[float, float, float, float]
    matrix: Affine
    size: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Picture(Node):
    """One picture of a video, or a still, resampled into the raster.

    :param time: the source's time; for a still always 0
    :param matrix: from pixels of the source, at its nominal size, to the raster
    :param effects: what is done to the source's own pixels first
    """

    media: Media
    time: Fraction
    matrix: Affine
    effects: tuple[PointEffect, ...] = ()


@dataclass(frozen=True, eq=False)
class Vector(Node):
    """A drawing, rasterised at the size it is shown.

    :param canvas: the composition's size, which the generator is told
    """

    generator: VectorGenerator
    canvas: tuple[float, float]
    matrix: Affine


@dataclass(frozen=True, eq=False)
class Generated(Node):
    """A generator's pixels."""

    generator: PixelGenerator
    context: Context
    to_layer: Affine
    size: tuple[float, float]


@dataclass(frozen=True, eq=False)
class AreaGenerated(Node):
    """What a generator makes with numpy or kernels; its raster is upright to the layer.

    :param others, layer: as of :class:`Area`
    """

    generator: AreaGenerator
    others: tuple[Node, ...]
    context: Context
    layer: str = ""


@dataclass(frozen=True, eq=False)
class Points(Node):
    """Point effects one after the other.

    :param others: as of :class:`Area`; an effect that has such stands alone
    """

    effects: tuple[PointEffect, ...]
    source: Node
    to_layer: Affine
    size: tuple[float, float]
    mix: float = 1.0
    others: tuple[Node, ...] = ()


@dataclass(frozen=True, eq=False)
class Area(Node):
    """An area effect; its raster is upright to the layer.

    :param others: the pictures of further layers, one for each parameter that names one
    :param layer: the path of the layer in the scene, for messages; equal pictures may be of different layers
    """

    effect: AreaEffect
    source: Node
    others: tuple[Node, ...]
    context: Context
    mix: float = 1.0
    layer: str = ""


@dataclass(frozen=True, eq=False)
class Warped(Node):
    """A warp effect; its raster may lie in any way to the layer.

    :param others, layer: as of :class:`Area`
    """

    effect: WarpEffect
    source: Node
    others: tuple[Node, ...]
    to_layer: Affine
    context: Context
    mix: float = 1.0
    layer: str = ""


@dataclass(frozen=True, eq=False)
class Temporal(Node):
    """A temporal effect; its raster is upright to the layer.

    :param sources: what the layer shows at each of the effect's instants, in that order
    :param present: what it shows now, where the effect is mixed with that
    :param times: the instants, on the layer's clock; the pictures say all that matters of them
    :param layer: as in :class:`Area`
    """

    effect: TemporalEffect
    sources: tuple[Node, ...]
    times: tuple[Fraction, ...]
    present: Node | None
    context: Context
    mix: float = 1.0
    layer: str = ""

    @cached_property
    def spreads(self) -> bool:
        """Whether pixels are made from others than those at their own place."""
        return asking.needs(self.effect, self.region, self.context) != self.region


@dataclass(frozen=True, eq=False)
class Resampled(Node):
    """Another raster, resampled into this one by ``matrix``."""

    source: Node
    matrix: Affine


@dataclass(frozen=True, eq=False)
class Clip(Node):
    """A picture inside a rectangle of ``size`` that is mapped into the raster by ``matrix``."""

    source: Node
    matrix: Affine
    size: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Replace(Node):
    """``above`` in place of ``below``, by an amount, inside a rectangle (everywhere where ``matrix`` is ``None``)."""

    below: Node
    above: Node
    amount: float
    matrix: Affine | None
    size: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Transit(Node):
    """The way from one picture to the next."""

    transition: Transition
    progress: float
    source_from: Node | None
    source_to: Node | None
    to_layer: Affine
    size: tuple[float, float]


@dataclass(frozen=True)
class Element:
    """One layer of a stack.

    :param layer: its path in the scene, for messages
    """

    node: Node
    merge: type[Merge]
    opacity: float
    layer: str = ""

    @property
    def blend(self) -> str:
        """The path of the key that names the merge."""
        return f"{self.layer}.blend" if self.layer else ""

    @property
    def is_plain(self) -> bool:
        """Whether it simply lies over what is below, with all of its own opacity."""
        return self.opacity == 1.0 and self.merge.name == "normal"


@dataclass(frozen=True, eq=False)
class Stack(Node):
    """Layers merged in order onto transparency.

    :param space: where they are mixed
    """

    elements: tuple[Element, ...]
    space: Space

    @cached_property
    def key(self) -> bytes:
        """As of every node; a stack's elements are all in its last prefix."""
        return digest("Stack", self.region, self.prefixes[-1] if self.elements else self.space)

    @cached_property
    def prefixes(self) -> tuple[bytes, ...]:
        """The keys of the stack's first 1, 2, … elements."""
        keys, key = [], digest("stack", self.space)
        for element in self.elements:
            key = digest(key, element.node.key, class_name(element.merge), element.opacity)
            keys.append(key)
        return tuple(keys)

    def inputs(self) -> tuple[Node, ...]:
        """The pictures of its elements."""
        return tuple(element.node for element in self.elements)

    def prefix(self, count: int) -> Stack:
        """The stack of the first ``count`` elements."""
        region = EMPTY
        for element in self.elements[:count]:
            region = region | element.node.region
        return Stack(region & self.region, self.elements[:count], self.space)


@dataclass(frozen=True, eq=False)
class FramePlan:
    """One frame: the root of its tree and the pixels that are wanted of it."""

    root: Node
    window: Window

    @property
    def key(self) -> bytes:
        """What identifies the finished frame."""
        return digest(self.root.key, self.window)


def is_of_one_picture(node: Node) -> bool:
    """Whether a node reads a picture and nothing else."""
    while len(inputs := node.inputs()) == 1:
        node = inputs[0]
    return isinstance(node, Picture)


def digest(*parts: object) -> bytes:
    """16 bytes for a tuple of values whose ``repr`` says all of them."""
    return blake2b(repr(parts).encode(), digest_size=16).digest()


def _said(value: object) -> object:
    """What a value says of itself in a key."""
    if isinstance(value, Node):
        return value.key
    if isinstance(value, Extension):
        return named(value)
    if isinstance(value, Media):
        return value.identity
    if isinstance(value, tuple):
        return tuple(_said(item) for item in value)
    return value


def class_name(cls: type[Extension]) -> str:
    """A class and its version, for keys."""
    return f"{cls.__module__}.{cls.__qualname__} {cls.version}"


def named(instance: Extension) -> str:
    """An effect with its parameters, for keys."""
    return f"{class_name(type(instance))} {instance!r}"
