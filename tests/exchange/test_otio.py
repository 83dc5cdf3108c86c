"""OpenTimelineIO, both ways: what a timeline says is what the scene shows, to the frame."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction as F
from pathlib import Path

import opentimelineio as otio
import pytest
from exchange.exchanging import (
    NTSC,
    audio,
    by_hand,
    clip,
    clips,
    dissolve,
    exported,
    gap,
    heard,
    imported,
    painted,
    saved,
    span,
    time,
    timeline,
    video,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_table import media
from PIL import Image

from reelwork.exchange.otio_read import plain_data

OTIO = "OpenTimelineIO's own model"
HEAD = "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n"


@media("exchange", "OpenTimelineIO, .otio", "cuts, gaps, dissolves: painted frames", read="the scene written by hand")
def test_cuts_gaps_and_dissolves_paint_what_the_scene_by_hand_paints(tmp_path: Path, footage: Path) -> None:
    cut = timeline(video(clip("a.mp4", 12, 16), dissolve(4, 2), clip("b.mp4", 10, 16), gap(4), clip("a.mp4", 0, 8)))
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    hand = by_hand(
        tmp_path / "hand",
        footage,
        HEAD + "    sequence:\n"
        "      - {file: media/a.mp4, in: 12f, duration: 18f}\n"
        "      - {transition: dissolve, duration: 6f}\n"
        "      - {file: media/b.mp4, in: 6f, duration: 20f}\n"
        "      - {gap: 4f}\n"
        "      - {file: media/a.mp4, duration: 8f}\n",
    )
    frames = (0, 11, 12, 14, 17, 18, 31, 33, 36, 43)
    assert painted(scene.file, frames) == painted(hand, frames)
    assert scene.prepared.timing.durations["main"] == F(44, 24)


@media(
    "exchange", "OpenTimelineIO, .otio", "speed, reverse, freeze: painted frames", read="the pictures at those frames"
)
def test_speeds_show_the_frames_that_they_say(tmp_path: Path, footage: Path) -> None:
    fast = clip("a.mp4", 4, 10, effects=[otio.schema.LinearTimeWarp(time_scalar=2.0)])
    back = clip("a.mp4", 4, 10, effects=[otio.schema.LinearTimeWarp(time_scalar=-1.0)])
    held = clip("a.mp4", 7, 10, effects=[otio.schema.FreezeFrame()])
    scene = imported(saved(timeline(video(fast, back, held)), tmp_path), tmp_path / "scene", footage)
    plain = by_hand(tmp_path / "hand", footage, HEAD + "    sequence: [{file: media/a.mp4}]\n")
    shown = [4, 4 + 2 * 9, 4 + 9, 4, 7, 7]
    assert painted(scene.file, (0, 9, 10, 19, 20, 29)) == painted(plain, shown)


@media("exchange", "OpenTimelineIO, .otio", "an hour of cuts at 23.976: every cut on its frame", read=OTIO)
def test_an_hour_of_cuts_does_not_drift(tmp_path: Path) -> None:
    rate = 23.976
    lengths = [331 + 7 * (number % 9) for number in range(241)]
    cuts = [
        otio.schema.Clip(
            name=f"shot {number}",
            media_reference=otio.schema.MissingReference(),
            source_range=span(86_400 + number, frames, rate),
        )
        for number, frames in enumerate(lengths)
    ]
    scene = imported(saved(timeline(video(*cuts), rate=rate), tmp_path), tmp_path / "scene")
    prepared = scene.prepared
    assert prepared.scene.canvas.fps == NTSC
    at = 0
    for number, frames in enumerate(lengths):
        there = prepared.timing.spans[f"compositions.main.sequence[{number}]"]
        assert (there.start * NTSC, there.end * NTSC) == (at, at + frames)
        at += frames
    assert at > 3590 * 24


@media("exchange", "OpenTimelineIO, .otio", "source timecode, other rates: exact in-points", read=OTIO)
def test_in_points_count_from_the_first_frame_of_the_media(tmp_path: Path, footage: Path) -> None:
    hour = 3600 * 24
    cut = timeline(
        video(clip("a.mp4", hour + 6, 12, first=hour), clip("pal.mov", 13, 25, 25.0), clip("ntsc.mov", 5, 24, 23.976)),
        rate=24.0,
    )
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    assert [(name, begin) for name, _, _, begin, _ in clips(scene.prepared)] == [
        ("a.mp4", F(6, 24)),
        ("pal.mov", F(13, 25)),
        ("ntsc.mov", 5 / NTSC),
    ]
    assert clips(scene.prepared)[2][2] == F(12, 24) + 1 + 24 / NTSC


@media("exchange", "OpenTimelineIO, .otio", "sound with its picture, J- and L-cuts, sound alone", read=OTIO)
def test_sound_goes_to_its_picture_or_stays_a_layer(tmp_path: Path, footage: Path) -> None:
    together = (clip("a.mp4", 0, 12), clip("b.mp4", 4, 12))
    cut = timeline(
        video(*together, clip("a.mp4", 20, 12)),
        audio(clip("a.mp4", 0, 12), clip("b.mp4", 4, 18), clip("a.mp4", 26, 6)),  # an L-cut of 6 frames
        audio(clip("song.wav", 0, 36), name="music"),
    )
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    layers = scene.prepared.graph("main").root.layers
    sequence = layers[0].source.sequence.clips
    assert [layer.sound.mute for layer in sequence] == [False, True, True]
    assert [entry[:3] for entry in clips(scene.prepared)[3:]] == [
        ("b.mp4", F(12, 24), F(30, 24)),
        ("a.mp4", F(30, 24), F(36, 24)),
        ("song.wav", 0, F(36, 24)),
    ]
    assert not any(layer.visible for layer in layers[1].source.sequence.clips)


@media("exchange", "OpenTimelineIO, .otio", "several video tracks, nested stacks", read=OTIO)
def test_upper_tracks_are_painted_over_lower_ones(tmp_path: Path, footage: Path) -> None:
    inner = otio.schema.Stack(name="Title card", children=[video(clip("b.mp4", 0, 24))], source_range=span(6, 12))
    cut = timeline(
        video(clip("a.mp4", 0, 40)), video(gap(8), inner, name="V2"), video(gap(30), clip("still.png", 0, 8))
    )
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    assert [entry[:4] for entry in clips(scene.prepared)] == [
        ("a.mp4", 0, F(40, 24), 0),
        ("title-card", F(8, 24), F(20, 24), F(6, 24)),
        ("still.png", F(30, 24), F(38, 24), 0),
    ]
    assert "title-card" in scene.prepared.scene.compositions


def test_a_transition_without_media_becomes_shorter_and_is_reported(tmp_path: Path, footage: Path) -> None:
    cut = timeline(video(clip("a.mp4", 0, 48), dissolve(6, 6), clip("b.mp4", 2, 12)))
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    assert "reaches beyond the media" in scene.found
    assert "0.083 s" in scene.found
    assert scene.prepared.timing.durations["main"] == F(60, 24)


def test_what_is_longer_than_its_media_keeps_what_follows_in_its_place(tmp_path: Path, footage: Path) -> None:
    cut = timeline(video(clip("a.mp4", 40, 20), clip("b.mp4", 0, 12)))
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    assert clips(scene.prepared)[1][1] == F(20, 24)
    assert "more than there is" in scene.found


def test_wipes_become_the_nearest_and_are_named(tmp_path: Path, footage: Path) -> None:
    wipe = otio.schema.Transition(name="Barn door", transition_type="Barn Wipe", in_offset=time(4), out_offset=time(4))
    cut = timeline(video(clip("a.mp4", 0, 12), wipe, clip("b.mp4", 12, 12)))
    scene = imported(saved(cut, tmp_path), tmp_path / "scene", footage)
    assert "transition: {wipe:" in scene.text
    assert "'Barn door'" in scene.found


OURS = """\
reelwork: 1
title: A small film
canvas: {size: [64, 36], fps: 24, background: "#102030"}
variables: {warm: "#ffb454"}
compositions:
  card:
    duration: 1s
    size: [32, 18]
    layers:
      - {solid: $warm}
      - id: word
        text: {content: hi, size: 12}
        transform: {position: {0s: [8, 9], 1s: {value: [24, 9], ease: out-cubic}}}
  main:
    sequence:
      - {file: media/a.mp4, in: 4f, duration: 1s}
      - {transition: {wipe: {angle: 30}}, duration: 6f}
      - {file: media/b.mp4, id: second, in: 6f, duration: 30f, speed: 110%, sound: {gain: -6dB}}
      - {transition: dissolve, duration: 5f}
      - {composition: card, duration: 20f}
    layers:
      - id: base
        layers: [{shape: {ellipse: [20, 20], fill: red}, transform: {position: [10, 10]}}]
        start: 8f
        duration: 1s
      - file: media/still.png
        start: second.start + 3f
        duration: 10f
        blend: multiply
        parent: base
        transform: {opacity: 60%}
      - {adjustment: true, effects: [{grade: {saturation: 0.5}}], start: 1s, duration: 12f}
      - {file: media/song.wav, sound: {gain: {0s: -60dB, 1s: -3dB}, fade-out: 500ms}, start: 3f}
outputs:
  film: {file: small.mp4}
  sound: {file: small.wav}
"""


@media(
    "exchange",
    "OpenTimelineIO, .otio",
    "a scene out and in again: painted frames and sound",
    read="the scene itself",
    written="the scene itself",
)
def test_a_scene_that_went_out_and_came_back_is_the_same(tmp_path: Path, footage: Path) -> None:

    scene = by_hand(tmp_path / "ours", footage, OURS)
    assert exported(scene, tmp_path / "ours" / "cut.otio") == ()
    back = imported(tmp_path / "ours" / "cut.otio", tmp_path / "ours" / "back")
    assert back.findings == ()
    frames = (0, 10, 19, 25, 31, 40, 46, 52, 60)
    assert painted(back.file, frames) == painted(scene, frames)
    assert heard(back.file) == heard(scene) != bytes(len(heard(scene)))
    again = tmp_path / "ours" / "again.otio"
    exported(back.file, again)
    first, second = (json.loads((tmp_path / "ours" / name).read_text()) for name in ("cut.otio", "again.otio"))
    assert _ranges(first) == _ranges(second)


def test_keyframes_come_back_in_the_order_of_their_times() -> None:
    keys = {"0s": 1, "800ms": 2, "1500ms": 3, "36f": 4, "ease": "linear"}
    clip = otio.schema.Clip(metadata={"reelwork": {"opacity": [keys]}})
    assert list(plain_data(clip.metadata)["reelwork"]["opacity"][0]) == ["0s", "800ms", "1500ms", "36f", "ease"]


def _ranges(data: object) -> list[object]:
    """Everything that stands in a timeline, with its name and range."""
    found: list[object] = []
    if isinstance(data, dict):
        if "OTIO_SCHEMA" in data:
            found.append([data["OTIO_SCHEMA"], data.get("name"), data.get("source_range"), data.get("in_offset")])
        for value in data.values():
            found += _ranges(value)
    elif isinstance(data, list):
        for value in data:
            found += _ranges(value)
    return found


@media(
    "exchange",
    "OpenTimelineIO bundle, .otioz",
    "timeline and media",
    read="OpenTimelineIO's adapter",
    written="OpenTimelineIO's adapter",
)
def test_a_bundle_has_its_media_with_it(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, OURS)
    exported(scene, tmp_path / "cut.otioz")
    (tmp_path / "out").mkdir()
    read = otio.adapters.read_from_file(str(tmp_path / "cut.otioz"), extract_to_directory=str(tmp_path / "out"))
    urls = {
        each.media_reference.target_url for each in read.find_clips() if hasattr(each.media_reference, "target_url")
    }
    assert urls == {f"media/{name}" for name in ("a.mp4", "b.mp4", "still.png", "song.wav")}
    assert (tmp_path / "out" / "media" / "a.mp4").read_bytes() == (footage / "a.mp4").read_bytes()
    back = imported(tmp_path / "cut.otioz", tmp_path / "back")
    assert painted(back.file, (10, 31)) == painted(scene, (10, 31))


def test_a_bundle_cannot_write_beside_its_folder(tmp_path: Path) -> None:
    made = timeline(video(clip("media/../../evil.mov", 0, 12)))
    with zipfile.ZipFile(tmp_path / "cut.otioz", "w") as bundle:
        bundle.writestr("content.otio", otio.adapters.write_to_string(made, "otio_json"))
        bundle.writestr("media/../../evil.mov", b"x")
    imported(tmp_path / "cut.otioz", tmp_path / "deep" / "scene")
    assert not (tmp_path / "evil.mov").exists()
    assert not (tmp_path / "deep" / "evil.mov").exists()


NUMBERED = HEAD + "    sequence: [{file: 'media/num_%04d.png', fps: 10, in: 500ms, duration: 1s}]\n"


@pytest.mark.parametrize("ending", ["otio", "otioz", "edl", "fcpxml"])
def test_numbered_files_come_back_with_their_rate(tmp_path: Path, footage: Path, ending: str) -> None:
    scene = by_hand(tmp_path / "ours", footage, NUMBERED)
    for number in range(7, 22):
        Image.new("RGB", (64, 36), (number * 10, 0, 0)).save(tmp_path / "ours" / "media" / f"num_{number:04}.png")
    exported(scene, tmp_path / "ours" / f"cut.{ending}")
    back = imported(tmp_path / "ours" / f"cut.{ending}", tmp_path / "back", tmp_path / "ours", fps=F(24))
    assert "file: media/num_%04d.png" in back.text
    assert "fps: 10" in back.text
    assert painted(back.file, (0, 3, 23)) == painted(scene, (0, 3, 23))


def test_a_slot_for_numbered_files_that_are_gone_can_be_read(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, NUMBERED)
    for number in range(1, 17):
        (tmp_path / "ours" / "media" / f"num_{number:04}.png").hardlink_to(footage / "still.png")
    exported(scene, tmp_path / "cut.otio")
    read = otio.adapters.read_from_file(str(tmp_path / "cut.otio")).find_clips()[0].media_reference
    assert read.target_url_for_image_number(3) == "ours/media/num_0004.png"
    (tmp_path / "lone").mkdir()
    lone = (tmp_path / "cut.otio").rename(tmp_path / "lone" / "cut.otio")
    assert "a slot stands for it" in (back := imported(lone, tmp_path / "back")).found
    assert back.prepared.timing.durations["main"] == 1


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
METADATA = st.dictionaries(
    st.text("abcXYZ_- ", min_size=1, max_size=6),
    st.one_of(NAMES, st.integers(-9, 9), st.booleans(), st.none(), st.lists(st.integers(0, 3), max_size=2)),
    max_size=2,
)


@st.composite
def _clips(draw: st.DrawFn, seconds: float = 2.0) -> otio.schema.Clip:
    start, duration = draw(st.integers(6, 20)), draw(st.integers(6, 16))
    rate = draw(st.sampled_from((24.0, 25.0, 23.976023976023978)))
    made = otio.schema.Clip(
        name=draw(NAMES),
        media_reference=otio.schema.ExternalReference(
            target_url=draw(st.sampled_from(("gone/x.mov", "y.mov"))), available_range=span(0, 48, rate)
        ),
        source_range=span(start, duration, rate),
        metadata=draw(METADATA),
    )
    scalar = draw(st.sampled_from((1.0, 1.0, 0.5, -1.0, 0.0)))
    if scalar == 0.0:
        made.effects.append(otio.schema.FreezeFrame())
    elif scalar != 1.0:
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
    if draw(st.booleans()):
        made.markers.append(
            otio.schema.Marker(name=draw(NAMES), marked_range=span(start + 2, 1, rate), comment=draw(NAMES))
        )
    made.enabled = draw(st.sampled_from((True, True, True, False)))
    return made


@st.composite
def _tracks(draw: st.DrawFn, kind: str) -> otio.schema.Track:
    track = otio.schema.Track(name=draw(NAMES), kind=kind, metadata=draw(METADATA))
    for item in draw(st.lists(st.one_of(_clips(), st.integers(1, 9).map(gap)), min_size=1, max_size=4)):
        if (
            track
            and isinstance(track[-1], otio.schema.Clip)
            and isinstance(item, otio.schema.Clip)
            and draw(st.booleans())
        ):
            track.append(dissolve(draw(st.integers(0, 2)), draw(st.integers(1, 2))))
        track.append(item)
    track.append(draw(_clips()))
    return track


@st.composite
def _timelines(draw: st.DrawFn) -> otio.schema.Timeline:
    made = timeline(
        *draw(st.lists(_tracks("Video"), min_size=1, max_size=2)), *draw(st.lists(_tracks("Audio"), max_size=2))
    )
    made.name = draw(NAMES)
    made.metadata.update(draw(METADATA))
    made.global_start_time = time(draw(st.sampled_from((0, 86_400))))
    if draw(st.booleans()):
        made.tracks.markers.append(otio.schema.Marker(name=draw(NAMES), marked_range=span(3, 0)))
    return made


def _seconds(at: otio.opentime.RationalTime) -> float:
    return round(at.to_seconds(), 9)


def _said(read: otio.schema.Timeline) -> list[object]:
    """What must survive: names, places, ranges, speeds, markers and metadata of clips and tracks."""
    found: list[object] = [_seconds(read.global_start_time), _plain(read.metadata)]
    for track in read.tracks:
        found.append((track.kind, track.name, _plain(track.metadata)))
        for item in track:
            if isinstance(item, otio.schema.Clip):
                place = item.range_in_parent()
                found.append(
                    (
                        item.name,
                        item.enabled,
                        *map(_seconds, (place.start_time, place.duration)),
                        *map(_seconds, (item.source_range.start_time, item.source_range.duration)),
                        [(type(effect).__name__, getattr(effect, "time_scalar", 1)) for effect in item.effects],
                        [(mark.name, mark.comment, _seconds(mark.marked_range.start_time)) for mark in item.markers],
                        item.media_reference.target_url,
                        _plain(item.metadata),
                    )
                )
            elif isinstance(item, otio.schema.Transition):
                found.append((_seconds(item.in_offset), _seconds(item.out_offset)))
    return found


def _plain(metadata: object) -> object:
    data = json.loads(otio.core.serialize_json_to_string(metadata))
    return {key: value for key, value in data.items() if key != "reelwork"}


@media(
    "exchange",
    "OpenTimelineIO, .otio",
    "names, ranges, speeds, markers, metadata: in and out again",
    read=OTIO,
    written=OTIO,
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=_timelines())
def test_a_timeline_that_came_in_goes_out_as_it_was(
    made: otio.schema.Timeline, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    scene = imported(saved(made, folder), folder / "scene")
    exported(scene.file, folder / "back.otio")
    assert _said(otio.adapters.read_from_file(str(folder / "back.otio"))) == _said(made)
