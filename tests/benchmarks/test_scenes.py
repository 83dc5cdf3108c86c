"""The benchmark's scenes: every description has its length, and each peer's words for it hold together."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from benchmarks.media import file_name, make
from benchmarks.peers.base import Place
from benchmarks.peers.described import described
from benchmarks.peers.environments import NAMES, pins
from benchmarks.peers.graph import graph
from benchmarks.peers.melt import written as written_for_melt
from benchmarks.peers.ours import written
from benchmarks.scenes import FPS, SCENES, Scene, Text

from reelwork.extensions import registry
from reelwork.scene.reader import read_scene

EVERY = pytest.mark.parametrize(
    "scene", [make(seconds) for make in SCENES.values() for seconds in (4.0, 10.0)], ids=str
)


@pytest.fixture
def place(tmp_path) -> Place:
    """A place with pictures of the texts, which melt looks at."""
    found = Place(tmp_path)
    for scene in (SCENES["collage"](4.0), SCENES["titles"](4.0)):
        for source in scene.sources:
            if isinstance(source, Text):
                make(source, found.media)
    return found


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("seconds", [2.0, 4.0, 10.0, 60.0])
def test_a_scene_is_as_long_as_is_asked_for(name, seconds):
    scene = SCENES[name](seconds)
    assert scene.frames == pytest.approx(seconds * FPS, abs=10)
    assert all(clip.source.seconds >= clip.seconds for clip in scene.clips if hasattr(clip.source, "seconds"))
    assert all(0 <= layer.start < (layer.stop or scene.seconds) <= seconds + 0.4 for layer in scene.layers)
    # what appears and goes has time for both
    assert all(2 * layer.fade < (layer.stop or scene.seconds) - layer.start for layer in scene.layers)


def test_scenes_are_those_that_they_should_be():
    def of(name: str) -> Scene:
        return SCENES[name](10.0)

    assert [len(of(name).clips) for name in ("pass-through", "cuts", "slideshow", "blur")] == [1, 10, 20, 2]
    assert [len(of(name).layers) for name in ("collage", "mosaic", "many layers")] == [7, 400, 60]
    assert len({layer.source for layer in of("mosaic").layers}) == 400
    assert len({layer.source for layer in of("many layers").layers}) == 60
    assert len({layer.source for layer in of("60 layers of one picture").layers}) == 1


@EVERY
def test_ours_is_a_scene_without_errors(scene, tmp_path):
    path = tmp_path / "scene.yaml"
    path.write_text(written(scene))
    read = read_scene(path, set={}, registry=registry())
    main = read.compositions["main"]
    assert len(main.layers) == len(scene.layers) + bool(scene.effects)


@EVERY
@pytest.mark.parametrize("font", [None, "font.ttf"])
def test_a_filter_graph_uses_every_label_once(scene, place, font):
    made = graph(scene, place, font=font)
    labels = [f"in{number}" for number in range(len(made.files))] + [chain.output for chain in made.chains]
    used = [label for chain in made.chains for label in chain.inputs]
    assert sorted(labels) == sorted([*used, "out"])
    assert f"trim=end_frame={scene.frames}" in made.written()
    assert ("drawtext" in made.written()) is (font is not None and any_text(scene))


def any_text(scene: Scene) -> bool:
    return any(isinstance(source, Text) for source in scene.sources)


@EVERY
def test_melt_knows_producers_before_they_are_used(scene, place):
    root = ElementTree.fromstring(written_for_melt(scene, place))
    known: set[str] = set()
    for part in root:
        for use in (*part.iter("entry"), *part.iter("track")):
            assert use.attrib["producer"] in known
        known.add(part.attrib.get("id", ""))
    lengths = [sum(map(frames, playlist)) for playlist in root.iter("playlist")]
    assert max(lengths) == scene.frames


def frames(part: ElementTree.Element) -> int:
    if part.tag == "blank":
        return int(part.attrib["length"])
    return int(part.attrib["out"]) - int(part.attrib["in"]) + 1


def test_what_scripts_are_given_has_every_path(place):
    values = described(SCENES["collage"](4.0), place)
    paths = [Path(part["source"]["path"]) for part in (*values["clips"], *values["layers"])]
    assert [path.name for path in paths] == [
        file_name(part.source) for part in (*SCENES["collage"](4.0).clips, *SCENES["collage"](4.0).layers)
    ]
    assert values["effects"] == [{"name": "grade", "gain": 1.06, "saturation": 1.08}]


@pytest.mark.parametrize("name", NAMES)
def test_environments_are_pinned(name):
    lines = pins(name).read_text().splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
