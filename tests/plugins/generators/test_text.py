"""Texts have the box, the lines, the paint and the errors that the format says."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from media_table import media

from reelwork.api import open_scene
from reelwork.errors import SceneError
from reelwork.image import Drawing, Gradient
from reelwork.values import Colour, File
from reelwork_generators.fonts import family
from reelwork_generators.outline import glyph, instance, metrics
from reelwork_generators.paint import GradientPaint, Stroke
from reelwork_generators.text import LONGEST, MOST_EMOJI, Text

RED = Colour(1.0, 0.0, 0.0)


def drawn(content: str, **options) -> Drawing:
    return Text(content=content, **{"size": 40.0, **options}).draw(1920.0, 1080.0)


def ink(drawing: Drawing) -> tuple[float, float, float, float]:
    boxes = [fill.path.bounds() for fill in drawing.fills]
    (box,) = [box for box in boxes if box]
    return box


@pytest.mark.parametrize(
    ("content", "lines"), [("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\nb\n", 3), ("a\n\n", 2), ("", 1)]
)
def test_the_box_is_as_high_as_its_lines(content: str, lines: int) -> None:
    assert drawn(content).height == pytest.approx(lines * 1.2 * 40.0)
    assert drawn(content, line_height=2.0).height == pytest.approx(lines * 80.0)


def test_the_box_is_as_wide_as_the_longest_line() -> None:
    assert drawn("mm\nm").width == drawn("mm").width > drawn("m").width


def test_the_box_does_not_depend_on_ink() -> None:
    assert drawn("i j").height == drawn("ÂgÇ").height
    assert drawn("AVA").width == drawn("AVA", stroke=Stroke(width=30.0)).width


def test_a_width_is_the_box_width() -> None:
    assert drawn("a", width=300.0).width == 300.0
    assert drawn("one two three four five", width=100.0).height > 48.0


def test_a_height_is_the_box_height() -> None:
    top, middle, bottom = (drawn("a", height=148.0, valign=at) for at in ("top", "middle", "bottom"))
    assert top.height == 148.0
    assert [ink(d)[1] - ink(top)[1] for d in (top, middle, bottom)] == pytest.approx([0.0, 50.0, 100.0])


def test_the_size_scales_all() -> None:
    assert drawn("Hello", size=80.0).width == pytest.approx(2.0 * drawn("Hello").width)
    assert ink(drawn("Hello", size=80.0)) == pytest.approx([2.0 * edge for edge in ink(drawn("Hello"))])


def test_lines_stand_line_height_apart_with_half_the_leading_above() -> None:
    one, two = ink(drawn("H")), ink(drawn("\nH"))
    assert two[1] - one[1] == pytest.approx(48.0)
    m = metrics(instance(family("Inter").file(400.0, False), 400.0, 40.0, False))
    baseline = (48.0 - (m.ascent + m.descent) * 40.0) / 2.0 + m.ascent * 40.0
    assert one[3] == pytest.approx(baseline)


@pytest.mark.parametrize(
    ("align", "left", "right"), [("left", 0, 0), ("center", 1, 1), ("right", 2, 2), ("start", 0, 2), ("end", 2, 0)]
)
def test_lines_are_aligned(align: str, left: int, right: int) -> None:
    for content, place in (("in", left), ("در", right)):
        plain = drawn(content)
        spare = 200.0 - plain.width
        moved = drawn(content, width=200.0, align=align)
        assert ink(moved)[0] - ink(plain)[0] == pytest.approx(place * spare / 2.0)


def test_a_line_that_does_not_fit_sticks_out_at_its_end() -> None:
    for align in ("left", "center", "right"):
        assert ink(drawn("incomprehensible", width=50.0, align=align))[0] == pytest.approx(ink(drawn("i"))[0], abs=0.1)
    x0, _, x1, _ = ink(drawn("دددددددد", width=50.0))
    assert x0 < 0.0
    assert 45.0 < x1 <= 50.0


def test_all_letters_are_one_fill() -> None:
    (fill,) = drawn("several words\nand lines, و", fill=RED).fills
    assert fill.paint == RED


def test_a_gradient_spreads_over_the_box() -> None:
    drawing = drawn("wide", fill=GradientPaint(angle=90.0))
    (fill,) = drawing.fills
    assert isinstance(fill.paint, Gradient)
    assert fill.paint.matrix.apply(1.0, 0.0) == pytest.approx((drawing.width, drawing.height / 2.0))


def test_a_stroke_is_painted_over_the_letters() -> None:
    letters, line = drawn("O", stroke=Stroke(width=4.0, colour=RED)).fills
    inner, outer = letters.path.bounds(), line.path.bounds()
    assert inner
    assert outer
    assert [o - i for i, o in zip(inner, outer, strict=True)] == pytest.approx([-2, -2, 2, 2], abs=0.3)
    assert line.paint == RED


def test_a_stroke_ignores_overlaps_inside_letters() -> None:
    # the bold variable A is made of overlapping strokes; its edge is one outline outside and one inside
    (_, line) = drawn("A", weight=800.0, stroke=Stroke(width=1.0)).fills
    assert line.path.verbs.count("M") == 4


@pytest.mark.parametrize(("side", "beyond"), [("inside", 0.0), ("centre", 3.0), ("outside", 6.0)])
def test_a_stroke_lies_on_the_side_that_is_asked(side: str, beyond: float) -> None:
    letters, line = drawn("o", stroke=Stroke(width=6.0, side=side, join="round"), weight=900.0).fills
    inner, outer = letters.path.bounds(), line.path.bounds()
    assert inner
    assert outer
    apart = [inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3]]
    assert apart == pytest.approx([beyond] * 4, abs=0.3)


def coloured(drawing: Drawing) -> int:
    """How many fills are not in the text's own."""
    return sum(fill.paint != Colour(1.0, 1.0, 1.0) for fill in drawing.fills)


@media("text", "Emoji", "presentation selectors, skin tones, sequences and flags", read="one glyph each")
@pytest.mark.parametrize("cluster", ["😀", "❤️", "👩🏽‍🚀", "👨‍👩‍👧", "🇧🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "#️⃣"])
def test_an_emoji_is_one_glyph_in_colour(cluster: str) -> None:
    one = drawn(cluster)
    assert coloured(one) > 1
    assert one.width == drawn("😀").width
    for small, large in zip(one.fills, drawn(cluster, size=80.0).fills, strict=True):
        assert large.path.points == pytest.approx([2.0 * number for number in small.path.points], abs=0.01)


@pytest.mark.parametrize("cluster", ["❤", "❤\ufe0e", "😀\ufe0e", "☎\ufe0e", "©", "#", "1"])
def test_what_is_shown_as_text_is_in_the_text_s_own_fill(cluster: str) -> None:
    (fill,) = drawn(cluster).fills
    assert fill.paint == Colour(1.0, 1.0, 1.0)


def test_emoji_as_outlines_are_letters() -> None:
    (fill,) = drawn("a 😀 👩🏽‍🚀 🇧🇷", emoji="outline", fill=RED).fills
    assert fill.paint == RED


def test_emoji_are_as_faint_as_the_text() -> None:
    full, half = drawn("😀").fills, drawn("😀", fill=Colour(1.0, 0.0, 0.0, 0.5)).fills
    assert [fill.opacity for fill in half] == [0.5 * fill.opacity for fill in full]
    assert [fill.paint for fill in half] == [fill.paint for fill in full]


def test_a_font_of_the_scene_comes_first(tmp_path: Path) -> None:
    chosen = family("Noto Sans Hebrew").file(400.0, False)
    data = Path(chosen.path).read_bytes()
    (tmp_path / "own.ttf").write_bytes(data)
    own = File(".ttf", hashlib.sha256(data).hexdigest(), str(tmp_path / "own.ttf"))
    assert drawn("שלום", font_file=own).fills == drawn("שלום", font="Noto Sans Hebrew").fills
    assert drawn("ab", font_file=own).width == drawn("ab").width  # what it lacks comes from the family


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "own.ttf").write_bytes(b"no font")
    own = File(".ttf", hashlib.sha256(b"no font").hexdigest(), str(tmp_path / "own.ttf"))
    with pytest.raises(SceneError, match=r"own\.ttf is no font that can be read"):
        drawn("a", font_file=own)


def test_what_is_no_feature_or_language() -> None:
    with pytest.raises(SceneError, match="features: 'small caps' is no OpenType feature"):
        drawn("a", features=("small caps",))
    with pytest.raises(SceneError, match="language: 'sr_RS' is no language tag"):
        drawn("a", language="sr_RS")


def test_justified_text_begins_and_ends_at_the_edges() -> None:
    edges = ink(drawn("HHH HH H HHH HH", width=190.0, align="justify"))
    plain = ink(drawn("HHH HH", align="left"))
    assert edges[0] == pytest.approx(plain[0])
    assert edges[2] == pytest.approx(190.0 - (drawn("HHH HH").width - plain[2]))


def test_slanted_letters_stand_in_for_italics() -> None:
    upright, slanted = (
        ink(drawn("ا", font="Noto Sans Arabic")),
        ink(drawn("ا", font="Noto Sans Arabic", style="italic")),
    )
    assert slanted[2] > upright[2] + 3.0
    assert slanted[3] == pytest.approx(upright[3])


def test_nothing_to_see_is_no_fill() -> None:
    assert drawn("").fills == ()
    assert drawn("  \n ").fills == ()
    assert drawn("a", size=0.0).width == 0.0


def test_a_font_that_is_not_there() -> None:
    with pytest.raises(SceneError, match="did you mean 'Noto Sans'"):
        drawn("a", font="Noto San")


def test_a_character_that_no_font_has() -> None:
    with pytest.raises(SceneError, match=r"no font has a glyph for U\+0378 unnamed character \(line 2, character 1\)"):
        drawn("a\n\u0378")


@media("text", "Characters that no font has", "each is named, with its places", read="what was written")
def test_every_character_of_every_layer_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "scene.yaml").write_text(
        """reelwork: 1
compositions:
  main:
    duration: 1s
    layers:
      - text: {content: "a\\U00010fb0 b\\n\\U00010fb1 and \\U00010fb0"}
      - text: fine
      - text: {content: "\\u0378"}
"""
    )
    with pytest.raises(SceneError) as caught:
        open_scene(tmp_path)
    one, two = caught.value.problems
    assert one.place.line == 6
    assert one.message == (
        "no font has a glyph for \U00010fb0 U+10FB0 CHORASMIAN LETTER ALEPH (line 1, character 2), "
        "\U00010fb1 U+10FB1 CHORASMIAN LETTER SMALL ALEPH (line 2, character 1)"
    )
    assert two.place.line == 8
    assert "U+0378 unnamed character" in two.message


def test_a_text_beyond_measure() -> None:
    with pytest.raises(SceneError, match="100001 characters"):
        drawn("a" * (LONGEST + 1))


def test_emoji_beyond_measure() -> None:
    with pytest.raises(SceneError, match="2001 emoji in colour, 2000 are allowed"):
        drawn("😀" * (MOST_EMOJI + 1))


def test_threads_draw_the_same() -> None:
    contents = [f"abc در {number} हिन्दी 漢字 ไทย 🇧🇷" for number in range(4)] * 4

    def digest(content: str) -> str:
        return hashlib.sha256(repr(drawn(content, width=120.0, weight=613.0)).encode()).hexdigest()

    one_by_one = [digest(content) for content in contents]
    glyph.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(digest, contents)) == one_by_one


def test_importing_the_generators_loads_no_engine() -> None:
    heavy = ("uharfbuzz", "pathops", "icu4py", "numpy", "numba")
    code = f"import sys, reelwork_generators; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
