"""What must hold for effects."""

from __future__ import annotations

from typing import Final

import numpy as np

from reelwork.effect import Effect, PointEffect
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.testing.painting import painted, point
from reelwork.testing.promise import Promises, trials
from reelwork.testing.samples import BOX, ordinary, others, picture
from reelwork.testing.twins import SPOTS, point_twin
from reelwork.values import Affine

PROMISES: Final = Promises()


@PROMISES("what says that it changes nothing changes nothing", Effect)
def _identity(cls: type[Effect]) -> None:
    for effect in trials(cls).instances:
        if effect.is_identity():
            difference = abs(painted(effect, BOX) - picture(BOX).data).max()
            assert difference < 1e-5, f"{effect!r} is_identity(), but changes pixels by {difference:.3g}"


@PROMISES("transparent pixels stay transparent", PointEffect)
def _transparent(cls: type[PointEffect]) -> None:
    for effect in trials(cls).instances:
        nothing = Frame.transparent(BOX)
        point(effect, nothing, nothing)
        assert not nothing.data.any(), f"{effect!r} makes something of nothing"


@PROMISES("alpha is kept where that is promised", PointEffect)
def _keeps_alpha(cls: type[PointEffect]) -> None:
    if cls.keeps_alpha:
        for effect in trials(cls).instances:
            assert (painted(effect, BOX)[3] == picture(BOX).data[3]).all(), f"{effect!r} changes alpha"


@PROMISES("light of any size stays a number", PointEffect)
def _any_light(cls: type[PointEffect]) -> None:
    light = np.array([-10.0, -1e-6, 0.0, 1e-30, 1e-6, 0.5, 1.0, 2.0, 1000.0, 60000.0], np.float32)
    data = np.ones((4, 10, 10), np.float32)
    data[0], data[1], data[2] = light[:, None], light[None, :], light[::-1, None]
    for effect in trials(cls).instances:
        source = Frame(data.copy(), Window(0, 0, 10, 10))
        point(effect, source, source)
        assert np.isfinite(source.data).all(), f"{effect!r} makes infinities or what is no number"


@PROMISES("the compiled pixel is the written one", PointEffect)
def _twin(cls: type[PointEffect]) -> None:
    effect = ordinary(cls)
    source, found = picture(BOX).data, painted(effect, BOX)
    read = [frame.crop(BOX).data for frame in others(effect, lambda _: BOX)]
    for row, column in SPOTS:
        pixel, *more = (data[:, row, column].tolist() for data in (source, *read))
        expected = point_twin(effect, column + 0.5, row + 0.5, pixel, *more)
        assert np.allclose(found[:, row, column], expected, rtol=1e-3, atol=1e-4, equal_nan=True), (
            f"at column {column}, row {row} the compiled function gives {found[:, row, column]}, Python {expected}"
        )


@PROMISES("it knows its place at any size", PointEffect)
def _placed(cls: type[PointEffect]) -> None:
    if cls.positional:
        effect, double = ordinary(cls), Window(0, 0, 2 * BOX.width, 2 * BOX.height)
        large = Frame(picture(BOX).data.repeat(2, axis=1).repeat(2, axis=2), double)
        point(effect, large, large, Affine.scaling(0.5, 0.5))
        difference = abs(halved(large) - painted(effect, BOX)).mean()
        assert difference < 0.02, f"at twice the size the picture differs by {difference:.3f}"


def halved(frame: Frame) -> Pixels:
    """A frame of twice the size of :data:`BOX`, each pixel the mean of four."""
    mean: Pixels = frame.data.reshape(4, BOX.height, 2, BOX.width, 2).mean(axis=(2, 4))
    return mean
