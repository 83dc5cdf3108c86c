"""Sharpening, inner shadows, grain, lenses and shutters: what each is for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from reference.colour import light_to_srgb, srgb_to_light

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.blur import gaussian_blur
from reelwork.values import Colour
from reelwork_filters import ChromaticAberration, DirectionalBlur, Grain, InnerShadow, Sharpen

BOX = Window(0, 0, 80, 60)
CONTEXT = Context((1.0, 1.0), (0.0, 0.0, 80.0, 60.0), seed=3)


def rendered(effect, source, window=BOX, context=CONTEXT):
    out = Frame.empty(window)
    effect.render(source.crop(effect.needs(window, context)), out, context)
    return out.data


def flat(value, alpha=1.0, window=BOX):
    data = np.full((4, window.height, window.width), value * alpha, np.float32)
    data[3] = alpha
    return Frame(data, window)


def random(seed=0):
    data = np.random.default_rng(seed).random((4, 60, 80)).astype(np.float32)
    data[:3] *= data[3]
    return Frame(data, BOX)


def dot(x, y, channels=(0, 1, 2, 3)):
    data = np.zeros((4, 60, 80), np.float32)
    data[list(channels), y, x] = 1.0
    return Frame(data, BOX)


def test_sharpening_adds_the_difference_from_a_blurred_copy():
    source, soft = random(), Frame.empty(BOX)
    gaussian_blur(source, 2.0, 2.0, soft)
    found = rendered(Sharpen(radius=2.0, amount=0.7), source)
    blurred = soft.data[:3] * (source.data[3] / soft.data[3])
    expected = np.maximum(source.data[:3] + 0.7 * (source.data[:3] - blurred), 0.0)
    assert found[:3] == pytest.approx(expected, abs=1e-5)
    assert (found[3] == source.data[3]).all()


def test_edges_of_a_layer_are_no_edges_to_sharpen_or_to_draw_colours_from():
    for effect in (Sharpen(radius=3.0, amount=2.0), ChromaticAberration(amount=8.0)):
        found = rendered(effect, flat(0.5))
        assert found == pytest.approx(flat(0.5).data, abs=1e-5)


def test_sharpening_leaves_small_differences():
    source = flat(0.5)
    source.data[:3, :, 40:] += 0.01
    inside = Window(20, 20, 60, 40)
    assert rendered(Sharpen(threshold=0.02, radius=1.0), source, inside) == pytest.approx(source.crop(inside).data)
    found = rendered(Sharpen(threshold=0.0, radius=1.0, amount=2.0), source, inside)
    assert found[0].max() > 0.512
    assert found[0].min() < 0.498


def test_an_inner_shadow_falls_from_the_edge_and_leaves_the_middle():
    source = flat(0.8)
    found = rendered(InnerShadow(offset=(0.0, 6.0), blur=6.0, opacity=0.5, colour=Colour(1.0, 0.0, 0.0)), source)
    assert (found[3] == 1.0).all()
    assert found[:, 35, 40] == pytest.approx(source.data[:, 35, 40], abs=1e-4)
    assert found[:3, 0, 40] == pytest.approx([0.9, 0.4, 0.4], abs=0.02)
    assert (np.diff(found[1, :12, 40]) >= -1e-6).all()
    assert found[1, 59, 40] > 0.75


def test_grain_is_strongest_in_midtones_and_keeps_the_mean():
    effect = Grain(amount=0.05, size=1.0, colour=0.0)
    wide, context = Window(0, 0, 300, 200), replace(CONTEXT, box=(0.0, 0.0, 300.0, 200.0))
    for value, expected in ((0.0, 0.0), (0.2, 0.032), (0.5, 0.05), (0.8, 0.032), (1.0, 0.0)):
        shown = light_to_srgb(rendered(effect, flat(srgb_to_light(value), window=wide), wide, context)[:3])
        assert shown.std() == pytest.approx(expected, abs=0.002)
        assert shown.mean() == pytest.approx(value, abs=0.002)
        assert np.ptp(shown, axis=0).max() < 1e-4
    coloured = light_to_srgb(
        rendered(Grain(amount=0.05, colour=1.0, size=1.0), flat(0.2, window=wide), wide, context)[:3]
    )
    assert np.corrcoef(coloured.reshape(3, -1))[0, 1] == pytest.approx(0, abs=0.03)


def test_grains_have_a_size_whatever_the_scale():
    source = flat(0.2)
    for size, scale in ((4.0, 1.0), (2.0, 2.0)):
        context = replace(CONTEXT, scale=(scale, scale))
        found = rendered(Grain(amount=0.2, size=size, colour=0.0), source, context=context)[0]
        found = found - found.mean()
        near = (found[:, 1:] * found[:, :-1]).mean() / found.var()
        far = (found[:, 6:] * found[:, :-6]).mean() / found.var()
        assert near > 0.6
        assert abs(far) < 0.25


def test_grain_changes_from_frame_to_frame_and_may_stand_still():
    source = flat(0.2)
    later = replace(CONTEXT, time=Fraction(1, 24))
    assert (rendered(Grain(), source) != rendered(Grain(), source, context=later)).any()
    assert (rendered(Grain(still=True), source) == rendered(Grain(still=True), source, context=later)).all()
    assert (rendered(Grain(), source) == rendered(Grain(), source)).all()


def test_chromatic_aberration_moves_red_out_and_blue_in():
    effect = ChromaticAberration(amount=5.0)  # a tenth of the half diagonal
    source = dot(60, 40)
    found = rendered(effect, source)
    middle = np.array((40.0, 30.0))
    for channel, share in ((0, 1 / 0.9), (1, 1.0), (2, 1 / 1.1)):
        rows, columns = np.nonzero(found[channel] > 0.01)
        weights = found[channel][rows, columns]
        centre = np.array(((columns + 0.5) @ weights, (rows + 0.5) @ weights)) / weights.sum()
        assert centre == pytest.approx(middle + (np.array((60.5, 40.5)) - middle) * share, abs=0.2)
    assert (found[1] == source.data[1]).all()
    assert (found[:3].max(axis=0) <= found[3] + 1e-6).all()


@pytest.mark.parametrize(("angle", "ends"), [(0.0, ((25, 30), (55, 30))), (90.0, ((40, 15), (40, 45)))])
def test_a_directional_blur_makes_a_line_of_a_point_and_loses_no_light(angle, ends):
    found = rendered(DirectionalBlur(length=30.0, angle=angle), dot(40, 30))
    rows, columns = np.nonzero(found[3] > 1e-4)
    assert (columns.min(), rows.min()) == pytest.approx(ends[0], abs=1)
    assert (columns.max(), rows.max()) == pytest.approx(ends[1], abs=1)
    assert found[3].sum() == pytest.approx(1.0, abs=1e-4)
    inside = rendered(DirectionalBlur(length=30.0, angle=37.0), flat(0.4), Window(30, 25, 50, 35))
    assert inside[:3] == pytest.approx(0.4, abs=1e-5)
