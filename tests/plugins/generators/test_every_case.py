"""What is rare in texts: invisible characters, joiners, marks alone, hyphens that appear; and outlines, to the bit."""

import hashlib
import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from media_table import media
from plugins.generators.test_every_script import SAMPLES

from reelwork.errors import SceneError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.coverage import draw
from reelwork.values import Affine
from reelwork_generators.fonts import Wanted
from reelwork_generators.layout import Flow, Line, lay_out
from reelwork_generators.paint import Stroke
from reelwork_generators.shaping import Style
from reelwork_generators.text import Text

GOLDEN = Path(__file__).with_name("outlines.json")


def lines(text: str, width: float | None = None, *, vertical: bool = False, **fonts: str) -> tuple[Line, ...]:
    return lay_out(text, Style(Wanted(**fonts), 40.0, vertical=vertical), Flow(width))


def numbers(text: str) -> list[int]:
    return [glyph.number for line in lines(text) for glyph in line.glyphs]


@media("text", "Invisible characters and marks alone", "no boxes", read="the fonts' own glyph for what is missing")
@pytest.mark.parametrize("vertical", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "\u0301",
        "\u093f",
        "\u115f\u1160",
        "\u3164",
        "\uffa0",
        "\u200b\u200c\u200d\u2060\ufeff",
        "a\u034f\u0301",
        "🏽🇧",
        "\u20e3",
        "\ufe0e\ufe0f",
        "\U000e0041",
        "\u2066a\u2069\u202eb\u202c",
        "\u061c١",
        "x\u00a0\u202f\u2007\u2003\u3000y",
        "\ufffc\ufffd",
    ],
)
def test_there_are_no_boxes(text: str, vertical: bool) -> None:
    for before in ("", "a", "あ", "ب", "क", "😀"):
        for line in lines(before + text, vertical=vertical):
            assert all(glyph.number for glyph in line.glyphs)


@media("text", "Soft hyphens", "seen at ends of lines alone, in each script", read="the hyphen itself")
@pytest.mark.parametrize("word", ["အမ", "ນຸດ", "ᬅᬓ", "शमा", "דוד", "😀", "nut"])
def test_a_hyphen_appears_in_whatever_font(word: str) -> None:
    """Fonts of some scripts have none; then it is that of another."""
    whole = lines(f"{word}\u00ad{word}")
    assert whole[0].advance == pytest.approx(lines(word * 2)[0].advance, abs=0.08)  # but for kerning, and joining
    first, *_ = lines(f"{word}\u00ad{word}", whole[0].advance * 0.6)
    assert first.advance > lines(word)[0].advance + 0.2
    assert all(glyph.number for glyph in first.glyphs)


@media("text", "Joiners (U+200C, U+200D)", "Arabic and Devanagari forms", read="the forms of whole words")
def test_joiners_join_and_part() -> None:
    initial, final = numbers("بب")[-1], numbers("بب")[-3]
    alone = numbers("ب")[-1]
    assert initial not in numbers("ب\u200cب")
    assert numbers("ب\u200cب").count(alone) == 2
    assert initial in numbers("ب\u200d")
    assert final in numbers("\u200dب")
    conjunct, half, apart = (numbers(f"क्{joiner}ष") for joiner in ("", "\u200d", "\u200c"))
    assert len(conjunct) == 1
    assert len({tuple(conjunct), tuple(half), tuple(apart)}) == 3


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x9c"])
def test_controls_are_named(control: str) -> None:
    with pytest.raises(SceneError, match=rf"no font has a glyph for U\+{ord(control):04X} .*\(line 1, character 2\)"):
        lines(f"a{control}b")


def test_private_characters_are_those_of_the_chosen_font() -> None:
    """What another font has in their place means something else."""
    assert numbers("\ue000")
    with pytest.raises(SceneError, match=r"no font has a glyph for U\+E000"):
        lines("a\ue000", family="Noto Sans")


@media("text", "Fonts of both formats", "letters that overlap cut nothing out", read="each letter alone")
def test_overlapping_letters_cut_nothing_out() -> None:
    """Outlines in CFF and in TrueType run in opposite directions."""
    alone, both = (covered(content) for content in ("国", "国H"))
    assert (both >= alone - 1e-3).all()
    assert both.sum() > alone.sum() + 20.0


def covered(content: str) -> np.ndarray:
    frame = Frame.empty(Window(0, 0, 60, 60))
    text = Text(content=content, size=40.0, tracking=-1000.0, width=60.0, align="left")
    draw(text.draw(60.0, 60.0), Affine.translation(8.0, 4.0), frame)
    return frame.data[3]


def test_letters_of_other_fonts_move_no_line() -> None:
    """Fonts of other scripts are higher and deeper; baselines and boxes are the first font's."""
    plain = Text(content="H\nH", size=40.0).draw(1920.0, 1080.0)
    mixed = Text(content="Hမြန်မာ漢བོད😀\nH", size=40.0, align="left").draw(1920.0, 1080.0)
    assert mixed.height == plain.height
    left = Text(content="H\nH", size=40.0, align="left").draw(1920.0, 1080.0).fills[0].path.points
    assert mixed.fills[0].path.points[: len(left) // 2] == left[: len(left) // 2]
    assert mixed.fills[0].path.points[-len(left) // 2 :] == left[-len(left) // 2 :]


@media("text", "Every script", "outlines and strokes, to the last bit", read="digests that are kept")
def test_outlines_are_the_same_everywhere(record_golden: bool) -> None:
    """Nothing that fonts, shapers and strokes compute depends on the machine."""
    made = {}
    for kind, _, words, language in SAMPLES:
        digest = hashlib.sha256()
        for writing in ("horizontal", "vertical-rl"):
            stroke = Stroke(width=1.5) if writing == "horizontal" else None
            text = Text(content=words, language=language, size=37.0, weight=437.0, writing=writing, stroke=stroke)
            for fill in text.draw(1920.0, 1080.0).fills:
                assert fill.path is not None
                digest.update(repr((fill.path.verbs, [number.hex() for number in fill.path.points])).encode())
        made[kind] = digest.hexdigest()[:16]
    if record_golden:
        GOLDEN.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    assert made == json.loads(GOLDEN.read_text())


def test_all_forms_of_a_letter_are_one() -> None:
    for letter in ("é", "Ṩ", "が", "한", "ữ"):
        composed, parts = (unicodedata.normalize(form, letter) for form in ("NFC", "NFD"))
        assert numbers(composed) == numbers(parts)
