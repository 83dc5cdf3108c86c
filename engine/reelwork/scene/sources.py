"""Sources: what a layer or a clip shows or sounds, one class for each key that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reelwork.kinds import Boolean, Choice, Colour, Name, Struct, Text, param
from reelwork.scene.animation import Curve
from reelwork.scene.language import Choosing, Clips, File, Layers, Made, Record

if TYPE_CHECKING:
    from reelwork.scene.model import Item, Layer


@dataclass(frozen=True)
class AssetSource:
    """A record of the catalogue, ``handle/slug``."""

    record: str


@dataclass(frozen=True)
class FileSource:
    """A file that no record names; ``file`` is relative to the scene's folder."""

    file: str


@dataclass(frozen=True)
class CompositionSource:
    """Another composition of the scene."""

    composition: str


@dataclass(frozen=True)
class SequenceSource:
    """Clips back to back, on a time of their own that begins at 0."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class GroupSource:
    """Layers that are handled as one; a null where there are none."""

    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class TextSource:
    """Words. ``params`` are the written parameters of the generator ``text`` by their Python names."""

    params: dict[str, Any]


@dataclass(frozen=True)
class ShapeSource:
    """An outline. ``params`` are the written parameters of the generator ``shape``, as for text."""

    params: dict[str, Any]


@dataclass(frozen=True)
class SolidSource:
    """One colour all over the composition; the curve's values are ``values.Colour``."""

    colour: Curve


@dataclass(frozen=True)
class GenerateSource:
    """What a plugin's generator makes. ``params`` are those that were written, by their Python names."""

    generator: str
    params: dict[str, Any]


@dataclass(frozen=True)
class AdjustmentSource:
    """All that is painted below the layer, for its effects to act on."""


@dataclass(frozen=True, kw_only=True)
class SlotSource:
    """An open call: a slate says what is wanted until a record fills it."""

    brief: str = param(kind=Text(multiline=True), help="What is wanted, in words for the people who might make it.")
    kind: str = param(
        "video",
        kind=Choice(("video", "audio", "image", "illustration", "text")),
        help="What kind of record would fill it.",
    )
    licence: str = param("", kind=Text(), help="The licence that a contribution must come under, as SPDX writes it.")
    closes: str = param("", kind=Text(), help="The day on which the call closes, such as 2027-01-31.")
    filled_by: str | None = None


Source = (
    AssetSource
    | FileSource
    | CompositionSource
    | SequenceSource
    | GroupSource
    | TextSource
    | ShapeSource
    | SolidSource
    | GenerateSource
    | AdjustmentSource
    | SlotSource
)


@dataclass(frozen=True, kw_only=True)
class SourceKeys:
    """The keys of which a layer or a clip has exactly one; ``filled-by`` may stand beside ``slot``."""

    asset: str | None = param(
        None, kind=Record(), help="A record of the catalogue: `handle/slug`; or what a plugin finds: `studio:shot-12`."
    )
    file: str | None = param(
        None, kind=File(), help="A file in the scene's folder. Allowed, with a warning: nobody is credited for it."
    )
    composition: str | None = param(None, kind=Name("composition"), help="Another composition, shown as one layer.")
    sequence: tuple[Item, ...] | None = param(
        None, kind=Clips(), animated=False, help="Clips back to back, with transitions and gaps between them."
    )
    layers: tuple[Layer, ...] | None = param(
        None,
        kind=Layers(),
        animated=False,
        help="A group: its layers are not clipped, share the composition's ids and count time from its `start`. "
        "`layers: []` is a null, something to be a parent.",
    )
    text: dict[str, Any] | None = param(
        None, kind=Made("text", "content"), animated=False, help="Words: a string, or the parameters of the text."
    )
    shape: dict[str, Any] | None = param(
        None, kind=Made("shape"), animated=False, help="One outline with its fill and stroke."
    )
    solid: Curve | None = param(None, kind=Colour(), help="One colour all over the composition.")
    generate: tuple[str, dict[str, Any]] | None = param(
        None, kind=Choosing("generator"), animated=False, help="A picture that a plugin makes: `{name: {parameters}}`."
    )
    adjustment: bool = param(
        False, kind=Boolean(), help="`true`: the layer's effects act on all that is painted below it."
    )
    slot: SlotSource | None = param(
        None,
        kind=Struct(SlotSource),
        animated=False,
        help="An open call for a contribution; needs an `id`. A slate says what is wanted until it is filled.",
    )
    filled_by: str | None = param(None, kind=Record(), help="The record that fills the slot beside it.")
