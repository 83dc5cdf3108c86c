"""Comparing: runs are measured and taken in turn, whoever lacks is named with the reason, and cheats are found out."""

from __future__ import annotations

import dataclasses
import sys
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from benchmarks import pointwise, report
from benchmarks.checks import Different, compare, psnr
from benchmarks.comparisons import COMPARISONS, Bench, Comparison, Result, chosen
from benchmarks.kernels import CASES, KernelResult
from benchmarks.measure import Command, Failed, Sample, cores, run
from benchmarks.peers import known
from benchmarks.peers.base import Absent, Place
from benchmarks.plot import drawn
from benchmarks.scenes import SCENES
from whole.making import write_video

from reelwork import PointEffect
from reelwork.extensions import registry

BUSY = "import time\nx = bytearray(80 << 20)\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass"


def test_a_run_is_measured_with_its_children():
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}], check=True)"
    sample = run(Command((sys.executable, "-c", code)), on=1)
    assert 0.55 < sample.cpu <= sample.wall + 0.1
    assert sample.peak > 80 << 20


def test_a_run_stays_on_its_cores():
    run(Command((sys.executable, "-c", "import os; assert len(os.sched_getaffinity(0)) == 1")), on=1)


def test_a_run_that_fails_says_its_last_words():
    with pytest.raises(Failed, match=r"ended with 1: .*ValueError: no such film"):
        run(Command((sys.executable, "-c", "raise ValueError('no such film')")), on=1)


def test_a_program_that_takes_too_long_is_ended_with_all_that_came_from_it() -> None:
    code = "import subprocess, sys, time; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with pytest.raises(Failed, match="was not done after 1 s"):
        run(Command((sys.executable, "-c", code)), on=1, longest=1.0)


def test_more_cores_than_there_are():
    with pytest.raises(ValueError, match="cores are wanted"):
        cores(100_000)


def test_psnr():
    black, grey = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 16, np.uint8)
    assert psnr(black, black) == 99.0
    assert psnr(black, grey) == pytest.approx(20 * np.log10(255 / 16))
    with pytest.raises(Different, match="2×4, where 4×4"):
        psnr(black, black[:, :2])


@pytest.fixture
def films(tmp_path) -> Path:
    """Ours, one that is the same, one of another picture and one that ends too early."""
    write_video(tmp_path / "ours.mp4", frames=10, fps=Fraction(25))
    write_video(tmp_path / "same.mp4", frames=10, fps=Fraction(25), options={"crf": "20"})
    write_video(tmp_path / "other.mp4", frames=10, fps=Fraction(25), pixel_format="gray")
    write_video(tmp_path / "short.mp4", frames=9, fps=Fraction(25))
    return tmp_path


def test_films_are_compared_at_three_times(films):
    assert min(compare(films / "ours.mp4", films / "same.mp4")) > 30
    with pytest.raises(Different, match="9 frames, where 10 are due"):
        compare(films / "ours.mp4", films / "short.mp4")
    with pytest.raises(Different, match=r"another picture: \d+\.\d dB, \d+\.\d dB, \d+\.\d dB"):
        compare(films / "ours.mp4", films / "other.mp4")


@dataclasses.dataclass
class Pretender:
    """A peer that copies a film, or does not."""

    name: str
    film: Path
    calls: list[str]
    why: str = ""

    def version(self):
        if self.why:
            raise Absent(self.why)
        return "1"

    def command(self, scene, sink, to, place, *, cores):
        self.calls.append(f"{self.name} {sink} {cores}")
        copy = f"import shutil; shutil.copyfile({str(self.film)!r}, {str(to)!r})"
        return Command((sys.executable, "-c", copy))


@pytest.fixture
def bench(films, monkeypatch) -> tuple[Bench, list[str]]:
    """A bench of pretenders, and what they were asked for."""
    calls: list[str] = []
    peers = {
        "ours": Pretender("Reelwork", films / "ours.mp4", calls),
        "ffmpeg": Pretender("same", films / "same.mp4", calls),
        "melt": Pretender("melt", films / "same.mp4", calls, "there is no melt in the folders of $PATH"),
        "movis": Pretender("cheat", films / "other.mp4", calls),
    }
    place = Place(films / "bench")
    place.folder.mkdir()
    made = Bench(place, peers, 6.0, 3, lambda words: None)
    monkeypatch.setattr(made, "make_media", lambda scene: None)
    return made, calls


def test_all_take_turns_and_whoever_lacks_is_named(bench):
    made, calls = bench
    results = made.compare(Comparison("grade", "discard", 1.0, ("ffmpeg", "melt", "movis"), (1,)))
    runs = [call for call in calls if call.endswith("discard 1")]
    assert runs[-6:] == ["Reelwork discard 1", "same discard 1"] * 3
    ours, same, melt, cheat = results
    assert (len(ours.samples), len(same.samples)) == (3, 3)
    assert len(same.psnr) == 3
    assert (melt.samples, melt.why) == ((), "there is no melt in the folders of $PATH")
    assert "another picture" in cheat.why
    assert not cheat.samples


def test_slow_ones_are_not_run_again(bench, monkeypatch):
    monkeypatch.setattr("benchmarks.comparisons.PATIENCE", 0.0)
    results = bench[0].compare(Comparison("grade", "discard", 1.0, ("ffmpeg",), (1,)))
    assert [len(result.samples) for result in results] == [1, 1]


def test_nobody_is_checked_by_a_film_that_is_not_there(bench):
    made, _ = bench
    made.peers["ours"].why = "broken"
    ours, same = made.compare(Comparison("grade", "discard", 1.0, ("ffmpeg",), (1,)))
    assert (ours.why, same.why) == ("broken", "there is no film of ours to check it by")


def test_every_scene_is_compared_with_peers_that_there_are():
    assert {each.scene for each in COMPARISONS} == set(SCENES)
    assert {key for each in COMPARISONS for key in each.peers} <= set(known())
    assert {each.sink for each in chosen(["collage"], [])} == {"discard", "veryfast", "medium"}
    assert [each.scene for each in chosen(["blur"], ["discard"])] == ["blur"]


def measured() -> report.Measured:
    def samples(*walls: float) -> tuple[Sample, ...]:
        return tuple(Sample(wall, 2 * wall, round(wall * 1e8)) for wall in walls)

    return report.Measured(
        "2030-01-02",
        "a machine",
        {"Reelwork": "1", "melt": "absent: nowhere"},
        3,
        (
            Result("collage", 100, "discard", "Reelwork", 2, samples(4.0, 2.0, 3.0)),
            Result("collage", 100, "discard", "ffmpeg", 2, samples(6.0, 5.0, 9.0), psnr=(30.4, 31.0, 29.6)),
            Result("collage", 100, "discard", "melt", 2, why="nowhere"),
            Result("6 layers of one picture", 50, "discard", "Reelwork", 1, samples(2.0)),
            Result("60 layers of one picture", 50, "discard", "Reelwork", 1, samples(7.0)),
        ),
        (KernelResult(CASES[0], 0.05, 0.1), KernelResult(CASES[1], 0.05, None, "nowhere")),
        {"test_x.py::test_y": 0.0125},
    )


def test_the_report_says_it_all():
    page = report.written(measured(), "RESULTS.svg")
    assert "2030-01-02. a machine." in page
    assert "| melt | absent: nowhere |" in page
    assert "| Reelwork | 2 | 3.00 s | 1.00 | 6.00 s | 1.00 | 33.3 | 400 MB | 3 | – |" in page
    assert "| ffmpeg | 2 | 6.00 s | 2.00 | 12.00 s | 2.00 | 16.7 | 900 MB | 3 | 30 · 31 · 30 dB |" in page
    assert "Not measured: melt, since nowhere." in page
    assert "| 60 layers of one picture | 1 | 7.00 s | 3.50 |" in page
    assert "| Gaussian blur, sigma 3 | 50.0 ms | 100.0 ms | 2.00 |" in page
    assert "| Gaussian blur, sigma 10 | 50.0 ms | absent: nowhere | – |" in page
    assert "| test_x.py::test_y | 12.50 ms |" in page
    assert "](RESULTS.svg)" in page


def test_the_drawing_has_a_bar_for_each_peer():
    picture = drawn(measured().results)
    root = ElementTree.fromstring(picture)
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"ffmpeg", "2.00", "collage, discard"} <= set(words)
    assert "melt" not in words
    ElementTree.fromstring(drawn(()))


def test_every_point_effect_is_measured_and_its_figures_are_told():
    measured = {case.effect for case in pointwise.CASES.values()}
    point = {name for name, cls in registry().effects.items() if issubclass(cls, PointEffect)}
    assert measured == {name for name in point if registry().origins[registry().effects[name]].startswith("reelwork ")}
    timings = {f"test_pointwise.py::test_effect[{name}]": 0.002 for name in pointwise.CASES}
    timings |= {f"test_pointwise.py::test_fused[{name}]": 0.003 for name in pointwise.FUSED}
    told = {row[0]: row[1:] for row in pointwise.rows(timings)}
    assert told["exposure"] == ("arithmetic", "2.00 ms", "1.5 ms (missed)")
    assert told["lut"] == ("cube", "2.00 ms", "25 ms")
    assert {row[2] for row in pointwise.fused_rows(timings)} == {"0.50"}
    assert pointwise.fused_rows({}) == []
