"""The lock of a render."""

import json

import pytest
from catalogue.shelves import VALLEY, digest, record, shelf
from hypothesis import given
from hypothesis import strategies as st

from reelwork.catalogue.lock import Lock, LockedRecord, lock_text, make_lock, read_lock
from reelwork.errors import CatalogueError

names = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)


def pairs(table):
    return tuple(sorted(table.items()))


@given(st.text(max_size=8), names, names, names)
def test_a_lock_comes_back(engine, plugins, files, records):
    locked = tuple(LockedRecord(name, sha256, "CC0-1.0") for name, sha256 in pairs(records))
    lock = Lock(engine, pairs(plugins), locked, pairs(files))
    assert read_lock(lock_text(lock), "film.lock") == lock


def test_the_order_of_things_does_not_matter(tmp_path):
    catalogue = shelf(tmp_path, a=record(), b=record(licence='"CC0-1.0"'))
    a, b = catalogue.record("mirtle/a"), catalogue.record("mirtle/b")
    one = make_lock(engine="0.1.0", plugins={"x": "1", "y": "2"}, records=[a, b, a], files={"p": "0", "q": "1"})
    other = make_lock(engine="0.1.0", plugins={"y": "2", "x": "1"}, records=[b, a], files={"q": "1", "p": "0"})
    assert lock_text(one) == lock_text(other)
    assert json.loads(lock_text(one))["records"]["mirtle/a"] == {"sha256": digest(VALLEY), "licence": "CC-BY-4.0"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 9000,
        '{"lock": 2}',
        '{"lock": 1, "engine": 1, "plugins": {}, "records": {}, "files": {}}',
        '{"lock": 1, "engine": "1", "plugins": [], "records": {}, "files": {}}',
        '{"lock": 1, "engine": "1", "plugins": {}, "records": {"a": {"x": "y"}}, "files": {}}',
    ],
)
def test_what_is_no_lock_is_refused(text):
    with pytest.raises(CatalogueError, match=r"film\.lock"):
        read_lock(text, "film.lock")
