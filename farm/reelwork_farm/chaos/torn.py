"""A folder goes in; processes that write to a store and a storage in it are killed, and what they leave is looked at.

``python -m reelwork_farm.chaos.torn FOLDER KILLS`` is a process of its own, since it forks. It prints what it saw, and
ends with an error at the first thing that is not whole.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Final

from reelwork_farm.errors import FarmError
from reelwork_farm.model import Figures, JobSpec, JobState, Timing, UnitState, WorkerOffer
from reelwork_farm.storage import FolderStorage, digest_of
from reelwork_farm.store import open_store

_FRAMES: Final = 96
_UNITS: Final = 5
#: Bytes of a pretended segment, at most.
_SEGMENT: Final = 1 << 20
#: How many times as long as its first commit takes a writer lives, at most, once it has begun.
_LIFE: Final = 1.5
_OFFER: Final = WorkerOffer("node", 1, 1, 1 << 30, "e" * 64, "x86_64")


def tear(folder: Path, kills: int) -> dict[str, int]:
    """Kill writers; how many units were told to be committed, and how many files were left half-written.

    :raises FarmError: something is not whole
    """
    chance = random.Random(1)
    told: set[tuple[str, int, str]] = set()
    seen: set[str] = set()
    partial, most = 0, 0.0
    for number in range(kills):
        began = time.monotonic()
        new = _killed(folder, random.Random(number), chance.uniform(0.0, most) if number else None)
        most = most or _LIFE * (time.monotonic() - began)
        told |= new
        _look(folder, new, seen)
        for path in (folder / "storage" / "partial").glob("*"):
            path.unlink()
            partial += 1
    store = open_store(str(folder / "farm.sqlite"))
    for job, index, digest in told:
        if store.unit(job, index).digest != digest:
            raise FarmError(f"unit {index} of job {job} was told to be committed, and is not any more")
    store.close()
    return {"units": len(told), "partial": partial}


def _killed(folder: Path, chance: random.Random, life: float | None) -> set[tuple[str, int, str]]:
    """Let a process write, and kill it; what it said was committed.

    :param life: seconds from when it has begun; ``None``: until it has said something
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _write(folder, chance, writer)
        finally:
            os._exit(1)
    os.close(writer)
    os.read(reader, 1)
    if life is None:
        select.select([reader], [], [])
    else:
        time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open(reader, encoding="ascii") as lines:
        whole = [line.split() for line in lines if line.endswith("\n") and len(line) > 1]
    return {(job, int(index), digest) for job, index, digest in whole}


def _write(folder: Path, chance: random.Random, told: int) -> None:
    """Do what a controller and its workers do to a store and a storage, without end."""
    store, storage = open_store(str(folder / "farm.sqlite")), FolderStorage(folder / "storage")
    worker = store.register(_OFFER, now=1.0)
    os.write(told, b"\n")
    own = folder / "making"
    while True:
        spec = JobSpec("film", f"{chance.getrandbits(256):064x}", "e" * 64, 0, _UNITS * _FRAMES, "24", True, "a.mp4")
        job = store.submit(spec, now=1.0)
        for index in (*range(_UNITS), _UNITS):
            for part in store.grant(worker, job.id, [index], until=1e9, now=1.0):
                own.write_bytes(chance.randbytes(chance.randrange(1, _SEGMENT)))
                digest = storage.put(own)
                figures = Figures(digest, own.stat().st_size, part.stop - part.first, 1.0, 1.0, 1)
                if store.commit(worker, job.id, index, part.epoch, figures, now=1.0):
                    os.write(told, f"{job.id} {index} {digest}\n".encode())


def _look(folder: Path, told: set[tuple[str, int, str]], seen: set[str]) -> None:
    """Look at what a killed process has left.

    :param told: what it said was committed
    :param seen: blobs that need not be read again
    """
    with sqlite3.connect(folder / "farm.sqlite") as connection:
        if connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
            raise FarmError("the store is damaged")
    connection.close()
    for path in (folder / "storage").glob("??/??/*"):
        if path.name not in seen and digest_of(path) != path.name:
            raise FarmError(f"a partial blob is to be seen: {path.name}")
        seen.add(path.name)
    store = open_store(str(folder / "farm.sqlite"))
    try:
        for job in store.jobs(limit=3):
            units = store.units(job.id)
            done = [unit for unit in units if unit.state is UnitState.DONE]
            if (len(units), len(done)) != (job.units, job.done) or (job.state is JobState.DONE) != (
                len(done) == job.units
            ):
                raise FarmError(f"job {job.id} says {job.done} of {job.units} units, {job.state}; {len(done)} are")
            if lost := [unit.index for unit in done if unit.digest not in seen]:
                raise FarmError(f"units {lost} of job {job.id} are done without a segment")
        for name, index, digest in told:
            if store.unit(name, index).digest != digest:
                raise FarmError(f"unit {index} of job {name} was told to be committed, and is not")
        store.expire(Timing(), now=1e6)
    finally:
        store.close()


if __name__ == "__main__":
    print(json.dumps(tear(Path(sys.argv[1]), int(sys.argv[2]))))
