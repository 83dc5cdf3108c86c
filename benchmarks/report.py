"""The report: what was measured goes in as plain values, a page in Markdown and a drawing of it come out."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import pointwise
from benchmarks.comparisons import COMPARISONS, Result
from benchmarks.kernels import KernelResult
from benchmarks.scenes import FPS, SCENES

OURS: Final = "Reelwork"
SINKS: Final = {
    "discard": "compositing only, frames thrown away",
    "veryfast": "to a file, x264 veryfast, CRF 18",
    "medium": "to a file, x264 medium, CRF 18",
}


@dataclass(frozen=True)
class Measured:
    """Everything that a run of the benchmark found.

    :param versions: of each program, or why it is absent
    :param timings: medians of the kernels and frames that pytest-benchmark ran, seconds, by name
    """

    date: str
    machine: str
    versions: dict[str, str]
    rounds: int
    results: tuple[Result, ...] = ()
    kernels: tuple[KernelResult, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)


def today() -> str:
    """The date, in UTC."""
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """Processor, cores, memory and system of this machine."""
    model = _value(Path("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine()
    memory = int((_value(Path("/proc/meminfo"), "MemTotal") or "0 kB").split()[0]) / 1e6
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, {memory:.0f} GB, {platform.system()} {platform.release()}"


def _value(path: Path, key: str) -> str:
    """The first value of a key in one of the kernel's tables."""
    if path.exists():
        for line in path.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return ""


def written(measured: Measured, plot: str) -> str:
    """The page.

    :param plot: the drawing's file, as the page links it
    """
    parts = [
        "# Results",
        "This page is written by `make bench`; [how it measures](../docs/speed.md) says what was done, and how.",
        f"{measured.date}. {measured.machine}. Medians of up to {measured.rounds} runs, taken in turn; *ratio* is a "
        "program's time divided by Reelwork's, so that above 1 Reelwork is the faster one. Memory is the most that any "
        "run held at once, in all of its processes.",
        f"![Wall time of others, as multiples of Reelwork's]({plot})",
        "## Programs",
        _table(("program", "version"), sorted(measured.versions.items())),
        "## Whole scenes",
        *_scenes(measured.results),
        "## Many layers of one picture",
        _layers(measured.results),
    ]
    if measured.kernels:
        parts += ["## Kernels against OpenCV, 1920 × 1080, four channels of float32, one core", _kernels(measured)]
    if points := pointwise.rows(measured.timings):
        header = ("effect", "what it does", "a frame", "at most")
        parts += ["## Point effects, 1920 × 1080, one core, in strips that stay in its caches", _table(header, points)]
        header = ("three effects in one pass", "a frame", "of their sum", "at most")
        parts.append(_table(header, pointwise.fused_rows(measured.timings)))
    if measured.timings:
        rows = [(name, f"{seconds * 1e3:.2f} ms") for name, seconds in sorted(measured.timings.items())]
        parts += ["## Kernels, frames and the rest, by themselves", _table(("what", "median"), rows)]
    return "\n\n".join(parts) + "\n"


def _scenes(results: Sequence[Result]) -> list[str]:
    parts = []
    for heading in dict.fromkeys((each.scene, each.sink, each.frames) for each in results):
        group = [each for each in results if (each.scene, each.sink, each.frames) == heading]
        scene, sink, frames = heading
        parts.append(f"### {scene}: {frames} frames ({frames / FPS:.0f} s), {SINKS[sink]}")
        parts.append(f"{(SCENES[scene].__doc__ or '').strip()}")
        header = ("program", "cores", "wall", "ratio", "CPU", "ratio", "frames/s", "memory", "runs", "PSNR")
        parts.append(_table(header, [_row(each, group) for each in group if each.samples]))
        parts += [
            f"Not measured: {peer}, since {why}."
            for peer, why in dict.fromkeys((each.peer, each.why) for each in group if not each.samples)
        ]
    return parts


def _row(result: Result, group: Iterable[Result]) -> tuple[str, ...]:
    ours = next((each for each in group if each.peer == OURS and each.cores == result.cores and each.samples), None)
    return (
        result.peer,
        str(result.cores),
        f"{result.wall:.2f} s",
        f"{result.wall / ours.wall:.2f}" if ours else "–",
        f"{result.cpu:.2f} s",
        f"{result.cpu / ours.cpu:.2f}" if ours else "–",
        f"{result.frames / result.wall:.1f}",
        f"{result.peak / 1e6:.0f} MB",
        str(len(result.samples)),
        " · ".join(f"{value:.0f}" for value in result.psnr) + " dB" if result.psnr else "–",
    )


def _layers(results: Sequence[Result]) -> str:
    """What sixty layers cost, as multiples of six."""
    names = ("6 layers of one picture", "60 layers of one picture", "many layers")
    found = {
        (each.scene, each.cores): each
        for each in results
        if each.scene in names and each.sink == "discard" and each.peer == OURS and each.samples
    }
    rows = []
    for (scene, cores), each in found.items():
        six = found.get((names[0], cores))
        times = f"{each.wall / six.wall:.2f}" if six else "–"
        rows.append((scene, str(cores), f"{each.wall:.2f} s", times, f"{each.cpu:.2f} s", f"{each.peak / 1e6:.0f} MB"))
    return _table(("scene", "cores", "wall", "to 6 layers", "CPU", "memory"), rows)


def _kernels(measured: Measured) -> str:
    rows = [
        (
            each.case,
            f"{each.ours * 1e3:.1f} ms",
            f"{each.theirs * 1e3:.1f} ms" if each.theirs else f"absent: {each.why}",
            f"{each.theirs / each.ours:.2f}" if each.theirs else "–",
        )
        for each in measured.kernels
    ]
    return _table(("kernel", OURS, "OpenCV", "ratio"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def timings(report: dict[str, Any]) -> dict[str, float]:
    """The medians in a report of pytest-benchmark, seconds, by the tests' names."""
    return {each["fullname"].partition("/")[2]: each["stats"]["median"] for each in report["benchmarks"]}


def order(results: Iterable[Result]) -> list[Result]:
    """Results as the comparisons are listed, whenever they were measured."""
    places = {(each.scene, each.sink): number for number, each in reversed(list(enumerate(COMPARISONS)))}
    return sorted(results, key=lambda each: (places.get((each.scene, each.sink), 99), -each.frames, each.cores))
