"""Every hook is typed and documented, and the pages say what it is for; their example works."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import types
import typing
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from reelwork import FilmFacts, JobEvent, Still, StorageFormat
from reelwork.errors import MediaError
from reelwork.extensions import hookspecs
from reelwork.extensions.offers import Offer, Offers
from reelwork.graph.schemes import Schemes
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.stills.plugins import load_by, write_by
from reelwork.media.video.plugins import FootageSource, examine_by

PAGE = (Path(__file__).parents[2] / "docs/plugins/hooks.md").read_text("utf-8")
HOOKS = [value for name, value in vars(hookspecs).items() if name.startswith("reelwork_")]


def test_the_hooks_are_found():
    assert {"reelwork_extensions", "reelwork_commands", "reelwork_readers"} <= {hook.__name__ for hook in HOOKS}
    assert all(getattr(hook, "reelwork_spec", None) is not None for hook in HOOKS), "one is not marked as a hook"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_is_documented(hook):
    doc = inspect.getdoc(hook) or ""
    assert doc.partition("\n\n")[0].endswith((".", ";", ":"))
    signature = inspect.signature(hook)
    for name in signature.parameters:
        assert f":param {name}:" in doc, f"{name} is not said"
    assert f"`{hook.__name__}({', '.join(signature.parameters)})`" in PAGE


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.__name__)
def test_a_hook_is_typed(hook):
    source = Path(hookspecs.__file__).read_text("utf-8")
    block = source[source.index("if TYPE_CHECKING:") : source.index("hookspec =")]
    names: dict[str, object] = {}
    exec(re.sub(r"(?m)^    ", "", block.removeprefix("if TYPE_CHECKING:")), names)
    hints = typing.get_type_hints(hook, {**vars(hookspecs), **names})
    assert set(hints) == {*inspect.signature(hook).parameters, "return"}
    assert typing.Any not in hints.values()


def example(hook):
    """The module of the page that implements a hook."""
    (code,) = (code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if f"def {hook}(" in code)
    module = types.ModuleType("example")
    exec(code, vars(module))
    return module


def test_the_pages_linker_works(tmp_path):
    module = example("reelwork_linkers")
    module.STORE = tmp_path
    (tmp_path / "a.png").write_bytes(b"picture")
    digest = hashlib.sha256(b"picture").hexdigest()
    shot = {"file": "a.png", "sha256": digest, "kind": "image", "licence": "CC0-1.0", "makers": ["Ada"]}
    (tmp_path / "shots.json").write_text(json.dumps({"shot-12": shot}))
    known = Offers("finds", [Offer(linker, (linker.scheme,), "studio 1.0") for linker in module.reelwork_linkers()])
    schemes = Schemes(known, tmp_path, None)
    assert schemes.find("studio:shot-12").makers == ("Ada",)
    with pytest.raises(MediaError, match=r"the linker studio 1 of studio 1\.0 knows no 'studio:shot-13'"):
        schemes.find("studio:shot-13")


def test_the_pages_reader_of_footage_works(tmp_path):
    (reader,) = example("reelwork_footage_readers").reelwork_footage_readers()
    pixels = np.arange(5 * 3 * 4, dtype=np.uint8).reshape(5, 3, 4)
    (tmp_path / "a.gray").write_bytes(b"GRAY" + np.array([4, 3, 25], "<u4").tobytes() + pixels.tobytes())
    offer = Offer(reader, (".gray",), "gray 1.0")
    facts = examine_by(offer, tmp_path / "a.gray", "", Fraction(24))
    assert (facts.facts.frame_count, facts.facts.frame_rate, facts.facts.width) == (5, 25, 4)
    source = FootageSource(offer, tmp_path / "a.gray", facts)
    np.testing.assert_array_equal(source.picture(3).planes[0], pixels[3])


def test_the_pages_writer_of_films_works(tmp_path):
    (writer,) = example("reelwork_film_writers").reelwork_film_writers()
    stills = np.random.default_rng(2).random((3, 4, 5, 3), np.float32)
    storage = StorageFormat("rgb", 32, (1, 1), True, transfer="linear")
    film = writer.begin(tmp_path / "a.npy", FilmFacts(5, 4, Fraction(24), 3, storage))
    for pixels in stills:
        film.picture(Still(pixels))
    film.finish()
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), stills)


def test_the_page_tells_of_jobs(monkeypatch):
    module, sent = example("reelwork_job_event"), []
    monkeypatch.setattr("urllib.request.urlopen", lambda address, data, timeout: sent.append(data.decode()))
    for kind in ("started", "failed"):
        module.reelwork_job_event(JobEvent(kind, "Signs", "signs.mp4", 24, 7, 61.4, error="the disk is full"))
    assert sent == ["Signs: signs.mp4 failed after 61 s the disk is full"]


def test_the_pages_readers_and_writers_work(tmp_path):
    module = example("reelwork_readers")
    light = Frame(np.full((4, 3, 5), 0.5, np.float32), Window(0, 0, 5, 3))
    light.data[3] = 1.0
    (writer,), (reader,) = module.reelwork_writers(), module.reelwork_readers()
    write_by(
        Offer(writer, (".pgm",), "pgm 1.0"),
        light,
        tmp_path / "a.pgm",
        alpha=False,
        display="srgb",
        named=tmp_path / "a.pgm",
    )
    found = load_by(Offer(reader, (".pgm",), "pgm 1.0"), tmp_path / "a.pgm")
    assert found.storage.model == "grey"
    grey = frame_to_pixels(light, alpha=False)[:, :, 0]
    assert abs(found.planes[0].astype(int) - grey.astype(int)).max() <= 1
