"""A plugin that fails: the error names the plugin, the effect, its place in the scene, the frame and the parameters."""

from __future__ import annotations

import inspect
import os
import pickle
import signal
import subprocess
import sys
from fractions import Fraction
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from bundling import opened, task_of
from render import faulty
from whole.making import write_tone

from reelwork import faults, notes
from reelwork.cli.exits import tell
from reelwork.errors import SceneError
from reelwork.extensions import load, registry
from reelwork.extensions.manager import GROUP
from reelwork.faults import Calling, PluginFault
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.writing.stills import write_still
from reelwork.render import produce
from reelwork.render.mixing import mixed
from reelwork.render.prepare import Settings, prepare
from reelwork.render.progress import Silent
from reelwork.render.units import Request
from reelwork.sound.voices import collect_voices
from reelwork_farm.chaos.strange import strange_film, with_plugin
from reelwork_farm.model import Part, UnitKind


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
        "  at frame 12 (0.5s)",
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
        ("effects: [{faulty-point: {how: panics}}]", "uniforms(): Panic: called `Option::unwrap()`"),
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


NAN = "it made pixels that are no light: not a number (NaN) in "


@pytest.mark.parametrize(
    ("layer", "name", "path", "said"),
    [
        ("effects: [invert, nan-point, invert]", "nan-point", "effects[1]", f"{NAN}2,304 of 2,304 pixels, first at"),
        ("effects: [invert, nan-point, {gaussian-blur: {radius: 3}}]", "nan-point", "effects[1]", NAN),
        ("effects: [nan-area, {gaussian-blur: {radius: 3}}]", "nan-area", "effects[0]", "first at column 20, row 10"),
        ("effects: [{nan-area: {mix: 50%}}]", "nan-area", "effects[0]", "infinite in 1 of "),
        ("blend: nan-merge", "nan-merge", "blend", NAN),
    ],
)
def test_who_made_what_is_no_number_is_found_however_it_spread(scene, layer, name, path, said):
    fault = failing(scene(f"{{solid: red, {layer}}}"))
    assert said in str(fault)
    (suspect,) = fault.suspects
    assert suspect.what.startswith(("the effect", "the merge"))
    assert name in suspect.what
    assert suspect.path == f"compositions.main.layers[1].{path}"


def test_of_a_still_it_is_the_effect_or_the_file(scene, tmp_path):
    light = np.zeros((4, 8, 8), np.float32)
    light[3] = 1.0
    write_still(Frame(light, Window(0, 0, 8, 8)), tmp_path / "black.exr", alpha=True)
    assert "'nan-point'" in str(failing(scene("{file: black.exr, effects: [invert, invert, nan-point]}")))
    light[2, 3, 5] = np.nan
    write_still(Frame(light, Window(0, 0, 8, 8)), tmp_path / "torn.exr", alpha=True)
    with pytest.raises(SceneError, match=r"torn\.exr: holds pixels that are no light: not a number \(NaN\)") as caught:
        produce.frame(scene("{file: torn.exr, effects: [invert]}"), Settings(), "0s", tmp_path / "x.png")
    assert "compositions.main.layers[1]" in str(caught.value)


class Told:
    """A progress that keeps what is left out."""

    def __init__(self) -> None:
        self.faults: list[PluginFault] = []

    def stage(self, name): ...

    def start(self, total, *, done=0): ...

    def advance(self, frames=1): ...

    def leave_out(self, fault):
        self.faults.append(fault)


DRAFT = Settings(draft=True)


@pytest.mark.parametrize(
    ("layer", "without"),
    [
        ("{solid: red, effects: [{faulty-point: {how: uniforms}}, invert]}", "{solid: red, effects: [invert]}"),
        ("{solid: red, effects: [nan-area, {faulty-area: {how: region}}]}", "{solid: red}"),
        ("{generate: faulty-drawing}", "{solid: transparent}"),
        ("{solid: red, blend: faulty-merge}", "{solid: red}"),
        (
            "{sequence: [{solid: red, duration: 0.5s}, {transition: faulty-way, duration: 0.2s}, "
            "{solid: tan, duration: 0.5s}]}",
            "{solid: red}",
        ),
        ("{layers: [{solid: red, effects: [three-results]}]}", "{layers: [{solid: red}]}"),
    ],
)
def test_in_a_draft_what_fails_is_left_out_and_told_once(scene, tmp_path, layer, without):
    told = Told()
    path = produce.frame(scene(layer), DRAFT, "0.4s", tmp_path / "lacking.png", progress=told)
    assert len(told.faults) == (2 if "nan-area" in layer else 1)
    assert "is left out of this draft" in told.faults[0].warning()
    assert told.faults[0].suspects[0].place
    plain = produce.frame(scene(without), Settings(), "0.4s", tmp_path / "without.png")
    assert path.read_bytes() == plain.read_bytes()


def test_what_lacks_something_is_not_kept_under_the_key_of_what_is_whole(scene, tmp_path, monkeypatch):
    path, told = scene("{solid: red, effects: [moody]}"), Told()
    switch = tmp_path / "switch"
    monkeypatch.setenv("MOODY", str(switch))
    request = Request(to=tmp_path / "film.mkv", lenient=True)
    switch.write_text("x")
    for _ in range(2):
        produce.render(path, DRAFT, request, told)
    assert len(told.faults) == 2, "it was told of twice in a render, or frames that lack the effect were kept"
    assert str(told.faults[0]).splitlines()[2] == "  at frame 0 (0s)"


def rendering(path: Path, settings: Settings, told: object, **more: object) -> Path:
    request = Request(to=path.with_name("film.mkv"), lenient=settings.draft, **more)
    return produce.render(path, settings, request, told).path


def test_a_segfault_names_what_ran_and_ends_the_render_the_second_time(scene):
    path = scene("{solid: red, effects: [invert, {deadly: {how: segfault}}]}")
    with pytest.raises(PluginFault) as caught:
        rendering(path, Settings(), Told())
    head, problem, *rest = str(caught.value).splitlines()
    assert head == "error: the effect 'deadly', version 7, of reelwork-faulty 0.3, is suspected"
    died = "  render(): the worker that rendered frames 0-23 was killed by SIGSEGV, a second time"
    assert problem == f"{died} ({faulty.__file__}:{line_of(faulty.Deadly.render, 'string_at')}, in render)"
    assert rest[-3:] == [
        "  at frame 12 (0.5s)",
        f"  in compositions.main.layers[1].effects[1] ({path}:8:31)",
        "  with how: segfault",
    ]
    assert tell(caught.value) == 6


@pytest.mark.parametrize("how", ["deaf", "kernel"])
def test_what_hangs_is_named_and_its_worker_ended(scene, how, monkeypatch):
    monkeypatch.setenv("REELWORK_PATIENCE", "1.5")
    with pytest.raises(PluginFault) as caught:
        rendering(scene(f"{{solid: red, effects: [{{deadly: {{how: {how}}}}}]}}"), Settings(), Told())
    assert "'deadly'" in str(caught.value)
    assert "s and did not end; it may take 2 s\n  at frame 12 (0.5s)" in str(caught.value)


def test_a_sound_effect_may_crash_the_worker_that_mixes_and_is_named(scene, tmp_path, known):
    write_tone(tmp_path / "tone.wav", seconds=1)
    path = scene("{file: tone.wav, sound: {effects: [{faulty-sound: {how: segfault}}]}}")
    with pytest.raises(PluginFault) as caught:
        produce.render(path, Settings(), Request(to=tmp_path / "film.flac"), Told())
    said = str(caught.value)
    assert said.startswith("error: the sound effect 'faulty-sound', version 2, of reelwork-faulty 0.3, is suspected\n")
    assert "the worker that rendered the sound was killed by SIGSEGV, a second time" in said
    assert not (tmp_path / "film.flac").exists()
    path.write_text(path.read_text().replace("how: segfault", "how: ''"))
    voices = collect_voices(prepare(path, Settings()).graph("main"))
    apart, here = (list(mixed(voices, Fraction(0), Fraction(3, 2), each)) for each in (known, None))
    assert [block.tobytes() for block in apart] == [block.tobytes() for block in here]
    assert [block.shape for block in apart] == [(2, 48_000), (2, 24_000)]


def test_what_takes_a_hundred_times_its_declared_cost_stops_the_render(scene):
    with pytest.raises(PluginFault) as caught:
        rendering(scene("{solid: red, effects: [quick]}"), Settings(), Told())
    assert "'quick'" in str(caught.value)
    assert "s and did not end; it may take 5 s\n  at frame 0 (0s)" in str(caught.value)


def test_a_draft_goes_on_without_what_stops_its_workers(scene, monkeypatch):
    monkeypatch.setenv("REELWORK_PATIENCE", "1.5")
    told = Told()
    assert rendering(scene("{solid: red, effects: [{deadly: {how: sleeps}}]}"), DRAFT, told).exists()
    (fault,) = told.faults
    assert fault.paths == {"compositions.main.layers[1].effects[0]"}


def test_compiling_counts_for_nothing_and_a_declared_cost_for_much():
    memory = notes.own()
    faults.note_in(memory)
    try:
        with Calling(faulty.Point(), doing="pixel()", pixels=10_000_000):
            seen = notes.read(memory)
            assert seen.limit == pytest.approx(100.0)  # seconds: a hundred times the 100 ns of what declares nothing
            with faults.unlimited():
                assert notes.read(memory).limit == float("inf")
            assert notes.read(memory).limit == seen.limit
            with Calling(faulty.Area()):
                assert notes.read(memory).limit == faults.patience()
                assert b"faulty-area" in notes.read(memory).text
            assert notes.read(memory).text == seen.text
        assert notes.read(memory) is None
        for pixels, seconds in ((1, 5.0), (50_000_000, 10.0)):  # at 2 ns
            with Calling(faulty.Quick(), doing="render()", pixels=pixels):
                assert notes.read(memory).limit == pytest.approx(seconds)
            with Calling(faulty.Quick(), faulty.Point(), pixels=pixels):
                assert notes.read(memory).limit >= faults.patience()
    finally:
        faults.note_in(None)


def test_a_command_that_paints_a_frame_says_what_hangs_and_ends(tmp_path):
    environment = os.environ | with_plugin(tmp_path / "plugin", "1.0") | {"REELWORK_PATIENCE": "1"}
    film = strange_film(tmp_path, ["hang"])
    command = [sys.executable, "-m", "reelwork", "frame", str(film), "1.5s", "--to", str(tmp_path / "frame.png")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 6
    assert "error: the effect 'strange', version 1, of reelwork-strange 1.0, is suspected" in ended.stderr.splitlines()
    assert "uniforms(): it ran for" in ended.stderr
    assert not (tmp_path / "frame.png").exists()


CRASH = """
import os

from reelwork import PointEffect, param
from reelwork.kinds import Text


class Crash(PointEffect, name="crash", version=1):
    how: str = param("", kind=Text())

    def check(self):
        print("of its check")

    def uniforms(self):
        print("of a plugin")
        if self.how == "segfault":
            os.kill(os.getpid(), 11)
        if self.how == "close":
            os.closerange(3, 64)
        return ()

    @staticmethod
    def pixel(r, g, b, a):
        return r, g, b, a
"""


def framed(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    """The command that paints a frame with an effect that lies beside the scene."""
    (folder / "effects").mkdir()
    (folder / "effects" / "crash.py").write_text(CRASH)
    (folder / "scene.yaml").write_text(
        "reelwork: 1\ncanvas: {size: [64, 36], fps: 24}\ncompositions:\n  main:\n    duration: 1s\n    layers:\n"
        f"      - {{solid: red, effects: [{{crash: {{how: {how}}}}}]}}\n"
    )
    command = [sys.executable, "-m", "reelwork", "frame", str(folder), "0s", "--to", str(folder / "frame.png")]
    environment = os.environ | {"REELWORK_PLUGIN_FOLDERS": str(folder)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def test_a_frame_whose_plugin_crashes_names_it_and_its_line(tmp_path):
    ended = framed(tmp_path, "segfault")
    assert ended.returncode == 6
    assert f"error: the effect 'crash', version 1, of the folder {tmp_path / 'effects'}, is suspected" in ended.stderr
    assert "killed by SIGSEGV" in ended.stderr
    line = CRASH.splitlines().index("            os.kill(os.getpid(), 11)") + 1
    assert f"crash.py:{line}, in uniforms)" in ended.stderr


def test_what_a_plugin_prints_is_not_the_commands_answer(tmp_path):
    ended = framed(tmp_path, "nothing")
    assert (ended.returncode, ended.stdout) == (0, f"{tmp_path / 'frame.png'}\n")
    assert "of its check" in ended.stderr
    assert "frames" not in ended.stderr, "one picture is not counted"


@pytest.mark.soak
def test_a_plugin_that_closes_what_is_not_its_own_is_suspected(tmp_path):
    ended = framed(tmp_path, "close")
    assert (ended.returncode, "the effect 'crash'" in ended.stderr) == (6, True)


def test_an_interrupt_that_nobody_can_have_typed_is_the_extensions(monkeypatch):
    with pytest.raises(KeyboardInterrupt), Calling(faulty.Point()):
        raise KeyboardInterrupt
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a worker
    try:
        with pytest.raises(PluginFault, match="KeyboardInterrupt"), Calling(faulty.Point()):
            raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_farms_draft_leaves_out_what_fails_in_each_unit_anew(scene, tmp_path, known, monkeypatch):
    for module in ("bundle", "materialise"):
        monkeypatch.setattr(f"reelwork_farm.{module}.registry", lambda: known)
    path = scene("{solid: red, effects: [{faulty-point: {how: uniforms}}]}")
    path.write_text(path.read_text().replace("duration: 1s", "duration: 5s"))
    work, told = opened(task_of(path, tmp_path / "film.mkv", None, settings=DRAFT), tmp_path), Told()
    bytes_of = []
    for index, span in ((1, (96, 120)), (0, (0, 96)), (1, (96, 120))):
        segment, count = work.render(Part(index, UnitKind.RENDER, *span, 1), told)
        assert count == span[1] - span[0]
        bytes_of.append(segment.read_bytes())
    assert bytes_of[0] == bytes_of[2]
    assert [fault.paths for fault in told.faults] == [{"compositions.main.layers[1].effects[0]"}] * 3
    final = opened(task_of(path, tmp_path / "film.mkv", None), tmp_path / "final")
    with pytest.raises(PluginFault):
        final.render(Part(0, UnitKind.RENDER, 0, 96, 1), Told())
