"""Marks stand over and under their letters, also where the font says nothing of the pair."""

import unicodedata

import pytest
import uharfbuzz
from media_table import media

from reelwork_generators.fonts import Wanted
from reelwork_generators.layout import Flow, lay_out
from reelwork_generators.outline import font, glyph, unit
from reelwork_generators.shaping import Glyph, Style

#: Letters with marks above, and with marks below, of which Inter knows no place for most.
ABOVE = "а́ е́ и́ о́ у́ ы́ э́ ю́ я́ А́ Ю́ б́ ӯ́ є́ ә́ э̄ ɔ̃ ɔ̀ ɚ̃ k̓ č̓ m̓ ᾱ́ ῡ́ ε̄ ο̄ ἄ̄ q̃ x̂ ẹ́ ọ̀"
BELOW = "h̬ t̬ ω̣ α̣ m̧ ẹ ọ s̱ r̥"
STYLES = ((400.0, False), (900.0, False), (400.0, True))


def boxes(text: str, weight: float, italic: bool) -> list[tuple[float, float, float, float]]:
    """The box of each glyph that is seen, y pointing down."""
    (line,) = lay_out(text, Style(Wanted(weight=weight, italic=italic), 40.0), Flow())
    out, at = [], 0.0
    for placed in line.glyphs:
        out += [box(placed, at)] if glyph(placed.instance, placed.number).points else []
        at += placed.advance
    return out


def box(placed: Glyph, at: float) -> tuple[float, float, float, float]:
    points = glyph(placed.instance, placed.number).points
    xs, ys = ([number + by for number in points[i::2]] for i, by in ((0, at + placed.dx), (1, placed.dy)))
    return min(xs), min(ys), max(xs), max(ys)


@media("text", "Cyrillic", "marks of stress stand over their letters", read="the outlines' own places")
@media("text", "Latin", "rare marks stand over and under their letters", read="the outlines' own places")
@pytest.mark.parametrize(("weight", "italic"), STYLES)
def test_marks_stand_over_and_under_their_letters(weight: float, italic: bool) -> None:
    for word in (ABOVE + " " + BELOW).split():
        letter, *marks = boxes(word, weight, italic)
        for left, top, right, bottom in marks:
            assert letter[0] - 0.02 < (left + right) / 2.0 < letter[2] + 0.09, word
            assert bottom > letter[3] + 0.03 or top < letter[1] - 0.03, word  # clear of it
            letter = (letter[0], min(top, letter[1]), letter[2], max(bottom, letter[3]))


def test_all_forms_of_marked_letters_are_one() -> None:
    for word in ABOVE.split():
        composed, parts = (boxes(unicodedata.normalize(form, word), 400.0, False) for form in ("NFC", "NFD"))
        assert composed == parts


def test_a_word_with_a_mark_is_as_wide_as_without() -> None:
    plain, marked = (lay_out(word, Style(Wanted(), 40.0), Flow())[0] for word in ("большого", "большо́го"))
    assert marked.advance == pytest.approx(plain.advance)


@pytest.mark.parametrize("word", ["o\u0358", "o\u031b", "t\u0361s", "l\u0338", "a\u0315", "q\u0303"])
def test_marks_stay_where_the_font_has_them(word: str) -> None:
    """Right of a letter, through it, over two of them, or where the font attaches it."""
    (line,) = lay_out(word, Style(Wanted(), 40.0), Flow())
    (which,) = {placed.instance for placed in line.glyphs}
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font(which), buffer)
    em = unit(which.path, which.index)
    offsets = [(p.x_offset / em, -p.y_offset / em) for p in buffer.glyph_positions]
    assert [(placed.dx, placed.dy) for placed in line.glyphs] == offsets
