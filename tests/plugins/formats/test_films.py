"""Films that plugins write: every picture and sample handed over in order, resumed, and every fault named."""

from __future__ import annotations

import shutil
import subprocess
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from media_table import media
from whole.making import Here, write_tone

from reelwork import Film, FilmWriter, hookimpl
from reelwork.errors import OutputError, SceneError
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.render.prepare import Settings
from reelwork.render.produce import check, discard, frame, render
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """
reelwork: 1
title: Dots
canvas: {size: [48, 28], fps: 8, background: transparent}
compositions:
  main:
    duration: 2s
    layers:
      - {shape: {ellipse: {size: [20, 16]}, fill: "#40c080"}, transform: {position: {0s: [0, 10], 2s: [48, 20]}}}
      - {file: tone.wav}
outputs:
  raw: {file: raw.y4m, background: "#203040"}
  deep: {file: deep.y4m, background: "#203040", video: {pixel-format: yuv422p10le, range: full}}
  film: {file: film.mkv, background: "#203040", video: {codec: ffv1, pixel-format: yuv420p}}
  deep-film: {file: deep.mkv, background: "#203040", video: {codec: ffv1, pixel-format: yuv422p10le, range: full}}
  light: {file: all.light}
"""
FRAMES = 16


@pytest.fixture
def scene(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tone(tmp_path / "tone.wav", seconds=2)
    path = tmp_path / "scene.yaml"
    path.write_text(SCENE.split("  light:")[0])
    return path


def made(scene, output, **request):
    path = render(scene, Settings(), Request(output=output, **request), Silent(), Here()).path
    assert path is not None
    return path


def framehashes(path: Path) -> list[str]:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framehash", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.rpartition(",")[2].strip() for line in told.splitlines() if not line.startswith("#")]


@media("video", "Y4M, 8 bit 4:2:0 and 10 bit 4:2:2", "all pictures", written="ffmpeg's own decoder, beside FFV1")
def test_y4m_has_the_pictures_of_a_lossless_film(scene):
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg's own command is not there")
    for raw, film in (("raw", "film"), ("deep", "deep-film")):
        found = framehashes(made(scene, raw))
        assert found == framehashes(made(scene, film))
        assert len(set(found)) == FRAMES


def test_the_same_bytes_whoever_paints_and_nothing_is_painted_twice(scene, monkeypatch):
    whole = made(scene, "raw").read_bytes()
    assert whole.startswith(b"YUV4MPEG2 W48 H28 F8:1 Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED\nFRAME\n")
    assert made(scene, "raw", fresh=True, tile_rows=5).read_bytes() == whole
    monkeypatch.setattr("reelwork.render.written._Painting.render", None)  # a unit that is painted would need it
    assert made(scene, "raw").read_bytes() == whole
    assert discard(scene, Settings(), Request(output="raw"), Silent(), Here()).path is None


class Light(FilmWriter):
    """Keeps what it is given."""

    name, suffixes, depth, alpha, sound = "light", (".light",), 32, True, True

    def begin(self, to, film):
        return Kept(to, film)


class Kept(Film):
    """A film of what came."""

    last = None

    def __init__(self, to, film):
        self.to, self.film, self.came, Kept.last = to, film, [], self

    def picture(self, picture):
        self.came.append(picture.pixels)

    def sound(self, block):
        self.came.append(block)

    def finish(self):
        self.to.write_bytes(b"light")

    def discard(self):
        self.came = None


@pytest.fixture
def with_writer(monkeypatch, scene):
    """A scene with an output of a stranger's writer, which is installed."""

    def make(writer):
        module = types.ModuleType("light_plugin")
        module.reelwork_film_writers = hookimpl(lambda: (writer,))
        monkeypatch.setitem(sys.modules, "light_plugin", module)
        point = EntryPoint("light", "light_plugin", GROUP)
        vars(point)["dist"] = types.SimpleNamespace(metadata={"Name": "reelwork-light", "Version": "1.0"})
        known = load([*(EntryPoint(p.name, p.module, GROUP) for p in registry().plugins), point])
        for name in ("render.prepare", "render.produce", "media.writing.stills"):
            monkeypatch.setattr(f"reelwork.{name}.registry", lambda: known)
        scene.write_text(SCENE)
        return scene

    return make


def test_a_strangers_writer_gets_light_alpha_and_sound_in_order(with_writer):
    scene = with_writer(Light())
    levels = render(scene, Settings(), Request(output="light"), Silent(), Here()).levels
    film = Kept.last
    assert Path("out/all.light").read_bytes() == b"light"
    assert levels is not None
    assert (film.film.count, film.film.samples, film.film.fps, film.film.title) == (FRAMES, 96_000, 8, "Dots")
    kinds = ["sound" if len(each) == 2 else "picture" for each in film.came]
    assert kinds == ["sound", *["picture"] * 8, "sound", *["picture"] * 8]
    assert sum(each.shape[1] for each in film.came if len(each) == 2) == 96_000
    still = frame(scene, Settings(), "1s", Path("one.exr"), output="light")
    from reelwork.media.stills.reading import load_still

    wanted = np.stack(load_still(still).planes, axis=-1)
    pictures = [each for each in film.came if len(each) != 2]
    assert 0.0 < pictures[8][:, :, 3].mean() < 1.0
    np.testing.assert_allclose(pictures[8], wanted, atol=1e-3)  # an EXR has halves


def broken(**changes):
    kept = type("Broken", (Kept,), changes)
    return type("BrokenLight", (Light,), {"begin": lambda self, to, film: kept(to, film)})()


@pytest.mark.parametrize(
    ("writer", "said"),
    [
        (broken(picture=lambda self, picture: 1 // 0), "ZeroDivisionError"),
        (broken(sound=lambda self, block: sys.exit(3)), "SystemExit: 3"),
        (broken(finish=lambda self: None), "it wrote no file"),
        (type("None_", (Light,), {"begin": lambda self, to, film: to.write_bytes(b"x")})(), "which is no Film"),
    ],
)
def test_what_a_writer_does_wrong_is_told_and_leaves_no_file(with_writer, writer, said):
    with pytest.raises(
        OutputError, match=rf"out/all\.light: the writer light 1 of reelwork-light 1\.0 failed: .*{said}"
    ):
        made(with_writer(writer), "light")
    assert not list(Path("out").iterdir())


def test_what_a_writer_cannot_store_is_said_before_anything_is_painted(with_writer, scene):
    opaque = type("Opaque", (Light,), {"alpha": False})()
    with pytest.raises(SceneError, match=r"\.light cannot keep transparency; give it a `background`"):
        check(with_writer(opaque), Settings())
    wrong = SCENE.split("  light:")[0].replace("yuv422p10le, range: full", "gbrp10le, crf: 3", 1)
    scene.write_text(wrong)
    with pytest.raises(SceneError) as caught:
        check(scene, Settings())
    assert "y4m has no pixel format gbrp10le" in str(caught.value)
    assert "the writer of y4m heeds no 'crf'" in str(caught.value)
    clear = SCENE.split("  light:")[0].replace('raw.y4m, background: "#203040"', "raw.y4m")
    scene.write_text(clear)
    with pytest.raises(SceneError, match="y4m keeps no transparency in yuv420p; give the output a `background`"):
        check(scene, Settings())
