"""Stills in formats of plugins: read into a film, written out of one, and their faults told with the file's name."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from reelwork import Still, StillReader, StillWriter, hookimpl
from reelwork.cli.app import cli
from reelwork.errors import MediaError, OutputError, PluginError, SceneError
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.extensions.offers import HOOKS
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still
from reelwork.media.writing.stills import STILL_DEPTHS, write_still
from reelwork.render.digests import engine_digest
from reelwork.render.prepare import Settings
from reelwork.render.produce import check, frame, render
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork.scene.files import CAPTIONS, ENDINGS
from reelwork.still import WRITTEN

SCENE = """
reelwork: 1
canvas: {{size: [8, 4], fps: 2, background: {background}}}
compositions:
  main: {{duration: 1s, layers: [{{file: {file}, fit: fill}}]}}
outputs:
  stills: {{file: {out}}}
"""


def scene(folder, file="in.qoi", out="f/%02d.tga", background="black"):
    path = folder / "scene.yaml"
    path.write_text(SCENE.format(file=file, out=out, background=background))
    return path


def picture(mode="RGB"):
    pixels = np.random.default_rng(3).integers(0, 256, (4, 8, len(mode)), np.uint8)
    return Image.fromarray(pixels if len(mode) > 1 else pixels[:, :, 0], mode)


class RawReader(StillReader):
    """Reads bytes: width, height, channels, kind, and pixels."""

    name, suffixes = "raw", (".raw",)

    def size(self, path):
        return tuple(path.read_bytes()[:2])

    def read(self, path):
        data = path.read_bytes()
        kind = np.dtype(("u1", "<u2", "<f4", "<f8")[data[3]])
        return Still(np.frombuffer(data[4:], kind).reshape(data[1], data[0], data[2]))


class RawWriter(StillWriter):
    """Writes what it reads."""

    name, suffixes, depth, alpha = "raw", (".raw",), 32, True

    def write(self, still, to):
        height, width, channels = still.pixels.shape
        to.write_bytes(bytes((width, height, channels, 2)) + still.pixels.astype("<f4").tobytes())


class Opaque(RawWriter):
    """Keeps no alpha, and fails."""

    name, suffixes, alpha, depth = "opaque", (".opq",), False, 8

    def write(self, still, to):
        raise RuntimeError("the pen is dry")


@pytest.fixture
def with_plugin(monkeypatch):
    """The registry of this machine with one package more."""

    def make(readers=(), writers=(), version="1.0", package="reelwork-raw"):
        module = types.ModuleType("raw_plugin")
        module.reelwork_readers = hookimpl(lambda: readers)
        module.reelwork_writers = hookimpl(lambda: writers)
        monkeypatch.setitem(sys.modules, "raw_plugin", module)
        point = EntryPoint("raw", "raw_plugin", GROUP)
        vars(point)["dist"] = types.SimpleNamespace(metadata={"Name": package, "Version": version})
        own = [EntryPoint(p.name, p.module, GROUP) for p in registry().plugins]
        for each in own:
            vars(each)["dist"] = types.SimpleNamespace(metadata={"Name": "reelwork", "Version": "0"})
        known = load([*own, point])
        for name in ("media.stills.plugins", "media.writing.stills", "media.probe", "render.prepare", "render.produce"):
            monkeypatch.setattr(f"reelwork.{name}.registry", lambda: known)
        return known

    return make


def raw(pixels, kind):
    height, width, channels = pixels.shape
    return bytes((width, height, channels, kind)) + pixels.tobytes()


@pytest.mark.parametrize("ending", [".qoi", ".tga"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_built_in_format_is_the_picture_that_a_png_is(tmp_path, ending, mode):
    image = picture(mode)
    if ending == ".qoi" and mode == "L":
        image = image.convert("RGB")
    for name in (f"a{ending}", "a.png"):
        image.save(tmp_path / name)
    one, other = load_still(tmp_path / f"a{ending}"), load_still(tmp_path / "a.png")
    assert one.storage == other.storage
    for ours, theirs in zip(one.planes, other.planes, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    facts = probe(tmp_path / f"a{ending}")
    assert (facts.kind, facts.width, facts.height, facts.has_alpha) == ("still", 8, 4, mode == "RGBA")


def test_a_film_reads_one_format_and_writes_numbered_stills_in_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture().save(tmp_path / "in.qoi")
    made = render(scene(tmp_path), Settings(), Request(), Silent())
    assert made.path == Path("out/f/00.tga")
    for number in range(2):
        np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / f"out/f/{number:02d}.tga")), picture())
    assert frame(tmp_path / "scene.yaml", Settings(), "0s", tmp_path / "x.qoi").is_file()
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "x.qoi")), picture())


def test_transparency_is_kept_where_a_writer_can(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture("RGBA").save(tmp_path / "in.tga")
    render(scene(tmp_path, "in.tga", "f%d.qoi", "transparent"), Settings(), Request(), Silent())
    found = np.asarray(Image.open(tmp_path / "out/f0.qoi"))
    np.testing.assert_array_equal(found[:, :, 3], np.asarray(picture("RGBA"))[:, :, 3])


def test_a_strangers_reader_and_writer_hold_floats(tmp_path, with_plugin):
    with_plugin((RawReader(),), (RawWriter(),))
    light = np.random.default_rng(1).random((4, 8, 4), np.float32) * 4
    data = Frame(np.ascontiguousarray(np.moveaxis(light, -1, 0)), Window(0, 0, 8, 4))
    write_still(data, tmp_path / "a.raw", alpha=True)
    read = load_still(tmp_path / "a.raw")
    assert (read.storage.transfer, read.storage.alpha, read.storage.depth) == ("linear", "premultiplied", 32)
    np.testing.assert_array_equal(np.stack(read.planes, axis=-1), light)
    (tmp_path / "b.raw").write_bytes(raw(np.arange(32, dtype="<u2").reshape(4, 8, 1), 1))
    assert load_still(tmp_path / "b.raw").storage.model == "grey"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\1", "IndexError"),
        (bytes((200, 200, 3, 0)) + bytes(9), "ValueError: cannot reshape"),
        (raw(np.zeros((4, 8, 3)), 3), r"it gives float64\[4, 8, 3\]"),
    ],
)
def test_what_a_reader_cannot_read_is_told_with_file_and_reader(tmp_path, with_plugin, data, said):
    class Picky(RawReader):
        def size(self, path):
            found = path.read_bytes()
            return found[0], found[1]

    with_plugin((Picky(),))
    (tmp_path / "a.raw").write_bytes(data)
    with pytest.raises(MediaError, match=rf"a\.raw: the reader raw 1 of reelwork-raw 1\.0 cannot read it: .*{said}"):
        probe(tmp_path / "a.raw")


def test_a_picture_that_is_too_large_is_never_decoded(tmp_path, with_plugin):
    class Huge(RawReader):
        def size(self, path):
            return (1_000_000, 1_000_000)

        def read(self, path):
            raise AssertionError("it was decoded")

    with_plugin((Huge(),))
    (tmp_path / "a.raw").write_bytes(b"x")
    with pytest.raises(MediaError, match="1000000x1000000 is larger than"):
        probe(tmp_path / "a.raw")


def test_what_a_writer_cannot_do_is_told_and_leaves_no_file(tmp_path, with_plugin):
    with_plugin((), (Opaque(),))
    blank = Frame.transparent(Window(0, 0, 4, 4))
    with pytest.raises(
        OutputError, match=r"a\.opq: the writer opaque 1 of reelwork-raw 1\.0 failed: RuntimeError: the"
    ):
        write_still(blank, tmp_path / "a.opq")
    with pytest.raises(OutputError, match=r"\.opq cannot keep transparency"):
        write_still(blank, tmp_path / "a.opq", alpha=True)
    assert not list(tmp_path.iterdir())
    picture().save(tmp_path / "in.qoi")
    with pytest.raises(SceneError, match=r"\.opq cannot keep transparency; write a \.png, or give it a `background`"):
        check(scene(tmp_path, out="f%d.opq", background="transparent"), Settings())


def test_an_ending_that_nobody_writes_is_told_with_those_there_are(tmp_path):
    picture().save(tmp_path / "in.qoi")
    with pytest.raises(SceneError, match=r"'\.qoy' cannot be written(.|\n)*stills: .* \.qoi"):
        check(scene(tmp_path, out="f%d.qoy"), Settings())


def test_facts_and_keys_know_the_readers_version(tmp_path, with_plugin):
    (tmp_path / "a.raw").write_bytes(raw(np.zeros((4, 8, 3), np.uint8), 0))
    first = with_plugin((RawReader(),))
    assert probe(tmp_path / "a.raw").container == "raw"

    class Newer(RawReader):
        name = "rawer"

    second = with_plugin((Newer(),), version="1.1")
    assert probe(tmp_path / "a.raw").container == "rawer"
    assert engine_digest(first) != engine_digest(second)
    assert "reelwork-raw 1.1" in second.packages


def test_an_ending_of_two_packages_is_nobodys_and_both_are_named(tmp_path, with_plugin):
    class Other(RawReader):
        suffixes = (".qoi",)

    known = with_plugin((Other(),), package="reelwork-other")
    picture().save(tmp_path / "in.qoi")
    wanted = r"what reads \.qoi: reelwork 0 and reelwork-other 1\.0"
    with pytest.raises(PluginError, match=wanted):
        probe(tmp_path / "in.qoi")
    assert len(known.readers.clashes()) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"suffixes": (".png",)}, "has the suffix '.png', which the engine reads itself"),
        ({"suffixes": ("raw",)}, "has the suffix 'raw'; one is written with its point, in small letters"),
        ({"suffixes": ()}, "has no suffixes"),
        ({"version": 0}, "has no name or no version"),
    ],
)
def test_a_reader_that_is_not_right_is_told_and_the_rest_goes_on(with_plugin, changes, said):
    wrong = type("Wrong", (RawReader,), changes)
    known = with_plugin((wrong(), "reader"), (RawWriter(),))
    ((_, reason),) = known.failures
    assert f"Wrong {said}" in reason
    assert "'reader', which is no StillReader" in reason
    assert known.writers.get(".raw") is not None
    assert known.readers.get(".raw") is None


def test_a_hook_that_fails_is_told_and_what_else_the_plugin_brings_stays(with_plugin):
    def fail():
        raise RuntimeError("no colour")
        yield

    known = with_plugin(fail(), (RawWriter(),))
    ((_, reason),) = known.failures
    assert reason == "reelwork_readers failed: RuntimeError: no colour"
    assert known.writers.get(".raw") is not None


def test_plugins_say_what_they_do():
    listed = CliRunner().invoke(cli, ["plugins"]).stdout
    for line in ("reads .qoi", "writes .tga", "adds commands", "renders on other machines"):
        assert f"\n  {line}\n" in listed


def test_the_engines_own_endings_are_known_to_the_hooks():
    assert {*ENDINGS, *CAPTIONS} == WRITTEN
    assert {*STILL_DEPTHS} <= WRITTEN
    assert set(HOOKS) >= {"readers", "writers"}
