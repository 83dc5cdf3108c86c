"""Random scenes of every feature paint frames, or say what is wrong, and never depend on the size of tiles."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from whole.making import picture, write_tone, write_video

from reelwork.errors import OutputError, SceneError
from reelwork.plan.planner import plan_frame
from reelwork.render.executor import Executor
from reelwork.render.prepare import Settings, default_output, prepare
from reelwork.render.sources import Sources
from reelwork.render.view import output_view

FILES = ["clip.mkv", "photo.png", "drawing.svg", "tone.wav"]
TIMES = ["-1s", "0s", "1/3s", "7f", "1s", "2s"]
SOURCES = {"file", "solid", "text", "shape", "adjustment", "layers", "sequence", "composition", "generate"}
EASES = st.sampled_from(["linear", "hold", "in-out-back", "out-elastic", [0.1, 2, 0.9, -1]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("random")
    write_video(
        made / "clip.mkv", frames=24, size=(33, 17), codec="ffv1", pixel_format="yuv444p", options={"coder": "1"}
    )
    write_tone(made / "tone.wav", seconds=1.0)
    Image.fromarray(np.dstack([picture(3, 50, 40), np.full((40, 50), 128, np.uint8)])).save(made / "photo.png")
    (made / "drawing.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle cx="20" cy="15" r="9"/></svg>'
    )
    return made


def moving(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value, or keyframes of such values."""
    keys = st.dictionaries(st.sampled_from(TIMES), values, min_size=1, max_size=3)
    return values | st.builds(lambda found, ease: found | {"ease": ease}, keys, EASES)


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name.replace("_", "-").strip("-"): keys[name] for name in keys})


lengths = st.sampled_from([0, 10, -7.5, "50%", "-120%", 63, 500, 1e6])
ratios = st.sampled_from([1, "50%", 0, -1, 0.3, 1.01, 40, 1e-9, 1e9])
points = st.tuples(lengths, lengths).map(list)
colours = st.sampled_from(["gold", "transparent", "#ff000080", {"linear": [4, 0, 0.2]}])
transforms = some(
    anchor=points,
    position=moving(points),
    scale=moving(ratios | st.tuples(ratios, ratios).map(list)),
    rotation=moving(st.sampled_from([0, 5, 45, 90, -180, 1e9])),
    skew=st.sampled_from([0, 10, -45, 90]),
    opacity=moving(st.sampled_from([0, 0.5, "100%"])),
)
effects = st.lists(
    st.sampled_from(
        [
            {"gaussian-blur": {"radius": 3}},
            {"gaussian-blur": {"radius": {"0s": 0, "1s": 9}}},
            {"drop-shadow": {"offset": [4, -3], "mix": 0.5}},
            "glow",
            {"lens-blur": {"radius": 4, "edges": "repeat"}},
            {"box-blur": {"radius": [2.5, 7], "passes": 2}},
            {"outline": {"width": {"0s": 0, "1s": 5}}},
            {"waveform": {"panel": "top-left", "size": "60%"}},
            {"crop": {"left": "20%", "bottom": 3}},
            {"tint": {"amount": {"0s": 0, "1s": 1}}},
            {"echo": {"number": 3, "interval": "5f", "merge": "behind"}},
            {"frame-average": {"frames": {"0s": 1, "1s": 4}, "mix": 0.5}},
            {"posterise-time": {"rate": 7}},
            {"wave": {"height": 4, "length": {"0s": 9, "1s": 30}, "mix": 0.5}},
            {"twirl": {"angle": 200, "centre": [0, 1]}},
            {"lens-distortion": {"k1": {"0s": -0.3, "1s": 0.4}}},
            {"corner-pin": {"top-right": {"0s": [30, -5], "1s": [0, 20]}}},
            {"displace": {"map": True, "x": 9, "y": -20}},
        ]
    ),
    max_size=2,
)
looks = some(
    visible=st.booleans(),
    fit=st.sampled_from(["contain", "cover", "fill"]),
    transform=transforms,
    effects=effects,
)
places = some(
    start=st.sampled_from(["5f", "300ms", "-1s"]),
    duration=st.sampled_from(["1f", "500ms", "3s"]),
    blend=st.sampled_from(["multiply", "screen", "luminosity"]),
)
plain = st.one_of(
    st.builds(
        lambda file, time: {"file": file} | (time if file == "clip.mkv" else {}),
        st.sampled_from(FILES),
        some(loop=st.sampled_from([True, "ping-pong", 2]), speed=st.sampled_from(["-50%", "300%"])),
    ),
    st.builds(lambda colour: {"solid": colour}, moving(colours)),
    st.builds(lambda words: {"text": {"content": words, "size": 9}}, st.sampled_from(["Ab", "", "a\nb", "شمس"])),
    st.builds(lambda colour: {"shape": {"ellipse": [30, 20], "fill": colour, "stroke": "gold"}}, moving(colours)),
    st.sampled_from([{"adjustment": True}, {"layers": []}, {"composition": "inner"}, {"generate": "noise"}]),
)


def compound(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    clips = st.builds(lambda source, look: source | look | {"duration": "500ms"}, inner, looks)
    between = st.sampled_from(
        [
            {"gap": "100ms"},
            {"transition": "dissolve", "duration": "200ms"},
            {"transition": {"wipe": {"angle": 30}}, "duration": "3f"},
            {"transition": "slide", "duration": "1/6s"},
        ]
    )
    sequences = st.builds(lambda *items: {"sequence": list(items)}, between | clips, clips, between, clips, between)
    return sequences | st.builds(lambda layers: {"layers": layers}, families(inner))


def families(sources: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Layers; those with the parent ``True`` get the one before, see :func:`named`."""
    kinship = st.sampled_from([{}, {}, {"parent": True}])
    layers = st.builds(lambda source, look, place, kin: source | look | place | kin, sources, looks, places, kinship)
    return st.lists(layers, min_size=1, max_size=3)


def named(value: Any, path: str = "l") -> Any:
    """The same with an id, unique in its composition, for every layer, and those beside it by their ids."""
    if isinstance(value, list):
        return [named(item, f"{path}-{index}") for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    layer = {key: named(item, path) for key, item in value.items() if key != "parent"}
    before, _, index = path.rpartition("-")
    if "parent" in value and index != "0":
        layer["parent"] = f"{before}-{int(index) - 1}"
    for effect in layer.get("effects", ()):
        if isinstance(effect, dict) and "displace" in effect:
            effect["displace"]["map"] = f"{before}-{max(int(index) - 1, 0)}"
    return layer | {"id": path} if SOURCES & set(value) else layer


scenes = st.fixed_dictionaries(
    {
        "main": st.builds(
            lambda layers: {"duration": "1s", "layers": named(layers)},
            families(st.recursive(plain, compound, max_leaves=4)),
        ),
        "inner": st.builds(
            lambda layer, look: {"duration": "2s", "size": [33, 17], "layers": [layer | look]},
            plain.filter(lambda source: "composition" not in source),
            looks,
        ),
    }
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(compositions=scenes, background=st.sampled_from(["black", "transparent"]))
def test_a_random_scene_paints_the_same_whatever_its_tiles(folder, compositions, background):
    path = folder / "scene.yaml"
    canvas = {"size": [64, 36], "fps": 24, "background": background}
    path.write_text(json.dumps({"reelwork": 1, "canvas": canvas, "compositions": compositions}))
    try:
        prepared = prepare(path, Settings())
    except SceneError:  # more is asked for of the clip than there is
        return
    graph = prepared.graph("main")
    view = output_view(graph, default_output(prepared.scene), Fraction(1))
    executor = Executor(Sources())
    for time in (Fraction(0), Fraction(5, 12), Fraction(23, 24)):
        plan = plan_frame(graph, view, time)
        try:
            frame = executor.frame(plan)
        except OutputError:  # an effect on what is enlarged beyond all measure
            continue
        assert np.isfinite(frame.data).all()
        assert (
            Executor(Sources(), tile_rows=1, keep_bytes=0, lasting_bytes=0).frame(plan).data.tobytes()
            == frame.data.tobytes()
        )
