import click
import pytest

from reelwork import errors
from reelwork.cli import exits
from reelwork.cli.app import cli
from reelwork.errors import MediaError, Place, Problem, ReelworkError, SceneError


def kinds(cls: type[ReelworkError] = ReelworkError) -> set[type[ReelworkError]]:
    """The classes that have a code of their own."""
    own = {cls} if "exit_code" in vars(cls) else set()
    return own.union(*(kinds(sub) for sub in cls.__subclasses__() if sub.__module__ == errors.__name__))


def test_every_kind_of_error_has_a_documented_code_of_its_own() -> None:
    assert kinds() == set(exits.MEANINGS)
    assert len({cls.exit_code for cls in exits.MEANINGS}) == len(exits.MEANINGS)
    for code, meaning in exits.EXIT_CODES.items():
        assert f"{code:>3}  {meaning}" in cli.get_help(click.Context(cli))


def test_a_known_error_says_exactly_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{'a very long name ' * 30}: it is empty\n  and says so"
    assert exits.tell(MediaError(text)) == 4
    assert capsys.readouterr() == ("", text + "\n")


def test_what_an_error_quotes_gives_no_orders_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    exits.tell(ReelworkError("a\x1b]0;title\x07\rb\x9b1m\u202ec\td\n  e"))
    assert capsys.readouterr().err == "a ]0;title  b 1m c\td\n  e\n"


def test_a_scene_error_is_coloured_only_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = SceneError((Problem("no", Place("s.yaml", 2, 3, "a: b", 2)), Problem("perhaps", warning=True)))
    assert exits.tell(error) == 3
    assert capsys.readouterr().err == str(error) + "\n"
    styled = exits.coloured(str(error))
    assert click.unstyle(styled) == str(error)
    assert click.style("error:", fg="red", bold=True) in styled
    assert click.style("warning:", fg="yellow", bold=True) in styled
    assert click.style("    |   ^^", fg="green", bold=True) in styled


def test_a_fault_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REELWORK_DEBUG", raising=False)
    assert exits.tell(KeyError("a\nb")) == 70
    assert capsys.readouterr().err == (
        "reelwork: a fault in Reelwork or in a plugin: KeyError: 'a\\nb' (set REELWORK_DEBUG=1 to see where)\n"
    )
    exits.tell(ZeroDivisionError())
    assert "plugin: ZeroDivisionError (set" in capsys.readouterr().err


def test_a_fault_shows_where_it_was_raised_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELWORK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018
    caught.value.add_note("In a worker process:\nsomewhere else")
    assert exits.tell(caught.value) == 70
    said = capsys.readouterr().err
    assert "test_exits.py" in said
    assert "somewhere else" in said


def test_no_traceback_for_a_known_error_even_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELWORK_DEBUG", "1")
    exits.tell(MediaError("x"))
    assert capsys.readouterr().err == "x\n"
