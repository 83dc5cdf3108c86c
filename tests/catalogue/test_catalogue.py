"""Reading a catalogue: what is right comes out, what is wrong says where."""

import datetime
import os
from fractions import Fraction

import pytest
from catalogue.shelves import VALLEY, digest, record, shelf, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelwork.catalogue import Contribution, Derivation, open_catalogue
from reelwork.catalogue.model import EarlierLicence, Version
from reelwork.errors import CatalogueError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REELWORK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def problems(tmp_path, **changes):
    with pytest.raises(CatalogueError) as caught:
        shelf(tmp_path, valley=record(**changes)).record("mirtle/valley")
    return str(caught.value)


def test_a_record_is_read(tmp_path):
    full = record(
        tags='["landscape", "dawn"]',
        derived_from='[{ record = "mirtle/poem", relation = "inspired" }]',
        modifications='"coloured"',
        source_url='"https://example.org/valley?x=1"',
        attribution='"The valley, by mirtle"',
        created="2026-11-21",
        versions=f'[{{ digest = "{"0" * 64}", date = 2026-11-01, note = "too dark" }}]',
        licence_history='[{ licence = "CC-BY-NC-4.0", date = 2026-10-01 }]',
    )
    catalogue = shelf(tmp_path, valley=full, poem=record(kind='"text"'))
    valley = catalogue.record("mirtle/valley")
    assert (valley.id, valley.title, valley.kind) == ("mirtle/valley", "The valley at dawn", "illustration")
    assert valley.contributors == (Contribution("mirtle", "illustrator", Fraction(1)),)
    assert valley.derived_from == (Derivation("mirtle/poem", "inspired"),)
    assert valley.versions == (Version("0" * 64, datetime.date(2026, 11, 1), "too dark"),)
    assert valley.licence_history == (EarlierLicence("CC-BY-NC-4.0", datetime.date(2026, 10, 1)),)
    assert valley.created == datetime.date(2026, 11, 21)
    assert catalogue.media(valley).read_bytes() == VALLEY
    assert [ancestor.id for ancestor in catalogue.lineage(valley)] == ["mirtle/poem"]
    assert list(catalogue.names()) == ["mirtle/poem", "mirtle/valley"]
    assert catalogue.person("sophierumi").anonymous


def test_shares_that_are_left_out_divide_what_is_left(tmp_path):
    people = """[
        {person = "mirtle", role = "words", share = "1/2"},
        {person = "mirtle", role = "music"},
        {person = "sophierumi", role = "voice"},
    ]"""
    catalogue = shelf(tmp_path, valley=record(contributors=people))
    shares = [contribution.share for contribution in catalogue.record("mirtle/valley").contributors]
    assert shares == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("titel", '"x"', "valley.toml:7:1: error: unknown key 'titel'"),
        ("titel", '"x"', "did you mean 'title'?"),
        ("title", "", "title is missing"),
        ("title", '" "', "title is empty"),
        ("title", "1984", "text is wanted here, not 1984"),
        ("title", '"a\\u202eb"', "valley.toml:1:9: error: the text holds U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("title", '"' + "a" * 301 + '"', "301 characters; 300 are allowed"),
        ("kind", '"ilustration"', "did you mean 'illustration'?"),
        ("status", '"gone"', "'gone' is none of open, withdrawn, blocked"),
        ("licence", '"CC-BY-4"', "did you mean 'CC-BY-4.0'?"),
        ("licence", '"all mine (AND"', "is no SPDX expression"),
        ("licence", '"LicenseRef-band"', "declare it in licences/LicenseRef-band.toml"),
        ("sha256", '"abc"', "'abc' is not a sha256"),
        ("sha256", f'"{"A" * 64}"', "write it in lower case"),
        ("file", '"/etc/passwd"', "leaves the catalogue"),
        ("file", '"media/../../x"', "leaves the catalogue"),
        ("file", '"media\\\\..\\\\x"', "leaves the catalogue"),
        ("tags", '"landscape"', "a list is wanted here, not 'landscape'"),
        ("tags", "[1]", "a list of texts is wanted here"),
        ("created", '"2026-11-21"', "write it without quotes"),
        ("created", "2026-11-21T00:00:00", "a date is wanted here"),
        ("source_url", '"javascript:alert(1)"', "not an address that starts with https://"),
        ("source_url", '"https://user@example.org/"', "not an address that starts with https://"),
        ("contributors", "", "contributors is missing"),
        ("contributors", "[]", "contributors is missing"),
        ("contributors", "[1]", "a list of tables is wanted here"),
        ("contributors", '[{role = "x"}]', "person is missing"),
        ("contributors", '[{person = "Mirtle", role = "x"}]', "'Mirtle' is not a handle"),
        (
            "contributors",
            '[{person = "nobody", role = "x"}]',
            "valley.toml:6:27: error: nobody has the handle 'nobody'",
        ),
        ("contributors", '[{person = "mirtle", role = "x"}, {person = "mirtle", role = "x"}]', "mirtle is x twice"),
        ("contributors", '[{person = "mirtle", role = "x", share = 0.5}]', 'write "50%" or "1/3"'),
        ("contributors", '[{person = "mirtle", role = "x", share = "101%"}]', "more than the whole"),
        ("contributors", '[{person = "mirtle", role = "x", share = "1/0"}]', "'1/0' is not a share"),
        (
            "contributors",
            '[{person = "mirtle", role = "x", share = "60%"}, {person = "sophierumi", role = "y", share = "2/3"}]',
            "the shares add up to 126.667%",
        ),
        ("derived_from", '[{record = "mirtle/valley", relation = "remix"}]', "cannot come from itself"),
        ("derived_from", '[{record = "mirtle/gone", relation = "remix"}]', "there is no record 'mirtle/gone'"),
        ("derived_from", '[{record = "gone", relation = "remix"}]', "write handle/slug"),
        ("derived_from", '[{record = "mirtle/gone", relation = "remixed"}]', "did you mean 'remix'?"),
        ("versions", '[{digest = "x"}]', "date is missing"),
    ],
)
def test_what_is_wrong_says_what_and_where(tmp_path, key, value, said):
    assert said in problems(tmp_path, **{key: value})


def test_everything_wrong_comes_at_once(tmp_path):
    said = problems(tmp_path, title="1", kind='"x"', created="1")
    assert said.count("error:") == 3


def test_the_place_has_its_line_and_a_caret(tmp_path):
    said = problems(tmp_path, licence='"CC-BY-4"')
    assert said.splitlines()[1:4] == ["  in licence", '  3 | licence = "CC-BY-4"', "    |           ^^^^^^^^^"]


def test_an_unknown_record_names_the_nearest(tmp_path):
    catalogue = shelf(tmp_path, valley=record())
    with pytest.raises(CatalogueError, match=r"no record 'mirtle/vally'(.|\n)*did you mean 'mirtle/valley'\?"):
        catalogue.record("mirtle/vally")
    with pytest.raises(CatalogueError, match="a record is named handle/slug"):
        catalogue.record("../../etc/passwd")
    with pytest.raises(CatalogueError, match=r"did you mean 'mirtle'\?"):
        catalogue.person("mirtel")


def test_a_folder_without_its_mark_is_no_catalogue(tmp_path):
    with pytest.raises(CatalogueError, match=r"the folder has no catalogue\.toml"):
        open_catalogue(tmp_path)
    with pytest.raises(CatalogueError, match="there is no such folder"):
        open_catalogue(tmp_path / "nowhere")
    write(
        tmp_path,
        "catalogue.toml",
        'name = "x"\ncolour = "red"\nlicence_texts = {CC-BY-4 = "a.txt", CC0-1.0 = "b.txt"}\n',
    )
    with pytest.raises(CatalogueError, match=r"unknown key 'colour'(.|\n)*CC-BY-4.0(.|\n)*there is no file a.txt"):
        open_catalogue(tmp_path)


def test_links_do_not_lead_out(tmp_path):
    outside = write(tmp_path, "outside.svg", VALLEY)
    catalogue = shelf(tmp_path / "catalogue", valley=record(file='"media/link.svg"'))
    os.symlink(outside, tmp_path / "catalogue/media/link.svg")
    with pytest.raises(CatalogueError, match="leads out of the catalogue"):
        catalogue.record("mirtle/valley")
    write(tmp_path, "stolen.toml", record())
    os.symlink(tmp_path / "stolen.toml", tmp_path / "catalogue/records/mirtle/stolen.toml")
    with pytest.raises(CatalogueError, match="leads out of the catalogue"):
        catalogue.record("mirtle/stolen")


@pytest.mark.parametrize("status", ["withdrawn", "blocked"])
def test_what_was_taken_back_is_read_but_not_used(tmp_path, status):
    catalogue = shelf(tmp_path, valley=record(status=f'"{status}"'))
    with pytest.raises(CatalogueError, match=f"mirtle/valley is {status} and cannot be used"):
        catalogue.media(catalogue.record("mirtle/valley"))


def test_bytes_must_be_what_the_record_says(tmp_path):
    catalogue = shelf(tmp_path, valley=record(), silent=record(sha256=""), gone=record(file='"media/gone.svg"'))
    assert catalogue.media(catalogue.record("mirtle/valley"))
    with pytest.raises(CatalogueError, match=f'write sha256 = "{digest(VALLEY)}"'):
        catalogue.media(catalogue.record("mirtle/silent"))
    with pytest.raises(CatalogueError, match="there is no file"):
        catalogue.media(catalogue.record("mirtle/gone"))
    write(tmp_path, "media/valley.svg", b"<svg/>")
    with pytest.raises(CatalogueError, match=f"its sha256 is {digest(b'<svg/>')}"):
        catalogue.media(catalogue.record("mirtle/valley"))


@pytest.mark.parametrize("store", ["catalogue/media", "home/media"])
def test_bytes_are_found_by_their_digest(tmp_path, store):
    catalogue = shelf(tmp_path / "catalogue", valley=record(file=""))
    with pytest.raises(CatalogueError, match="put the file as"):
        catalogue.media(catalogue.record("mirtle/valley"))
    name = digest(VALLEY)
    stored = write(tmp_path, f"{store}/{name[:2]}/{name}.svg", VALLEY)
    assert catalogue.media(catalogue.record("mirtle/valley")) == stored
    stored.write_bytes(b"something else")
    with pytest.raises(CatalogueError, match="is not what the record"):
        catalogue.media(catalogue.record("mirtle/valley"))


def derived(*parents, relation="remix"):
    return record(
        derived_from="[" + ", ".join(f'{{record = "mirtle/{p}", relation = "{relation}"}}' for p in parents) + "]"
    )


def test_lineage_lists_ancestors_first_and_once(tmp_path):
    catalogue = shelf(tmp_path, a=record(), b=derived("a"), c=derived("a"), d=derived("b", "c"))
    lineage = [ancestor.id for ancestor in catalogue.lineage(catalogue.record("mirtle/d"))]
    assert sorted(lineage) == ["mirtle/a", "mirtle/b", "mirtle/c"]
    assert lineage[0] == "mirtle/a"


def test_a_circle_of_lineage_is_shown(tmp_path):
    catalogue = shelf(tmp_path, a=derived("c"), b=derived("a"), c=derived("b"), d=derived("a"))
    with pytest.raises(CatalogueError, match="in a circle: mirtle/a → mirtle/c → mirtle/b → mirtle/a") as caught:
        catalogue.lineage(catalogue.record("mirtle/d"))
    assert caught.value.problems[0].place.file.endswith("b.toml")


def test_a_long_line_of_ancestors_is_followed(tmp_path):
    steps = {f"s{number}": derived(f"s{number - 1}") for number in range(1, 1500)}
    catalogue = shelf(tmp_path, s0=record(), **steps)
    assert len(catalogue.lineage(catalogue.record("mirtle/s1499"))) == 1499


def test_only_what_is_asked_for_is_read(tmp_path):
    catalogue = shelf(tmp_path, valley=record(), broken="this is no TOML")
    write(tmp_path, "people/broken.toml", "neither is this")
    assert catalogue.record("mirtle/valley") is catalogue.record("mirtle/valley")


SOURCE = record(
    tags='["a"]', derived_from='[{record = "mirtle/poem", relation = "remix"}]', created="2026-11-21", status='"open"'
)
pieces = ["", '"', "'", '"""', "[", "]", "{", "}", "=", ".", ",", "#", "\n", "\\", "\\u202e", "\x00", "\x1b", "é", "-1"]
words = [
    "1e999",
    "nan",
    "true",
    "2026-13-01",
    "[[versions]]",
    "[title]",
    "kind",
    "share",
    "person",
    "9" * 30,
    "a" * 400,
]
bits = st.sampled_from([*pieces, *words])


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOURCE)), st.integers(0, 12), bits), min_size=1, max_size=4))
def test_mutated_records_raise_nothing_but_catalogue_errors(tmp_path_factory, edits):
    text = SOURCE
    for at, removed, inserted in edits:
        text = text[:at] + inserted + text[at + removed :]
    folder = tmp_path_factory.getbasetemp() / "mutated"
    catalogue = shelf(folder, valley=text, poem=record())
    said = ""
    try:
        valley = catalogue.record("mirtle/valley")
        catalogue.lineage(valley)
        catalogue.media(valley)
    except CatalogueError as error:
        said = str(error)
    assert "\x1b" not in said
    assert "\u202e" not in said


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_raise_nothing_but_catalogue_errors(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp() / "bytes"
    catalogue = shelf(folder)
    write(folder, "records/mirtle/any.toml", content)
    with pytest.raises(CatalogueError):
        catalogue.record("mirtle/any")
