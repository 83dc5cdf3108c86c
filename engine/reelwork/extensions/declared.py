"""What a class says of itself: a class of extensions goes in, what is wrong with its declarations comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reelwork.effect import KEPT, OWN, SPREAD, Effect, Extension

#: The keys that scenes write beside an extension's own parameters, and beside an effect's.
BESIDE: Final = ("preset", "version")
BESIDE_EFFECTS: Final = ("mix", "enabled")

_COVERAGES: Final = (KEPT, SPREAD, OWN, "")


def declared_problem(cls: type[Extension]) -> str:
    """Why a class's names, presets and old names cannot be used, if they cannot; values are the reader's to judge."""
    return next(_problems(cls), "")


def _problems(cls: type[Extension]) -> Iterator[str]:
    known = cls.params()
    for name in (*BESIDE, *(BESIDE_EFFECTS if issubclass(cls, Effect) else ())):
        if name in known:
            yield f"{name!r} cannot be a parameter: scenes write it beside all parameters"
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
    if cls.coverage not in _COVERAGES:
        yield f"its coverage {cls.coverage!r} is none of {KEPT!r}, {SPREAD!r} and {OWN!r}"
