"""Outputs as frozen values, read and described as the rest of the scene is (see :mod:`reelwork.scene.model`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from reelwork.errors import Place
from reelwork.kinds import Boolean, Colour, List, Name, OneOf, Struct, Time, param
from reelwork.scene.encoding import Audio, Metadata, Stills, Video
from reelwork.scene.language import File, Interval, PixelBox, PixelSize, Rate, Table
from reelwork.scene.later import LaterOutputKeys
from reelwork.scene.nodes import NOWHERE
from reelwork.values import Colour as ColourValue


@dataclass(frozen=True, kw_only=True)
class Output:
    """A file, or files, that are made of a composition."""

    later: ClassVar[type] = LaterOutputKeys

    name: str = ""
    path: str = ""
    place: Place = NOWHERE
    composition: str = param("main", kind=Name("composition"), help="What is rendered.")
    file: str = param(kind=File(output=True), help="Where it goes, relative to `out/`; its ending says what it is.")
    at: tuple[Fraction, ...] = param(
        (),
        kind=OneOf((Time(minimum=0.0), List(Time(minimum=0.0), 1))),
        animated=False,
        help="The instant, or instants, of a still.",
    )
    video: Video = param(Video(), kind=Struct(Video), animated=False, help="How pictures are encoded.")
    stills: Stills = param(Stills(), kind=Struct(Stills), animated=False, help="How stills are written.")
    audio: Audio = param(Audio(), kind=Struct(Audio), animated=False, help="How sound is encoded.")
    size: tuple[int, int] | None = param(
        None, kind=PixelSize(), animated=False, help="Width and height; the picture is contained in it."
    )
    fps: Fraction | None = param(None, kind=Rate(), animated=False, help="Frames per second. Default: the canvas's.")
    range: tuple[Fraction, Fraction] | None = param(
        None, kind=Interval(), animated=False, help="The part that is rendered, end excluded."
    )
    captions: bool = param(
        False, kind=Boolean(), help="`true`: a film has a track of the words of the layers with `caption`."
    )
    chapters: dict[str, Fraction] = param(
        {},
        kind=Table("chapter", Time(minimum=0.0), titles=True),
        animated=False,
        help="Chapters of a film by their titles, and when in the composition each begins: "
        "`{Dawn: 0s, The road: 12s}`.",
    )
    metadata: Metadata = param(
        Metadata(), kind=Struct(Metadata), animated=False, help="What a film says beside its title and its licence."
    )
    crop: tuple[int, int, int, int] | None = param(
        None, kind=PixelBox(), animated=False, help="The part of the picture, `[x, y, width, height]`, before `size`."
    )
    background: ColourValue | None = param(
        None, kind=Colour(), animated=False, help="Default: the canvas's; `transparent` keeps alpha."
    )
