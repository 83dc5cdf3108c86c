"""The graph: a scene with every name linked, every time resolved and every default filled in.

Times are exact seconds. A layer's curves run on the layer's own clock, which is 0 at its start; lengths are still
lengths (pixels and per cent), because what 100% is may change with the box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from reelwork.caption import Caption
from reelwork.catalogue.facts import MediaFacts
from reelwork.effect import Effect, Generator, Merge, Transition
from reelwork.scene.animation import Curve
from reelwork.sound_effect import SoundEffect
from reelwork.values import Colour, Display


@dataclass(frozen=True)
class Media:
    """A file that the scene shows or sounds.

    :param path: where it lies on this machine; no part of what it is, which its digest says
    :param record: the catalogue's name for it (``handle/slug``), or ``None`` for a bare file
    :param files: all files that it is made of, where ``path`` alone is not that: ``take-%04d.exr`` is of many
    :param data: whether its numbers are no colours, so that they are read as they are stored
    """

    path: str = field(metadata={"digest": False})
    facts: MediaFacts
    record: str | None = None
    files: tuple[str, ...] = field(default=(), metadata={"digest": False})
    data: bool = False

    @property
    def identity(self) -> str:
        """What its pictures are known by."""
        return f"{self.facts.identity}, as data" if self.data else self.facts.identity


@dataclass(frozen=True)
class Retiming:
    """How a layer's clock becomes its source's time.

    :param start: where in the source it begins
    :param length: how much of the source is used, before it repeats
    :param speed: source seconds a second; negative plays the same range backwards
    :param loop: ``none``, ``repeat`` or ``ping-pong``
    :param frame: one frame of the canvas, by which a reversed range is shifted so that it shows the same frames
    """

    start: Fraction
    length: Fraction | None
    speed: Fraction
    loop: str
    frame: Fraction

    def source_time(self, clock: Fraction) -> Fraction:
        """The instant of the source that is shown when the layer's clock says ``clock``."""
        speed = abs(self.speed)
        moved = clock * speed
        if self.length is not None and self.length > 0 and self.loop != "none":
            turns, moved = divmod(moved, self.length)
            if self.loop == "ping-pong" and turns % 2:
                moved = max(Fraction(0), self.length - self.frame * speed - moved)
        if self.speed < 0 and self.length is not None:
            moved = max(Fraction(0), self.length - self.frame * speed - moved)
        return self.start + moved


@dataclass(frozen=True)
class MediaSource:
    """Pictures, or sound, of a file."""

    media: Media
    retiming: Retiming


@dataclass(frozen=True)
class CompositionSource:
    """Another composition, shown as a picture of its own size."""

    composition: Composition
    retiming: Retiming


@dataclass(frozen=True)
class GroupSource:
    """Layers that move as one; their times count from the group's start."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class SequenceSource:
    """Clips back to back."""

    sequence: Sequence


@dataclass(frozen=True)
class GeneratorSource:
    """A plugin's generator; ``params`` holds plain values or curves by parameter name.

    :param others: as of :class:`EffectUse`
    """

    generator: type[Generator]
    params: Mapping[str, object]
    others: Mapping[str, Layer] = field(default_factory=dict)


@dataclass(frozen=True)
class SolidSource:
    """One colour over the whole composition."""

    colour: Curve


@dataclass(frozen=True)
class AdjustmentSource:
    """Nothing of its own: its effects act on what is painted below."""


Source = (
    MediaSource | CompositionSource | GroupSource | SequenceSource | GeneratorSource | SolidSource | AdjustmentSource
)


@dataclass(frozen=True)
class Transform:
    """A layer's geometry and opacity; without a position it stands at the composition's, or the parent's, centre."""

    anchor: Curve
    position: Curve | None
    scale: Curve
    rotation: Curve
    skew: Curve
    opacity: Curve


@dataclass(frozen=True)
class EffectUse:
    """An effect on a layer; ``params`` holds plain values or curves by parameter name.

    :param path: the key's path in the scene, for messages
    :param others: the further layers that it reads, by the parameters that name them
    """

    effect: type[Effect]
    params: Mapping[str, object]
    mix: Curve
    path: str = field(default="", metadata={"digest": False})
    others: Mapping[str, Layer] = field(default_factory=dict)


@dataclass(frozen=True)
class SoundEffectUse:
    """An effect on a layer's sound; ``params`` holds plain values or curves by parameter name.

    :param path: the key's path in the scene, for messages
    """

    effect: type[SoundEffect]
    params: Mapping[str, object]
    mix: Curve
    path: str = field(default="", metadata={"digest": False})


@dataclass(frozen=True)
class SoundUse:
    """How a layer is heard: ``gain`` in dB, ``pan`` from -1 (left) to 1 (right), fades in seconds; effects first.

    :param declick: how long its sound fades where it is cut, seconds
    """

    gain: Curve
    pan: Curve
    fade_in: Fraction
    fade_out: Fraction
    mute: bool
    effects: tuple[SoundEffectUse, ...] = ()
    declick: Fraction = Fraction(0)


@dataclass(frozen=True)
class Layer:
    """One layer from ``start`` to ``end`` (excluded) in its composition's time.

    :param path: the key's path in the scene, which also names it in messages and seeds its noise
    :param parent: the layer whose geometry this one inherits
    :param records: the catalogue's records that this layer itself shows or sounds
    :param captions: its words, where they are captions, in its source's time
    """

    path: str
    start: Fraction
    end: Fraction
    source: Source
    visible: bool
    fit: str
    transform: Transform
    parent: Layer | None
    merge: type[Merge]
    effects: tuple[EffectUse, ...]
    sound: SoundUse
    records: tuple[str, ...] = ()
    captions: tuple[Caption, ...] = field(default=(), metadata={"digest": False})


@dataclass(frozen=True)
class TransitionUse:
    """A transition between two clips of a sequence; ``None`` stands for transparency and silence.

    :param path: the key's path in the scene, for messages
    """

    start: Fraction
    end: Fraction
    transition: type[Transition]
    params: Mapping[str, object]
    outgoing: int | None
    incoming: int | None
    path: str = field(default="", metadata={"digest": False})


@dataclass(frozen=True)
class Sequence:
    """Clips in order, with starts and ends in the sequence's time, and the transitions where they overlap."""

    clips: tuple[Layer, ...]
    transitions: tuple[TransitionUse, ...]
    duration: Fraction


@dataclass(frozen=True)
class Composition:
    """Layers painted in order; a sequence, if there is one, is the first of them."""

    name: str
    size: tuple[int, int]
    duration: Fraction
    background: Colour | None
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Graph:
    """A production, ready to be planned frame by frame.

    :param root: the composition that the output shows
    :param normal: the merge that puts one picture over another
    :param blend_space: where layers are mixed, ``linear`` or ``display``
    :param display: the curve of display-encoded values: of SDR sources, colours and outputs
    """

    root: Composition
    normal: type[Merge]
    fps: Fraction
    background: Colour | None
    blend_space: str
    display: Display
    title: str
