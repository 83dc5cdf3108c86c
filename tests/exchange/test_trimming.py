"""Tracks and timelines of which OpenTimelineIO shows a part."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from exchange.exchanging import clip, clips, gap, imported, saved, span, timeline, video
from media_table import media


def _track() -> otio.schema.Track:
    backwards = clip("b.mp4", 4, 12)
    backwards.effects.append(otio.schema.LinearTimeWarp(time_scalar=-1.0))
    return video(clip("a.mp4", 12, 16), gap(4), backwards, clip("a.mp4", 0, 8))


@media("exchange", "OpenTimelineIO, .otio", "tracks and timelines that are trimmed", read="otio.algorithms, by hand")
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("start", "lasts"), [(0, 40), (4, 24), (18, 6), (-6, 16), (30, 30)])
def test_a_part_of_a_track_is_that_part(whole: bool, start: int, lasts: int, tmp_path: Path, footage: Path) -> None:
    made = timeline(_track())
    (made.tracks if whole else made.tracks[0]).source_range = span(start, lasts)
    scene = imported(saved(made, tmp_path), tmp_path / "scene", footage)
    assert not any("taken whole" in each.instead for each in scene.findings)
    cut = otio.algorithms.track_trimmed_to_range(_track(), span(max(start, 0), min(start + lasts, 40) - max(start, 0)))
    for item in cut:  # the library trims as if nothing ran backwards: such a clip loses its other end
        if item.effects:
            kept = item.source_range
            item.source_range = span(20 - kept.end_time_exclusive().value, kept.duration.value)
    if start < 0:
        cut.insert(0, gap(-start))
    there = imported(saved(timeline(cut), tmp_path, "there.otio"), tmp_path / "there", footage)
    assert clips(scene.prepared) == clips(there.prepared)
    assert scene.prepared.timing.durations["main"] * 24 == lasts


def test_what_a_clip_says_of_a_track_inside_is_read_once(tmp_path: Path, footage: Path) -> None:
    inner = video(clip("a.mp4", 0, 16), name="inner")
    inner.source_range = span(4, 8)
    inner.effects.append(otio.schema.LinearTimeWarp(time_scalar=1.0))
    scene = imported(saved(timeline(video(inner)), tmp_path), tmp_path / "scene", footage)
    assert [each.what for each in scene.findings if "effects of the track" in each.what] == []
    assert scene.prepared.timing.durations["main"] * 24 == 8
