"""The merges: their formulas in both blend spaces, what opaque and transparent pixels do, light above white."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.colour import CURVES
from reference.compositing import ARITHMETIC, MODES, PORTER_DUFF, composite, premultiplied

from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames

BLENDS = (*MODES, "add")
OTHERS = tuple(dict.fromkeys((*PORTER_DUFF, *ARITHMETIC)))
#: Light as large as files bring it; two of them are no infinity together.
HUGE = (-1e38, -1e20, 1e12, 1e20, 3e25, 1e38)
ALL = tuple(dict.fromkeys((*BLENDS, *OTHERS, "dissolve")))
CLEARING = (
    "clear",
    "source",
    "source-in",
    "destination-in",
    "source-out",
    "destination-atop",
    "minus",
    "min",
    "geometric",
)
SPACES = ("linear", *CURVES)
_LEVELS = (0.0, 1 / 255, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 1.0)


def _merge(name: str):
    return registry().merges[name]


def _frame(pixels: np.ndarray) -> Frame:
    """A frame of one row from ``[pixel, channel]``."""
    return Frame(np.ascontiguousarray(pixels.T[:, None, :], np.float32), Window(0, 0, len(pixels), 1))


def _premultiplied(straight: np.ndarray) -> np.ndarray:
    return straight * np.concatenate((straight[:, 3:].repeat(3, axis=1), np.ones((len(straight), 1))), axis=1)


def _pairs() -> tuple[np.ndarray, np.ndarray]:
    """Straight colours of both kinds: chosen levels that meet, and random ones."""
    random = np.random.default_rng(3)
    backdrop, source = random.random((400, 4)), random.random((400, 4))
    corners = np.array([(b, s) for b in _LEVELS for s in _LEVELS])
    random.shuffle(corners)
    third = len(corners) // 3
    opaque = np.ones((third, 1))
    backdrop = np.concatenate((backdrop, np.hstack((corners[: 3 * third, 0].reshape(third, 3), opaque))))
    source = np.concatenate((source, np.hstack((corners[: 3 * third, 1].reshape(third, 3), opaque))))
    return backdrop, source


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("space", SPACES)
def test_blends_are_w3cs_and_photoshops(mode, space):
    backdrop, source = _pairs()
    if mode == "hard-mix":  # what is just at its threshold may fall to either side
        away = (abs(backdrop[:, :3] + source[:, :3] - 1.0) > 1e-4).all(axis=1)
        backdrop, source = backdrop[away], source[away]
    stored = (backdrop.copy(), source.copy())
    to_light, from_light = CURVES.get(space, (None, None))
    if to_light is not None:
        for straight in stored:
            straight[:, :3] = to_light(straight[:, :3])
    onto, above = (_frame(_premultiplied(straight)) for straight in stored)
    frames.merge(_merge(mode), space, onto, above)
    for index, (b, s) in enumerate(zip(backdrop, source, strict=True)):
        colour, alpha = composite(mode, tuple(b[:3]), b[3], tuple(s[:3]), s[3])
        found = onto.data[:, 0, index].astype(float)
        assert found[3] == pytest.approx(alpha, abs=1e-6)
        values = found[:3]
        if from_light is not None and alpha > 0:
            values = from_light(values / alpha) * alpha
        # Colour burn and dodge divide by what may be a few codes, which makes as many errors of one rounding.
        assert values == pytest.approx(colour, abs=1e-5)


@pytest.mark.parametrize("mode", OTHERS)
@pytest.mark.parametrize("space", SPACES)
def test_composites_are_porter_and_duffs_and_nukes(mode, space):
    backdrop, source = (_premultiplied(straight) for straight in _pairs())
    to_light, from_light = CURVES.get(space, (None, None))
    stored = [pixels.copy() for pixels in (backdrop, source)]
    if to_light is not None:
        for pixels in stored:
            pixels[:, :3] = _straightly(to_light, pixels[:, :3], pixels[:, 3:])
    onto, above = (_frame(pixels) for pixels in stored)
    frames.merge(_merge(mode), space, onto, above)
    for index, (b, s) in enumerate(zip(backdrop, source, strict=True)):
        expected = np.array(premultiplied(mode, tuple(b), tuple(s)))
        found = onto.data[:, 0, index].astype(float)
        assert found[3] == pytest.approx(expected[3], abs=1e-6)
        if from_light is None:
            assert found == pytest.approx(expected, abs=1e-5)
        elif expected[3] > 0.01:  # light without alpha has no display-encoded value
            values = _straightly(from_light, found[None, :3], found[None, 3:])[0]
            assert values == pytest.approx(expected[:3], abs=2e-5)


def _straightly(curve, colours, alphas):
    """A curve of straight values, on premultiplied ones."""
    divided = np.divide(colours, alphas, out=np.zeros_like(colours), where=alphas > 0)
    return np.sign(divided) * curve(abs(divided)) * alphas


@pytest.mark.parametrize("mode", [mode for mode in ALL if mode not in CLEARING])
@pytest.mark.parametrize("space", SPACES)
def test_a_transparent_source_leaves_the_backdrop_to_the_bit(mode, space):
    onto = _frame(_premultiplied(np.random.default_rng(0).random((100, 4))))
    before = onto.data.copy()
    frames.merge(_merge(mode), space, onto, Frame.transparent(onto.window))
    assert onto.data.tobytes() == before.tobytes()


@pytest.mark.parametrize("space", SPACES)
def test_an_opaque_source_is_copied_to_the_bit(space):
    random = np.random.default_rng(1)
    onto = _frame(_premultiplied(random.random((100, 4))))
    pixels = random.random((100, 4)) * 3.0
    pixels[:, 3] = 1.0
    above = _frame(pixels)
    frames.merge(_merge("normal"), space, onto, above)
    assert onto.data.tobytes() == above.data.tobytes()


def test_merges_say_whether_they_clear():
    assert {name for name, merge in registry().merges.items() if merge.clears} == set(CLEARING)


@pytest.mark.parametrize("mode", CLEARING)
@pytest.mark.parametrize("space", SPACES)
def test_opacity_mixes_what_clears_with_the_backdrop(mode, space):
    random = np.random.default_rng(5)
    backdrop, above = (_frame(_premultiplied(random.random((60, 4)))) for _ in range(2))
    onto, whole = Frame(backdrop.data.copy(), backdrop.window), Frame(backdrop.data.copy(), backdrop.window)
    frames.merge(_merge(mode), space, onto, above, 0.25)
    frames.merge(_merge(mode), space, whole, above)
    assert onto.data[3] == pytest.approx(0.25 * whole.data[3] + 0.75 * backdrop.data[3], abs=1e-6)
    if space == "linear":
        assert onto.data == pytest.approx(0.25 * whole.data + 0.75 * backdrop.data, abs=1e-6)


def test_dissolve_shows_as_many_pixels_as_the_source_covers():
    window = Window(-40, -30, 160, 70)
    onto, above = Frame.transparent(window), Frame.empty(window)
    above.data[:] = np.array((0.15, 0.06, 0.0, 0.3), np.float32)[:, None, None]
    frames.merge(_merge("dissolve"), "linear", onto, above)
    there = onto.data[3] == 1.0
    assert there.mean() == pytest.approx(0.3, abs=0.01)
    assert onto.data[:, there] == pytest.approx(
        np.array((0.5, 0.2, 0.0, 1.0))[:, None].repeat(there.sum(), 1), abs=1e-6
    )
    assert not onto.data[:, ~there].any()
    part = Frame.transparent(Window(0, 0, 50, 20))
    frames.merge(_merge("dissolve"), "linear", part, above)
    assert (part.data == onto.crop(part.window).data).all()


@pytest.mark.parametrize("mode", BLENDS)
@pytest.mark.parametrize("space", SPACES)
def test_over_nothing_a_source_is_itself(mode, space):
    above = _frame(_premultiplied(np.random.default_rng(2).random((100, 4))))
    onto = Frame.transparent(above.window)
    frames.merge(_merge(mode), space, onto, above)
    assert onto.data == pytest.approx(above.data, abs=1e-6)


@pytest.mark.parametrize("mode", ALL)
@given(
    light=st.lists(st.floats(-10.0, 1000.0, width=32) | st.sampled_from(HUGE), min_size=6, max_size=6),
    alphas=st.tuples(st.floats(0.0, 1.0, width=32), st.floats(0.0, 1.0, width=32)),
    opacity=st.floats(0.0, 1.0),
    space=st.sampled_from(SPACES),
)
@settings(max_examples=40, deadline=None)
def test_light_of_any_size_never_becomes_no_number(mode, light, alphas, opacity, space):
    onto = _frame(np.array([[*light[:3], alphas[0]]]))
    above = _frame(np.array([[*light[3:], alphas[1]]]))
    frames.merge(_merge(mode), space, onto, above, opacity)
    assert np.isfinite(onto.data).all()
    assert 0.0 <= onto.data[3, 0, 0] <= 1.0 + 1e-6


@pytest.mark.parametrize(
    "mode",
    [
        "multiply",
        "screen",
        "hard-light",
        "overlay",
        "pin-light",
        "exclusion",
        "divide",
        "difference",
        "linear-light",
        "vivid-light",
        "subtract",
        "geometric",
        "hypot",
    ],
)
def test_the_brightest_and_the_faintest_light_are_what_they_are_in_double_precision(mode):
    """Formulas leave the range of floats on the way to what lies in it; what lies beyond it is the largest float."""
    lights = np.array([0.0, 1e-38, 3e-20, 0.3, 0.75, 1.0, 40.0, 1e19, 3e25, 1e38, 3.4e38], np.float32)
    backdrop, source = (each.ravel() for each in np.meshgrid(lights, lights))
    ones = np.ones_like(backdrop)
    merge = _merge(mode)
    onto = _frame(np.stack([backdrop, backdrop, backdrop, ones], axis=1))
    frames.merge(merge, "linear", onto, _frame(np.stack([source, source, source, ones], axis=1)))
    with np.errstate(over="ignore"):
        exact = [
            merge.blend(float(b), float(s)) if hasattr(merge, "blend") else merge.pixel(b, b, b, 1.0, s, s, s, 1.0)[0]
            for b, s in zip(backdrop.astype(float), source.astype(float), strict=True)
        ]
    largest = float(np.finfo(np.float32).max)
    assert onto.data[0, 0] == pytest.approx(np.clip(exact, -largest, largest), rel=1e-6, abs=1e-7)


def test_soft_light_and_colours_are_numbers_under_the_brightest_light_that_there_is():
    for mode in ("soft-light", "hue", "saturation", "color", "luminosity"):
        for light in ((3e38, 3e38, 3e38), (3e38, 0.0, -3e38), (3e38, 1e-38, 0.0)):
            for one, other in (((1.0, 0.25, 0.0), light), (light, (0.0, 0.25, 1.0)), (light, light[::-1])):
                onto = _frame(np.array([[*one, 1.0]]))
                frames.merge(_merge(mode), "linear", onto, _frame(np.array([[*other, 1.0]])))
                assert np.isfinite(onto.data).all(), mode


@pytest.mark.parametrize(
    "mode",
    [
        "screen",
        "lighten",
        "color-dodge",
        "soft-light",
        "normal",
        "hard-light",
        "overlay",
        "linear-dodge",
        "linear-light",
        "pin-light",
        "max",
    ],
)
def test_brighter_light_never_makes_a_lightening_merge_darker(mode):
    """W3C's complements turn over above white; ours must not: a source of white or more never darkens."""
    light = np.linspace(0.0, 8.0, 65)
    backdrop = np.stack((light, light, light, np.ones_like(light)), axis=1)
    source = np.ones_like(backdrop) * 1.0
    onto = _frame(backdrop)
    frames.merge(_merge(mode), "linear", onto, _frame(source))
    result = onto.data[0, 0]
    if mode != "normal":
        assert (result >= light - 1e-6).all()
    assert (np.diff(result) >= -1e-6).all()


def test_add_adds_light():
    onto = _frame(np.array([[0.5, 0.25, 0.0, 1.0]]))
    frames.merge(_merge("add"), "linear", onto, _frame(np.array([[0.75, 0.25, 0.0, 0.5]])), 0.5)
    assert onto.data[:, 0, 0].tolist() == [0.875, 0.375, 0.0, 1.0]


@pytest.mark.parametrize("space", SPACES)
def test_opacity_is_the_sources_alpha(space):
    random = np.random.default_rng(4)
    onto = _frame(_premultiplied(random.random((50, 4))))
    same = Frame(onto.data.copy(), onto.window)
    above = _frame(_premultiplied(random.random((50, 4))))
    frames.merge(_merge("normal"), space, onto, above, 0.25)
    frames.merge(_merge("normal"), space, same, Frame(above.data * np.float32(0.25), above.window))
    assert onto.data == pytest.approx(same.data, abs=1e-6)


def test_all_merges_are_tested():
    assert set(ALL) == set(registry().merges)
