"""Texts: from words to outlines, with empty and with warm caches, and what ``check`` asks of them."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reelwork_generators import fonts, layout, linebreak, outline, shaping, strokes
from reelwork_generators.paint import Stroke
from reelwork_generators.text import Text

TITLE = Text(content="The valley at dawn — وادي الفجر", size=96.0, weight=700.0)
OUTLINED = Text(content="The valley at dawn", size=96.0, weight=700.0, stroke=Stroke(width=4.0))
ROLL = Text(
    content="\n".join(f"Nobody Number {n}, who drew the {n}th lantern of the hill and coloured it" for n in range(60)),
    size=32.0,
    width=600.0,
)


def forget() -> None:
    """Empty every cache but the opened fonts."""
    for kept in (layout.lay_out, linebreak.opportunities, outline.glyph, shaping.shape, strokes.stroke_outline):
        kept.cache_clear()


@pytest.mark.parametrize("text", [TITLE, OUTLINED, ROLL], ids=["title", "outlined", "roll"])
def test_first_time(benchmark: BenchmarkFixture, text: Text) -> None:
    drawing = benchmark.pedantic(text.draw, (1920.0, 1080.0), setup=forget, rounds=5)
    assert drawing.fills


@pytest.mark.parametrize("text", [TITLE, OUTLINED, ROLL], ids=["title", "outlined", "roll"])
def test_again(benchmark: BenchmarkFixture, text: Text) -> None:
    assert benchmark(text.draw, 1920.0, 1080.0).fills


def test_every_frame_of_another_weight(benchmark: BenchmarkFixture) -> None:
    weights = iter(range(100_000))

    def next_frame() -> Text:
        return Text(content=TITLE.content, size=96.0, weight=400.0 + next(weights) / 1000.0)

    assert benchmark(lambda: next_frame().draw(1920.0, 1080.0)).fills


def test_asking_what_is_missing(benchmark: BenchmarkFixture) -> None:
    assert benchmark(fonts.missing_glyphs, TITLE.content) == ()
