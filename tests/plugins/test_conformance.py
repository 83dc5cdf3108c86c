"""The built-in plugins keep the promises that every plugin must keep; and what breaks one is found."""

from __future__ import annotations

import math
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from promising import broken
from warps import Push, Shade, Stencil, Through, Upside

from reelwork import (
    AreaEffect,
    AreaGenerator,
    CompositeMerge,
    Example,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    Transition,
    WarpEffect,
    param,
)
from reelwork.effect import KEPT
from reelwork.extensions import registry
from reelwork.extensions.declared import lacking
from reelwork.kinds import Length
from reelwork.testing import conformance
from reelwork.testing.promise import PICTURES, verdict
from reelwork.testing.promises import promises_of

test_merges = conformance("reelwork_merges")
test_colour = conformance("reelwork_colour")
test_filters = conformance("reelwork_filters")
test_warps = conformance("reelwork_warps")
test_scopes = conformance("reelwork_scopes")
test_generators = conformance("reelwork_generators")
test_time = conformance("reelwork_time")
test_transitions = conformance("reelwork_transitions")
test_sound = conformance("reelwork_sound")


class Good(PointEffect, name="good", version=1):
    """Good: makes everything a little darker."""

    amount: float = param(0.9, minimum=0.0, maximum=1.0, help="What stays.")

    def uniforms(self):
        return (self.amount,)

    def is_identity(self):
        return self.amount == 1.0

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r * amount, g * amount, b * amount, a


class Leaking(Good, name="leaking", version=1):
    """Leaking: makes light of nothing, and says that it keeps alpha."""

    keeps_alpha = True

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r + amount, g, b, a * 0.5


class Unhelpful(Good, name="unhelpful", version=1):
    amount: float = param(0.9, minimum=0.0, maximum=1.0)


class Exploding(Good, name="exploding", version=1):
    """Exploding: divides by what may be nothing, but is not in any ordinary picture."""

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r / (r + 10.0), g, b, a


class Raising(Good, name="raising", version=1):
    """Raising: cannot be made ready where its amount is nothing."""

    def uniforms(self):
        return (1.0 / self.amount,)


class Uncompiled(Good, name="uncompiled", version=1):
    """Uncompiled: uses what differs from machine to machine."""

    @staticmethod
    def pixel(r, g, b, a, amount):
        r = r * amount
        g = math.sin(g)
        return r, g, b, a


class Restless(PixelGenerator, name="restless", version=1):
    """Restless: moves, without a word of it, and is of another size than it seems."""

    def uniforms(self, context):
        return (float(context.time),)

    @staticmethod
    def pixel(x, y, width, height, time):
        return time, 0.0, 0.0, 1.0


class Ruled(AreaGenerator, name="ruled", version=1):
    """Ruled: lines that are as wide at every size."""

    def render(self, out, context):
        rows = np.arange(out.window.y0, out.window.y1) // 4 % 2
        out.data[:] = rows[:, None]


_painted = []


class Counting(AreaEffect, name="counting", version=1):
    """Counting: every frame is darker than the one that was painted before."""

    timed = True

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        _painted.append(context.time)
        out.data[:] = source.crop(out.window).data / len(_painted)


class Lying(Good, name="lying", version=1):
    """Lying: says that it changes nothing, always."""

    def is_identity(self):
        return True


class Greedy(AreaEffect, name="greedy", version=1):
    """Greedy: reads its neighbours, and paints them, without a word of it."""

    radius: float = param(2.0, kind=Length(minimum=0.0), help="How far.")

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        wide = source.crop(out.window.expand(3, 0, 3, 0)).data
        out.data[:] = (wide[:, :, :-6] + wide[:, :, 6:]) / 2


class Keeping(Greedy, name="keeping", version=1):
    """Keeping: reads its neighbours, and says that each pixel comes from its own place."""

    coverage = KEPT

    def margin(self, context):
        return (3, 0, 3, 0)


class Running(AreaEffect, name="running", version=1):
    """Running: a picture that fills its box leaves no trace outside; a pixel does."""

    def margin(self, context):
        return (0, 0, 0, 0)

    def needs(self, wanted, context):
        return wanted.expand(1, 0, 0, 0)

    def render(self, source, out, context):
        wide = source.crop(out.window.expand(1, 0, 0, 0))
        columns = np.arange(out.window.x0, out.window.x1)
        inside = (columns >= 0) & (columns < 72)
        out.data[:] = np.maximum(wide.data[:, :, 1:], wide.data[:, :, :-1]) * inside


class Misdescribed(Good, name="misdescribed", version=1):
    """Misdescribed: its preset is too much, and its example misspelt."""

    presets: ClassVar = {"strong": {"amount": 2}}
    examples = (Example("Odd", {"amount": "lots"}),)


class Unscaled(AreaEffect, name="unscaled", version=1):
    """Unscaled: moves everything by pixels of the raster."""

    def margin(self, context):
        return (0, 0, 12, 0)

    def render(self, source, out, context):
        out.data[:] = source.crop(out.window.expand(12, 0, -12, 0)).data


class Placed(AreaEffect, name="placed", version=1):
    """Placed: looks at where its tile begins."""

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        out.data[:] = source.crop(out.window).data
        out.data[:, :, ::2] = 0.0


class Cutting(CompositeMerge, name="cutting", version=1):
    """Cutting: leaves nothing beside the source."""

    @staticmethod
    def pixel(rb, gb, bb, ab, rs, gs, bs, alpha):
        return rb * alpha, gb * alpha, bb * alpha, ab * alpha


class Late(Transition, name="late", version=1):
    """Late: never arrives."""

    @staticmethod
    def pixel(x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at):
        t = progress * 0.9
        return rf + (rt - rf) * t, gf + (gt - gf) * t, bf + (bt - bf) * t, af + (at - af) * t


class Fine(SeparableMerge, name="fine", version=1):
    """Fine: the mean of the two."""

    @staticmethod
    def blend(b, s):
        return (b + s) * 0.5


class Slow(Good, name="slow", version=1):
    """Slow: takes a thousand steps for each pixel, and says that it is fast."""

    cost = 2.0

    @staticmethod
    def pixel(r, g, b, a, amount):
        x = r
        for _ in range(1000):
            x = x * 0.5 + amount
        return r + x * 0.0, g, b, a


class Quick(Good, name="quick", version=1):
    """Quick: is as fast as it says."""

    cost = 2.0


class Patient(Good, name="patient", version=1):
    """Patient: would be taken to hang after an hour."""

    cost = 1e6


class Summing(AreaEffect, name="summing", version=1):
    """Summing: adds nothing times the sum of what it is given."""

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        out.data[:] = source.crop(out.window).data + 0.0 * source.data.sum()


def test_what_comes_with_reelwork_says_what_it_costs():
    own = [plugin for plugin in registry().plugins if plugin.package in ("", "reelwork")]
    silent = [cls for plugin in own for cls in plugin.brings if issubclass(cls, PICTURES) and cls.cost is None]
    assert (len(own) > 5, silent) == (True, [])


@pytest.mark.parametrize(
    ("cls", "promises"),
    [
        (Good, set()),
        (Patient, {"it takes no more time than its cost says"}),
        (Summing, {"pixels that are no numbers do no harm"}),
        (Quick, set()),
        (Slow, {"it takes no more time than its cost says"}),
        (Fine, set()),
        (Leaking, {"transparent pixels stay transparent", "alpha is kept where that is promised"}),
        (Unhelpful, {"its documentation begins with a title"}),
        (Lying, {"what says that it changes nothing changes nothing"}),
        (Greedy, {"only what it says that it needs is read", "no light leaves the region"}),
        (Unscaled, {"at half the size it looks like half the picture"}),
        (Keeping, {"coverage is carried as declared"}),
        (Running, {"coverage is carried as declared"}),
        (Misdescribed, {"its presets and examples can be read"}),
        (Placed, {"tiles are parts of the whole"}),
        (Cutting, {"a transparent source leaves the backdrop"}),
        (Late, {"it leads from one picture to the other"}),
        (Exploding, {"light of any size stays a number"}),
        (Ruled, {"at half the size it looks like half the picture"}),
        (Restless, {"what does not say that it is timed does not move"}),
        (Counting, {"the order of frames does not matter", "threads and the order of tiles do not matter"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_broken_promises_are_found(cls, promises):
    found = broken(cls)
    assert promises <= found
    if not promises:
        assert not found


def test_one_fault_is_told_once_in_one_line_that_says_where():
    found = {promise.name: verdict(promise, Uncompiled) for promise in promises_of(Uncompiled)}
    said = found.pop("it paints a whole picture")
    assert said.how == "broken"
    assert said.words.startswith(f"pixel(): {__file__}:{line_of('g = math.sin(g)')}: Uncompiled.pixel uses math.sin")
    for basic in ("its documentation begins with a title", "its presets and examples can be read"):
        assert found.pop(basic).how == "kept"
    assert {(each.how, each.words) for each in found.values()} == {("unknown", f"because {said.words}")}


def test_what_fails_at_an_end_of_a_range_breaks_that_promise_alone():
    assert broken(Raising) == {"it paints whole pictures at the ends of its parameters' ranges"}
    promise = next(each for each in promises_of(Raising) if "ends of" in each.name)
    said = verdict(promise, Raising).words
    assert said == (
        "Raising(amount=0.0): uniforms(): ZeroDivisionError: float division by zero "
        f"({__file__}:{line_of('return (1.0 / self.amount,)')}, in uniforms)"
    )


class Bare(PointEffect, name="bare", version=1):
    """Bare: its author has forgotten something."""


class Bound(PointEffect, name="bound", version=1):
    """Bound: its author has forgotten something else."""

    def pixel(self, r, g, b, a):
        return r, g, b, a


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (Bare, "it has no pixel: write `@staticmethod` and `def pixel(r, g, b, a, …)`"),
        (Bound, "its pixel must be a static function: write `@staticmethod` above it"),
    ],
)
def test_what_is_not_written_is_named(cls, words):
    assert lacking(cls) == words
    (promise,) = [each for each in promises_of(cls) if each.name == "it paints a whole picture"]
    assert verdict(promise, cls).words == words


def line_of(text):
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.strip() == text)


def test_a_plugin_that_brings_nothing_is_told():
    with pytest.raises(ValueError, match="nothing to test"):
        conformance([])
    with pytest.raises(ValueError, match="has no reelwork_extensions"):
        conformance("json")


class Straying(WarpEffect, name="straying", version=1):
    """Straying: reads and paints further than it says."""

    def region(self, source, context):
        return source

    def needs(self, wanted, context):
        return wanted

    @staticmethod
    def place(x, y, width, height):
        return x + 20.0, y


class Squinting(WarpEffect, name="squinting", version=1):
    """Squinting: looks at where the box ends, and is right to."""

    @staticmethod
    def place(x, y, width, height):
        return width - x, y


def test_broken_promises_of_warps_are_found():
    stray = {"only what it says that it needs is read", "no light leaves the region", "tiles are parts of the whole"}
    stray |= {"pixels that are no numbers do no harm"}
    assert broken(Straying) == stray
    assert not broken(Squinting)


@pytest.mark.parametrize("cls", [Push, Through, Stencil, Shade, Upside], ids=lambda cls: cls.name)
def test_effects_that_read_other_layers_keep_the_promises(cls):
    assert not broken(cls)
