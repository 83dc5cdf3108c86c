"""Reading what has parts: mappings with known keys, lists, tables, values of one of several kinds."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from reelwork import kinds
from reelwork.kinds import REQUIRED, Kind, Param, field_name, params
from reelwork.scene import language
from reelwork.scene.animation import Curve
from reelwork.scene.meant import meant
from reelwork.scene.nodes import Broken, Node, Scalar, Sequence, item, join
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.read_keyframes import LOOKS_LIKE_TIME, can_move, has_times, is_keyframes, read_keyframes
from reelwork.scene.read_values import name_problem
from reelwork.scene.reading import BAD, Reader, Reading
from reelwork.scene.report import one_of, quote
from reelwork.scene.wording import describe, found


def read_param(reading: Reading, param: Param, node: Node, path: str) -> Any:
    """The value of one key: a ``Curve`` where it may be animated, else the plain value; ``BAD`` if it is wrong."""
    if isinstance(node, Broken):
        return BAD
    if not can_move(param.kind):
        return reading.read(param.kind, node, path)
    if isinstance(node, Scalar) and not isinstance(param.kind, kinds.List) and node.text.lstrip().startswith("="):
        what = "expressions are not available yet" if param.animated else "this cannot be an expression"
        return reading.wrong(node, path, f"{what}; found {found(node)}")
    if is_keyframes(param.kind, node):
        if not param.animated:
            return reading.wrong(node, path, f"this cannot be keyframed: expected {describe(param.kind)}")
        return read_keyframes(reading, param.kind, node, path)
    return _animated(reading, param.kind, node, path) if param.animated else reading.read(param.kind, node, path)


def _animated(reading: Reading, kind: Kind, node: Node, path: str) -> Any:
    """A value that does not move: a curve, but lists and models hold the curves of their parts."""
    if isinstance(kind, kinds.List):
        return _list(reading, kind, node, path, lambda child, below: _part(reading, kind.item, child, below))
    if isinstance(kind, kinds.OneOf):
        chosen = _choose(reading, kind, node, path)
        return BAD if chosen is None else _part(reading, chosen, node, path)
    return _constant(kind, reading.read(kind, node, path))


def _part(reading: Reading, kind: Kind, node: Node, path: str) -> Any:
    return read_param(reading, Param(kind, animated=can_move(kind)), node, path)


def _constant(kind: Kind, value: Any) -> Any:
    return BAD if value is BAD else Curve.constant(value)


# ---- mappings with known keys ----


def read_keys(reading: Reading, known: Mapping[str, Param], node: MappingNode, path: str, what: str) -> dict[str, Any]:
    """The values of a mapping by their Python names, those alone that were written and are right.

    :param what: what the mapping is, in words that fit "is not a key of"
    """
    values: dict[str, Any] = {}
    for key, value in node.pairs:
        param = known.get(key.text)
        below = join(path, key.text)
        reading.places[below] = value.place if _stands_alone(value) else key.place
        if param is None:
            remedy = meant(reading.registry, key.text, known, (other.text for other, _ in node.pairs))
            reading.report.add(f"{quote(key.text)} is not a key of {what}", key.place, below, remedy)
            continue
        read = read_param(reading, param, value, below)
        if param.later:
            reading.later(key.place, below, quote(key.text))
        elif read is not BAD:
            values[field_name(key.text)] = read
    return values


def _stands_alone(node: Node) -> bool:
    """Whether a value has a place that shows it better than its key's does."""
    return not node.is_empty if isinstance(node, Scalar) else not isinstance(node, Broken) and node.flow


def complete(reading: Reading, model: type, node: MappingNode, path: str, what: str) -> bool:
    """Whether all keys that a model needs were written; those that were not are reported."""
    missing = [key for key, param in params(model).items() if param.default is REQUIRED and node.key(key) is None]
    for key in missing:
        reading.report.add(f"{what} needs {quote(key)}: {describe(params(model)[key].kind)}", node.place, path)
    return not missing


def build(reading: Reading, model: type, node: MappingNode, path: str, what: str, **more: Any) -> Any:
    """An instance of a model of :func:`reelwork.kinds.param` fields, or ``BAD`` where a key that it needs is wrong."""
    values = read_keys(reading, language.keys_of(model), node, path, what)
    return instance(reading, model, values, node, path, what, **more)


def instance(
    reading: Reading, model: type, values: dict[str, Any], node: MappingNode, path: str, what: str, **more: Any
) -> Any:
    """An instance of a model from values that were read, or ``BAD`` where one that it needs is missing."""
    whole = complete(reading, model, node, path, what)
    whole &= exactly_one(reading, model, node, path, what)
    needed = [field_name(key) for key, param in params(model).items() if param.default is REQUIRED]
    if not whole or any(name not in values for name in needed):
        return BAD
    names = {field.name for field in fields(model)}
    extra = {"path": path, "place": node.place} | more
    return model(**{key: value for key, value in extra.items() if key in names} | values)


def exactly_one(reading: Reading, model: type, node: MappingNode, path: str, what: str) -> bool:
    """Whether just one of the keys was written that a model names in ``exactly_one``, if it does."""
    choice: tuple[str, ...] = getattr(model, "exactly_one", ())
    written = [key for key, _ in node.pairs if key.text in choice]
    if not choice or len(written) == 1:
        return True
    if written:
        names = one_of((quote(key.text) for key in written), "and")
        reading.report.add(f"{what} takes only one of {one_of(choice)}; found {names}", written[1].place, path)
    elif not any(reading.report.concerns(join(path, key.text)) for key, _ in node.pairs):
        reading.report.add(f"{what} needs one of {one_of(choice)}", node.place, path)
    return False


def _read_struct(reading: Reading, kind: kinds.Struct, node: Node, path: str) -> Any:
    what = _what(path)
    if isinstance(node, MappingNode) and not _is_shorthand(kind, node):
        return build(reading, kind.model, node, path, what)
    if kind.shorthand is None or (isinstance(node, Scalar) and node.is_empty):
        return reading.expected(kind, node, path)
    value = read_param(reading, params(kind.model)[kind.shorthand], node, path)
    return BAD if value is BAD else kind.model(**{field_name(kind.shorthand): value})


def _is_shorthand(kind: kinds.Struct, node: MappingNode) -> bool:
    """Whether a mapping is a value of the shorthand's kind: keyframes, or linear light."""
    if kind.shorthand is None or not node.pairs:
        return False
    known = params(kind.model)
    first = node.pairs[0][0].text
    return first not in known and (bool(LOOKS_LIKE_TIME.match(first)) or first in ("linear", "ease"))


def _what(path: str) -> str:
    """How messages call a mapping: by the key that it stands under."""
    name = re.sub(r"(\[\d+\])+\Z", "", path).rpartition(".")[2]
    return f"'{name}'" if name else "the scene"


# ---- lists, tables, alternatives ----


def _list(reading: Reading, kind: kinds.List, node: Node, path: str, read: Callable[[Node, str], Any]) -> Any:
    if not isinstance(node, Sequence):
        return reading.expected(kind, node, path)
    has = kinds.List(kind.item, len(node.items), len(node.items))
    if len(node.items) < kind.minimum or (kind.maximum is not None and len(node.items) > kind.maximum):
        return reading.wrong(node, path, f"expected {_how_many(kind)}, found {_how_many(has)}")
    values = tuple(read(child, item(path, i)) for i, child in enumerate(node.items))
    return BAD if any(value is BAD for value in values) else values


def _how_many(kind: kinds.List) -> str:
    least, most = kind.minimum, kind.maximum
    if least == most:
        return f"a list of {least}"
    if most is None:
        return f"a list of at least {least}"
    return f"a list of {least} to {most}" if least else f"a list of at most {most}"


def _read_list(reading: Reading, kind: kinds.List, node: Node, path: str) -> Any:
    return _list(reading, kind, node, path, lambda child, below: reading.read(kind.item, child, below))


def _read_one_of(reading: Reading, kind: kinds.OneOf, node: Node, path: str) -> Any:
    chosen = _choose(reading, kind, node, path)
    return BAD if chosen is None else reading.read(chosen, node, path)


def _choose(reading: Reading, kind: kinds.OneOf, node: Node, path: str) -> Kind | None:
    """The first option that fits. Where none does, the fault of the only one that could have meant this is reported."""
    able = [option for option in kind.options if _may_be(option, node)]
    reports = []
    for option in able:
        _, report = reading.attempt(functools.partial(_part, reading, option, node, path))
        if not report.problems:
            return option
        reports.append(report)
    if len(reports) == 1:
        reading.report.problems.extend(reports[0].problems)
    else:
        remedies = [problem.remedy for report in reports for problem in report.problems if problem.remedy]
        reading.expected(kind, node, path, remedies[0] if remedies else "")
    return None


def _may_be(kind: Kind, node: Node) -> bool:
    """Whether a kind is written as a scalar, a list or a mapping, as the node is."""
    if isinstance(kind, kinds.OneOf):
        return any(_may_be(option, node) for option in kind.options)
    if isinstance(node, MappingNode):
        if isinstance(kind, kinds.Colour):
            return node.get("linear") is not None or (is_keyframes(kind, node) and has_times(node))
        return isinstance(kind, kinds.Struct | language.Table | language.Data) or (
            can_move(kind) and is_keyframes(kind, node)
        )
    if isinstance(node, Sequence):
        return isinstance(kind, _LISTS) or (isinstance(kind, kinds.Struct) and _shorthand_may_be(kind, node))
    if isinstance(kind, kinds.Struct):
        return _shorthand_may_be(kind, node)
    return not isinstance(kind, kinds.List | kinds.Point | kinds.Size | language.Table)


def _shorthand_may_be(kind: kinds.Struct, node: Node) -> bool:
    return kind.shorthand is not None and _may_be(params(kind.model)[kind.shorthand].kind, node)


_LISTS: Final = (kinds.List, kinds.Point, kinds.Size, kinds.Scale, kinds.Skew, language.Data, language.Interval)


def _read_table(reading: Reading, kind: language.Table, node: Node, path: str) -> Any:
    if not isinstance(node, MappingNode):
        return reading.expected(kind, node, path)
    values: dict[str, Any] = {}
    for key, value in node.pairs:
        below = join(path, key.text)
        problem = "" if kind.titles else name_problem(key.text, kind.of)
        reading.places[below] = key.place
        if problem:
            reading.wrong(key, below, problem)
        read = _table_item(reading, kind.item, value, below, key.text, kind.of)
        if not problem and read is not BAD:
            values[key.text] = read
    return values


def _table_item(reading: Reading, kind: Kind, node: Node, path: str, name: str, of: str) -> Any:
    """One thing of a table; a model with a ``name`` learns the key that it stands under."""
    if isinstance(kind, kinds.Struct) and "name" in (field.name for field in fields(kind.model)):
        if not isinstance(node, MappingNode):
            return reading.expected(kind, node, path) if not isinstance(node, Broken) else BAD
        return build(reading, kind.model, node, path, f"the {of} {quote(name)}", name=name)
    return reading.read(kind, node, path)


#: The function that reads each kind that has parts.
COMPOSED: Final[Mapping[type[Kind], Reader]] = {
    kinds.Struct: _read_struct,
    kinds.List: _read_list,
    kinds.OneOf: _read_one_of,
    language.Table: _read_table,
}
