"""Blurs against scipy's, and what each promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import filters as twin
from scipy import ndimage

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork_filters import BoxBlur, DirectionalBlur, GaussianBlur, Glow, LensBlur, Sharpen
from reelwork_filters.footprint import aperture
from reelwork_filters.spreading import spread

BOX = Window(-7, 3, 83, 65)
CONTEXT = Context((1.0, 1.0), (-7.0, 3.0, 83.0, 65.0))


def picture(lamps=True):
    """Premultiplied noise, opaque and not, with lamps far brighter than white."""
    rng = np.random.default_rng(0)
    data = rng.random((4, BOX.height, BOX.width)).astype(np.float32)
    data[3, 20:40] = 1.0
    data[:3] *= data[3]
    if lamps:
        data[:3, 30, 40], data[:3, 10, 15] = 40.0, 900.0
    return Frame(data, BOX)


def steps(width, height):
    data = np.float32(np.indices((height, width)) // 13 % 2).sum(axis=0) % 2
    return np.ascontiguousarray(np.broadcast_to(data, (4, height, width)), np.float32)


def rendered(effect, source, window=BOX, context=CONTEXT):
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    effect.render(source.crop(effect.needs(window, context)), out, context)
    return out.data


def around(source, pixels):
    """The picture with so many pixels of nothing around it, for a twin that knows no others."""
    return source.crop(BOX.expand(pixels, pixels, pixels, pixels)).data


@pytest.mark.parametrize("sigma", [0.3, 0.5, 1.0, 3.4, 3.6, 12.0, 40.0, 100.0])
@pytest.mark.parametrize("other", [1.0, 25.0])
def test_a_gaussian_is_scipys(sigma, other):
    window = Window(0, 0, 110, 90)
    source = Frame(steps(110, 90), window)
    expected = ndimage.gaussian_filter(source.data.astype(np.float64), (0, other, sigma), mode="constant", truncate=8)
    found = rendered(GaussianBlur(radius=(sigma, other)), source, window)
    assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("radii", [(0.0, 0.5), (0.4, 1.0), (2.5, 3.2), (17.0, 4.25), (1.0, 40.0), (70.0, 0.0)])
@pytest.mark.parametrize("passes", [1, 3])
def test_a_box_is_scipys(radii, passes):
    source = picture()
    far = 1 + passes * (2 + int(max(radii)))
    expected = twin.box_blur(around(source, far), radii, passes)[:, far:-far, far:-far]
    assert rendered(BoxBlur(radius=radii, passes=passes), source) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.floats(0, 60), st.floats(0, 60)), st.integers(1, 3),
    st.integers(-60, 120), st.integers(-60, 100), st.integers(1, 30), st.integers(1, 30),
)  # fmt: skip
def test_boxes_do_not_depend_on_the_tile(radii, passes, x, y, width, height):
    whole, tile = Window(-60, -60, 150, 130), Window(x, y, x + width, y + height)
    effect = BoxBlur(radius=radii, passes=passes)
    expected = Frame(rendered(effect, picture(), whole), whole).crop(tile & whole).data
    assert rendered(effect, picture(), tile & whole).tobytes() == expected.tobytes()


def test_three_boxes_are_almost_a_gaussian():
    found = rendered(BoxBlur(radius=6.0, passes=3), picture())
    expected = rendered(GaussianBlur(radius=6.0), picture())
    assert abs(found - expected).max() < 0.15 * expected.max()


@pytest.mark.parametrize(
    ("radius", "blades", "rotation", "curvature"),
    [(0.3, 0, 0, 0), (1.5, 0, 0, 0), (7.3, 0, 0, 0), (9, 5, 0, 0), (12, 6, 17, 0.4), (6, 3, 90, 1), (16, 7, 200, 0)],
)  # fmt: skip
def test_a_lens_is_the_sum_over_its_aperture(radius, blades, rotation, curvature):
    source, shape = picture(lamps=False), (float(radius), blades, float(rotation), float(curvature))
    expected = twin.spread(around(source, 20), twin.aperture(*shape))[:, 20:-20, 20:-20]
    effect = LensBlur(radius=shape[0], blades=blades, rotation=shape[2], curvature=shape[3])
    assert rendered(effect, source) == pytest.approx(expected, abs=1e-3)


def test_light_far_above_white_spreads_as_exactly():
    source, lens = picture(), aperture(8.5, 6.25, 5, 33.0, 0.3)
    kernel = np.zeros((2 * lens.reach[1] + 1, 2 * lens.reach[0] + 1))
    middle = np.array((lens.reach[1], lens.reach[0]))
    for row, first, end in lens.spans + middle[[0, 1, 1]]:
        kernel[row, first:end] = 1.0
    kernel[tuple((lens.places + middle).T)] = lens.weights
    expected = twin.spread(around(source, 20), kernel[::-1, ::-1] / kernel.sum())[:, 20:-20, 20:-20]
    needs, out = BOX.expand(*lens.reach, *lens.reach), np.empty_like(source.data)
    spread(source.crop(needs).data, needs, lens, out, BOX)
    assert out == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_a_point_becomes_the_aperture_upright():
    source = Frame.transparent(BOX)
    source.data[:, 30, 40] = 1.0
    found = rendered(LensBlur(radius=12.0, blades=3), source)[3]
    rows, columns = np.nonzero(found > 1e-4)
    assert rows.min() == pytest.approx(30 - 12, abs=1)
    assert rows.max() == pytest.approx(30 + 6, abs=1)
    assert np.ptp(columns[rows == rows.max()]) > 15
    assert np.ptp(columns[rows == rows.min()]) <= 1
    assert found.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_curved_aperture_grows_into_a_disc():
    disc = rendered(LensBlur(radius=9.0), picture())
    near = [
        abs(rendered(LensBlur(radius=9.0, blades=5, curvature=c), picture()) - disc).max() for c in (0.0, 0.5, 0.9, 1.0)
    ]
    assert near == sorted(near, reverse=True)
    assert near[-1] < 1e-3 * near[0]


@settings(deadline=None, max_examples=30)
@given(
    st.floats(0, 20), st.integers(0, 8), st.integers(-30, 90), st.integers(-20, 70),
    st.integers(1, 30), st.integers(1, 30), st.tuples(st.floats(0.3, 2), st.floats(0.3, 2)),
)  # fmt: skip
def test_apertures_do_not_depend_on_the_tile(radius, blades, x, y, width, height, scale):
    whole, tile = Window(-30, -20, 120, 100), Window(x, y, x + width, y + height)
    effect, context = LensBlur(radius=radius, blades=blades, highlights=1.0), replace(CONTEXT, scale=scale)
    expected = Frame(rendered(effect, picture(), whole, context), whole).crop(tile & whole).data
    assert rendered(effect, picture(), tile & whole, context).tobytes() == expected.tobytes()


def test_highlights_grow_and_the_rest_stays():
    source = Frame(np.full((4, 62, 90), 0.5, np.float32), BOX)
    source.data[3] = 1.0
    source.data[:3, 30, 40] = (1.6, 1.2, 0.4)
    plain, bright = (rendered(LensBlur(radius=6.0, highlights=h, threshold=0.8), source) for h in (0.0, 3.0))
    grown = (bright - plain)[:, 20:40, 30:50].sum(axis=(1, 2))
    assert grown == pytest.approx([1.6 * 1.5, 1.2 * 1.5, 0.4 * 1.5, 0.0], rel=1e-3, abs=1e-3)
    assert (bright[:, 50:] == plain[:, 50:]).all()


def test_apertures_keep_constants_and_cover():
    window = Window(0, 0, 30, 20)
    for effect in (LensBlur(radius=11.3, blades=7), DirectionalBlur(length=31.0, angle=12.0), BoxBlur(radius=9.7)):
        needs = effect.needs(window, CONTEXT)
        source = Frame(np.ones((4, needs.height, needs.width), np.float32), needs)
        assert rendered(effect, source, window) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(("length", "angle"), [(0.4, 10.0), (9.0, 0.0), (24.0, 37.0), (31.5, 90.0), (50.0, 135.0)])
def test_a_directional_blur_is_the_mean_of_places_on_a_line(length, angle):
    source = picture()
    x, y = (0.5 * length * part(np.radians(angle)) for part in (np.cos, np.sin))
    steps = max(1, int(np.ceil(max(abs(x), abs(y)) - 1e-9)))
    rows, columns = np.indices((BOX.height, BOX.width)) + 40.0
    planes = around(source, 40).astype(np.float64)
    expected = np.mean(
        [
            [
                ndimage.map_coordinates(plane, [rows + y * n / steps, columns + x * n / steps], order=1)
                for plane in planes
            ]
            for n in range(-steps, steps + 1)
        ],
        axis=0,
    )
    assert rendered(DirectionalBlur(length=length, angle=angle), source) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_sharpening_is_scipys():
    source = picture(lamps=False)
    planes = around(source, 30).astype(np.float64)
    soft = ndimage.gaussian_filter(planes, (0, 2.0, 2.0), mode="constant", truncate=8)[:, 30:-30, 30:-30]
    own = planes[:, 30:-30, 30:-30]
    difference = own[:3] - soft[:3] * own[3] / soft[3]
    beyond = np.sign(difference) * np.maximum(abs(difference) - 0.1 * own[3], 0.0)
    expected = np.maximum(own[:3] + 1.5 * beyond, 0.0)
    found = rendered(Sharpen(radius=2.0, amount=1.5, threshold=0.1), source)
    assert found[:3] == pytest.approx(expected, rel=2e-3, abs=2e-3)
    assert (found[3] == source.data[3]).all()


def test_a_bloom_is_a_sum_of_halos():
    source, wide = picture(), BOX.expand(30, 30, 30, 30)
    layer = source.crop(wide).data
    halos = [rendered(Glow(radius=3.0 * 2**k), source, wide)[:3] - layer[:3] for k in range(3)]
    found = rendered(Glow(radius=12.0, octaves=3), source, wide)
    assert found[:3] - layer[:3] == pytest.approx((4 * halos[0] + 2 * halos[1] + halos[2]) / 7, rel=1e-3, abs=1e-4)
    assert (found[3] <= 1.0 + 1e-5).all()


@pytest.mark.parametrize("effect", [BoxBlur(radius=9.0), LensBlur(radius=9.0), DirectionalBlur(length=20.0)])
def test_blurred_edges_do_not_darken(effect):
    source = Frame(np.empty((4, 62, 90), np.float32), BOX)
    source.data[:] = np.float32([0.1, 0.4, 0.8, 1.0])[:, None, None]
    wide = BOX.expand(8, 8, 8, 8)
    data = rendered(effect, source, wide)
    visible = data[3] > 1e-3
    straight = data[:3, visible] / data[3, visible]
    assert straight == pytest.approx(np.broadcast_to([[0.1], [0.4], [0.8]], straight.shape), rel=1e-3)


@pytest.mark.parametrize("sigma", [(2.0, 1.0), (9.0, 30.0)])
def test_repeated_edges_are_scipys_nearest(sigma):
    source = picture(lamps=False)
    expected = ndimage.gaussian_filter(
        source.data.astype(np.float64), (0, sigma[1], sigma[0]), mode="nearest", truncate=8
    )
    assert rendered(GaussianBlur(radius=sigma, edges="repeat"), source) == pytest.approx(expected, abs=1e-3)
    box = ndimage.convolve1d(
        ndimage.convolve1d(source.data.astype(np.float64), twin.box(sigma[0]), axis=2, mode="nearest"),
        twin.box(sigma[1]), axis=1, mode="nearest",
    )  # fmt: skip
    assert rendered(BoxBlur(radius=sigma, edges="repeat"), source) == pytest.approx(box, abs=1e-5)


@pytest.mark.parametrize(
    "effect",
    [
        GaussianBlur(radius=9.0, edges="repeat"), BoxBlur(radius=(4.0, 20.0), edges="repeat"),
        LensBlur(radius=9.0, edges="repeat"), DirectionalBlur(length=40.0, angle=30.0, edges="repeat"),
    ],
    ids=lambda effect: effect.name,
)  # fmt: skip
@pytest.mark.parametrize("box", [(-7.0, 3.0, 83.0, 65.0), (-6.5, 3.25, 82.75, 64.5), (10.0, 10.0, 10.5, 10.5)])
def test_what_repeats_its_edges_is_opaque_up_to_them_and_nothing_beyond(effect, box):
    context = replace(CONTEXT, box=box)
    source = Frame(np.full((4, BOX.height, BOX.width), 0.5, np.float32), BOX)
    source.data[3] = 1.0
    wide = BOX.expand(9, 9, 9, 9)
    found = rendered(effect, source, wide, context)
    x, y = np.arange(wide.x0, wide.x1), np.arange(wide.y0, wide.y1)
    inside = [
        np.clip(np.minimum(p + 1, high) - np.maximum(p, low), 0, 1)
        for p, low, high in ((x, box[0], box[2]), (y, box[1], box[3]))
    ]
    assert found[3] == pytest.approx(np.outer(inside[1], inside[0]), abs=1e-5)
    assert found[0] == pytest.approx(0.5 * found[3], abs=1e-5)
    tile = Window(-9, 0, 20, 12)
    assert rendered(effect, source, tile, context).tobytes() == Frame(found, wide).crop(tile).data.tobytes()
