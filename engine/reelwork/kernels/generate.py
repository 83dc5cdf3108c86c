"""Code generation: the pixel functions of effects go in, kernels that run them over frames come out.

A kernel is the text of a module: what the pixel functions use (see :mod:`reelwork.kernels.inline`), and the loops
over rows and columns. The text stands in the cache folder, under the digest of itself, for tracebacks and for
whoever wants to read it; numba's compiled code is cached as for any other kernel.

Colours, places and uniforms reach a pixel function as ``float32``, and so does what it returns leave it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

from reelwork.errors import PluginError
from reelwork.kernels import refused
from reelwork.kernels.decorator import Kernel
from reelwork.kernels.inline import HEADER, Inliner
from reelwork.kernels.point_lines import (
    COLOURS,
    DISPLAY,
    PLACES,
    check,
    decode,
    encode,
    numbered,
)
from reelwork.values import Display, Space

if TYPE_CHECKING:
    from reelwork.effect import Merge, PixelGenerator, Transition, WarpEffect

P = ParamSpec("P")
R = TypeVar("R")

_LINEAR: Final = "linear"

_IMPORTS: Final = """\
from numpy import float64 as _f64, int32 as _i32, int64 as _i64, uintp as _uint
from reelwork.kernels.alpha import blank, changed, composite, held, limited, over, reciprocal, settle, straight

_0, _1, _2, _3 = _uint(0), _uint(1), _uint(2), _uint(3)
"""
# Indices are unsigned, so that no code is made for counting from the end, and loops over them vectorise. The loops read
# from row p and column i of what they read, and write to row q and column j.
_WHOLE_OUTPUT: Final = """
    for y in range(_uint(out.shape[1])):
        q = y{rows}
        for x in range(_uint(out.shape[2])):
            j = x{columns}"""
WRITE: Final = """
            out[_0, q, j], out[_1, q, j], out[_2, q, j], out[_3, q, j] = _f32(r), _f32(g), _f32(b), _f32(a)
"""
PLACE_OF_ROW: Final = """
        py = _f64(_i32(out_y) + _i32(y)) + 0.5"""
PLACE: Final = """
            px = _f64(_i32(out_x) + _i32(x)) + 0.5
            place_x = _f32(places[0] * px + (places[2] * py + places[4]))
            place_y = _f32(places[1] * px + (places[3] * py + places[5]))"""
BOX: Final = """
    width, height = _f32(places[6]), _f32(places[7])"""

_MERGE: Final = """
@_kernel
def run(source, source_x, source_y, out, out_x, out_y, x0, y0, x1, y1, opacity):
    opacity = _f32(opacity)
    top, left, line, first = _uint(y0 - source_y), _uint(x0 - source_x), _uint(y0 - out_y), _uint(x0 - out_x)
    for y in range(_uint(y1 - y0)):
        p, q = y + top, y + line{pixels}"""
_MERGED_PIXEL: Final = """
            i, j = x + left, x + first
            rs, gs, bs = source[_0, p, i]{by}, source[_1, p, i]{by}, source[_2, p, i]{by}
            source_alpha = source[_3, p, i]{by}
            rb, gb, bb, backdrop_alpha = out[_0, q, j], out[_1, q, j], out[_2, q, j], out[_3, q, j]"""

# What a merge that clears makes is mixed with the backdrop; of others the source is multiplied by the opacity, which is
# the same, since their formulas are linear in the source.
_OPACITY: Final = """
            rest, mixed = _f32(1.0) - opacity, opacity < _f32(1.0)
            r = r * opacity + {r} * rest if mixed else r
            g = g * opacity + {g} * rest if mixed else g
            b = b * opacity + {b} * rest if mixed else b
            a = a * opacity + backdrop_alpha * rest if mixed else a"""

_COLUMNS: Final = """
        for x in range(_uint(x1 - x0)):"""
# Display-encoded values are dear, and most of most layers is transparent: blocks of that are passed over.
_BLOCKS: Final = """
        for block in range((_uint(x1 - x0) + _uint(63)) >> _uint(6)):
            start = block << _uint(6)
            stop = min(start + _uint(64), _uint(x1 - x0))
            if blank(source[_3, p], start + left, stop + left):
                continue
            for x in range(start, stop):"""

_STRAIGHT_COLOURS: Final = """
            ks, kb, a = reciprocal(source_alpha), reciprocal(backdrop_alpha), over(backdrop_alpha, source_alpha)
            crs, cgs, cbs = {held}(rs * ks{rs}), {held}(gs * ks{gs}), {held}(bs * ks{bs})
            crb, cgb, cbb = {held}(rb * kb{rb}), {held}(gb * kb{gb}), {held}(bb * kb{bb})"""
# Mixed in light, what is infinite stays so by way of the parts that only one of the two covers.
_LIMITED: Final = _STRAIGHT_COLOURS.format(held="limited", rs="", gs="", bs="", rb="", gb="", bb="")
_HELD: Final = _STRAIGHT_COLOURS.format(held="held", rs=", rs", gs=", gs", bs=", bs", rb=", rb", gb=", gb", bb=", bb")
_ENCODED_COLOURS: Final = """
            crs, cgs, cbs = {encode}(crs), {encode}(cgs), {encode}(cbs)
            crb, cgb, cbb = {encode}(crb), {encode}(cgb), {encode}(cbb)
            prs, pgs, pbs = crs * source_alpha, cgs * source_alpha, cbs * source_alpha
            prb, pgb, pbb = crb * backdrop_alpha, cgb * backdrop_alpha, cbb * backdrop_alpha"""
_SETTLED: Final = """
            r, g, b, a = _f32(r), _f32(g), _f32(b), _f32(a)
            k = reciprocal(a)
            r = settle(rb, rs, backdrop_alpha, source_alpha, prb, prs, r, {decode}(r * k), a)
            g = settle(gb, gs, backdrop_alpha, source_alpha, pgb, pgs, g, {decode}(g * k), a)
            b = settle(bb, bs, backdrop_alpha, source_alpha, pbb, pbs, b, {decode}(b * k), a)"""
# Light that shines without alpha has no display-encoded value.
_UNCOVERED: Final = """
            covered = source_alpha > _f32(0.0)
            r, g, b = r if covered else rb, g if covered else gb, b if covered else bb
            a = a if covered else backdrop_alpha"""

_TRANSITION: Final = """
@_kernel
def run(one, one_x, one_y, two, two_x, two_y, out, out_x, out_y, places, progress, uniforms):
    progress = _f32(progress)
    top_one, left_one = _uint(out_y - one_y), _uint(out_x - one_x)
    top_two, left_two = _uint(out_y - two_y), _uint(out_x - two_x){head}{loop}
            rf, gf, bf, af = one[_0, p, i], one[_1, p, i], one[_2, p, i], one[_3, p, i]
            m, n = y + top_two, x + left_two
            rt, gt, bt, at = two[_0, m, n], two[_1, m, n], two[_2, m, n], two[_3, m, n]
            r, g, b, a = {pixel}(
                place_x, place_y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at{uniforms}){write}"""

_GENERATOR: Final = """
@_kernel
def run(out, out_x, out_y, places, uniforms):{head}{loop}
            r, g, b, a = {pixel}(place_x, place_y, width, height{uniforms}){decoded}{write}"""
_WARP: Final = """
@_kernel
def run(xs, ys, others, us, vs, places, uniforms{tables}):{head}
    for i in range(_uint(xs.shape[0])):
        place_x = _f32(places[0] * xs[i] + (places[2] * ys[i] + places[4]))
        place_y = _f32(places[1] * xs[i] + (places[3] * ys[i] + places[5]))
        u, v = {place}(place_x, place_y, width, height{others}{tables}{uniforms})
        dx, dy = _f64(_f32(u) - place_x), _f64(_f32(v) - place_y)
        us[i] = xs[i] + (places[8] * dx + places[10] * dy)
        vs[i] = ys[i] + (places[9] * dx + places[11] * dy)
"""
_DECODED: Final = """
            r, g, b, a = _f32(r), _f32(g), _f32(b), _f32(a)
            r, g, b = {decode}(straight(r, a)) * a, {decode}(straight(g, a)) * a, {decode}(straight(b, a)) * a"""


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function returned for each set of arguments."""
    return cast("Callable[P, R]", functools.cache(function))


@once
def merge_kernel(merge: type[Merge], space: Space) -> Kernel[..., None]:
    """The kernel of a merge, onto a backdrop that is also the output.

    It takes ``(source, source_x, source_y, out, out_x, out_y, x0, y0, x1, y1, opacity)``; both cover the rectangle.

    :param space: where it mixes: in light, or in display-encoded values of a curve
    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    composite = getattr(merge, "pixel", None)
    if composite is not None:
        mixing = _composite_mixing(inliner.add(composite, floats=True), merge, space)
    else:
        blend: Any = merge.blend  # type: ignore[attr-defined]
        mixing = _blend_mixing(inliner.add(blend, floats=True), len(inspect.signature(blend).parameters), space)
    pixel = _MERGED_PIXEL.format(by="" if merge.clears else " * opacity") + mixing + WRITE
    whole = space == _LINEAR or merge.clears
    text = _MERGE.format(pixels=_COLUMNS + pixel if whole else _BLOCKS + textwrap.indent(pixel, "    "))
    made = compiled(f"The merge {merge.name}, in {space} values.", inliner, text)
    return made.run  # type: ignore[no-any-return]


@once
def transition_kernel(transition: type[Transition], uniforms: int) -> Kernel[..., None]:
    """The kernel of a transition: ``(from, x, y, to, x, y, out, out_x, out_y, places, progress, uniforms)``.

    ``places`` is as in :func:`pointwise`; both pictures cover the output.

    :param uniforms: how many uniforms it has
    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    check(transition, transition.pixel, PLACES + 1 + 2 * COLOURS, uniforms)
    text = _TRANSITION.format(
        head=BOX + read_uniforms(uniforms),
        loop=loop_over("top_one", "left_one", positional=True),
        pixel=inliner.add(transition.pixel, floats=True),
        uniforms=numbered("u", 0, uniforms),
        write=WRITE,
    )
    return compiled(f"The transition {transition.name}.", inliner, text).run  # type: ignore[no-any-return]


@once
def generator_kernel(generator: type[PixelGenerator], uniforms: int, display: Display) -> Kernel[..., None]:
    """The kernel of a generator: ``(out, out_x, out_y, places, uniforms)``, places as in :func:`pointwise`.

    :param uniforms: how many there are: a function may take them as ``*rest``
    :param display: the curve of display-encoded values
    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    check(generator, generator.pixel, PLACES, uniforms)
    text = _GENERATOR.format(
        head=BOX + read_uniforms(uniforms),
        loop=loop_over(positional=True),
        pixel=inliner.add(generator.pixel, floats=True),
        uniforms=numbered("u", 0, uniforms),
        decoded=_DECODED.format(decode=decode(display)) if generator.space == DISPLAY else "",
        write=WRITE,
    )
    return compiled(f"The generator {generator.name}.", inliner, text).run  # type: ignore[no-any-return]


@once
def place_kernel(
    warp: type[WarpEffect], place: Callable[..., Any], others: int, tables: int, uniforms: int
) -> Kernel[..., None]:
    """The kernel of a warp, ``(xs, ys, others, us, vs, places, uniforms, *tables)``: from where points of the raster
    are read.

    ``others`` has four rows for each further layer: its pixels at those points.

    Of ``places``, which is as in :func:`pointwise`, four more are the map back to the raster, but for its offset. What
    is not moved stays to the last bit.

    :raises PluginError: its function cannot be compiled
    """
    inliner = Inliner()
    fixed = COLOURS * others
    check(warp, place, PLACES + fixed + tables, uniforms)
    text = _WARP.format(
        head=BOX + read_uniforms(uniforms),
        place=inliner.add(place, floats=True),
        others="".join(f", others[{row}, i]" for row in range(fixed)),
        tables=numbered("t", 0, tables),
        uniforms=numbered("u", 0, uniforms),
    )
    return compiled(f"The warp {warp.name}.", inliner, text).run  # type: ignore[no-any-return]


def _composite_mixing(pixel: str, merge: type[Merge], space: Space) -> str:
    place = "_i64(x0) + _i64(x), _i64(y0) + _i64(y), " if merge.positional else ""
    if space == _LINEAR:
        lines = f"""
            r, g, b, a = {pixel}({place}rb, gb, bb, backdrop_alpha, rs, gs, bs, source_alpha)"""
        return lines + _OPACITY.format(r="rb", g="gb", b="bb") if merge.clears else lines
    lines = f"""{_encoded(space)}
            r, g, b, a = {pixel}({place}prb, pgb, pbb, backdrop_alpha, prs, pgs, pbs, source_alpha)"""
    if merge.clears:
        return lines + _OPACITY.format(r="prb", g="pgb", b="pbb") + _settled(space)
    return lines + _settled(space) + _UNCOVERED


def _blend_mixing(blend: str, parameters: int, space: Space) -> str:
    blending = f"""
            r, g, b = {blend}(crb, cgb, cbb, crs, cgs, cbs)"""
    if parameters == 2:
        blending = f"""
            r, g, b = {blend}(crb, crs), {blend}(cgb, cgs), {blend}(cbb, cbs)"""
    if space == _LINEAR:
        return f"""{_LIMITED}{blending}
            r = composite(rb, rs, backdrop_alpha, source_alpha, limited(_f32(r)))
            g = composite(gb, gs, backdrop_alpha, source_alpha, limited(_f32(g)))
            b = composite(bb, bs, backdrop_alpha, source_alpha, limited(_f32(b)))"""
    return f"""{_encoded(space)}{blending}
            r = composite(prb, prs, backdrop_alpha, source_alpha, _f32(r))
            g = composite(pgb, pgs, backdrop_alpha, source_alpha, _f32(g))
            b = composite(pbb, pbs, backdrop_alpha, source_alpha, _f32(b)){_settled(space)}{_UNCOVERED}"""


def _encoded(display: Display) -> str:
    """The lines that make display-encoded colours, straight and premultiplied, of both pixels."""
    return _HELD + _ENCODED_COLOURS.format(encode=encode(display))


def _settled(display: Display) -> str:
    return _SETTLED.format(decode=decode(display))


def loop_over(top: str = "", left: str = "", *, positional: bool) -> str:
    """The loops over the output; what is read begins ``top`` rows and ``left`` columns further on, if anything is."""
    return _WHOLE_OUTPUT.format(
        rows=(f"\n        p = y + {top}" if top else "") + (PLACE_OF_ROW if positional else ""),
        columns=(f"\n            i = x + {left}" if left else "") + (PLACE if positional else ""),
    )


def read_uniforms(count: int) -> str:
    """The lines that give each uniform a name."""
    return "".join(f"\n    u{number} = uniforms[{number}]" for number in range(count))


def compiled(title: str, inliner: Inliner, loops: str) -> ModuleType:
    """Run the text of a module; it is kept in the cache folder, which may fail without harm."""
    from reelwork.kernels import cache, native

    head = f'"""{title} Generated: changes here have no effect."""\n{HEADER}{_IMPORTS}'
    text = head + inliner.text + loops
    digest = hashlib.sha256(text.encode()).hexdigest()[:24]
    path = native.cache_folder() / "generated" / f"reelwork_pixels_{digest}.py"
    if not path.exists():
        with contextlib.suppress(OSError):
            cache.write_atomically(path, text.encode())
    module = ModuleType(f"reelwork_pixels_{digest}", title)
    # Numba looks a function's module up by its name when it loads what it compiled earlier.
    sys.modules[module.__name__] = module
    vars(module)[refused.PLACES] = inliner.places(head.count("\n"))
    try:
        exec(compile(text, str(path), "exec"), vars(module))
    except SyntaxError as error:
        raise PluginError(f"{title} Its pixel functions cannot be written into a module: {error}") from error
    return module
