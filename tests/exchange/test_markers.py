"""Markers and chapters, in and out; media that are copied beside others of their names."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import opentimelineio as otio
import pytest
from exchange.exchanging import audio, by_hand, clip, exported, imported, of_clips, saved, time, timeline, video
from media_table import media

from reelwork.exchange.bringing import Wishes, bring_in
from reelwork.exchange.report import Report
from reelwork.render.produce import chosen_output

OURS = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    sequence:
      - {file: media/a.mp4, duration: 1s}
      - {file: media/b.mp4, duration: 1s}
outputs:
  film: {file: film.mp4, chapters: {Dawn: 0s, "The road, at last": 1s, End: 42f}}
"""
DOCUMENT = """\
<fcpxml version="1.10"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/>
<asset id="r2" name="a" start="0s" duration="2s" hasVideo="1" hasAudio="1" format="r1" src="a.mp4"/></resources>
<library><event><project name="P"><sequence format="r1" duration="2s"><spine>
<asset-clip ref="r2" offset="0s" start="12/24s" duration="1s"><marker start="20/24s" duration="1/24s" value="Note"/>
<chapter-marker start="18/24s" duration="1/24s" value="One"/><chapter-marker start="2s" value="Beyond"/></asset-clip>
<asset-clip ref="r2" offset="1s" start="0s" duration="1s"><chapter-marker start="0s" value="One"/></asset-clip>
</spine></sequence></project></event></library></fcpxml>
"""


def _chapters(scene: Path) -> dict[str, F]:
    from reelwork.render.prepare import Settings, prepare

    return dict(chosen_output(prepare(scene, Settings()), None).chapters)


@media("exchange", "FCPXML 1.10, .fcpxml", "chapter markers as chapters", read="the times as written")
@pytest.mark.parametrize("every", [False, True])
def test_markers_of_chapters_are_chapters(every: bool, tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(DOCUMENT)
    scene = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage, chapters=every)
    note = {"Note": F(8, 24)} if every else {}
    assert _chapters(scene.file) == {"One": F(6, 24), **note, "One 2": F(1)}


@media("exchange", "OpenTimelineIO, .otio", "markers as chapters, where one asks for it", read="the times as written")
def test_every_marker_may_begin_a_chapter(tmp_path: Path, footage: Path) -> None:
    made = timeline(video(clip("a.mp4", 0, 24), clip("b.mp4", 12, 24)), audio(clip("song.wav", 0, 48)))
    for at, name in ((36, "$last"), (0, "First"), (0, "Again"), (99, "Beyond")):
        marker = otio.schema.Marker(name=name, marked_range=otio.opentime.TimeRange(time(at), time(0)))
        made.tracks.markers.append(marker)
    path = saved(made, tmp_path)
    assert _chapters(imported(path, tmp_path / "without", footage).file) == {}
    scene = imported(path, tmp_path / "scene", footage, chapters=True)
    assert _chapters(scene.file) == {"First": F(0), "$last": F(36, 24)}
    assert "marker 'Again': another chapter begins at 0s; it is none" in scene.found


@media("exchange", "OpenTimelineIO, .otio", "chapters as markers", written="OpenTimelineIO")
@pytest.mark.parametrize("ending", ["otio", "fcpxml", "xml", "edl"])
def test_chapters_go_out_as_markers_and_come_back(ending: str, tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, OURS)
    target = tmp_path / "ours" / f"cut.{ending}"
    assert of_clips(exported(scene, target)) == []
    if ending == "otio":
        read = otio.adapters.read_from_file(str(target))
        assert [marker.name for marker in read.tracks.markers] == ["Dawn", "The road, at last", "End"]
    back = imported(target, tmp_path / "ours" / "back", chapters=ending in ("xml", "edl"))
    assert _chapters(back.file) == {"Dawn": F(0), "The road, at last": F(1), "End": F(42, 24)}
    again = tmp_path / "ours" / "back" / "again.otio"
    exported(back.file, again)
    read = otio.adapters.read_from_file(str(again))
    noted = [*read.tracks.markers, *(marker for each in read.find_clips() for marker in each.markers)]
    assert [marker.name for marker in noted if marker.name == "End"] == ["End"]


def test_a_copy_replaces_no_other_file(tmp_path: Path, footage: Path) -> None:
    folder = tmp_path / "scene"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "a.mp4").write_bytes(b"somebody's own")
    (folder / "media" / "still.png").write_bytes((footage / "still.png").read_bytes())
    rushes = tmp_path / "rushes"
    path = saved(timeline(video(clip("a.mp4", 0, 24), clip("still.png", 0, 24))), rushes)
    for name in ("a.mp4", "still.png"):
        (rushes / name).hardlink_to(footage / name)
    for overwrite in (False, True):
        bring_in(path, folder, Wishes(copy=True, overwrite=overwrite), Report())
        assert (folder / "media" / "a.mp4").read_bytes() == b"somebody's own"
        assert (folder / "media" / "a-2.mp4").read_bytes() == (footage / "a.mp4").read_bytes()
        assert sorted(each.name for each in (folder / "media").iterdir()) == ["a-2.mp4", "a.mp4", "still.png"]
        assert "file: media/a-2.mp4" in (folder / "scene.yaml").read_text()
