"""What is written: data becomes nodes, nodes become words, and words are read as the same data."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reelwork.scene.compose import compose
from reelwork.scene.nodes import NOWHERE, Mapping, data_of, node_of, words
from reelwork.scene.report import Report

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=12)
KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
DATA = st.recursive(
    TEXTS | st.integers(-999, 999) | st.sampled_from(["50%", "1/3s", "#ff8000", "= 2 * pi", "a: b", "- x", "{0s: 1}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, DATA, min_size=1, max_size=4))
def test_words_are_read_as_what_they_were_made_of(data: dict[str, Any]) -> None:
    node, report = node_of(data, NOWHERE), Report()
    root = compose(f"parameters: {words(node)}\n", "scene.yaml", report)
    assert report.problems == []
    assert isinstance(root, Mapping)
    again = root.get("parameters")
    assert again is not None
    assert data_of(again) == data_of(node)


def test_truths_and_tuples_are_written_as_scenes_write_them() -> None:
    assert words(node_of({"on": True, "at": (1, 2.5), "keys": {"0s": "1", "2s": {"value": 2}}}, NOWHERE)) == (
        "{on: true, at: [1, 2.5], keys: {0s: 1, 2s: {value: 2}}}"
    )
