"""Single frames of the benchmark's scenes, painted in this process on one core: what each costs, decoding included."""

from __future__ import annotations

from fractions import Fraction
from itertools import cycle
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.media import make
from benchmarks.peers.ours import written
from benchmarks.scenes import SCENES
from reelwork.media.writing.spec import video_spec
from reelwork.render.prepare import Settings, default_output, prepare
from reelwork.render.unit import Painter, Shot
from reelwork.render.view import frame_range, output_view

#: Of the scenes; frames from their middle are painted again and again.
SECONDS = 2.0


@pytest.fixture(scope="module")
def folder() -> Path:
    made = Path(__file__).parents[1] / "build" / "bench"
    (made / "media").mkdir(parents=True, exist_ok=True)
    return made


@pytest.mark.parametrize("name", SCENES)
def test_frame(benchmark: BenchmarkFixture, folder: Path, name: str) -> None:
    scene = SCENES[name](SECONDS)
    for source in scene.sources:
        make(source, folder / "media")
    path = folder / f"frame-{scene.slug}.yaml"
    path.write_text(written(scene))
    prepared = prepare(path, Settings())
    graph, output = prepared.graph("main"), default_output(prepared.scene)
    start, fps, count = frame_range(graph, output)
    painter = Painter(Shot(graph, output_view(graph, output, Fraction(1)), start, fps))
    spec = video_spec(".mp4", size=graph.root.size, fps=fps)
    numbers = cycle(range(count // 4, 3 * count // 4))

    def frame() -> None:
        number = next(numbers)
        for _ in painter.pictures(number, number + 1, spec):
            pass

    frame()
    benchmark.pedantic(frame, rounds=20, warmup_rounds=2)
