"""Captions, chapters and what a film says of itself, as ffmpeg's commands read them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from media.footage import run
from media_table import media
from whole.making import Here

from reelwork.errors import OutputError
from reelwork.media.captions import Caption, apart
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
    shown = ("-show_entries", "chapter=start_time,end_time:chapter_tags=title", "-of", "csv=p=0")
    assert run("ffprobe", *shown, "-i", str(path)).split("\n")[:2] == [
        "0.000000,2.000000,Dawn",
        "2.000000,7.000000,The road: on",
    ]
    tags = run("ffprobe", "-show_entries", "format_tags", "-of", "default=nk=1:nw=1", "-i", str(path)).splitlines()
    assert {"Words", "CC-BY-4.0", "Ada", "Hello"} <= set(tags)
    assert int(run("ffprobe", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames",
                   "-of", "csv=p=0", "-i", str(path)).strip().rstrip(",")) == 56  # fmt: skip


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
