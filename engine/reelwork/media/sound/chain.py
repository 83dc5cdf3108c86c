"""Chains: the sound of several recordings goes in, one sound of all of them after each other comes out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from fractions import Fraction

from reelwork.media.sound.run import Run, Stretch, Waves

Opening = Callable[[], AbstractContextManager[Waves | None]]


def chained(first: Waves, rest: Iterable[Opening]) -> Waves:
    """All of a chain's sound.

    :param first: of the first recording, open for as long as it is read
    :param rest: what opens each of the others, which are read one at a time
    """
    damage: list[Stretch] = []
    return replace(first, damage=damage, runs=_runs(first, rest, damage))


def _runs(first: Waves, rest: Iterable[Opening], damage: list[Stretch]) -> Iterator[Run]:
    begin = yield from _shifted(first, Fraction(0), damage)
    for opening in rest:
        with opening() as sound:
            if sound is not None:
                begin = yield from _shifted(sound, begin, damage)


def _shifted(sound: Waves, begin: Fraction, damage: list[Stretch]) -> Generator[Run, None, Fraction]:
    """One recording's sound, its damage noted where it is heard; what is returned is when it ends."""
    end = begin
    for run in sound.runs:
        end += run.lasting
        yield run
    damage.extend((begin + since, begin + until) for since, until in sound.damage)
    return end
