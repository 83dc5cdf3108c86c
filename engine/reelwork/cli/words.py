"""Kinds and defaults in the words of the scene format: a parameter goes in, a phrase comes out."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from reelwork import kinds
from reelwork.kinds import Kind
from reelwork.values import Colour, Length

_PLAIN: dict[type[Kind], str] = {
    kinds.Length: "length (pixels, or % of the {axis})",
    kinds.Point: "point [x, y]",
    kinds.Size: "size [width, height]",
    kinds.Angle: "angle (degrees, clockwise)",
    kinds.Scale: "ratio, or two",
    kinds.Skew: "angle, or two",
    kinds.Level: "level (dB)",
    kinds.Colour: "colour",
    kinds.Time: "time",
    kinds.Text: "text",
    kinds.Boolean: "true or false",
    kinds.PathData: "path (SVG path data)",
}
_AXES = {"x": "width", "y": "height", "shorter": "shorter side"}


def kind_words(kind: Kind) -> str:
    """What may be written, such as ``ratio, 0% to 100%``."""
    match kind:
        case kinds.Length():
            return _PLAIN[kinds.Length].format(axis=_AXES[kind.axis])
        case kinds.Number():
            noun = "whole number" if kind.integer else "number"
            return f"{noun}{f' of {kind.unit}' if kind.unit else ''}{_bounds(kind)}"
        case kinds.Ratio():
            return f"ratio{', 0% to 100%' if kind.bounded else _bounds(kind)}"
        case kinds.Choice():
            return " | ".join(kind.options)
        case kinds.Name():
            return f"name of a {kind.of}"
        case kinds.List():
            return f"list of: {kind_words(kind.item)}"
        case kinds.Struct():
            return "mapping"
        case kinds.OneOf():
            return ", or ".join(kind_words(option) for option in kind.options)
        case _:
            return _PLAIN.get(type(kind), type(kind).__name__.lower())


def value_words(value: Any, kind: Kind) -> str:
    """A plain value as a scene would write it."""
    match value:
        case bool():
            return "true" if value else "false"
        case Colour():
            return _colour(value)
        case Length():
            return f"{value.percent:g}%" if value.percent else f"{value.pixels:g}"
        case tuple():
            item = kind.item if isinstance(kind, kinds.List) else kind
            return f"[{', '.join(value_words(part, item) for part in value)}]"
        case Fraction():
            return f"{float(value):g}s"
        case float() | int() if isinstance(kind, (kinds.Ratio, kinds.Scale)):
            return f"{value * 100:g}%"
        case float() | int() if isinstance(kind, kinds.Level):
            return f"{value:g}dB"
        case float() | int():
            return f"{value:g}"
        case None:
            return "none"
    if dataclasses.is_dataclass(value) and isinstance(kind, kinds.Struct):
        fields = kinds.params(kind.model)
        inside = ", ".join(
            f"{key}: {value_words(getattr(value, kinds.field_name(key)), param.kind)}" for key, param in fields.items()
        )
        return f"{{{inside}}}"
    return str(value) or '""'


def _bounds(kind: kinds.Number | kinds.Ratio) -> str:
    percent = isinstance(kind, kinds.Ratio)
    low, high = (_bound(end, percent) for end in (kind.minimum, kind.maximum))
    if low and high:
        return f", {low} to {high}"
    if low:
        return f", {low} or more"
    return f", {high} or less" if high else ""


def _bound(value: float | None, percent: bool) -> str:
    if value is None:
        return ""
    return f"{value * 100:g}%" if percent else f"{value:g}"


def _colour(colour: Colour) -> str:
    channels = [colour.red, colour.green, colour.blue, *([colour.alpha] if colour.alpha != 1.0 else [])]
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
