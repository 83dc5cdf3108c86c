"""The lines of point effects in a generated kernel: effects with their pixel functions go in, text comes out.

The lines read and write ``r``, ``g``, ``b`` and ``a``: premultiplied scene-linear light. Those of effects in
display-encoded values stand in several passes over a row; ``r1``, ``g1`` and ``b1`` are what light was encoded to, and
``r2``, ``g2``, ``b2`` and ``a2`` what became of that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from reelwork.errors import PluginError
from reelwork.kernels.inline import Inliner
from reelwork.values import Display

if TYPE_CHECKING:
    from reelwork.effect import Extension, PointEffect

#: A pixel function, and how many tables and uniforms it takes.
Part: TypeAlias = "tuple[Callable[..., Any], int, int]"
#: A point effect, the space it works in, and its parts.
Step: TypeAlias = "tuple[type[PointEffect], str, tuple[Part, ...]]"

#: Numbers of a pixel, and of its place.
COLOURS: Final = 4
PLACES: Final = 4
#: What extensions call the space of display-encoded values, and that of numbers which are no colours.
DISPLAY: Final = "display"
DATA: Final = "data"


class Held(IntEnum):
    """What goes from one pass to the next; each has all that the one before it has."""

    LIGHT = 0
    ENCODED = 1
    CHANGED = 2


@dataclass
class Pass:
    """Lines that run over a row in a loop of their own.

    :param begins: what they begin with
    :param ends: what they end with
    """

    lines: str
    begins: Held = Held.LIGHT
    ends: Held = Held.LIGHT


@dataclass
class Given:
    """What was given to pixel functions so far.

    :param planes: of further layers
    """

    planes: int
    tables: int = 0
    uniforms: int = 0

    def next(self, tables: int, uniforms: int) -> str:
        """The arguments of one more function."""
        text = "".join(f", others[_uint({plane}), q, j]" for plane in range(self.planes))
        text += numbered("t", self.tables, tables) + numbered("u", self.uniforms, uniforms)
        self.tables, self.uniforms = self.tables + tables, self.uniforms + uniforms
        return text


def passes_of(steps: Sequence[Step], inliner: Inliner, given: Given, curve: Display) -> list[Pass]:
    """The lines of point effects, in passes: one, and one or two more for each run of effects in encoded values.

    Effects that take long have a pass of their own, between encoding and decoding.
    """
    passes = [Pass("")]
    for encoded, group in groupby(steps, key=lambda step: step[1] == DISPLAY):
        effects = list(group)
        if encoded:
            begun, calls, done = _apart(effects, inliner, given, encode(curve), decode(curve))
            passes[-1].lines += begun
            passes[-1].ends = Held.ENCODED
            if inliner.has_curves or any(effect.positional for effect, _, _ in effects):
                passes += [Pass(calls, Held.ENCODED, Held.CHANGED), Pass(done, Held.CHANGED)]
            else:
                passes.append(Pass(calls + done, Held.ENCODED))
            continue
        for step in effects:
            effect, _, parts = step
            apart = effect.unpremultiplied
            lines = "".join(_apart([step], inliner, given)) if apart else _calls(effect, parts, inliner, given)
            passes[-1].lines += lines
    return passes


def _apart(
    steps: Sequence[Step], inliner: Inliner, given: Given, encoded_by: str = "", decoded_by: str = ""
) -> tuple[str, str, str]:
    """The lines of effects on straight colours, display-encoded once before them and decoded once after them.

    What one of them makes transparent stays so for the others.
    """
    begun = f"""
            k = reciprocal(a)
            r1, g1, b1 = {encoded_by}(r * k), {encoded_by}(g * k), {encoded_by}(b * k)"""
    calls = """
            r2, g2, b2, a2 = r1, g1, b1, a"""
    for effect, _, parts in steps:
        made = _calls(effect, parts, inliner, given, "2")
        calls += f"""
            a1 = a2{made}
            a2 = a2 if a1 > _f32(0.0) else a1"""
    done = f"""
            r = changed(r, r1, r2, {decoded_by}(r2), a, a2)
            g = changed(g, g1, g2, {decoded_by}(g2), a, a2)
            b = changed(b, b1, b2, {decoded_by}(b2), a, a2)
            a = a2"""
    return begun, calls, done


def _calls(effect: type[PointEffect], parts: tuple[Part, ...], inliner: Inliner, given: Given, number: str = "") -> str:
    """The lines that call an effect's pixel functions, of the variables ``r``, ``g``, ``b`` and ``a`` with a number."""
    places = "place_x, place_y, width, height, " if effect.positional else ""
    colour = ", ".join(f"{channel}{number}" for channel in "rgba")
    single = ", ".join(f"_f32({channel}{number})" for channel in "rgba")
    lines = ""
    for function, tables, uniforms in parts:
        fixed = COLOURS + given.planes + (PLACES if effect.positional else 0)
        check(effect, function, fixed, tables + uniforms)
        pixel = inliner.add(function, floats=True)
        lines += f"""
            {colour} = {pixel}({places}{colour}{given.next(tables, uniforms)})
            {colour} = {single}"""
    return lines


def encode(display: Display) -> str:
    """The function that makes display-encoded values of light."""
    return f"_curves.{display}_encode"


def decode(display: Display) -> str:
    """The function that makes light of display-encoded values."""
    return f"_curves.{display}_decode"


def check(extension: type[Extension], pixel: Any, fixed: int, uniforms: int) -> None:
    """Whether a pixel function takes as many arguments as it will be given."""
    parameters = inspect.signature(pixel).parameters.values()
    if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        takes = len(parameters) - fixed
        if takes != uniforms:
            raise PluginError(
                f"{extension.__module__}.{extension.__qualname__}: uniforms() gives {uniforms} numbers, "
                f"but {pixel.__name__}() takes {takes} after its {fixed} fixed arguments"
            )


def numbered(letter: str, first: int, count: int) -> str:
    """So many more arguments, called by a letter and their numbers."""
    return "".join(f", {letter}{number}" for number in range(first, first + count))
