"""Mutated footage: what a worker process makes of damaged files, within limits of memory and time.

``python -m media.mutated FILE FIRST STOP`` mutates a file by each seed, reads it as a source is read, and prints a line
for each: the seed, ``read``, ``told`` or what went wrong, and how long it took.
"""

from __future__ import annotations

import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

#: What a file may take, seconds of the processor, and how much memory the process may get beyond what it begins with.
MOST_SECONDS = 10
MOST_BYTES = 1 << 30
#: How many pictures of each file are asked for.
_PICTURES = 4


def mutated(data: bytes, seed: int) -> bytes:
    """A damaged copy: bytes changed, runs overwritten, cut out, doubled or cut off, or a number changed."""
    luck = random.Random(seed)
    out = bytearray(data)
    for _ in range(luck.choice((1, 1, 2, 6))):
        if len(out) < 64:
            break
        at = luck.randrange(len(out) if luck.random() < 0.85 else min(len(out), 2048))
        length = luck.choice((1, 4, 16, 64, 256))
        way = luck.randrange(6)
        if way == 0:
            out[at] ^= 1 << luck.randrange(8)
        elif way == 1:
            out[at : at + length] = luck.randbytes(len(out[at : at + length]))
        elif way == 2:
            del out[at : at + length]
        elif way == 3:
            out[at:at] = out[at : at + length]
        elif way == 4:
            number = luck.choice((0, 1, 0x7F, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))
            out[at : at + 4] = number.to_bytes(4, "big")[: len(out[at : at + 4])]
        else:
            del out[max(64, at) :]
    return bytes(out)


def tried(path: Path) -> str:
    """``read`` where pictures come out, ``told`` where an error says what is wrong."""
    from reelwork.errors import MediaError
    from reelwork.media.examine import examine_file
    from reelwork.media.video.source import VideoSource

    try:
        examined = examine_file(path, "0" * 64, 24)
        if examined.index is None:
            return "told"
        with VideoSource(path, examined=examined) as source:
            count = source.frame_count
            for number in sorted({0, count // 3, count - 1, count // 2}, key=lambda n: (n * 7) % 5)[:_PICTURES]:
                picture = source.picture(number)
                assert picture.width * picture.height > 0
    except MediaError as error:
        return "told" if str(path) in str(error) else f"an error that does not name the file: {error}"
    return "read"


def main(path: Path, first: int, stop: int) -> None:
    from reelwork.media.video.source import VideoSource  # loaded before memory is bounded

    assert VideoSource
    data = path.read_bytes()
    begun = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun + MOST_BYTES, begun + MOST_BYTES))
    with TemporaryDirectory() as folder:
        for seed in range(first, stop):
            file = Path(folder) / f"{seed}{path.suffix}"
            file.write_bytes(mutated(data, seed))
            began = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)  # which ends the process
            print(seed, "begun", flush=True)
            try:
                found = tried(file)
            except Exception as error:
                found = f"{type(error).__name__}: {error}".replace("\n", " ")
            signal.setitimer(signal.ITIMER_PROF, 0)
            print(seed, "ended", round(time.process_time() - began, 2), found, flush=True)
            file.unlink()


def soaked(path: Path, first: int, stop: int) -> tuple[Counter[str], list[str], float]:
    """How files mutated by some seeds fare: how many were read and told, what went wrong, and the longest time."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    longest = 0.0
    while first < stop:
        command = [sys.executable, "-m", "media.mutated", str(path), str(first), str(stop)]
        tests = Path(__file__).parents[1]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tests, check=False)
        lines = [line.split(" ", 3) for line in done.stdout.splitlines()]
        for line in lines:
            if line[1] == "ended":
                longest = max(longest, float(line[2]))
                if line[3] in ("read", "told"):
                    counts[line[3]] += 1
                else:
                    wrong.append(f"{path.name}, seed {line[0]}: {line[3]}")
        if done.returncode == 0:
            break
        if not lines:
            raise RuntimeError(done.stderr)
        wrong.append(f"{path.name}, seed {lines[-1][0]}: ended with {done.returncode}: {done.stderr[-300:]}")
        first = int(lines[-1][0]) + 1
    return counts, wrong, longest


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
