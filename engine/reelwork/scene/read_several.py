"""Reading values of several parts: a short list goes in, the parts come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from reelwork import kinds
from reelwork.scene import language
from reelwork.scene.nodes import Node, Scalar, Sequence, item
from reelwork.scene.reading import BAD, Reader, Reading
from reelwork.values import Length

MAX_SIDE: Final = 16_384
#: From here on a scale without % is more likely a percentage that lacks it.
_FAR_LARGER: Final = 20.0


def several(reading: Reading, kind: kinds.Kind, node: Node, path: str) -> Any:
    """The items of a list, all of one kind, or ``BAD``."""
    if not isinstance(node, Sequence):
        return reading.expected(kinds.List(kind), node, path)
    values = tuple(reading.read(kind, child, item(path, i)) for i, child in enumerate(node.items))
    return BAD if any(value is BAD for value in values) else values


def _fixed(parts: tuple[kinds.Kind, ...], example: Callable[[str], str] = lambda text: "") -> Reader:
    """A reader of lists of a fixed length; ``example`` may know what a scalar meant."""

    def reader(reading: Reading, kind: kinds.Kind, node: Node, path: str) -> Any:
        if not isinstance(node, Sequence) or len(node.items) != len(parts):
            return reading.expected(kind, node, path, example(node.text) if isinstance(node, Scalar) else "")
        pairs = zip(parts, node.items, strict=True)
        values = tuple(reading.read(part, child, item(path, i)) for i, (part, child) in enumerate(pairs))
        return BAD if any(value is BAD for value in values) else values

    return reader


def _read_point(reading: Reading, kind: kinds.Point, node: Node, path: str) -> Any:
    axes = tuple(kinds.Length(axis, kind.of_box) for axis in ("x", "y"))
    return _fixed(axes)(reading, kind, node, path)


def _read_size(reading: Reading, kind: kinds.Size, node: Node, path: str) -> Any:
    axes = tuple(kinds.Length(axis, minimum=0.0) for axis in ("x", "y"))
    value = _fixed(axes)(reading, kind, node, path)
    if value is not BAD and any(length == Length() for length in value):
        return reading.wrong(node, path, "a size lies above 0 in both directions")
    return value


def _one_or_two(part: kinds.Kind, both: bool) -> Reader:
    """A reader of one value or two; one alone goes for both, or for the first beside 0."""

    def reader(reading: Reading, kind: kinds.Kind, node: Node, path: str) -> Any:
        if isinstance(node, Sequence):
            return _fixed((part, part))(reading, kind, node, path)
        if not isinstance(node, Scalar) or node.is_empty:
            return reading.expected(kind, node, path)
        value, problems = reading.attempt(lambda: reading.read(part, node, path))
        if problems.problems:
            return reading.expected(kind, node, path, problems.problems[0].remedy)
        return (value, value if both else 0.0)

    return reader


def _read_scale(reading: Reading, kind: kinds.Scale, node: Node, path: str) -> Any:
    value = _one_or_two(kinds.Ratio(), both=True)(reading, kind, node, path)
    parts = node.items if isinstance(node, Sequence) else (node,)
    bare = [part.text for part in parts if isinstance(part, Scalar) and not part.text.endswith("%")]
    large = [text for text in bare if value is not BAD and abs(float(text)) >= _FAR_LARGER]
    if large:
        text, meant = large[0], f"{float(large[0]) * 100:g}%"
        message = f"a scale of {text} is {meant}, not {text}%"
        reading.report.warn(message, node.place, path, f"write {text}%, or {meant} if so large is meant")
    return value


def _read_pixels(reading: Reading, kind: language.PixelSize, node: Node, path: str) -> Any:
    side = kinds.Number(minimum=1.0, maximum=float(MAX_SIDE), integer=True)
    return _fixed((side, side), _meant_size)(reading, kind, node, path)


def _meant_size(text: str) -> str:
    match = re.match(r"(\d{1,5})\s*[x×]\s*(\d{1,5})\Z", text)
    return f"write [{match[1]}, {match[2]}]" if match else ""


def _read_box(reading: Reading, kind: language.PixelBox, node: Node, path: str) -> Any:
    place = kinds.Number(minimum=0.0, maximum=float(MAX_SIDE), integer=True)
    side = kinds.Number(minimum=1.0, maximum=float(MAX_SIDE), integer=True)
    return _fixed((place, place, side, side))(reading, kind, node, path)


def _read_interval(reading: Reading, kind: language.Interval, node: Node, path: str) -> Any:
    time = kinds.Time(minimum=0.0)
    value = _fixed((time, time))(reading, kind, node, path)
    if value is not BAD and value[0] >= value[1]:
        return reading.wrong(node, path, "a range ends after it begins; this one does not")
    return value


#: The function that reads each kind of value that has several parts.
SEVERAL: Final[Mapping[type[kinds.Kind], Reader]] = {
    kinds.Point: _read_point,
    kinds.Size: _read_size,
    kinds.Scale: _read_scale,
    kinds.Skew: _one_or_two(kinds.Angle(), both=False),
    language.PixelSize: _read_pixels,
    language.PixelBox: _read_box,
    language.Interval: _read_interval,
}
