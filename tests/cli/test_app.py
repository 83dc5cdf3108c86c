"""The commands, with the engine's functions replaced: what they pass on, and what they make of what comes back."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import reelwork
from reelwork.cli import app, reference
from reelwork.errors import OutputError, PluginError, Problem, SceneError
from reelwork.extensions import registry
from reelwork.render import produce
from reelwork.render.local import usable_cores
from reelwork.render.prepare import Settings
from reelwork.render.terms import Terms
from reelwork.render.units import Request


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app.cli, list(arguments))


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], list[tuple[Any, ...]]]:
    """Replace a function of ``produce`` by one that notes its arguments and returns, or raises, what is given."""

    def replace(name: str, outcome: Any) -> list[tuple[Any, ...]]:
        calls: list[tuple[Any, ...]] = []

        def stand_in(*arguments: Any, **options: Any) -> Any:
            calls.append((*arguments, options))
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(produce, name, stand_in)
        return calls

    return replace


def test_check_says_that_nothing_is_wrong(called) -> None:  # type: ignore[no-untyped-def]
    calls = called("check", ())
    result = run("check", "scenes/hello", "--set", "a=1", "--set", "b=x=y", "--draft")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "scenes/hello: no errors\n", "")
    assert calls == [(Path("scenes/hello"), Settings({"a": "1", "b": "x=y"}, draft=True), {})]


def test_check_shows_warnings_and_passes(called) -> None:  # type: ignore[no-untyped-def]
    called("check", (Problem("nobody is credited", warning=True), Problem("late", warning=True)))
    result = run("check", "s.yaml")
    assert (result.exit_code, result.stdout) == (0, "s.yaml: no errors, 2 warnings\n")
    assert result.stderr == "warning: nobody is credited\n\nwarning: late\n\n"


def test_check_reports_all_errors(called) -> None:  # type: ignore[no-untyped-def]
    called("check", SceneError((Problem("one"), Problem("two"))))
    result = run("check", "s.yaml")
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "error: one\n\nerror: two\n")


def test_render_passes_everything_on_and_names_the_file(called) -> None:  # type: ignore[no-untyped-def]
    calls = called("render", produce.Rendered(Path("x.mp4"), (Problem("so so", warning=True),)))
    result = run(
        *("render", "s", "--output", "film", "--to", "x.mp4", "--frames", "3-9", "--scale", "1/2"),
        *("--jobs", "3", "--set", "a=b", "--draft", "--fresh"),
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "x.mp4\n", "warning: so so\n\n")
    assert calls[0][:3] == (
        Path("s"),
        Settings({"a": "b"}, draft=True),
        Request("film", Path("x.mp4"), (3, 9), Fraction(1, 2), jobs=3, fresh=True, lenient=True),
    )


def test_what_is_discarded_has_no_name(called) -> None:  # type: ignore[no-untyped-def]
    calls = called("discard", produce.Rendered(None))
    result = run("render", "s", "--discard", "--jobs", "2", "--frames", "3-9", "--output", "film")
    assert (result.exit_code, result.stdout) == (0, "")
    assert calls[0][1:3] == (Settings({}), Request("film", frames=(3, 9), jobs=2))


@pytest.mark.parametrize("option", ["--to x.mp4", "--fresh", "--verify", "--farm localhost:1"])
def test_what_is_discarded_goes_nowhere(option: str) -> None:
    result = run("render", "s", "--discard", *option.split())
    assert result.exit_code == 2
    assert "--discard keeps no file" in result.stderr


TERMS = "--project spring --priority 5 --needs gpu,tape --needs cores:8 --after 3f9a --notify http://here/ --audit 5%"


def test_a_farm_is_told_how_to_treat_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Farm:
        def render(self, *given: object, terms: Terms) -> produce.Rendered:
            asked.append(terms)
            return produce.Rendered(Path("x.mp4"))

    monkeypatch.setattr("reelwork.cli.rendering.remote", lambda address: Farm())
    assert run("render", "s", "--farm", "here:1", *TERMS.split()).stdout == "x.mp4\n"
    run("render", "s", "--farm", "here:1")
    wanted = Terms("spring", 5, ("gpu", "tape", "cores:8"), ("3f9a",), "http://here/", 5.0)
    assert asked == [wanted, Terms()]


@pytest.mark.parametrize("option", ["--audit 1%", "--priority 1", "--needs gpu", "--priority 1001 --farm here:1"])
def test_how_a_job_is_treated_is_said_to_a_farm(option: str) -> None:
    result = run("render", "s", *option.split())
    assert result.exit_code == 2
    assert "--farm" in result.stderr or "1000" in result.stderr


def test_render_uses_every_core_and_the_whole_film_by_itself(called) -> None:  # type: ignore[no-untyped-def]
    calls = called("render", produce.Rendered(Path("x.mp4")))
    run("render", "s")
    assert calls[0][1:3] == (Settings({}), Request(jobs=usable_cores()))


def test_frame_and_sheet(called, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    frames, sheets = called("frame", Path("f.exr")), called("sheet", Path("s.png"))
    (tmp_path / "hello.v2").mkdir()
    assert run("frame", "s", "36f", "--to", "f.exr").stdout == "f.exr\n"
    ((*places, named),) = frames
    assert places == [Path("s"), Settings({}), "36f", Path("f.exr")]
    assert named["output"] is None
    assert run("sheet", "s", "--to", "t.png", "--output", "teaser").stdout == "s.png\n"
    for scene, to in (
        (tmp_path / "hello.v2", "out/hello.v2-sheet.png"),
        (tmp_path / "hello" / "scene.yaml", "out/hello-sheet.png"),
        (tmp_path / "rain.yaml", "out/rain-sheet.png"),
    ):
        run("sheet", str(scene))
        assert sheets[-1][2] == Path(to)
    assert sheets[0][2] == Path("t.png")
    assert sheets[0][-1] == {"output": "teaser", "pictures": 24, "width": 480, "apart": True}


@pytest.mark.parametrize(
    "line",
    [
        "render",
        "render s --frames 9-3",
        "render s --jobs 0",
        "render s --scale 0",
        "render s --set a",
        "frame s 1s",
        "completion cmd.exe",
        "rendr s",
        "--nonsense",
    ],
)
def test_what_is_not_understood_ends_with_2(line: str) -> None:
    result = run(*line.split())
    assert result.exit_code == 2
    assert "Usage: reelwork" in result.stderr
    assert not result.stdout


def test_the_nearest_command_is_named() -> None:
    assert "No such command 'rendr'. Did you mean 'render'?" in run("rendr", "s").stderr


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (OutputError("full"), 7, "full\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (RuntimeError("oh"), 70, "reelwork: a fault in Reelwork or in a plugin: RuntimeError: oh (set REEL"),
        (OSError(errno.ENOSPC, "No space left"), 1, "reelwork: No space left\n"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "reelwork: /x: Permission denied\n"),
    ],
)
def test_exit_codes(called, outcome: BaseException, code: int, words: str) -> None:  # type: ignore[no-untyped-def]
    called("check", outcome)
    result = run("check", "s")
    assert result.exit_code == code
    assert result.stderr.startswith(words)
    assert "Traceback" not in result.stderr


def test_version() -> None:
    assert run("--version").stdout == f"reelwork {reelwork.__version__}\n"
    said = dict(line.split(" ") for line in run("--version", "-v").stdout.splitlines())
    assert {"reelwork", "python", "numba", "av", "ffmpeg"} <= said.keys()


def test_no_command_shows_the_help() -> None:
    result = run()
    assert result.exit_code == 0
    assert result.stdout == run("--help").stdout


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion(shell: str) -> None:
    assert "_REELWORK_COMPLETE" in run("completion", shell).stdout


def test_completion_knows_commands_effects_and_what_a_scene_holds() -> None:
    film = Path(__file__).parents[2] / "scenes/many-hands"
    for words, expected in (
        ("reelwork sch", "schema"),
        ("reelwork effects sla", "slate"),
        (f"reelwork render {film} --output pos", "poster"),
        (f"reelwork frame --output pos {film} 1s --set ver", "vermilion="),
    ):
        answer = CliRunner().invoke(
            app.cli,
            env={
                "_REELWORK_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(len(words.split()) - 1),
            },
            prog_name="reelwork",
        )
        assert answer.stdout.splitlines() == [f"plain,{expected}"]


class Plugin:
    def __init__(self, *commands: str, fails: bool = False) -> None:
        self.commands, self.fails = commands, fails

    def reelwork_commands(self) -> list[click.Command]:
        if self.fails:
            raise KeyError("no")
        return [click.Command(name, callback=lambda: click.echo("hello from a plugin")) for name in self.commands]


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Any:
    def plug(*plugins: Plugin) -> None:
        named = [(f"p{number}", plugin) for number, plugin in enumerate(plugins)]
        monkeypatch.setattr(registry().hooks, "list_name_plugin", lambda: named)
        app._of_plugins.cache_clear()

    yield plug
    app._of_plugins.cache_clear()


def test_plugins_add_commands(plugged) -> None:  # type: ignore[no-untyped-def]
    plugged(Plugin("wave", "cheer"), Plugin())
    assert run("wave").stdout == "hello from a plugin\n"
    assert "  wave" in run("--help").stdout


@pytest.mark.parametrize(
    ("plugins", "words"),
    [
        ([Plugin("render")], "the plugin p0 brings the command 'render', which is there already"),
        ([Plugin("wave"), Plugin("wave")], "the plugin p1 brings the command 'wave', which is there already"),
        ([Plugin(fails=True)], "the plugin p0 cannot name its commands: KeyError: 'no'"),
    ],
)
def test_a_plugin_that_misbehaves_is_named(plugged, plugins: list[Plugin], words: str) -> None:  # type: ignore[no-untyped-def]
    plugged(*plugins)
    result = run("wave")
    assert (result.exit_code, result.stderr) == (PluginError.exit_code, words + "\n")


def test_the_built_in_commands_do_not_wait_for_plugins(plugged, called) -> None:  # type: ignore[no-untyped-def]
    plugged(Plugin(fails=True))
    called("check", ())
    assert run("check", "s").exit_code == 0


def test_a_reader_that_goes_away_is_no_fault() -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-m", "reelwork", "effects"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (141, b"")


def test_the_reference_page_is_fresh() -> None:
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    assert page.read_text() == reference.page(), "run `make docs`"


def test_streams_that_the_caller_closed_are_there() -> None:
    code = "import os, sys; from reelwork.cli.app import open_streams; open_streams(); "
    code += "assert sys.stdin.read() == ''; print('lost'); print('lost', file=sys.stderr); "
    code += "sys.exit(os.open(os.devnull, os.O_RDONLY) < 3)"
    done = subprocess.run([sys.executable, "-c", code], preexec_fn=lambda: os.closerange(0, 3), check=False)
    assert done.returncode == 0
