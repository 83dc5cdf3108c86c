"""Texts of strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwork.catalogue.text import hostile, shown


@pytest.mark.parametrize(
    "text",
    [
        "شهریور‌ماه",
        "क्‍ष",
        "👩‍👩‍👧",
        "e\u0301",
        "😀",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "naïve",
    ],
)
def test_words_of_every_script_may_stand(text):
    assert hostile(text) is None
    assert shown(text) == text


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x9b",
        "\n",
        "\u2028",
        "\u202e",
        "\u2066",
        "\ue000",
        "\ufffe",
        "\U000e0041",
        "\ufeff",
    ],
)
def test_what_acts_on_terminals_may_not(character):
    assert hostile(f"a{character}b").startswith(f"U+{ord(character):04X}")
    assert shown(f"a{character}b") == "a\ufffdb"


def test_lines_may_stand_where_there_may_be_several():
    assert hostile("one\ntwo\tthree", multiline=True) is None
    assert hostile("one\rtwo", multiline=True) == "U+000D control character"


@given(st.text(max_size=300))
def test_what_is_shown_is_harmless_and_as_long_as_before(text):
    safe = shown(text, 100)
    assert hostile(safe) is None
    assert len(safe) == min(len(text), 100)
