import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork.errors import Place, Problem, SceneError
from reelwork.scene.report import MOST_PROBLEMS, Report, nearest, one_of, printable, quote


def test_problems_are_raised_in_the_order_of_the_file() -> None:
    report = Report()
    report.add("third", Place("a", 9, 1))
    report.warn("second", Place("a", 2, 5))
    report.add("first", Place("a", 2, 4))
    with pytest.raises(SceneError) as caught:
        report.raise_if_wrong()
    assert [problem.message for problem in caught.value.problems] == ["first", "second", "third"]


def test_warnings_alone_raise_nothing() -> None:
    report = Report()
    report.warn("doubtful", None)
    report.raise_if_wrong()
    assert [warning.message for warning in report.warnings] == ["doubtful"]


def test_nobody_reads_thousands_of_problems() -> None:
    report = Report()
    for number in range(5000):
        report.add(f"wrong {number}", Place("a", number, 1))
    with pytest.raises(SceneError) as caught:
        report.raise_if_wrong()
    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert caught.value.problems[-1].message == "and 4500 more problems"


def test_concerns() -> None:
    report = Report()
    report.add("wrong", None, "a.b[2].c")
    assert report.concerns("a.b[2]")
    assert report.concerns("a.b")
    assert not report.concerns("a.b[2].c.d")
    assert not report.concerns("a.b[20]")


@given(st.text())
def test_quotes_are_printable(text: str) -> None:
    assert quote(text).isprintable()
    assert len(quote(text)) <= 2 + 60 * 10


def test_quotes_of_hostile_text() -> None:
    assert quote("a\x1b[31m") == "'a\\x1b[31m'"
    assert quote("x" * 100) == f"'{'x' * 59}…'"
    assert printable("grün \U0001f600") == "grün \U0001f600"


def test_nearest() -> None:
    assert nearest("covr", ("cover", "contain")) == "did you mean 'cover'?"
    assert nearest("FadeOut", ("fade-out",)) == "did you mean 'fade-out'?"
    assert nearest("fade_out", ("fade-out",)) == "did you mean 'fade-out'?"
    assert nearest("xyz", ("cover",)) == ""


def test_one_of() -> None:
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b", "c"]) == "a, b or c"


def test_long_lines_are_shown_around_the_place() -> None:
    line = "x" * 500 + "HERE" + "y" * 500
    shown = str(Problem("wrong", Place("a", 1, 501, line, 4))).splitlines()
    assert all(len(each) <= 130 for each in shown)
    at = shown[2].index("^^^^")
    assert shown[1][at : at + 4] == "HERE"
