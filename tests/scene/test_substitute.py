from hypothesis import given
from hypothesis import strategies as st

from reelwork.scene.compose import compose
from reelwork.scene.nodes import Mapping, Node, Scalar, Sequence
from reelwork.scene.report import Report
from reelwork.scene.substitute import names_in, substitute
from reelwork.scene.variables import variables


def node(text: str) -> Node:
    report = Report()
    root = compose(f"value: {text}\n", "scene.yaml", report)
    assert root is not None
    value = root.get("value")
    assert value is not None
    return value


TOO_LARGE = "with its variables written out, the scene is too large"
VARIABLES = {
    "name": node("Ada"),
    "sizes": node("[10, 20]"),
    "who": node("{first: Ada, tags: [a, b]}"),
    "tricky": node("'$name costs $$5 ${name}'"),
    "empty": node('""'),
}


def done(text: str) -> Node:
    report = Report()
    result = substitute(node(text), VARIABLES, report)
    assert report.problems == []
    return result


def text_of(written: str) -> str:
    result = done(written)
    assert isinstance(result, Scalar)
    return result.text


def test_variables_stand_in_any_string() -> None:
    assert text_of("Hello $name!") == "Hello Ada!"
    assert text_of('"${who.first} and ${who.tags.1}"') == "Ada and b"
    assert text_of("$name$name") == "AdaAda"


def test_dollars() -> None:
    assert text_of("$$name costs $5") == "$name costs $5"
    assert text_of("a $ b, $-c, ${ d }, ${}") == "a $ b, $-c, ${ d }, ${}"
    assert text_of("$$$name") == "$Ada"


def test_a_value_that_is_only_a_variable_keeps_its_kind() -> None:
    assert isinstance(done("$sizes"), Sequence)
    assert isinstance(done('"${who}"'), Mapping)
    assert text_of("${sizes.1}") == "20"


def test_values_are_not_looked_at_again() -> None:
    assert text_of("$tricky") == "$name costs $$5 ${name}"
    assert text_of("<$tricky>") == "<$name costs $$5 ${name}>"


def test_nothing_between_two_words_is_still_text() -> None:
    result = done('"$empty$empty"')
    assert isinstance(result, Scalar)
    assert not result.is_empty


def test_large_values_cannot_multiply() -> None:
    report = Report()
    lots = {"a": Scalar("x" * 100_000, True, node("x").place), "b": node(f"[{', '.join('x' * 1000)}]")}
    substitute(node("[" + ", ".join(["'$a$a'"] * 100) + "]"), lots, report)
    assert [problem.message for problem in report.problems] == [
        "with its variables written out, the scene is too large"
    ]
    report = Report()
    substitute(node("[" + ", ".join(["$b"] * 1000) + "]"), lots, report)
    assert [problem.message for problem in report.problems] == [
        "with its variables written out, the scene is too large"
    ]


@given(st.text())
def test_any_text_can_be_a_value(value: str) -> None:
    given_ = {"a": Scalar(value, True, node("x").place)}
    result = substitute(Scalar("[$a]", True, node("x").place), given_, Report())
    assert isinstance(result, Scalar)
    assert result.text == f"[{value}]"


@given(st.text(alphabet="${}=.ab $"))
def test_any_text_can_be_substituted_in(text: str) -> None:
    report = Report()
    result = substitute(Scalar(text, True, node("x").place), {"a": node("1")}, report)
    assert report.problems or isinstance(result, Scalar)
    assert names_in(text) == names_in(text)


def declared(written: str, **given_: str) -> tuple[dict[str, Node], list[str]]:
    report = Report()
    values = variables(node(written), given_, report)
    return values, [problem.message for problem in report.problems if not problem.warning]


def test_set_takes_the_kind_of_the_default() -> None:
    kinds = "{n: 4, share: 50%, on: true, t: 2s, level: -6dB, colour: '#f2b134', text: hello, list: [1]}"
    good = {
        "n": "7", "share": "10%", "on": "false", "t": "36f", "level": "-3dB", "colour": "gold", "text": "1984",
        "list": "[3, 4]",
    }  # fmt: skip
    values, wrong = declared(kinds, **good)
    assert wrong == []
    assert {name: value.text for name, value in values.items() if isinstance(value, Scalar)} == {
        name: text for name, text in good.items() if name != "list"
    }
    bad = {name: "nonsense" for name in good if name != "text"} | {"list": "{a: 1}"}
    assert len(declared(kinds, **bad)[1]) == 7


def test_set_needs_a_declared_variable() -> None:
    _, wrong = declared("{accent: gold}", acent="red")
    assert wrong == ["the scene has no variable 'acent'"]


def test_set_cannot_name_a_variable() -> None:
    values, _ = declared("{a: x, b: secret}", a="$b")
    result = substitute(node("$a"), values, Report())
    assert isinstance(result, Scalar)
    assert result.text == "$b"


def test_a_variable_in_a_variable_is_a_warning() -> None:
    report = Report()
    variables(node("{a: $b, b: 1}"), {}, report)
    assert [problem.warning for problem in report.problems] == [True]
