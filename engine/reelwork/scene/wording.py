"""Wording: a kind goes in, how the format calls it comes out, for messages, the reference page and editors."""

from __future__ import annotations

from reelwork import kinds
from reelwork.scene import language
from reelwork.scene.nodes import Mapping, Node, Scalar, Sequence
from reelwork.scene.report import one_of, quote
from reelwork.words import plain_number


def describe(kind: kinds.Kind) -> str:
    """A kind in words that fit after "expected": ``a length such as 120 or 50%``."""
    match kind:
        case kinds.Number():
            return _number(kind)
        case kinds.Ratio(bounded=True):
            return "a ratio from 0% to 100%"
        case kinds.Ratio(exact=True):
            return "a ratio such as 0.5, 50% or 1001/1000" + _limits(kind.minimum, kind.maximum)
        case kinds.Ratio():
            return "a ratio such as 0.5 or 50%" + _limits(kind.minimum, kind.maximum)
        case kinds.Length():
            return "a length such as 120 (pixels) or 50%" + _limits(kind.minimum, None)
        case kinds.Level():
            return "a level such as -6dB" + _limits(kind.minimum, kind.maximum, "dB")
        case kinds.Time(cues=True):
            return "a time such as 2s, 36f or title.end + 1s"
        case kinds.Time():
            limits = _limits(kind.minimum, kind.maximum, "" if kind.maximum is None else "s")
            return f"a time such as 2s, 500ms, 36f or 00:00:02:12{limits}"
        case kinds.Choice():
            return one_of(kind.options)
        case kinds.File():
            record = f", or a record of kind {kind.record} such as handle/slug" if kind.record else ""
            return f"the path of a file that ends in {one_of(kind.endings)}{record}"
        case kinds.Name():
            return f"the name of a {kind.of}"
        case language.Identifier():
            return f"a name for the {kind.of}"
        case kinds.List():
            return f"a list, each item {describe(kind.item)}"
        case kinds.Struct():
            return (
                f"{f'{describe(_of_shorthand(kind))}, or ' if kind.shorthand else ''}a mapping with {_keys(kind.model)}"
            )
        case kinds.OneOf():
            return ", or ".join(describe(option) for option in kind.options)
        case language.Table():
            return f"a mapping, the name of each {kind.of} and what it is"
        case language.Choosing(of="generator"):
            return "{name: {parameters}} of a generator"
        case language.Choosing():
            return f"the name of a {kind.of}, or {{name: {{parameters}}}}"
        case language.Effects():
            return f"a list of {kind.of}s, each a name or {{name: {{parameters}}}}"
        case language.Made(shorthand=None):
            return f"a mapping with the parameters of the {kind.generator}"
        case language.Made():
            return f"a text, or a mapping with the parameters of the {kind.generator}"
    return _PLAIN[type(kind)]


_PLAIN: dict[type[kinds.Kind], str] = {
    kinds.Point: "a point [x, y]",
    kinds.Size: "a size [width, height]",
    kinds.Angle: "an angle in degrees such as 90",
    kinds.Scale: "a ratio such as 50%, or two as [x, y]",
    kinds.Skew: "an angle in degrees, or two as [x, y]",
    kinds.Colour: 'a colour such as "#f2b134", gold or {linear: [r, g, b]}',
    kinds.Text: "a text",
    kinds.Boolean: "true or false",
    kinds.Layer: "the id of another layer",
    kinds.PathData: 'SVG path data such as "M0 0 L100 50 Z"',
    language.Record: "a record, handle/slug",
    language.File: "a path",
    language.Rate: "frames per second such as 24, 23.976 or 30000/1001",
    language.PixelSize: "a size [width, height] in whole pixels",
    language.PixelBox: "a box [x, y, width, height] in whole pixels",
    language.Bitrate: "bits per second such as 192k or 8M",
    language.Interval: "two times [from, to]",
    language.Looping: "true, false, ping-pong or a count",
    language.Data: "a value",
    language.Layers: "a list of layers",
    language.Clips: "a list of clips, transitions and gaps",
    language.MergeName: "the name of a merge",
    language.Expression: "an expression",
}


def found(node: Node) -> str:
    """What stands there, in words that fit after "found"."""
    match node:
        case Scalar(is_empty=True):
            return "nothing"
        case Scalar():
            return quote(node.text) + (f" (from {node.variable})" if node.variable else "")
        case Sequence(items=()):
            return "an empty list"
        case Sequence():
            return f"a list of {len(node.items)}"
        case Mapping(pairs=()):
            return "an empty mapping"
        case Mapping():
            return f"a mapping with the key {quote(node.pairs[0][0].text)}"
    return "something that cannot be read"


def _number(kind: kinds.Number) -> str:
    name = "a whole number" if kind.integer else "a number"
    unit = f" of {kind.unit}" if kind.unit and not kind.unit.startswith("1/") else ""
    return name + unit + _limits(kind.minimum, kind.maximum)


def _limits(minimum: float | None, maximum: float | None, unit: str = "") -> str:
    low, high = (None if limit is None else f"{plain_number(limit)}{unit}" for limit in (minimum, maximum))
    if low is not None and high is not None:
        return f", {low}" if low == high else f" from {low} to {high}"
    if low is not None:
        return f", at least {low}"
    if high is not None:
        return f", at most {high}"
    return ""


def _of_shorthand(kind: kinds.Struct) -> kinds.Kind:
    return kinds.params(kind.model)[kind.shorthand or ""].kind


def _keys(model: type) -> str:
    keys = list(kinds.params(model))
    return f"the keys {one_of(keys, 'and')}" if len(keys) > 1 else f"the key {keys[0]}"
