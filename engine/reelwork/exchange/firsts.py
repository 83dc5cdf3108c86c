"""First frames: where nobody says which timecode a file begins with, it is found out, or decided and reported."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from reelwork.exchange.finding import Finder
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Reference, Stack, Timeline, clips_of
from reelwork.exchange.times import written


def first_frames(
    timeline: Timeline, finder: Finder, fps: Fraction, report: Report
) -> Mapping[tuple[str, str], Fraction]:
    """The timecode of the first frame of each file whose reference does not say it, by URL and name.

    It is the file's own, where all that is used lies within the file by it; else 0, where it does so by that; else the
    hour that the first use lies in, else the first use itself.
    """
    used: dict[tuple[str, str], list[Clip]] = {}
    for clip in clips_of(timeline.stack):
        if isinstance(clip.source, Reference) and not clip.source.generator and clip.source.start is None:
            used.setdefault((clip.source.url, clip.source.name), []).append(clip)
    return {key: _first(clips, finder, fps, report) for key, clips in used.items()}


def _first(clips: list[Clip], finder: Finder, fps: Fraction, report: Report) -> Fraction:
    reference = clips[0].source
    assert not isinstance(reference, Stack)
    earliest = min(clip.start for clip in clips)
    found = finder.find(reference)
    if found is None or found.facts.duration is None:
        return ZERO
    latest = max(clip.start + clip.duration * abs(clip.speed) for clip in clips)
    hour = Fraction(earliest // 3600 * 3600)
    candidates = [*([found.first] if found.first is not None else []), ZERO, hour]
    for first in candidates:
        if first <= earliest and latest - first <= found.facts.duration + 1 / fps:
            if first == hour != 0 and found.first != hour:
                _tell(
                    report,
                    found.path.name,
                    "its timecode is not in the file",
                    f"it is taken to begin at {hour // 3600} h",
                )
            return first
    if found.first is not None and found.first <= earliest:
        return found.first
    if earliest < found.facts.duration:
        return ZERO
    _tell(
        report,
        found.path.name,
        "its timecode fits nothing",
        f"its first use, {written(earliest, fps)}, is its first frame",
    )
    return earliest


def _tell(report: Report, name: str, what: str, instead: str) -> None:
    report.add(f"media {name}", what, instead)
