"""TOML with places."""

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reelwork.catalogue.document import parse_document
from reelwork.errors import CatalogueError

EXAMPLE = '''title = "The valley" # at dawn
contributors = [{ person = "mirtle", role = """the "one"""" },
  { person = 'b', share = "1/2" }, # another
]
when = 2026-11-21 07:32:00
a."b c".d = 1.5
[[versions]]
digest = "x"
[[versions]]
digest = """
y"""
[versions.more]
z = [1, 2]
[[versions.inner]]
q = true
'''


def places(text):
    document = parse_document(text.encode(), "f.toml")
    found = {}

    def visit(path, value):
        place = document.place(*path)
        found[path] = (place.line, place.column, place.text[place.column - 1 :][: place.width])
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, entry in inner:
            visit((*path, key), entry)

    for key, value in document.data.items():
        visit((key,), value)
    return found


def test_every_value_has_its_place():
    found = places(EXAMPLE)
    assert found["title",] == (1, 9, '"The valley"')
    assert found["contributors", 0, "role"] == (2, 45, '"""the "one""""')
    assert found["contributors", 1, "person"] == (3, 14, "'b'")
    assert found["when",] == (5, 8, "2026-11-21 07:32:00")
    assert found["a", "b c", "d"] == (6, 13, "1.5")
    assert found["versions", 1, "digest"] == (10, 10, '"""')
    assert found["versions", 1, "more", "z", 1] == (13, 9, "2")
    assert found["versions", 1, "inner", 0, "q"] == (15, 5, "true")


def test_a_key_has_a_place_too():
    document = parse_document(EXAMPLE.encode(), "f.toml")
    assert str(document.key_place("contributors", 1, "share")) == "f.toml:3:19"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = ", "f.toml:1:5: error: this is not TOML: invalid value"),
        (b"a = 1\na = 2", "f.toml:2:6: error: this is not TOML: cannot overwrite a value"),
        (b'a = "\xff"', "f.toml:1:1: error: the file is not UTF-8"),
        (b"a = " + b"[" * 4000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "this is not TOML: exceeds the limit"),
        (b"a" + b".a" * 9000 + b" = 1", "a line of 18,005 characters"),
        (b"# " + b"line\n" * 50_000, "larger than 128 KiB"),
        (b'a = "\x1b[2J"', "this is not TOML: illegal character"),
    ],
)
def test_what_is_not_toml_says_where(content, said):
    with pytest.raises(CatalogueError) as caught:
        parse_document(content, "f.toml")
    assert said in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_line_is_shown_without_what_could_act_on_a_terminal():
    document = parse_document('a = "\u202e\x1b"'.replace("\x1b", "\ufffe").encode(), "f.toml")
    assert document.place("a").text == 'a = "\ufffd\ufffd"'


keys = st.sampled_from(["a", "b-c", '"x.y"', "'q'", "a.b", "1"])
scalars = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        "2026-11-21",
        "07:32:00",
        "2026-11-21 07:32:00",
        '"x]},#"',
        "'''\na'''",
        '"""a\\""""""',
        "inf",
    ]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ " + ", # c\n ".join(items) + " ]")
        | st.dictionaries(keys, inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        )
    ),
    max_leaves=5,
)
statements = st.one_of(
    st.tuples(keys, values).map(" = ".join),
    keys.map(lambda key: f"[ {key} ]"),
    keys.map(lambda key: f"[[{key}]] # tables"),
    st.just("# a comment"),
)


@given(st.lists(statements, max_size=6).map("\n".join))
@example("[[a]]\n[[a.b]]\nx = 1\n[[a]]\n[[a.b]]\nx = [[1], []]\n[a.b.c]\ny = 2")
def test_the_places_are_those_of_the_values(text):
    """Wherever a value's place is, reading it alone gives the same value."""
    try:
        document = parse_document(text.encode(), "f.toml")
    except CatalogueError:
        return

    def check(value, *path):
        if isinstance(value, dict):
            for key, entry in value.items():
                check(entry, *path, key)
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                check(entry, *path, index)
        else:
            start, end = document._spans[path]
            assert repr(tomllib.loads(f"a = {document.text[start:end]}")["a"]) == repr(value)

    check(document.data)
