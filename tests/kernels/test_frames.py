"""Pointwise work on frames: effects, merges, transitions and generators as they are documented, in any window."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.colour import light_to_srgb, srgb_to_light

from reelwork import CompositeMerge, Context, PixelGenerator, PointEffect, SeparableMerge, Transition, param
from reelwork.errors import PluginError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.values import Affine

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


def _applied(effects, source: Frame, window: Window | None = None, to_layer: Affine = Affine.IDENTITY) -> Frame:
    out = Frame.empty(window or source.window)
    out.data.fill(np.nan)
    frames.apply_pointwise(effects, source, out, to_layer=to_layer, box=BOX)
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


def test_a_display_effect_gets_display_encoded_values():
    out = _applied([Invert(on=1.0)], SOURCE)
    alpha = SOURCE.data[3].astype(float)
    straight = SOURCE.data[:3] / np.where(alpha > 0, alpha, 1)
    assert out.data[:3] == pytest.approx(srgb_to_light(1 - light_to_srgb(straight)) * alpha, abs=2e-6)


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
@pytest.mark.parametrize("space", ["linear", "display"])
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
from reelwork.kernels import frames, generate
from reelwork.values import Affine
from stranger import Doubled

out = Frame.empty(Window(0, 0, 4, 4))
source = Frame(np.ones((4, 4, 4), np.float32), out.window)
frames.apply_pointwise([Doubled()], source, out, to_layer=Affine.IDENTITY, box=(4.0, 4.0))
assert out.data[0, 0, 0] == 2.0
run = generate.pointwise(((Doubled, Doubled.pixel, 0),))[0].dispatcher
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
