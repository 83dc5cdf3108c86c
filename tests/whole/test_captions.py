"""Captions, chapters and what a film says of itself, as ffmpeg's commands read them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from media.footage import run
from media_table import media
from PIL import Image
from whole.making import Here

from reelwork.caption import Caption, lines
from reelwork.errors import OutputError, SceneError
from reelwork.media.subtitles import read_captions
from reelwork.media.writing.captions import CaptionTrack, apart, write_captions
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
         chapters: {Dawn: 0s, "The road: on": 3s, Later: 9s}, metadata: {author: Ada, comment: Hello, language: deu}}
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
    shown = ("-show_entries", "stream=codec_type:stream_tags=language:stream_disposition=default", "-of", "csv=p=0")
    said = run("ffprobe", *shown, "-i", str(path)).splitlines()
    assert "video,1" in [line.removesuffix(",und") for line in said]
    assert [line[-3:] for line in said if line.startswith("subtitle")] == ["deu" if suffix == ".mp4" else "ger"]
    assert len(read_captions(path, language="de").captions) == 3
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


def test_no_caption_is_written_that_lasts_for_no_time(tmp_path: Path) -> None:
    third = Fraction(1, 3000)
    captions = [
        Caption(Fraction(0), 3 * third, "one"),
        Caption(2 * third, Fraction(1), "two"),  # a third of a millisecond over the first
        Caption(Fraction(1) + third, Fraction(1) + 2 * third, "three"),  # from one millisecond to the next
        Caption(Fraction(1) - third, Fraction(1) + third, "four"),  # on one
    ]
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        track = CaptionTrack(container, captions, ".mkv")
        container.start_encoding()
        for packet in track.packets():
            container.mux(packet)
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux() if packet.size]
    assert [(packet.pts, packet.duration, bytes(packet)) for packet in packets] == [
        (0, 1, b"one"),
        (1, 999, b"two"),
        (1000, 1, b"three"),
    ]


def test_captions_of_a_composition_without_words_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "scene.yaml"
    path.write_text("reelwork: 1\ncompositions: {main: {duration: 1s, layers: [{solid: red}]}}\n"
                    "outputs: {words: {file: words.srt}}\n")  # fmt: skip
    with pytest.raises(OutputError, match="no layer of 'main' has `caption: true`"):
        made(path, "words", tmp_path / "words.srt")
    assert not (tmp_path / "words.srt").exists()


FOOTAGE = """\
reelwork: 1
canvas: {size: [32, 18], fps: 8}
compositions:
  main:
    duration: 9s
    layers:
      - {file: talk.mkv, in: 0.5s, speed: 50%, start: 1s, duration: 2s, visible: false, caption: true}
      - {file: talk.mkv, speed: -100%, start: 4s, visible: false, caption: {language: de}}
      - {file: talk.mkv, in: 1s, loop: true, start: 6s, duration: 2.5s, visible: false, caption: {stream: 1}}
      - {solid: red, start: 8.5s, duration: 0.5s, caption: more.srt}
outputs:
  words: {file: words.srt}
  film: {file: film.mp4, captions: true, video: {preset: ultrafast}}
"""
TALK = """\
1
00:00:00,000 --> 00:00:01,000
one

2
00:00:01,000 --> 00:00:01,500
<b>two</b>
"""


def test_captions_of_footage_go_where_its_layer_goes(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text(TALK)
    (tmp_path / "more.srt").write_bytes(b"1\n00:00:00,000 --> 00:00:20,000\n\xfcber\n")
    run("ffmpeg", "-f", "lavfi", "-i", "color=s=32x18:r=8:d=2", "-i", str(tmp_path / "talk.srt"), "-map", "0", "-map",
        "1", "-c:v", "mpeg4", "-metadata:s:s:0", "language=deu", str(tmp_path / "talk.mkv"))  # fmt: skip
    path = tmp_path / "scene.yaml"
    path.write_text(FOOTAGE, encoding="utf-8")
    assert made(path, "words", tmp_path / "words.srt").read_text().split("\n\n") == [
        "1\n00:00:01,000 --> 00:00:02,000\none",  # from 0.5 s on, at half the speed
        "2\n00:00:02,000 --> 00:00:03,000\n<b>two</b>",
        "3\n00:00:04,500 --> 00:00:05,000\n<b>two</b>",  # backwards
        "4\n00:00:05,000 --> 00:00:06,000\none",
        "5\n00:00:06,000 --> 00:00:06,500\n<b>two</b>",  # each pass of a second
        "6\n00:00:07,000 --> 00:00:07,500\n<b>two</b>",
        "7\n00:00:08,000 --> 00:00:08,500\n<b>two</b>",
        "8\n00:00:08,500 --> 00:00:09,000\nüber\n",
    ]
    assert [each.message.partition(": ")[2] for each in produce.check(path, Settings()) if "UTF" in each.message] == [
        "line 3 is not UTF-8: its letters are read as those of Windows-1252"
    ]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("{solid: red, caption: true}", "only a `text` and films have words for captions"),
        ("{solid: red, caption: none.srt}", "there is no file 'none.srt'"),
        ("{file: still.png, caption: true}", "is a picture, and carries no captions"),
        ("{solid: red, caption: still.png}", "is a picture, and carries no captions"),
        ("{solid: red, caption: ../other.srt}", "lies outside the scene's folder"),
    ],
)
def test_layers_without_words_say_so(tmp_path: Path, layer: str, said: str) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "still.png")
    path = tmp_path / "scene.yaml"
    path.write_text(f"reelwork: 1\ncompositions: {{main: {{duration: 1s, layers: [{layer}]}}}}\n")
    with pytest.raises(SceneError, match=said):
        produce.check(path, Settings())


WORDS = [
    "<b>bold <I>both</b> italic</i> and 1 < 2 & 3 > 2 </u>",
    "שלום <u>عالم</u>\r\n\r\n😀 {\\an8} <font color=red>",
    "one --> two",
]


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".mp4", ".mov", ".mkv", ".webm"])
def test_marks_in_captions_are_the_same_everywhere(tmp_path: Path, suffix: str) -> None:
    captions = [Caption(Fraction(n), Fraction(n + 1), words) for n, words in enumerate(WORDS)]
    path = tmp_path / f"words{suffix}"
    if suffix in (".srt", ".vtt"):
        write_captions(captions, path)
    else:
        with av.open(str(path), "w") as container:
            pictures = container.add_stream("libvpx" if suffix == ".webm" else "mpeg4", rate=8)
            pictures.width = pictures.height = 16
            track = CaptionTrack(container, captions, suffix)
            container.start_encoding()
            for packet in (*pictures.encode(av.VideoFrame(16, 16, "yuv420p")), *pictures.encode(), *track.packets()):
                container.mux_one(packet)
    found = [each.words for each in read_captions(path).captions]
    arrow = "one → two" if suffix in (".srt", ".mkv") else WORDS[2]
    assert [_looks(words) for words in found] == [
        _looks(WORDS[0]),
        _looks(WORDS[1].replace("\r\n\r\n", "\n")),
        _looks(arrow),
    ]
    said = run("ffmpeg", "-i", str(path), "-map", "0:s", "-f", "ass", "-").replace("\u2060", "")
    assert "bold" in said
    assert len([line for line in said.splitlines() if line.startswith("Dialogue")]) == 3


def _looks(words: str) -> list[tuple[str, frozenset[str]]]:
    return [(sign, run.styles) for run in lines(words.replace("\u2060", "")) for sign in run.text if not sign.isspace()]


def test_ten_thousand_captions_that_overlap_are_apart_in_order() -> None:
    many = [Caption(Fraction(n, 10), Fraction(n + 15, 10), f"{n}") for n in range(10_000)]
    found = apart([*many, Caption(Fraction(3), Fraction(3), "never"), Caption(Fraction(3), Fraction(4), " \n ")])
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert found[20] == Caption(Fraction(2), Fraction(21, 10), "\n".join(str(n) for n in range(6, 21)))
    assert len(found) == 10_014
