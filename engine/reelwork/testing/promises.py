"""The promises of extensions: a class goes in, an error that says which one is broken comes out, or nothing."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from reelwork.effect import (
    KEPT,
    MOST_INSTANTS,
    SPREAD,
    AreaEffect,
    Context,
    Effect,
    Extension,
    Merge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    Spreading,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
)
from reelwork.errors import OutputError, SceneError
from reelwork.extensions import registry
from reelwork.extensions.declared import declared_problem
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.kernels import frames
from reelwork.kernels.resample import resample
from reelwork.kernels.warp import Warp, warp_needs, warp_region
from reelwork.plan.nodes import named
from reelwork.scene.declared import declaration_problems
from reelwork.testing.samples import BOX, CONTEXT, changed, extremes, ordinary, picture
from reelwork.values import Affine, Space

_SIZE: Final = (float(BOX.width), float(BOX.height))
#: Rectangles that lie inside, across the edges and outside of the layer; one is a single pixel.
_TILES: Final = (
    Window(0, 0, 72, 16),
    Window(25, 21, 26, 22),
    Window(-12, -9, 20, 11),
    Window(60, 30, 90, 60),
    Window(100, 70, 110, 80),
)
_SPACES: Final[tuple[Space, ...]] = ("linear", "srgb")
_AROUND: Final = Window(-40, -40, 112, 88)
_DOT: Final = Window(30, 20, 31, 21)
#: There is nothing of the sample pictures beyond.
_FAR: Final = BOX.expand(9, 9, 9, 9)


@dataclass(frozen=True)
class Promise:
    """Something that must hold for extensions of a kind.

    :param name: what must hold
    :param of: the kind
    :param check: raises AssertionError, with words, if it does not
    """

    name: str
    of: type[Extension]
    check: Callable[[Any], None]


_PROMISES: list[Promise] = []


def promises_of(cls: type[Extension]) -> tuple[Promise, ...]:
    """What must hold for a class."""
    return tuple(promise for promise in _PROMISES if issubclass(cls, promise.of))


def _promise(name: str, of: type[Extension] = Extension) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    def declared(check: Callable[[Any], None]) -> Callable[[Any], None]:
        _PROMISES.append(Promise(name, of, check))
        return check

    return declared


def painted(extension: Extension, window: Window) -> Pixels:
    """What an extension makes in a window, of the sample pictures; every pixel is set."""
    out = Frame(np.full((4, window.height, window.width), np.nan, np.float32), window)
    if isinstance(extension, PointEffect):
        frames.apply_pointwise([extension], picture(window), out, to_layer=Affine.IDENTITY, box=_SIZE)
    elif isinstance(extension, Spreading):
        needs = extension.needs(window, CONTEXT)
        _render(extension, lambda seed: picture(needs, seed=seed), out, CONTEXT)
    elif isinstance(extension, WarpEffect):
        _warp(extension, picture(warp_needs(extension, window, Affine.IDENTITY, CONTEXT) & _FAR), out)
    elif isinstance(extension, PixelGenerator):
        frames.generate(extension, CONTEXT, out, to_layer=Affine.IDENTITY, size=_SIZE)
    elif isinstance(extension, VectorGenerator):
        from reelwork.kernels import coverage

        out.data[:] = 0.0
        coverage.draw(extension.draw(*_SIZE), Affine.IDENTITY, out, CONTEXT.display)
    elif isinstance(extension, Transition):
        _lead(extension, 0.4, out)
    else:
        assert isinstance(extension, Merge)
        out = picture(window)
        frames.merge(type(extension), "linear", out, picture(window, seed=5), 0.75)
    return out.data


def _warp(effect: WarpEffect, source: Frame, out: Frame, to_layer: Affine = Affine.IDENTITY) -> None:
    Warp(effect, source, to_layer=to_layer, context=CONTEXT)(out)


def _render(effect: Spreading, source: Callable[[float], Frame], out: Frame, context: Context) -> None:
    """Fill a frame with what an effect makes of sample pictures: now that with seed 0, at other instants others."""
    if isinstance(effect, TemporalEffect):
        instants = effect.times(replace(context, time=CONTEXT.time))
        effect.render([source(float(7 * offset)) for offset in instants], out, context)
    else:
        assert isinstance(effect, AreaEffect)
        effect.render(source(0.0), out, context)


def _lead(transition: Transition, progress: float, out: Frame) -> None:
    """Fill a frame with a part of the way from one sample picture to another."""

    def end(which: int) -> Frame | None:
        if not transition.shown(progress)[which]:
            return None
        moved = Frame.empty(out.window)
        resample(picture(BOX, seed=5 * which), transition.places(progress, *_SIZE)[which].inverse(), moved)
        return moved

    frames.transition(transition, progress, end(0), end(1), out, to_layer=Affine.IDENTITY, size=_SIZE)


@_promise("its documentation begins with a title")
def _documented(cls: type[Extension]) -> None:
    first = (cls.__doc__ or "").strip().splitlines()[:1]
    assert first, f"{cls.__qualname__} has no docstring; its first line is the title in `reelwork effects`"
    assert first[0].strip()[-1:] in ".:;,!?…" or len(first[0]) > 10, f"{first[0]!r} says too little"
    silent = [name for name, param in cls.params().items() if not param.help]
    assert not silent, f"parameters without help: {', '.join(silent)}"


@_promise("its presets and examples can be read")
def _declared(cls: type[Extension]) -> None:
    problems = [declared_problem(cls), *declaration_problems(cls, registry())]
    assert not any(problems), "; ".join(filter(None, problems))


@_promise("tiles are parts of the whole")
def _tiles(cls: type[Extension]) -> None:
    extension = ordinary(cls)
    whole = Frame(painted(extension, _AROUND), _AROUND)
    for tile in _TILES:
        found, expected = painted(extension, tile), whole.crop(tile).data
        assert found.tobytes() == expected.tobytes(), (
            f"{int((found != expected).any(axis=0).sum())} pixels of {tile} differ from those of the whole picture: "
            "results must only depend on a pixel's place"
        )


@_promise("all of it is painted, with ordinary and extreme parameters")
def _finite(cls: type[Extension]) -> None:
    for extension in (ordinary(cls), *extremes(cls)):
        try:
            data = painted(extension, BOX)
        except (SceneError, OutputError):
            continue  # it refuses such a parameter, in words
        assert np.isfinite(data).all(), f"{extension!r} leaves pixels unset, or makes them infinite or no number"
        assert (data[3] >= 0.0).all(), f"{extension!r} makes alpha negative"
        assert (data[3] <= 1.0 + 1e-5).all(), f"{extension!r} makes alpha more than 1"


@_promise("nothing is asked for, nothing is done")
def _empty(cls: type[Extension]) -> None:
    assert painted(ordinary(cls), Window(10, 10, 10, 20)).size == 0
    assert painted(ordinary(cls), Window(10, 10, 11, 11)).shape == (4, 1, 1)


@_promise("it travels to another process")
def _pickles(cls: type[Extension]) -> None:
    extension = ordinary(cls)
    arrived = pickle.loads(pickle.dumps(extension))
    assert arrived == extension, "it is not equal to itself after pickling"
    assert hash(arrived) == hash(extension)
    assert named(arrived) == named(extension), "its repr, by which results are kept, is not the same in each process"


@_promise("its name in the cache changes when a parameter does")
def _keys(cls: type[Extension]) -> None:
    usual = ordinary(cls)
    assert named(usual) == named(ordinary(cls)), "two equal instances have different reprs"
    for name, other in changed(cls):
        assert named(other) != named(usual), f"the parameter {name!r} is not in its repr, by which results are kept"


@_promise("threads do not disturb each other")
def _threads(cls: type[Extension]) -> None:
    extension, found = ordinary(cls), {}

    def paint(number: int) -> None:
        found[number] = painted(extension, BOX).tobytes()

    threads = [threading.Thread(target=paint, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4, "it raised an error in a thread"
    assert len(set(found.values())) == 1, "threads at once give different pictures"


@_promise("what says that it changes nothing changes nothing", Effect)
def _identity(cls: type[Effect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        if effect.is_identity():
            difference = abs(painted(effect, BOX) - picture(BOX).data).max()
            assert difference < 1e-5, f"{effect!r} is_identity(), but changes pixels by {difference:.3g}"


@_promise("transparent pixels stay transparent", PointEffect)
def _transparent(cls: type[PointEffect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        nothing = Frame.transparent(BOX)
        frames.apply_pointwise([effect], nothing, nothing, to_layer=Affine.IDENTITY, box=_SIZE)
        assert not nothing.data.any(), f"{effect!r} makes something of nothing"


@_promise("alpha is kept where that is promised", PointEffect)
def _keeps_alpha(cls: type[PointEffect]) -> None:
    if cls.keeps_alpha:
        for effect in (ordinary(cls), *extremes(cls)):
            assert (painted(effect, BOX)[3] == picture(BOX).data[3]).all(), f"{effect!r} changes alpha"


@_promise("light of any size stays a number", PointEffect)
def _any_light(cls: type[PointEffect]) -> None:
    light = np.array([-10.0, -1e-6, 0.0, 1e-30, 1e-6, 0.5, 1.0, 2.0, 1000.0, 60000.0], np.float32)
    data = np.ones((4, 10, 10), np.float32)
    data[0], data[1], data[2] = light[:, None], light[None, :], light[::-1, None]
    for effect in (ordinary(cls), *extremes(cls)):
        source = Frame(data.copy(), Window(0, 0, 10, 10))
        frames.apply_pointwise([effect], source, source, to_layer=Affine.IDENTITY, box=(10.0, 10.0))
        assert np.isfinite(source.data).all(), f"{effect!r} makes infinities or what is no number"


@_promise("the compiled pixel is the written one", PointEffect)
def _twin(cls: type[PointEffect]) -> None:
    if cls.space != "linear" or cls.unpremultiplied:
        return  # what the engine does before and after is in the way
    effect = ordinary(cls)
    uniforms: list[float] = []
    for value in effect.uniforms():
        uniforms += (value,) if isinstance(value, int | float) else value.premultiplied(CONTEXT.display)
    source, found, pixel = picture(BOX).data, painted(effect, BOX), effect.pixel_function()
    for row, column in ((22, 24), (10, 52), (24, 50), (0, 0), (30, 30), (20, 12)):
        place = (column + 0.5, row + 0.5, *_SIZE) if cls.positional else ()
        with np.errstate(all="ignore"):  # numpy's numbers divide by 0 as compiled ones do
            expected = pixel(*place, *source[:, row, column].astype(np.float64), *map(np.float64, uniforms))
        assert np.allclose(found[:, row, column], expected, rtol=1e-3, atol=1e-4, equal_nan=True), (
            f"at column {column}, row {row} the compiled function gives {found[:, row, column]}, Python {expected}"
        )


@_promise("only what it says that it needs is read", Spreading)
def _needs(cls: type[Spreading]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        for tile in _TILES:
            needs = effect.needs(tile, CONTEXT)
            around = (needs | tile).expand(3, 3, 3, 3)

            def poisoned(seed: float, around: Window = around, needs: Window = needs) -> Frame:
                frame = Frame(np.full((4, around.height, around.width), np.nan, np.float32), around)
                frame.paste(picture(needs, seed=seed))
                return frame

            out = Frame.empty(tile)
            _render(effect, poisoned, out, CONTEXT)
            assert np.isfinite(out.data).all(), f"{effect!r} reads more of its source than needs({tile}) = {needs}"


@_promise("no light leaves the region", Spreading)
def _region(cls: type[Spreading]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        region = effect.region(BOX, CONTEXT)
        window = (region | BOX).expand(4, 4, 4, 4)
        out = Frame(painted(effect, window), window)
        out.paste(Frame.transparent(region & window))
        assert not out.data.any(), f"{effect!r} paints outside of region({BOX}) = {region}"


@_promise("coverage is carried as declared", Effect)
def _coverage(cls: type[Effect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        if cls.coverage == KEPT:
            nothing = picture(BOX).data[3] == 0.0
            assert not painted(effect, BOX)[3][nothing].any(), (
                f"{effect!r} paints where its source is transparent: its coverage is not {KEPT!r}"
            )
        if cls.coverage == KEPT and isinstance(effect, Spreading):
            for tile in _TILES:
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
    _render(effect, lambda seed: source, out, CONTEXT)
    out.paste(Frame.transparent(region))
    assert not out.data.any(), f"of one pixel of light, {effect!r} paints outside of region({_DOT}) = {region}"


@_promise("only what it says that it needs is read", WarpEffect)
def _warp_needs(cls: type[WarpEffect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        for tile in _TILES:
            needs = warp_needs(effect, tile, Affine.IDENTITY, CONTEXT)
            poisoned = Frame(np.full((4, _FAR.height, _FAR.width), np.nan, np.float32), _FAR)
            poisoned.paste(picture(needs & _FAR))
            out = Frame.empty(tile)
            _warp(effect, poisoned, out)
            assert np.isfinite(out.data).all(), f"{effect!r} reads more of its source than it needs for {tile}"


@_promise("no light leaves the region", WarpEffect)
def _warp_region(cls: type[WarpEffect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        region = warp_region(effect, BOX, Affine.IDENTITY, CONTEXT)
        out = Frame.empty(_AROUND)
        _warp(effect, picture(BOX), out)
        out.paste(Frame.transparent(region & _AROUND))
        assert not out.data.any(), f"{effect!r} paints outside of its region for a source in {BOX}"


@_promise("at half the size it looks like half the picture", WarpEffect)
def _warp_scaled(cls: type[WarpEffect]) -> None:
    effect, small = ordinary(cls), picture(BOX)
    large = Frame(small.data.repeat(2, axis=1).repeat(2, axis=2), Window(0, 0, 2 * BOX.width, 2 * BOX.height))
    out = Frame.empty(large.window)
    _warp(effect, large, out, Affine.scaling(0.5, 0.5))
    halved = out.data.reshape(4, BOX.height, 2, BOX.width, 2).mean(axis=(2, 4))
    difference = abs(halved - painted(effect, BOX)).mean()
    assert difference < 0.02, f"at twice the scale the picture differs by {difference:.3f}"


@_promise("at half the size it looks like half the picture", Spreading)
def _scaled(cls: type[Spreading]) -> None:
    effect, double = ordinary(cls), Window(0, 0, 2 * BOX.width, 2 * BOX.height)
    twice = replace(CONTEXT, scale=(2.0, 2.0), box=(0.0, 0.0, 2 * _SIZE[0], 2 * _SIZE[1]))
    needs = effect.needs(double, twice)

    def enlarged(seed: float) -> Frame:
        small = Window(needs.x0 // 2 - 1, needs.y0 // 2 - 1, needs.x1 // 2 + 1, needs.y1 // 2 + 1)
        data = picture(small, seed=seed).data.repeat(2, axis=1).repeat(2, axis=2)
        return Frame(data, Window(*(2 * edge for edge in small))).crop(needs)

    out = Frame.empty(double)
    _render(effect, enlarged, out, twice)
    halved = out.data.reshape(4, BOX.height, 2, BOX.width, 2).mean(axis=(2, 4))
    difference = abs(halved - painted(effect, BOX)).mean()
    assert difference < 0.02, (
        f"at twice the scale the picture differs by {difference:.3f}: are lengths times the scale?"
    )


@_promise("the instants that it reads are exact, and not too many", TemporalEffect)
def _instants(cls: type[TemporalEffect]) -> None:
    for effect in (ordinary(cls), *extremes(cls)):
        for rate in (10, 24, Fraction(30000, 1001), 120):
            times = effect.times(replace(CONTEXT, frame=1 / Fraction(rate)))
            assert 1 <= len(times) <= MOST_INSTANTS, f"{effect!r} reads {len(times)} instants: 1 to {MOST_INSTANTS}"
            inexact = [offset for offset in times if not isinstance(offset, Fraction)]
            assert not inexact, f"{effect!r} reads the instant {inexact[:1]}, which is no Fraction"


@_promise("what came before does not matter, and pictures are not written to", TemporalEffect)
def _remembers_nothing(cls: type[TemporalEffect]) -> None:
    effect = ordinary(cls)
    needs, given = effect.needs(BOX, CONTEXT), dict[float, Frame]()
    fresh = painted(effect, BOX).tobytes()
    _render(effect, lambda seed: given.setdefault(seed, picture(needs, seed=seed + 3)), Frame.empty(BOX), CONTEXT)
    for seed, frame in given.items():
        assert (frame.data == picture(needs, seed=seed + 3).data).all(), "it writes to a picture that it was given"
    assert painted(effect, BOX).tobytes() == fresh, "the picture depends on what was painted before"


@_promise("what is opaque stays opaque where that is promised", TemporalEffect)
def _keeps_opaque(cls: type[TemporalEffect]) -> None:
    if not cls.keeps_opaque:
        return

    def opaque(needs: Window) -> Callable[[float], Frame]:
        def made(seed: float) -> Frame:
            frame = picture(needs, seed=seed)
            frame.data[3] = 1.0
            return frame

        return made

    for effect in (ordinary(cls), *extremes(cls)):
        out = Frame.empty(BOX)
        _render(effect, opaque(effect.needs(BOX, CONTEXT)), out, CONTEXT)
        assert (out.data[3] == 1.0).all(), f"{effect!r} makes what is opaque a little transparent"


@_promise("a transparent source leaves the backdrop", Merge)
def _leaves(cls: type[Merge]) -> None:
    for space in _SPACES:
        onto = picture(BOX)
        before = onto.data.copy()
        frames.merge(cls, space, onto, Frame.transparent(BOX))
        same = (onto.data == before).all()
        assert cls.clears or same, (
            f"in {space} values it changes what lies under nothing; if it must, say clears = True"
        )


@_promise("no opacity changes nothing, in both spaces", Merge)
def _no_opacity(cls: type[Merge]) -> None:
    for space in _SPACES:
        onto = picture(BOX)
        frames.merge(cls, space, onto, picture(BOX, seed=5), 0.0)
        assert (onto.data == picture(BOX).data).all()
        frames.merge(cls, space, onto, picture(BOX, seed=5), 1.0)
        assert np.isfinite(onto.data).all(), f"in {space} values it makes infinities or what is no number"


@_promise("the compiled blend is the written one", SeparableMerge)
def _blend_twin(cls: type[SeparableMerge]) -> None:
    values = np.linspace(0.0, 1.0, 12, dtype=np.float32)
    backdrop, source = np.meshgrid(values, values)
    onto, above = (Frame(np.stack([p, p, p, np.ones_like(p)]), Window(0, 0, 12, 12)) for p in (backdrop, source))
    frames.merge(cls, "linear", onto, above)
    pairs = zip(backdrop.ravel().tolist(), source.ravel().tolist(), strict=True)
    expected = np.reshape([cls.blend(b, s) for b, s in pairs], (12, 12))
    near = np.isclose(onto.data[0], expected, rtol=1e-3, atol=1e-4).mean()
    assert near > 0.95, "the compiled function and Python's do not agree"


@_promise("it leads from one picture to the other", Transition)
def _ends(cls: type[Transition]) -> None:
    for transition in (ordinary(cls), *extremes(cls)):
        for progress, seed in ((0.0, 0), (1.0, 5)):
            out = Frame.empty(BOX)
            _lead(transition, progress, out)
            wanted = picture(BOX, seed=seed).data
            assert np.allclose(out.data, wanted, atol=1e-5), (
                f"{transition!r} at {progress} is not the picture it should be"
            )
