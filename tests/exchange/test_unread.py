"""What other programs' files hold that scenes cannot say is in the report, whatever of it stands there."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest
from exchange.exchanging import exported, imported
from exchange.test_fcp7 import DOCUMENT

FCPX = """\
<fcpxml version="1.11"><resources>
<format id="r1" frameDuration="1/24s" width="64" height="36"/>
<asset id="r2" name="a" start="0s" duration="2s" hasVideo="1" hasAudio="1" format="r1"><media-rep src="a.mp4"/></asset>
<asset id="r3" name="b" start="0s" duration="2s" hasVideo="1" hasAudio="1" format="r1"><media-rep src="b.mp4"/></asset>
<effect id="r4" name="Clouds" uid="x"/></resources>
<library><event>@EVENT@<project name="P"><sequence format="r1" duration="2s">@SEQUENCE@<spine>
<asset-clip name="one" ref="r2" offset="0s" duration="1s" @ATTRIBUTE@>@CLIP@</asset-clip>
@SPINE@<asset-clip name="two" ref="r3" offset="1s" duration="1s"/>
</spine></sequence></project></event></library></fcpxml>
"""


FOREIGN = [
    ("CLIP", '<filter-video ref="r4" name="Glow"/>', "clip 'one': the effect 'Glow'"),
    ("CLIP", '<filter-audio ref="r4" name="Echo"/>', "clip 'one': the effect 'Echo'"),
    ("CLIP", '<keyword value="night" start="0s" duration="1s"/>', "clip 'one': a keyword 'night'"),
    ("CLIP", '<rating value="favorite" start="0s" duration="1s"/>', "clip 'one': a rating 'favorite'"),
    ("CLIP", '<caption name="Hello" lane="1" duration="1s"/>', "clip 'one': a caption 'Hello'"),
    ("CLIP", '<metadata><md key="x" value="y"/></metadata>', "clip 'one': metadata"),
    ("CLIP", "<note>Look</note>", "clip 'one': a note"),
    ("CLIP", '<audio-channel-source srcCh="1"/>', "clip 'one': the choice of its channels"),
    ("CLIP", "<novelty/>", "clip 'one': <novelty>"),
    ("CLIP", "<adjust-stabilization/>", "clip 'one': the effect 'adjust-stabilization'"),
    ("CLIP", '<adjust-crop mode="crop"><crop-rect left="5"/></adjust-crop>', "a crop of the kind 'crop'"),
    ("CLIP", '<adjust-transform anchor="5 5"/>', "clip 'one': the anchor"),
    ("CLIP", '<adjust-blend mode="77"/>', "clip 'one': the blend mode 77"),
    ("CLIP", '<adjust-volume><param name="amount"><fadeIn duration="1/2s"/></param></adjust-volume>', "a fade-in"),
    ("ATTRIBUTE", 'videoRole="signs.german"', "clip 'one': the role 'signs.german'"),
    ("SEQUENCE", "<note>Cut 3</note>", "the sequence: a note"),
    ("EVENT", '<asset-clip name="unused" ref="r2"/>', "its event holds more than the timeline: 'unused'"),
    ("SPINE", '<transition name="Swirl" offset="3/4s" duration="1/2s"/>', "transition: 'Swirl'"),
    ("SPINE", '<gap offset="1s" duration="1s"><marker start="0s" value="x"/></gap>', "a gap: markers"),
    (
        "SPINE",
        '<audition offset="1s"><asset-clip name="t1" ref="r2" duration="1s"/>'
        '<asset-clip name="t2" ref="r3" duration="1s"/></audition>',
        "its other takes: 't2'",
    ),
    ("SPINE", '<mc-clip name="cams" ref="r9" offset="1s" duration="1s"/>', "clip 'cams': a multicam clip that"),
    ("SPINE", '<video name="sky" ref="r4" offset="1s" duration="1s"/>', "the generator 'Clouds'"),
    (
        "SPINE",
        '<sync-clip name="s" offset="1s" duration="1s"><asset-clip ref="r2" duration="2s"/>'
        '<asset-clip name="boom" ref="r3" duration="2s"/></sync-clip>',
        "clip 's': 'boom', which is synchronised with it",
    ),
    (
        "CLIP",
        '<timeMap><timept time="0s" value="0s" interp="smooth2"/><timept time="1/2s" value="0s"/>'
        '<timept time="1s" value="1s" interp="smooth2"/></timeMap>',
        "changes of speed that ease",
    ),
]


def test_what_of_fcpxml_is_not_read_is_told(tmp_path: Path, footage: Path) -> None:
    text = FCPX
    for where in ("EVENT", "SEQUENCE", "ATTRIBUTE", "CLIP", "SPINE"):
        text = text.replace(f"@{where}@", "".join(inserted for place, inserted, _ in FOREIGN if place == where))
    (tmp_path / "cut.fcpxml").write_text(text)
    found = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage).found
    assert [said for _, _, said in FOREIGN if said not in found] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("GPI   3    4", "the line 'GPI   3    4'"),
        (">>> SOURCE x", "the line '>>> SOURCE x'"),
        ("SPLIT:    AUDIO DELAY=  00:00:00:05", "the line 'SPLIT:"),
    ],
)
def test_what_of_a_list_is_not_read_is_told(tmp_path: Path, footage: Path, line: str, said: str) -> None:
    event = "001  A  V  C  00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: a.mp4\n"
    (tmp_path / "cut.edl").write_text(f"TITLE: x\n\n{event}{line}\n* a word without a colon\n* ASC_SOP: (1 1 1)\n")
    scene = imported(tmp_path / "cut.edl", tmp_path / "scene", footage, fps=F(24))
    assert said in scene.found
    assert "a word without a colon" in scene.text
    assert "ASC_SOP: (1 1 1)" in scene.text
    found = exported(scene.file, tmp_path / "again.edl")
    assert not [each for each in found if "metadata" in each.what]
    assert {"* COMMENT: a word without a colon", "* ASC_SOP: (1 1 1)"} <= set(
        (tmp_path / "again.edl").read_text().split("\n")
    )


FIRST = '<file id="f1"><name>a.mp4</name>'
KEYS = "<keyframe><when>12</when><value>0</value></keyframe><keyframe><when>30</when><inscale>1</inscale></keyframe>"
ODD = (
    "<filter><effect><name>Blur</name><effectid>gb</effectid></effect></filter>"
    "<compositemode>travelMatteLuma</compositemode>"
    "<filter><effect><name>Basic Motion</name><effectid>basic</effectid>"
    "<parameter><parameterid>centerOffset</parameterid><value><horiz>0.1</horiz><vert>0</vert></value></parameter>"
    f"<parameter><parameterid>rotation</parameterid>{KEYS}</parameter></effect></filter>"
)


def test_what_of_final_cut_7_is_not_read_is_told(tmp_path: Path, footage: Path) -> None:
    assert FIRST in DOCUMENT
    (tmp_path / "cut.xml").write_text(DOCUMENT.replace(FIRST, ODD + FIRST, 1))
    found = imported(tmp_path / "cut.xml", tmp_path / "scene", footage).found
    wanted = ("the effect 'Blur'", "mode 'travelMatteLuma'", "the anchor of its motion", "keyframes that ease")
    assert [said for said in wanted if said not in found] == []
