"""Levels and visual order follow UAX #9; upper-case letters stand for Hebrew ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwork_generators.bidi import analyse, visual_order

HEBREW = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", map(chr, range(0x5D0, 0x5EA)), strict=True))
CONTROLS = {">": "\u2066", "<": "\u2067", "~": "\u2068", "=": "\u2069"}  # LRI RLI FSI PDI
MIRRORED = str.maketrans("()[]", ")(][")


def display(text: str, base: int | None = None, controls: str = "") -> str:
    """How a line with stand-in letters stands from left to right, brackets mirrored, controls left out."""
    to_real = str.maketrans(HEBREW | {c: CONTROLS[c] for c in controls})
    to_stand_in = str.maketrans({real: letter for letter, real in HEBREW.items()} | dict.fromkeys(CONTROLS.values()))
    real = text.translate(to_real)
    pieces = [
        real[start:end][::-1].translate(MIRRORED) if level % 2 else real[start:end]
        for start, end, level in analyse(real, base).line(0, len(real))
    ]
    return "".join(pieces).translate(to_stand_in)


@pytest.mark.parametrize(
    ("text", "base", "controls", "expected"),
    [
        # the examples of UAX #9, sections 3.4 and 3.3.5
        ("car means CAR.", 0, "", "car means RAC."),
        ("<car MEANS CAR.=", 0, "<=", ".RAC SNAEM car"),
        ("he said “<car MEANS CAR=.” “<IT DOES=,” she said.", 0, "<=", "he said “RAC SNAEM car.” “SEOD TI,” she said."),
        ("DID YOU SAY ’>he said “<car MEANS CAR=”=‘?", 1, "<>=", "?‘he said “RAC SNAEM car”’ YAS UOY DID"),
        ("smith (fabrikam ARABIC) HEBREW", 1, "", "WERBEH (CIBARA fabrikam) smith"),
        ("ARABIC book(s)", 1, "", "book(s) CIBARA"),
        # numbers
        ("ABC 123", None, "", "123 CBA"),
        ("ABC 12.5%, DE", None, "", "ED ,12.5% CBA"),
        ("abc 12.5%, DE", None, "", "abc 12.5%, ED"),
        ("ABC -5 DE", None, "", "ED 5- CBA"),
        ("A 1-2", None, "", "1-2 A"),
        ("a 1-2 B", None, "", "a 1-2 B"),
        # brackets and neutrals
        ("A (b) C", None, "", "C (b) A"),
        ("a (B) c", None, "", "a (B) c"),
        ("a (B] c) D", 0, "", "a (B] c) D"),
        ("a [B (c) D] e", 0, "", "a [B (c) D] e"),
        ("AB (cd) [EF] gh", None, "", "gh [FE] (cd) BA"),
        ("a, B! C", 0, "", "a, C !B"),
        # isolates keep a name from changing what surrounds it
        ("a ~B c= 1", 0, "~=", "a c B 1"),
        ("~B= 1 - C", 0, "~=", "B 1 - C"),
        ("a >B", 0, ">", "a B"),
        # the line's last spaces and tabs stand at the paragraph's end (L1)
        ("A b  ", 1, "", "  b A"),
        ("a B  ", 0, "", "a B  "),
        ("A\tb", 1, "", "b\tA"),
        ("", None, "", ""),
        ("...", None, "", "..."),
        ("...", 1, "", "..."),
    ],
)
def test_lines_stand_as_the_standard_says(text: str, base: int | None, controls: str, expected: str) -> None:
    assert display(text, base, controls) == expected


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("ab", "00"),
        ("ا1", "12"),
        ("ا 1-2", "11212"),  # after Arabic letters digits are Arabic numbers, which a hyphen separates
        ("א 1-2", "11222"),
        ("١٢ a", "2200"),
        ("a ١٢", "0022"),
        ("a\u202eb\u202cc", "00110"),  # an override reverses Latin too
        ("\u202bab\u202c", "0222"),
        ("ا\u0651b", "112"),  # a mark goes with its letter
        ("(א)", "111"),
        ("(א) a\u0301", "111122"),
    ],
)
def test_levels(text: str, levels: str) -> None:
    assert "".join(map(str, analyse(text).levels)) == levels


def test_deep_embeddings_stop_at_the_limit() -> None:
    paragraph = analyse("\u202b" * 300 + "א" + "\u202c" * 300)
    assert max(paragraph.levels) == 125


def test_a_line_inside_a_paragraph_keeps_its_levels() -> None:
    text = "abc אבג דהו xyz"
    assert analyse(text).line(4, 11) == [(4, 11, 1)]
    assert analyse(text).line(0, 8) == [(0, 4, 0), (4, 7, 1), (7, 8, 0)]


def test_nested_levels_are_turned_twice() -> None:
    assert visual_order([(0, 1, 0), (1, 2, 1), (2, 3, 2), (3, 4, 1)]) == [(0, 1, 0), (3, 4, 1), (2, 3, 2), (1, 2, 1)]


ALPHABET = "ab אביابت12٣٤ .,-+%()[]\u0301\t\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u200f\u00ad"


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=24), st.sampled_from([None, 0, 1]))
def test_every_character_is_shown_once(text: str, base: int | None) -> None:
    paragraph = analyse(text, base)
    shown = sorted(i for start, end, _ in paragraph.line(0, len(text)) for i in range(start, end))
    assert shown == list(range(len(text)))
    assert all(paragraph.base <= level <= 126 for level in paragraph.levels)


def test_emoji_are_neutral_whatever_unicode_this_python_knows() -> None:
    """U+1FA77 is of Unicode 15, U+1FAE9 of 16."""
    for new in "\U0001fa77\U0001fae9":
        assert analyse(f"{new} אב") == analyse("😀 אב")
        assert analyse(f"אב {new}{new} 12") == analyse("אב 😀😀 12")
