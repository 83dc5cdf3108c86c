"""The scene as frozen values: what the reader hands on, and at the same time the schema, one described field a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from reelwork.errors import Place, Problem
from reelwork.kinds import (
    Angle,
    Boolean,
    Choice,
    Colour,
    Level,
    Name,
    Number,
    OneOf,
    Point,
    Ratio,
    Scale,
    Skew,
    Struct,
    Text,
    Time,
    param,
)
from reelwork.scene.animation import Curve
from reelwork.scene.captions import CaptionsOf
from reelwork.scene.language import (
    Choosing,
    Clips,
    Data,
    Effects,
    File,
    Identifier,
    Layers,
    Looping,
    MergeName,
    PixelSize,
    Rate,
    Table,
)
from reelwork.scene.later import (
    LaterCompositionKeys,
    LaterLayerKeys,
    LaterSceneKeys,
    LaterSoundKeys,
)
from reelwork.scene.nodes import NOWHERE, Node, place_of
from reelwork.scene.output import Output
from reelwork.scene.sources import Source
from reelwork.scene.times import TimeExpression
from reelwork.values import Colour as ColourValue
from reelwork.values import Display, Length

BLACK = ColourValue(0.0, 0.0, 0.0)
WHOLE = Curve.constant(1.0)
CENTRE = Curve.constant((Length(percent=50.0), Length(percent=50.0)))


@dataclass(frozen=True, kw_only=True)
class Transform:
    """Where a layer's picture lands. All curves are on the layer's clock.

    Values: ``anchor`` and ``position`` are pairs of ``values.Length``, ``scale`` pairs of ratios, ``rotation`` degrees,
    ``skew`` pairs of degrees, ``opacity`` 0 to 1.
    """

    anchor: Curve = param(
        CENTRE, kind=Point(of_box=True), help="The point of the layer's box that everything else is about."
    )
    position: Curve | None = param(
        None,
        kind=Point(),
        help="Where the anchor lands. Default: the composition's centre; with `parent`, that of the parent's box.",
    )
    scale: Curve = param(
        Curve.constant((1.0, 1.0)), kind=Scale(), help="One ratio, or two as `[x, y]`; negative mirrors."
    )
    rotation: Curve = param(Curve.constant(0.0), kind=Angle(), help="Clockwise, in degrees.")
    skew: Curve = param(Curve.constant((0.0, 0.0)), kind=Skew(), help="Degrees along x, or two as `[x, y]`, as in CSS.")
    opacity: Curve = param(Curve.constant(1.0), kind=Ratio(bounded=True), help="From 0% to 100%.")


@dataclass(frozen=True)
class FileName:
    """A file as the scene names it, among the parameters of an extension; linking makes a ``values.File`` of it.

    :param record: the kind of record that it is; empty of a file
    """

    name: str
    record: str = ""


@dataclass(frozen=True)
class EffectUse:
    """An effect, of pictures or of sound, as a layer uses it.

    :param effect: its name in the registry
    :param params: those that were written, by their Python names: curves where they may be animated; lists and models
        hold the curves of their parts
    :param mix: how much of its result is taken, 0 to 1
    """

    effect: str
    params: dict[str, Any]
    mix: Curve = WHOLE
    enabled: bool = True
    place: Place = NOWHERE
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What is heard of a layer. Curves are on the layer's clock."""

    later: ClassVar[type] = LaterSoundKeys

    gain: Curve = param(Curve.constant(0.0), kind=Level(), help="How loud, in dB; `-60dB` and below is silence.")
    pan: Curve = param(Curve.constant(0.0), kind=Number(minimum=-1.0, maximum=1.0), help="From -1, left, to 1, right.")
    fade_in: Fraction = param(Fraction(0), kind=Time(minimum=0.0), help="How long it takes to rise from silence.")
    fade_out: Fraction = param(
        Fraction(0), kind=Time(minimum=0.0), help="How long it takes to fall to silence, counted from the layer's end."
    )
    stream: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=99.0, integer=True),
        animated=False,
        help="Of a file with several streams of sound: which one, from 1. Default: the one that players choose.",
    )
    declick: Fraction = param(
        Fraction(4, 1000),
        kind=Time(minimum=0.0),
        help="How long it fades where it is cut in the middle of a sound, so that the cut does not click; not where "
        "its file begins or ends, where the next clip goes on from the same place, or where a fade or a transition "
        "ends. `0s` cuts hard.",
    )
    mute: bool = param(False, kind=Boolean(), help="`true` silences it, nested sound too; the picture stays.")
    role: str = param("", kind=Text(), help="What it is in the mix, such as `voice` or `music`.")
    effects: tuple[EffectUse, ...] = param(
        (),
        kind=Effects("sound effect"),
        animated=False,
        help="What is done to its sound, in order, before gain, pan and fades; on what has layers of its own, to their "
        "mix.",
    )


@dataclass(frozen=True, kw_only=True)
class Credit:
    """The director's own word on one use of a record."""

    role: str = param("", kind=Text(), help="What the contributors are credited as.")
    fixed: float | None = param(
        None, kind=Ratio(bounded=True), animated=False, help="A fixed share of the split, such as `10%`."
    )
    omit_from_roll: bool = param(False, kind=Boolean(), help="`true` leaves this use out of the credit roll.")


@dataclass(frozen=True)
class Loop:
    """Repeating from ``in`` to the source's end.

    :param count: how often it plays; ``None`` as long as the layer lasts
    :param ping_pong: whether every second pass runs backwards
    """

    count: int | None = None
    ping_pong: bool = False


@dataclass(frozen=True, kw_only=True)
class Clip:
    """One thing in a sequence, and what layers have in common with it."""

    later: ClassVar[type] = LaterLayerKeys

    path: str = ""
    place: Place = NOWHERE
    source: Source
    id: str | None = param(None, kind=Identifier("layer"), help="Its name, unique in the composition.")
    duration: TimeExpression | None = param(
        None, kind=Time(cues=True), help="How long it is there. Default: what remains of the source ÷ `speed`."
    )
    end: TimeExpression | None = param(None, kind=Time(cues=True), help="When it is gone, instead of `duration`.")
    in_: Fraction = param(
        Fraction(0), kind=Time(minimum=0.0), help="Where in the source it begins, counted from the first frame."
    )
    fps: Fraction | None = param(
        None,
        kind=Rate(),
        animated=False,
        help="Of numbered files, such as `shots/take-%04d.exr`: pictures per second. Default: the canvas's.",
    )
    stream: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=99.0, integer=True),
        animated=False,
        help="Of a video with several streams of pictures: which one, from 1. Default: the one that players choose.",
    )
    fields: str = param(
        "auto",
        kind=Choice(("auto", "off", "top-first", "bottom-first", "double", "pulldown")),
        help="Of a video: whether its pictures are of two fields, which are taken apart. `auto`: as each picture says; "
        "else all of them, by the field that is first, or none. `double`: as each says, and both of its fields become "
        "pictures, 50 or 60 a second. `pulldown`: film that was telecined is brought back: fields that belong together "
        "are woven, and of 29.97 or 30 pictures a second those are left out that come again, so that 24 are left.",
    )
    page: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=99999.0, integer=True),
        animated=False,
        help="Of a PDF, a TIFF or a HEIC with several pages or pictures: which one, from 1. Default: the one that "
        "viewers show.",
    )
    part: str = param(
        "",
        kind=Text(),
        help="Of an OpenEXR of several parts: which one, by its name or its number, from 1. Default: the first that "
        "has the layer.",
    )
    layer: str = param(
        "",
        kind=Text(),
        help="Of a still with layers (OpenEXR): which one is shown, by its name, or one channel of it, such as `Z` or "
        "`diffuse.R`. Default: the whole picture.",
    )
    speed: Fraction = param(
        Fraction(1),
        kind=Ratio(exact=True),
        animated=False,
        help="How fast the source runs; `-100%` plays the same range backwards.",
    )
    loop: Loop | None = param(
        None,
        kind=Looping(),
        animated=False,
        help="`true`, `ping-pong` or a count: repeat from `in` to the source's end.",
    )
    data: bool = param(
        False,
        kind=Boolean(),
        help="`true`: what a file holds are numbers and no colours (normals, depth, masks). They are read as they are "
        "stored, from 0 to 1 where they are whole numbers, for effects to work with.",
    )
    visible: bool = param(True, kind=Boolean(), help="`false` hides the picture alone; its sound stays.")
    caption: bool | CaptionsOf = param(
        False,
        kind=OneOf((Boolean(), Struct(CaptionsOf, shorthand="file"))),
        animated=False,
        help="`true`: the words of a text, or those that a film carries, are captions, for `.srt` and `.vtt` outputs "
        "and films with `captions`, even where the layer is not visible. A file's name: those of that file.",
    )
    fit: str = param(
        "none",
        kind=Choice(("none", "contain", "cover", "fill")),
        help="How its size is fitted to the composition's, before the transform.",
    )
    transform: Transform = param(Transform(), kind=Struct(Transform), animated=False, help="Where its picture lands.")
    effects: tuple[EffectUse, ...] = param(
        (), kind=Effects(), animated=False, help="What is done to its picture, in order."
    )
    sound: Sound = param(Sound(), kind=Struct(Sound), animated=False, help="What is heard of it.")
    credit: Credit | None = param(
        None, kind=Struct(Credit), animated=False, help="How this use is credited. Default: as the record says."
    )


@dataclass(frozen=True, kw_only=True)
class Layer(Clip):
    """One thing on the stack of a composition or a group."""

    start: TimeExpression | None = param(
        None, kind=Time(cues=True), help="When it appears, in the composition's time. Default: 0."
    )
    parent: str | None = param(
        None, kind=Name("layer"), help="The layer whose geometry it inherits, on that layer's own clock."
    )
    blend: str = param("normal", kind=MergeName(), help="The merge that paints it onto what is below.")


@dataclass(frozen=True)
class TransitionUse:
    """A transition between its neighbours, or at the beginning or the end of a sequence.

    :param transition: its name in the registry
    :param params: those that were written, by their Python names
    """

    transition: str
    params: dict[str, Any]
    duration: TimeExpression
    place: Place = NOWHERE
    path: str = ""


@dataclass(frozen=True)
class Gap:
    """Silence and background."""

    duration: TimeExpression
    place: Place = NOWHERE
    path: str = ""


Item = Clip | TransitionUse | Gap


@dataclass(frozen=True, kw_only=True)
class TransitionKeys:
    """The keys of a transition in a sequence."""

    transition: Any = param(
        kind=Choosing("transition"),
        animated=False,
        help="Its name, or its name with parameters: `{wipe: {angle: 30}}`.",
    )
    duration: TimeExpression = param(
        kind=Time(cues=True), help="How long its neighbours overlap; the whole becomes shorter by it."
    )
    handles: bool = param(
        False, kind=Boolean(), later=True, help="`true` keeps the cut where it is and uses media beyond it."
    )


@dataclass(frozen=True, kw_only=True)
class GapKeys:
    """The keys of a gap in a sequence."""

    gap: TimeExpression = param(kind=Time(cues=True), help="How long nothing is shown or heard.")


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Layers on a stage of its own, and under them a sequence."""

    later: ClassVar[type] = LaterCompositionKeys

    name: str = ""
    path: str = ""
    place: Place = NOWHERE
    duration: TimeExpression | None = param(
        None,
        kind=Time(cues=True),
        help="How long it is. Default: as long as its sequence, else until the latest end of its layers.",
    )
    size: tuple[int, int] | None = param(
        None, kind=PixelSize(), animated=False, help="Its width and height in pixels. Default: the canvas's."
    )
    background: ColourValue | None = param(
        None,
        kind=Colour(),
        animated=False,
        help="What lies under everything. Default: nothing; for the composition of an output, the canvas's.",
    )
    sequence: tuple[Item, ...] = param((), kind=Clips(), animated=False, help="Clips back to back, under the layers.")
    layers: tuple[Layer, ...] = param(
        (), kind=Layers(), animated=False, help="Painted in order: the first is at the bottom."
    )


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """The picture that a scene makes."""

    size: tuple[int, int] = param((1920, 1080), kind=PixelSize(), animated=False, help="Width and height in pixels.")
    fps: Fraction = param(
        Fraction(24), kind=Rate(), animated=False, help="Frames per second; `23.976` means 24000/1001."
    )
    background: ColourValue = param(
        BLACK,
        kind=Colour(),
        animated=False,
        help="What lies under everything, for layers to be blended with; `transparent` keeps alpha.",
    )
    display: Display = param(
        "srgb",
        kind=Choice(("srgb", "bt1886")),
        help="The display curve of SDR pictures, colours and outputs; `bt1886` grades for broadcast.",
    )


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A whole scene.

    :param file: the file that it was read from
    :param warnings: what is doubtful, though it can be rendered
    :param places: where the value of each key stands, by the key's path
    """

    later: ClassVar[type] = LaterSceneKeys

    file: str = ""
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    places: dict[str, Place] = field(default_factory=dict, compare=False, repr=False)
    reelwork: int = param(
        kind=Number(minimum=1.0, maximum=1.0, integer=True), animated=False, help="The version of the format: 1."
    )
    title: str = param("", kind=Text(), help="What the production is called.")
    canvas: Canvas = param(Canvas(), kind=Struct(Canvas), animated=False, help="The size and rate of the picture.")
    blend_space: str = param("linear", kind=Choice(("linear", "display")), help="The values in which layers are mixed.")
    catalogue: str | None = param(
        None,
        kind=File(),
        help="The folder of records; a record is named `handle/slug`. Default: `catalogue` beside the scene.",
    )
    licence: str = param("", kind=Text(), help="What the production is released under, as SPDX writes it.")
    commercial: bool = param(False, kind=Boolean(), help="Whether money is made with it.")
    variables: dict[str, Node] = param(
        {}, kind=Table("variable", Data()), animated=False, help="Values that `$name` stands for."
    )
    compositions: dict[str, Composition] = param(
        kind=Table("composition", Struct(Composition)), animated=False, help="What the scene is made of, by name."
    )
    outputs: dict[str, Output] = param(
        {}, kind=Table("output", Struct(Output)), animated=False, help="The files that are made, by name."
    )

    def place(self, path: str) -> Place | None:
        """Where a key stands, given its path, or where the thing stands that would hold it."""
        return place_of(self.places, path)
