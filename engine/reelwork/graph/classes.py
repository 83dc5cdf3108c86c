"""Classes in a graph: values go in, the extensions that they use come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass


def classes(value: object, seen: set[int] | None = None) -> Iterator[type]:
    """All classes in frozen dataclasses and containers of them; what is used several times is looked at once.

    :param seen: what was looked at, by its id
    """
    seen = set() if seen is None else seen
    if isinstance(value, type):
        yield value
        return
    if id(value) in seen:
        return
    if is_dataclass(value):
        seen.add(id(value))  # which the value that it is in holds
        for field in fields(value):
            yield from classes(getattr(value, field.name), seen)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from classes(item, seen)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from classes(item, seen)
