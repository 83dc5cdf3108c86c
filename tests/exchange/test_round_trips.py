"""Scenes of whatever clips that went out and came back show the same frames, as far as a format carries them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from fractions import Fraction as F
from pathlib import Path

import pytest
from exchange.exchanging import by_hand, exported, imported, painted
from exchange.exchanging import clips as structure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_table import media

from reelwork.render.prepare import Settings, prepare
from reelwork.timecode import parse_rate

#: What each format carries of what is drawn below: speeds, tracks above, what is hidden, opacity, compositions.
CARRIED = {
    "otio": {"speed", "above", "hidden", "opacity", "inner", "inner speed", "solid", "halves", "backwards"},
    "fcpxml": {"speed", "above", "hidden", "opacity", "inner", "inner speed", "solid", "halves", "backwards"},
    "xml": {"above", "hidden", "opacity", "inner"},
    "edl": {"speed", "halves", "backwards"},
}
LONG = pytest.mark.soak
SPEEDS = (F(1), F(1), F(2), F(1, 2), F(-1), F(-2))


@dataclass(frozen=True)
class Drawn:
    """A clip that was drawn: frames of a canvas at 24."""

    name: str
    begin: int
    lasts: int
    speed: F = F(1)
    opacity: int = 100
    hidden: bool = False

    def written(self, start: int | None = None) -> str:
        keys = [f"composition: {self.name}" if self.name == "inner" else f"file: media/{self.name}"]
        keys += [f"start: {start}f"] if start else []
        keys += [f"in: {self.begin}f", f"duration: {self.lasts}f"]
        keys += [f"speed: {self.speed}"] if self.speed != 1 else []
        keys += [f"transform: {{opacity: {self.opacity}%}}"] if self.opacity != 100 else []
        keys += ["visible: false"] if self.hidden else []
        return f"{{{', '.join([*keys, 'sound: {mute: true}'])}}}"


@st.composite
def clips(draw: st.DrawFn, can: set[str], least: int = 1) -> Drawn:
    """A clip that lies within its media of 48 frames."""
    names = ["a.mp4", "b.mp4", *(["inner"] if "inner" in can else [])]
    name = draw(st.sampled_from(names))
    fast = "speed" in can and (name != "inner" or "inner speed" in can)
    paces = SPEEDS if "backwards" in can else [pace for pace in SPEEDS if pace > 0]
    speed = draw(st.sampled_from(paces)) if fast else F(1)
    most = int(48 / abs(speed))
    lasts = draw(st.integers(least, min(20, most)))
    begin = draw(st.integers(0, int(48 - lasts * abs(speed))))
    if abs(speed) == 2 and "halves" not in can:
        begin -= begin % 2  # a clip begins on a frame of its own time
    opacity = draw(st.sampled_from((100, 50))) if "opacity" in can and name != "inner" else 100
    hidden = draw(st.booleans()) and draw(st.booleans()) if "hidden" in can else False
    return Drawn(name, begin, lasts, speed, opacity, hidden)


@st.composite
def scenes(draw: st.DrawFn, can: set[str]) -> tuple[str, int]:
    """A scene's text, and how many frames it has."""
    entries, at, last = [], 0, 0
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(("cut", "cut", "gap", "dissolve")))
        clip = draw(clips(can, 8 if kind == "dissolve" else 1))
        if kind == "gap":
            length = draw(st.integers(1, 9))
            entries.append(f"{{gap: {length}f}}")
            at, last = at + length, 0
        elif kind == "dissolve" and last >= 8:
            length = draw(st.integers(1, 4))
            entries.append(f"{{transition: dissolve, duration: {length}f}}")
            at -= length
        entries.append(clip.written())
        at, last = at + clip.lasts, clip.lasts
    layers = []
    if "above" in can:
        for _ in range(draw(st.integers(0, 2))):
            clip = draw(clips(can))
            layers.append(clip.written(draw(st.integers(0, max(0, at - 1)))))
    body = "\n".join(f"      - {entry}" for entry in entries)
    over = "    layers:\n" + "\n".join(f"      - {layer}" for layer in layers) + "\n" if layers else ""
    red = ", {solid: red, start: 1s, duration: 6f}" if "solid" in can else ""
    text = (
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n"
        f"  inner: {{duration: 2s, layers: [{{file: media/b.mp4, duration: 2s, sound: {{mute: true}}}}{red}]}}\n"
        f"  main:\n    duration: {at}f\n    sequence:\n{body}\n{over}"
    )
    return text, at


def _there_and_back(ending: str, text: str, frames: int, footage: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = by_hand(Path(folder) / "ours", footage, text)
        target = Path(folder) / "ours" / f"cut.{ending}"
        found = exported(scene, target)
        back = imported(target, Path(folder) / "ours" / "back", fps=F(24))
        sampled = sorted({0, frames // 3, frames // 2, frames - 1})
        assert painted(back.file, sampled) == painted(scene, sampled), (text, back.text, found, back.findings)


@media("exchange", "OpenTimelineIO, .otio", "any clips out and in again: frames", written="the scene itself")
@media("exchange", "FCPXML 1.10, .fcpxml", "any clips out and in again: frames", written="the scene itself")
@media("exchange", "Final Cut Pro 7, .xml", "any clips out and in again: frames", written="the scene itself")
@media("exchange", "CMX 3600, .edl", "any clips out and in again: frames", written="the scene itself")
@pytest.mark.parametrize("ending", CARRIED)
@pytest.mark.parametrize("count", [2, pytest.param(150, marks=LONG)])
def test_what_goes_out_and_comes_back_shows_the_same(ending: str, count: int, footage: Path) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(scenes(CARRIED[ending]))
    def holds(drawn: tuple[str, int]) -> None:
        _there_and_back(ending, *drawn, footage)

    holds()


@media("exchange", "OpenTimelineIO, .otio", "cuts at 23.976, 25, 29.97 drop-frame, 59.94", written="the scene itself")
@media("exchange", "FCPXML 1.10, .fcpxml", "cuts at 23.976, 25, 29.97 drop-frame, 59.94", written="the scene itself")
@media("exchange", "Final Cut Pro 7, .xml", "cuts at 23.976, 25, 29.97 drop-frame, 59.94", written="the scene itself")
@media("exchange", "CMX 3600, .edl", "cuts at 23.976, 25, 29.97 drop-frame, 59.94", written="the scene itself")
@pytest.mark.parametrize("rate", ["23.976", "29.97", pytest.param("25", marks=LONG), pytest.param("59.94", marks=LONG)])
@pytest.mark.parametrize("ending", CARRIED)
def test_cuts_lie_on_their_frames_at_every_rate(ending: str, rate: str, tmp_path: Path, footage: Path) -> None:
    drop = rate in ("29.97", "59.94")
    text = (
        f"reelwork: 1\ncanvas: {{size: [64, 36], fps: {rate}}}\ncompositions:\n  main:\n    sequence:\n"
        "      - {file: media/a.mp4, duration: 17f}\n      - {file: media/b.mp4, duration: 23f}\n"
        "      - {file: media/a.mp4, duration: 11f}\n"
    )
    kept = 'x-exchange: {drop-frame: true, start: "3600"}\n' if drop else ""
    scene = by_hand(tmp_path, footage, text + kept)
    target = tmp_path / f"cut.{ending}"
    exported(scene, target)
    if drop and ending == "edl":
        assert "FCM: DROP FRAME" in target.read_text()
    back = imported(target, tmp_path / "back", fps=parse_rate(rate) if ending == "edl" else None)
    rates = [structure(prepare(each, Settings())) for each in (scene, back.file)]
    assert [clip[:3] for clip in rates[1]] == [clip[:3] for clip in rates[0]]
    assert back.prepared.scene.canvas.fps == parse_rate(rate)
    assert ("drop-frame: true" in back.text) == drop
