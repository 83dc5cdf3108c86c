"""Frozen dataclasses go in and plain JSON comes out, and back: strictly, so that nothing unexpected gets past here."""

from __future__ import annotations

import dataclasses
import json
import math
import reprlib
import types
import typing
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar

from reelwork.errors import ReelworkError
from reelwork_farm.errors import FarmError

T = TypeVar("T")

#: Characters of the longest text, and entries of the longest list or table, that is taken in.
LONGEST: Final = 16_384
#: Integers are taken in up to this size, which every store and every other reader of JSON can hold.
LARGEST: Final = 2**53


class WireError(ReelworkError):
    """A message that is not what it should be; the text says where in it, and what was expected."""


def to_json(value: object) -> Any:
    """A dataclass, or a list, table or plain value of them, as what :mod:`json` writes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [to_json(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): to_json(entry) for key, entry in value.items()}
    return value


def dumps(value: object) -> str:
    """The same as text: one line, keys in the order of the fields."""
    return json.dumps(to_json(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str | bytes) -> Any:
    """Text as plain JSON; strict: no NaN, no key twice.

    :raises WireError: it is not JSON, or nested deeper than Python reads
    """
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise WireError(f"this is not JSON: {str(error)[:200]}") from None


def from_json(kind: type[T], data: Any, *, strict: bool = True) -> T:
    """Plain JSON as a value of ``kind``: a frozen dataclass, or anything that its fields may be.

    :param strict: whether unknown keys are refused; else they are left out, as an older reader of newer answers must
    :raises WireError: a key is unknown or missing, or a value has another type or is too long
    """
    value: T = _read(kind, data, "", strict)
    return value


def _read(kind: Any, data: Any, place: str, strict: bool) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_optional(kind, data, place, strict)
    if origin in (tuple, list):
        if not isinstance(data, list) or len(data) > LONGEST:
            raise _expected(f"a list of at most {LONGEST} entries", data, place)
        entry = typing.get_args(kind)[0]
        return origin(_read(entry, each, f"{place}[{index}]", strict) for index, each in enumerate(data))
    if origin is dict:
        return _table(data, place)
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, data, place, strict)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError:
            raise _expected("one of " + ", ".join(str(each.value) for each in kind), data, place) from None
    return _read_plain(kind, data, place)


def _read_optional(kind: Any, data: Any, place: str, strict: bool) -> Any:
    if data is None:
        return None
    (other,) = (each for each in typing.get_args(kind) if each is not types.NoneType)
    return _read(other, data, place, strict)


def _read_dataclass(kind: Any, data: Any, place: str, strict: bool) -> Any:
    if not isinstance(data, dict):
        raise _expected(f"a table, the fields of {kind.__name__}", data, place)
    hints = _hints(kind)
    if strict and (unknown := sorted(data.keys() - hints.keys())):
        raise WireError(f"{place or kind.__name__}: there is no {unknown[0][:80]!r}; there are {', '.join(hints)}")
    found = {name: _read(hints[name], data[name], f"{place}.{name}" if place else name, strict)
             for name in hints if name in data}  # fmt: skip
    for field in dataclasses.fields(kind):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and field.name not in found:
            raise WireError(f"{place or kind.__name__}: {field.name!r} is missing")
    try:
        return kind(**found)
    except FarmError as error:
        raise WireError(str(error)) from error


def _read_plain(kind: Any, data: Any, place: str) -> Any:
    """A text, a number or a truth value; a whole number is taken for a fraction, but a truth value for neither."""
    match kind, data:
        case (builtin, bool()) if builtin is bool:
            return data
        case (_, bool()):
            pass
        case (builtin, int()) if builtin in (int, float) and abs(data) <= LARGEST:
            return builtin(data)
        case (builtin, float()) if builtin is float and math.isfinite(data):
            return data
        case (builtin, str()) if builtin is str and len(data) <= LONGEST:
            return _text(data, place)
    names = {bool: "true or false", int: "a whole number", float: "a number", str: f"a text of at most {LONGEST}"}
    raise _expected(names.get(kind, str(kind)), data, place)


def _table(data: Any, place: str) -> dict[str, object]:
    if not isinstance(data, dict) or len(data) > LONGEST:
        raise _expected(f"a table of at most {LONGEST} entries", data, place)
    return data


def _text(data: str, place: str) -> str:
    try:
        data.encode()
    except UnicodeEncodeError:
        raise WireError(f"{place}: the text has half a character in it") from None
    if "\0" in data:
        raise WireError(f"{place}: the text has a zero byte in it")
    return data


def _expected(what: str, data: Any, place: str) -> WireError:
    return WireError(f"{place or 'the message'}: {what} is expected here, not {reprlib.repr(data)}")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found
