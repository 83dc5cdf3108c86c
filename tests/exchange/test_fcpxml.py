"""FCPXML, both ways."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path
from xml.etree import ElementTree

import pytest
from exchange.exchanging import by_hand, clips, exported, heard, imported, of_clips, painted
from media_table import media

from reelwork.exchange.report import ExchangeError

DOCUMENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10">
  <resources>
    <format id="r1" name="FFVideoFormat" frameDuration="100/2400s" width="64" height="36"/>
    <asset id="r2" name="a" start="3600s" duration="2s" hasVideo="1" hasAudio="1" format="r1">
      <media-rep kind="original-media" src="file:///Volumes/Cut/a.mp4"/>
    </asset>
    <asset id="r3" name="b" start="0s" duration="2s" hasVideo="1" hasAudio="1" format="r1" src="b.mp4"/>
    <asset id="r4" name="song" start="0s" duration="2s" hasAudio="1" src="song.wav"/>
    <effect id="r5" name="Custom" uid=".../Custom.motn"/>
    <media id="r6" name="Inner"><sequence format="r1" duration="1s"><spine>
      <asset-clip ref="r3" name="inside" offset="0s" start="0s" duration="1s"/>
    </spine></sequence></media>
  </resources>
  <library><event name="E"><project name="Night">
    <sequence format="r1" tcStart="3600s" tcFormat="NDF" duration="3s">
      <spine>
        <asset-clip ref="r2" name="First" offset="3600s" start="7201/2s" duration="16/24s">
          <asset-clip ref="r4" name="Music" lane="-1" offset="7201/2s" start="0s" duration="2s">
            <adjust-volume amount="-9dB"/>
          </asset-clip>
          <video ref="r5" name="Red" lane="1" offset="86420/24s" start="3600s" duration="4/24s">
            <param name="Color" value="1 0 0 1"/><adjust-blend amount="0.5"/>
          </video>
          <marker start="86414/24s" duration="1/24s" value="Look" note="here"/>
        </asset-clip>
        <transition name="Cross Dissolve" offset="86412/24s" duration="6/24s"/>
        <asset-clip ref="r3" name="Second" offset="86416/24s" start="6/24s" duration="20/24s"/>
        <gap name="Gap" offset="86436/24s" start="3600s" duration="4/24s"/>
        <asset-clip ref="r3" name="Fast" offset="86440/24s" start="0s" duration="8/24s" srcEnable="video">
          <timeMap>
            <timept time="0s" value="0s" interp="linear"/><timept time="4/24s" value="8/24s" interp="linear"/>
            <timept time="8/24s" value="12/24s" interp="linear"/>
          </timeMap>
        </asset-clip>
        <ref-clip ref="r6" name="Inner" offset="86448/24s" start="2/24s" duration="10/24s"/>
      </spine>
    </sequence>
  </project></event></library>
</fcpxml>
"""


@media(
    "exchange", "FCPXML 1.10, .fcpxml", "spine, lanes, gap, transition, timeMap: painted frames", read="a scene by hand"
)
def test_a_document_paints_what_the_scene_by_hand_paints(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(DOCUMENT)
    scene = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage)
    hand = by_hand(
        tmp_path / "hand",
        footage,
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n"
        "  inner: {sequence: [{file: media/b.mp4, duration: 1s}]}\n"
        "  main:\n    sequence:\n"
        "      - {file: media/a.mp4, in: 12f, duration: 18f}\n"
        "      - {transition: dissolve, duration: 6f}\n"
        "      - {file: media/b.mp4, in: 2f, duration: 24f}\n"
        "      - {gap: 4f}\n"
        "      - {file: media/b.mp4, duration: 4f, speed: 200%}\n"
        "      - {file: media/b.mp4, in: 8f, duration: 4f}\n"
        "      - {composition: inner, in: 2f, duration: 10f}\n"
        '    layers: [{solid: "#ff0000", start: 8f, duration: 4f, transform: {opacity: 50%}}]\n',
    )
    frames = (0, 9, 11, 12, 14, 17, 20, 35, 37, 41, 45, 50)
    assert painted(scene.file, frames) == painted(hand, frames)
    assert "marker 'Look'" in scene.text
    sound = [layer for layer in scene.prepared.graph("main").root.layers if "song" in str(layer.source)]
    assert sound[0].sound.gain.at(F(0)) == -9


@media("exchange", "FCPXML 1.10, .fcpxml", "times at 23.976 and rates that are conformed", read="the times as written")
def test_ntsc_times_stay_exact(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(
        '<fcpxml version="1.11"><resources>'
        '<format id="r1" frameDuration="1001/24000s" width="64" height="36"/>'
        '<format id="r2" frameDuration="1/24s" width="64" height="36"/>'
        '<asset id="r3" name="a" start="0s" duration="2s" hasVideo="1" format="r2" src="a.mp4"/></resources>'
        '<library><event><project name="P"><sequence format="r1" duration="30030/24000s"><spine>'
        '<asset-clip ref="r3" offset="0s" start="0s" duration="10010/24000s"/>'
        '<asset-clip ref="r3" offset="10010/24000s" start="12/24s" duration="20020/24000s">'
        '<conform-rate srcFrameRate="24"/></asset-clip>'
        "</spine></sequence></project></event></library></fcpxml>"
    )
    scene = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage)
    (_, _, end, _, speed), (_, begin, last, _, slower) = clips(scene.prepared)
    ntsc = F(24000, 1001)
    assert (end * ntsc, begin * ntsc, last * ntsc) == (10, 10, 30)
    assert (speed, slower) == (1, F(1000, 1001))


OURS = """\
reelwork: 1
title: Listed
canvas: {size: [64, 36], fps: 24}
compositions:
  inner: {duration: 1s, layers: [{solid: "#3366cc"}]}
  main:
    sequence:
      - {file: media/a.mp4, in: 12f, duration: 22f}
      - {transition: dissolve, duration: 6f}
      - {file: media/b.mp4, in: 6f, duration: 20f, sound: {gain: -6dB}}
      - {gap: 4f}
      - {file: media/a.mp4, in: 2f, duration: 8f, speed: 200%, sound: {mute: true}}
      - {composition: inner, duration: 10f}
    layers:
      - {file: media/still.png, start: 3f, duration: 5f, transform: {opacity: 25%}}
      - {file: media/song.wav, duration: 1s, start: 12f}
"""


@media("exchange", "FCPXML 1.10, .fcpxml", "a scene out and in again: frames and sound", written="the scene itself")
def test_a_document_that_was_written_reads_as_the_same_scene(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, OURS)
    exported(scene, tmp_path / "ours" / "cut.fcpxml")
    back = imported(tmp_path / "ours" / "cut.fcpxml", tmp_path / "ours" / "back")
    frames = (0, 4, 14, 17, 19, 21, 30, 40, 44, 52)
    assert painted(back.file, frames) == painted(scene, frames)
    assert heard(back.file) == heard(scene)
    root = ElementTree.fromstring((tmp_path / "ours" / "cut.fcpxml").read_text().partition("\n")[2].partition("\n")[2])
    ids = {each.get("id") for each in root.find("resources")}
    assert {each.get("ref") for each in root.iter() if each.get("ref")} <= ids


EVERYTHING = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    sequence:
      - file: media/a.mp4
        duration: 1s
        fit: cover
        effects: [invert]
        transform: {opacity: 50%, rotation: 3}
        sound: {gain: {0s: -6dB, 1s: 0dB}, pan: 0.5, fade-out: 4f}
"""
MOVES = "its sound.gain moves evenly in dB; a level for each frame stands for it"


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("fcpxml", ["its effects; left out", "its sound.fade-out; left out"]),
        ("xml", [MOVES, "its effects; left out", "its sound.fade-out; left out"]),
        (
            "edl",
            [
                "its effects, fit, transform.opacity, transform.rotation; left out",
                "its sound.fade-out, sound.gain, sound.pan; left out",
            ],
        ),
        ("otio", []),
    ],
)
def test_every_key_that_a_format_does_not_carry_is_told(
    tmp_path: Path, footage: Path, ending: str, said: list[str]
) -> None:
    findings = of_clips(exported(by_hand(tmp_path / "ours", footage, EVERYTHING), tmp_path / f"cut.{ending}"))
    assert [str(finding) for finding in findings] == [f"clip 'a.mp4': {line}" for line in said]


@pytest.mark.parametrize(
    "text", ["", "<fcpxml>", "<xmeml/>", '<fcpxml version="1.9"/>', "<!DOCTYPE a [<!ENTITY b 'c'>]><fcpxml/>"]
)
def test_a_damaged_document_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "cut.fcpxml").write_text(text)
    with pytest.raises(ExchangeError, match=r"cut\.fcpxml"):
        imported(tmp_path / "cut.fcpxml", tmp_path / "scene")


#: Resources that each use the one before twice.
DOUBLED = (
    '<media id="m0"><sequence format="r1"><spine><gap duration="1s"/></spine></sequence></media>'
    + "".join(
        f'<media id="m{n + 1}"><sequence format="r1"><spine><ref-clip ref="m{n}" duration="1s"/>'
        f'<ref-clip ref="m{n}" duration="1s"/></spine></sequence></media>'
        for n in range(18)
    )
    + '</resources><project><sequence format="r1"><spine><ref-clip ref="m18" duration="1s"/>'
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('width="64"', 'width="-5"', r"line 3, format 'r1': width='-5' is not a whole number from 1 to 16384"),
        ('width="64"', 'width="abc"', r"format 'r1': width='abc'"),
        ('duration="2s"', 'duration="1/0s"', r"line 4, asset 'a': '1/0s' is not a time such as"),
        ('duration="1s"/></S>', 'duration="' + "9" * 29 + 's"/></S>', "'one': .* more than 1,000,000,000 seconds"),
        ("/></S>", '><adjust-transform position="nan inf"/></asset-clip></S>', "clip 'one': 'nan' is not a number"),
        ("/></S>", '><adjust-transform scale="x"/></asset-clip></S>', "clip 'one': 'x' is not two numbers"),
        ("/></S>", '><asset-clip lane="up"/></asset-clip></S>', "line 8, asset-clip: lane='up' is not a whole"),
        ("</S>", '<ref-clip ref="m" duration="1s"/></S>', "more than 64 deep"),
        ('</resources><project><sequence format="r1">\n<spine>', DOUBLED, "more than 10,000 clips"),
    ],
    ids=["negative", "no number", "by nothing", "too long", "nan", "one of two", "lane", "in itself", "doubled"],
)
def test_a_value_that_is_none_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (
        '<fcpxml version="1.9">\n<resources>\n<format id="r1" frameDuration="1/24s" width="64" height="36"/>\n'
        '<asset id="r2" name="a" duration="2s" hasVideo="1" format="r1" src="a.mp4"/>\n'
        '<media id="m"><sequence format="r1"><spine><ref-clip ref="m" duration="1s"/></spine></sequence></media>\n'
        '</resources><project><sequence format="r1">\n<spine>\n<asset-clip name="one" ref="r2" duration="1s"/></S>'
        "</sequence></project></fcpxml>"
    )
    assert old in text
    (tmp_path / "cut.fcpxml").write_text(text.replace(old, new).replace("</S>", "</spine>"))
    with pytest.raises(ExchangeError, match=rf"cut\.fcpxml: .*{said}"):
        imported(tmp_path / "cut.fcpxml", tmp_path / "scene")


SPLIT = """\
<fcpxml version="1.11"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/>
<asset id="r2" name="a" start="3600s" duration="2s" hasVideo="1" hasAudio="1" format="r1" src="a.mp4"/></resources>
<library><event><project name="P"><sequence format="r1" duration="3s"><spine><gap offset="0s" duration="12/24s"/>
<asset-clip ref="r2" offset="12/24s" start="86418/24s" duration="12/24s" audioStart="86412/24s" audioDuration="1s"/>
<asset-clip ref="r2" offset="1s" start="86400/24s" duration="12/24s" audioDuration="18/24s">
<timeMap><timept time="3600s" value="3600s"/><timept time="3601s" value="3602s"/></timeMap></asset-clip>
</spine></sequence></project></event></library></fcpxml>
"""


@media("exchange", "FCPXML 1.11, .fcpxml", "sound that Final Cut Pro cuts before and after its picture", read="by hand")
def test_sound_may_be_cut_before_and_after_its_picture(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(SPLIT)
    scene = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage)
    hand = by_hand(
        tmp_path / "hand",
        footage,
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    sequence:\n      - {gap: 12f}\n"
        "      - {file: media/a.mp4, in: 18f, duration: 12f, sound: {mute: true}}\n"
        "      - {file: media/a.mp4, duration: 12f, speed: 200%}\n"
        "    layers:\n      - {file: media/a.mp4, in: 12f, duration: 24f, start: 6f, visible: false}\n",
    )
    assert painted(scene.file, (12, 18, 23, 24, 35)) == painted(hand, (12, 18, 23, 24, 35))
    assert heard(scene.file) == heard(hand)
    assert [each.instead for each in scene.findings if "sound" in each.what] == ["it is cut with its picture"]


CAMERAS = """\
<fcpxml version="1.11"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/>
<asset id="r2" name="a" start="0s" duration="2s" hasVideo="1" hasAudio="1" format="r1" src="a.mp4"/>
<asset id="r3" name="b" start="3600s" duration="2s" hasVideo="1" hasAudio="1" format="r1" src="b.mp4"/>
<media id="r4" name="Cameras"><multicam format="r1" tcStart="7200s">
<mc-angle name="A" angleID="x/A"><gap offset="7200s" duration="6/24s"/>
<asset-clip ref="r2" offset="172806/24s" duration="1s"/></mc-angle>
<mc-angle name="B" angleID="x/B"><asset-clip ref="r3" offset="7200s" start="86404/24s" duration="1s"/></mc-angle>
</multicam></media></resources>
<library><event><project name="P"><sequence format="r1" duration="1s"><spine>
<mc-clip ref="r4" name="one" offset="0s" start="172812/24s" duration="12/24s"><mc-source angleID="x/A"/></mc-clip>
<mc-clip ref="r4" name="two" offset="12/24s" start="172804/24s" duration="12/24s">
<mc-source angleID="x/B" srcEnable="video"/>
<mc-source angleID="x/A" srcEnable="audio"><adjust-volume amount="1dB"/></mc-source>
</mc-clip><mc-clip ref="r4" name="three" offset="1s" start="7200s" duration="2/24s"><mc-source angleID="C"/></mc-clip>
</spine></sequence></project></event></library></fcpxml>
"""


@media("exchange", "FCPXML 1.11, .fcpxml", "multicam clips: the angles seen and heard", read="a scene by hand")
def test_multicam_clips_show_their_angles(tmp_path: Path, footage: Path) -> None:
    (tmp_path / "cut.fcpxml").write_text(CAMERAS)
    scene = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage)
    hand = by_hand(
        tmp_path / "hand",
        footage,
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    duration: 26f\n    sequence:\n"
        "      - {file: media/a.mp4, in: 6f, duration: 12f}\n"
        "      - {file: media/b.mp4, in: 8f, duration: 12f, sound: {mute: true}}\n"
        "    layers:\n      - {file: media/a.mp4, duration: 10f, start: 14f, visible: false}\n",
    )
    assert painted(scene.file, (0, 11, 12, 23)) == painted(hand, (0, 11, 12, 23))
    assert heard(scene.file) == heard(hand)
    found = {each.what for each in scene.findings}
    assert found >= {"<adjust-volume> of an angle", "the angle 'C', which its multicam clip does not have"}


TITLED = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    sequence:
      - {text: {content: Hi, size: 20, fill: "#ff8040"}, duration: 6f}
      - {text: {content: Hi, size: 40%, weight: 400}, duration: 6f}
      - {text: Hi, duration: 6f}
"""


@media("exchange", "FCPXML 1.10, .fcpxml", "the size and the colour of titles", written="the scene itself")
def test_titles_keep_their_size_and_their_colour(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path / "ours", footage, TITLED)
    findings = exported(scene, tmp_path / "ours" / "cut.fcpxml")
    assert [each.what for each in of_clips(findings) if "text" in each.what] == ["its text.weight"]
    back = imported(tmp_path / "ours" / "cut.fcpxml", tmp_path / "back", footage)
    assert painted(back.file, (0, 12)) == painted(scene, (0, 12))
    root = ElementTree.parse(tmp_path / "ours" / "cut.fcpxml").getroot()
    styles = [style.attrib for style in root.iterfind(".//text-style-def/text-style")]
    assert [float(style["fontSize"]) for style in styles] == pytest.approx([600, 432, 64.8])
    assert [[each.tag for each in title][:2] for title in root.iter("title")] == [["text", "text-style-def"]] * 3
    assert next(root.iter("effect")).get("uid").endswith("/Basic Title.localized/Basic Title.moti")
