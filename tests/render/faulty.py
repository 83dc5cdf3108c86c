"""Extensions that fail, each in one of the ways that there are; a plugin that workers can import."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from reelwork import (
    AreaEffect,
    CompositeMerge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    SoundEffect,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
    hookimpl,
    param,
)
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels import kernel
from reelwork.kinds import Choice, Ratio


class Panic(BaseException):
    """As extensions in Rust raise it."""


class Point(PointEffect, name="faulty-point", version=3):
    """Fails in Python, as its parameter says."""

    how: str = param(
        "", kind=Choice(("", "identity", "uniforms", "words", "nothing", "made", "quits", "panics")), help="What."
    )
    amount: float = param(0.25, kind=Ratio(), help="Of nothing.")

    def __post_init__(self) -> None:
        if self.how == "made":
            raise ValueError("this cannot be")

    def is_identity(self) -> bool:
        return bool(self.how == "identity" and 1 // 0)

    def uniforms(self):
        if self.how == "uniforms":
            return ({}["missing"],)
        if self.how == "quits":
            sys.exit(0)
        if self.how == "panics":
            raise Panic("called `Option::unwrap()` on a `None` value")
        return {"words": ("red",), "nothing": None}.get(self.how, (self.amount,))

    @staticmethod
    def pixel(r, g, b, a, amount):
        return r, g, b, a


class Three(PointEffect, name="three-results", version=1):
    """Gives three numbers."""

    @staticmethod
    def pixel(r, g, b, a):
        return r, g, b


class Untyped(PointEffect, name="untyped", version=1):
    """Adds what cannot be added."""

    @staticmethod
    def pixel(r, g, b, a):
        wrong = r
        if r > 0.5:
            wrong = r + (1, 2)  # noqa: RUF005
        return wrong, g, b, a


class Area(AreaEffect, name="faulty-area", version=1):
    """Fails at what its parameter says."""

    how: str = param("", kind=Choice(("", "margin", "region", "needs", "render", "returns")), help="What.")

    def margin(self, context):
        return (1.5, 2) if self.how == "margin" else (0, 0, 0, 0)

    def region(self, source, context):
        return None if self.how == "region" else super().region(source, context)

    def needs(self, wanted, context):
        return Window(0.5, 0, 1, 1) if self.how == "needs" else super().needs(wanted, context)

    def render(self, source, out, context):
        if self.how == "render":
            out.data[:] = source.data[:, :1, :3]
        if self.how == "returns":
            return source
        out.paste(source)
        return None


class Warp(WarpEffect, name="faulty-warp", version=1):
    """Fails at what its parameter says."""

    how: str = param("place", kind=Choice(("place", "matrix", "region")), help="What.")

    def matrix(self, context):
        return 3 if self.how == "matrix" else None

    def region(self, source, context):
        return [][0] if self.how == "region" else source

    @staticmethod
    def place(x, y, width, height):
        return x, y, 1.0


class Trail(TemporalEffect, name="faulty-trail", version=1):
    """Fails at what its parameter says."""

    how: str = param("times", kind=Choice(("times", "render")), help="What.")

    def times(self, context):
        return (0.5,) if self.how == "times" else (-context.frame,)

    def render(self, sources, out, context):
        out.data[:] = sources[0].data / (1 // 0)


class Dark(PointEffect, name="nan-point", version=1):
    """Makes what is no number of black."""

    @staticmethod
    def pixel(r, g, b, a):
        return r / (r if r > 0.5 else 0.0) * r, g, b, a


class Blot(AreaEffect, name="nan-area", version=1):
    """Makes one infinite pixel."""

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        out.paste(source)
        here = Window(20, 10, 21, 11) & out.window
        if not here.is_empty:
            out.paste(Frame(np.full((4, 1, 1), np.inf, np.float32), here))


class Sums(CompositeMerge, name="nan-merge", version=1):
    """Makes what is no number where both are there."""

    @staticmethod
    def pixel(rb, gb, bb, ab, rs, gs, bs, as_):
        none = 0.0 * (1.0 / (1.0 - ab)) if ab * as_ > 0.5 else 0.0
        return rs + rb * (1.0 - as_) + none, gs + gb * (1.0 - as_), bs + bb * (1.0 - as_), as_ + ab * (1.0 - as_)


class Moody(PointEffect, name="moody", version=1):
    """Fails while a file is not empty."""

    def uniforms(self):
        return () if not Path(os.environ["MOODY"]).read_text() else (1 / 0,)

    @staticmethod
    def pixel(r, g, b, a):
        return g, r, b, a


class Deadly(AreaEffect, name="deadly", version=7):
    """Ends its process, or never ends, from the half of the layer's second on."""

    timed = True
    how: str = param("segfault", kind=Choice(("segfault", "sleeps", "deaf", "kernel")), help="What.")

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        out.paste(source)
        if context.time < Fraction(1, 2):
            return
        match self.how:
            case "segfault":
                ctypes.string_at(0)
            case "sleeps":
                time.sleep(60)
            case "deaf":
                ctypes.PyDLL(None).sleep(60)  # PyDLL keeps the interpreter's lock
            case "kernel":
                endless(out.data)


class Loud(SoundEffect, name="faulty-sound", version=2):
    """Halves what is heard, or ends its process."""

    how: str = param("", kind=Choice(("", "segfault")), help="What.")

    def process(self, sound, out, state, context):
        if self.how == "segfault":
            ctypes.string_at(0)
        out[:] = sound * np.float32(0.5)


class Quick(AreaEffect, name="quick", version=1):
    """Says that it takes next to nothing, and takes a minute."""

    cost = 2.0

    def margin(self, context):
        return (0, 0, 0, 0)

    def render(self, source, out, context):
        out.paste(source)
        time.sleep(60)


@kernel
def endless(data):
    i = 0
    while data[0, 0, 0] < 100.0:
        i += 1
    data[0, 0, 0] = i


class Drawn(VectorGenerator, name="faulty-drawing", version=1):
    """Draws nothing that is a drawing."""

    def draw(self, width, height):
        return "a circle"


class Made(PixelGenerator, name="faulty-picture", version=1):
    """Cannot be compiled."""

    @staticmethod
    def pixel(x, y, width, height):
        return x.real, y, 0.0, 1.0


class Mixed(SeparableMerge, name="faulty-merge", version=1):
    """Cannot be compiled."""

    @staticmethod
    def blend(b, s):
        return b + (s, s)  # noqa: RUF005


class Way(Transition, name="faulty-way", version=1):
    """Moves nothing to nowhere."""

    def places(self, progress, width, height):
        return (progress, width)

    @staticmethod
    def pixel(x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at):
        return rf, gf, bf, af


@hookimpl
def reelwork_extensions():
    return (
        Point,
        Three,
        Untyped,
        Area,
        Warp,
        Trail,
        Dark,
        Blot,
        Sums,
        Moody,
        Deadly,
        Loud,
        Quick,
        Drawn,
        Made,
        Mixed,
        Way,
    )
