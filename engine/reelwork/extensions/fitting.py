"""Whether a default fits its kind: a plain value and a kind go in, what would fit comes out where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from numbers import Real
from typing import Any

from reelwork import kinds
from reelwork.effect import Extension
from reelwork.kinds import REQUIRED, Kind
from reelwork.values import Colour, Length


def misfits(cls: type[Extension]) -> Iterator[str]:
    """What is wrong with a class's defaults; one of ``None`` stands for no value, whatever the kind."""
    for name, param in cls.params().items():
        if param.default is REQUIRED or param.default is None:
            continue
        wanted = misfit(param.default, param.kind)
        if wanted:
            yield f"the default of {name!r} must be {wanted}, and is {param.default!r}"


def misfit(value: Any, kind: Kind) -> str:
    """What a plain value of a kind would be; empty where this is one, or where nobody can say."""
    match kind:
        case kinds.Number(integer=True) if not isinstance(value, int) or isinstance(value, bool):
            return "a whole number"
        case kinds.Number() | kinds.Angle() | kinds.Level() | kinds.Ratio() | kinds.Time():
            return _number(value, *_range(kind))
        case kinds.Length() if not isinstance(value, Length):
            return _number(value, kind.minimum, None)
        case kinds.Point() | kinds.Size() | kinds.Scale() | kinds.Skew():
            both = isinstance(value, tuple) and len(value) == 2
            fit = both and all(isinstance(part, Length) or not _number(part, None, None) for part in value)
            return "" if fit else "a pair of numbers"
        case kinds.Colour():
            return "" if isinstance(value, Colour) else "a Colour, such as Colour.from_hex('#ff8000')"
        case kinds.Text() | kinds.Name() | kinds.Layer():
            return "" if isinstance(value, str) else "words"
        case kinds.Boolean():
            return "" if isinstance(value, bool) else "True or False"
        case kinds.Choice():
            return "" if value in kind.options else f"one of {', '.join(map(repr, kind.options))}"
        case kinds.List():
            return _list(value, kind)
        case kinds.Struct():
            return "" if isinstance(value, kind.model) else f"a {kind.model.__name__}"
        case kinds.OneOf():
            wanted = [misfit(value, option) for option in kind.options]
            return " or ".join(wanted) if all(wanted) else ""
    return ""


def _range(kind: Kind) -> tuple[float | None, float | None]:
    if isinstance(kind, kinds.Ratio) and kind.bounded:
        return 0.0, 1.0
    return getattr(kind, "minimum", None), getattr(kind, "maximum", None)


def _number(value: Any, minimum: float | None, maximum: float | None) -> str:
    right = isinstance(value, Real | Fraction) and not isinstance(value, bool)
    low, high = right and (minimum is None or value >= minimum), right and (maximum is None or value <= maximum)
    if low and high:
        return ""
    least = "" if minimum is None else f" of at least {minimum:g}"
    most = "" if maximum is None else f"{' and' if least else ' of'} at most {maximum:g}"
    return f"a number{least}{most}"


def _list(value: Any, kind: kinds.List) -> str:
    if not isinstance(value, tuple):
        return "a tuple"
    if len(value) < kind.minimum or (kind.maximum is not None and len(value) > kind.maximum):
        return f"a tuple of {kind.minimum} to {'any number' if kind.maximum is None else kind.maximum}"
    wanted = next(filter(None, (misfit(item, kind.item) for item in value)), "")
    return wanted and f"a tuple, each of it {wanted}"
