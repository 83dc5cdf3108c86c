"""What timelines of OpenTimelineIO name that is not there, may not be opened, or cannot be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import opentimelineio as otio
import pytest
from catalogue.shelves import record, shelf
from exchange.exchanging import (
    clip,
    clips,
    imported,
    painted,
    saved,
    span,
    timeline,
    video,
)

from reelwork.exchange.report import ExchangeError


def test_missing_media_become_slots_or_an_error(tmp_path: Path) -> None:
    path = saved(timeline(video(clip("gone.mov", 5, 24))), tmp_path)
    scene = imported(path, tmp_path / "scene")
    assert "a slot stands for it" in scene.found
    assert "slot: {brief:" in scene.text
    assert painted(scene.file, [0])
    with pytest.raises(ExchangeError, match=r"gone\.mov.*--media"):
        imported(path, tmp_path / "other", missing="error")
    assert not (tmp_path / "other" / "scene.yaml").exists()


def test_a_file_that_moved_is_found_by_its_name_and_a_strangers_path_is_not_opened(
    tmp_path: Path, footage: Path
) -> None:
    moved = clip("file:///Volumes/RAID/day%201/a.mp4", 0, 12)
    secret = clip(f"file://{footage}/b.mp4", 0, 12)
    path = saved(timeline(video(moved)), tmp_path)
    assert "has its name" in imported(path, tmp_path / "scene", footage).found
    scene = imported(saved(timeline(video(secret)), tmp_path / "elsewhere"), tmp_path / "second")
    assert "nobody allowed to look" in scene.found
    assert clips(scene.prepared) == []


def test_names_with_colons_and_per_cents_are_no_urls(tmp_path: Path, footage: Path) -> None:
    names = ("Interview: take 2.mov", "c: #x.mp4", "100%20.mp4", "a ? b.mp4")
    for name in names:
        shutil.copyfile(footage / "a.mp4", tmp_path / name)
    named = [clip(name, 0, 12) for name in names]
    escaped = [clip(f"file://{tmp_path}/a%20%3F%20b.mp4", 0, 12), clip("Interview%3A%20take%202.mov", 0, 12)]
    far = [clip(f"{scheme}://host/{name}", 0, 12) for scheme, name in (("https", "z.mp4"), ("smb", "y.mp4"))]
    scene = imported(saved(timeline(video(*named, *escaped, *far, clip("x" * 5000, 0, 12))), tmp_path), tmp_path / "s")
    assert [name for name, *_ in clips(scene.prepared)] == [*names, "a ? b.mp4", "Interview: take 2.mov"]


@pytest.mark.parametrize("allowed", [False, True])
def test_a_timeline_opens_no_catalogue_outside_its_folders(tmp_path: Path, allowed: bool) -> None:
    shelf(tmp_path / "far", valley=record())
    reference = otio.schema.ExternalReference("x.svg", span(0, 48), {"reelwork": {"record": "mirtle/valley"}})
    cut = timeline(video(otio.schema.Clip("v", reference, span(0, 12))))
    cut.metadata["reelwork"] = {"catalogue": str(tmp_path / "far")}
    media = tmp_path if allowed else None
    scene = imported(saved(cut, tmp_path / "cut"), tmp_path / "scene", media)
    assert ("catalogue:" in scene.text, "asset: mirtle/valley" in scene.text) == (allowed, allowed)
    assert ("not within the folders" in scene.found) is not allowed


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    for text in ("", "{", '{"OTIO_SCHEMA": "Clip.1"}', json.dumps({"OTIO_SCHEMA": "Timeline.1", "tracks": 7})):
        path.write_text(text)
        with pytest.raises(ExchangeError, match=r"cut\.otio"):
            imported(path, tmp_path / "scene")
    bundle = tmp_path / "cut.otioz"
    bundle.write_bytes(b"PK\x03\x04 not a bundle")
    with pytest.raises(ExchangeError, match=r"cut\.otioz"):
        imported(bundle, tmp_path / "scene")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("NaN", r"track 1, clip 'a': nan is not a number"),
        ("-Infinity", r"track 1, clip 'a': -inf is not a number"),
        ("1e300", r"track 1, clip 'a': a time of 1e\+300 frames; times go up to"),
    ],
)
def test_times_that_are_none_are_named_with_their_place(tmp_path: Path, value: str, said: str) -> None:
    path = saved(timeline(video(clip("a.mp4", 11, 12))), tmp_path)
    text = path.read_text()
    assert '"value": 11.0' in text
    path.write_text(text.replace('"value": 11.0', f'"value": {value}'))
    with pytest.raises(ExchangeError, match=rf"cut\.otio: .*{said}"):
        imported(path, tmp_path / "scene")


@pytest.mark.parametrize("deep", [100, 100_000])
def test_timelines_too_deep_inside_each_other_are_an_error(tmp_path: Path, deep: int) -> None:
    head = '{"OTIO_SCHEMA": "Stack.1", "name": "s", "children": ['
    (tmp_path / "cut.otio").write_text('{"OTIO_SCHEMA": "Timeline.1", "tracks": ' + head * deep + "]}" * deep + "}")
    with pytest.raises(ExchangeError, match=r"cut\.otio: .*deep inside each other"):
        imported(tmp_path / "cut.otio", tmp_path / "scene")
