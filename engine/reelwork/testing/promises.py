"""All promises: a class of extensions goes in, those that it must keep come out."""

from __future__ import annotations

from typing import Final

from reelwork.effect import Extension
from reelwork.testing import of_all, of_areas, of_effects, of_mixing, of_numbers, of_sounds
from reelwork.testing.promise import Promise

#: All that may be asked of an extension, the most basic first.
PROMISES: Final[tuple[Promise, ...]] = (
    *of_all.PROMISES,
    *of_effects.PROMISES,
    *of_areas.PROMISES,
    *of_mixing.PROMISES,
    *of_numbers.PROMISES,
    *of_sounds.PROMISES,
)


def promises_of(cls: type[Extension]) -> tuple[Promise, ...]:
    """What must hold for a class."""
    return tuple(promise for promise in PROMISES if issubclass(cls, promise.of))
