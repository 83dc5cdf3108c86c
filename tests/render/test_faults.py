"""A plugin that fails: the error names the plugin, the effect, its place in the scene, the frame and the parameters."""

from __future__ import annotations

import inspect
import pickle
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from render import faulty

from reelwork.cli.exits import tell
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.faults import PluginFault
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request


class Distribution:
    """As much of an installed distribution as is read."""

    metadata = {"Name": "reelwork-faulty", "Version": "0.3"}  # noqa: RUF012


@pytest.fixture(scope="module")
def known():
    point = EntryPoint("faulty", "render.faulty", GROUP)
    vars(point)["dist"] = Distribution()
    own = [EntryPoint(plugin.name, plugin.module, GROUP) for plugin in registry().plugins]
    for each in own:
        vars(each)["dist"] = type("Own", (), {"metadata": {"Name": "reelwork", "Version": "1"}})()
    return load([*own, point])


@pytest.fixture
def scene(tmp_path, known, monkeypatch):
    """Writes a scene of three layers, of which the second is given, one key in a line."""
    monkeypatch.setattr("reelwork.render.prepare.registry", lambda: known)

    def write(layer: str) -> Path:
        path = tmp_path / "scene.yaml"
        path.write_text(
            "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    duration: 1s\n    layers:\n"
            f"      - solid: navy\n      - {layer}\n      - {{solid: red, transform: {{scale: 10%}}}}\n"
        )
        return path

    return write


def failing(path: Path, time: str = "0.5s") -> PluginFault:
    with pytest.raises(PluginFault) as caught:
        produce.frame(path, Settings(), time, path.with_name("frame.png"))
    return caught.value


def line_of(function, words: str) -> int:
    lines, first = inspect.getsourcelines(function)
    return first + next(number for number, line in enumerate(lines) if words in line)


def test_an_error_in_an_effect_says_whose_it_is_where_it_is_used_and_when(scene):
    path = scene("{solid: red, effects: [invert, {faulty-point: {how: uniforms, amount: 40%}}]}")
    line = line_of(faulty.Point.uniforms, '["missing"]')
    assert str(failing(path)).splitlines() == [
        "error: the effect 'faulty-point', version 3, of reelwork-faulty 0.3, failed",
        f"  uniforms(): KeyError: 'missing' ({faulty.__file__}:{line}, in uniforms)",
        "  at 0.5s",
        f"  in compositions.main.layers[1].effects[1] ({path}:8:31)",
        "  with how: uniforms, amount: 0.4",
    ]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("effects: [{faulty-point: {how: identity}}]", "is_identity(): ZeroDivisionError: "),
        ("effects: [{faulty-point: {how: words}}]", "uniforms(): it must give numbers and colours, and gave 'red'"),
        ("effects: [{faulty-point: {how: nothing}}]", "uniforms(): it must give a tuple of numbers and colours"),
        ("effects: [{faulty-point: {how: made}}]", "ValueError: this cannot be"),
        ("effects: [{faulty-point: {how: quits}}]", "uniforms(): SystemExit: 0"),
        ("effects: [three-results]", "Three.pixel must give 4 numbers; it gives 3"),
        ("effects: [invert, three-results]", "Three.pixel must give 4 numbers; it gives 3"),
        ("effects: [{faulty-area: {how: margin}}]", "margin() must give four whole numbers, and gave (1.5, 2)"),
        ("effects: [{faulty-area: {how: region}}]", "region(): it must give a Window of whole pixels, and gave None"),
        ("effects: [{faulty-area: {how: needs}}]", "needs(): it must give a Window of whole pixels"),
        ("effects: [{faulty-area: {how: render}}]", "render(): ValueError: could not broadcast"),
        ("effects: [{faulty-area: {how: returns}}]", "render(): it must fill out.data and give nothing"),
        (
            "effects: [{faulty-warp: {how: matrix}}]",
            "matrix(): it must give an Affine, a Projective or None, and gave 3",
        ),
        ("effects: [{faulty-warp: {how: place}}]", "Warp.place must give 2 numbers; it gives 3"),
        ("effects: [{faulty-warp: {how: region}}]", "region(): IndexError: list index out of range"),
        ("effects: [{faulty-trail: {how: times}}]", "times(): it must give Fractions of a second, and gave (0.5,)"),
        ("effects: [{faulty-trail: {how: render}}]", "render(): ZeroDivisionError"),
        ("blend: faulty-merge", "Mixed.blend cannot be compiled: "),
    ],
)
def test_whatever_fails_is_named(scene, layer, said):
    fault = failing(scene(f"{{solid: red, {layer}}}"))
    assert said in str(fault)
    (suspect,) = fault.suspects
    assert suspect.origin == "reelwork-faulty 0.3"
    assert suspect.path.startswith("compositions.main.layers[1]")
    assert ":8:" in suspect.place


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("generate: faulty-drawing", "draw(): it must give a Drawing, and gave 'a circle'"),
        ("generate: faulty-picture", "Made.pixel uses the attribute x.real, which cannot be compiled"),
        (
            "sequence: [{solid: red, duration: 1s}, {transition: faulty-way, duration: 1s}, "
            "{solid: tan, duration: 1s}]",
            "places(): it must give two maps, of from and of to, and gave (0.5, 64.0)",
        ),
    ],
)
def test_generators_and_transitions_are_named_too(scene, layer, said):
    fault = failing(scene(f"{{{layer}}}"))
    assert said in str(fault)
    assert fault.suspects[0].path.startswith("compositions.main.layers[1]")


def test_what_cannot_be_compiled_is_told_in_a_line_of_the_author(scene):
    fault = failing(scene("{solid: red, effects: [untyped]}"))
    line = line_of(faulty.Untyped.pixel, "(1, 2)")
    assert f"{faulty.__file__}:{line}: Untyped.pixel cannot be compiled: " in str(fault)
    assert len(str(fault).splitlines()) == 4


def test_the_error_of_a_worker_arrives_with_frame_and_trace(scene, capsys, monkeypatch):
    path = scene("{solid: red, start: 0.25s, effects: [{faulty-area: {how: render}}]}")
    with pytest.raises(PluginFault) as caught:
        produce.render(path, Settings(), Request(to=path.with_name("film.mp4")), Silent())
    assert "\n  at frame 6 (0.25s)\n" in str(caught.value)
    assert tell(caught.value) == 6
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("REELWORK_DEBUG", "1")
    assert tell(caught.value) == 6
    assert "Traceback" in capsys.readouterr().err


def test_a_fault_survives_pickling(scene):
    fault = failing(scene("{solid: red, effects: [three-results]}"))
    again = pickle.loads(pickle.dumps(fault))
    assert (str(again), again.suspects, again.trace) == (str(fault), fault.suspects, fault.trace)
