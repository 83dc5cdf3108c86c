"""CMX 3600 edit decision lists, both ways."""

from __future__ import annotations

import re
from fractions import Fraction as F
from pathlib import Path

import opentimelineio as otio
import pytest
from exchange.exchanging import (
    by_hand,
    clip,
    clips,
    dissolve,
    exported,
    gap,
    imported,
    of_clips,
    painted,
    saved,
    timeline,
    video,
)
from media_table import media

from reelwork.exchange.report import ExchangeError

LIST = """\
TITLE: NIGHT CUT
FCM: NON-DROP FRAME

001  A        V     C        00:00:00:12 00:00:01:04 01:00:00:00 01:00:00:16
* FROM CLIP NAME: a.mp4
002  A        V     C        00:00:01:04 00:00:01:04 01:00:00:16 01:00:00:16
002  B        V     D    006 00:00:00:06 00:00:01:02 01:00:00:16 01:00:01:12
* FROM CLIP NAME: a.mp4
* TO CLIP NAME: b.mp4
003  A        V     C        00:00:00:00 00:00:00:16 01:00:01:16 01:00:02:00
M2   A        048.0                00:00:00:00
* FROM CLIP NAME: a.mp4
* LOC: 01:00:01:18 GREEN   LOOK HERE
004  B        V     C        00:00:00:04 00:00:00:12 01:00:02:00 01:00:02:08
M2   B        -024.0               00:00:00:12
* FROM CLIP NAME: b.mp4
005  A        V     C        00:00:00:07 00:00:00:07 01:00:02:08 01:00:02:12
M2   A        000.0                00:00:00:07
* FROM CLIP NAME: a.mp4
* FREEZE FRAME
006  SONG     AA    C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: song.wav
"""


@media(
    "exchange", "CMX 3600, .edl", "cuts, dissolve, M2 speeds, freeze: painted frames", read="the scene written by hand"
)
def test_a_list_paints_what_the_scene_by_hand_paints(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.edl").write_text(LIST)
    scene = imported(tmp_path / "cut.edl", tmp_path / "scene", footage, fps=F(24))
    hand = by_hand(
        tmp_path / "hand",
        footage,
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    sequence:\n"
        "      - {file: media/a.mp4, in: 12f, duration: 22f}\n"
        "      - {transition: dissolve, duration: 6f}\n"
        "      - {file: media/b.mp4, in: 6f, duration: 20f}\n"
        "      - {gap: 4f}\n"
        "      - {file: media/a.mp4, duration: 8f, speed: 200%}\n"
        "      - {file: media/b.mp4, in: 4f, duration: 8f, speed: -100%}\n"
        "      - {file: media/a.mp4, in: 7f, duration: 4f, speed: 0.0001%}\n",
    )
    frames = (0, 15, 17, 20, 22, 30, 37, 41, 47, 48, 55, 56, 59)
    assert painted(scene.file, frames) == painted(hand, frames)
    assert "marker 'LOOK HERE' at 2f" in scene.text
    assert clips(scene.prepared)[-1][:3] == ("song.wav", 0, F(2))


@media("exchange", "CMX 3600, .edl", "drop-frame timecode over ten minutes", read="SMPTE ST 12-1's count")
def test_drop_frame_lists_count_as_television_does(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text(
        "TITLE: DROP\nFCM: DROP FRAME\n"
        "001  TAPE1    V     C        01:00:00;00 01:09:59;29 01:00:00;00 01:09:59;29\n"
        "002  TAPE2    V     C        02:00:00;00 02:00:01;00 01:09:59;29 01:10:00;29\n"
    )
    scene = imported(tmp_path / "cut.edl", tmp_path / "scene")
    spans = scene.prepared.timing.spans
    # ten minutes of drop-frame are 17,982 frames
    assert spans["compositions.main.sequence[1]"].start * F(30000, 1001) == 17_981
    assert scene.prepared.scene.canvas.fps == F(30000, 1001)
    assert "TAPE1" in scene.text


FIELD = """\
TITLE: FIELD; A
001  X        V     C        00:00:00:12 00:00:01:04 01:00:00:00 01:00:00:16
* FROM CLIP NAME: opening
* FROM FILE: S:\\cut\\a.mp4
EFFECTS NAME IS CROSS DISSOLVE
002  X        V     C        00:00:00:00 00:00:00:04 01:00:00:16 01:00:00:20
FROM CLIP NAME: b.mp4
003  X        V     C        00:00:00:02 00:00:00:04 01:00:00:20 01:00:00:22
* FROM CLIP: S:\\cut\\take.0001.png
004  X        NONE  C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00
FROM CLIP NAME: song.wav
AUD  3    4
005  X        NONE  C        00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00
"""


@media("exchange", "CMX 3600, .edl", "what Avid, Nucoda and Premiere note: files, sounds", read="the lines by hand")
def test_notes_of_other_programs_are_read(tmp_path: Path, footage: Path) -> None:
    rushes = tmp_path / "rushes"
    rushes.mkdir()
    for name in ("a.mp4", "b.mp4", "song.wav"):
        (rushes / name).hardlink_to(footage / name)
    for number in range(1, 7):
        (rushes / f"take.{number:04}.png").hardlink_to(footage / "still.png")
    (tmp_path / "cut.edl").write_text(FIELD)
    scene = imported(tmp_path / "cut.edl", tmp_path / "scene", rushes, fps=F(24))
    found = [(name, begin, end, start) for name, begin, end, start, _ in clips(scene.prepared)]
    assert found == [
        ("a.mp4", F(0), F(16, 24), F(12, 24)),
        ("b.mp4", F(16, 24), F(20, 24), F(0)),
        ("take.%04d.png", F(20, 24), F(22, 24), F(2, 24)),
        ("song.wav", F(0), F(1), F(0)),
    ]
    assert [each.what for each in scene.findings if "channels" in each.what] == ["its channels, 'NONE'"]
    assert not any("the line" in each.what for each in scene.findings)


def test_drop_frame_lists_of_sixty_frames_are_known_by_them(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text("001  T  V  C  00:00:00;00 00:01:00;04 01:00:00;59 01:01:00;59\n")
    scene = imported(tmp_path / "cut.edl", tmp_path / "scene")
    assert scene.prepared.scene.canvas.fps == F(60000, 1001)


OURS = """\
reelwork: 1
title: Listed
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    sequence:
      - {file: media/a.mp4, in: 12f, duration: 22f}
      - {transition: dissolve, duration: 6f}
      - {file: media/b.mp4, in: 6f, duration: 20f}
      - {gap: 4f}
      - {file: media/a.mp4, in: 2f, duration: 8f, speed: 200%}
    layers:
      - {file: media/still.png, start: 3f, duration: 5f}
      - {file: media/song.wav, duration: 1s, start: 12f}
"""


@media(
    "exchange",
    "CMX 3600, .edl",
    "events, dissolves, speeds",
    read="otio-cmx3600-adapter",
    written="otio-cmx3600-adapter",
)
def test_a_list_that_was_written_is_read_by_others(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, OURS)
    findings = exported(scene, tmp_path / "ours" / "cut.edl")
    assert any("one track of pictures" in finding.what for finding in findings)
    read = otio.adapters.read_from_file(str(tmp_path / "ours" / "cut.edl"), "cmx_3600", rate=24)
    video = next(track for track in read.tracks if track.kind == "Video")
    found = [
        (item.name, item.source_range.start_time.value, item.duration().value)
        for item in video
        if isinstance(item, otio.schema.Clip)
    ]
    assert found == [("a.mp4", 12, 16), ("b.mp4", 6, 20), ("a.mp4", 2, 8)]
    ways = [item for item in video if isinstance(item, otio.schema.Transition)]
    assert [(way.in_offset.value, way.out_offset.value) for way in ways] == [(0, 6)]
    assert [effect.time_scalar for effect in video[-1].effects] == [2.0]
    back = imported(tmp_path / "ours" / "cut.edl", tmp_path / "ours" / "back", footage, fps=F(24))
    assert painted(back.file, (0, 14, 17, 19, 21, 30, 40, 44)) == painted(
        by_hand(
            tmp_path / "bare", footage, OURS.replace("      - {file: media/still.png, start: 3f, duration: 5f}\n", "")
        ),
        (0, 14, 17, 19, 21, 30, 40, 44),
    )


def test_times_between_frames_are_rounded_together(tmp_path: Path, footage: Path) -> None:
    sound = "{file: media/song.wav, in: 501ms, duration: 1499ms, start: 333ms}"
    picture = "{file: media/a.mp4, in: 20ms, duration: 1s}"
    scene = by_hand(
        tmp_path / "ours", footage, OURS.partition("    sequence")[0] + f"    layers: [{picture}, {sound}]\n"
    )
    assert {each.what for each in of_clips(exported(scene, tmp_path / "cut.edl"))} == {"times between frames"}
    back = imported(tmp_path / "cut.edl", tmp_path / "back", footage, fps=F(24))
    assert back.findings == ()
    _, (name, begin, end, start, _) = clips(back.prepared)
    assert (name, begin, end, start) == ("song.wav", F(8, 24), F(44, 24), F(12, 24))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("001  A  V  C  00:00:00:24 00:00:01:00 01:00:00:00 01:00:00:01", "frames of a timecode go to 23"),
        ("001  A  V  C  00:00:00:00 00:00:01:00 01:00:01:00 01:00:00:00", "ends before it begins"),
        ("001  A  V  C  00:00:00:00 00:00:01:00", "no event"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "cut.edl").write_text(f"TITLE: X\n{line}\n")
    with pytest.raises(ExchangeError, match=rf"cut\.edl:2: .*{said}"):
        imported(tmp_path / "cut.edl", tmp_path / "scene", fps=F(24))


def test_a_text_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.edl").write_text("Dear editor,\nplease cut this.\n")
    with pytest.raises(ExchangeError, match="no events"):
        imported(tmp_path / "cut.edl", tmp_path / "scene", fps=F(24))


def test_black_behind_a_fade_begins_where_the_fade_ends(tmp_path: Path, footage: Path) -> None:
    scene = imported(
        saved(timeline(video(clip("a.mp4", 4, 12), dissolve(2, 1), gap(8))), tmp_path), tmp_path / "s", footage
    )
    exported(scene.file, tmp_path / "cut.edl")
    records = re.findall(r" V .* (\S+) (\S+)$", (tmp_path / "cut.edl").read_text(), re.MULTILINE)
    assert [end for _, end in records][:-1] == [begin for begin, _ in records][1:]
    otio.adapters.read_from_file(str(tmp_path / "cut.edl"), "cmx_3600", rate=24)
