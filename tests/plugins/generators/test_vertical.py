"""Vertical lines: letters upright or on their side, columns to the left or to the right, figures side by side."""

import itertools
import shutil
import subprocess

import pytest
import uharfbuzz
from media_table import media

from reelwork.image import Drawing
from reelwork_generators.fonts import Wanted, family
from reelwork_generators.layout import Flow, Line, lay_out
from reelwork_generators.shaping import Glyph, Style
from reelwork_generators.text import Text
from reelwork_generators.vertical import COMBINED, FORMED, SIDEWAYS, UPRIGHT, orientations

SIZE = 40.0


def line(text: str, *, combined: int = 0, **fonts: str) -> Line:
    (found,) = lay_out(text, Style(Wanted(**fonts), SIZE, vertical=True, combined=combined), Flow())
    return found


def lying(text: str, **fonts: str) -> Line:
    (found,) = lay_out(text, Style(Wanted(**fonts), SIZE), Flow())
    return found


def drawn(content: str, writing: str = "vertical-rl", **options) -> Drawing:
    return Text(content=content, writing=writing, size=SIZE, **options).draw(1920.0, 1080.0)


def ink(drawing: Drawing) -> tuple[float, float, float, float]:
    boxes = [box for fill in drawing.fills if (box := fill.path.bounds())]
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


@media("text", "Vertical lines", "which letters stand upright (UAX #50)", read="Perl's tables of Unicode")
def test_letters_stand_as_unicode_has_them() -> None:
    """All characters but those that newer versions of either side know, of which there are few."""
    if shutil.which("perl") is None:
        pytest.skip("there is no perl")
    code = (
        "no warnings; for my $c (0x20..0xD7FF, 0xE000..0x2FFFF) { my $s = chr($c);"
        ' print $s =~ /\\p{Vo=Tr}/ ? "2" : $s =~ /\\p{Vo=U}|\\p{Vo=Tu}/ ? "1" : "0"; }'
    )
    theirs = subprocess.run(["perl", "-e", code], capture_output=True, text=True, check=True).stdout
    codes = [*range(0x20, 0xD800), *range(0xE000, 0x30000)]
    kinds = {UPRIGHT: "1", FORMED: "2", SIDEWAYS: "0"}
    ours = [kinds[orientations(chr(code))[0]] for code in itertools.islice(codes, 0, None, 7)]
    assert sum(a != b for a, b in zip(ours, theirs[::7], strict=True)) < 100


def test_marks_stand_as_their_letters_do() -> None:
    assert orientations("か\u3099é1\ufe0f\u20e3") == (UPRIGHT,) * 2 + (SIDEWAYS,) * 4
    assert orientations("（a）") == (FORMED, SIDEWAYS, FORMED)
    assert orientations("12月345", 2) == (COMBINED, COMBINED, UPRIGHT, SIDEWAYS, SIDEWAYS, SIDEWAYS)


CJK = (
    ("Japanese", "ja", "Noto Sans CJK JP", "東京、「春」になるとッー。（毎年）"),
    ("Chinese, simplified", "zh-Hans", "Noto Sans CJK SC", "中文竖排，《书名》：！"),
    ("Chinese, traditional", "zh-Hant", "Noto Sans CJK TC", "中文豎排，「引號」：！"),
    ("Korean", "ko", "Noto Sans CJK KR", "대한민국《헌법》"),
)


@pytest.mark.parametrize(
    ("kind", "language", "name", "words"),
    [
        pytest.param(*c, id=c[0], marks=media("text", c[0], "vertical lines: forms, places, advances", read="HarfBuzz"))
        for c in CJK
    ],
)
def test_upright_letters_stand_where_harfbuzz_has_them(kind: str, language: str, name: str, words: str) -> None:
    file = family(name).files[0]
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(file.path), file.index)
    font = uharfbuzz.Font(face)
    font.set_variations({"wght": 400.0})
    font.scale = (face.upem * 64, face.upem * 64)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(words)
    buffer.guess_segment_properties()
    buffer.direction, buffer.language = "ttb", language
    uharfbuzz.shape(font, buffer)
    em = face.upem * 64.0
    theirs = [
        (info.codepoint, -p.y_advance / em, -p.y_offset / em, -p.x_offset / em)
        for info, p in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]
    found = line(words, language=language, family=name).glyphs
    assert [(g.number, g.advance, g.dx, g.dy) for g in found] == theirs
    assert all(g.upright for g in found)
    flat = [g.number for g in lying(words, language=language, family=name).glyphs]
    assert sum(a != b for a, b in zip(flat, (g.number for g in found), strict=True)) >= 2  # marks have other forms


def test_what_lies_on_its_side_is_shaped_as_ever_about_the_middle() -> None:
    for text in ("office Wałęsa", "مرحبا 12", "ᠮᠣᠩᠭᠣᠯ", "क्षत्रिय"):
        flat, tall = lying(text).glyphs, line(text).glyphs
        assert [(g.number, g.advance, g.dx) for g in tall] == [(g.number, g.advance, g.dx) for g in flat]
        (drop,) = {round(b.dy - a.dy, 9) for a, b in zip(flat, tall, strict=True)}
        assert 0.2 < drop < 0.5
        assert not any(g.upright for g in tall)


def test_a_horizontal_text_turned_is_the_vertical_one() -> None:
    """A quarter clockwise takes x to y, and y to what is left of the width."""
    flat, tall = drawn("moon", "horizontal", line_height=1.5), drawn("moon", line_height=1.5)
    assert (tall.width, tall.height) == pytest.approx((flat.height, flat.width))
    (x0, y0, x1, y1), turned = ink(flat), ink(tall)
    assert (turned[1], turned[3]) == pytest.approx((x0, x1))
    assert turned[2] - turned[0] == pytest.approx(y1 - y0)


@pytest.mark.parametrize(("writing", "side"), [("vertical-rl", 1), ("vertical-lr", 0)])
def test_columns_follow_each_other(writing: str, side: int) -> None:
    one, two = ink(drawn("東\n ", writing)), ink(drawn(" \n東", writing))
    assert (one[0] > two[0]) == (side == 1)
    assert abs(one[0] - two[0]) == pytest.approx(1.2 * SIZE)
    drawing = drawn("東\n京", writing)
    assert (drawing.width, drawing.height) == pytest.approx((2.4 * SIZE, SIZE))


def test_columns_are_as_high_as_is_asked() -> None:
    text = "春になると毎年桜がきれいだ。" * 2
    drawing = drawn(text, height=5.0 * SIZE, language="ja")
    assert drawing.height == 5.0 * SIZE
    assert drawing.width >= 6 * 1.2 * SIZE
    top, bottom = (ink(drawn("東", height=5.0 * SIZE, align=align)) for align in ("start", "end"))
    assert bottom[1] - top[1] == pytest.approx(4.0 * SIZE)
    first, last = (ink(drawn("東", width=5.0 * SIZE, valign=valign)) for valign in ("top", "bottom"))
    assert first[0] - last[0] == pytest.approx(5.0 * SIZE - 1.2 * SIZE)


def test_upright_letters_stand_in_the_middle_of_their_column() -> None:
    x0, _, x1, _ = ink(drawn("国"))
    assert (x0 + x1) / 2.0 == pytest.approx(0.6 * SIZE, abs=0.03 * SIZE)


def test_figures_stand_side_by_side() -> None:
    plain, combined = line("月12日", language="ja"), line("月12日", combined=2, language="ja")
    assert combined.advance == pytest.approx(3.0)
    assert plain.advance != pytest.approx(3.0)
    assert not any(g.upright for g in plain.glyphs[1:3])
    assert line("月1234日", combined=2, language="ja") == line("月1234日", language="ja")
    assert line("月1234日", combined=4, language="ja").advance == pytest.approx(3.0)
    x0, y0, x1, y1 = ink(drawn("12", combine_figures=2))
    assert x1 - x0 > y1 - y0
    x0, _, x1, _ = ink(drawn("1234", combine_figures=4))
    assert x1 - x0 < 1.05 * SIZE


@media("text", "Emoji", "vertical lines: upright, apart", read="the places of letters")
def test_emoji_stand_upright_and_apart() -> None:
    found = line("字👩🏽‍🚀🇯🇵字", language="ja").glyphs
    assert all(g.upright for g in found)
    drawing = drawn("字👩🏽‍🚀字", language="ja")
    assert drawing.height == pytest.approx(SIZE * sum(g.advance for g in line("字👩🏽‍🚀字", language="ja").glyphs))
    letters, *emoji = drawing.fills
    tops = [fill.path.bounds() for fill in emoji if fill.path.bounds()]
    spans = (min(b[1] for b in tops), max(b[3] for b in tops))
    assert spans[0] > 0.95 * SIZE
    assert spans[1] < drawing.height - 0.95 * SIZE
    assert letters.path.verbs


def placed(glyphs: tuple[Glyph, ...]) -> list[float]:
    return list(itertools.accumulate(g.advance for g in glyphs))


def test_tracking_and_justifying_part_no_combined_figures() -> None:
    (wide,) = lay_out("月12日", Style(Wanted(language="ja"), SIZE, 0.5, vertical=True, combined=2), Flow())
    assert wide.advance == pytest.approx(3.0 + 2 * 0.5)
    text = "月12日月12日月12日"
    style = Style(Wanted(language="ja"), SIZE, vertical=True, combined=2)
    spread = lay_out(text, style, Flow(4.5, justified=True))[0]
    assert placed(spread.glyphs)[-1] == pytest.approx(4.5)
    at = placed(spread.glyphs)
    figures = [i for i, g in enumerate(spread.glyphs) if text[g.cluster] == "1"]
    assert len(figures) == 2
    assert at[figures[0]] - at[figures[0] - 1] == pytest.approx(1.0)  # the second one, after which the room is put
