"""Reading keyframes: a mapping of times to values goes in, a curve comes out."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Final

from reelwork import kinds
from reelwork.kinds import Kind
from reelwork.scene.animation import Curve, Key
from reelwork.scene.easing import EASES, Ease
from reelwork.scene.nodes import Broken, Node, Scalar, Sequence, item, join
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.reading import BAD, Reading
from reelwork.scene.report import nearest, quote
from reelwork.scene.wording import describe, found
from reelwork.timecode import format_seconds, parse_time

_VALUES: Final = (
    kinds.Number,
    kinds.Ratio,
    kinds.Length,
    kinds.Point,
    kinds.Size,
    kinds.Angle,
    kinds.Scale,
    kinds.Skew,
    kinds.Level,
    kinds.Colour,
)

#: What keys that are times begin with.
LOOKS_LIKE_TIME: Final = re.compile(r"-?[\d.]")


def can_move(kind: Kind) -> bool:
    """Whether values of a kind can be mixed, so that keyframes make sense."""
    if isinstance(kind, kinds.OneOf):
        return any(can_move(option) for option in kind.options)
    if isinstance(kind, kinds.List):
        return can_move(kind.item)
    return isinstance(kind, _VALUES)


def is_keyframes(kind: Kind, node: Node) -> bool:
    """Whether a mapping is a set of keys, rather than one value that is written as a mapping."""
    if not isinstance(node, MappingNode):
        return False
    if has_times(node):
        return True
    if isinstance(kind, kinds.Colour):
        return "linear" not in (key.text for key, _ in node.pairs)
    if isinstance(kind, kinds.OneOf):
        return not any(isinstance(option, kinds.Struct | kinds.Colour) for option in kind.options)
    return True


def has_times(node: MappingNode) -> bool:
    """Whether any key of a mapping looks like a time."""
    return any(LOOKS_LIKE_TIME.match(key.text) for key, _ in node.pairs)


def _limits(kind: Kind) -> tuple[float | None, float | None]:
    """What eases that swing over may not leave."""
    if isinstance(kind, kinds.Ratio) and kind.bounded:
        return 0.0, 1.0
    if isinstance(kind, kinds.Number | kinds.Ratio | kinds.Level):
        return kind.minimum, kind.maximum
    return None, None


def read_keyframes(reading: Reading, kind: Kind, node: Node, path: str) -> Any:
    """A curve from a mapping of times to values, or ``BAD``."""
    assert isinstance(node, MappingNode)
    if node.pairs and node.get("ease") is None and not has_times(node):
        message = f"expected {describe(kind)}, or keyframes such as {{0s: …, 2s: …}}; found {found(node)}"
        return reading.wrong(node, path, message)
    common: Any = "linear"
    given = node.get("ease")
    if given is not None:
        common = _ease(reading, given, join(path, "ease"))
    keys: dict[Fraction, Key] = {}
    bad = common is BAD
    for name, value in node.pairs:
        if name.text == "ease":
            continue
        time = _key_time(reading, name, path)
        key = _key(reading, kind, value, join(path, name.text), common)
        if time is BAD or key is BAD:
            bad = True
        elif time in keys:
            bad = True
            reading.wrong(name, join(path, name.text), f"two keys stand at {format_seconds(time)}")
        else:
            keys[time] = Key(time, *key)
    if bad:
        return BAD
    if not keys:
        return reading.wrong(node, path, "keyframes need at least one key, such as {0s: …, 2s: …}")
    minimum, maximum = _limits(kind)
    return Curve(tuple(keys[time] for time in sorted(keys)), minimum, maximum)


def _key_time(reading: Reading, name: Scalar, path: str) -> Any:
    try:
        return parse_time(name.text, reading.fps)
    except ValueError as error:
        if LOOKS_LIKE_TIME.match(name.text):
            return reading.wrong(name, path, f"{error}; found {quote(name.text)}")
        hint = nearest(name.text, ("ease",))
        return reading.wrong(name, path, f"keyframes have times and `ease` as keys; found {quote(name.text)}", hint)


def _key(reading: Reading, kind: Kind, node: Node, path: str, common: Any) -> Any:
    """The value and the ease of one key, or ``BAD``."""
    ease = common
    if isinstance(node, MappingNode) and node.get("value") is not None:
        for name, _ in node.pairs:
            if name.text not in ("value", "ease"):
                hint = nearest(name.text, ("value", "ease"))
                reading.wrong(name, path, f"one key has a `value` and an `ease`; found {quote(name.text)}", hint)
                return BAD
        given = node.get("ease")
        if given is not None:
            ease = _ease(reading, given, join(path, "ease"))
        value_node = node.get("value")
        assert value_node is not None
        node, path = value_node, join(path, "value")
    if isinstance(node, Scalar) and node.text.lstrip().startswith("="):
        return reading.wrong(node, path, f"expressions are not available yet; found {found(node)}")
    value = reading.read(_only_values(kind), node, path)
    return BAD if value is BAD or ease is BAD else (value, ease)


def _only_values(kind: Kind) -> Kind:
    """The kind without what cannot be mixed."""
    if isinstance(kind, kinds.OneOf):
        options = tuple(option for option in kind.options if can_move(option))
        return options[0] if len(options) == 1 else kinds.OneOf(options)
    return kind


def _ease(reading: Reading, node: Node, path: str) -> Ease | Any:
    if isinstance(node, Sequence):
        part = kinds.Number()
        points = [reading.read(part, child, item(path, i)) for i, child in enumerate(node.items)]
        if any(point is BAD for point in points):
            return BAD
        if len(points) != 4 or not (0.0 <= points[0] <= 1.0 and 0.0 <= points[2] <= 1.0):
            return reading.wrong(node, path, "a curve is [x1, y1, x2, y2] as in CSS, with x1 and x2 from 0 to 1")
        return tuple(points)
    if isinstance(node, Scalar) and node.text in EASES:
        return node.text
    if isinstance(node, Broken):
        return BAD
    hint = nearest(node.text, EASES) if isinstance(node, Scalar) else ""
    return reading.wrong(
        node,
        path,
        f"expected an ease such as out-cubic, hold or [x1, y1, x2, y2], found {found(node)}",
        hint or "in-, out- and in-out- stand before sine quad cubic quart quint expo circ back elastic bounce",
    )
