"""The brightest light that float files hold is no infinity after any effect."""

import numpy as np
import pytest

from reelwork.effect import PointEffect, Spreading, WarpEffect
from reelwork.extensions import registry
from reelwork.image.frame import Frame
from reelwork.kernels.warp import warp_needs
from reelwork.testing.painting import BEYOND, point, render, warp
from reelwork.testing.promise import trials
from reelwork.testing.samples import BOX, CONTEXT, picture
from reelwork.values import Affine

BRIGHTEST = 3.4e38
EFFECTS = [
    cls
    for plugin in registry().plugins
    if plugin.package in ("", "reelwork")
    for cls in plugin.brings
    if issubclass(cls, PointEffect | Spreading | WarpEffect)
]


def bright(window, seed=0.0):
    """All of the brightest light, or of its opposite: red everywhere, green in places, blue at some instants."""
    frame = picture(window, seed=seed)
    red, green, blue, alpha = frame.data
    red[:] = BRIGHTEST * alpha
    green[:] = np.where(blue > 0.4, BRIGHTEST, -BRIGHTEST) * alpha
    blue[:] = (BRIGHTEST if seed % 2 else -BRIGHTEST) * alpha
    return frame


@pytest.mark.parametrize("cls", EFFECTS, ids=lambda cls: cls.name)
def test_the_brightest_light_stays_a_number(cls):
    for effect in trials(cls).instances:
        out = Frame.empty(BOX)
        if isinstance(effect, PointEffect):
            point(effect, bright(BOX), out)
        elif isinstance(effect, WarpEffect):
            warp(effect, bright(warp_needs(effect, BOX, Affine.IDENTITY, CONTEXT) & BEYOND), out)
        else:
            needs = effect.needs(BOX, CONTEXT)
            render(effect, lambda seed, needs=needs: bright(needs, seed), out)
        assert np.isfinite(out.data).all(), effect
