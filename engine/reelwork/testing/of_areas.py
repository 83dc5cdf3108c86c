"""What must hold for effects that read more than one pixel: areas, instants, and warps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np

from reelwork.effect import KEPT, MOST_INSTANTS, SPREAD, Effect, Spreading, TemporalEffect, WarpEffect
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.warp import warp_needs, warp_region
from reelwork.testing.of_all import AROUND, TILES
from reelwork.testing.of_effects import halved
from reelwork.testing.painting import BEYOND, SIZE, painted, render, warp
from reelwork.testing.promise import Promises, trials
from reelwork.testing.samples import BOX, CONTEXT, enlarged, ordinary, picture
from reelwork.values import Affine

PROMISES: Final = Promises()
_DOT: Final = Window(30, 20, 31, 21)


@PROMISES("only what it says that it needs is read", Spreading)
def _needs(cls: type[Spreading]) -> None:
    for effect in trials(cls).instances:
        for tile in TILES:
            needs = effect.needs(tile, CONTEXT)
            around = (needs | tile).expand(3, 3, 3, 3)

            def poisoned(seed: float, around: Window = around, needs: Window = needs) -> Frame:
                frame = Frame(np.full((4, around.height, around.width), np.nan, np.float32), around)
                frame.paste(picture(needs, seed=seed))
                return frame

            out = Frame.empty(tile)
            render(effect, poisoned, out, CONTEXT)
            assert np.isfinite(out.data).all(), f"{effect!r} reads more of its source than needs({tile}) = {needs}"


@PROMISES("no light leaves the region", Spreading)
def _region(cls: type[Spreading]) -> None:
    for effect in trials(cls).instances:
        region = effect.region(BOX, CONTEXT)
        window = (region | BOX).expand(4, 4, 4, 4)
        out = Frame(painted(effect, window), window)
        out.paste(Frame.transparent(region & window))
        assert not out.data.any(), f"{effect!r} paints outside of region({BOX}) = {region}"


@PROMISES("coverage is carried as declared", Effect)
def _coverage(cls: type[Effect]) -> None:
    for effect in trials(cls).instances:
        if cls.coverage == KEPT:
            nothing = picture(BOX).data[3] == 0.0
            assert not painted(effect, BOX)[3][nothing].any(), (
                f"{effect!r} paints where its source is transparent: its coverage is not {KEPT!r}"
            )
        if cls.coverage == KEPT and isinstance(effect, Spreading):
            for tile in TILES:
                assert (effect.needs(tile, CONTEXT) | tile) == tile, (
                    f"{effect!r} reads around a pixel to make it: its coverage is not {KEPT!r}"
                )
        if cls.coverage == SPREAD and isinstance(effect, Spreading):
            _spread(effect)


def _spread(effect: Spreading) -> None:
    """Whether one pixel of light gets no farther than its region."""
    region = effect.region(_DOT, CONTEXT)
    window = (region | _DOT).expand(4, 4, 4, 4)
    source = Frame.transparent(effect.needs(window, CONTEXT))
    source.paste(Frame(np.ones((4, 1, 1), np.float32), _DOT))
    out = Frame.empty(window)
    render(effect, lambda seed: source, out, CONTEXT)
    out.paste(Frame.transparent(region))
    assert not out.data.any(), f"of one pixel of light, {effect!r} paints outside of region({_DOT}) = {region}"


@PROMISES("only what it says that it needs is read", WarpEffect)
def _warp_needs(cls: type[WarpEffect]) -> None:
    for effect in trials(cls).instances:
        for tile in TILES:
            needs = warp_needs(effect, tile, Affine.IDENTITY, CONTEXT)
            poisoned = Frame(np.full((4, BEYOND.height, BEYOND.width), np.nan, np.float32), BEYOND)
            poisoned.paste(picture(needs & BEYOND))
            out = Frame.empty(tile)
            warp(effect, poisoned, out)
            assert np.isfinite(out.data).all(), f"{effect!r} reads more of its source than it needs for {tile}"


@PROMISES("no light leaves the region", WarpEffect)
def _warp_region(cls: type[WarpEffect]) -> None:
    for effect in trials(cls).instances:
        region = warp_region(effect, BOX, Affine.IDENTITY, CONTEXT)
        out = Frame.empty(AROUND)
        warp(effect, picture(BOX), out)
        out.paste(Frame.transparent(region & AROUND))
        assert not out.data.any(), f"{effect!r} paints outside of its region for a source in {BOX}"


@PROMISES("at half the size it looks like half the picture", WarpEffect)
def _warp_scaled(cls: type[WarpEffect]) -> None:
    effect, double = ordinary(cls), Window(0, 0, 2 * BOX.width, 2 * BOX.height)
    out = Frame.empty(double)
    warp(effect, enlarged(double, 2), out, to_layer=Affine.scaling(0.5, 0.5))
    difference = abs(halved(out) - painted(effect, BOX)).mean()
    assert difference < 0.02, f"at twice the scale the picture differs by {difference:.3f}"


@PROMISES("at half the size it looks like half the picture", Spreading)
def _scaled(cls: type[Spreading]) -> None:
    effect, double = ordinary(cls), Window(0, 0, 2 * BOX.width, 2 * BOX.height)
    twice = replace(CONTEXT, scale=(2.0, 2.0), box=(0.0, 0.0, 2 * SIZE[0], 2 * SIZE[1]))
    needs = effect.needs(double, twice)
    out = Frame.empty(double)
    render(effect, lambda seed: enlarged(needs, 2, seed=seed), out, twice)
    difference = abs(halved(out) - painted(effect, BOX)).mean()
    assert difference < 0.02, (
        f"at twice the scale the picture differs by {difference:.3f}: are lengths times the scale?"
    )


@PROMISES("the instants that it reads are exact, and not too many", TemporalEffect)
def _instants(cls: type[TemporalEffect]) -> None:
    for effect in trials(cls).instances:
        for rate in (10, 24, Fraction(30000, 1001), 120):
            times = effect.times(replace(CONTEXT, frame=1 / Fraction(rate)))
            assert 1 <= len(times) <= MOST_INSTANTS, f"{effect!r} reads {len(times)} instants: 1 to {MOST_INSTANTS}"
            inexact = [offset for offset in times if not isinstance(offset, Fraction)]
            assert not inexact, f"{effect!r} reads the instant {inexact[:1]}, which is no Fraction"


@PROMISES("what came before does not matter, and pictures are not written to", TemporalEffect)
def _remembers_nothing(cls: type[TemporalEffect]) -> None:
    effect = ordinary(cls)
    needs, given = effect.needs(BOX, CONTEXT), dict[float, Frame]()
    fresh = painted(effect, BOX).tobytes()
    render(effect, lambda seed: given.setdefault(seed, picture(needs, seed=seed + 3)), Frame.empty(BOX), CONTEXT)
    for seed, frame in given.items():
        assert (frame.data == picture(needs, seed=seed + 3).data).all(), "it writes to a picture that it was given"
    assert painted(effect, BOX).tobytes() == fresh, "the picture depends on what was painted before"


@PROMISES("what is opaque stays opaque where that is promised", TemporalEffect)
def _keeps_opaque(cls: type[TemporalEffect]) -> None:
    if not cls.keeps_opaque:
        return

    def opaque(needs: Window) -> Callable[[float], Frame]:
        def made(seed: float) -> Frame:
            frame = picture(needs, seed=seed)
            frame.data[3] = 1.0
            return frame

        return made

    for effect in trials(cls).instances:
        out = Frame.empty(BOX)
        render(effect, opaque(effect.needs(BOX, CONTEXT)), out, CONTEXT)
        assert (out.data[3] == 1.0).all(), f"{effect!r} makes what is opaque a little transparent"
