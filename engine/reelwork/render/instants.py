"""The pictures that a temporal effect reads, painted one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from reelwork.image.frame import Frame
from reelwork.plan.nodes import Node


class Instants(Sequence[Frame]):
    """What is shown at some instants; each picture is painted when it is asked for, and the last one is held.

    :param nodes: what is shown at each
    :param paint: paints as much of one as is needed
    """

    def __init__(self, nodes: Sequence[Node], paint: Callable[[Node], Frame]) -> None:
        self._nodes = nodes
        self._paint = paint
        self._last: tuple[bytes, Frame] | None = None

    def __len__(self) -> int:
        return len(self._nodes)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(index, slice):
            return Instants(self._nodes[index], self._paint)
        node = self._nodes[index]
        if self._last is None or self._last[0] != node.key:
            self._last = (node.key, self._paint(node))
        return self._last[1]
