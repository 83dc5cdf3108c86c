"""Kernels against OpenCV's: one operation on a 1080p picture of four float32 channels on one core, in turn.

``python -m benchmarks.kernels CASE`` times ours; ``peers/scripts/opencv_kernels.py`` times OpenCV's in its own
environment. Both print seconds for one call, the median of several after some that do not count.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.measure import pinned
from benchmarks.peers.base import Absent
from benchmarks.peers.environments import python_of, version_in

#: What is done; both sides know these names.
CASES: Final = (
    "Gaussian blur, sigma 3",
    "Gaussian blur, sigma 10",
    "Gaussian blur, sigma 40",
    "turned and scaled, bilinear",
    "turned and scaled, bicubic",
    "shrunk by 1.5, area-averaged",
    "shrunk by 3, area-averaged",
)
#: Seconds for which a case is called over and over.
_LONG: Final = 1.5
_SCRIPT: Final = Path(__file__).parent / "peers" / "scripts" / "opencv_kernels.py"


@dataclass(frozen=True)
class KernelResult:
    """How long one call takes, seconds: ours and OpenCV's, the medians of all rounds.

    :param why: why there is none of OpenCV's
    """

    case: str
    ours: float
    theirs: float | None = None
    why: str = ""


def compare_kernels(rounds: int, said: Callable[[str], None]) -> list[KernelResult]:
    """Time all cases, ours and OpenCV's in turn."""
    found = []
    for case in CASES:
        said(f"kernel: {case}")
        mine, others, why = [], [], ""
        for _ in range(rounds):
            mine.append(_timed([sys.executable, "-m", "benchmarks.kernels", case]))
            try:
                others.append(_timed([str(python_of("opencv")), str(_SCRIPT), case, str(_LONG)]))
            except Absent as error:
                why = str(error)
        theirs = statistics.median(others) if others else None
        found.append(KernelResult(case, statistics.median(mine), theirs, why))
    return found


def opencv_version() -> str:
    """Which version is there.

    :raises Absent: it could not be installed
    """
    return version_in("opencv", "opencv-python-headless")


def _timed(command: list[str]) -> float:
    said = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=pinned(1)).stdout
    return float(json.loads(said))


def called(case: str) -> Callable[[], object]:
    """One call of ours for a case."""
    from reelwork.image import Window
    from reelwork.image.frame import Frame
    from reelwork.kernels.blur import gaussian_blur
    from reelwork.kernels.resample import Mipmap, resample
    from reelwork.values import Affine

    def noise(width: int, height: int) -> Frame:
        values = np.random.default_rng(0).random((4, height, width), dtype=np.float32)
        return Frame(values, Window(0, 0, width, height))

    out = Frame.empty(Window(0, 0, 1920, 1080))
    what, _, how = case.partition(", ")
    if what == "Gaussian blur":
        source, sigma = noise(1920, 1080), float(how.removeprefix("sigma "))
        return lambda: gaussian_blur(source, sigma, sigma, out)
    if what == "turned and scaled":
        source = noise(1920, 1080)
        turned = Affine.translation(960, 540) @ Affine.rotation(-7) @ Affine.scaling(0.9, 0.9)
        place = turned @ Affine.translation(-960, -540)
        return lambda: resample(source, place, out, "bilinear" if how == "bilinear" else "bicubic")
    factor = float(what.removeprefix("shrunk by "))
    source = noise(round(1920 * factor), round(1080 * factor))
    # what is halved on the way is halved anew for each call
    return lambda: resample(Mipmap(source), Affine.scaling(factor, factor), out)


def median_of(call: Callable[[], object], seconds: float) -> float:
    """The median time of a call that is repeated for so many seconds, and five times at least."""
    for _ in range(2):
        call()
    times: list[float] = []
    while len(times) < 5 or sum(times) < seconds:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(median_of(called(sys.argv[1]), _LONG)))
