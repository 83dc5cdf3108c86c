"""Gaussian blurs against their obvious twin, and what must hold for any picture and any window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import blur as reference

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.blur import blur_margin, blur_planes, blur_reach, gaussian_blur

BOX = Window(-13, 5, 60, 48)


def noise(window: Window = BOX) -> Frame:
    return Frame(np.random.default_rng(1).random((4, window.height, window.width), dtype=np.float32), window)


def steps(window: Window = BOX) -> Frame:
    """Black and white blocks: as hard as it gets."""
    data = np.float32(np.indices((window.height, window.width)) // 17 % 2).sum(axis=0) % 2
    return Frame(np.ascontiguousarray(np.broadcast_to(data, (4, *data.shape)).astype(np.float32)), window)


def blurred(source: Frame, sigma_x: float, sigma_y: float, window: Window) -> np.ndarray:
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    gaussian_blur(source, sigma_x, sigma_y, out)
    return out.data


sigmas = st.one_of(st.floats(0, 4), st.floats(3, 60), st.sampled_from([0.0, 3.5, 7.0, 14.0]))


@pytest.mark.parametrize("sigma", [0.0, 0.6, 1.0, 2.5, 3.49, 3.51, 5.0, 7.0, 10.0, 20.0, 45.0, 130.0])
@pytest.mark.parametrize("picture", [noise, steps])
def test_blur_is_its_twin(picture: object, sigma: float) -> None:
    source, window = picture(), Window(-30, -20, 80, 70)
    expected = reference.gaussian_blur(source, sigma, sigma, window)
    np.testing.assert_allclose(blurred(source, sigma, sigma, window), expected, atol=1e-3)


@pytest.mark.parametrize("sigma", [(0.0, 9.0), (30.0, 1.0), (3.0, 0.0), (4.0, 16.0)])
def test_each_axis_has_its_own_blur(sigma: tuple[float, float]) -> None:
    window = Window(-30, -20, 80, 70)
    expected = reference.gaussian_blur(steps(), *sigma, window)
    np.testing.assert_allclose(blurred(steps(), *sigma, window), expected, atol=1e-3)


@settings(deadline=None, max_examples=60)
@given(sigmas, sigmas, st.integers(-40, 80), st.integers(-30, 60), st.integers(1, 50), st.integers(1, 9))
def test_no_pixel_depends_on_its_tile(sx: float, sy: float, x: int, y: int, width: int, height: int) -> None:
    whole = Window(-40, -30, 130, 69)
    tile = Window(x, y, x + width, y + height) & whole
    expected = Frame(blurred(noise(), sx, sy, whole), whole).crop(tile)
    np.testing.assert_array_equal(blurred(noise(), sx, sy, tile), expected.data)


@settings(deadline=None, max_examples=60)
@given(sigmas, sigmas, st.integers(-20, 60), st.integers(0, 40))
def test_only_the_margin_is_read(sx: float, sy: float, x: int, y: int) -> None:
    """Whatever lies beyond the margin, poison too, changes nothing; and that much is enough."""
    wanted = Window(x, y, x + 9, y + 5)
    expected = blurred(noise(), sx, sy, wanted)
    left, top = blur_margin(sx), blur_margin(sy)
    near = wanted.expand(left, top, left, top)
    np.testing.assert_array_equal(blurred(noise().crop(near), sx, sy, wanted), expected)
    around = near.expand(5, 5, 5, 5)
    poisoned = Frame(np.full((4, around.height, around.width), np.nan, np.float32), around)
    poisoned.data[:, 5:-5, 5:-5] = noise().crop(near).data
    np.testing.assert_array_equal(blurred(poisoned, sx, sy, wanted), expected)


@pytest.mark.parametrize("sigma", [0.7, 3.0, 4.0, 11.0, 33.0])
def test_blur_preserves_energy(sigma: float) -> None:
    margin = blur_margin(sigma)
    data = blurred(noise(), sigma, sigma, BOX.expand(margin, margin, margin, margin))
    before = noise().data.sum(axis=(1, 2), dtype=np.float64)
    np.testing.assert_allclose(data.sum(axis=(1, 2), dtype=np.float64), before, rtol=2e-6)


@pytest.mark.parametrize("sigma", [0.7, 3.0, 4.0, 11.0, 33.0])
def test_blur_preserves_constants(sigma: float) -> None:
    margin = blur_margin(sigma)
    window = Window(-20, 3, 30, 40)
    around = window.expand(margin, margin, margin, margin)
    source = Frame(np.full((4, around.height, around.width), 0.7, np.float32), around)
    np.testing.assert_allclose(blurred(source, sigma, sigma, window), 0.7, rtol=1e-6)


@pytest.mark.parametrize("sigma", [2.0, 5.0, 12.0])
def test_what_is_no_number_does_not_spread_beyond_the_margin(sigma: float) -> None:
    source = noise(Window(0, 0, 250, 20))
    source.data[:, 10, 125] = np.nan
    data = blurred(source, sigma, 1.0, source.window)
    spoilt = np.flatnonzero(np.isnan(data).any(axis=(0, 1)))
    assert spoilt.min() >= 125 - blur_margin(sigma)
    assert spoilt.max() <= 125 + blur_margin(sigma)


@pytest.mark.parametrize("sigma", [0.0, 0.9, 3.0, 5.0, 18.0])
@pytest.mark.parametrize("shift", [0.25, -7.6, 12.0])
def test_a_shifted_blur_is_moved(sigma: float, shift: float) -> None:
    """One plane moved by any amount: its centre of gravity and its spread are what they should be."""
    source, window = np.zeros((1, 1, 5), np.float32), Window(0, 0, 5, 1)
    source[0, 0, 2] = 1.0
    before, after = blur_reach(sigma, shift)
    around = window.expand(before, 0, after, 0)
    out = np.full((1, 1, around.width), np.nan, np.float32)
    blur_planes(source, window, (sigma, 0.0), out, around, shift=(shift, 0.0))
    x, weight = np.arange(around.x0, around.x1), out[0, 0].astype(np.float64)
    centre = (x * weight).sum()
    assert weight.sum() == pytest.approx(1.0, abs=1e-5)
    assert centre == pytest.approx(2 + shift, abs=2e-3 * max(1, sigma))
    part = shift % 1
    shared = part * (1 - part) if sigma < 0.7 else 0.0
    assert ((x - centre) ** 2 * weight).sum() == pytest.approx(sigma**2 + shared, rel=0.02, abs=1e-3)


def test_a_plane_on_its_own_is_as_it_is_among_four() -> None:
    window = Window(-9, 3, 50, 40)
    for sigma in (2.0, 5.0, 9.0):
        out = np.empty((1, window.height, window.width), np.float32)
        blur_planes(noise().data[3:], BOX, (sigma, sigma), out, window)
        np.testing.assert_array_equal(out[0], blurred(noise(), sigma, sigma, window)[3])


def test_no_blur_copies() -> None:
    np.testing.assert_array_equal(blurred(noise(), 0.0, 0.0, BOX), noise().data)
    assert blur_margin(0.0) == 0


def test_a_wide_blur_is_smooth() -> None:
    """The coarse grid does not show: second differences are those of a Gaussian."""
    source = Frame.transparent(Window(-60, -60, 60, 60))
    source.data[:, :, :60] = 1.0
    row = blurred(source, 12.0, 12.0, Window(-55, 0, 55, 1))[0, 0].astype(np.float64)
    expected = reference.gaussian_blur(source, 12.0, 12.0, Window(-55, 0, 55, 1))[0, 0]
    np.testing.assert_allclose(np.diff(row, 2), np.diff(expected, 2), atol=3e-5)


def test_nothing_of_nothing() -> None:
    empty = Frame.empty(Window(3, 3, 3, 3))
    assert not blurred(empty, 3.0, 20.0, Window(0, 0, 5, 5)).any()
    assert not blurred(noise(), 3.0, 3.0, Window(5000, 5000, 5010, 5005)).any()
    blurred(noise(), 3.0, 3.0, Window(0, 0, 0, 4))


def test_blurs_wider_than_any_canvas_are_bounded() -> None:
    assert blur_margin(1e12) == blur_margin(4096.0)
    assert blurred(noise(), 1e12, 1e12, Window(0, 0, 3, 3)).max() < 1e-4
