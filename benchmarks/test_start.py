"""The start: a scene is checked; the smallest film is rendered with nothing compiled yet, and with all compiled."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENE = Path(__file__).parent.parent / "scenes" / "hello"


def spent(folder: Path, *arguments: str) -> tuple[float, float]:
    """Run the command in a home of its own: seconds by the clock, and of processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "reelwork", *arguments],
        cwd=folder,
        env=os.environ | {"REELWORK_HOME": str(folder / "home")},
        check=True,
        capture_output=True,
    )
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize(
    ("arguments", "rounds", "most"),
    [(("check", SCENE), 5, 0.4), (("render", SCENE), 1, 20.0), (("render", SCENE, "--fresh"), 5, 2.0)],
    ids=["check", "first render", "next render"],
)
def test_start(benchmark, tmp_path, arguments, rounds, most):
    """The command ``reelwork`` from its start to its end; ``most`` is what it may take on two cores that are free."""
    arguments = [str(argument) for argument in arguments]
    if rounds > 1:
        spent(tmp_path, *arguments)
    runs: list[tuple[float, float]] = []
    benchmark.pedantic(lambda: runs.append(spent(tmp_path, *arguments)), rounds=rounds)
    wall, processors = min(runs)
    benchmark.extra_info["seconds of processors"] = round(processors, 2)
    print(f"\n{' '.join(arguments)}: {wall:.2f} s of {most}, {processors:.2f} s of processors")
