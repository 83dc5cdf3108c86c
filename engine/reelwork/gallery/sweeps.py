"""Sweeps: an extension goes in, rows of values of its parameters come out, each row from one end to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from reelwork import kinds
from reelwork.effect import Extension, TemporalEffect, Transition
from reelwork.kinds import REQUIRED, Kind, Param
from reelwork.scene.facts import written
from reelwork.values import Length
from reelwork.words import plain_number

#: What is swept that is no parameter: how far a transition is, and the clock of what is timed.
PROGRESS, TIME = "progress", "time"

_RANGE: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(%|dB|s|)\.\.([+-]?(?:\d+\.?\d*|\.\d+))(%|dB|s|)\Z")
_COLOURS: Final = ("#e05040", "#e0b040", "#50b060", "#40a0d0", "#5050c0", "#b050b0", "#ffffff", "#101010")
#: No more of a choice's words are shown in a row.
_MOST: Final = 12
#: A length whose default says nothing goes up to this, pixels; a level from and to these, dB.
_LONG: Final = 40.0
_LEVELS: Final = (-24.0, 6.0)


@dataclass(frozen=True)
class Row:
    """One parameter and the values that it gets, as scenes write them."""

    parameter: str
    values: tuple[str, ...]


def default_rows(cls: type[Extension], steps: int) -> tuple[Row, ...]:
    """A row for each parameter that has a range or choices, and before them one of what is no parameter."""
    rows = [Row(name, values) for name, param in cls.params().items() if (values := _values(param, steps))]
    return (*_beside(cls, steps), *rows)


def row(cls: type[Extension], asked: str, steps: int) -> Row:
    """What a person asks for: ``radius``, ``radius=0..40``, ``amount=0%..100%``, ``colour=red,gold``.

    :raises ValueError: there is no such parameter, or nothing is known of its range
    """
    name, _, text = asked.partition("=")
    beside = {row.parameter: row for row in _beside(cls, steps)}
    param = cls.params().get(name)
    if param is None and name not in beside:
        known = ", ".join([*cls.params(), *beside])
        raise ValueError(f"{cls.name} has no parameter {name!r}; it has {known}" if known else f"{cls.name} has none")
    if not text:
        values = beside[name].values if param is None else _values(param, steps)
        if not values:
            raise ValueError(f"nothing says how far {name} goes: write {name}=FROM..TO, or {name}=VALUE,VALUE")
        return Row(name, values)
    found = _RANGE.match(text)
    if found is None:
        return Row(name, tuple(part.strip() for part in text.split(",")))
    low, high, unit = float(found[1]), float(found[3]), found[4] or found[2]
    whole = param is not None and isinstance(param.kind, kinds.Number) and param.kind.integer
    return Row(name, tuple(f"{number}{unit}" for number in _numbers(low, high, steps, whole)))


def needed(cls: type[Extension]) -> dict[str, str]:
    """Values of what must be written, of what has no default, and of one of those that exclude each other: as an
    example has them, else from the middle of their range."""
    shown = {name: value for example in reversed(cls.examples) for name, value in example.parameters.items()}
    one = next((name for name in cls.exactly_one if name in shown), next(iter(cls.exactly_one), ""))
    found = {}
    for name, param in cls.params().items():
        if param.default is REQUIRED or name == one:
            values = _values(param, 3)
            if name in shown:
                found[name] = written({"": shown[name]}).partition(": ")[2]
            elif values:
                found[name] = values[len(values) // 2]
    return found


def _beside(cls: type[Extension], steps: int) -> Iterator[Row]:
    if issubclass(cls, Transition):
        yield Row(PROGRESS, tuple(f"{number}%" for number in _numbers(5, 95, steps, False)))
    elif cls.timed or issubclass(cls, TemporalEffect):
        yield Row(TIME, tuple(f"{number}s" for number in _numbers(0.25, 3.75, steps, False)))


def _values(param: Param, steps: int) -> tuple[str, ...]:
    """Values all over the range of a parameter; none where it has no range."""
    if param.later:
        return ()
    kind: Kind = param.kind
    if isinstance(kind, kinds.OneOf):
        options = (_values(Param(option, param.default), steps) for option in kind.options)
        return next(filter(None, options), ())
    match kind:
        case kinds.Choice():
            return kind.options[:_MOST]
        case kinds.Boolean():
            return ("false", "true")
        case kinds.Colour():
            return _COLOURS[:steps]
    ends = _ends(kind, param.default)
    if ends is None:
        return ()
    low, high, unit = ends
    return tuple(f"{n}{unit}" for n in _numbers(low, high, steps, isinstance(kind, kinds.Number) and kind.integer))


def _ends(kind: Kind, default: Any) -> tuple[float, float, str] | None:
    """The least and the most that is worth looking at, and the unit that follows."""
    usual = float(default) if isinstance(default, int | float | Fraction) else 0.0
    match kind:
        case kinds.Number():
            low, high = kind.soft_range or (kind.minimum, kind.maximum)
            reach = 2.0 * abs(usual) or 1.0
            low = (0.0 if usual > 0.0 else -reach) if low is None else low
            return low, max(reach, low + reach) if high is None else high, ""
        case kinds.Ratio():
            low = 0.0 if kind.bounded or kind.minimum is None else kind.minimum
            most = 1.0 if kind.bounded else kind.maximum
            return low * 100.0, 100.0 * (max(2.0 * usual, 1.0) if most is None else most), "%"
        case kinds.Length():
            if isinstance(default, Length) and default.percent:
                return 0.0, 2.0 * default.percent, "%"
            pixels = default.pixels if isinstance(default, Length) else usual
            low = max(0.0, kind.minimum or 0.0)
            return low, max(2.0 * pixels, 2.0 * low) or _LONG, ""
        case kinds.Angle():
            return 0.0, 360.0, ""
        case kinds.Level():
            return *_LEVELS, "dB"
        case kinds.Scale():
            return 50.0, 150.0, "%"
    return None


def _numbers(low: float, high: float, steps: int, whole: bool) -> tuple[str, ...]:
    """Numbers at even distances, both ends among them; of whole ones none twice."""
    found = [low + (high - low) * n / max(1, steps - 1) for n in range(steps)]
    return tuple(dict.fromkeys(plain_number(float(round(n)) if whole else round(n, 4)) for n in found))
