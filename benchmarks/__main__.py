"""``python -m benchmarks``: measure Reelwork and its peers, and write the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.comparisons import Bench, chosen
from benchmarks.peers import known
from benchmarks.peers.base import Place
from benchmarks.scenes import SCENES


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help="one of: " + ", ".join(SCENES))
    parser.add_argument("--seconds", type=float, default=60.0, help="of the longest scene; others are shares of it")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs")
    parser.add_argument("--sink", action="append", default=[], choices=["discard", "veryfast", "medium"])
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="of media and films")
    asked = parser.parse_args(arguments)
    place = Place(asked.folder.resolve())
    place.media.mkdir(parents=True, exist_ok=True)
    bench = Bench(place, known(), asked.seconds, asked.rounds, lambda words: print(words, file=sys.stderr, flush=True))
    for comparison in chosen(asked.scenes, asked.sink):
        for result in bench.compare(comparison):
            told = result.why or f"{result.wall:8.2f} s {result.cpu:8.2f} s of CPU {result.peak / 1e6:6.0f} MB"
            near = " ".join(f"{value:.1f}" for value in result.psnr)
            print(f"{result.scene} {result.sink} {result.frames}f {result.cores}c {result.peer:12} {told} {near}")


if __name__ == "__main__":
    main()
