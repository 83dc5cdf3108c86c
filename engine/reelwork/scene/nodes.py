"""Nodes: a file of YAML or JSON as written, each scalar with its text and its place."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from typing import Any, Final

from reelwork.errors import Place

#: What needs no quotes wherever it stands.
_PLAIN: Final = re.compile(r"-?[\w.%+/]([\w.%+/ -]*[\w.%+/-])?\Z")
#: The place of what stands in no file.
NOWHERE = Place("", 0, 0)


@dataclass(frozen=True)
class Scalar:
    """One value without parts.

    :param text: what it says, without quotes
    :param quoted: whether quotes or a block style stood around it, so that it can only be text
    :param variable: the variable that it came from, if it stands in a variable's place
    """

    text: str
    quoted: bool
    place: Place
    variable: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written (``key:`` alone)."""
        return not self.quoted and self.text == ""


@dataclass(frozen=True)
class Sequence:
    """A list; ``flow`` where it was written as ``[…]``."""

    items: tuple[Node, ...]
    place: Place
    flow: bool = False


@dataclass(frozen=True)
class Mapping:
    """Keys with their values, in the order of the file; no key comes twice. ``flow`` where written as ``{…}``."""

    pairs: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool = False

    def get(self, key: str) -> Node | None:
        """The value of a key, or ``None``."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself as written, for its place, or ``None``."""
        return next((name for name, _ in self.pairs if name.text == key), None)


@dataclass(frozen=True)
class Broken:
    """Something that cannot be read and has been reported: readers pass it by."""

    place: Place


Node = Scalar | Sequence | Mapping | Broken


def data_of(node: Node) -> Any:
    """What is written as texts, lists and dicts; ``None`` where a part of it cannot be read."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            items = [data_of(child) for child in node.items]
            return None if None in items else items
        case Mapping():
            parts = {key.text: data_of(value) for key, value in node.pairs}
            return None if None in parts.values() else parts
    return None


def node_of(data: Any, place: Place) -> Node:
    """Texts, numbers, truths, lists and dicts as a scene would have them, all at one place."""
    match data:
        case dict() | Lookup():
            pairs = tuple((Scalar(str(key), False, place), node_of(value, place)) for key, value in data.items())
            return Mapping(pairs, place, flow=True)
        case list() | tuple():
            return Sequence(tuple(node_of(part, place) for part in data), place, flow=True)
        case bool():
            return Scalar("true" if data else "false", False, place)
    return Scalar(str(data), False, place)


def words(node: Node) -> str:
    """What is written, on one line."""
    match node:
        case Scalar():
            plain = not node.quoted and _PLAIN.match(node.text)
            return node.text if plain else json.dumps(node.text, ensure_ascii=False)
        case Sequence():
            return f"[{', '.join(map(words, node.items))}]"
        case Mapping():
            return f"{{{', '.join(f'{key.text}: {words(value)}' for key, value in node.pairs)}}}"
    return "…"


def place_of(places: Lookup[str, Place], path: str) -> Place | None:
    """The place of a path, or of the nearest thing that holds it."""
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path)


def join(path: str, key: str) -> str:
    """The path of a key below another."""
    return f"{path}.{key}" if path else key


def item(path: str, index: int) -> str:
    """The path of an item of a list."""
    return f"{path}[{index}]"
