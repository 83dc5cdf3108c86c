"""Numbered stills, and moving pictures in formats of plugins: every picture right in any order, every fault named."""

from __future__ import annotations

import re
import sys
import types
from fractions import Fraction
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from bundling import carried
from media_table import media
from PIL import Image

from reelwork import (
    Footage,
    FootageFacts,
    FootageReader,
    FootageSound,
    Planes,
    Still,
    StorageFormat,
    faults,
    hookimpl,
    notes,
    numbered_files,
)
from reelwork.errors import MediaError, SceneError
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.media.probe import probe
from reelwork.media.sound.source import AudioSource
from reelwork.media.video.plugins import moving_source
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import plan_task, render
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork_farm.work import open_work

SCENE = """
reelwork: 1
canvas: {size: [24, 8], fps: 4}
compositions:
  main:
    layers:
      - {file: shots/take-%03d.png}
      - {file: shots/take-%03d.png, fps: 2, transform: {position: [20, 4]}}
outputs:
  stills: {file: "%02d.png"}
"""
COUNT = 6


def picture(number, mode="RGB"):
    return np.full((8, 8, len(mode)), 40 * number + 10, np.uint8)


def write_stills(folder: Path, *, ending=".png") -> Path:
    folder.mkdir(parents=True)
    for number in range(COUNT):
        Image.fromarray(picture(number)).save(folder / f"take-{number + 98:03}{ending}")
    return folder / f"take-%03d{ending}"


def write_scene(folder: Path, text=SCENE) -> Path:
    write_stills(folder / "shots")
    (folder / "scene.yaml").write_text(text)
    return folder / "scene.yaml"


@media("stills", "numbered stills, .png", "every frame of a film, at two rates, past 99", read="the known pixels")
def test_numbered_stills_are_footage_at_the_canvass_rate_or_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = render(write_scene(tmp_path), Settings(), Request(), Silent())
    assert made.path == Path("out/00.png")
    for frame in range(2 * COUNT):
        seen = np.asarray(Image.open(tmp_path / f"out/{frame:02}.png"))
        wanted = picture(frame)[0, 0, 0] if frame < COUNT else 0
        assert (seen[:, 8:16] == wanted).all()
        assert (seen[:, 16:] == picture(frame // 2)[0, 0, 0]).all()


@media("stills", "numbered stills, .qoi", "pictures in any order", read="the known pixels")
def test_numbered_stills_of_a_plugins_format_come_in_any_order(tmp_path):
    source = moving_source(write_stills(tmp_path / "a", ending=".qoi"), Fraction(12))
    assert (source.facts.frame_count, source.facts.duration) == (COUNT, Fraction(1, 2))
    for number in (3, 0, 5, 4, 3, 1, 2):
        assert (source.picture(number).planes[0] == 40 * number + 10).all()
    source.close()


def test_files_that_are_missing_are_named(tmp_path):
    name = write_stills(tmp_path / "a")
    for number in (99, 101, 102):
        (tmp_path / f"a/take-{number:03}.png").unlink()
    (tmp_path / "a/take-0100.png").write_bytes(b"written otherwise")
    with pytest.raises(MediaError, match=r"take-%03d\.png: of its files 98 to 103, 99 and 101-102 are missing"):
        probe(name)
    with pytest.raises(MediaError, match=r"there is no file of that name, such as shot-1\.png, in "):
        numbered_files(tmp_path / "a/shot-%d.png")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Image.new("RGB", (9, 8)), r"take-%03d\.png: picture 2 is 9x8, and the first 8x8"),
        (Image.new("RGBA", (8, 8)), r"take-%03d\.png: picture 2 may be transparent, and the first may not"),
    ],
)
def test_a_still_that_is_not_like_the_first_is_told(tmp_path, other, said):
    name = write_stills(tmp_path / "a")
    other.save(tmp_path / "a/take-100.png")
    source = moving_source(name, None)
    with pytest.raises(MediaError, match=said):
        source.picture(2)


def test_an_fps_for_what_is_not_numbered_and_a_link_that_leads_away_are_refused(tmp_path):
    path = write_scene(tmp_path / "s", SCENE.replace("take-%03d.png}", "take-098.png, fps: 12}"))
    with pytest.raises(SceneError, match="`fps` is for numbered files"):
        prepare(path, Settings())
    path.write_text(SCENE)
    outside = tmp_path / "secret.png"
    (tmp_path / "s/shots/take-100.png").rename(outside)
    (tmp_path / "s/shots/take-100.png").symlink_to(outside)
    with pytest.raises(SceneError, match=r"'shots/take-100\.png' lies outside the scene's folder"):
        prepare(path, Settings())


def test_a_farm_gets_every_file_of_a_sequence(tmp_path, monkeypatch):
    write_stills(tmp_path / "elsewhere")
    monkeypatch.setenv("REELWORK_ROOTS", str(tmp_path / "elsewhere"))
    away = SCENE.replace("shots/take-%03d.png}", "../elsewhere/take-%03d.png}")
    task = plan_task(write_scene(tmp_path / "s", away), Settings(), Request(), Silent())
    bundle = carried(task, tmp_path / "worker")
    monkeypatch.delenv("REELWORK_ROOTS")
    pictures = [str(file.relative_to(bundle)) for file in sorted(bundle.rglob("*.png"))]
    assert pictures == [
        f"{folder}/take-{number:03}.png"
        for folder in ("outside/0", "scene/shots")
        for number in range(98, 98 + COUNT)
    ]  # fmt: skip
    (tmp_path / "kept").mkdir()
    made, count = open_work(bundle, tmp_path / "kept").finish([], Silent())
    assert (made.is_file(), count) == (True, 2 * COUNT)


# ---- a stranger's reader ----


class Flip(Footage):
    """Pictures of one grey each, the third for longer; a tone."""

    facts = FootageFacts(
        count=3,
        size=(4, 2),
        times=(Fraction(0), Fraction(1, 2), Fraction(3, 4), Fraction(2)),
        sound=FootageSound(24_000, 1, 48_000),
    )

    def picture(self, number):
        luma = np.full((2, 4), 16 + number * 50, np.uint8)
        return Planes((luma, *np.full((2, 1, 2), 128, np.uint8)), StorageFormat())

    def samples(self, start, count):
        return np.sin(np.arange(start, start + count, dtype=np.float32) / 20)[np.newaxis]


class FlipReader(FootageReader):
    """Reads them."""

    name, suffixes, signatures, footage = "flip", (".flip",), (b"FLIP",), Flip

    def open(self, path):
        return self.footage()


@pytest.fixture
def flip(monkeypatch, tmp_path):
    """A file, after a reader of such files was installed."""

    def make(footage=Flip, reader=FlipReader):
        module = types.ModuleType("flip_plugin")
        module.reelwork_footage_readers = hookimpl(lambda: (type("Made", (reader,), {"footage": footage})(),))
        monkeypatch.setitem(sys.modules, "flip_plugin", module)
        point = EntryPoint("flip", "flip_plugin", GROUP)
        vars(point)["dist"] = types.SimpleNamespace(metadata={"Name": "reelwork-flip", "Version": "1.0"})
        known = load([*(EntryPoint(p.name, p.module, GROUP) for p in registry().plugins), point])
        for name in ("media.offered", "media.probe"):
            monkeypatch.setattr(f"reelwork.{name}.registry", lambda: known)
        path = tmp_path / f"{footage.__qualname__.replace('.', '')}.flip"
        path.write_bytes(b"FLIP" + str(tmp_path).encode())  # facts are remembered by the bytes
        return path

    return make


def test_a_strangers_footage_has_times_planes_and_sound_of_its_own(flip):
    path = flip()
    facts = probe(path)
    assert (facts.kind, facts.duration, facts.variable_rate, facts.pixel_format) == ("video", 2, True, "yuv, 8 bits")
    source = moving_source(path, None)
    times = [Fraction(t, 4) for t in (0, 1, 2, 3, 7, 9)]
    assert [source.frame_number(time) for time in times] == [0, 0, 1, 2, 2, 2]
    assert [int(source.picture(n).planes[0][0, 0]) for n in (2, 0, 1)] == [116, 16, 66]
    with AudioSource(path) as sound:
        heard = sound.read(0, 96_000)
    wanted = np.sin(np.arange(96_000) / 40)
    assert sound.samples == 96_000
    np.testing.assert_allclose(heard[:, 1000:-1000], np.stack([wanted, wanted])[:, 1000:-1000], atol=2e-3)


def broken(**changes):
    return type("Broken", (Flip,), changes)


@pytest.mark.parametrize(
    ("footage", "said"),
    [
        (broken(picture=lambda self, number: 1 // 0), "ZeroDivisionError"),
        (broken(picture=lambda self, number: sys.exit(3)), "SystemExit: 3"),
        (broken(picture=lambda self, number: None), "it gives NoneType, not Still, Planes or a path"),
        (broken(picture=lambda self, number: Path("/etc/hosts")), r"hosts is none of its files\(\)"),
        (broken(picture=lambda self, number: Still(np.zeros((3, 3, 3), np.uint8))), "3x3 pixels, and said 4x2"),
        (
            broken(picture=lambda self, number: Planes((np.zeros((2, 4), np.uint8),), StorageFormat())),
            r"it gives the planes uint8\[2, 4\], and should uint8 of \[\(4, 2\), \(2, 1\), \(2, 1\)\]",
        ),
        (
            broken(picture=lambda self, number: Still(np.full((2, 4, 3), np.nan, np.float32))),
            "picture 0: holds pixels that are no light: not a number",
        ),
        (broken(facts=FootageFacts(count=0, size=(4, 2), rate=Fraction(24))), "it says 0 pictures"),
        (broken(facts=FootageFacts(count=2, size=(4, 2), times=(Fraction(0), Fraction(0)))), "3 ascending ones"),
        (broken(facts=FootageFacts(count=1, size=(1 << 20, 1 << 20))), "are larger than"),
        (broken(facts=None), "is no FootageFacts"),
    ],
)
def test_what_footage_does_wrong_is_told_with_file_and_reader(flip, footage, said):
    path = flip(footage)
    with pytest.raises(MediaError, match=rf"(?s)Broken\.flip: (the reader flip 1 of reelwork-flip 1\.0.*)?{said}"):
        probe(path)


def test_a_file_that_does_not_begin_as_it_should_and_sound_that_is_none_are_told(flip):
    path = flip(broken(samples=lambda self, start, count: np.full((1, count), np.inf, np.float32)))
    with AudioSource(path) as sound, pytest.raises(MediaError, match="samples that are no numbers, or infinite"):
        sound.read(0, 10)
    path.write_bytes(b"FLOP")
    with pytest.raises(MediaError, match="it does not begin as flip does"):
        probe(path)


def test_who_watches_a_process_sees_which_reader_hangs(flip, monkeypatch):
    memory, seen = notes.own(), []
    monkeypatch.setattr(faults, "_notes", [notes.Note(memory)])

    def hang(self, number):
        seen.append(notes.read(memory))
        return Flip.picture(self, number)

    moving_source(flip(broken(picture=hang)), None).picture(1)
    told = str(faults.overdue(seen[-1], 61.0))
    assert re.search(r"the reader 'flip', version 1, of reelwork-flip 1\.0", told)
    assert "picture(1): it ran for 61 s" in told
