"""Grade: each tool does what it says, neutral settings change nothing, alpha stays."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.values import Affine
from reelwork_colour import Grade
from reelwork_colour.temperature import temperature_gains


def _graded(colours, alpha=1.0, **settings) -> np.ndarray:
    """Straight colours ``[pixel, channel]`` in and out, seen through the engine."""
    colours = np.asarray(colours, float)
    data = np.concatenate((colours * alpha, np.full((len(colours), 1), alpha)), axis=1).T[:, None, :]
    source = Frame(np.ascontiguousarray(data, np.float32), Window(0, 0, len(colours), 1))
    out = Frame.empty(source.window)
    frames.apply_pointwise([Grade(**settings)], source, out, to_layer=Affine.IDENTITY, box=(1.0, 1.0))
    assert (out.data[3] == source.data[3]).all()
    return (out.data[:3, 0] / alpha).T if alpha else out.data[:3, 0].T


COLOURS = [[0.18, 0.18, 0.18], [1.0, 0.5, 0.25], [0.0, 0.0, 0.0], [0.02, 0.9, 4.0]]


def test_neutral_settings_are_known_to_change_nothing():
    assert Grade().is_identity()
    assert Grade(lift=(0.0, 0.0, 0.0), gamma=(1.0, 1.0, 1.0), gain=1.0).is_identity()
    assert not Grade(exposure=0.1).is_identity()
    assert (_graded(COLOURS) == np.float32(COLOURS)).all()


def test_exposure_doubles_light_with_each_stop():
    assert _graded(COLOURS, exposure=2.0) == pytest.approx(np.array(COLOURS) * 4)


def test_contrast_turns_around_eighteen_per_cent_grey():
    result = _graded(COLOURS, contrast=1.5)
    assert result == pytest.approx(0.18 * (np.array(COLOURS) / 0.18) ** 1.5, rel=1e-5)


def test_lift_moves_black_and_holds_white():
    assert _graded([[0, 0, 0], [1, 1, 1]], lift=0.1) == pytest.approx(np.array([[0.1] * 3, [1] * 3]), abs=1e-6)


def test_gain_moves_white_and_holds_black_in_each_channel():
    assert _graded([[0, 0, 0], [1, 1, 1]], gain=(1.2, 1.0, 0.8)) == pytest.approx(
        np.array([[0, 0, 0], [1.2, 1.0, 0.8]]), abs=1e-6
    )


def test_gamma_holds_both():
    result = _graded([[0, 0, 0], [0.25, 0.25, 0.25], [1, 1, 1]], gamma=2.0)
    assert result[:, 0] == pytest.approx([0, 0.5, 1], abs=1e-6)


def test_no_saturation_is_luminance_and_more_keeps_it():
    weights = np.array([0.2126, 0.7152, 0.0722])
    grey = _graded(COLOURS, saturation=0.0)
    assert grey == pytest.approx(np.repeat((np.array(COLOURS) @ weights)[:, None], 3, axis=1), rel=1e-5)
    assert _graded(COLOURS, saturation=1.7) @ weights == pytest.approx(np.array(COLOURS) @ weights, rel=1e-5)


def test_transparent_colour_is_graded_as_opaque_colour_is():
    settings = {"exposure": 0.5, "contrast": 1.2, "lift": 0.05, "saturation": 0.8}
    assert _graded(COLOURS, alpha=0.25, **settings) == pytest.approx(_graded(COLOURS, **settings), rel=1e-5, abs=1e-6)
    assert (_graded(COLOURS, alpha=0.0, lift=0.2) == 0).all()


@pytest.mark.parametrize(
    "settings",
    [
        {"contrast": 0.3},
        {"gamma": 0.4},
        {"lift": -0.2},
        {"contrast": 3.0, "gamma": 0.2},
        {"exposure": 32.0, "contrast": 10.0, "gamma": 0.01, "lift": -96.0, "gain": 100.0, "saturation": 10.0},
    ],
)
def test_colours_outside_the_gamut_stay_numbers(settings):
    assert np.isfinite(_graded([[-0.1, 0.5, 3.0], [0.0, -2.0, 1e4]], **settings)).all()


def test_warmth_moves_red_up_and_blue_down_and_keeps_luminance():
    red, green, blue = temperature_gains(30.0)
    assert red > green > blue
    assert 0.2126 * red + 0.7152 * green + 0.0722 * blue == pytest.approx(1.0)
    red, green, blue = temperature_gains(-30.0)
    assert red < green < blue


def test_warmth_grows_evenly_and_is_held_at_its_ends():
    ratios = [temperature_gains(shift)[0] / temperature_gains(shift)[2] for shift in range(-110, 440, 5)]
    assert (np.diff(ratios) > 0).all()
    assert temperature_gains(-1000.0) == temperature_gains(-900.0)
    assert temperature_gains(2000.0) == temperature_gains(1000.0)


def test_warmth_is_that_of_black_bodies():
    """From D65 to 3200 kelvin: +158.7 mireds; the ratio of red to blue from CIE's tables of the Planckian locus."""
    red, _, blue = temperature_gains(1e6 / 3200 - 1e6 / 6504)
    x, y = 0.4234, 0.3990  # 3200 K
    xyz = np.array([x / y, 1, (1 - x - y) / y])
    x, y = 0.3135, 0.3237  # 6504 K, on the locus
    white = np.array([x / y, 1, (1 - x - y) / y])
    to_rgb = np.array(
        [[3.2404542, -1.5371385, -0.4985314], [-0.969266, 1.8760108, 0.041556], [0.0556434, -0.2040259, 1.0572252]]
    )
    ratio = (to_rgb @ xyz) / (to_rgb @ white)
    assert red / blue == pytest.approx(ratio[0] / ratio[2], rel=0.02)
