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
    :param stays: whether somebody started it by hand, so that it has all its workers, however little there is to do
    :param gpus: how many GPUs it is known to have
    """

    id: str
    slots: int
    slot: Slot
    stays: bool = False
    gpus: int = 0

    def names(self) -> list[str]:
        """Of its workers."""
        return [f"worker-{self.id}-{number}" for number in range(self.slots)]

    def with_gpu(self) -> list[str]:
        """Of its workers that have a GPU to themselves."""
        return self.names()[: self.gpus]


@dataclass(frozen=True)
class Placement:
    """What is to be done so that every machine has the workers that it should.

    :param start: names of workers to start, and where
    :param drain: names of workers that are not needed any more
    """

    start: tuple[tuple[str, Node], ...]
    drain: tuple[str, ...]


def place(nodes: Iterable[Node], there: Iterable[str], wanted: int | None) -> Placement:
    """Fill the machines that stay; keep workers that are there, and start others where most are, so that machines get
    free.

    :param there: names of the workers that there are
    :param wanted: how many workers, if those of machines that stay are not more; ``None`` for as many as there is room
        for
    """
    have = set(there)
    ordered = sorted(nodes, key=lambda node: (-sum(name in have for name in node.names()), node.id))
    names = [(name, node) for node in ordered for name in node.names()]
    names.sort(key=lambda named: (not named[1].stays, named[0] not in have))
    kept = names if wanted is None else names[: max(wanted, sum(node.slots for node in ordered if node.stays))]
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
