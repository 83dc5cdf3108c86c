"""What must hold where pixels are no numbers, or infinite.

No file brings such pixels in, and no picture with them is shown or kept. But between an extension that makes them and
the look at the finished tile, others are given them.
"""

from __future__ import annotations

from typing import Final

from reelwork.effect import Merge, PointEffect, Spreading, Transition, WarpEffect
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.kernels import frames
from reelwork.kernels.warp import warp_needs, warp_region
from reelwork.testing.painting import BEYOND, SIZE, point, render, warp
from reelwork.testing.promise import Promises, trials
from reelwork.testing.samples import BOX, CONTEXT, picture
from reelwork.values import Affine

PROMISES: Final = Promises()
_NAME: Final = "pixels that are no numbers do no harm"
_WRONG: Final[tuple[float, ...]] = (float("nan"), float("inf"), -float("inf"), 3e38)
#: Where they stand in what works pixel by pixel, column and row; and in what reads around them.
_PLACES: Final = ((8, 3), (24, 22), (52, 24), (70, 40))
_SPOT: Final = Window(30, 20, 31, 21)
#: With how many parameters it is tried, the ordinary ones first.
_MOST: Final = 4


def _spoiled(frame: Frame, *wrong: float) -> Frame:
    """A picture in which some pixels are wrong: one after the other, or one of them at the spot."""
    for value, (x, y) in zip(wrong, _PLACES if len(wrong) > 1 else ((_SPOT.x0, _SPOT.y0),), strict=True):
        column, row = x - frame.window.x0, y - frame.window.y0
        if 0 <= column < frame.window.width and 0 <= row < frame.window.height:
            frame.data[:, row, column] = value
    return frame


def _check(found: Pixels, clean: Pixels, touched: Window, who: object) -> None:
    """Whether two pictures of :data:`BOX` are the same but for a window."""
    one, other = Frame(found.copy(), BOX), Frame(clean.copy(), BOX)
    for frame in (one, other):
        frame.paste(Frame.transparent(touched & BOX))
    assert one.data.tobytes() == other.data.tobytes(), (
        f"given one pixel that is no number, or infinite, {who!r} changes pixels that it should not reach"
    )


def _check_places(found: Pixels, clean: Pixels, who: object) -> None:
    for x, y in _PLACES:
        found[:, y, x] = clean[:, y, x] = 0.0
    _check(found, clean, Window(0, 0, 0, 0), who)


@PROMISES(_NAME, PointEffect)
def _point(cls: type[PointEffect]) -> None:
    for effect in trials(cls).instances:
        clean, found = Frame.empty(BOX), Frame.empty(BOX)
        point(effect, picture(BOX), clean)
        point(effect, _spoiled(picture(BOX), *_WRONG), found)
        _check_places(found.data, clean.data, effect)


@PROMISES(_NAME, Spreading)
def _spreading(cls: type[Spreading]) -> None:
    for effect in trials(cls).instances[:_MOST]:
        needs, touched = effect.needs(BOX, CONTEXT), effect.region(_SPOT, CONTEXT) | _readers(effect)
        clean = Frame.empty(BOX)
        render(effect, lambda seed, needs=needs: picture(needs, seed=seed), clean)  # type: ignore[misc]
        for value in _WRONG[:2]:
            found = Frame.empty(BOX)
            render(effect, lambda seed, needs=needs, value=value: _spoiled(picture(needs, seed=seed), value), found)  # type: ignore[misc]
            _check(found.data, clean.data, touched, effect)


def _readers(effect: Spreading) -> Window:
    """The pixels that may be made of the one at the spot."""
    x0, y0, x1, y1 = effect.needs(_SPOT, CONTEXT)
    return _SPOT.expand(x1 - _SPOT.x1, y1 - _SPOT.y1, _SPOT.x0 - x0, _SPOT.y0 - y0)


@PROMISES(_NAME, WarpEffect)
def _warped(cls: type[WarpEffect]) -> None:
    for effect in trials(cls).instances[:_MOST]:
        needs = warp_needs(effect, BOX, Affine.IDENTITY, CONTEXT) & BEYOND
        touched = warp_region(effect, _SPOT, Affine.IDENTITY, CONTEXT)
        clean = Frame.empty(BOX)
        warp(effect, picture(needs), clean)
        for value in _WRONG[:2]:
            found = Frame.empty(BOX)
            warp(effect, _spoiled(picture(needs), value), found)
            _check(found.data, clean.data, touched, effect)


@PROMISES(_NAME, Merge)
def _merged(cls: type[Merge]) -> None:
    for space in ("linear", "srgb"):
        clean, found = picture(BOX, seed=1), _spoiled(picture(BOX, seed=1), *_WRONG)
        frames.merge(cls, space, clean, picture(BOX), 0.75)
        frames.merge(cls, space, found, _spoiled(picture(BOX), *reversed(_WRONG)), 0.75)
        _check_places(found.data, clean.data, cls.name)


@PROMISES(_NAME, Transition)
def _led(cls: type[Transition]) -> None:
    for transition in trials(cls).instances[:_MOST]:
        made = []
        for wrong in ((), _WRONG):
            one, two = (
                _spoiled(picture(BOX, seed=seed), *wrong) if wrong else picture(BOX, seed=seed) for seed in (1, 2)
            )
            out = Frame.empty(BOX)
            frames.transition(transition, 0.4, one, two, out, to_layer=Affine.IDENTITY, size=SIZE)
            made.append(out.data)
        _check_places(made[1], made[0], transition)
