"""Pointwise work on frames: effects, merges, transitions and generators as they are documented, in any window."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.colour import CURVES

from reelwork import CompositeMerge, Context, PixelGenerator, PointEffect, SeparableMerge, Transition, param
from reelwork.errors import PluginError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Affine, Colour

BOX = (40.0, 20.0)


class Gain(PointEffect, name="test-gain", version=1):
    gain: float = param(1.5)

    def uniforms(self):
        return (self.gain,)

    @staticmethod
    def pixel(r, g, b, a, gain):
        return r * gain, g * gain, b * gain, a


class Bend(PointEffect, name="test-bend", version=1):
    unpremultiplied = True
    amount: float = param(0.5)

    def uniforms(self):
        return (self.amount,)

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r + amount * r * r, g + amount * g * g, b + amount * b * b, a


class Invert(PointEffect, name="test-invert", version=1):
    space = "display"
    on: float = param(1.0)

    def uniforms(self):
        return (self.on,)

    @staticmethod
    def pixel(r, g, b, a, on):
        return (r, g, b, a) if on == 0 else (1 - r, 1 - g, 1 - b, a)


class Ramp(PointEffect, name="test-ramp", version=1):
    positional = True

    @staticmethod
    def pixel(x, y, width, height, r, g, b, a):
        k = x / width
        return r * k, g * k, b * (y / height), a


class Over(CompositeMerge, name="test-over", version=1):
    @staticmethod
    def pixel(rb, gb, bb, ab, rs, gs, bs, alpha):
        k = 1 - alpha
        return rs + rb * k, gs + gb * k, bs + bb * k, alpha + ab * k


class Darken(SeparableMerge, name="test-darken", version=1):
    @staticmethod
    def blend(backdrop, source):
        return min(backdrop, source)


class Across(Transition, name="test-across", version=1):
    @staticmethod
    def pixel(x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at):
        t = progress * x / width
        return rf + (rt - rf) * t, gf + (gt - gf) * t, bf + (bt - bf) * t, af + (at - af) * t


class Places(PixelGenerator, name="test-places", version=1):
    def uniforms(self, context):
        return (float(context.seed), 0.25)

    @staticmethod
    def pixel(x, y, width, height, *rest):
        return x / width, y / height, rest[0], rest[1]


def _frame(window: Window, seed: int = 0) -> Frame:
    data = np.random.default_rng(seed).random((4, window.height, window.width)).astype(np.float32)
    data[:3] *= data[3]
    data[:, :, ::7] = 0
    return Frame(data, window)


class Dye(PointEffect, name="test-dye", version=1):
    colour: Colour = param(Colour(0.25, 0.5, 0.75, 0.5), kind=ColourKind())

    def uniforms(self):
        return (self.colour,)

    @staticmethod
    def pixel(r, g, b, a, red, green, blue, alpha):
        return red * a, green * a, blue * a, alpha * a


class StraightDye(Dye, name="test-straight-dye", version=1):
    unpremultiplied = True


class DisplayDye(Dye, name="test-display-dye", version=1):
    space = "display"


class Half(PixelGenerator, name="test-half", version=1):
    space = "display"

    def uniforms(self, context):
        return (Colour(1.0, 0.5, 0.25, 0.5), 1.0)

    @staticmethod
    def pixel(x, y, width, height, red, green, blue, alpha, there):
        return (red, green, blue, alpha) if x < 20.0 else (red * 0.0, 0.0, 0.0, alpha * (1.0 - there))


class Through(Transition, name="test-through", version=1):
    def uniforms(self):
        return (Colour(0.25, 0.5, 0.75, 0.5),)

    @staticmethod
    def pixel(x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at, red, green, blue, alpha):
        return red, green, blue, alpha


def _applied(
    effects,
    source: Frame,
    window: Window | None = None,
    to_layer: Affine = Affine.IDENTITY,
    display="srgb",
) -> Frame:
    out = Frame.empty(window or source.window)
    out.data.fill(np.nan)
    frames.apply_pointwise(effects, source, out, to_layer=to_layer, box=BOX, display=display)
    return out


SOURCE = _frame(Window(-3, 5, 37, 25))


def test_a_linear_effect_gets_premultiplied_light():
    out = _applied([Gain(gain=1.5)], SOURCE)
    assert (out.data[:3] == SOURCE.data[:3] * np.float32(1.5)).all()
    assert (out.data[3] == SOURCE.data[3]).all()


def test_a_straight_effect_gets_straight_light():
    out = _applied([Bend(amount=0.5)], SOURCE)
    alpha = SOURCE.data[3].astype(float)
    straight = SOURCE.data[:3] / np.where(alpha > 0, alpha, 1)
    assert out.data[:3] == pytest.approx((straight + 0.5 * straight**2) * alpha, abs=1e-6)


@pytest.mark.parametrize("display", CURVES)
def test_a_display_effect_gets_display_encoded_values(display):
    out = _applied([Invert(on=1.0)], SOURCE, display=display)
    alpha = SOURCE.data[3].astype(float)
    straight = SOURCE.data[:3] / np.where(alpha > 0, alpha, 1)
    to_light, from_light = CURVES[display]
    assert out.data[:3] == pytest.approx(to_light(1 - from_light(straight)) * alpha, abs=2e-6)


@pytest.mark.parametrize("display", CURVES)
def test_a_colour_reaches_an_effect_as_the_pixel_does(display):
    to_light, _ = CURVES[display]
    codes = np.array([0.25, 0.5, 0.75])
    opaque = Frame(np.ones((4, 1, 1), np.float32), Window(0, 0, 1, 1))
    straight, premultiplied = to_light(codes), to_light(codes) * 0.5
    assert _applied([Dye()], opaque, display=display).data[:3, 0, 0] == pytest.approx(premultiplied, rel=1e-6)
    for effect in (StraightDye(), DisplayDye()):
        # what it returns is straight, and of half the alpha
        out = _applied([effect], opaque, display=display).data[:, 0, 0]
        assert out == pytest.approx([*(straight * 0.5), 0.5], rel=1e-6)


@pytest.mark.parametrize("display", CURVES)
def test_a_colour_reaches_a_transition_as_premultiplied_light(display):
    out = Frame.empty(Window(0, 0, 2, 2))
    frames.transition(Through(), 0.5, None, None, out, to_layer=Affine.IDENTITY, size=BOX, display=display)
    expected = Colour(0.25, 0.5, 0.75, 0.5).premultiplied(display)
    assert out.data[:, 1, 1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("display", CURVES)
def test_a_display_generator_returns_display_encoded_values(display):
    out = Frame.empty(Window(0, 0, 40, 2))
    context = Context(scale=(1.0, 1.0), box=(0.0, 0.0, *BOX), display=display)
    frames.generate(Half(), context, out, to_layer=Affine.IDENTITY, size=BOX)
    expected = Colour(1.0, 0.5, 0.25, 0.5).premultiplied(display)
    assert out.data[:, 1, 5] == pytest.approx(expected, rel=1e-6)
    assert not out.data[:, :, 20:].any()


def test_a_pixel_that_nothing_changes_has_the_same_bits_under_either_curve():
    untouched = [Invert(on=0.0)]
    for display in CURVES:
        assert _applied(untouched, SOURCE, display=display).data.tobytes() == SOURCE.data.tobytes()


def test_a_positional_effect_gets_places_of_the_layer():
    to_layer = Affine.translation(3.0, -5.0)
    out = _applied([Ramp()], SOURCE, to_layer=to_layer)
    x = (np.arange(40) + 0.5) / BOX[0]
    y = (np.arange(20) + 0.5)[:, None] / BOX[1]
    assert out.data[0] == pytest.approx(SOURCE.data[0] * x, abs=1e-6)
    assert out.data[2] == pytest.approx(SOURCE.data[2] * y, abs=1e-6)


@pytest.mark.parametrize("effect", [Bend(amount=0.0), Invert(on=0.0), Gain(gain=1.0)], ids=lambda e: e.name)
def test_what_an_effect_leaves_keeps_its_bits(effect):
    assert _applied([effect], SOURCE).data.tobytes() == SOURCE.data.tobytes()


@pytest.mark.parametrize("effect", [Bend(amount=0.5), Invert(on=1.0), Gain(gain=2.0), Ramp()], ids=lambda e: e.name)
def test_alpha_stays_and_transparency_stays_transparent(effect):
    out = _applied([effect], SOURCE)
    assert (out.data[3] == SOURCE.data[3]).all()
    assert (out.data[:, SOURCE.data[3] == 0] == 0).all()


EFFECTS = [Gain(gain=1.2), Ramp(), Bend(amount=0.3), Invert(on=1.0)]


def test_effects_in_one_pass_are_effects_one_by_one_to_the_bit():
    one_by_one = SOURCE
    for effect in EFFECTS:
        one_by_one = _applied([effect], one_by_one)
    assert _applied(EFFECTS, SOURCE).data.tobytes() == one_by_one.data.tobytes()


def test_in_place_is_the_same():
    here = Frame(SOURCE.data.copy(), SOURCE.window)
    frames.apply_pointwise(EFFECTS, here, here, to_layer=Affine.IDENTITY, box=BOX)
    assert here.data.tobytes() == _applied(EFFECTS, SOURCE).data.tobytes()


windows = st.builds(
    lambda x, y, w, h: Window(x, y, x + w, y + h),
    st.integers(-10, 40),
    st.integers(0, 30),
    st.integers(0, 50),
    st.integers(0, 30),
)


@given(window=windows)
@settings(max_examples=40, deadline=None)
def test_pixels_do_not_depend_on_the_window(window):
    to_layer = Affine(0.9, 0.1, -0.2, 1.1, 0.25, 3.0)
    whole = _applied(EFFECTS, SOURCE, to_layer=to_layer)
    part = _applied(EFFECTS, SOURCE, window, to_layer)
    # Not to the bit: nothing, multiplied by a negative number, is a negative zero.
    assert np.array_equal(part.data, whole.crop(window).data)


@pytest.mark.parametrize("merge", [Over, Darken])
@pytest.mark.parametrize("space", ["linear", "srgb", "bt1886"])
@given(window=windows)
@settings(max_examples=25, deadline=None)
def test_merging_does_not_depend_on_the_windows(merge, space, window):
    backdrop = _frame(SOURCE.window, 1)
    part = Frame(backdrop.data.copy(), backdrop.window)
    frames.merge(merge, space, part, SOURCE.crop(window), 0.7)
    whole = Frame(backdrop.data.copy(), backdrop.window)
    frames.merge(merge, space, whole, SOURCE, 0.7)
    both = window & backdrop.window
    expected = Frame(backdrop.data.copy(), backdrop.window)
    if not both.is_empty:
        rows = slice(both.y0 - 5, both.y1 - 5)
        columns = slice(both.x0 + 3, both.x1 + 3)
        expected.data[:, rows, columns] = whole.data[:, rows, columns]
    assert part.data.tobytes() == expected.data.tobytes()


def test_merging_over_is_over():
    backdrop = _frame(SOURCE.window, 1)
    before = backdrop.data.astype(float)
    frames.merge(Over, "linear", backdrop, SOURCE, 0.5)
    source = SOURCE.data * 0.5
    assert backdrop.data == pytest.approx(source + before * (1 - source[3]), abs=1e-6)


def test_nothing_is_merged_at_no_opacity():
    backdrop = _frame(SOURCE.window, 1)
    before = backdrop.data.tobytes()
    frames.merge(Over, "linear", backdrop, SOURCE, 0.0)
    assert backdrop.data.tobytes() == before


def test_a_transition_mixes_by_place_and_progress():
    one, two = _frame(Window(0, 0, 40, 20), 1), _frame(Window(-5, -5, 50, 30), 2)
    out = Frame.empty(Window(2, 3, 30, 20))
    frames.transition(Across(), 0.5, one, two, out, to_layer=Affine.IDENTITY, size=BOX)
    share = 0.5 * (np.arange(2, 30) + 0.5) / 40
    f, t = one.crop(out.window).data, two.crop(out.window).data
    assert out.data == pytest.approx(f + (t - f) * share, abs=1e-6)


def test_a_transition_may_come_from_nothing():
    two = _frame(Window(0, 0, 40, 20), 2)
    out = Frame.empty(two.window)
    frames.transition(Across(), 1.0, None, two, out, to_layer=Affine.IDENTITY, size=BOX)
    assert out.data == pytest.approx(two.data * (np.arange(40) + 0.5) / 40, abs=1e-6)


def test_a_generator_gets_places_and_uniforms():
    out = Frame.empty(Window(10, 4, 20, 12))
    context = Context(scale=(2.0, 2.0), box=(0.0, 0.0, 80.0, 40.0), seed=7)
    frames.generate(Places(), context, out, to_layer=Affine.scaling(0.5, 0.5), size=BOX)
    assert out.data[0, 0] == pytest.approx((np.arange(10, 20) + 0.5) / 80)
    assert out.data[1, :, 0] == pytest.approx((np.arange(4, 12) + 0.5) / 40)
    assert (out.data[2] == 7.0).all()
    assert (out.data[3] == 0.25).all()


@pytest.mark.parametrize("amount", [0.0, 1.0, 0.25])
def test_mixing_is_exact_at_its_ends_and_may_be_in_place(amount):
    one, two = _frame(SOURCE.window, 1), _frame(SOURCE.window, 2)
    out = Frame.empty(SOURCE.window)
    frames.mix(one, two, amount, out)
    if amount in (0.0, 1.0):
        assert out.data.tobytes() == (one, two)[int(amount)].data.tobytes()
    assert out.data == pytest.approx(one.data * (1 - amount) + two.data * amount, abs=1e-6)
    frames.mix(one, two, amount, two)
    assert two.data.tobytes() == out.data.tobytes()


def test_filling():
    out = Frame.empty(Window(0, 0, 3, 2))
    frames.fill(out, (0.1, 0.2, 0.3, 0.4))
    assert (out.data == np.array([0.1, 0.2, 0.3, 0.4], np.float32)[:, None, None]).all()


def test_empty_windows_are_no_work():
    empty = Frame.empty(Window(5, 5, 5, 9))
    frames.apply_pointwise([Gain()], SOURCE, empty, to_layer=Affine.IDENTITY, box=BOX)
    frames.merge(Over, "linear", empty, SOURCE)
    frames.transition(Across(), 0.5, SOURCE, None, empty, to_layer=Affine.IDENTITY, size=BOX)
    frames.generate(Places(), Context(scale=(1, 1), box=(0, 0, 1, 1)), empty, to_layer=Affine.IDENTITY, size=BOX)
    frames.mix(empty, empty, 0.5, empty)


class Miscounted(PointEffect, name="test-miscounted", version=1):
    def uniforms(self):
        return (1.0, 2.0)

    @staticmethod
    def pixel(r, g, b, a, only):
        return r, g, b, a


def test_uniforms_that_do_not_fit_are_named():
    with pytest.raises(PluginError, match=r"Miscounted: uniforms\(\) gives 2 numbers, but pixel\(\) takes 1"):
        _applied([Miscounted()], SOURCE)


_STRANGER = """
import sys
import numpy as np
from reelwork import PointEffect
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames, point_kernels
from reelwork.values import Affine
from stranger import Doubled

out = Frame.empty(Window(0, 0, 4, 4))
source = Frame(np.ones((4, 4, 4), np.float32), out.window)
frames.apply_pointwise([Doubled()], source, out, to_layer=Affine.IDENTITY, box=(4.0, 4.0))
assert out.data[0, 0, 0] == 2.0
run = point_kernels.pointwise(((Doubled, "linear", ((Doubled.pixel, 0, 0),)),), "srgb", 0).apart.dispatcher
print(sum(run._cache_hits.values()), sum(run._cache_misses.values()))
"""


def test_a_strangers_effect_is_compiled_once_for_all_processes(tmp_path):
    (tmp_path / "stranger.py").write_text(
        "from reelwork import PointEffect\n\nTWO = 2.0\n\n\ndef twice(x):\n    return x * TWO\n\n\n"
        "class Doubled(PointEffect, name='doubled', version=1):\n    @staticmethod\n"
        "    def pixel(r, g, b, a):\n        return twice(r), twice(g), twice(b), a\n"
    )
    (tmp_path / "use.py").write_text(_STRANGER)
    environment = os.environ | {"REELWORK_HOME": str(tmp_path / "home")}
    said = [
        subprocess.run(
            [sys.executable, "use.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert [run.stdout.split() for run in said] == [["0", "1"], ["1", "0"]]
