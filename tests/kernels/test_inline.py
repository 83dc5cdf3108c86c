"""Inlining: what pixel functions may use, what becomes float32, and what is refused with a message."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from reelwork import PointEffect, maths
from reelwork.errors import PluginError
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import kernel, refused
from reelwork.kernels.frames import apply_pointwise
from reelwork.kernels.inline import Inliner
from reelwork.values import Affine

WEIGHTS = (0.2126, 0.7152, 0.0722)
HALF = 0.5
THINGS = ["a list"]


def luma(r, g, b):
    """A helper that pixel functions call."""
    return WEIGHTS[0] * r + WEIGHTS[1] * g + WEIGHTS[2] * b


@kernel
def marked(x):
    return x * HALF


def _text(function, floats=True) -> str:
    inliner = Inliner()
    inliner.add(function, floats=floats)
    return inliner.text


def _body(function, floats=True) -> str:
    return _text(function, floats).split("return ")[-1].strip()


def test_helpers_and_constants_come_along_once():
    def pixel(r, g, b, a):
        y = luma(r, g, b) + luma(b, g, r)
        return marked(y), y, HALF, a

    inliner = Inliner()
    name = inliner.add(pixel, floats=True)
    assert inliner.add(pixel, floats=True) == name
    text = inliner.text
    assert text.count("def luma") == 1
    assert "_table_0 = (_f32(0.2126), _f32(0.7152), _f32(0.0722),)" in text
    assert "_f32(0.5)" in text
    assert "A helper" not in text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("r * 2", "r * _f32(2.0)"),
        ("1 - r", "_f32(1.0) - r"),
        ("r / 3", "r / _f32(3.0)"),
        ("1 / 3", "_f32(1.0) / _f32(3.0)"),
        ("max(r, 0)", "max(r, _f32(0.0))"),
        ("r if r > 1 else 0", "r if r > _f32(1.0) else _f32(0.0)"),
        ("r ** 2", "_curves.repeated(r, 2)"),
        ("r ** 0.5", "_curves.power(r, _f32(0.5))"),
        ("maths.exp2(r)", "_curves.exp2(r)"),
        ("maths.floor(r) * 2", "_curves.floor(r) * _f32(2.0)"),
        ("float(n) + 1", "_f32(n) + _f32(1.0)"),
        ("int(r) * 5 & 255", "int(r) * 5 & 255"),
        ("n * 5", "n * 5"),
        ("-1 * r", "_f32(-1.0) * r"),
    ],
)
def test_numbers_become_single_precision_where_they_certainly_are_floats(expression, expected, tmp_path):
    path = tmp_path / "plugin.py"
    path.write_text(f"from reelwork import maths\n\ndef pixel(r, n):\n    n = int(n)\n    return {expression}\n")
    space: dict[str, object] = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    assert _body(space["pixel"]).replace("-_f32(1.0)", "_f32(-1.0)") == expected


def test_locals_that_only_hold_floats_are_floats():
    def pixel(r, g, b, a):
        x = 0.0
        count = 0
        for _ in range(3):
            x = x + 1
            x *= 2
            count = count + 1
        return x, count

    text = _text(pixel)
    assert "x = x + _f32(1.0)" in text
    assert "x = x * _f32(2.0)" in text
    assert "count = count + 1" in text


def test_helpers_keep_whole_numbers_whose_kind_is_not_known():
    def scramble(n):
        n = n * 1103515245 + 12345
        return n & 0x7FFFFFFF

    assert "n * 1103515245 + 12345" in _text(scramble, floats=False)


def _uses_sin(r, g, b, a):
    return math.sin(r), g, b, a


def _uses_numpy(r, g, b, a):
    return np.sqrt(r), g, b, a


def _uses_list(r, g, b, a):
    return len(THINGS), g, b, a


def _calls_itself(r, g, b, a):
    return _calls_itself(r, g, b, a)


def _uses_nothing_known(r, g, b, a):
    return unknown(r), g, b, a  # noqa: F821


def _prints(r, g, b, a):
    print(r)
    return r, g, b, a


def _uses_attribute(r, g, b, a):
    return r.real, g, b, a


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_uses_sin, r"uses math.sin, whose results differ from machine to machine; use reelwork.maths"),
        (_uses_numpy, r"uses np.sqrt, whose results differ"),
        (_uses_list, r"uses THINGS, a list; it may use numbers"),
        (_calls_itself, r"calls itself"),
        (_uses_nothing_known, r"uses unknown, which is not defined"),
        (_prints, r"uses print, a builtin"),
        (_uses_attribute, r"uses the attribute r.real"),
        (lambda r, g, b, a: (r, g, b, a), r"must be defined with `def`|no source"),
        (abs, r"is not a plain function"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_cannot_be_compiled_is_refused_with_its_place(function, message):
    with pytest.raises(PluginError, match=message):
        Inliner().add(function)


def test_a_closure_is_refused():
    gain = 2.0

    def pixel(r, g, b, a):
        return r * gain, g, b, a

    with pytest.raises(PluginError, match="reads gain from the function around it"):
        Inliner().add(pixel)


def test_the_message_names_file_and_line():
    line = _uses_sin.__code__.co_firstlineno + 1
    with pytest.raises(PluginError, match=rf"test_inline.py:{line}: _uses_sin uses math.sin.* use reelwork.maths.sin$"):
        Inliner().add(_uses_sin)


def _adds_a_word(x):
    y = x * HALF
    return y + "a"


def _calls_what_adds_a_word(r, g, b, a):
    if r > 0.5:
        r = r * WEIGHTS[1]
    return _adds_a_word(r), g, b, a


def _unpacks_a_number(r, g, b, a):
    # what is written on several lines
    first, second = r  # fmt: skip
    return first, second, b, a


def _forgets_alpha(r, g, b, a):
    r = r * 0.5
    return r, g, b


@pytest.mark.parametrize(
    ("function", "fault", "line", "message"),
    [
        (
            _calls_what_adds_a_word,
            _adds_a_word,
            2,
            r"cannot be compiled: there is no add\(float32, Literal\[str\]\(a\)\)",
        ),
        (_unpacks_a_number, _unpacks_a_number, 2, "cannot be compiled: failed to unpack float32"),
        (_forgets_alpha, _forgets_alpha, 2, "must give 4 numbers; it gives 3"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_the_compiler_refuses_is_told_with_its_line(function, fault, line, message):
    effect = type("Wrong", (PointEffect,), {"pixel": staticmethod(function)}, name="wrong", version=1)
    frame = Frame.empty(Window(0, 0, 4, 4))
    place = rf"test_inline.py:{fault.__code__.co_firstlineno + line}: {fault.__name__} "
    with pytest.raises(PluginError, match=place + message):
        apply_pointwise([effect()], frame, frame, to_layer=Affine.IDENTITY, box=(4.0, 4.0))


def test_a_function_without_source_is_refused():
    space: dict[str, object] = {}
    exec("def pixel(r, g, b, a):\n    return r, g, b, a\n", space)
    with pytest.raises(PluginError, match="no source that can be read"):
        Inliner().add(space["pixel"])


def test_maths_functions_are_all_there_in_single_precision():
    from reelwork.kernels import curves

    assert all(hasattr(curves, name) for name in maths.__all__)


def test_what_the_compiler_says_in_colours_is_told_without():
    error = SimpleNamespace(msg="\x1b[1m\x1b[1mfailed to unpack \x1b[31mfloat32\x1b[0m", loc=None)
    assert refused.told(error, {}) == "a kernel cannot be compiled: failed to unpack float32"
