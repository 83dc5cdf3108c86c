"""A job and workers' offers go in; which of them may render it, and why the others may not, comes out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from reelwork_farm.errors import FarmError
from reelwork_farm.model import JobSpec, WorkerOffer, WorkerRow, WorkerState

#: Bytes from which a worker offers ``big-memory`` without having to say so.
BIG_MEMORY: Final = 16 << 30
#: How many times as much memory a worker must have for a unit to wait for it that had too little on another.
MORE_MEMORY: Final = 1.2
#: Faults of the workers of one machine from which it may be set aside.
FAULTS: Final = 3
#: Faults that a failed audit counts for each of the two workers, of whom one must be wrong: more than what their next
#: few units make up for.
SUSPICION: Final = 2 * FAULTS
#: How many times as many faults as on the machine in the middle make one a bad machine.
WORSE: Final = 3
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_LEAST: Final = re.compile(r"(cores|memory):([1-9][0-9]{0,5})(G?)")


def check_needs(needs: Iterable[str]) -> None:
    """Refuse what no worker could ever offer for the way that it is written.

    A need is a tag of lower-case letters, digits, ``.``, ``_`` and ``-``, such as ``gpu``; ``cores:8`` for at least 8
    cores; or ``memory:32G`` for at least 32 GiB.

    :raises FarmError: another text
    """
    for need in needs:
        least = _LEAST.fullmatch(need)
        if not (_TAG.fullmatch(need) or (least and (least[1] == "memory") == bool(least[3]))):
            raise FarmError(
                f"{need[:80]!r} is nothing that a worker can offer: say a tag such as gpu, cores:8 or memory:32G"
            )


def objections(spec: JobSpec, offer: WorkerOffer) -> tuple[str, ...]:
    """Why a worker may not render a job, each a clause such as ``it offers no gpu``; empty where it may."""
    found = []
    if offer.engine != spec.engine:
        found.append(f"it renders with the engine and plugins {offer.engine[:12]}, not {spec.engine[:12]}")
    if spec.machine and offer.machine != spec.machine:
        found.append(f"its processor is {offer.machine}, not {spec.machine}")
    found += (f"it offers no {need}" for need in spec.needs if not _offers(offer, need))
    return tuple(found)


def _offers(offer: WorkerOffer, need: str) -> bool:
    if need in offer.tags or (need == "big-memory" and offer.memory >= BIG_MEMORY):
        return True
    least = _LEAST.fullmatch(need)
    if not least:
        return False
    return offer.cores >= int(least[2]) if least[1] == "cores" else offer.memory >= int(least[2]) << 30


def usable(row: WorkerRow, now: float) -> bool:
    """Whether a worker may be handed something: it lives, is not draining, and its machine is not set aside."""
    if row.state is WorkerState.ASIDE:
        return row.aside_until is not None and row.aside_until <= now
    return row.state in (WorkerState.IDLE, WorkerState.BUSY)


class Fleet:
    """The workers that may be handed something, by what they offer; asking who fits a job is cheap.

    ``rows`` are those, by id; ``known`` are all that it was made of.

    :param rows: of all workers
    :param now: seconds since 1970
    """

    def __init__(self, rows: Iterable[WorkerRow], now: float) -> None:
        self.known: Final = tuple(rows)
        self.rows: Final = {row.id: row for row in self.known if usable(row, now)}
        self._kinds: dict[tuple[object, ...], int] = {}
        self._kind: dict[str, int] = {}
        self._offers: list[WorkerOffer] = []
        self._counts: list[int] = []
        for row in self.rows.values():
            offer = row.offer
            kind = self._kinds.setdefault(
                (offer.engine, offer.machine, offer.cores, offer.memory, offer.tags), len(self._offers)
            )
            if kind == len(self._offers):
                self._offers.append(offer)
                self._counts.append(0)
            self._kind[row.id] = kind
            self._counts[kind] += 1
        self._fits: dict[tuple[object, ...], tuple[bool, ...]] = {}
        self._memory: dict[str, int] | None = None

    def kind(self, worker: str) -> int:
        """A number that workers with the same capabilities share.

        :raises KeyError: a worker that may not be handed anything
        """
        return self._kind[worker]

    def fits(self, spec: JobSpec, worker: str) -> bool:
        """Whether a worker may be handed units of a job."""
        kind = self._kind.get(worker)
        return kind is not None and self._of(spec)[kind]

    def memory(self, worker: str) -> int:
        """Bytes that a worker may use, also one that may not be handed anything; 0 where it is not known any more."""
        if self._memory is None:
            self._memory = {row.id: row.offer.memory for row in self.known}
        return self._memory.get(worker, 0)

    def count(self, spec: JobSpec, memory: int = 0) -> int:
        """How many workers may be handed units of a job.

        :param memory: bytes that they have at least
        """
        kinds = zip(self._of(spec), self._offers, self._counts, strict=True)
        return sum(count for fits, offer, count in kinds if fits and offer.memory >= memory)

    def others(self, spec: JobSpec, tried: Iterable[str], memory: int = 0) -> bool:
        """Whether anybody else than those who tried may be handed units of a job.

        :param memory: bytes that they have at least
        """
        able = (self.fits(spec, worker) and self.memory(worker) >= memory for worker in set(tried))
        return self.count(spec, memory) > sum(able)

    def _of(self, spec: JobSpec) -> tuple[bool, ...]:
        key = (spec.engine, spec.machine, spec.needs)
        found = self._fits.get(key)
        if found is None:
            found = self._fits[key] = tuple(not objections(spec, offer) for offer in self._offers)
        return found


def bad_hosts(rows: Iterable[WorkerRow], now: float) -> tuple[str, ...]:
    """Ids of workers whose machine failed so much more often lately than the others that it is better left alone.

    A machine is never the measure of itself: where all fail alike, as with a scene that no machine can render, or
    where there is one machine only, none is set aside; at most half of the machines are.
    """
    nodes: dict[str, list[WorkerRow]] = defaultdict(list)
    for row in rows:
        if usable(row, now):
            nodes[row.offer.node].append(row)
    faults = {node: sum(row.faults for row in members) for node, members in nodes.items()}
    ranked = sorted(faults.values())
    if len(ranked) < 2:
        return ()
    usual = ranked[(len(ranked) - 1) // 2]
    bad = (node for node, count in faults.items() if count >= max(FAULTS, WORSE * usual + 1))
    return tuple(row.id for node in bad for row in nodes[node])
