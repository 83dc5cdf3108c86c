"""Peak memory of a whole render with two workers, at 1080p, for a film and for one ten times as long."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.measure import held, tree

ROOT = Path(__file__).parent.parent
SCENE = """
reelwork: 1
canvas: {{size: [1920, 1080], fps: 24}}
compositions:
  main:
    duration: {seconds}s
    layers:
      - generate: {{gradient: {{}}}}
      - shape: {{star: {{}}, fill: gold}}
        blend: overlay
        transform: {{rotation: {{0s: 0, {seconds}s: 90}}, scale: {{0s: 100%, {seconds}s: 500%}}}}
      - text: {{content: many hands, size: 200}}
        transform: {{position: {{0s: [500, 300], {seconds}s: [1400, 800]}}}}
        effects: [drop-shadow]
      - {{adjustment: true, effects: [vignette]}}
outputs: {{film: {{file: film.mp4, video: {{preset: ultrafast}}}}}}
"""


def peak_of(scene: Path, folder: Path) -> int:
    """The most that a render of a scene holds at once, bytes, looked at ten times a second."""
    command = [str(Path(sys.executable).parent / "reelwork"), "render", str(scene), "--jobs", "2", "--to"]
    render = subprocess.Popen(
        [*command, str(folder / "film.mp4"), "--fresh"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while render.poll() is None:
        peak = max(peak, sum(held(process) for process in tree(render.pid)))
        time.sleep(0.1)
    assert render.returncode == 0
    return peak


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_film(benchmark, tmp_path):
    peaks = {}
    for seconds in (8, 80):
        folder = tmp_path / str(seconds)
        folder.mkdir()
        (folder / "scene.yaml").write_text(SCENE.format(seconds=seconds))
        peaks[seconds] = peak_of(folder, folder)
    peaks["first-light"] = peak_of(ROOT / "scenes" / "first-light", tmp_path)
    for name, peak in peaks.items():
        benchmark.extra_info[f"peak MB, {name}"] = round(peak / 1e6)
    benchmark.pedantic(lambda: None, rounds=1)
    print("\npeak memory, MB:", ", ".join(f"{name}: {peak / 1e6:.0f}" for name, peak in peaks.items()))
