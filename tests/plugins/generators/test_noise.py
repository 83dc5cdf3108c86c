"""Noise is smooth, repeatable, and moves without a jump."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from reference.generators import pixel

from reelwork.effect import Context
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.frames import generate
from reelwork.maths import scrambled
from reelwork.values import Affine, Colour, Display
from reelwork_generators.noise import Noise, octave_noise

SIZE = Window(0, 0, 96, 64)
CONTEXT = Context(scale=(1.0, 1.0), box=(0.0, 0.0, 96.0, 64.0))


def picture(noise: Noise, window: Window = SIZE, context: Context = CONTEXT) -> np.ndarray:
    out = Frame.empty(window)
    generate(noise, context, out, to_layer=Affine.IDENTITY, size=(96.0, 64.0))
    return out.data


def grey(**options) -> np.ndarray:
    return picture(Noise(**{"scale": 24.0, **options}))[0]


def test_the_same_seed_is_the_same_noise() -> None:
    assert np.array_equal(grey(seed=3), grey(seed=3))
    assert np.abs(grey(seed=3) - grey(seed=4)).mean() > 0.05
    assert np.abs(grey(seed=3) - grey(seed=3 + (1 << 24))).mean() > 0.05


def test_it_is_smooth() -> None:
    steps = np.abs(np.diff(grey(octaves=1), axis=1))
    assert steps.max() < 0.2


def test_finer_octaves_add_detail() -> None:
    rough, plain = (np.abs(np.diff(grey(octaves=n, scale=48.0), n=2, axis=1)).mean() for n in (5, 1))
    assert rough > 2.0 * plain


def test_it_evolves_without_a_jump_and_ends_elsewhere() -> None:
    frames = [grey(evolution=2.0 + step / 10.0) for step in range(21)]
    moves = [np.abs(a - b).mean() for a, b in itertools.pairwise(frames)]
    assert max(moves) < 0.12
    assert np.abs(frames[0] - frames[10]).mean() > 0.1
    assert np.abs(frames[0] - frames[20]).mean() > 0.1


def test_it_is_as_strong_between_steps() -> None:
    strength = [grey(evolution=e, contrast=0.5, scale=8.0).std() for e in (0.0, 0.5, 1.0)]
    assert strength[1] == pytest.approx((strength[0] + strength[2]) / 2.0, rel=0.15)


@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_no_contrast_is_half_way_in_display_values(display: Display) -> None:
    half = picture(Noise(scale=24.0, contrast=0.0), context=replace(CONTEXT, display=display))
    assert half[0] == pytest.approx(Colour(0.5, 0.5, 0.5).linear(display)[0], rel=1e-5)


def test_it_stays_between_its_colours() -> None:
    dark, light = Colour(0.2, 0.1, 0.0, 0.5), Colour(0.6, 0.8, 1.0)
    data = picture(Noise(scale=10.0, contrast=5.0, dark=dark, light=light))
    assert data[3].min() == pytest.approx(0.5)
    assert data[3].max() == pytest.approx(1.0)
    assert data[2].min() >= 0.0
    assert data[1].max() == pytest.approx(light.linear("srgb")[1], rel=1e-5)


def test_tiles_are_parts_of_the_whole() -> None:
    tile = Window(13, 5, 50, 33)
    assert np.array_equal(picture(Noise(scale=24.0), tile), picture(Noise(scale=24.0))[:, 5:33, 13:50])


def test_the_kernel_does_what_python_does() -> None:
    noise = Noise(scale=13.0, seed=123456789, evolution=-7.3, octaves=6)
    data = picture(noise)
    for x, y in ((0, 0), (20, 30), (95, 63)):
        assert data[:, y, x] == pytest.approx(pixel(noise, x + 0.5, y + 0.5, (96.0, 64.0), CONTEXT), abs=2e-4)


@pytest.mark.parametrize("evolution", [1e12, -1e12])
def test_far_evolutions_are_noise_too(evolution: float) -> None:
    assert grey(evolution=evolution).std() > 0.05


def test_noise_is_zero_on_the_grid_and_bounded() -> None:
    assert octave_noise(3.0, -5.0, 1, 1.0, 0.0, 9) == 0.0
    values = [octave_noise(i * 0.37, i * 0.73, 2, 0.8, 0.6, 1) for i in range(2000)]
    assert max(map(abs, values)) < 1.0
    assert abs(sum(values)) / len(values) < 0.02


def test_the_hash_has_no_short_cycle() -> None:
    assert len({scrambled(key) for key in range(20000)}) == 20000
    assert scrambled(1 << 32) == scrambled(0)
