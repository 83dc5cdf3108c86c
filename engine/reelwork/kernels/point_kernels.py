"""The kernels of point effects: effects with their pixel functions go in, kernels that run them over frames come out.

Effects that stay in light run in one loop. Those in display-encoded values run in several loops over each row, with
what goes from one to the next in rows of their own: curves are long chains of sums, and a loop with fewer of them lets
the processor work on the chains of several pixels at once.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from reelwork.kernels.decorator import Kernel
from reelwork.kernels.generate import BOX, PLACE, WRITE, compiled, loop_over, once, read_uniforms
from reelwork.kernels.inline import Inliner
from reelwork.kernels.point_lines import COLOURS, Given, Held, Pass, Step, numbered, passes_of
from reelwork.values import Display

#: How many rows go from one pass to the next: what light was encoded to, and what became of that with its alpha.
ROWS: Final = 7

_ONE_LOOP: Final = """
@_kernel
def run(source, source_x, source_y, out, out_x, out_y, places, uniforms{tables}):
    top, left = _uint(out_y - source_y), _uint(out_x - source_x){head}{loop}
            r, g, b, a = source[_0, p, i], source[_1, p, i], source[_2, p, i], source[_3, p, i]{steps}{write}

@_kernel
def run_in_place(out, out_x, out_y, places, uniforms{tables}):{head}{loop_in_place}
            r, g, b, a = out[_0, q, j], out[_1, q, j], out[_2, q, j], out[_3, q, j]{steps}{write}"""

_BY_ROWS: Final = """
@_kernel
def run(source, source_x, source_y, out, out_x, out_y, places, uniforms{tables}, rows):
    top, left, width = _uint(out_y - source_y), _i64(out_x - source_x), _i64(out.shape[2])
    for y in range(_uint(out.shape[1])):
        p = y + top
        pass_0_apart({source}{light}{more}){others}

@_kernel
def run_in_place(out, out_x, out_y, places, uniforms{tables}, rows):
    for y in range(_uint(out.shape[1])):
        pass_0({light}{more}){others}"""
_OTHER_PASS: Final = """
        pass_{number}({light}{more})"""
_PASS: Final = """
@_kernel
def {name}({arrays}, y, out_x, out_y, places, uniforms{tables}):{head}
    q = y
    py = _f64(_i32(out_y) + _i32(y)) + 0.5
    for x in range(_uint(alpha.shape[0])):
            j = x{place}{lines}
"""

# The rows that passes share: their names where a pass takes them, and what they are where it is called.
_LIGHT: Final = "red, green, blue, alpha"
_LIGHT_ROWS: Final = ", ".join(f"out[_{plane}, y]" for plane in range(COLOURS))
_OWN: Final = "".join(f", w{row}" for row in range(ROWS))
_OWN_ROWS: Final = "".join(f", rows[_uint({row})]" for row in range(ROWS))
_SOURCE: Final = "given_red, given_green, given_blue, given_alpha, "
_SOURCE_ROWS: Final = "".join(f"source[_{plane}, p, left : left + width], " for plane in range(COLOURS))
_READ_SOURCE: Final = """
            r, g, b, a = given_red[j], given_green[j], given_blue[j], given_alpha[j]"""
#: The lines that read what a pass begins with, and write what it ends with, after those for less.
_READ: Final = (
    """
            r, g, b, a = red[j], green[j], blue[j], alpha[j]""",
    """
            r1, g1, b1 = w0[j], w1[j], w2[j]""",
    """
            r2, g2, b2, a2 = w3[j], w4[j], w5[j], w6[j]""",
)
_WRITE_LIGHT: Final = """
            red[j], green[j], blue[j], alpha[j] = _f32(r), _f32(g), _f32(b), _f32(a)"""
_WRITTEN: Final = {
    Held.LIGHT: _WRITE_LIGHT,
    Held.ENCODED: f"""{_WRITE_LIGHT}
            w0[j], w1[j], w2[j] = r1, g1, b1""",
    Held.CHANGED: """
            w3[j], w4[j], w5[j], w6[j] = r2, g2, b2, a2""",
}


class PointKernels(NamedTuple):
    """The kernels of some point effects, one after the other.

    They take ``(source, source_x, source_y, out, out_x, out_y, places, uniforms, *tables)`` and
    ``(out, out_x, out_y, places, uniforms, *tables)``. The first leads from the raster to the layer: ``places`` holds
    the six numbers of an affine map and the box's width and height, as doubles. The source must cover the output.

    :param apart: from a source to an output
    :param in_place: of an output
    :param rows: how many rows, at least as long as the output's, both take after all the rest, in one array of two
        dimensions; with 0 they take none
    """

    apart: Kernel[..., None]
    in_place: Kernel[..., None]
    rows: int


@once
def pointwise(effects: tuple[Step, ...], display: Display, layers: int = 0) -> PointKernels:
    """The kernels of some point effects.

    :param effects: the effects, each with its pixel functions and how many tables and uniforms they take
    :param display: the curve of display-encoded values
    :param layers: how many further layers the effect, which is then the only one, reads: the kernels take their pixels
        as one more array, with the planes of all of them, as large as the output
    :raises PluginError: a pixel function cannot be compiled
    """
    inliner = Inliner()
    given = Given(COLOURS * layers)
    passes = passes_of(effects, inliner, given, display)
    positional = any(effect.positional for effect, _, _ in effects)
    head = (BOX if positional else "") + read_uniforms(given.uniforms)
    tables = numbered("t", 0, given.tables) + (", others" if layers else "")
    if len(passes) == 1:
        text = _ONE_LOOP.format(
            head=head,
            tables=tables,
            loop=loop_over("top", "left", positional=positional),
            loop_in_place=loop_over(positional=positional),
            steps=passes[0].lines,
            write=WRITE,
        )
    else:
        text = _by_rows(passes, head, tables, PLACE if positional else "")
    names = ", ".join(effect.name for effect, _, _ in effects)
    made = compiled(f"Point effects in one go: {names}.", inliner, text)
    return PointKernels(made.run, made.run_in_place, 0 if len(passes) == 1 else ROWS)


def _by_rows(passes: list[Pass], head: str, tables: str, place: str) -> str:
    """The text of passes over rows, and of the kernels that send all rows through all passes."""
    text, others, more = "", "", f"{_OWN_ROWS}, y, out_x, out_y, places, uniforms{tables}"
    for number, each in enumerate(passes):
        read = "".join(_READ[: each.begins + 1])
        ways = {f"pass_{number}": (_LIGHT, read)}
        if number == 0:
            ways["pass_0_apart"] = (_SOURCE + _LIGHT, _READ_SOURCE)
        else:
            others += _OTHER_PASS.format(number=number, light=_LIGHT_ROWS, more=more)
        for name, (arrays, reading) in ways.items():
            lines = reading + each.lines + _WRITTEN[each.ends]
            text += _PASS.format(name=name, arrays=arrays + _OWN, tables=tables, head=head, place=place, lines=lines)
    return text + _BY_ROWS.format(tables=tables, source=_SOURCE_ROWS, light=_LIGHT_ROWS, more=more, others=others)
