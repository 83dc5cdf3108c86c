"""Every built-in point effect on a 1080p frame, one thread, and some in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.pointwise import CASES, FUSED, effects
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.frames import Pointwise
from reelwork.values import Affine

#: A strip of a frame that stays in the second-level cache, and how many make a frame.
TILE = Window(0, 0, 1920, 32)
TILES = 34


def measured(benchmark: BenchmarkFixture, names: Sequence[str], folder: Path) -> None:
    data = np.random.default_rng(0).random((4, TILE.height, TILE.width), dtype=np.float32)
    data[:3] *= data[3]
    source, out = Frame(data, TILE), Frame.empty(TILE)
    pointwise = Pointwise(effects(names, folder), to_layer=Affine.IDENTITY, box=(1920.0, 1080.0))

    def frame() -> None:
        for _ in range(TILES):
            pointwise(source, out)

    benchmark(frame)


@pytest.mark.parametrize("name", CASES)
def test_effect(benchmark: BenchmarkFixture, name: str, tmp_path: Path) -> None:
    measured(benchmark, (name,), tmp_path)


@pytest.mark.parametrize("name", FUSED)
def test_fused(benchmark: BenchmarkFixture, name: str, tmp_path: Path) -> None:
    measured(benchmark, FUSED[name], tmp_path)
