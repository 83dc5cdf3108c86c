"""Final Cut Pro 7's XML, both ways."""

from __future__ import annotations

import re
from fractions import Fraction as F
from pathlib import Path
from xml.etree.ElementTree import fromstring

import opentimelineio as otio
import pytest
from exchange.exchanging import by_hand, exported, heard, imported, of_clips, painted
from media.clips import make_clip
from media_table import media

from reelwork.exchange.report import ExchangeError

RATE = "<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>"
DOCUMENT = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE xmeml>
<xmeml version="5"><sequence id="s1"><name>Night</name><duration>48</duration>{RATE}
<media><video><format><samplecharacteristics><width>64</width><height>36</height></samplecharacteristics></format>
<track>
<clipitem id="c1"><name>a</name><duration>48</duration>{RATE}<start>0</start><end>-1</end><in>12</in><out>34</out>
<file id="f1"><name>a.mp4</name><pathurl>file://localhost/Volumes/a.mp4</pathurl>{RATE}<duration>48</duration></file>
<marker><name>Look</name><comment>here</comment><in>14</in><out>-1</out></marker></clipitem>
<transitionitem><start>16</start><end>22</end><alignment>start-black</alignment>{RATE}
<effect><name>Cross Dissolve</name><effectid>Cross Dissolve</effectid><effecttype>transition</effecttype></effect>
</transitionitem>
<clipitem id="c2"><name>b</name><duration>48</duration>{RATE}<start>-1</start><end>36</end><in>6</in><out>26</out>
<file id="f2"><name>b.mp4</name><pathurl>file://localhost/Volumes/b.mp4</pathurl>{RATE}<duration>48</duration></file>
</clipitem>
<clipitem id="c3"><name>fast</name><duration>24</duration>{RATE}<start>40</start><end>48</end><in>2</in><out>10</out>
<file id="f1"/><filter><effect><name>Time Remap</name><effectid>timeremap</effectid>
<parameter><parameterid>speed</parameterid><value>200</value></parameter>
<parameter><parameterid>reverse</parameterid><value>FALSE</value></parameter></effect></filter>
<filter><effect><name>Opacity</name><effectid>opacity</effectid>
<parameter><parameterid>opacity</parameterid><value>50</value></parameter></effect></filter></clipitem>
</track></video>
<audio><track><clipitem id="c5"><name>b</name><duration>48</duration>{RATE}<start>40</start><end>48</end><in>2</in>
<out>10</out><file id="f2"/><sourcetrack><mediatype>audio</mediatype><trackindex>1</trackindex></sourcetrack>
<filter><effect><name>Audio Levels</name><effectid>audiolevels</effectid>
<parameter><parameterid>level</parameterid><value>0.5</value></parameter></effect></filter></clipitem></track>
<track><clipitem id="c6"><name>b</name><duration>48</duration>{RATE}<start>40</start><end>48</end><in>2</in>
<out>10</out><file id="f2"/><sourcetrack><mediatype>audio</mediatype><trackindex>2</trackindex></sourcetrack>
</clipitem></track></audio>
</media></sequence></xmeml>
"""


@media(
    "exchange",
    "Final Cut Pro 7, .xml",
    "cuts, dissolve, speed, opacity: painted frames; levels",
    read="a scene by hand",
)
def test_a_document_paints_what_the_scene_by_hand_paints(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.xml").write_text(DOCUMENT)
    scene = imported(tmp_path / "cut.xml", tmp_path / "scene", footage)
    hand = by_hand(
        tmp_path / "hand",
        footage,
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    sequence:\n"
        "      - {file: media/a.mp4, in: 12f, duration: 22f}\n"
        "      - {transition: dissolve, duration: 6f}\n"
        "      - {file: media/b.mp4, in: 6f, duration: 20f}\n"
        "      - {gap: 4f}\n"
        "      - {file: media/a.mp4, in: 4f, duration: 8f, speed: 200%, transform: {opacity: 50%}}\n",
    )
    frames = (0, 15, 17, 20, 22, 35, 37, 40, 44, 47)
    assert painted(scene.file, frames) == painted(hand, frames)
    assert "marker 'Look'" in scene.text
    layers = [layer for layer in scene.prepared.graph("main").root.layers if not layer.visible]
    assert len(layers) == 1  # two channels of one file are one sound
    assert layers[0].sound.gain.at(F(0)) == pytest.approx(-6.0206, abs=1e-3)


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
      - {file: media/a.mp4, in: 2f, duration: 8f, speed: 200%, sound: {mute: true}}
    layers:
      - {file: media/b.mp4, start: 3f, duration: 5f, transform: {opacity: 25%}, sound: {gain: -6dB}}
      - {file: media/song.wav, duration: 1s, start: 12f}
      - {file: media/still.png, duration: 4f, start: 30f}
      - {solid: red, duration: 4f, start: 46f}
"""


@media("exchange", "Final Cut Pro 7, .xml", "a scene out and in again", written="otio-fcp-adapter, the scene itself")
def test_a_document_that_was_written_reads_as_the_same_scene(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, OURS)
    findings = exported(scene, tmp_path / "ours" / "cut.xml")
    assert [finding.instead for finding in findings] == ["a gap stands for it"]
    read = otio.adapters.read_from_file(str(tmp_path / "ours" / "cut.xml"), "fcp_xml")
    assert [len(list(track.find_clips())) for track in read.tracks if track.kind == "Video"] == [3, 1, 1, 0]
    back = imported(tmp_path / "ours" / "cut.xml", tmp_path / "ours" / "back")
    frames = (0, 4, 14, 17, 19, 21, 31, 40, 44)
    assert painted(back.file, frames) == painted(scene, frames)
    assert len(heard(back.file)) == len(heard(scene))


def test_media_of_a_rate_that_the_format_lacks_get_the_nearest(tmp_path: Path, footage: Path) -> None:
    make_clip(tmp_path / "odd.mp4", count=20, size=(64, 36), fps=F(50, 3))
    scene = by_hand(
        tmp_path,
        footage,
        OURS.partition("    sequence")[0] + "    sequence: [{file: odd.mp4, in: 6f, duration: 18f}]\n",
    )
    finding, between = of_clips(exported(scene, tmp_path / "cut.xml"))
    assert "clip 'odd.mp4': its media has 50/3 frames a second" in str(finding)
    assert "it begins between frames of its media" in str(between)
    back = imported(tmp_path / "cut.xml", tmp_path / "back")
    assert painted(back.file, (0, 9, 17)) == painted(scene, (0, 9, 17))


def test_numbered_files_come_back_by_their_name(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(
        tmp_path,
        footage,
        OURS.partition("    sequence")[0] + "    sequence: [{file: 'n_%02d.png', fps: 10, in: 300ms, duration: 12f}]\n",
    )
    for number in range(1, 9):
        (tmp_path / f"n_{number:02}.png").hardlink_to(footage / "still.png")
    assert [finding.instead for finding in of_clips(exported(scene, tmp_path / "cut.xml"))] == ["30 is written"]
    back = imported(tmp_path / "cut.xml", tmp_path / "back")
    assert back.findings == ()
    assert "file: media/n_%02d.png, fps: 10, in: 300ms, duration: 12f" in back.text


@pytest.mark.parametrize("text", ["", "<xmeml>", "<fcpxml/>", "<xmeml><sequence/></xmeml>"])
def test_a_damaged_document_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "cut.xml").write_text(text)
    with pytest.raises(ExchangeError, match=r"cut\.xml"):
        imported(tmp_path / "cut.xml", tmp_path / "scene")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "<start>0</start>",
            "<start>soon</start>",
            "line 6: clipitem 'a': <start> is 'soon', which is no number",
        ),
        ("<start>0</start>", f"<start>{'9' * 40}</start>", "clipitem 'a': <start> is '9999.*which is no number of fr"),
        ("<start>0</start>", "", "clipitem 'a': it has no <start>, which says where it stands; mend it there"),
        ("<timebase>24", "<timebase>0", "sequence 'Night': <timebase> is '0'; it is frames a second"),
        ("<timebase>24</timebase>", "", "sequence 'Night': <rate> has no <timebase>"),
        ('<file id="f1"/>', '<file id="f9"/>', "clipitem 'fast': it shows the file 'f9', which is described nowhere"),
        ('<file id="f1"/>', "", "clipitem 'fast': it has no <file> and no <sequence>"),
        ('<file id="f1"/>', '<sequence id="s9"/>', "clipitem 'fast': it shows the sequence 's9'"),
        ("<width>64", "<width>0", "sequence 'Night': <width> is '0'; it goes from 1 to 16384"),
        ("<name>fast</name>", "<name>fast</name>" + "<a>" * 700 + "</a>" * 700, "more than 200 deep in each other"),
        ("<pathurl>file://localhost/Volumes/b.mp4</pathurl>", "<pathurl>http://[</pathurl>", "."),
    ],
)
def test_what_is_wrong_is_said_in_our_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in DOCUMENT
    (tmp_path / "cut.xml").write_text(DOCUMENT.replace(old, new, 1))
    try:
        imported(tmp_path / "cut.xml", tmp_path / "scene")
    except ExchangeError as error:
        message = str(error)
        assert re.search(said, message), message
        assert not re.search(r"NoneType|Error\b|object|invalid literal|__|\bkey\b", message), message
    else:
        assert said == "."


TIMECODE = (
    f"<timecode>{RATE}<string>01:00:00:00</string><frame>86400</frame><displayformat>NDF</displayformat></timecode>"
)


@media("exchange", "Final Cut Pro 7, .xml", "markers of media with a timecode, as Premiere writes them", read="by hand")
def test_markers_count_from_the_first_frame_of_a_file(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.xml").write_text(DOCUMENT.replace("<duration>48</duration></file>", f"{TIMECODE}</file>"))
    scene = imported(tmp_path / "cut.xml", tmp_path / "scene", footage)
    assert "# marker 'Look' at 2f (here)" in scene.text
    exported(scene.file, tmp_path / "again.xml")
    (marker,) = fromstring((tmp_path / "again.xml").read_text()).iter("marker")
    assert (marker.findtext("name"), marker.findtext("in"), marker.findtext("comment")) == ("Look", "14", "here")


def _made(name: str, alpha: str, kind: str = "Slug", more: str = "") -> str:
    return (
        f"<clipitem><name>{name}</name><duration>9000</duration>{RATE}<start>4</start><end>12</end><in>100</in>"
        f'<out>108</out><alphatype>{alpha}</alphatype><file id="f9"><name>{name}</name>'
        f"<mediaSource>{kind}</mediaSource>"
        f"{RATE}</file>{more}</clipitem>"
    )


def _words(text: str, parameter: str = "Source Text") -> str:
    return (
        f"<filter><effect><name>{text}</name><effectid>GraphicAndType</effectid><parameter><parameterid>1</parameterid>"
        f"<name>{parameter}</name><value>AA==</value></parameter></effect></filter>"
    )


MATTE = (
    f"<generatoritem><name>Blue</name><duration>9000</duration>{RATE}<start>4</start><end>12</end><in>100</in>"
    "<out>108</out><effect><name>Color</name><effectid>Color</effectid><effecttype>generator</effecttype><parameter>"
    "<parameterid>fillcolor</parameterid><value><alpha>0</alpha><red>10</red><green>0</green><blue>255</blue></value>"
    "</parameter></effect></generatoritem>"
)


@pytest.mark.parametrize(
    ("item", "layer", "said"),
    [
        (_made("Opening", "straight"), 'solid: "#00000000"', "a title, whose words"),
        (_made("Transparent Video", "straight"), 'solid: "#00000000"', ""),
        (_made("Black Video", "none"), 'solid: "#000000"', ""),
        (_made("Universal Counting Leader", "none"), 'solid: "#000000"', "the editor makes"),
        (_made("HD Bars and Tone", "none"), 'fill: "#bfbf00"', ""),
        (MATTE, 'solid: "#0a00ff"', ""),
        (MATTE.replace("255", "9" * 5000), 'solid: "#000000"', ""),
        (
            _made("Graphic", "straight", "GraphicAndType", _words("Dawn&#13;by the sea") + _words("Shape 01", "Path")),
            'content: "Dawn\\nby the sea"',
            "the look of a title",
        ),
    ],
)
def test_what_premiere_makes_is_made_here(item: str, layer: str, said: str, tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.xml").write_text(DOCUMENT.replace("</track></video>", f"</track><track>{item}</track></video>"))
    scene = imported(tmp_path / "cut.xml", tmp_path / "scene", footage)
    assert layer in scene.text.partition("x-exchange")[0]
    name = item.partition("<name>")[2].partition("<")[0]
    found = [each.what for each in scene.findings if repr(name) in each.place and "Shape 01" not in each.what]
    assert [said in what for what in found] == ([True] if said else [])
    painted(scene.file, (6,))
