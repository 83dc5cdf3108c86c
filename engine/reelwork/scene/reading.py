"""Reading: what the functions that read kinds share: the report, the plugins, facts of the canvas, and each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from reelwork.errors import Place
from reelwork.kinds import Kind
from reelwork.scene.nodes import Broken, Node, place_of
from reelwork.scene.report import Report
from reelwork.scene.wording import describe, found
from reelwork.values import Display

if TYPE_CHECKING:
    from reelwork.extensions import Registry


class _Bad:
    """Stands for a value that could not be read; what was wrong with it has been reported."""

    def __repr__(self) -> str:
        return "BAD"


BAD: Final = _Bad()

Reader = Callable[["Reading", Any, Node, str], Any]


@dataclass
class Reading:
    """One scene being read.

    :param readers: the function that reads each kind
    :param fps: the canvas's rate, at which ``36f`` is counted
    :param display: the canvas's display curve, by which ``{linear: …}`` becomes a colour
    :param places: where each key's value stands, by the key's path
    """

    report: Report
    registry: Registry
    readers: Mapping[type[Kind], Reader]
    fps: Fraction = Fraction(24)
    display: Display = "srgb"
    places: dict[str, Place] = field(default_factory=dict)

    def read(self, kind: Kind, node: Node, path: str) -> Any:
        """The plain value of a node, or ``BAD``."""
        if isinstance(node, Broken):
            return BAD
        return self.readers[type(kind)](self, kind, node, path)

    def attempt(self, read: Callable[[], Any]) -> tuple[Any, Report]:
        """What a function reads, and what it finds wrong, reported to nobody yet."""
        real, self.report = self.report, Report()
        try:
            return read(), self.report
        finally:
            self.report = real

    def wrong(self, node: Node, path: str, message: str, remedy: str = "") -> _Bad:
        """Report what is wrong with a node."""
        self.report.add(message, node.place, path, remedy)
        return BAD

    def fault(self, path: str, message: str, remedy: str = "") -> None:
        """Report what is wrong with a key that was read, at its place or that of what holds it."""
        self.report.add(message, place_of(self.places, path), path, remedy)

    def expected(self, kind: Kind, node: Node, path: str, remedy: str = "") -> _Bad:
        """Report that a node is not of its kind."""
        return self.wrong(node, path, f"expected {describe(kind)}, found {found(node)}", remedy)

    def later(self, place: Place, path: str, what: str) -> None:
        """Report something that the format agrees on and that is not built yet."""
        self.report.add(f"{what} is not available yet", place, path)
