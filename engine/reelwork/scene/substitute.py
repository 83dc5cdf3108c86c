"""Substitution: nodes with ``$name`` and ``${a.b.0}`` go in, nodes with the variables' values in their places come out.

A value enters once and is never looked at again, so nothing that comes from outside can name a variable.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping as Lookup
from typing import Final

from reelwork.scene.compose import MAX_DEPTH, MAX_NODES
from reelwork.scene.nodes import Broken, Mapping, Node, Scalar, Sequence, item, join
from reelwork.scene.report import Report, nearest, one_of, quote

MAX_TEXT: Final = 1 << 20

_NAME: Final = r"[^\W\d_]\w*"
#: ``$$``, ``${= expression}``, ``${a.b.0}`` or ``$name``; any other dollar is only a dollar.
_REFERENCE: Final = re.compile(
    rf"\$(?:(?P<dollar>\$)|\{{(?P<expression>\s*=[^}}]*)\}}|\{{(?P<long>{_NAME}(?:\.[\w-]+)*)\}}|(?P<short>{_NAME}))"
)

Environment = Lookup[str, Node]


def substitute(node: Node, variables: Environment, report: Report, path: str = "") -> Node:
    """The node with every variable replaced; unknown ones are reported and become ``Broken``.

    A scalar that is only a variable becomes the variable's node, so that it keeps its kind.
    """
    return _Substitution(variables, report).node(node, path)


def names_in(text: str) -> tuple[str, ...]:
    """The variables that a text would name, if variables were looked up in it."""
    found = (match["short"] or match["long"] for match in _REFERENCE.finditer(text))
    return tuple(name.partition(".")[0] for name in found if name)


def size(node: Node) -> int:
    """How many values a node holds, itself among them."""
    if isinstance(node, Sequence):
        return 1 + sum(size(child) for child in node.items)
    if isinstance(node, Mapping):
        return 1 + sum(size(child) for _, child in node.pairs)
    return 1


def height(node: Node) -> int:
    """How many lists and mappings stand inside each other in a node."""
    if isinstance(node, Sequence):
        return 1 + max(map(height, node.items), default=0)
    if isinstance(node, Mapping):
        return 1 + max((height(child) for _, child in node.pairs), default=0)
    return 0


class _Substitution:
    def __init__(self, variables: Environment, report: Report) -> None:
        self.variables = variables
        self.report = report
        self.nodes = 0
        self.characters = 0
        self.full = False
        self.depth = 0

    def node(self, node: Node, path: str) -> Node:
        if isinstance(node, Scalar):
            return self._scalar(node, path) if "$" in node.text else node
        self.depth += 1
        done = self._inside(node, path)
        self.depth -= 1
        return done

    def _inside(self, node: Sequence | Mapping | Broken, path: str) -> Node:
        if isinstance(node, Sequence):
            items = tuple(self.node(child, item(path, i)) for i, child in enumerate(node.items))
            return Sequence(items, node.place, node.flow)
        if isinstance(node, Mapping):
            pairs = tuple((key, self.node(value, join(path, key.text))) for key, value in node.pairs)
            return Mapping(pairs, node.place, node.flow)
        return node

    def _scalar(self, node: Scalar, path: str) -> Node:
        whole = _REFERENCE.fullmatch(node.text)
        if whole and not whole["dollar"]:
            return self._whole(whole, node, path)
        parts: list[str] = []
        end, broken = 0, False
        for match in _REFERENCE.finditer(node.text):
            parts.append(node.text[end : match.start()])
            end = match.end()
            if match["dollar"]:
                parts.append("$")
                continue
            value = self._value(match, node, path)
            if isinstance(value, Scalar):
                parts.append(value.text)
                continue
            broken = True
            if not isinstance(value, Broken):
                self.report.add(
                    f"{match[0]} holds a list or a mapping, which cannot stand inside a text", node.place, path
                )
        if broken:
            return Broken(node.place)
        text = "".join((*parts, node.text[end:]))
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            return self._too_much(node, path)
        return dataclasses.replace(node, text=text, quoted=True)

    def _whole(self, match: re.Match[str], node: Scalar, path: str) -> Node:
        value = self._value(match, node, path)
        if isinstance(value, Scalar):
            return dataclasses.replace(value, place=node.place, variable=match[0])
        if not isinstance(value, Broken):
            self.nodes += size(value)
            if self.nodes > MAX_NODES or self.depth + height(value) > MAX_DEPTH:
                return self._too_much(node, path)
        return value

    def _too_much(self, node: Scalar, path: str) -> Broken:
        if not self.full:
            self.report.add("with its variables written out, the scene is too large", node.place, path)
        self.full = True
        return Broken(node.place)

    def _value(self, match: re.Match[str], node: Scalar, path: str) -> Node:
        if match["expression"]:
            self.report.add(f"{quote(match[0])}: expressions are not available yet", node.place, path)
            return Broken(node.place)
        name, *fields = (match["long"] or match["short"]).split(".")
        value = self.variables.get(name)
        if value is None:
            known = tuple(sorted(self.variables))
            there = f"the variables are {one_of(known, 'and')}; " if 0 < len(known) <= 12 else ""
            hint = nearest(name, known) or f"{there}write $$ for a dollar"
            self.report.add(f"there is no variable {quote(name)}", node.place, path, hint)
            return Broken(node.place)
        seen = name
        for step in fields:
            found = _field(value, step)
            if found is None:
                self.report.add(f"the variable {quote(seen)} has no {quote(step)}", node.place, path)
                return Broken(node.place)
            value, seen = found, f"{seen}.{step}"
        return value


def _field(node: Node, name: str) -> Node | None:
    if isinstance(node, Mapping):
        return node.get(name)
    if isinstance(node, Sequence) and name.isdecimal() and len(name) < 9 and int(name) < len(node.items):
        return node.items[int(name)]
    return None
