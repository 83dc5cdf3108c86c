"""What moves, stands still or runs at several speeds in other programs' files is painted as their formats say."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest
from exchange.exchanging import by_hand, exported, imported, painted
from exchange.test_fcp7 import RATE
from media_table import media

FRAMES = (0, 3, 7, 11)
HAND = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    sequence:
      - {file: media/a.mp4, duration: 12f, KEYS}
"""


def _fcpx(body: str) -> str:
    return (
        '<fcpxml version="1.11"><resources><format id="r1" frameDuration="1/24s" width="64" height="36"/>'
        '<format id="r2" frameDuration="1/24s" width="64" height="36"/>'
        '<asset id="r3" name="a" start="0s" duration="2s" hasVideo="1" format="r2"><media-rep src="a.mp4"/></asset>'
        '</resources><project name="P"><sequence format="r1"><spine>'
        f'<asset-clip name="a" ref="r3" offset="0s" start="1/2s" duration="1/2s">{body}</asset-clip>'
        "</spine></sequence></project></fcpxml>"
    )


def _keys(name: str, *keys: tuple[str, str]) -> str:
    inside = "".join(f'<keyframe time="{time}" value="{value}" curve="linear"/>' for time, value in keys)
    return f'<param name="{name}"><keyframeAnimation>{inside}</keyframeAnimation></param>'


@media("exchange", "FCPXML 1.10, .fcpxml", "transform, crop, opacity with keyframes: painted", read="a scene by hand")
@pytest.mark.parametrize(
    ("body", "keys"),
    [
        # positions are per cent of the height, upwards; angles run against the clock
        (
            '<adjust-transform position="25 -50" scale="0.5 0.25" rotation="-30"/>',
            "transform: {position: [41, 36], scale: [50%, 25%], rotation: 30}",
        ),
        (
            f"<adjust-transform>{_keys('rotation', ('1/4s', '0'), ('1s', '-90'))}</adjust-transform>",
            "transform: {rotation: {0s: 30, 12f: 90}}",  # one key lies before the clip
        ),
        (
            "<adjust-transform><param name='position'>"
            f"{_keys('X', ('1/2s', '0'), ('1s', '50'))}{_keys('Y', ('1/2s', '50'))}</param></adjust-transform>",
            "transform: {position: {0s: [32, 0], 12f: [50, 0]}}",
        ),
        (
            f"<adjust-blend>{_keys('amount', ('1/2s', '0'), ('1s', '1'))}</adjust-blend>",
            "transform: {opacity: {0s: 0%, 12f: 100%}}",
        ),
        (
            '<adjust-crop mode="trim"><trim-rect left="20" top="25"/></adjust-crop>',
            "effects: [{crop: {left: 11.25%, top: 25%}}]",
        ),
        (
            '<timeMap><timept time="0s" value="1/4s"/><timept time="1/2s" value="1/4s"/></timeMap>',
            "in: 6f, speed: 1/10000000",
        ),
    ],
)
def test_fcpxml_is_painted_as_it_says(tmp_path: Path, footage: Path, body: str, keys: str) -> None:
    (tmp_path / "cut.fcpxml").write_text(_fcpx(body))
    there = imported(tmp_path / "cut.fcpxml", tmp_path / "scene", footage)
    begin = "" if keys.startswith("in:") else "in: 12f, "
    text = HAND.replace("KEYS", begin + keys)
    assert painted(there.file, FRAMES) == painted(by_hand(tmp_path / "hand", footage, text), FRAMES)


def _fcp7(inside: str) -> str:
    shape = "<format><samplecharacteristics><width>64</width><height>36</height></samplecharacteristics></format>"
    return (
        f'<xmeml version="5"><sequence id="s"><name>N</name><duration>12</duration>{RATE}<media><video>{shape}<track>'
        f'<clipitem id="c"><name>a</name><duration>48</duration>{RATE}<start>0</start><end>12</end><in>12</in>'
        f'<out>24</out><file id="f"><name>a.mp4</name><pathurl>file:///V/a.mp4</pathurl>{RATE}<duration>48</duration>'
        f"</file>{inside}</clipitem></track></video></media></sequence></xmeml>"
    )


def _filter(ident: str, **parameters: str) -> str:
    said = "".join(
        f"<parameter><parameterid>{name}</parameterid>{text}</parameter>" for name, text in parameters.items()
    )
    return f"<filter><effect><name>{ident}</name><effectid>{ident}</effectid>{said}</effect></filter>"


def _when(*keys: tuple[int, str]) -> str:
    return "".join(f"<keyframe><when>{when}</when><value>{value}</value></keyframe>" for when, value in keys)


@media("exchange", "Final Cut Pro 7, .xml", "motion, crop, opacity, freeze, speeds: painted", read="a scene by hand")
@pytest.mark.parametrize(
    ("inside", "keys"),
    [
        # the centre is counted in widths and heights of the file, downwards
        (
            _filter(
                "basic",
                scale="<value>50</value>",
                rotation="<value>30</value>",
                center="<value><horiz>0.25</horiz><vert>-0.5</vert></value>",
            ),
            "in: 12f, transform: {position: [48, 0], scale: 50%, rotation: 30}",
        ),
        # keyframes count as the clip's own beginning does, 12 here
        (_filter("basic", scale=_when((12, "100"), (24, "40"))), "in: 12f, transform: {scale: {0s: 100%, 12f: 40%}}"),
        (
            _filter("opacity", opacity=_when((0, "0"), (24, "100"))),
            "in: 12f, transform: {opacity: {0s: 50%, 12f: 100%}}",
        ),
        (_filter("crop", left="<value>25</value>"), "in: 12f, effects: [{crop: {left: 25%}}]"),
        ("<stillframe>TRUE</stillframe><stillframeoffset>30</stillframeoffset>", "in: 30f, speed: 1/10000000"),
    ],
)
def test_final_cut_7_is_painted_as_it_says(tmp_path: Path, footage: Path, inside: str, keys: str) -> None:
    (tmp_path / "cut.xml").write_text(_fcp7(inside))
    there = imported(tmp_path / "cut.xml", tmp_path / "scene", footage)
    text = HAND.replace("KEYS", keys)
    assert painted(there.file, FRAMES) == painted(by_hand(tmp_path / "hand", footage, text), FRAMES)


def test_a_speed_that_changes_becomes_clips_of_one_speed_each(tmp_path: Path, footage: Path) -> None:
    graph = _when((0, "0"), (18, "18"), (48, "78"))
    (tmp_path / "cut.xml").write_text(
        _fcp7(_filter("timeremap", variablespeed="<value>1</value>", speed="<value>100</value>", graphdict=graph))
    )
    there = imported(tmp_path / "cut.xml", tmp_path / "scene", footage)
    text = HAND.partition("      - ")[0] + (
        "      - {file: media/a.mp4, in: 12f, duration: 6f}\n"
        "      - {file: media/a.mp4, in: 18f, duration: 6f, speed: 200%}\n"
    )
    assert painted(there.file, FRAMES) == painted(by_hand(tmp_path / "hand", footage, text), FRAMES)
    assert "clip 'a': a speed that changes; clips of one speed each stand for it" in there.found


@pytest.mark.parametrize("ending", ["otio", "edl", "fcpxml", "xml"])
def test_held_pictures_go_out_and_come_back(ending: str, tmp_path: Path, footage: Path) -> None:
    text = HAND.replace("KEYS", "in: 30f, speed: 1/10000000, sound: {mute: true}")
    scene = by_hand(tmp_path, footage, text)
    exported(scene, tmp_path / f"cut.{ending}")
    options = {"fps": F(24)} if ending == "edl" else {}
    back = imported(tmp_path / f"cut.{ending}", tmp_path / "back", **options)
    assert painted(back.file, FRAMES) == painted(scene, FRAMES)


def test_a_start_between_frames_of_a_retimed_clip_is_told(tmp_path: Path, footage: Path) -> None:
    scene = by_hand(tmp_path, footage, HAND.replace("KEYS", "in: 3f, speed: 200%, sound: {mute: true}"))
    said = [str(each) for each in exported(scene, tmp_path / "cut.xml") if each.place.startswith("clip")]
    assert said == ["clip 'a.mp4': it begins between frames of its media at its speed; on the nearest"]
