"""Rendering for nothing: every frame is made and counted, and no file is left anywhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from whole.making import Here, write_tone, write_video

from reelwork.errors import MediaError, SceneError
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main: {layers: [{file: road.mp4, effects: [vignette]}, {file: tone.wav}]}
  silent: {layers: [{file: road.mp4}]}
outputs:
  film: {file: film.mp4}
  plain: {file: plain.mov, composition: silent, video: {codec: prores}}
  loop: {file: loop.gif}
  stills: {file: "%05d.png", background: transparent}
  light: {file: "%05d.exr"}
  poster: {file: poster.png, at: [0s, 1s]}
  sound: {file: sound.wav}
  quiet: {file: quiet.wav, composition: silent}
"""


class Counting(Silent):
    """Counts frames."""

    total = made = 0

    def start(self, total, *, done=0):
        assert not done
        self.total = total

    def advance(self, frames=1):
        self.made += frames


@pytest.fixture
def folder(tmp_path, monkeypatch, fresh_home) -> Path:
    """A scene beside a clip of two seconds and a tone, the working folder, and a home without any work in it."""
    made = tmp_path / "scene"
    made.mkdir()
    write_video(made / "road.mp4", frames=48, size=(64, 36), fps=Fraction(24))
    write_tone(made / "tone.wav", seconds=2.0)
    (made / "scene.yaml").write_text(SCENE)
    monkeypatch.chdir(made)
    monkeypatch.setenv("REELWORK_HOME", str(fresh_home))
    return made


def left(folder: Path, home: Path) -> tuple[list[str], list[Path]]:
    return sorted(path.name for path in folder.iterdir()), [path for path in home.rglob("work/**/*") if path.is_file()]


@pytest.mark.parametrize(
    ("output", "frames", "heard"),
    [
        ("film", 48, True),
        ("plain", 48, False),
        ("loop", 48, False),
        ("stills", 48, False),
        ("light", 48, False),
        ("poster", 2, False),
        ("sound", 0, True),
    ],
)
def test_everything_is_rendered_and_nothing_is_left(folder, fresh_home, output, frames, heard):
    before = left(folder, fresh_home)
    progress = Counting()
    done = produce.discard(folder, Settings(), Request(output=output), progress, Here())
    assert (progress.total, progress.made) == (frames, frames)
    assert done.path is None
    assert (done.levels is not None) is heard
    assert left(folder, fresh_home) == before


def test_sound_alone_of_what_is_silent_is_an_error_as_it_is_in_a_render(folder):
    with pytest.raises(SceneError, match=r"nothing is heard in 'silent', so quiet\.wav would be empty"):
        produce.discard(folder, Settings(), Request(output="quiet"), Counting(), Here())


def test_it_is_as_loud_as_the_film(folder):
    loud = produce.render(folder, Settings(), Request(), Silent(), Here()).levels
    assert produce.discard(folder, Settings(), Request(), Silent(), Here()).levels == loud


def test_workers_share_the_frames_that_are_asked_for(folder, fresh_home):
    before = left(folder, fresh_home)
    progress = Counting()
    produce.discard(folder, Settings(), Request(frames=(5, 40), jobs=2), progress)
    assert progress.made == 36
    assert left(folder, fresh_home) == before


def test_what_is_kept_of_an_earlier_render_spares_nothing(folder):
    produce.render(folder, Settings(), Request(), Silent(), Here())
    progress = Counting()
    produce.discard(folder, Settings(), Request(), progress, Here())
    assert progress.made == 48


def test_a_damaged_picture_is_found(folder):
    harmed = bytearray((folder / "road.mp4").read_bytes())
    middle = slice(len(harmed) // 3, len(harmed) // 2)
    harmed[middle] = bytes(byte * 7 + 13 & 255 for byte in harmed[middle])
    (folder / "road.mp4").write_bytes(harmed)
    with pytest.raises(MediaError, match=r"road\.mp4: .*\n  in compositions\.main\.layers\[0\]"):
        produce.discard(folder, Settings(), Request(), Silent(), Here())


def test_a_film_that_could_not_be_encoded_is_refused(folder):
    (folder / "scene.yaml").write_text(SCENE.replace("{file: film.mp4}", "{file: film.mp4, size: [33, 17]}"))
    with pytest.raises(SceneError, match="a film of 33x17 cannot be stored as yuv420p"):
        produce.discard(folder, Settings(), Request(), Silent(), Here())
