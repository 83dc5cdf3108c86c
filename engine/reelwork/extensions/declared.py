"""What a class says of itself: a class of extensions goes in, what is wrong with its declarations comes out."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Final

from reelwork.effect import (
    DATA,
    DISPLAY,
    KEPT,
    LINEAR,
    OWN,
    SPREAD,
    AreaEffect,
    AreaGenerator,
    CompositeMerge,
    Effect,
    Example,
    Extension,
    Generator,
    NonSeparableMerge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
    layers_of,
)
from reelwork.extensions.fitting import misfits
from reelwork.sound_effect import SoundEffect

#: The keys that scenes write beside an extension's own parameters, and beside an effect's.
BESIDE: Final = ("preset", "version")
BESIDE_EFFECTS: Final = ("mix", "enabled")

#: The static function that a class of a kind must have, and its parameters.
_FUNCTIONS: Final = {
    PointEffect: ("pixel", "r, g, b, a"),
    PixelGenerator: ("pixel", "x, y, width, height"),
    CompositeMerge: ("pixel", "rb, gb, bb, ab, rs, gs, bs, as_"),
    Transition: ("pixel", "x, y, width, height, progress, rf, gf, bf, af, rt, gt, bt, at"),
    SeparableMerge: ("blend", "backdrop, source"),
    NonSeparableMerge: ("blend", "rb, gb, bb, rs, gs, bs"),
}
#: The methods that a class of a kind must have, and their parameters.
_METHODS: Final = (
    (AreaEffect, "render", "source, out, context"),
    (AreaGenerator, "render", "out, context"),
    (TemporalEffect, "times", "context"),
    (TemporalEffect, "render", "sources, out, context"),
    (VectorGenerator, "draw", "width, height"),
    (SoundEffect, "process", "sound, out, state, context"),
)

#: The kinds whose parameters may name further layers.
_READERS: Final = (PointEffect, AreaEffect, WarpEffect, AreaGenerator)

_SPACES: Final = (LINEAR, DISPLAY, DATA)
_COVERAGES: Final = (KEPT, SPREAD, OWN, "")


def lacking(cls: type[Extension]) -> str:
    """The function that a class of its kind must have and has not, or not as it must be."""
    return next(_lacking(cls), "")


def declared_problem(cls: type[Extension]) -> str:
    """Why a class's names, defaults, presets and old names cannot be used, if they cannot; what stands there
    as scenes write it is the reader's to judge."""
    try:
        return next(_shapes(cls), "") or next(_problems(cls), "") or next(misfits(cls), "")
    except Exception as error:  # a stranger's class may say anything of itself
        return f"what it says of itself cannot be read: {type(error).__name__}: {error}"


def _lacking(cls: type[Extension]) -> Iterator[str]:
    for base, (name, parameters) in _FUNCTIONS.items():
        if issubclass(cls, base):
            written = inspect.getattr_static(cls, name, None)
            others = ("pixel_function", "stages")  # which stand in its place
            if written is None and all(getattr(cls, each, None) is getattr(base, each, None) for each in others):
                yield f"it has no {name}: write `@staticmethod` and `def {name}({parameters}, …)`"
            elif written is not None and not isinstance(written, staticmethod):
                yield f"its {name} must be a static function: write `@staticmethod` above it"
    for kind, name, parameters in _METHODS:
        if issubclass(cls, kind) and getattr(cls, name) is getattr(kind, name):
            yield f"it has no {name}: write `def {name}(self, {parameters})`"
    if issubclass(cls, WarpEffect) and cls.place is None and cls.matrix is WarpEffect.matrix:
        yield "it has neither matrix nor place: write one of the two"


def _shapes(cls: type[Extension]) -> Iterator[str]:
    if not isinstance(cls.renamed, Mapping):
        yield "`renamed` must be a mapping of old names to new ones"
    if not isinstance(cls.presets, Mapping) or not all(isinstance(each, Mapping) for each in cls.presets.values()):
        yield "`presets` must be a mapping of names to mappings of parameters"
    if not isinstance(cls.examples, tuple | list) or not all(isinstance(each, Example) for each in cls.examples):
        yield "`examples` must be a tuple of Example"
    if not isinstance(inspect.getattr_static(cls, "migrate"), classmethod):
        yield "its migrate must be a class method: write `@classmethod` above it"


def _problems(cls: type[Extension]) -> Iterator[str]:
    known = cls.params()
    for name in (*BESIDE, *(BESIDE_EFFECTS if issubclass(cls, Effect | SoundEffect) else ())):
        if name in known:
            yield f"{name!r} cannot be a parameter: scenes write it beside all parameters"
    if not issubclass(cls, _READERS):
        for name in layers_of(cls):
            yield f"the parameter {name!r} names another layer, which {_instead(cls)}"
    for old, new in cls.renamed.items():
        if old in known or old in BESIDE:
            yield f"`renamed` calls {old!r} an old name, but it is one of today"
        if new not in known:
            yield f"`renamed` leads from {old!r} to {new!r}, which is no parameter"
    for name, preset in cls.presets.items():
        if not name or name != name.strip():
            yield f"{name!r} is no name for a preset"
        for key in preset:
            if key not in known:
                yield f"the preset {name!r} sets {key!r}, which is no parameter"
    for example in cls.examples:
        for key in example.parameters:
            if key not in (*known, *BESIDE, *BESIDE_EFFECTS):
                yield f"the example {example.title!r} sets {key!r}, which is no parameter"
    if cls.cost is not None and not (isinstance(cls.cost, int | float) and cls.cost > 0.0):
        yield f"its cost {cls.cost!r} must be a number of nanoseconds above 0, or None"
    space = getattr(cls, "space", LINEAR)
    if isinstance(space, str) and space not in _SPACES and issubclass(cls, Effect | PixelGenerator):
        yield f"its space {space!r} is none of {LINEAR!r}, {DISPLAY!r} and {DATA!r}"
    if space == DATA and getattr(cls, "unpremultiplied", False):
        yield "its space is 'data', whose numbers are not multiplied by alpha: leave `unpremultiplied` out"
    if cls.coverage not in _COVERAGES:
        yield f"its coverage {cls.coverage!r} is none of {KEPT!r}, {SPREAD!r} and {OWN!r}"


def _instead(cls: type[Extension]) -> str:
    """Why a kind has no further layers."""
    if issubclass(cls, TemporalEffect):
        return "effects that read several instants cannot read"
    if issubclass(cls, Generator):
        return "of all generators only an AreaGenerator can read"
    return f"a {cls.word} cannot read"
