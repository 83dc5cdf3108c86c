"""Machines and how many workers are wanted go in; which workers each machine should have comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reelwork_farm.slot import Slot


@dataclass(frozen=True)
class Node:
    """A machine of the cluster.

    :param id: that the cluster knows it by
    :param slots: how many workers it has room for
    :param slot: what one of them has
    :param head: whether it is the one that the farm was started on, which stays
    """

    id: str
    slots: int
    slot: Slot
    head: bool = False

    def names(self) -> list[str]:
        """Of its workers."""
        return [f"worker-{self.id}-{number}" for number in range(self.slots)]


@dataclass(frozen=True)
class Placement:
    """What is to be done so that every machine has the workers that it should.

    :param start: names of workers to start, and where
    :param drain: names of workers that are not needed any more
    """

    start: tuple[tuple[str, Node], ...]
    drain: tuple[str, ...]


def place(nodes: Iterable[Node], there: Iterable[str], wanted: int | None) -> Placement:
    """Fill the machines that are there: first the head, then those that work already, so that others become free.

    :param there: names of the workers that there are
    :param wanted: how many workers; ``None`` for as many as there is room for
    """
    have = set(there)
    ordered = sorted(nodes, key=lambda node: (not node.head, -sum(name in have for name in node.names()), node.id))
    names = [(name, node) for node in ordered for name in node.names()]
    kept = names if wanted is None else names[:wanted]
    staying = {name for name, _ in kept}
    return Placement(
        start=tuple((name, node) for name, node in kept if name not in have),
        drain=tuple(sorted(have - staying)),
    )


def wanted_workers(units: int, least: int, most: int) -> int:
    """How many workers there should be: one for each unit that is not finished, within bounds.

    :param units: of all jobs that may be rendered now
    """
    return max(least, min(most, units))
