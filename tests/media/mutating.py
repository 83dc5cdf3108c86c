"""Files of sound with something wrong in them, tried in processes of their own: what became of each is a line of JSON.

``python -m media.mutating FOLDER SEED FIRST STOP FILE …`` tries the mutations of each file by the seeds from FIRST
on, the first file's from SEED on.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av.logging

from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource
from reelwork_farm.child import peak_memory

#: Seconds of work that a file may take, and bytes of memory.
SECONDS: Final = 10
MEMORY: Final = 1 << 30
#: Samples that are read of one, at most: 20 seconds.
READ: Final = 960_000


def mutated(data: bytes, seed: int) -> bytes:
    """The same bytes with some of them changed, left out, doubled, moved or cut off."""
    choose, made = random.Random(seed), bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 4, 16, 64))):
        # Half of all strike the header.
        place = choose.randrange(min(len(made), 256) if choose.random() < 0.5 else len(made))
        length = choose.choice((1, 1, 2, 4, 8, 64, 512))
        match choose.randrange(7):
            case 0 | 1:
                made[place] ^= 1 << choose.randrange(8)
            case 2:
                made[place : place + length] = choose.randbytes(min(length, len(made) - place))
            case 3:
                made[place : place + length] = bytes([choose.choice((0, 255))]) * min(length, len(made) - place)
            case 4 if len(made) > 1024:
                del made[place : place + length]
            case 5:
                made[place:place] = made[place : place + length]
            case 6 if choose.random() < 0.2:
                del made[max(place, 64) :]
    return bytes(made)


@dataclass(frozen=True)
class Tried:
    """What became of one file.

    :param outcome: ``refused``, ``told`` (read, with damage told), ``read``, ``raised`` what it should not, ``died`` or
        ``hung``
    :param memory: bytes that the process had at most until then
    """

    name: str
    seed: int
    outcome: str
    said: str = ""
    seconds: float = 0.0
    memory: int = 0


def tried(files: Sequence[Path], seeds: range, folder: Path) -> Iterator[Tried]:
    """Every mutation of some files; a process that dies is followed by another."""
    todo = [(file, seed) for file in files for seed in seeds]
    while todo:
        rest = [file for file in files if any(file == other for other, _ in todo)]
        done = subprocess.run(
            [sys.executable, "-m", "media.mutating", str(folder), str(todo[0][1]), *map(str, (seeds.start, seeds.stop)),
             *map(str, rest)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[1],
            check=False,
        )  # fmt: skip
        found = [Tried(**json.loads(line)) for line in done.stdout.splitlines()]
        yield from found
        todo = todo[len(found) :]
        if todo:
            outcome = "hung" if done.returncode == -signal.SIGPROF else "died"
            yield Tried(todo[0][0].name, todo[0][1], outcome, done.stderr[-500:])
            todo = todo[1:]


def main(folder: Path, begin: int, seeds: range, files: Sequence[Path]) -> None:
    """Try some, and say what became of each.

    :param begin: the first file's first seed; the others begin at the beginning
    """
    av.logging.set_level(None)
    for file in files:
        data = file.read_bytes()
        for seed in range(begin, seeds.stop):
            path = folder / f"{seed}{file.suffix}"
            path.write_bytes(mutated(data, seed))
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            begun = time.process_time()
            found: dict[str, Any] = {"name": file.name, "seed": seed, **_one(path)}
            found["seconds"] = round(time.process_time() - begun, 3)
            signal.setitimer(signal.ITIMER_PROF, 0)
            found["memory"] = peak_memory()
            path.unlink()
            print(json.dumps(found), flush=True)
        begin = seeds.start


def _one(path: Path) -> dict[str, Any]:
    try:
        audio = probe(path).audio
        if audio is None:
            return {"outcome": "refused", "said": "no sound"}
        with AudioSource(path) as source:
            count = min(source.samples, READ)
            for start in range(0, count, 48_000):
                source.read(start, min(48_000, count - start))
        return {"outcome": "told" if audio.damage else "read"}
    except MediaError as error:
        return {"outcome": "refused", "said": str(error)}
    except Exception as error:
        return {"outcome": "raised", "said": repr(error)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), range(*map(int, sys.argv[3:5])), [Path(name) for name in sys.argv[5:]])
