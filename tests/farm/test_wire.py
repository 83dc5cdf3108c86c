import json
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork_farm import messages, model
from reelwork_farm.model import Timing
from reelwork_farm.wire import LARGEST, LONGEST, WireError, dumps, from_json, loads, to_json

TYPES = [
    kind
    for module in (model, messages)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-LARGEST, LARGEST)
PLAIN = {str: TEXTS, float: FLOATS, int: WHOLE, bool: st.booleans(), type(None): st.none()}
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | FLOATS | TEXTS,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXTS, each, max_size=3),
    max_leaves=6,
)
FEW = settings(max_examples=10)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a field of that kind."""
    if kind in PLAIN:
        return PLAIN[kind]
    if kind is Timing:
        times = {field.name: st.floats(1.0, 1e6) for field in fields(Timing)}
        return st.builds(Timing, **(times | {"lease": st.floats(1.0, 1e6), "heartbeat": st.floats(0.01, 0.99)}))
    if is_dataclass(kind):
        return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is dict:
        return st.dictionaries(TEXTS, JSON, max_size=2)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return st.one_of([values(each) for each in get_args(kind)])


@pytest.mark.parametrize("kind", TYPES)
@FEW
@given(st.data())
def test_what_is_written_comes_back_the_same(kind: type, data: st.DataObject) -> None:
    value = data.draw(values(kind))
    assert from_json(kind, loads(dumps(value))) == value
    more = to_json(value) | {"no such key": 1}
    with pytest.raises(WireError, match="no such key"):
        from_json(kind, more)
    assert from_json(kind, more, strict=False) == value  # an older reader of a newer message


@pytest.mark.parametrize("kind", TYPES)
@FEW
@given(data=JSON)
def test_any_json_is_read_or_refused_in_words(kind: type, data: object) -> None:
    try:
        value = from_json(kind, data)
    except WireError as error:
        said = str(error)
    else:
        said = ""
        assert isinstance(value, kind)
    assert len(said) < 1000


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_missing_is_named(kind: type) -> None:
    missing = [each.name for each in fields(kind) if each.default is each.default_factory]
    if missing:
        with pytest.raises(WireError, match=missing[0]):
            from_json(kind, {})
    else:
        assert from_json(kind, {}) == kind()


@dataclass(frozen=True)
class Sample:
    number: int = 0
    fraction: float = 0.0
    text: str = ""
    flag: bool = False
    many: tuple[str, ...] = ()
    table: dict[str, object] = field(default_factory=dict)


@pytest.mark.parametrize(
    "data",
    [
        {"number": True}, {"number": 1.0}, {"number": "1"}, {"number": None}, {"number": LARGEST + 1}, {"flag": 1},
        {"fraction": "1"}, {"fraction": False}, {"fraction": float("inf")}, {"fraction": float("nan")}, {"text": 1},
        {"text": "x" * (LONGEST + 1)}, {"text": "a\0b"}, {"text": "\ud800"}, {"many": "abc"}, {"many": {}},
        {"many": [1]}, {"many": [""] * (LONGEST + 1)}, {"table": []}, [], None, "", 0,
    ],
)  # fmt: skip
def test_other_types_and_sizes_are_refused(data: object) -> None:
    with pytest.raises(WireError):
        from_json(Sample, data)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", '{"a": 1, "a": 2}', "NaN", "[Infinity]", "[" * 500_000, '{"a":' * 200_000, "1" * 100_000, b"\xff\xfe",
        '"\x01"',
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(WireError):
        loads(text)


@pytest.mark.parametrize("kind", TYPES)
def test_deep_messages_are_refused(kind: type) -> None:
    deep: object = 1
    for _ in range(900):
        deep = {"spec": [deep]}
    with pytest.raises(WireError):
        from_json(kind, deep)


def test_one_line_of_plain_json_is_written() -> None:
    line = dumps(Sample(1, 0.5, "a\n", True, ("b",), {"c": None}))
    assert "\n" not in line
    assert json.loads(line) == {
        "number": 1,
        "fraction": 0.5,
        "text": "a\n",
        "flag": True,
        "many": ["b"],
        "table": {"c": None},
    }
