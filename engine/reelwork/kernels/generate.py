"""Code generation: the pixel functions of effects go in, kernels that run them over frames come out.

A kernel is the text of a module: what the pixel functions use (see :mod:`reelwork.kernels.inline`), a loop over one
row, and a loop over rows. The text stands in the cache folder, under the digest of itself, for tracebacks and for
whoever wants to read it; numba's compiled code is cached as for any other kernel.

Colours, places and uniforms reach a pixel function as ``float32``, and so does what it returns leave it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

from reelwork.errors import PluginError
from reelwork.kernels.decorator import Kernel
from reelwork.kernels.inline import HEADER, Inliner

if TYPE_CHECKING:
    from reelwork.effect import Extension, Merge, PixelGenerator, PointEffect, Transition

P = ParamSpec("P")
R = TypeVar("R")

_COLOURS: Final = 4
_PLACES: Final = 4
_DISPLAY: Final = "display"

_PLACE: Final = """
        px = _f64(_i32(first) + _i32(i)) + 0.5
        x = _f32(places[0] * px + (places[2] * py + places[4]))
        y = _f32(places[1] * px + (places[3] * py + places[5]))"""
_PLACES_OF_ROW: Final = """
    width, height = _f32(places[6]), _f32(places[7])
    py = _f64(line) + 0.5"""
_IMPORTS: Final = """\
from numpy import float64 as _f64, int32 as _i32, uintp as _uint
from reelwork.kernels.alpha import changed, changed_display, composite, over, reciprocal, settle
"""

_POINTWISE: Final = """
@_kernel
def row(r_in, g_in, b_in, a_in, r_out, g_out, b_out, a_out, first, line, places, uniforms):{head}
    for i in range(_uint(r_out.shape[0])):{place}
        r, g, b, a = r_in[i], g_in[i], b_in[i], a_in[i]{steps}
        r_out[i], g_out[i], b_out[i], a_out[i] = r, g, b, a


@_kernel
def row_in_place(r_out, g_out, b_out, a_out, first, line, places, uniforms):{head}
    for i in range(_uint(r_out.shape[0])):{place}
        r, g, b, a = r_out[i], g_out[i], b_out[i], a_out[i]{steps}
        r_out[i], g_out[i], b_out[i], a_out[i] = r, g, b, a


@_kernel
def run(source, source_x, source_y, out, out_x, out_y, places, uniforms):
    left = out_x - source_x
    right = left + out.shape[2]
    for j in range(out.shape[1]):
        k = j + out_y - source_y
        row(source[0, k, left:right], source[1, k, left:right], source[2, k, left:right], source[3, k, left:right],
            out[0, j], out[1, j], out[2, j], out[3, j], out_x, out_y + j, places, uniforms)


@_kernel
def run_in_place(out, out_x, out_y, places, uniforms):
    for j in range(out.shape[1]):
        row_in_place(out[0, j], out[1, j], out[2, j], out[3, j], out_x, out_y + j, places, uniforms)
"""

_MERGE: Final = """
@_kernel
def row(r_in, g_in, b_in, a_in, r_out, g_out, b_out, a_out, opacity):
    for i in range(_uint(r_out.shape[0])):
        rs, gs, bs, source_alpha = r_in[i] * opacity, g_in[i] * opacity, b_in[i] * opacity, a_in[i] * opacity
        rb, gb, bb, backdrop_alpha = r_out[i], g_out[i], b_out[i], a_out[i]{mixing}
        r_out[i], g_out[i], b_out[i], a_out[i] = r, g, b, alpha


@_kernel
def run(source, source_x, source_y, out, out_x, out_y, x0, y0, x1, y1, opacity):
    left, right = x0 - source_x, x1 - source_x
    first, last = x0 - out_x, x1 - out_x
    for y in range(y0, y1):
        k = y - source_y
        j = y - out_y
        row(source[0, k, left:right], source[1, k, left:right], source[2, k, left:right], source[3, k, left:right],
            out[0, j, first:last], out[1, j, first:last], out[2, j, first:last], out[3, j, first:last], _f32(opacity))
"""

_STRAIGHT_COLOURS: Final = """
        ks, kb, alpha = reciprocal(source_alpha), reciprocal(backdrop_alpha), over(backdrop_alpha, source_alpha)
        crs, cgs, cbs = rs * ks, gs * ks, bs * ks
        crb, cgb, cbb = rb * kb, gb * kb, bb * kb"""
_ENCODED_COLOURS: Final = """
        crs, cgs, cbs = _curves.srgb_encode(crs), _curves.srgb_encode(cgs), _curves.srgb_encode(cbs)
        crb, cgb, cbb = _curves.srgb_encode(crb), _curves.srgb_encode(cgb), _curves.srgb_encode(cbb)"""
_PREMULTIPLIED_COLOURS: Final = """
        prs, pgs, pbs = crs * source_alpha, cgs * source_alpha, cbs * source_alpha
        prb, pgb, pbb = crb * backdrop_alpha, cgb * backdrop_alpha, cbb * backdrop_alpha"""
_SETTLED: Final = """
        r, g, b, alpha = _f32(r), _f32(g), _f32(b), _f32(alpha)
        k = reciprocal(alpha)
        r = settle(rb, rs, backdrop_alpha, source_alpha, prb, prs, r, alpha, k)
        g = settle(gb, gs, backdrop_alpha, source_alpha, pgb, pgs, g, alpha, k)
        b = settle(bb, bs, backdrop_alpha, source_alpha, pbb, pbs, b, alpha, k)
        alpha = alpha if source_alpha > _f32(0.0) else backdrop_alpha"""

_TRANSITION: Final = """
@_kernel
def row(rf, gf, bf, af, rt, gt, bt, at, r_out, g_out, b_out, a_out, first, line, places, progress, uniforms):{head}
    for i in range(_uint(r_out.shape[0])):{place}
        r, g, b, a = {pixel}(
            x, y, width, height, progress, rf[i], gf[i], bf[i], af[i], rt[i], gt[i], bt[i], at[i]{uniforms})
        r_out[i], g_out[i], b_out[i], a_out[i] = _f32(r), _f32(g), _f32(b), _f32(a)


@_kernel
def run(one, one_x, one_y, two, two_x, two_y, out, out_x, out_y, places, progress, uniforms):
    f, t, n = out_x - one_x, out_x - two_x, out.shape[2]
    for j in range(out.shape[1]):
        k = j + out_y - one_y
        m = j + out_y - two_y
        row(one[0, k, f : f + n], one[1, k, f : f + n], one[2, k, f : f + n], one[3, k, f : f + n],
            two[0, m, t : t + n], two[1, m, t : t + n], two[2, m, t : t + n], two[3, m, t : t + n],
            out[0, j], out[1, j], out[2, j], out[3, j], out_x, out_y + j, places, _f32(progress), uniforms)
"""

_GENERATOR: Final = """
@_kernel
def row(r_out, g_out, b_out, a_out, first, line, places, uniforms):{head}
    for i in range(_uint(r_out.shape[0])):{place}
        r, g, b, a = {pixel}(x, y, width, height{uniforms})
        r_out[i], g_out[i], b_out[i], a_out[i] = _f32(r), _f32(g), _f32(b), _f32(a)


@_kernel
def run(out, out_x, out_y, places, uniforms):
    for j in range(out.shape[1]):
        row(out[0, j], out[1, j], out[2, j], out[3, j], out_x, out_y + j, places, uniforms)
"""


def _once(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function returned for each set of arguments."""
    return cast("Callable[P, R]", functools.cache(function))


@_once
def pointwise(effects: tuple[tuple[type[PointEffect], int], ...]) -> tuple[Kernel[..., None], Kernel[..., None]]:
    """The kernels of some point effects, one after the other: from a source to an output, and in place.

    They take ``(source, source_x, source_y, out, out_x, out_y, places, uniforms)`` and
    ``(out, out_x, out_y, places, uniforms)``. The first leads from the raster to the layer: ``places`` holds the six
    numbers of an affine map and the box's width and height, as doubles. The source must cover the output.

    :param effects: the effects, each with how many uniforms it has
    :raises PluginError: a pixel function cannot be compiled
    """
    inliner = Inliner()
    steps, used = "", 0
    for effect, count in effects:
        steps += _step(effect, inliner, used, count)
        used += count
    positional = any(effect.positional for effect, _ in effects)
    head = (_PLACES_OF_ROW if positional else "") + _uniforms_of_row(used)
    names = ", ".join(effect.name for effect, _ in effects)
    text = _POINTWISE.format(head=head, place=_PLACE if positional else "", steps=steps)
    module = _module(f"Point effects in one pass: {names}.", inliner.text + text)
    return module.run, module.run_in_place


@_once
def merge_kernel(merge: type[Merge], space: str) -> Kernel[..., None]:
    """The kernel of a merge, onto a backdrop that is also the output.

    It takes ``(source, source_x, source_y, out, out_x, out_y, x0, y0, x1, y1, opacity)``; both cover the rectangle.

    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    display = space == _DISPLAY
    composite = getattr(merge, "pixel", None)
    if composite is not None:
        mixing = _composite_mixing(inliner.add(composite, floats=True), display)
    else:
        blend: Any = merge.blend  # type: ignore[attr-defined]
        mixing = _blend_mixing(inliner.add(blend, floats=True), len(inspect.signature(blend).parameters), display)
    module = _module(f"The merge {merge.name}, in {space} values.", inliner.text + _MERGE.format(mixing=mixing))
    return module.run  # type: ignore[no-any-return]


@_once
def transition_kernel(transition: type[Transition], uniforms: int) -> Kernel[..., None]:
    """The kernel of a transition: ``(from, x, y, to, x, y, out, out_x, out_y, places, progress, uniforms)``.

    ``places`` is as in :func:`pointwise`; both pictures cover the output.

    :param uniforms: how many uniforms it has
    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    _check(transition, transition.pixel, _PLACES + 1 + 2 * _COLOURS, uniforms)
    text = _TRANSITION.format(
        head=_PLACES_OF_ROW + _uniforms_of_row(uniforms),
        place=_PLACE,
        pixel=inliner.add(transition.pixel, floats=True),
        uniforms=_uniforms(0, uniforms),
    )
    return _module(f"The transition {transition.name}.", inliner.text + text).run  # type: ignore[no-any-return]


@_once
def generator_kernel(generator: type[PixelGenerator], uniforms: int) -> Kernel[..., None]:
    """The kernel of a generator: ``(out, out_x, out_y, places, uniforms)``, places as in :func:`pointwise`.

    :param uniforms: how many there are: a function may take them as ``*rest``
    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    _check(generator, generator.pixel, _PLACES, uniforms)
    text = _GENERATOR.format(
        head=_PLACES_OF_ROW + _uniforms_of_row(uniforms),
        place=_PLACE,
        pixel=inliner.add(generator.pixel, floats=True),
        uniforms=_uniforms(0, uniforms),
    )
    return _module(f"The generator {generator.name}.", inliner.text + text).run  # type: ignore[no-any-return]


def _step(effect: type[PointEffect], inliner: Inliner, used: int, count: int) -> str:
    """The lines of one point effect, whose uniforms come after those that are used already."""
    _check(effect, effect.pixel, _COLOURS + (_PLACES if effect.positional else 0), count)
    pixel = inliner.add(effect.pixel, floats=True)
    places = "x, y, width, height, " if effect.positional else ""
    display = effect.space == _DISPLAY
    if not display and not effect.unpremultiplied:
        return f"""
        r, g, b, a = {pixel}({places}r, g, b, a{_uniforms(used, count)})
        r, g, b, a = _f32(r), _f32(g), _f32(b), _f32(a)"""
    encode, change = ("_curves.srgb_encode", "changed_display") if display else ("", "changed")
    return f"""
        k = reciprocal(a)
        r1, g1, b1 = {encode}(r * k), {encode}(g * k), {encode}(b * k)
        r2, g2, b2, a2 = {pixel}({places}r1, g1, b1, a{_uniforms(used, count)})
        a2 = _f32(a2)
        r = {change}(r, r1, _f32(r2), a, a2)
        g = {change}(g, g1, _f32(g2), a, a2)
        b = {change}(b, b1, _f32(b2), a, a2)
        a = a2 if a > _f32(0.0) else a"""


def _composite_mixing(pixel: str, display: bool) -> str:
    if not display:
        return f"""
        r, g, b, alpha = {pixel}(rb, gb, bb, backdrop_alpha, rs, gs, bs, source_alpha)
        r, g, b, alpha = _f32(r), _f32(g), _f32(b), _f32(alpha)"""
    return f"""{_STRAIGHT_COLOURS}{_ENCODED_COLOURS}{_PREMULTIPLIED_COLOURS}
        r, g, b, alpha = {pixel}(prb, pgb, pbb, backdrop_alpha, prs, pgs, pbs, source_alpha){_SETTLED}"""


def _blend_mixing(blend: str, parameters: int, display: bool) -> str:
    blending = f"""
        r, g, b = {blend}(crb, cgb, cbb, crs, cgs, cbs)"""
    if parameters == 2:
        blending = f"""
        r, g, b = {blend}(crb, crs), {blend}(cgb, cgs), {blend}(cbb, cbs)"""
    if not display:
        return f"""{_STRAIGHT_COLOURS}{blending}
        r = composite(rb, rs, backdrop_alpha, source_alpha, _f32(r))
        g = composite(gb, gs, backdrop_alpha, source_alpha, _f32(g))
        b = composite(bb, bs, backdrop_alpha, source_alpha, _f32(b))"""
    return f"""{_STRAIGHT_COLOURS}{_ENCODED_COLOURS}{_PREMULTIPLIED_COLOURS}{blending}
        r = composite(prb, prs, backdrop_alpha, source_alpha, _f32(r))
        g = composite(pgb, pgs, backdrop_alpha, source_alpha, _f32(g))
        b = composite(pbb, pbs, backdrop_alpha, source_alpha, _f32(b)){_SETTLED}"""


def _check(extension: type[Extension], pixel: Any, fixed: int, uniforms: int) -> None:
    """Whether a pixel function takes as many arguments as it will be given."""
    parameters = inspect.signature(pixel).parameters.values()
    if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        takes = len(parameters) - fixed
        if takes != uniforms:
            raise PluginError(
                f"{extension.__module__}.{extension.__qualname__}: uniforms() gives {uniforms} numbers, "
                f"but pixel() takes {takes} after its {fixed} fixed arguments"
            )


def _uniforms(first: int, count: int) -> str:
    return "".join(f", u{number}" for number in range(first, first + count))


def _uniforms_of_row(count: int) -> str:
    return "".join(f"\n    u{number} = uniforms[{number}]" for number in range(count))


def _module(title: str, body: str) -> ModuleType:
    """Run the text of a module; it is kept in the cache folder, which may fail without harm."""
    from reelwork.kernels import cache, native

    text = f'"""{title} Generated: changes here have no effect."""\n{HEADER}{_IMPORTS}{body}'
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    path = native.cache_folder() / "generated" / f"reelwork_pixels_{digest}.py"
    if not path.exists():
        with contextlib.suppress(OSError):
            cache.write_atomically(path, text.encode())
    module = ModuleType(f"reelwork_pixels_{digest}", title)
    # Numba looks a function's module up by its name when it loads what it compiled earlier.
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(path), "exec"), vars(module))
    except SyntaxError as error:
        raise PluginError(f"{title} Its pixel functions cannot be written into a module: {error}") from error
    return module
