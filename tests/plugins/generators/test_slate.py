"""Slates say what is wanted, at any aspect, whatever the words."""

import pytest

from reelwork_generators.slate import Slate, displayable, stripes

WANTED = Slate(
    title="sophierumi/traveller",
    brief="A traveller seen from behind, walking at dawn; مرحبا.\nTwo versions are welcome.",
    kind="illustration",
    licence="CC-BY-SA-4.0",
    closes="2026-12-24",
)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (500, 500), (2000, 100), (64, 36), (100, 2000)])
def test_it_fills_the_composition_and_its_words_fit(size: tuple[float, float]) -> None:
    width, height = map(float, size)
    drawing = WANTED.draw(width, height)
    assert (drawing.width, drawing.height) == (width, height)
    assert len(drawing.fills) == 5
    for fill in drawing.fills:
        x0, y0, x1, y1 = fill.path.bounds() or (0, 0, 0, 0)
        assert -1e-6 <= x0 < x1 <= width + 1e-6
        assert -1e-6 <= y0 < y1 <= height + 1e-6


def test_it_needs_no_words() -> None:
    assert len(Slate(title="").draw(320.0, 180.0).fills) == 2
    assert len(Slate().draw(320.0, 180.0).fills) == 3


def test_a_word_that_is_too_long_is_shrunk() -> None:
    drawing = Slate(title="m" * 60).draw(640.0, 360.0)
    x0, _, x1, _ = drawing.fills[2].path.bounds() or (0, 0, 0, 0)
    assert 0.0 < x0 < x1 < 640.0


def test_words_that_no_font_has_are_question_marks() -> None:
    assert displayable("\U00010fb0\U00010fb1 a") == "?? a"


def test_long_words_are_cut() -> None:
    assert len(displayable("a" * 1000)) == 400
    assert displayable("a" * 1000).endswith("…")


def test_stripes_lie_in_two_bands() -> None:
    ys = {round(y, 9) for y in stripes(160.0, 90.0, 5.0).points[1::2]}
    assert {0.0, 5.0, 85.0, 90.0} <= ys
    assert all(y <= 5.0 or y >= 85.0 for y in ys)
