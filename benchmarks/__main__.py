"""``python -m benchmarks``: measure Reelwork and its peers, and write the report."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks import kernels, report
from benchmarks.comparisons import Bench, chosen
from benchmarks.peers import environments, known
from benchmarks.peers.base import Absent, Peer, Place
from benchmarks.plot import drawn
from benchmarks.scenes import SCENES

_HERE: Final = Path(__file__).parent


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help="all of them, or some of: " + ", ".join(SCENES))
    parser.add_argument("--seconds", type=float, default=60.0, help="of the longest scene; others are shares of it")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs")
    parser.add_argument("--sink", action="append", default=[], choices=list(report.SINKS), help="only this one")
    parser.add_argument("--peer", action="append", default=[], help="only this one; ours is always there")
    parser.add_argument("--kernels", action="store_true", help="kernels against OpenCV's, too")
    parser.add_argument("--timings", type=Path, help="a report of pytest-benchmark, whose medians are listed")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="of media and films")
    parser.add_argument("--to", type=Path, help="write the report here, and its drawing beside it")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.scenes) - set(SCENES))
    if unknown:
        parser.error(f"there is no scene {unknown[0]!r}; use one of: {', '.join(SCENES)}")
    environments.main()
    place = Place(asked.folder.resolve())
    place.media.mkdir(parents=True, exist_ok=True)
    peers = known()
    only = {"ours", *asked.peer} if asked.peer else set(peers)
    bench = Bench(place, {key: peers[key] for key in peers if key in only}, asked.seconds, asked.rounds, _said)
    results = []
    for comparison in chosen(asked.scenes, asked.sink):
        for result in bench.compare(comparison):
            results.append(result)
            told = result.why or f"{result.wall:8.2f} s {result.cpu:8.2f} s of CPU {result.peak / 1e6:6.0f} MB"
            near = " ".join(f"{value:.1f}" for value in result.psnr)
            print(f"{result.scene} {result.sink} {result.frames}f {result.cores}c {result.peer:12} {told} {near}")
    if asked.to:
        found = report.Measured(
            date=report.today(),
            machine=report.machine(),
            versions=_versions(peers),
            rounds=asked.rounds,
            results=tuple(report.order(results)),
            kernels=tuple(kernels.compare_kernels(asked.rounds, _said)) if asked.kernels else (),
            timings=report.timings(json.loads(asked.timings.read_text())) if asked.timings else {},
        )
        plot = asked.to.with_suffix(".svg")
        plot.write_text(drawn(found.results))
        asked.to.write_text(report.written(found, plot.name))


def _said(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _versions(peers: Mapping[str, Peer]) -> dict[str, str]:
    """The version of each program, or why it is absent."""
    asked = {peer.name: peer.version for peer in peers.values()} | {"OpenCV": kernels.opencv_version}
    found = {}
    for name, version in asked.items():
        try:
            found[name] = version()
        except Absent as error:
            found[name] = f"absent: {error}"
    return found


if __name__ == "__main__":
    main()
