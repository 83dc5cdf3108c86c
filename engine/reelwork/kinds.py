"""Kinds: what a value of the scene language may be, as data.

One description serves the reader (parsing, messages), the JSON Schema, the reference page and the planner. The
*plain value* of a kind is what an effect, a generator or the engine gets for one frame; as written, in a scene, a
value whose parameter is ``animated`` may also be keyframes.
"""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Kind:
    """Base of all kinds. One without fields needs no decorator of its own: two of a class are equal as it is."""


@dataclass(frozen=True)
class Number(Kind):
    """Plain value: ``float`` (``int`` where ``integer``)."""

    minimum: float | None = None
    maximum: float | None = None
    integer: bool = False
    unit: str = ""
    soft_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Ratio(Kind):
    """``0.5`` or ``50%``. Plain value: ``float``. A ``bounded`` one lies in 0 to 1, and ``100`` gets the hint ``100%``.

    :param exact: the plain value is a ``Fraction`` of what was written, which may be ``1001/1000`` too
    """

    bounded: bool = False
    minimum: float | None = None
    maximum: float | None = None
    exact: bool = False


@dataclass(frozen=True)
class Length(Kind):
    """Pixels of the layer's composition, or per cent. Plain value: ``float`` pixels.

    :param axis: what 100% is: ``x`` the width, ``y`` the height, ``shorter`` the shorter side
    :param of_box: whether that is the layer's own box rather than the composition
    """

    axis: str = "shorter"
    of_box: bool = False
    minimum: float | None = None


@dataclass(frozen=True)
class Point(Kind):
    """``[x, y]``, two lengths. Plain value: ``(float, float)`` pixels."""

    of_box: bool = False


class Size(Kind):
    """``[width, height]``, two lengths above 0. Plain value: ``(float, float)`` pixels."""


class Angle(Kind):
    """Degrees, clockwise. Plain value: ``float``."""


class Scale(Kind):
    """One ratio, or two as ``[x, y]``. Plain value: ``(float, float)``."""


class Skew(Kind):
    """One angle (along x), or two as ``[x, y]``. Plain value: ``(float, float)`` degrees."""


@dataclass(frozen=True)
class Level(Kind):
    """``-6dB``. Plain value: ``float`` decibels; ``-60`` and below is silence."""

    minimum: float | None = None
    maximum: float | None = None


class Colour(Kind):
    """``"#rrggbb"``, ``"#rrggbbaa"``, a CSS name or ``{linear: [r, g, b]}``. Plain value: ``values.Colour``."""


@dataclass(frozen=True)
class Time(Kind):
    """A literal time, or a sum of cues where ``cues``. Plain value: ``Fraction`` seconds. Never animated."""

    cues: bool = False
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Text(Kind):
    """Any words; ``multiline`` where line ends mean something. Plain value: ``str``. Never animated."""

    multiline: bool = False


class Boolean(Kind):
    """``true`` or ``false``. Never animated."""


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words. Plain value: ``str``. Never animated."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Name(Kind):
    """A name that refers to something, such as a composition. Plain value: ``str``. Never animated.

    :param of: what it names, in words that fit "there is no … of that name"
    """

    of: str


class Layer(Kind):
    """The id of another layer, of whose picture an effect is told. Plain value: ``str``. Never animated."""


@dataclass(frozen=True)
class File(Kind):
    """A file that an extension reads, written as a path from the scene's folder. Plain value: :class:`values.File`.
    Never animated.

    It lies where the scene's media may lie, it travels with the scene to other machines, and results are kept by what
    is in it.

    :param endings: those that its name may have, in small letters, such as ``(".cube", ".3dl")``
    :param sample: what stands in a small one with the first ending, for whoever tries the extension
    :param record: the kind of record that may be named in place of a path, as ``handle/slug``, such as ``font``; in a
        draft, one that is missing is ``None``
    """

    endings: tuple[str, ...]
    sample: str = field(default="", repr=False)
    record: str = ""


class PathData(Kind):
    """SVG path data (``M0 0 L10 10 Z``). Plain value: :class:`reelwork.image.Path`. Never animated."""


@dataclass(frozen=True)
class List(Kind):
    """Several of one kind. Plain value: ``tuple``."""

    item: Kind
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True)
class Struct(Kind):
    """A mapping with known keys. Plain value: an instance of ``model``, a dataclass made of :func:`param` fields.

    :param shorthand: the key that a bare value (not a mapping) stands for, if any
    """

    model: type
    shorthand: str | None = None


@dataclass(frozen=True)
class OneOf(Kind):
    """Any of several kinds, told apart by how the value is written; the first that fits is taken."""

    options: tuple[Kind, ...]


class _Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()


@dataclass(frozen=True)
class Param:
    """One key of a mapping, or one parameter of an effect.

    :param default: the plain value that holds where nothing is written (or a ``Length``, ``Colour``), or ``REQUIRED``
    :param help: what it does, in one sentence, for the reference page and for editors
    :param animated: whether keyframes may stand here
    :param later: agreed in the format but not built yet: using it is an error that says so
    """

    kind: Kind
    default: Any = REQUIRED
    help: str = ""
    animated: bool = True
    later: bool = False


_FROM_ANNOTATION: Final[dict[str, Kind]] = {
    "float": Number(),
    "int": Number(integer=True),
    "bool": Boolean(),
    "str": Text(),
}
_NEVER_ANIMATED: Final = (Text, Boolean, Choice, Name, Layer, Time, File, PathData)


def param(
    default: Any = REQUIRED,
    *,
    kind: Kind | None = None,
    help: str = "",  # noqa: A002 - the word that click and argparse use
    unit: str = "",
    soft_range: tuple[float, float] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    animated: bool | None = None,
    later: bool = False,
) -> Any:
    """A dataclass field that is a parameter.

    :param kind: the kind; without it, the annotation says it (``float``, ``int``, ``bool``, ``str``), and ``unit``,
        ``soft_range``, ``minimum`` and ``maximum`` narrow it
    :param animated: whether keyframes are allowed; by default wherever the kind can be mixed
    """
    narrowed = (unit, soft_range, minimum, maximum)
    metadata = {"reelwork": (kind, default, help, narrowed, animated, later)}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata, kw_only=True)
    if isinstance(default, dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata, kw_only=True)
    return dataclasses.field(default=default, metadata=metadata, kw_only=True)


def params(model: type) -> dict[str, Param]:
    """The parameters of a dataclass made of :func:`param` fields, by the name that a scene uses (``-`` for ``_``)."""
    return dict(_params(model))  # whoever asks may add to them


@functools.cache
def _params(model: type) -> dict[str, Param]:
    return {key_name(field.name): _param(field) for field in dataclasses.fields(model) if "reelwork" in field.metadata}


def key_name(field: str) -> str:
    """The key of a Python name: the inverse of :func:`field_name`."""
    return field.rstrip("_").replace("_", "-")


def field_name(key: str) -> str:
    """The Python name of a key: ``fade-in`` is ``fade_in``, ``from`` is ``from_``."""
    import keyword

    name = key.replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


def _param(field: dataclasses.Field[Any]) -> Param:
    kind, default, text, (unit, soft_range, minimum, maximum), animated, later = field.metadata["reelwork"]
    if kind is None:
        annotation = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", str(field.type))
        kind = _FROM_ANNOTATION.get(annotation)
        if kind is None:
            raise TypeError(f"parameter {field.name}: give its kind, {annotation} does not say it")
        if isinstance(kind, Number):
            kind = dataclasses.replace(kind, unit=unit, soft_range=soft_range, minimum=minimum, maximum=maximum)
    if animated is None:
        animated = not isinstance(kind, _NEVER_ANIMATED)
    return Param(kind, default, text, animated, later)
