"""Tint, vignette and crop: what they promise, and that alpha keeps its rules."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork import Context, PointEffect
from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import frames
from reelwork.kinds import REQUIRED
from reelwork.values import Affine, Colour
from reelwork_colour import Crop, Tint, Vignette


def _picture(width: int = 40, height: int = 20) -> Frame:
    data = np.random.default_rng(0).random((4, height, width)).astype(np.float32)
    data[:3] *= data[3]
    data[:, :, :3] = 0
    return Frame(data, Window(0, 0, width, height))


def _applied(effect, source: Frame) -> Frame:
    out = Frame.empty(source.window)
    box = (float(source.window.width), float(source.window.height))
    frames.apply_pointwise([effect], source, out, to_layer=Affine.IDENTITY, box=box)
    return out


@pytest.mark.parametrize("effect", [Tint(), Vignette(), Tint(black=Colour(0.1, 0.2, 0.3))])
def test_alpha_stays_and_nothing_stays_nothing(effect):
    source = _picture()
    out = _applied(effect, source)
    assert (out.data[3] == source.data[3]).all()
    assert (out.data[:, source.data[3] == 0] == 0).all()


PROMISING = [
    cls
    for cls in registry().effects.values()
    if issubclass(cls, PointEffect)
    and cls.keeps_alpha
    and not any(p.default is REQUIRED for p in cls.params().values())
]


def test_some_promise_to_keep_alpha():
    assert {"grade", "tint", "vignette"} <= {cls.name for cls in PROMISING}


@pytest.mark.parametrize("cls", PROMISING, ids=lambda cls: cls.name)
def test_what_promises_to_keep_alpha_does(cls):
    source = _picture()
    assert (_applied(cls(), source).data[3] == source.data[3]).all()


@pytest.mark.parametrize("effect", [Tint(amount=0.0), Vignette(amount=0.0)])
def test_no_amount_changes_nothing(effect):
    source = _picture()
    assert effect.is_identity()
    assert (_applied(effect, source).data == source.data).all()


@pytest.mark.parametrize("effect", [Tint(), Vignette()])
def test_bare_names_do_something(effect):
    source = _picture()
    assert not effect.is_identity()
    assert np.abs(_applied(effect, source).data - source.data).max() > 0.05


def test_full_tint_leads_from_one_colour_to_the_other():
    source = Frame(np.ones((4, 1, 2), np.float32), Window(0, 0, 2, 1))
    source.data[:3, 0, 0] = 0
    dark, light = Colour(0.1, 0.0, 0.3), Colour(1.0, 0.8, 0.5)
    out = _applied(Tint(white=light, black=dark, amount=1.0), source)
    for column, colour in enumerate((dark, light)):
        assert out.data[:3, 0, column] == pytest.approx(colour.linear("srgb")[:3], abs=1e-6)


def test_vignettes_darken_the_corners_and_leave_the_centre():
    source = Frame(np.ones((4, 101, 201), np.float32), Window(0, 0, 201, 101))
    light = _applied(Vignette(amount=0.6, size=0.3, softness=0.7), source).data[0]
    assert light[50, 100] == 1.0
    assert light[0, 0] == light[100, 200] == pytest.approx(0.4, abs=0.01)
    assert (np.diff(light[50, 100:]) <= 0).all()
    assert light == pytest.approx(light[::-1, ::-1], abs=1e-6)


def test_round_vignettes_are_round():
    source = Frame(np.ones((4, 100, 200), np.float32), Window(0, 0, 200, 100))
    light = _applied(Vignette(amount=1.0, size=0.0, softness=1.0, roundness=1.0), source).data[0]
    assert light[50, 100 + 30] == pytest.approx(light[50 + 30, 100], rel=0.02)


CONTEXT = Context(scale=(1.0, 1.0), box=(0.0, 0.0, 40.0, 20.0))


def _cropped(effect: Crop, source: Frame, window: Window | None = None) -> Frame:
    out = Frame.empty(window or source.window)
    effect.render(source, out, CONTEXT)
    return out


def test_crops_keep_what_lies_inside_to_the_bit():
    source = _picture()
    out = _cropped(Crop(left=10.0, top=2.0, right=5.0, bottom=3.0), source)
    kept = out.data[:, 2:17, 10:35]
    assert (kept == source.data[:, 2:17, 10:35]).all()
    kept[:] = 0
    assert (out.data == 0).all()


def test_crops_have_smooth_edges():
    source = Frame(np.ones((4, 20, 40), np.float32), Window(0, 0, 40, 20))
    out = _cropped(Crop(left=10.25), source)
    assert out.data[3, 10, 9:12] == pytest.approx([0.0, 0.75, 1.0], abs=1e-6)


def test_crops_know_where_they_leave_something():
    effect = Crop(left=10.0, bottom=5.5)
    assert effect.region(Window(-5, -5, 45, 25), CONTEXT) == Window(10, 0, 40, 15)
    assert effect.region(Window(0, 0, 5, 5), CONTEXT).is_empty
    assert effect.needs(Window(3, 4, 5, 6), CONTEXT) == Window(3, 4, 5, 6)
    assert Crop().is_identity()


def test_crops_that_leave_nothing_leave_nothing():
    source = _picture()
    assert (_cropped(Crop(left=30.0, right=30.0), source).data == 0).all()


def test_crops_do_not_depend_on_the_window():
    source = _picture()
    effect = Crop(left=10.3, top=2.7)
    window = Window(8, 1, 20, 9)
    assert _cropped(effect, source, window).data.tobytes() == _cropped(effect, source).crop(window).data.tobytes()
