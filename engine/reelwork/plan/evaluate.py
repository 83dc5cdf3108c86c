"""Parameters as written (curves, lengths) and an instant become plain values and instances of effects."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeVar

from reelwork import kinds
from reelwork.effect import Extension
from reelwork.kinds import REQUIRED, Kind, Param
from reelwork.plan import asking
from reelwork.scene.animation import Curve
from reelwork.values import Length

E = TypeVar("E", bound=Extension)


@dataclasses.dataclass(frozen=True)
class Scope:
    """What values are read against.

    :param clock: the layer's clock, seconds
    :param composition: the size of the layer's composition, pixels
    :param box: the size of the layer's box, pixels
    """

    clock: Fraction
    composition: tuple[float, float]
    box: tuple[float, float]


def instance(cls: type[E], values: Mapping[str, object], scope: Scope, path: str = "") -> E:
    """An effect, generator or transition with the parameters that hold at one instant.

    :param path: of the key that uses it, for messages
    :raises PluginFault: it cannot be made with them
    """
    return asking.made(cls, evaluate_params(cls.params(), values, scope), path)


def evaluate_params(params: Mapping[str, Param], values: Mapping[str, object], scope: Scope) -> dict[str, object]:
    """Plain values by Python field name, from ``values`` by the same; one that is not given has its default."""
    plain: dict[str, object] = {}
    for name, param in params.items():
        field = kinds.field_name(name)
        value = values.get(field, param.default)
        if value is not REQUIRED:
            plain[field] = evaluate(param.kind, value, scope)
    return plain


def evaluate(kind: Kind, value: object, scope: Scope) -> object:
    """The plain value of one parameter."""
    if isinstance(value, Curve):
        value = value.at(scope.clock)
    if value is None:
        return None
    if isinstance(kind, kinds.Length):
        width, height = scope.box if kind.of_box else scope.composition
        reference = {"x": width, "y": height}.get(kind.axis, min(width, height))
        return length(value, reference)
    if isinstance(kind, kinds.Point | kinds.Size):
        width, height = scope.box if isinstance(kind, kinds.Point) and kind.of_box else scope.composition
        return point(value, width, height)
    if isinstance(kind, kinds.List) and isinstance(value, tuple):
        return tuple(evaluate(kind.item, item, scope) for item in value)
    if isinstance(kind, kinds.Struct) and dataclasses.is_dataclass(value):
        return _evaluate_struct(kind.model, value, scope)
    if isinstance(kind, kinds.OneOf):
        return _evaluate_option(kind, value, scope)
    return value


def length(value: object, reference: float) -> float:
    """Pixels of a length or a number."""
    if isinstance(value, Length):
        return value.resolve(reference)
    assert isinstance(value, int | float)
    return float(value)


def point(value: object, width: float, height: float) -> tuple[float, float]:
    """Pixels of a pair of lengths or numbers."""
    assert isinstance(value, tuple)
    return (length(value[0], width), length(value[1], height))


def _evaluate_struct(model: type, value: object, scope: Scope) -> object:
    params = kinds.params(model)
    fields = {}
    for name, param in params.items():
        field = kinds.field_name(name)
        fields[field] = evaluate(param.kind, getattr(value, field), scope)
    return dataclasses.replace(value, **fields)  # type: ignore[type-var]


def _evaluate_option(kind: kinds.OneOf, value: object, scope: Scope) -> object:
    for option in kind.options:
        if isinstance(option, kinds.Struct):
            if isinstance(value, option.model):
                return evaluate(option, value, scope)
        elif isinstance(option, kinds.List):
            if isinstance(value, tuple):
                return evaluate(option, value, scope)
        elif isinstance(option, kinds.Length):
            if isinstance(value, Length | float | int):
                return evaluate(option, value, scope)
        elif isinstance(option, kinds.Point | kinds.Size) and isinstance(value, tuple):
            return evaluate(option, value, scope)
    return value


def is_constant(value: object) -> bool:
    """Whether no curve in a value, however deep, ever moves."""
    return next(key_times(value), None) is None


def key_times(value: object) -> Iterator[Fraction]:
    """The times of the keys of every curve in a value that moves, however deep."""
    for curve in curves(value):
        if not curve.is_constant:
            yield from (key.time for key in curve.keys)


def curves(value: object) -> Iterator[Curve]:
    """Every curve in a value, however deep; also in what one holds that never moves."""
    if isinstance(value, Curve):
        yield value
        if value.is_constant:
            yield from curves(value.keys[0].value)
    elif isinstance(value, tuple):
        for item in value:
            yield from curves(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from curves(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from curves(getattr(value, field.name))
