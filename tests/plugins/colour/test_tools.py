"""The colourist's single tools: each against its formula in numpy, and what each promises of grey, white and black."""

from __future__ import annotations

import colorsys

import colour
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugins.colour.files import linked
from reference.colour import light_to_srgb, srgb_to_light

from reelwork import PointEffect
from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.kinds import REQUIRED
from reelwork.values import Affine, Colour
from reelwork_colour import (
    BlackAndWhite,
    Cdl,
    ChannelMixer,
    ColourBalance,
    Curves,
    Dither,
    Exposure,
    GradientMap,
    HueSaturation,
    Invert,
    Levels,
    Posterise,
    Threshold,
    ToneMap,
    WhiteBalance,
)
from reelwork_colour.curves import knots
from reelwork_colour.temperature import adaptation

RANDOM = np.random.default_rng(7)
COLOURS = np.concatenate((RANDOM.random((300, 3)), [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], [0, 0, 1]]))


def in_light(effect, colours, alpha=1.0):
    """What an effect makes of straight scene-linear colours ``[pixel, channel]``."""
    colours = np.asarray(colours, float)
    data = np.concatenate((colours * alpha, np.full((len(colours), 1), alpha)), axis=1).T[:, None, :]
    source = Frame(np.ascontiguousarray(data, np.float32), Window(0, 0, len(colours), 1))
    out = Frame.empty(source.window)
    frames.apply_pointwise([effect], source, out, to_layer=Affine.IDENTITY, box=(float(len(colours)), 1.0))
    assert (out.data[3] == source.data[3]).all()
    return (out.data[:3, 0].astype(float) / alpha).T


def displayed(effect, colours, alpha=1.0):
    """The same of display-encoded ones."""
    return light_to_srgb(in_light(effect, srgb_to_light(np.asarray(colours, float)), alpha))


def luma(colours):
    return np.asarray(colours) @ (0.3, 0.59, 0.11)


def every(cls):
    return cls(**{"grey": Colour(0.5, 0.4, 0.3)} if cls is WhiteBalance else {})


TOOLS = [
    cls
    for cls in registry().effects.values()
    if issubclass(cls, PointEffect) and not any(p.default is REQUIRED for p in cls.params().values())
]


@pytest.mark.parametrize("cls", TOOLS, ids=lambda cls: cls.name)
@given(
    light=st.lists(st.floats(-10.0, 1000.0, width=32), min_size=3, max_size=3),
    alpha=st.sampled_from([1.0, 0.5, 2.0**-10]),
)
@settings(max_examples=30, deadline=None)
def test_light_of_any_size_never_becomes_no_number(cls, light, alpha):
    assert np.isfinite(in_light(every(cls), [light], alpha)).all()


@pytest.mark.parametrize("cls", TOOLS, ids=lambda cls: cls.name)
def test_nothing_stays_nothing(cls):
    source = Frame(np.zeros((4, 2, 20), np.float32), Window(0, 0, 20, 2))
    frames.apply_pointwise([every(cls)], source, source, to_layer=Affine.IDENTITY, box=(20.0, 2.0))
    assert not source.data.any()


@pytest.mark.parametrize("alpha", [1.0, 0.25])
def test_exposure(alpha):
    assert in_light(Exposure(stops=-1.5), COLOURS, alpha) == pytest.approx(COLOURS * 2**-1.5, rel=1e-6)
    assert Exposure().is_identity()


@pytest.mark.parametrize("alpha", [1.0, 0.25])
def test_invert(alpha):
    assert displayed(Invert(), COLOURS, alpha) == pytest.approx(1 - COLOURS, abs=1e-5)


def test_threshold():
    away = COLOURS[abs(luma(COLOURS) - 0.4) > 1e-4]
    expected = (luma(away) > 0.4).astype(float)[:, None].repeat(3, 1)
    assert displayed(Threshold(level=0.4), away) == pytest.approx(expected, abs=1e-6)
    soft = displayed(Threshold(level=0.4, softness=0.5), COLOURS)[:, 0]
    assert ((soft > 0.01) & (soft < 0.99)).sum() > 100
    assert (np.diff(soft[np.argsort(luma(COLOURS))]) >= -1e-5).all()


@pytest.mark.parametrize("levels", [2, 3, 8, 256])
def test_posterise(levels):
    away = COLOURS[(abs(COLOURS * levels - np.round(COLOURS * levels)) > 1e-3).all(axis=1)]
    expected = np.floor(away * levels) / (levels - 1)
    assert displayed(Posterise(levels=levels), away) == pytest.approx(expected, abs=2e-6)
    assert displayed(Posterise(levels=levels), [[0, 1, 3]]) == pytest.approx(np.array([[0, 1, 1]]), abs=1e-6)


def test_levels():
    effect = Levels(black=0.1, white=(0.9, 0.8, 1.0), gamma=2.0, out_black=0.05, out_white=0.95)
    t = np.maximum((COLOURS - 0.1) / (np.array((0.9, 0.8, 1.0)) - 0.1), 0) ** 0.5
    assert displayed(effect, COLOURS) == pytest.approx(0.05 + t * 0.9, abs=1e-5)
    assert Levels().is_identity()
    assert not Levels(gamma=(1.0, 1.0, 1.1)).is_identity()


def test_channel_mixer():
    rows = ((0.5, 0.25, 0.25), (-0.5, 1.0, 0.5), (0.0, 0.0, 1.0))
    effect = ChannelMixer(red=rows[0], green=rows[1], blue=rows[2])
    assert in_light(effect, COLOURS, 0.5) == pytest.approx(COLOURS @ np.array(rows).T, abs=1e-6)


def test_black_and_white():
    result = displayed(BlackAndWhite(), COLOURS)
    assert (result == result[:, :1]).all()
    greys = np.linspace(0, 1, 20)[:, None].repeat(3, 1)
    assert displayed(BlackAndWhite(), greys) == pytest.approx(greys, abs=1e-5)
    pure = [[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1]]
    shares = {"reds": 0.1, "yellows": 0.2, "greens": 0.3, "cyans": 0.4, "blues": 0.5, "magentas": 0.6}
    assert displayed(BlackAndWhite(**shares), pure)[:, 0] == pytest.approx(list(shares.values()), abs=1e-5)
    # two thirds of the way from red to yellow
    assert displayed(BlackAndWhite(**shares), [[0.9, 0.6, 0.0]])[0, 0] == pytest.approx(0.6 * 0.2 + 0.3 * 0.1, abs=1e-5)


def test_hues_are_turned_as_in_hls():
    found = displayed(HueSaturation(hue=100.0), COLOURS)
    for (r, g, b), result in zip(COLOURS, found, strict=True):
        hue, lightness, saturation = colorsys.rgb_to_hls(r, g, b)
        assert result == pytest.approx(colorsys.hls_to_rgb((hue + 100 / 360) % 1, lightness, saturation), abs=1e-4)


def test_saturation_multiplies_chroma_and_keeps_lightness():
    found = displayed(HueSaturation(saturation=0.5), COLOURS)
    middle = (COLOURS.max(axis=1) + COLOURS.min(axis=1))[:, None] / 2
    assert found == pytest.approx(middle + (COLOURS - middle) * 0.5, abs=1e-5)


def test_lightness_leads_to_white_and_to_black():
    assert displayed(HueSaturation(lightness=1.0), COLOURS) == pytest.approx(np.ones_like(COLOURS), abs=1e-5)
    assert displayed(HueSaturation(lightness=-1.0), COLOURS) == pytest.approx(np.zeros_like(COLOURS), abs=1e-5)


def test_a_range_of_hues_leaves_the_others_and_greys():
    effect = HueSaturation(saturation=0.0, centre=0.0, range=60.0, softness=10.0)
    wheel = np.array([colorsys.hls_to_rgb(hue / 360, 0.5, 1.0) for hue in range(0, 360, 5)] + [(0.4, 0.4, 0.4)])
    chroma = np.ptp(displayed(effect, wheel), axis=1)
    for index, hue in enumerate(range(0, 360, 5)):
        away = min(hue, 360 - hue)
        if away <= 30:
            assert chroma[index] == pytest.approx(0, abs=1e-4)
        elif away >= 40:
            assert displayed(effect, wheel[index : index + 1]) == pytest.approx(wheel[index : index + 1], abs=1e-5)
        else:
            assert 0.05 < chroma[index] < 0.95
    assert displayed(HueSaturation(lightness=0.5, range=60.0), wheel[-1:]) == pytest.approx(wheel[-1:], abs=1e-6)


def test_colour_balance_moves_each_part_and_keeps_luminance():
    greys = np.linspace(0.02, 0.98, 40)[:, None].repeat(3, 1)
    weights = (0.2126, 0.7152, 0.0722)
    red = ColourBalance(shadows=(0.2, 0.0, 0.0), keep_luminance=False)
    moved = displayed(red, greys) - greys
    assert moved[0, 0] == pytest.approx(0.2, abs=0.02)
    assert moved[-10:] == pytest.approx(0, abs=1e-5)
    assert moved[:, 1:] == pytest.approx(0, abs=1e-5)
    kept = displayed(ColourBalance(midtones=(0.2, 0.0, -0.1)), greys[5:35])
    assert kept @ weights == pytest.approx(greys[5:35] @ weights, abs=1e-4)
    everywhere = ColourBalance(shadows=(0.1,) * 3, midtones=(0.1,) * 3, highlights=(0.1,) * 3, keep_luminance=False)
    assert displayed(everywhere, COLOURS) == pytest.approx(COLOURS + 0.1, abs=1e-5)


def test_cdl():
    effect = Cdl(slope=(1.1, 1.0, 0.9), offset=(-0.02, 0.01, 0.0), power=(1.2, 1.0, 0.8), saturation=0.7)
    graded = COLOURS * (1.1, 1.0, 0.9) + (-0.02, 0.01, 0.0)
    graded = np.where(graded > 0, abs(graded) ** np.array((1.2, 1.0, 0.8)), graded)
    luma = (graded @ (0.2126, 0.7152, 0.0722))[:, None]
    assert in_light(effect, COLOURS, 0.5) == pytest.approx(luma + (graded - luma) * 0.7, abs=1e-5)


def test_a_grade_of_no_numbers_is_refused(tmp_path):
    path = tmp_path / "a.cc"
    path.write_text(
        "<ColorCorrection><SOPNode><Slope>1 1 1</Slope><Offset>0 nan 0</Offset><Power>1 1 1</Power></SOPNode>"
        "</ColorCorrection>"
    )
    with pytest.raises(ValueError, match=r"a\.cc: it has numbers that are infinite, or none at all"):
        Cdl(file=linked(path)).check()


@pytest.mark.parametrize("curve", ["reinhard", "filmic", "aces", "bt2390"])
def test_tone_maps_rise_from_black_to_white(curve):
    light = np.concatenate(([0.0], np.geomspace(1e-3, 1e5, 300)))
    result = in_light(ToneMap(curve=curve, white=3.0), light[:, None].repeat(3, 1))[:, 0]
    assert result[0] == pytest.approx(0, abs=1e-6)
    assert (np.diff(result) >= -1e-6).all()
    assert result[-1] == pytest.approx(1, abs=1e-6)
    if curve != "aces":
        at_white = in_light(ToneMap(curve=curve, white=3.0), [[8.0, 7.0, 8.0]])[0]
        assert at_white[0] == pytest.approx(1, abs=1e-5)
        assert at_white[1] < 1


def test_reinhard():
    x = COLOURS * 4
    expected = x * (1 + x / 64) / (1 + x)
    assert in_light(ToneMap(curve="reinhard", exposure=2.0, white=3.0), COLOURS) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("stops", [2.3, 5.6])
def test_highlights_of_hdr_are_rolled_off_as_bt2390_has_it(stops):
    """By the formulas of its section 5.4.1, in PQ by colour-science: a hermite spline from a knee to the peak."""
    x = np.geomspace(1e-3, 2.0**stops, 200)
    to_pq, to_light = colour.models.eotf_inverse_ST2084, colour.models.eotf_ST2084
    peak = to_pq(203 * 2.0**stops)
    last = to_pq(203) / peak
    knee = 1.5 * last - 0.5
    value = to_pq(203 * x) / peak
    t = (value - knee) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * last
    expected = to_light(np.where(value < knee, value, spline) * peak) / 203
    found = in_light(ToneMap(curve="bt2390", white=stops), x[:, None].repeat(3, 1))[:, 0]
    assert found == pytest.approx(expected, rel=2e-4)
    assert (found[value < knee] == x[value < knee].astype(np.float32)).all()
    assert found[-1] == pytest.approx(1, abs=1e-4)


def test_gradient_map():
    colours = (Colour(0.0, 0.1, 0.2), Colour(0.9, 0.3, 0.1), Colour(1.0, 1.0, 0.8))
    found = displayed(GradientMap(colours=colours), COLOURS)
    stops = np.array([(c.red, c.green, c.blue) for c in colours])
    expected = np.stack([np.interp(luma(COLOURS), (0, 0.5, 1), stops[:, k]) for k in range(3)], axis=1)
    assert found == pytest.approx(expected, abs=1e-4)
    turned = displayed(GradientMap(colours=colours, reverse=True), 1 - COLOURS)
    assert turned == pytest.approx(expected, abs=1e-4)


def test_dither_keeps_the_mean_and_leaves_few_levels():
    grey = np.full((20000, 3), 0.3)
    found = displayed(Dither(bits=3), grey)
    levels = found * 7
    assert levels == pytest.approx(np.round(levels), abs=1e-4)
    assert found.mean(axis=0) == pytest.approx(0.3, abs=3e-3)
    assert len(np.unique(np.round(levels))) <= 4
    assert np.corrcoef(found.T)[0, 1] == pytest.approx(0, abs=0.05)
    assert displayed(Dither(bits=1), [[0, 1, 5]]) == pytest.approx(np.array([[0, 1, 1]]), abs=1e-6)


def test_white_balance_makes_a_picked_colour_grey():
    grey = Colour(0.7, 0.5, 0.3)
    light = srgb_to_light(np.array([[0.7, 0.5, 0.3]]))
    found = in_light(WhiteBalance(grey=grey), light)[0]
    assert found == pytest.approx([light[0] @ (0.2126, 0.7152, 0.0722)] * 3, rel=1e-4)


@pytest.mark.parametrize("kelvin", [2000.0, 2850.0, 4000.0, 9000.0])
def test_white_balance_makes_the_light_of_a_black_body_white(kelvin):
    colour = pytest.importorskip("colour")
    xy = colour.temperature.CCT_to_xy_Kang2002(kelvin)
    here = colour.temperature.CCT_to_xy_Kang2002(6504.0)
    matrix = colour.adaptation.matrix_chromatic_adaptation_VonKries(
        colour.xy_to_XYZ(xy), colour.xy_to_XYZ(here), transform="Bradford"
    )
    to_xyz = colour.RGB_COLOURSPACES["sRGB"].matrix_RGB_to_XYZ
    expected = np.linalg.inv(to_xyz) @ matrix @ to_xyz
    assert np.array(adaptation(kelvin)).reshape(3, 3) == pytest.approx(expected, abs=5e-3)
    assert in_light(WhiteBalance(temperature=kelvin), COLOURS) == pytest.approx(
        COLOURS @ np.array(adaptation(kelvin)).reshape(3, 3).T, abs=1e-5
    )
    assert WhiteBalance(temperature=6504.0).is_identity()
    assert np.array(adaptation(6504.0)).reshape(3, 3) == pytest.approx(np.eye(3), abs=1e-5)


POINTS = st.lists(
    st.tuples(st.integers(0, 100), st.floats(0.0, 1.0)), min_size=2, max_size=8, unique_by=lambda point: point[0]
).map(lambda points: tuple(sorted((x / 100, y) for x, y in points)))


@given(POINTS)
@settings(max_examples=100, deadline=None)
def test_curves_go_through_their_points_and_never_overshoot(points):
    x = np.array([p[0] for p in points])
    y = np.array([p[1] for p in points])
    through = displayed(Curves(rgb=points), x[:, None].repeat(3, 1))[:, 0]
    assert through == pytest.approx(y, abs=2e-4)
    between = np.linspace(x[0], x[-1], 101)
    found = displayed(Curves(rgb=points), between[:, None].repeat(3, 1))[:, 1]
    after = np.clip(np.searchsorted(x, between), 1, len(x) - 1)
    low, high = np.minimum(y[after - 1], y[after]), np.maximum(y[after - 1], y[after])
    assert (found >= low - 2e-4).all()
    assert (found <= high + 2e-4).all()


def test_curves_of_single_channels_come_after_that_of_all():
    rgb, red = ((0.0, 0.0), (0.5, 0.7), (1.0, 1.0)), ((0.0, 0.2), (1.0, 0.8))
    both = displayed(Curves(rgb=rgb, red=red), COLOURS)
    apart = displayed(Curves(rgb=rgb), COLOURS)
    assert both[:, 1:] == pytest.approx(apart[:, 1:], abs=1e-6)
    assert both[:, 0] == pytest.approx(0.2 + 0.6 * apart[:, 0], abs=1e-5)


def test_a_straight_curve_changes_nothing():
    assert Curves().is_identity()
    assert Curves(rgb=((0.0, 0.0), (0.3, 0.3), (1.0, 1.0))).is_identity()
    bent = Curves(rgb=((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)), red=((0.0, 0.0), (1.0, 0.5)))
    assert displayed(bent, COLOURS)[:, 1:] == pytest.approx(COLOURS[:, 1:], abs=1e-5)


def test_slopes_of_curves_are_butlands():
    """By hand: three points, of which the middle one's slope is the weighted harmonic mean of 1 and 3."""
    slopes = knots(((0.0, 0.0), (0.2, 0.2), (0.4, 0.8)), 3)[2:9:3]
    assert slopes[1] == pytest.approx(1.2 / (0.6 / 1.0 + 0.6 / 3.0))
    assert slopes[0] == pytest.approx(0.0)
    assert slopes[2] == pytest.approx(4.0)
