"""Nodes: a file of YAML or JSON as written, each scalar with its text and its place."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import dataclass

from reelwork.errors import Place


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
