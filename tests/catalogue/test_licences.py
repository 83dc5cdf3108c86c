"""What may be released together, after Creative Commons' own chart."""

import pytest
from catalogue.shelves import record, shelf, write

from reelwork.catalogue.licences import Release, release_problems, release_trouble
from reelwork.catalogue.spdx import options
from reelwork.errors import CatalogueError

# https://creativecommons.org/faq/#if-i-derive-or-adapt-material-offered-under-a-creative-commons-license-which-cc-licenses-can-i-use
# Rows: the licence of the original; columns: of the adaptation. What the chart does not recommend counts as no.
ADAPTERS = [
    "CC0-1.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-4.0",
]
CHART = {
    "CC0-1.0": "yes yes yes yes yes yes yes",
    "CC-BY-4.0": "no yes yes yes yes yes yes",
    "CC-BY-NC-4.0": "no no yes yes yes no no",
    "CC-BY-NC-ND-4.0": "no no no no no no no",
    "CC-BY-NC-SA-4.0": "no no no no yes no no",
    "CC-BY-ND-4.0": "no no no no no no no",
    "CC-BY-SA-4.0": "no no no no no no yes",
}


def said(tmp_path, licence, release, commercial=False):
    catalogue = shelf(tmp_path, valley=record(licence=f'"{licence}"'))
    problems = release_problems(catalogue.record("mirtle/valley"), catalogue, Release(release, commercial))
    return "\n\n".join(map(str, problems))


@pytest.mark.parametrize("original", CHART)
def test_the_chart_of_adapters_licences(tmp_path, original):
    allowed = ["no" if said(tmp_path, original, adapter) else "yes" for adapter in ADAPTERS]
    assert " ".join(allowed) == CHART[original]


@pytest.mark.parametrize(
    ("original", "adapter", "allowed"),
    [
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", False),
        ("CC-BY-SA-2.5", "CC-BY-SA-3.0-DE", True),
        ("CC-BY-SA-1.0", "CC-BY-SA-4.0", False),
        ("CC-BY-SA-1.0", "CC-BY-SA-1.0", True),
        ("CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", True),
        ("CC-BY-NC-SA-4.0", "CC-BY-SA-4.0", False),
        ("CC-BY-SA-4.0", "LAL-1.3", True),
        ("LAL-1.3", "CC-BY-SA-4.0", True),
        ("CC-BY-SA-3.0", "LAL-1.3", False),
        ("CC-BY-SA-4.0", "GPL-3.0-or-later", True),
        ("OFL-1.1", "CC-BY-NC-ND-4.0", True),
        ("MIT", "CC0-1.0", False),
        ("CC-PDM-1.0", "CC0-1.0", True),
        ("CC-BY-4.0 OR CC-BY-SA-4.0", "CC-BY-4.0", True),
        ("CC-BY-4.0 AND CC-BY-SA-4.0", "CC-BY-4.0", False),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0 OR CC-BY-4.0", False),
        ("CC-BY-SA-4.0", None, False),
        ("CC-BY-NC-4.0", None, True),
        ("Artistic-2.0", "CC-BY-4.0", False),
    ],
)
def test_versions_and_other_licences(tmp_path, original, adapter, allowed):
    assert (said(tmp_path, original, adapter) == "") is allowed


@pytest.mark.parametrize(
    ("original", "adapter", "commercial", "words"),
    [
        (
            "CC-BY-NC-4.0",
            None,
            True,
            "error: the record mirtle/valley ('The valley at dawn', by mirtle) is under CC-BY-NC-4.0, which forbids "
            "commercial use, and the production is commercial\n  use something else, or ask its makers for another "
            "licence, or write `commercial: false` if no money is made with the film",
        ),
        ("CC-BY-SA-4.0", "CC-BY-4.0", False, "release the production under CC-BY-SA-4.0"),
        ("CC-BY-SA-4.0", None, False, "write `licence: CC-BY-SA-4.0` at the top of the scene"),
        ("CC-BY-ND-4.0", None, False, "which forbids adaptations, and a film adapts what it uses"),
        ("CC-BY-4.0", "CC0-1.0", False, "CC0-1.0 would let others drop them"),
        ("Artistic-2.0", None, False, "of which it is not known what it allows"),
    ],
)
def test_it_is_said_plainly(tmp_path, original, adapter, commercial, words):
    assert words in said(tmp_path, original, adapter, commercial)


def test_declared_licences_say_what_they_allow(tmp_path):
    write(
        tmp_path,
        "licences/LicenseRef-band.toml",
        'title = "The band\'s terms"\ncommercial = false\nadaptations = "same"\n',
    )
    assert said(tmp_path, "LicenseRef-band", "LicenseRef-band") == ""
    assert "does not let the film be released under CC-BY-4.0" in said(tmp_path, "LicenseRef-band", "CC-BY-4.0")
    assert "forbids commercial use" in said(tmp_path, "LicenseRef-band", "LicenseRef-band", commercial=True)
    write(tmp_path, "licences/LicenseRef-band.toml", 'title = "x"\nadaptations = "some"\n')
    with pytest.raises(CatalogueError, match=r"commercial is missing(.|\n)*did you mean 'same'"):
        said(tmp_path, "LicenseRef-band", "CC-BY-4.0")


def lineage(tmp_path, relation, release, *, licence="CC-BY-SA-4.0", status="open"):
    catalogue = shelf(
        tmp_path,
        poem=record(title='"A poem"', licence=f'"{licence}"', status=f'"{status}"'),
        song=record(title='"A song"', derived_from=f'[{{record = "mirtle/poem", relation = "{relation}"}}]'),
        video=record(derived_from='[{record = "mirtle/song", relation = "samples"}]'),
    )
    problems = release_problems(catalogue.record("mirtle/video"), catalogue, Release(release, commercial=False))
    return "\n".join(map(str, problems))


def test_what_a_record_was_made_from_counts_too(tmp_path):
    words = lineage(tmp_path, "performs", "CC-BY-4.0")
    assert "mirtle/poem ('A poem', by mirtle), which mirtle/video → mirtle/song comes from, is under" in words
    assert lineage(tmp_path, "performs", "CC-BY-SA-4.0") == ""


def test_what_only_inspired_it_does_not(tmp_path):
    assert lineage(tmp_path, "inspired", "CC-BY-4.0") == ""


def test_blocked_ancestors_block(tmp_path):
    assert "is blocked and cannot be used" in lineage(tmp_path, "remix", None, licence="CC0-1.0", status="blocked")
    assert lineage(tmp_path, "remix", None, licence="CC0-1.0", status="withdrawn") == ""


def test_the_productions_own_licence_is_looked_at(tmp_path):
    assert release_trouble(Release(None, False), None) is None
    assert release_trouble(Release("CC-BY-SA-4.0", False), None) is None
    assert "did you mean 'CC-BY-4.0'?" in str(release_trouble(Release("CC-BY-4", False), None))
    assert said(tmp_path, "CC-BY-NC-ND-4.0", "CC-BY-4 (") == ""
    write(tmp_path, "licences/LicenseRef-band.toml", "")
    assert release_trouble(Release("LicenseRef-band", False), shelf(tmp_path)) is None


@pytest.mark.parametrize(
    "expression", ["", "MIT AND AND ISC", "MIT AND (", "x" * 301, " OR ".join(f"LicenseRef-{n}" for n in range(9))]
)
def test_what_is_no_expression_is_refused(expression):
    with pytest.raises(ValueError, match=r"."):
        options(expression)


def test_choices_multiply_within_bounds():
    assert options("(MIT OR ISC) AND (MIT OR ISC)") == (
        frozenset({"MIT"}),
        frozenset({"MIT", "ISC"}),
        frozenset({"ISC"}),
    )
