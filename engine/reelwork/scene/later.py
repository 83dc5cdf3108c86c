"""Keys that the format agrees on and that are not built yet (²): their schema, so that a bad value is still named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reelwork.kinds import (
    Angle,
    Boolean,
    Choice,
    Length,
    Level,
    List,
    Name,
    Number,
    OneOf,
    PathData,
    Point,
    Ratio,
    Size,
    Struct,
    Text,
    Time,
    param,
)
from reelwork.scene.language import Choosing, Data, Expression, Table


@dataclass(frozen=True, kw_only=True)
class MotionBlur:
    """How long the shutter stays open."""

    shutter: float = param(
        180.0, kind=Angle(), animated=False, help="Degrees that the shutter is open, of 360 a frame."
    )
    samples: int = param(16, kind=Number(minimum=2, integer=True), animated=False, help="Instants that are averaged.")


@dataclass(frozen=True, kw_only=True)
class MaskRectangle:
    """A rectangle of a mask."""

    position: Any = param(None, kind=Point(of_box=True), help="Its top left corner.")
    size: Any = param(kind=Size(), help="Its width and height.")
    radius: Any = param(0.0, kind=Length(of_box=True, minimum=0.0), help="The radius of its corners.")


@dataclass(frozen=True, kw_only=True)
class MaskEllipse:
    """An ellipse of a mask."""

    centre: Any = param(None, kind=Point(of_box=True), help="Its centre.")
    size: Any = param(kind=Size(), help="Its width and height.")


@dataclass(frozen=True, kw_only=True)
class Mask:
    """One outline that lets the layer through."""

    path: Any = param(None, kind=PathData(), help="Its outline, as SVG path data.")
    rectangle: Any = param(None, kind=Struct(MaskRectangle), help="A rectangle as its outline.")
    ellipse: Any = param(None, kind=Struct(MaskEllipse), help="An ellipse as its outline.")
    feather: Any = param(0.0, kind=Length(of_box=True, minimum=0.0), help="How far its edge fades.")
    expand: Any = param(0.0, kind=Length(of_box=True), help="How far it grows; negative shrinks it.")
    opacity: Any = param(1.0, kind=Ratio(bounded=True), help="How much it lets through.")
    mode: str = param("add", kind=Choice(("add", "subtract", "intersect")), help="How it joins the masks before it.")
    invert: bool = param(False, kind=Boolean(), help="Whether what is outside is let through.")


@dataclass(frozen=True, kw_only=True)
class Matte:
    """Another layer, whose picture says where this one shows."""

    layer: str = param(kind=Name("layer"), help="The layer that is read.")
    channel: str = param("alpha", kind=Choice(("alpha", "luma")), help="What of it is read.")
    invert: bool = param(False, kind=Boolean(), help="Whether this layer shows where that one does not.")


@dataclass(frozen=True, kw_only=True)
class UnderRole:
    """All layers whose sound has a role."""

    role: str = param(kind=Text(), help="The role, such as `voice`.")


@dataclass(frozen=True, kw_only=True)
class Duck:
    """Making way for other sound."""

    under: Any = param(
        kind=OneOf((Name("layer"), List(Name("layer")), Struct(UnderRole))),
        animated=False,
        help="What it makes way for.",
    )
    by: Any = param(12.0, kind=Level(), animated=False, help="How much quieter it becomes.")
    attack: Any = param(None, kind=Time(minimum=0.0), help="How long it takes to become quieter.")
    release: Any = param(None, kind=Time(minimum=0.0), help="How long it takes to come back.")


@dataclass(frozen=True, kw_only=True)
class CatalogueQuery:
    """Records that are looked up in the catalogue."""

    tag: str = param("", kind=Text(), help="A tag that they have.")
    kind: str = param("", kind=Text(), help="Their kind, such as `image`.")
    order: str = param("name", kind=Text(), help="What they are ordered by.")
    limit: int = param(400, kind=Number(minimum=1, integer=True), animated=False, help="How many at most.")


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query instead of a list."""

    catalogue: Any = param(kind=Struct(CatalogueQuery), help="What is looked up.")


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One layer for each of several things."""

    over: Any = param(kind=OneOf((Struct(Query), List(Data()))), animated=False, help="The things, or a query.")
    as_: str = param("item", kind=Text(), help="The variable that each is known by.")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a component."""

    type: str = param(
        "text",
        kind=Choice(("text", "number", "ratio", "length", "angle", "time", "colour", "level", "boolean", "record")),
        help="What it takes.",
    )
    default: Any = param(None, kind=Data(), help="What it is where nothing is given; without it, it must be given.")


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """The beat of the music."""

    bpm: float = param(kind=Number(minimum=1.0, maximum=1000.0), animated=False, help="Beats a minute.")
    from_: Any = param(None, kind=Time(), help="Where the first beat falls.")
    meter: int = param(4, kind=Number(minimum=1, integer=True), animated=False, help="Beats a bar.")


@dataclass(frozen=True, kw_only=True)
class LaterLayerKeys:
    """Keys of layers and clips that are not built yet."""

    with_: Any = param(None, kind=Table("parameter", Data()), later=True, help="The parameters of a component.")
    time_remap: Any = param(None, kind=Data(), later=True, help="Keyframes from the layer's time to the source's.")
    frame_blend: Any = param(
        None, kind=Choice(("nearest", "mix")), later=True, help="What is shown between two frames of the source."
    )
    motion_blur: Any = param(
        None, kind=OneOf((Boolean(), Struct(MotionBlur))), later=True, help="Blur what moves, as a shutter does."
    )
    masks: Any = param(None, kind=List(Struct(Mask)), later=True, help="Outlines that let the layer through.")
    matte: Any = param(None, kind=Struct(Matte), later=True, help="Another layer that says where this one shows.")
    enter: Any = param(
        None, kind=Choosing("transition", ("duration",)), later=True, help="The transition that it comes in by."
    )
    exit: Any = param(
        None, kind=Choosing("transition", ("duration",)), later=True, help="The transition that it goes out by."
    )
    use: Any = param(None, kind=Name("preset"), later=True, help="The preset that it starts from.")
    when: Any = param(None, kind=Expression(), later=True, help="Whether it is there at all, over variables.")
    repeat: Any = param(None, kind=Struct(Repeat), later=True, help="One layer for each of several things.")


@dataclass(frozen=True, kw_only=True)
class LaterSoundKeys:
    """Keys of ``sound`` that are not built yet."""

    duck: Any = param(None, kind=Struct(Duck), later=True, help="Become quieter under other sound.")
    pitch: Any = param(None, kind=Choice(("keep", "follow")), later=True, help="Whether speed changes the pitch.")
    early: Any = param(None, kind=Time(minimum=0.0), later=True, help="How long the sound begins before the picture.")
    late: Any = param(None, kind=Time(minimum=0.0), later=True, help="How long the sound goes on after the picture.")


@dataclass(frozen=True, kw_only=True)
class LaterSceneKeys:
    """Keys of a scene that are not built yet."""

    include: Any = param(
        None, kind=Table("file", Text()), later=True, help="Other scenes, whose compositions are used."
    )
    presets: Any = param(None, kind=Table("preset", Data()), later=True, help="Keys that layers take with `use`.")
    tempo: Any = param(None, kind=Struct(Tempo), later=True, help="The beat, so that times can be beats and bars.")
    markers: Any = param(None, kind=Table("marker", Time(cues=True)), later=True, help="Instants with names.")


@dataclass(frozen=True, kw_only=True)
class LaterCompositionKeys:
    """Keys of a composition that are not built yet."""

    parameters: Any = param(
        None, kind=Table("parameter", Struct(Parameter)), later=True, help="What a component takes."
    )


@dataclass(frozen=True, kw_only=True)
class LaterOutputKeys:
    """Keys of an output that are not built yet."""

    set: Any = param(None, kind=Table("variable", Data()), later=True, help="Variables that are different here.")
