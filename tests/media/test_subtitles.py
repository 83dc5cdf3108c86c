"""Captions that files carry: what ffmpeg's command wrote, and files as people make them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest
from click.testing import CliRunner
from media.footage import run
from media_table import media

from reelwork.caption import Caption, lines
from reelwork.cli.app import cli
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.subtitles import read_captions

WORDS = """\
1
00:00:00,500 --> 00:00:01,000
<b>Grüße</b>, <i>мир</i>
😀 a < b & {c}

2
00:00:01,250 --> 00:00:01,500 X1:100
שלום <font color="red">red</font>
"""
READ = [
    Caption(Fraction(1, 2), Fraction(1), "<b>Grüße</b>, <i>мир</i>\n😀 a < b & {c}"),
    Caption(Fraction(5, 4), Fraction(3, 2), "שלום red"),
]
FILMS = (
    ("mov_text", ".mp4", "mpeg4", "mov_text"),
    ("mov_text", ".mov", "mpeg4", "mov_text"),
    ("SubRip", ".mkv", "mpeg4", "srt"),
    ("ASS", ".mkv", "mpeg4", "ass"),
    ("WebVTT", ".webm", "libvpx", "webvtt"),
)


def film(to: Path, pictures: str, words: str, *more: str, beside: Sequence[Path] = ()) -> Path:
    """A film of two seconds with WORDS in German, and ``more`` out of files ``beside``."""
    text = to.with_suffix(".srt")
    text.write_text(WORDS, encoding="utf-8")
    run("ffmpeg", "-f", "lavfi", "-i", "color=s=32x18:r=8:d=2", "-i", str(text),
        *(word for path in beside for word in ("-i", str(path))), "-map", "0", "-map", "1",
        "-c:v", pictures, "-c:s", words, "-metadata:s:s:0", "language=ger", *more, str(to))  # fmt: skip
    return to


@pytest.mark.parametrize(
    ("suffix", "pictures", "words"),
    [
        pytest.param(*rest, marks=media("text", f"{name} in {rest[0]}", "words, marks, times, language",
                                        read="ffmpeg's command"))
        for name, *rest in FILMS
    ],
)  # fmt: skip
def test_a_films_captions_are_read(tmp_path: Path, suffix: str, pictures: str, words: str) -> None:
    path = film(tmp_path / f"film{suffix}", pictures, words)
    found = read_captions(path)
    if words == "ass":  # its braces without an order are remarks
        assert [each.words for each in found.captions] == [each.words.replace("{c}", "").strip() for each in READ]
    elif words == "webvtt":  # ffmpeg 5.1 writes signs as they are, so that some stand for others there
        assert [(each.start, each.end) for each in found.captions] == [(each.start, each.end) for each in READ]
        assert found.captions[0].words.startswith("<b>Grüße</b>, <i>мир</i>\n😀 a")
    else:
        assert list(found.captions) == READ
    assert read_captions(path) == found  # as it was remembered
    assert [said.split(", ")[1] for said in probe(path).captions] == ["ger"]


def test_probe_tells_how_many_captions_a_file_has_and_when(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("1\n00:00:01,250 --> 00:00:02,000\nà\n\n2\n00:00:02,000 --> 00:01:01,500\nb\n", encoding="cp1252")
    said = CliRunner().invoke(cli, ["probe", str(path)]).output
    assert "captions  2, from 1.25 s to 61.5 s" in said
    assert "doubtful  line 3 is not UTF-8" in said
    told = json.loads(CliRunner().invoke(cli, ["probe", "--json", str(path)]).output)
    assert (told["count"], Fraction(told["start"]), Fraction(told["end"])) == (2, Fraction(5, 4), Fraction(123, 2))


def test_one_of_several_streams_is_asked_for(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures.mkv"
    with av.open(str(pictures), "w") as made:
        stream = made.add_stream("mpeg4", rate=8)
        stream.width = stream.height = 16
        drawn = made.add_mux_stream("hdmv_pgs_subtitle", time_base=Fraction(1, 1000))
        drawn.metadata["language"] = "fra"
        packet = av.Packet(b"\x16\0\0")
        packet.stream, packet.pts, packet.dts, packet.duration = drawn, 0, 0, 500
        made.start_encoding()
        made.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        made.mux_one(packet)
        made.mux(stream.encode())
    with pytest.raises(MediaError, match=r"pictures and no words, .*: 1 is hdmv_pgs_subtitle, fra, pictures"):
        read_captions(pictures)
    greek = tmp_path / "greek.srt"
    greek.write_text("1\n00:00:00,000 --> 00:00:01,000\nγειά\n", encoding="utf-8")
    more = ("-map", "2", "-map", "3:s", "-metadata:s:s:1", "language=ell",
            "-c:s:2", "copy", "-disposition:s:1", "default")  # fmt: skip
    path = film(tmp_path / "film.mkv", "mpeg4", "srt", *more, beside=(greek, pictures))
    for asked in ({"language": "de"}, {"language": "deu"}, {"language": "de-AT"}, {"stream": 1}):
        assert list(read_captions(path, **asked).captions) == READ  # type: ignore[arg-type]
    for asked in ({}, {"language": "el"}, {"language": "gre"}, {"stream": 2}):
        assert [each.words for each in read_captions(path, **asked).captions] == ["γειά"]  # type: ignore[arg-type]
    for asked, said in (
        ({"language": "pl"}, "has no captions in 'pl': 1 is subrip, ger; 2 is subrip, ell; 3 is hdmv_pgs_subtitle"),
        ({"stream": 4}, "has no stream 4 of captions"),
        ({"stream": 3}, "these captions are pictures"),
        ({"language": "fr"}, "these captions are pictures"),
    ):
        with pytest.raises(MediaError, match=said):
            read_captions(path, **asked)  # type: ignore[arg-type]


VTT = "WEBVTT\n\nNOTE not this\n\n00:00.500 --> 00:01.000 align:left\n<v Ann><b>a</b> &lt; &amp; <u>b\nc</u>\n"
ASS = """\
[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,16
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not this
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\pos(1,2)\\b1}a{\\r} {why}< &\\h{\\u1}b\\Nc{\\p1}m 0 0 l 1 1{\\p0}
"""


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        pytest.param("a.srt", WORDS, READ[0].words, marks=media("text", "SubRip, .srt", "words, marks and times",
                                                                read="the words that were written")),
        pytest.param("a.vtt", VTT, "<b>a</b> < & <u>b\nc</u>",
                     marks=media("text", "WebVTT, .vtt", "words, marks and times", read="the words that were written")),
        pytest.param("a.ass", ASS, "<b>a</b> < &\u00a0<u>b\nc</u>",
                     marks=media("text", "ASS, .ass", "words, marks and times", read="the words that were written")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_files_of_captions_are_read(
    tmp_path: Path, name: str, text: str, words: str, encoding: str, newline: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text.replace("\n", newline).encode(encoding))
    found = read_captions(path)
    assert (found.captions[0], found.doubt) == (Caption(Fraction(1, 2), Fraction(1), words), "")


def test_letters_that_are_no_utf8_are_those_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("1\n00:00:00,500 --> 00:00:01,000\nGrüße – “ja”\n".encode("cp1252"))
    found = read_captions(path)
    assert [each.words for each in found.captions] == ["Grüße – “ja”"]
    assert "line 3 is not UTF-8" in found.doubt


@pytest.mark.parametrize(
    ("text", "said"), [("", "is empty"), ("nothing to read", "holds no captions"), ("WEBVTT\n", "holds no captions")]
)
def test_files_without_captions_are_errors(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.srt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MediaError, match=said):
        read_captions(path)


def test_what_people_write_into_files_of_captions_is_read_or_told(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n-00:00:01,000 --> 00:00:01,000\nbefore\n\n2\n00:00:02,000 --> 00:00:01,000\nback\n\n"
        "3\n00:00:02,500 --> 00:00:02,500\nnever\n\n4\n00:00:03.500 --> 00:00:04.000\na\0b\x07c\n\n"
        "5\n-00:00:09,000 --> -00:00:08,000\nlong ago\n"
    )
    found = read_captions(path)
    assert [(each.start, each.end, each.words) for each in found.captions] == [
        (0, 1, "before"),
        (2, Fraction(5, 2), "back"),  # until the next one begins
        (Fraction(7, 2), 4, "ab\x07c"),
    ]
    assert found.doubt == "2 of its captions do not end after they begin, and are left out"
    assert "".join(run.text for run in lines(found.captions[2].words)) == "abc"


def test_one_caption_that_does_not_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:03,000 --> 00:00:03,000\nb\n")
    found = read_captions(path)
    assert [each.words for each in found.captions] == ["a"]
    assert found.doubt == "one of its captions does not end after it begins, and is left out"


def test_times_without_hours_or_parts_of_seconds_are_times(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(
        "1\n00:00:01.5 --> 00:00:02\na\n\n2\n0:0:3 -->0:4,25\nb\n\n3\n00:05,123456 --> 1:00:00,0\nc --> 7\n"
    )
    assert [(each.start, each.end, each.words) for each in read_captions(path).captions] == [
        (Fraction(3, 2), 2, "a"),
        (3, Fraction(17, 4), "b"),
        (Fraction(5123, 1000), 3600, "c --> 7"),
    ]


def test_signs_that_look_like_marks_stay_signs(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;b&gt; is <b>bold</b>, &lt;/b&gt; ends it\n")
    (found,) = read_captions(path).captions
    said = [(run.text.replace("\u2060", ""), set(run.styles)) for run in lines(found.words)]
    assert said == [("<b> is ", set()), ("bold", {"b"}), (", </b> ends it", set())]
