"""Words: a plain value and its kind go in, what a scene would write comes out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from reelwork import kinds
from reelwork.kinds import Kind
from reelwork.timecode import format_seconds
from reelwork.values import Colour, File, Length


def value_words(value: Any, kind: Kind) -> str:
    """A plain value as a scene would write it, a curve by its first key; nothing where there is none, or where it is a
    mapping."""
    match value:
        case object(keys=(first, *_)):
            return value_words(first.value, kind)
        case None | "" | () | {}:
            return ""
        case bool():
            return "true" if value else "false"
        case Colour():
            return _colour(value)
        case File():
            return value.name
        case Length():
            return f"{plain_number(value.percent)}%" if value.percent else plain_number(value.pixels)
        case tuple():
            return _several(value, kind)
    return _one(value, kind)


def _several(values: tuple[Any, ...], kind: Kind) -> str:
    if isinstance(kind, kinds.Scale) and values[0] == values[1]:
        return f"{plain_number(values[0] * 100)}%"
    item = kind.item if isinstance(kind, kinds.List) else kind
    parts = [value_words(part, item) for part in values]
    return f"[{', '.join(parts)}]" if all(parts) else ""


def _one(value: Any, kind: Kind) -> str:
    match kind:
        case kinds.Ratio(bounded=True) | kinds.Ratio(exact=True):
            return f"{plain_number(float(value) * 100)}%"
        case kinds.Level():
            return f"{plain_number(value)}dB"
        case kinds.Time():
            return format_seconds(value)
    match value:
        case Fraction() if value.denominator != 1:
            return format_seconds(value)
        case float():
            return plain_number(value)
        case str() | int() | Fraction():
            return str(value)
    return ""


def _colour(colour: Colour) -> str:
    channels = [colour.red, colour.green, colour.blue, *([colour.alpha] if colour.alpha != 1.0 else [])]
    return "#" + "".join(f"{int(channel * 255 + 0.5):02x}" for channel in channels)


def plain_number(value: float) -> str:
    """A number without a needless ``.0``."""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
