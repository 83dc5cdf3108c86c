"""Nodes: a file of YAML or JSON as written, each scalar with its text and its place."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.errors import Place


@dataclass(frozen=True)
class Scalar:
    """One value without parts.

    :param text: what it says, without quotes
    :param quoted: whether quotes or a block style stood around it, so that it can only be text
    """

    text: str
    quoted: bool
    place: Place

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written (``key:`` alone, ``~`` or ``null``)."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


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


Node = Scalar | Sequence | Mapping
