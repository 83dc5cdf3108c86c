"""Random scenes, near to right and far from it, give a scene or a ``SceneError``, and never anything else.

``pytest tests/scene/test_random_scenes.py --hypothesis-profile many`` tries 10,000 of each sort.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from scene.fakes import REGISTRY

from reelwork.errors import SceneError
from reelwork.scene.playing import SourceLength
from reelwork.scene.reader import read_scene_text
from reelwork.scene.schema import json_schema
from reelwork.scene.timing import resolve_times

FOLDERS = (Path(__file__).parent / "good_scenes", Path(__file__).parent.parent / "broken_scenes")
TEXTS = [path.read_text("utf-8") for folder in FOLDERS for path in sorted(folder.glob("*.yaml"))]


def keys_of(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return {key for part in schema for key in keys_of(part)}
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", ())) | {key for part in schema.values() for key in keys_of(part)}


KEYS = sorted(
    keys_of(json_schema(REGISTRY)) | {"0s", "1s", "2.5s", "-1s", "36f", "ease", "value", "linear", "main", "b"}
)
WORDS = [
    "2s", "36f", "1/3s", "0s", "-1s", "00:00:01:00", "00:00:01;00", "a.start + 1s", "b.end", "a.duration", "1e9s",
    "50%", "100", "0.5", "-60dB", "gold", "#f2b134", "#12", "= time", "$a", "${a.b}", "${= x}", "$$", "main", "b", "a",
    "x/y", "glow", "noise", "wipe", "normal", "cover", "ping-pong", "true", "false", "", "~", "out-back", "film.mp4",
    "f/%05d.png", "../x.mp4", "M0 0 L1 1", "1e400", "\u202e", "\x07", "ü", "h264", "text", "[", "{", "<<", "7" * 40,
]  # fmt: skip

words = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none())
values = st.recursive(
    words,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)),
    max_leaves=25,
)
times = st.sampled_from(["2s", "36f", "a.end", "b.start + 1s", "a.duration - 1s", "0s", 3])
sources = st.sampled_from(
    [
        {"solid": "gold"}, {"asset": "x/y"}, {"text": "$a"}, {"composition": "b"}, {"layers": []}, {"adjustment": True},
        {"shape": {"path": "M0 0 L1 1"}}, {"generate": "noise"}, {"sequence": [{"asset": "x/y"}]},
    ]
)  # fmt: skip
layers = st.builds(
    lambda source, rest: source | rest,
    sources,
    st.dictionaries(st.sampled_from(KEYS), values, max_size=2)
    | st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from(["a", "b", "c"]),
            "start": times,
            "duration": times,
            "end": times,
            "parent": st.sampled_from(["a", "b"]),
            "speed": st.sampled_from(["50%", "-100%"]),
            "loop": st.sampled_from([True, 3]),
        },
    ),
)
groups = st.lists(st.one_of(layers, layers.map(lambda layer: {"layers": [layer], "start": "1s"})), max_size=4)
clips = st.lists(
    st.one_of(
        st.sampled_from([{"asset": "x/y"}, {"composition": "b"}, {"gap": "1s"}]),
        st.builds(lambda time: {"transition": "dissolve", "duration": time}, times),
        layers,
    ),
    max_size=4,
)
compositions = st.fixed_dictionaries({}, optional={"duration": times, "layers": groups, "sequence": clips})
near_scenes = st.fixed_dictionaries(
    {"reelwork": st.just(1), "compositions": st.fixed_dictionaries({"main": compositions, "b": compositions})},
    optional={"variables": st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2), "canvas": values},
)
far_scenes = st.dictionaries(st.sampled_from(KEYS), values, max_size=6).map(lambda scene: {"reelwork": 1} | scene)


@st.composite
def mutated_texts(draw: st.DrawFn) -> str:
    """A scene of the tests with some of its lines or characters changed."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 12)))
        inserted = draw(st.one_of(st.sampled_from(WORDS), st.sampled_from([*"{}[]:,#&*!|>'\"%@`-=$\n\t ", "\n    "])))
        text = text[:at] + inserted + text[end:]
    return text


def try_to_read(text: str) -> None:
    """Read a text; if it is a scene, its times can be told too."""
    try:
        scene = read_scene_text(text, registry=REGISTRY)
    except SceneError as error:
        wrong = error.problems
    else:
        wrong = ()
    if wrong:
        assert all(problem.message and str(problem) for problem in wrong)
    else:
        resolve_times(scene, lambda clip: SourceLength(Fraction(5) if len(clip.path) % 2 else None))


@given(st.one_of(near_scenes, far_scenes))
def test_random_scenes(scene: Any) -> None:
    try_to_read(json.dumps(scene))


@given(mutated_texts())
def test_mutated_scenes(text: str) -> None:
    try_to_read(text)


@given(st.text() | st.text(alphabet="{}[]:,#&*!|>'\"%@`-=$ \n\tab01"))
def test_random_texts(text: str) -> None:
    try_to_read(text)
    try_to_read(f"reelwork: 1\ncompositions:\n  main:\n    {text}")
