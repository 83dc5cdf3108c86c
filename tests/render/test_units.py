"""The grid of units, views and digests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from building import composition, graph, layer, nested, still
from hypothesis import given
from hypothesis import strategies as st

from reelwork.errors import OutputError
from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.render.digests import engine_digest, value_digest
from reelwork.render.units import UNIT_FRAMES, selected, units
from reelwork.render.view import frame_range, output_view
from reelwork.scene.output import Output
from reelwork.values import Affine


def output(**keys) -> Output:
    return Output(name="film", file="film.mp4", **keys)


@given(first=st.integers(0, 500), length=st.integers(1, 500))
def test_units_cover_what_is_asked_for_and_never_move_their_grid(first, length):
    found = units(first, first + length, "key")
    assert [frame for unit in found for frame in range(unit.first, unit.stop)] == list(range(first, first + length))
    for unit in found:
        assert unit.first // UNIT_FRAMES == (unit.stop - 1) // UNIT_FRAMES
    whole = {unit.key for unit in units(0, first + length + UNIT_FRAMES, "key")}
    for unit in found:
        if unit.stop - unit.first == UNIT_FRAMES:
            assert unit.key in whole


def test_frames_that_are_not_there_are_refused():
    with pytest.raises(OutputError, match="has frames 0-9"):
        selected(10, (5, 10))
    assert selected(10, None) == (0, 10)


def test_a_view_contains_the_crop_in_the_size():
    shown = output_view(
        graph(composition(size=(200, 100))), output(crop=(100, 0, 100, 100), size=(300, 100)), Fraction(1)
    )
    assert shown.window == Window(0, 0, 300, 100)
    assert shown.matrix == Affine(1, 0, 0, 1, 0, 0)
    assert shown.crop == (100, 0, 100, 100)


def test_a_crop_outside_the_composition_is_refused():
    with pytest.raises(OutputError, match="outside the composition"):
        output_view(graph(composition(size=(200, 100))), output(crop=(150, 0, 100, 100)), Fraction(1))


def test_a_scaled_view_has_even_sides():
    shown = output_view(graph(composition(size=(1919, 1079))), output(), Fraction(1, 3))
    assert (shown.window.width, shown.window.height) == (640, 360)


@given(st.integers(1, 4000), st.integers(1, 4000), st.fractions(Fraction(1, 64), 1))
def test_a_scaled_view_has_no_line_of_background(width: int, height: int, scale: Fraction) -> None:
    shown = output_view(graph(composition(size=(width, height))), output(), scale)
    assert shown.matrix.e <= 1e-9
    assert shown.matrix.f <= 1e-9
    assert shown.matrix.a * width + shown.matrix.e >= shown.window.width - 1e-6
    assert shown.matrix.d * height + shown.matrix.f >= shown.window.height - 1e-6


@given(frames=st.integers(1, 10_000), rate=st.sampled_from([Fraction(24000, 1001), Fraction(24), Fraction(25)]))
def test_a_composition_has_every_frame_whose_instant_lies_in_it(frames, rate):
    root = composition(duration=frames / rate)
    _, fps, count = frame_range(graph(root), output(fps=rate))
    assert count == frames
    assert (count - 1) / fps < root.duration <= count / fps


def test_a_range_beyond_the_end_is_refused():
    with pytest.raises(OutputError, match="lasts 2s"):
        frame_range(graph(composition()), output(range=(Fraction(5), Fraction(6))))


def test_a_digest_changes_with_every_part_and_is_quick_for_nested_compositions():
    inner = composition(layer(still()), name="0")
    for depth in range(1, 40):
        inner = composition(layer(nested(inner)), layer(nested(inner)), name=str(depth))
    deep = graph(inner)
    assert value_digest(deep) == value_digest(replace(deep))
    assert value_digest(deep) != value_digest(replace(deep, blend_space="display"))
    assert value_digest(deep) != value_digest(replace(deep, display="bt1886"))
    assert value_digest(1) != value_digest("1")
    assert value_digest(1) != value_digest(1.0)


def test_a_digest_knows_what_a_file_is_and_not_where_it_lies():
    source = still()
    moved = replace(source, media=replace(source.media, path="/elsewhere/other.png"))
    changed = replace(source, media=replace(source.media, facts=replace(source.media.facts, digest="other")))
    assert value_digest(source) == value_digest(moved) != value_digest(changed)


def test_another_version_of_a_plugin_is_another_engine_though_its_code_is_the_same() -> None:
    here = registry()
    cls, origin = next(iter(here.origins.items()))
    other = replace(here, origins={**here.origins, cls: f"{origin}.post1"})
    assert engine_digest(here) == engine_digest(replace(here, origins=dict(here.origins)))
    assert engine_digest(other) != engine_digest(here)
