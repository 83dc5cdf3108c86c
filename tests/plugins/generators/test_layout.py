"""Lines are shaped, ordered and broken; widths are in ems."""

import itertools
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media_table import media

from reelwork_generators.fonts import Wanted
from reelwork_generators.layout import Flow, Line, lay_out
from reelwork_generators.linebreak import fit, opportunities, without_spaces
from reelwork_generators.outline import font
from reelwork_generators.scripts import script, scripts
from reelwork_generators.shaping import Style, feature, shape


def styled(weight: float = 400.0, size: float = 40.0, tracking: float = 0.0) -> Style:
    return Style(Wanted(weight=weight), size, tracking)


PLAIN = styled()
WIDE = styled(tracking=0.1)


def lines(
    text: str, width: float | None = None, *, family: str = "Inter", style: Style = PLAIN, **flow
) -> tuple[Line, ...]:
    return lay_out(text, replace(style, fonts=replace(style.fonts, family=family)), Flow(width, **flow))


def advance(text: str, **options) -> float:
    (line,) = lines(text, **options)
    return line.advance


def order(text: str, **options) -> list[int]:
    """The first characters of the clusters, from left to right."""
    (line,) = lines(text, **options)
    return [cluster for cluster, _ in itertools.groupby(glyph.cluster for glyph in line.glyphs)]


def names(text: str, family: str) -> list[str]:
    (line,) = lines(text, family=family)
    return [font(glyph.instance).glyph_to_string(glyph.number) for glyph in line.glyphs]


def test_pairs_are_kerned() -> None:
    assert advance("AV") < advance("A") + advance("V") - 0.05


def test_a_mark_takes_no_room() -> None:
    assert advance("q\u0303") == advance("q")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert [g.number for g in lines("é")[0].glyphs] == [g.number for g in lines("e\u0301")[0].glyphs]


def test_arabic_letters_join() -> None:
    assert names("لا", "Noto Sans Arabic") == ["uni0627.fina.rlig", "uni0644.init.rlig"]
    joined = advance("بب", family="Noto Sans Arabic")
    assert joined != pytest.approx(2 * advance("ب", family="Noto Sans Arabic"))


def test_a_vowel_sign_moves_before_its_consonants() -> None:
    assert names("कि", "Noto Sans Devanagari") == ["uni093F.04", "uni0915"]


def test_a_conjunct_is_one_glyph() -> None:
    assert len(names("क्ष", "Noto Sans Devanagari")) == 1


def test_fallback_fonts_do_not_part_letters_that_join() -> None:
    assert advance("بب") == pytest.approx(advance("بب", family="Noto Sans Arabic"))


def test_right_to_left_text_stands_from_right_to_left() -> None:
    assert order("بدر") == [2, 1, 0]


def test_numbers_and_latin_keep_their_order_in_arabic() -> None:
    text = "دور 12 abc ر"
    assert order(text) == [11, 10, 7, 8, 9, 6, 4, 5, 3, 2, 1, 0]


def test_brackets_are_mirrored() -> None:
    (left,) = {g.number for g in lines("(")[0].glyphs}
    shown = [g.number for g in lines("د (د)")[0].glyphs if g.cluster in (2, 4)]
    (right,) = {g.number for g in lines(")")[0].glyphs}
    assert shown == [left, right]


def test_tracking_goes_between_letters_only() -> None:
    assert advance("aoc", style=WIDE) == pytest.approx(advance("aoc") + 0.2)
    assert advance("a", style=WIDE) == advance("a")


def test_tracking_leaves_joined_letters_joined() -> None:
    assert advance("ببب", style=WIDE) == pytest.approx(advance("ببب"))
    assert advance("بب بب", style=WIDE) == pytest.approx(advance("بب بب") + 0.1)


def places(text: str, **options) -> list[float]:
    """Where each glyph stands, from left to right."""
    (line,) = lines(text, **options)
    return list(itertools.accumulate((g.advance for g in line.glyphs[:-1]), initial=0.0))


def test_tracking_is_between_letters_whatever_their_direction() -> None:
    # from left to right: the last letter, the space with its tracking on its left, the first letter
    moved = zip(places("د د", style=WIDE), places("د د"), (0.0, 0.1, 0.1), strict=True)
    assert all(found == pytest.approx(plain + by) for found, plain, by in moved)
    tracked, plain = places("אב ab", style=WIDE), places("אב ab")
    assert [a - b for a, b in zip(tracked, plain, strict=True)] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


@media("text", "Soft hyphens", "no tracking for what is invisible", read="the line without them")
@pytest.mark.parametrize("sign", "\u00ad\u200b\u2060\u200d\u2067\u200e")
def test_what_is_invisible_takes_no_tracking(sign: str) -> None:
    for text in (f"so{sign}ft", f"{sign}soft", f"soft{sign}"):
        assert advance(text, style=WIDE) == pytest.approx(advance(text) + 0.3)


@media("text", "Devanagari", "tracking parts no conjunct", read="grapheme clusters of UAX #29")
@pytest.mark.parametrize("conjunct", ["क्य", "न्य", "क्ष्म", "द्ध्र", "प्र", "क्\u200dष", "ক্ষ্য", "1️⃣", "👨‍👩‍👧", "กำ"])
def test_tracking_parts_no_letter(conjunct: str) -> None:
    assert advance(conjunct, style=WIDE) == advance(conjunct)
    assert advance(conjunct * 2, style=WIDE) == pytest.approx(advance(conjunct * 2) + 0.1)


@media("text", "Arabic", "words that are broken stay joined", read="the forms in the whole word")
def test_letters_keep_their_forms_where_a_word_is_broken() -> None:
    (whole,) = lines("ببببببب")
    broken = lines("ببببببب", 1.2, anywhere=True)
    assert len(broken) > 2
    assert [g.number for line in reversed(broken) for g in line.glyphs] == [g.number for g in whole.glyphs]


def test_bold_is_wider_than_regular() -> None:
    assert advance("moon", style=styled(900.0)) > advance("moon") > advance("moon", style=styled(100.0))


def test_weights_beyond_the_axis_are_its_ends() -> None:
    assert advance("moon", style=styled(2000.0)) == advance("moon", style=styled(900.0))


def test_optical_size_follows_the_size() -> None:
    assert advance("moon", style=styled(size=14.0)) > advance("moon", style=styled(size=32.0))
    assert advance("moon", style=styled(size=50.0)) == advance("moon", style=styled(size=500.0))


@pytest.mark.parametrize(
    ("text", "count"), [("", 1), ("a", 1), ("a\n", 1), ("a\n\n", 2), ("\n", 1), ("a\nb", 2), ("a\r\nb\r\n", 2)]
)
def test_one_line_end_at_the_end_is_dropped(text: str, count: int) -> None:
    assert len(lines(text)) == count


def test_lines_are_as_long_as_the_width_lets_them() -> None:
    words = "one two three four five six seven eight nine ten"
    broken = lines(words, 6.0)
    assert len(broken) > 2
    assert all(line.advance <= 6.0 for line in broken)
    shown = [words[min(g.cluster for g in line.glyphs) : max(g.cluster for g in line.glyphs) + 1] for line in broken]
    assert " ".join(shown) == words
    for line, (_, following) in zip(broken, itertools.pairwise(shown), strict=False):
        assert line.advance + advance(" " + following.split()[0]) > 6.0


def test_a_long_word_sticks_out() -> None:
    first, second = lines("incomprehensibilities no", 3.0)
    assert first.advance > 3.0
    assert second.advance < 3.0


def test_spaces_at_a_broken_end_hang() -> None:
    first, _ = lines("aaaa      bbbb", advance("aaaa") + 0.01)
    assert first.advance == pytest.approx(advance("aaaa"))


def test_spaces_before_a_written_end_count() -> None:
    assert lines("a  \nb")[0].advance > advance("a") + 0.4


def test_a_long_text_costs_by_its_length() -> None:
    """Stretches are shaped with what is near them, not with all of the text, and alike ones once."""

    def shaped(times: int) -> int:
        shape.cache_clear()
        lines("word слово " * times, 10.0)
        return shape.cache_info().misses

    assert shaped(200) == shaped(20)


def test_tracking_goes_before_a_hyphen_that_is_seen() -> None:
    first, _ = lines("ex\u00adtra", advance("ex\u2010") + 0.5, style=WIDE)
    assert first.advance == pytest.approx(advance("ex\u2010") + 0.2)


def test_a_soft_hyphen_is_seen_only_where_a_line_is_broken() -> None:
    assert advance("ex\u00adtra") == pytest.approx(advance("extra"))
    first, _ = lines("ex\u00adtra", advance("ex") + advance("\u2010") + 0.1)
    assert first.advance == pytest.approx(advance("ex\u2010"))


def test_each_paragraph_has_its_own_direction() -> None:
    assert [line.leftward for line in lines("abc\nدور\n123")] == [False, True, False]


def test_a_broken_paragraph_keeps_its_direction() -> None:
    assert all(line.leftward for line in lines("دور abc def ghi jkl دور", 3.0))


def test_break_opportunities() -> None:
    assert opportunities("one (two) three-four") == (4, 10, 16, 20)
    assert opportunities("10\u00a0000 €") == (7, 8)
    assert without_spaces("ab  c", 0, 4) == 2
    assert without_spaces("ab\u00a0 ", 0, 4) == 3


def test_fitting_corrects_a_wrong_guess() -> None:
    text = "aa bb cc dd"

    def exact(start: int, end: int) -> float:
        return float(without_spaces(text, start, end) - start)

    for guess in (0.1, 1.0, 10.0):
        assert list(fit(text, 5.0, [guess] * len(text), exact, opportunities(text))) == [(0, 6), (6, 11)]


def test_scripts_are_those_of_the_letters_around() -> None:
    assert scripts("(a б), 1") == ("Latn", "Latn", "Latn", "Cyrl", "Cyrl", "Cyrl", "Cyrl", "Cyrl")
    assert scripts("1") == ("Zyyy",)
    assert [script(c) for c in "aαжبक "] == ["Latn", "Grek", "Cyrl", "Arab", "Deva", ""]


def shown(text: str, *args, **options) -> list[str]:
    """The characters of each line, without spaces that hang."""
    found = [[g.cluster for g in line.glyphs] for line in lines(text, *args, **options)]
    starts = [min(clusters) for clusters in found]
    return [text[a:b].strip(" ") for a, b in itertools.pairwise((*starts, len(text)))]


def test_justified_lines_fill_the_width_but_for_the_last() -> None:
    words = "one two three four five six seven eight nine ten"
    loose, tight = lines(words, 8.0), lines(words, 8.0, justified=True)
    assert [line.last for line in tight] == [False] * (len(tight) - 1) + [True]
    for before, after in zip(loose, tight, strict=True):
        assert [g.number for g in after.glyphs] == [g.number for g in before.glyphs]
        assert sum(g.advance for g in after.glyphs) == pytest.approx(before.advance if after.last else 8.0)
        grown = [g.cluster for g, h in zip(after.glyphs, before.glyphs, strict=True) if g.advance > h.advance]
        assert {words[cluster] for cluster in grown} == (set() if after.last else {" "})


def test_each_paragraph_has_a_last_line() -> None:
    assert [line.last for line in lines("one two three\nfour five six", 4.0, justified=True)] == [False, True] * 2


@pytest.mark.parametrize(
    ("text", "width", "between"),
    [
        ("人人生而自由在尊严和权利上", 5.3, True),
        ("มนุษย์ทั้งหลายเกิดมามีอิสระ", 5.3, True),
        ("人人\u200b生而\u2060自由在", 5.3, True),
        ("이는 이것 이다 말한다 그것", 7.0, False),
    ],
)
def test_scripts_without_spaces_are_justified_between_letters(text: str, width: float, between: bool) -> None:
    loose, tight = lines(text, width)[0], lines(text, width, justified=True)[0]
    assert sum(g.advance for g in tight.glyphs) == pytest.approx(width)
    grown = [i for i, (g, h) in enumerate(zip(tight.glyphs, loose.glyphs, strict=True)) if g.advance > h.advance]
    assert grown
    assert all((text[tight.glyphs[i].cluster] == " ") != between for i in grown)
    assert all(tight.glyphs[i].cluster != tight.glyphs[i + 1].cluster for i in grown)  # not before marks


def test_arabic_letters_stay_joined_in_justified_lines() -> None:
    loose, tight = lines("يولد جميع الناس أحرارا", 5.0)[0], lines("يولد جميع الناس أحرارا", 5.0, justified=True)[0]
    grown = {g.cluster for g, h in zip(tight.glyphs, loose.glyphs, strict=True) if g.advance > h.advance}
    assert {"يولد جميع الناس أحرارا"[cluster] for cluster in grown} == {" "}


def test_a_line_of_one_word_is_not_spread() -> None:
    text = "incomprehensible word"
    assert lines(text, 7.9, justified=True)[0].glyphs == lines(text, 7.9)[0].glyphs


def test_words_wider_than_a_line_are_broken_where_that_is_allowed() -> None:
    assert shown("a incomprehensibilities no", 3.0) == ["a", "incomprehensibilities", "no"]
    broken = lines("a incomprehensibilities no", 3.0, anywhere=True)
    assert all(line.advance <= 3.0 for line in broken)
    assert shown("a incomprehensibilities no", 3.0, anywhere=True)[0] == "a"
    assert shown("incomprehensibilities", 3.0, anywhere=True)[0] == "incom"


def test_words_are_broken_as_asked() -> None:
    assert opportunities("人人生而 自由", word_break="keep-all") == (5, 7)
    assert opportunities("人人生而自由") == (1, 2, 3, 4, 5, 6)
    assert opportunities("ab cd", word_break="break-all") == (1, 3, 4, 5)
    assert opportunities("한국 ab", word_break="break-all") == (1, 3, 4, 5)
    assert opportunities("今日は良い天気です", "ja", "auto-phrase") == (3, 5, 9)


@media("text", "Japanese", "no closing mark begins a line, however words are broken", read="known places")
def test_marks_begin_no_line_in_broken_words() -> None:
    assert opportunities("ab。cd（ef）ゅー!", word_break="break-all") == (1, 3, 4, 5, 7, 12)
    assert opportunities("x (yz), 1.5 %", word_break="break-all") == (2, 4, 8, 12, 13)


@pytest.mark.parametrize(
    ("text", "word_break"), [("がくせいの本です", "keep-all"), ("café한 단어", "normal"), ("éb", "break-all")]
)
def test_words_are_broken_alike_in_all_forms_of_their_letters(text: str, word_break: str) -> None:
    composed, parts = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    words = [unicodedata.normalize("NFC", parts[a:b]) for a, b in split(parts, word_break)]
    assert words == [composed[a:b] for a, b in split(composed, word_break)]


def split(text: str, word_break: str) -> itertools.pairwise:
    return itertools.pairwise((0, *opportunities(text, word_break=word_break)))


def test_no_small_kana_and_no_closing_mark_begins_a_line() -> None:
    text = "ソフトウェアー、「東京」。"
    assert not {text[i] for i in opportunities(text)[:-1]} & set("ェー、」。")
    assert not {text[i - 1] for i in opportunities(text)} & {"「"}


def test_tabs_lead_to_the_next_stop() -> None:
    stop = 8.0 * advance(" ")
    for text in ("\tx", "a\tx", "ab\tx"):
        assert advance(text) - advance("x") == pytest.approx(stop)
    assert advance("abcdefghijkl\tx") - advance("x") == pytest.approx(stop * (advance("abcdefghijkl") // stop + 1.0))
    (line,) = lines("دد\tد")
    assert line.advance - advance("د") == pytest.approx(stop)
    assert advance("漢\tx") - advance("x") == pytest.approx(stop)  # whatever its font, the next column is below


def test_a_paragraph_runs_as_asked() -> None:
    assert [line.leftward for line in lines("abc\nدور", direction="rtl")] == [True, True]
    assert [line.leftward for line in lines("abc\nدور", direction="ltr")] == [False, False]
    text = "abc דו."
    assert order(text)[-1] == 6
    (line,) = lines(text, direction="rtl")
    assert line.glyphs[0].cluster == 6


def numbers(text: str, family: str, **options) -> list[int]:
    (line,) = lay_out(text, Style(Wanted(family, **options.pop("fonts", {})), 40.0, **options), Flow())
    return [glyph.number for glyph in line.glyphs]


@media("text", "Latin", "features: figures, fractions, no ligatures", read="the font's own tables")
def test_features_take_other_glyphs() -> None:
    assert advance("11") < advance("88") - 0.05
    tabular = Style(Wanted(), 40.0, features=("tnum",))
    widths = {lay_out(figures, tabular, Flow())[0].advance for figures in ("11", "88")}
    assert len(widths) == 1
    assert len(numbers("office", "Noto Sans", features=("-liga",))) == 6
    assert not set(numbers("ab", "Noto Sans", features=("smcp",))) & set(numbers("ab", "Noto Sans"))
    assert feature("smcp") == ("smcp", 1)
    assert feature("-liga") == ("liga", 0)
    assert feature("ss01=2") == ("ss01", 2)
    for wrong in ("", "sm", "liga=", "-liga=1", "small caps"):
        with pytest.raises(ValueError, match="OpenType feature"):
            feature(wrong)


@media("text", "Cyrillic", "forms of Serbian letters", read="the font's own tables")
def test_letters_have_the_forms_of_the_language() -> None:
    italic = {"italic": True}
    plain = numbers("бгдпт", "Noto Sans", fonts=italic)
    serbian = numbers("бгдпт", "Noto Sans", fonts={**italic, "language": "sr"})
    assert sum(a != b for a, b in zip(plain, serbian, strict=True)) >= 4


@media("text", "Chinese characters", "forms of each language", read="the font's own tables")
def test_chinese_characters_are_drawn_for_the_language() -> None:
    tags = ("ja", "zh-Hans", "zh-TW", "zh-HK")
    forms = {tag: tuple(numbers("骨直返", "Inter", fonts={"language": tag})) for tag in tags}
    assert len(set(forms.values())) == 4
    assert tuple(numbers("骨直返の", "Inter"))[:3] == forms["ja"]  # kana say it is Japanese
    assert tuple(numbers("骨直返", "Inter")) == forms["zh-Hans"]


def test_the_stretch_is_an_axis_where_there_is_one() -> None:
    narrow = lay_out("moon", Style(Wanted("Noto Sans"), 40.0, stretch=75.0), Flow())[0].advance
    assert narrow < advance("moon", family="Noto Sans") * 0.9
    assert lay_out("moon", Style(Wanted(), 40.0, stretch=75.0), Flow())[0].advance == advance("moon")


@settings(max_examples=40, deadline=None)
@given(st.text("ab é.,- (12)بدर्कि\u0301\u00ad\n", max_size=30), st.floats(0.5, 8.0))
def test_every_visible_character_is_set_whatever_the_width(text: str, width: float) -> None:
    broken, whole = lines(text, width), lines(text)
    assert len(broken) >= len(whole)
    for line in broken:
        assert line.advance == pytest.approx(sum(g.advance for g in line.glyphs))
