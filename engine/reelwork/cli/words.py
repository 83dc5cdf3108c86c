"""Defaults as a scene would write them: a plain value goes in, words come out."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from reelwork import kinds
from reelwork.kinds import Kind
from reelwork.values import Colour, Length


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


def _colour(colour: Colour) -> str:
    channels = [colour.red, colour.green, colour.blue, *([colour.alpha] if colour.alpha != 1.0 else [])]
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
