"""Point effects in one pass: runs in display-encoded values, stages, tables."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork import PointEffect, Stage
from reelwork.errors import PluginError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.tables import interpolated
from reelwork.values import Affine

WINDOW = Window(-3, 5, 37, 25)


def source() -> Frame:
    data = np.random.default_rng(4).random((4, WINDOW.height, WINDOW.width), dtype=np.float32)
    data[3, :4], data[3, 4:9] = 0.0, 1.0
    data[:3] *= data[3]
    return Frame(data, WINDOW)


SOURCE = source()


def _applied(effects, given: Frame) -> Frame:
    out = Frame(np.full_like(given.data, np.nan), given.window)
    frames.apply_pointwise(effects, given, out, to_layer=Affine.IDENTITY, box=(40.0, 20.0))
    return out


class Gain(PointEffect, name="test-gain", version=1):
    gain: float = 1.5

    def uniforms(self):
        return (self.gain,)

    @staticmethod
    def pixel(r, g, b, a, gain):
        return r * gain, g * gain, b * gain, a


class Bend(PointEffect, name="test-bend", version=1):
    unpremultiplied = True

    @staticmethod
    def pixel(r, g, b, a):
        return r + 0.5 * r * r, g + 0.5 * g * g, b + 0.5 * b * b, a


class Invert(PointEffect, name="test-invert", version=1):
    space = "display"

    @staticmethod
    def pixel(r, g, b, a):
        return 1.0 - r, 1.0 - g, 1.0 - b, a


class Cut(PointEffect, name="test-cut", version=1):
    """Makes what is dark transparent, and what is transparent white."""

    space = "display"

    @staticmethod
    def pixel(r, g, b, a):
        seen = (a > 0.0) & (r > 0.5)
        return (r, g, b, a) if seen else (1.0, 1.0, 1.0, 0.0 if a > 0.0 else 1.0)


def test_display_effects_that_follow_each_other_give_what_they_give_one_by_one():
    fused = _applied([Gain(), Invert(), Invert(), Bend(), Cut(), Invert(), Cut()], SOURCE).data
    alone = SOURCE
    for effect in (Gain(), Invert(), Invert(), Bend(), Cut(), Invert(), Cut()):
        alone = _applied([effect], alone)
    assert fused == pytest.approx(alone.data, abs=2e-6)
    assert ((fused[3] > 0.0) == (alone.data[3] > 0.0)).all()
    assert (fused[3] == 0.0).any()


def test_what_two_display_effects_undo_keeps_its_bits():
    light = Frame(SOURCE.data.clip(0.0, SOURCE.data[3]), SOURCE.window)
    assert (_applied([Double(), Halve()], light).data == light.data).all()


class Double(PointEffect, name="test-double", version=1):
    space = "display"

    @staticmethod
    def pixel(r, g, b, a):
        return r * 2.0, g * 2.0, b * 2.0, a


class Halve(PointEffect, name="test-halve", version=1):
    space = "display"

    @staticmethod
    def pixel(r, g, b, a):
        return r * 0.5, g * 0.5, b * 0.5, a


class Looked(PointEffect, name="test-looked", version=1):
    """Two stages, each with a table and a number of its own."""

    unpremultiplied = True

    def stages(self):
        first, second = np.array([0.0, 0.5, 2.0], np.float32), np.array([9.0, 0.0, 3.0, 9.0], np.float32)[1:3]
        return Stage(_looked, (3.0,), (first,)), Stage(_looked, (2.0,), (second,))


def _looked(r, g, b, a, table, size):
    return interpolated(table, 0.0, size, r), interpolated(table, 0.0, size, g), b, a


def test_stages_get_their_own_tables_and_numbers_and_fuse_with_their_neighbours():
    source = Frame(SOURCE.data.copy(), SOURCE.window)
    source.data[3] = 1.0
    out = _applied([Gain(gain=0.5), Looked(), Gain(gain=2.0)], source).data
    curve = np.interp(source.data[:2] * 0.5, [0.0, 0.5, 1.0], [0.0, 0.5, 2.0])
    assert out[:2] == pytest.approx(6.0 * np.clip(curve, 0.0, 1.0), abs=1e-5)
    assert (out[2] == source.data[2]).all()


def test_a_table_of_doubles_is_refused():
    class Wrong(Looked, name="test-wrong", version=1):
        def stages(self):
            return (Stage(_looked, (2.0,), (np.zeros(2),)),)

    with pytest.raises(PluginError, match="a table is a one-dimensional array of float32"):
        _applied([Wrong()], SOURCE)
