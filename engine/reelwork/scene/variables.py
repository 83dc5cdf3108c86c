"""Variables: what a scene declares and the command line sets goes in, what ``$name`` stands for comes out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping as Lookup
from fractions import Fraction
from typing import Final

from reelwork.scene.colours import COLOURS
from reelwork.scene.compose import compose
from reelwork.scene.nodes import Mapping, Node, Scalar, Sequence, join
from reelwork.scene.read_values import name_problem, number
from reelwork.scene.report import Report, nearest, one_of, printable, quote
from reelwork.scene.substitute import names_in
from reelwork.timecode import parse_time

_HEX: Final = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})\Z")
_LEVEL: Final = re.compile(r".*\d ?dB\Z", re.IGNORECASE)
_EXAMPLES: Final = {
    "a number": "such as 3",
    "a share": "such as 50%",
    "true or false": "",
    "a time": "such as 2s",
    "a level": "such as -6dB",
    "a colour": 'such as "#f2b134"',
}


def variables(node: Node | None, given: Lookup[str, str], report: Report) -> dict[str, Node]:
    """The variables of a scene by their names.

    :param node: what stands under ``variables``, if anything does
    :param given: values from the command line; each must be declared, and takes the kind of what is declared
    """
    declared = _declared(node, report)
    for name, text in given.items():
        path = f"--set {printable(name)}"
        default = declared.get(name)
        if default is None:
            known = tuple(declared)
            remedy = nearest(name, known) or (f"it has {one_of(known, 'and')}" if known else "it declares none")
            report.add(f"the scene has no variable {quote(name)}", None, path, remedy)
            continue
        value = _of_same_kind(default, text, report, path)
        if value is not None:
            declared[name] = value
    return declared


def _declared(node: Node | None, report: Report) -> dict[str, Node]:
    if not isinstance(node, Mapping):
        return {}  # what else may stand there is reported where the scene's keys are read
    names = {key.text for key, _ in node.pairs}
    for key, value in node.pairs:
        if isinstance(value, Scalar):
            for other in names_in(value.text):
                if other in names:
                    report.warn(
                        f"${other} stays as it is here: variables are not looked up in the values of variables",
                        value.place,
                        join("variables", key.text),
                    )
    return {key.text: value for key, value in node.pairs if not name_problem(key.text, "variable")}


def kind_of(node: Scalar) -> str:
    """What a value is by the way that it is written, in words."""
    text = node.text
    if node.quoted:
        return "a colour" if _HEX.match(text) else "a text"
    if text in ("true", "false"):
        return "true or false"
    if number(text) is not None:
        return "a number"
    if text.endswith("%") and number(text[:-1]) is not None:
        return "a share"
    if _LEVEL.match(text):
        return "a level"
    return "a time" if _is_time(text) else "a text"


def _is_time(text: str) -> bool:
    try:
        parse_time(text, Fraction(24))
    except ValueError:
        return False
    return True


def _of_same_kind(default: Node, text: str, report: Report, path: str) -> Node | None:
    if isinstance(default, Scalar):
        kind = kind_of(default)
        new = Scalar(text, default.quoted or kind == "a text", default.place)
        if kind == "a text" or kind_of(dataclasses.replace(new, quoted=False)) == kind or _fits(kind, text):
            return new
        example = _EXAMPLES[kind]
        report.add(f"expected {kind}{f' {example}' if example else ''}, found {quote(text)}", None, path)
        return None
    inner = Report()
    composed = compose(f"value: {text}\n", "--set", inner) if "\n" not in text else None
    value = composed.get("value") if composed else None
    if inner.problems or type(value) is not type(default) or not isinstance(value, Sequence | Mapping):
        form = "a list such as [a, b]" if isinstance(default, Sequence) else "a mapping such as {a: 1}"
        report.add(f"expected {form}, found {quote(text)}", None, path)
        return None
    return value


def _fits(kind: str, text: str) -> bool:
    """Values of one kind that are written otherwise than the default."""
    if kind == "a colour":
        return bool(_HEX.match(text)) or text.lower() in COLOURS
    if kind == "a time":
        return _is_time(text)
    if kind == "a share":
        return number(text) is not None
    return False
