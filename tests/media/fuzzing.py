"""Mutated files of pictures, and processes that try to read them: seeds go in, what became of each comes out.

A process that dies, or that says nothing for ten seconds, is one finding more, and the next one goes on behind it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psutil

HANG = 10.0  #: Seconds that a file may take.
MOST_MEMORY = 1 << 30  #: Bytes that a process may hold.
_ADDRESSES = 6 << 30
_EXTREMES = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0", b"\0\1\0\0", b"\xff\xff\xff\x7f")


@dataclass
class Outcome:
    """What became of mutated files: how many were read, were told of, and the findings, by number."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: dict[int, str] = field(default_factory=dict)
    slowest: float = 0.0
    memory: int = 0


def mutated(data: bytes, other: bytes, number: int) -> bytes:
    """One of the ways in which a file may be damaged; the same for the same number."""
    chance = random.Random(number)
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        size = max(1, len(out))
        at, length = chance.randrange(size), chance.randrange(1, max(2, size // 4))
        match chance.randrange(8):
            case 0 | 1:
                for _ in range(chance.choice((1, 1, 2, 8, 32))):
                    if out:
                        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
            case 2:
                out = out[:at]
            case 3:
                there = chance.randrange(size)
                out[at : at + length], out[there : there + length] = out[there : there + length], out[at : at + length]
            case 4:
                start = chance.randrange(max(1, len(other)))
                out[at : at + length] = other[start : start + length]
            case 5:
                out[at : at + 4] = chance.choice(_EXTREMES)
            case 6:
                del out[at : at + chance.choice((1, 2, length))]
            case 7:
                out[at:at] = out[at : at + length] * chance.choice((1, 3))
    return bytes(out) or b"\0"


def soak(bases: Sequence[Path], folder: Path, count: int, *, first: int = 0) -> Outcome:
    """Have ``count`` mutations of some files read in processes of their own."""
    outcome, number, last = Outcome(), first, first + count
    while number < last:
        number = _one_process(bases, folder, number, last, outcome)
    return outcome


def _one_process(bases: Sequence[Path], folder: Path, number: int, last: int, outcome: Outcome) -> int:
    command = [sys.executable, __file__, str(folder), str(number), str(last), *map(str, bases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_hand_on, args=(process, lines), daemon=True).start()
        lines.get()  # once everything is imported
        while number < last:
            began = time.monotonic()
            try:
                line = lines.get(timeout=HANG)
            except queue.Empty:
                process.kill()
                outcome.findings[number] = f"hangs for more than {HANG:g} s"
                return number + 1
            if not line:
                outcome.findings[number] = f"ends its process with {process.wait()}"
                return number + 1
            kind, memory, *words = line.split(maxsplit=2)
            outcome.counts[kind] += 1
            outcome.slowest = max(outcome.slowest, time.monotonic() - began)
            outcome.memory = max(outcome.memory, int(memory))
            if kind == "finding":
                outcome.findings[number] = " ".join(words).strip()
            number += 1
            if int(memory) > MOST_MEMORY:
                outcome.findings[number - 1] = f"takes {int(memory) >> 20} MiB"
                process.kill()  # its peak would count for all that follow
                return number
    return number


def _hand_on(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


class Peak:
    """The most memory that the process that draws held while inside, looked for every two milliseconds."""

    bytes = 0

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ready.set()
        self._thread.join()

    def _look(self) -> None:
        from reelwork.media.stills import apart

        while not self._ready.wait(0.002):
            for child in apart._CHILD:
                with contextlib.suppress(psutil.Error):
                    self.bytes = max(self.bytes, psutil.Process(child.pid).memory_info().rss)


def _main(folder: Path, number: int, last: int, bases: Sequence[Path]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from reelwork.errors import MediaError
    from reelwork.media.examine import examine_file
    from reelwork.media.stills.icc import SRGB_CURVE
    from reelwork.media.stills.reading import load_still
    from reelwork_farm.child import peak_memory

    SRGB_CURVE.table(256)  # compiled before anybody counts seconds
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print is nothing to the one who listens
    files = [base.read_bytes() for base in bases]
    peak = Peak()
    beside = any(base.suffix in (".svg", ".pdf") for base in bases)
    print("ready", file=out, flush=True)
    for at in range(number, last):
        base = bases[at % len(bases)]
        path = folder / f"mutated-{number}{base.suffix}"
        path.write_bytes(mutated(files[at % len(files)], files[(at * 7 + 3) % len(files)], at))
        try:
            with Peak() if beside else contextlib.nullcontext(peak) as peak:
                examined = examine_file(path, "0" * 64, 24)
                if examined.facts.kind == "still":
                    load_still(path)
            said = "read"
        except MediaError as error:
            said = "told" if path.name in str(error) else f"finding no name in {error!r}"
        except BaseException as error:
            said = f"finding {type(error).__name__}: {str(error)[:200]!r}"
        kind, _, words = said.partition(" ")
        print(kind, max(peak.bytes, peak_memory()), words, file=out, flush=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), [Path(name) for name in sys.argv[4:]])
