"""The same film, byte for byte, whatever happens on the way: workers, tiles, order, being killed."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from making import Here, command, write_tone, write_video

from reelwork.folders import VARIABLE
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """
reelwork: 1
canvas: {size: [320, 180], fps: 24, background: "#101418"}
compositions:
  main:
    sequence:
      - {file: clip.mp4, fit: cover, effects: [{gaussian-blur: {radius: 3}}]}
      - {transition: wipe, duration: 1s}
      - composition: card
        duration: 6s
      - {transition: dissolve, duration: 1s}
      - {file: clip.mp4, speed: -50%, transform: {rotation: {0s: 0, 4s: 20}}, effects: [{grade: {contrast: 1.2}}]}
    layers:
      - text: {content: "many hands", size: 24}
        effects: [drop-shadow]
        transform: {position: {0s: [60, 20], 9s: [260, 150]}}
      - {file: tone.wav, sound: {fade-out: 1s}}
  card:
    duration: 6s
    layers:
      - generate: {gradient: {colours: ["#1d2148", "#f2a27a"]}}
      - {shape: {star: {}}, blend: overlay, transform: {scale: {0s: 50%, 6s: 150%}, rotation: {0s: 0, 6s: 90}}}
      - {adjustment: true, effects: [vignette]}
outputs: {film: {file: film.mp4, video: {preset: veryfast}}}
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    (folder / "scene.yaml").write_text(SCENE)
    write_video(folder / "clip.mp4")
    write_tone(folder / "tone.wav", seconds=12)
    return folder


@pytest.fixture(scope="module")
def film(scene, tmp_path_factory) -> bytes:
    """The film by one worker."""
    home = tmp_path_factory.mktemp("home")
    return rendered(scene, home, tmp_path_factory.mktemp("out") / "film.mp4", jobs=1)


def rendered(scene: Path, home: Path, to: Path, dispatcher=None, **request) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        from reelwork.folders import caches

        (home / "caches").symlink_to(caches())
        patch.setenv(VARIABLE, str(home))
        produce.render(scene, Settings(), Request(to=to, **request), Silent(), dispatcher)
    return to.read_bytes()


@pytest.mark.parametrize(("jobs", "rows"), [(2, 32), (4, 16), (2, 512)])
def test_bytes_do_not_depend_on_workers_and_tiles(scene, film, tmp_path, jobs, rows):
    (tmp_path / "home").mkdir()
    assert rendered(scene, tmp_path / "home", tmp_path / "film.mp4", jobs=jobs, tile_rows=rows) == film


def test_bytes_do_not_depend_on_the_order_of_units(scene, film, tmp_path):
    def shuffled(units):
        return random.Random(7).sample(units, len(units))

    (tmp_path / "home").mkdir()
    assert rendered(scene, tmp_path / "home", tmp_path / "film.mp4", Here(shuffled)) == film


def test_verifying_changes_no_byte(scene, film, tmp_path):
    (tmp_path / "home").mkdir()
    assert rendered(scene, tmp_path / "home", tmp_path / "film.mp4", Here(), verify=True) == film


def test_a_render_that_is_killed_goes_on_to_the_same_bytes(scene, film, tmp_path, fresh_home):
    kept: list[int] = []
    for _ in range(3):
        process = command(
            "render", scene, "--to", tmp_path / "film.mp4", "--jobs", "2", home=fresh_home, folder=tmp_path, wait=False
        )
        units = fresh_home / "work" / "units"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if len(list(units.glob("*.segment"))) > (kept[-1] if kept else 0):
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert not (tmp_path / "film.mp4").exists() or process.returncode == 0
        kept.append(len(list(units.glob("*.segment"))))
    command("render", scene, "--to", tmp_path / "film.mp4", "--jobs", "2", home=fresh_home, folder=tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == film
    assert kept[0] > 0
    assert kept == sorted(kept)


def test_frames_of_a_range_are_those_of_the_whole(scene, tmp_path):
    from making import decoded

    homes = [tmp_path / "a", tmp_path / "b"]
    for home in homes:
        home.mkdir()
    whole, part = tmp_path / "whole.mkv", tmp_path / "part.mkv"
    (tmp_path / "scene").mkdir()
    for name in ("clip.mp4", "tone.wav"):
        shutil.copy(scene / name, tmp_path / "scene" / name)
    (tmp_path / "scene" / "scene.yaml").write_text(
        SCENE.replace("{preset: veryfast}", "{codec: ffv1}").replace(".mp4, v", ".mkv, v")
    )
    rendered(tmp_path / "scene", homes[0], whole, jobs=2)
    rendered(tmp_path / "scene", homes[1], part, jobs=2, frames=(90, 110))
    frames = decoded(whole)[90:111]
    assert len(frames) == 21
    assert all((one == other).all() for one, other in zip(frames, decoded(part), strict=True))
