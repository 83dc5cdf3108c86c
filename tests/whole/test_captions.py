"""Captions, chapters and what a film says of itself, as ffmpeg's commands read them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from media.footage import run
from media_table import media
from whole.making import Here

from reelwork.errors import OutputError, SceneError
from reelwork.media.writing.captions import Caption, apart
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """\
reelwork: 1
title: Words
licence: CC-BY-4.0
canvas: {size: [32, 18], fps: 8}
compositions:
  inner:
    duration: 4s
    layers: [{text: "one & two", caption: true, start: 1s, duration: 2s}]
  main:
    duration: 8s
    layers:
      - {composition: inner, start: 1s, speed: 200%}
      - {composition: inner, start: 5s, speed: -100%, duration: 3s}
      - {text: "Grüße\\nзавтра", caption: true, visible: false, start: 1.5s, duration: 2.5s}
outputs:
  film: {file: film.mp4, range: [1s, 8s], captions: true, video: {preset: ultrafast},
         chapters: {Dawn: 0s, "The road: on": 3s, Later: 9s}, metadata: {author: Ada, comment: Hello}}
  words: {file: words.srt}
  late: {file: late.mp4, range: [0s, 2s], video: {preset: ultrafast}, chapters: {One: 0.5s, Two: 1.25s}}
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "scene.yaml"
    path.write_text(SCENE, encoding="utf-8")
    return path


def made(scene: Path, output: str, to: Path) -> Path:
    assert produce.render(scene, Settings(), Request(output=output, to=to), Silent(), Here()).path == to
    return to


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(suffix, marks=media("text", f"{name}, {suffix}", "words and times", written="ffmpeg's command"))
        for suffix, name in ((".srt", "SubRip"), (".vtt", "WebVTT"))
    ],
)
def test_words_stand_in_files_when_they_are_read(scene: Path, tmp_path: Path, suffix: str) -> None:
    path = made(scene, "words", tmp_path / f"words{suffix}")
    said = run("ffmpeg", "-i", str(path), "-f", "webvtt", "-")
    assert said.replace("00:", "").strip().split("\n\n") == [
        "WEBVTT",
        "01.500 --> 02.500\none & two",
        "01.500 --> 04.000\nGrüße\nзавтра",
        "05.000 --> 07.000\none & two",
    ]


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param(suffix, marks=media("text", f"{name} in {suffix}", "words and times", written="ffmpeg's command"))
        for suffix, name in ((".mp4", "mov_text"), (".mov", "mov_text"), (".mkv", "SubRip"), (".webm", "WebVTT"))
    ],
)
def test_a_film_carries_words_chapters_and_what_it_says_of_itself(scene: Path, tmp_path: Path, suffix: str) -> None:
    path = made(scene, "film", tmp_path / f"film{suffix}")
    said = run("ffmpeg", "-i", str(path), "-map", "0:s", "-f", "srt", "-")
    assert said.split("\n\n") == [
        "1\n00:00:00,500 --> 00:00:01,500\none & two\nGrüße\nзавтра",
        "2\n00:00:01,500 --> 00:00:03,000\nGrüße\nзавтра",
        "3\n00:00:04,000 --> 00:00:06,000\none & two",
        "",
    ]
    assert chapters(path) == [
        "0.000000,2.000000,Dawn",
        "2.000000,7.000000,The road: on",
    ]
    tags = run("ffprobe", "-show_entries", "format_tags", "-of", "default=nk=1:nw=1", "-i", str(path)).splitlines()
    assert {"Words", "CC-BY-4.0", "Ada", "Hello"} <= set(tags)
    assert int(run("ffprobe", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames",
                   "-of", "csv=p=0", "-i", str(path)).strip().rstrip(",")) == 56  # fmt: skip


def chapters(path: Path) -> list[str]:
    shown = ("-show_entries", "chapter=start_time,end_time:chapter_tags=title", "-of", "csv=p=0")
    return [line for line in run("ffprobe", *shown, "-i", str(path)).splitlines() if line]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_chapters_keep_their_times_where_the_first_begins_later_than_the_film(
    scene: Path, tmp_path: Path, suffix: str
) -> None:
    untitled = [] if suffix == ".mkv" else ["0.000000,0.500000,"]
    found = chapters(made(scene, "late", tmp_path / f"late{suffix}"))
    assert found == [*untitled, "0.500000,1.250000,One", "1.250000,2.000000,Two"]


OUTPUTS = """\
reelwork: 1
compositions: {main: {duration: 4s, layers: [{solid: red}]}}
outputs: {it: {%s}}
"""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("file: a.vtt", "no layer of 'main' has `caption: true`, so a.vtt would be empty"),
        ("file: a.wav", "nothing is heard in 'main', so a.wav would be empty"),
        ("file: a.mp4, chapters: {A: 1s, B: 1s}", "the chapters 'A' and 'B' begin at one instant"),
        ("file: a.mp4, captions: true", "so the film has no track of them"),
        ("file: a.mp4, chapters: {A: 1s, B: 4s}", "this chapter begins at 4s, but the film ends at 4s"),
        ("file: a.mp4, range: [2s, 3s], chapters: {A: 0s, B: 2s}", "this chapter ends at 2s, before the film begins"),
    ],
)
def test_what_would_be_missing_in_a_film_is_said_before(tmp_path: Path, output: str, said: str) -> None:
    path = tmp_path / "scene.yaml"
    path.write_text(OUTPUTS % output, encoding="utf-8")
    try:
        problems = produce.check(path, Settings())
    except SceneError as error:
        problems = error.problems
    assert [said in problem.message for problem in problems] == [True]


def test_words_that_overlap_stand_under_each_other_in_a_track() -> None:
    first, second = Caption(Fraction(0), Fraction(3), "a"), Caption(Fraction(1), Fraction(2), "b")
    assert [(each.start, each.end, each.words) for each in apart([second, first])] == [
        (0, 1, "a"),
        (1, 2, "a\nb"),
        (2, 3, "a"),
    ]
    joined = apart([Caption(Fraction(0), Fraction(1), "a"), Caption(Fraction(1), Fraction(2), "a")])
    assert [(each.start, each.end) for each in joined] == [(0, 2)]


def test_captions_of_a_composition_without_words_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "scene.yaml"
    path.write_text("reelwork: 1\ncompositions: {main: {duration: 1s, layers: [{solid: red}]}}\n"
                    "outputs: {words: {file: words.srt}}\n")  # fmt: skip
    with pytest.raises(OutputError, match="no layer of 'main' has `caption: true`"):
        made(path, "words", tmp_path / "words.srt")
    assert not (tmp_path / "words.srt").exists()
