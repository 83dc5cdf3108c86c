"""Rates: how many bits each unit of a film may have, and the quality that makes a unit have so many.

A unit is encoded on its own, so it must keep to its share on its own. It is encoded at a constant quality, as often as
it takes until its size is right: at a constant quality bits go where the pictures need them, every encoder has one, and
the size falls evenly with it. Nothing here encodes; sizes come from functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from reelwork.maths import log

#: By how much of its share a unit may be larger or smaller. Units miss it to both sides, so a film misses it by less.
CLOSE: Final = 0.01
#: How often a unit is encoded at most.
TRIES: Final = 10
#: The least and the most that a unit gets of what every unit would get, where they get what they need.
_LEAST, _MOST = Fraction(1, 10), Fraction(4)


@dataclass(frozen=True)
class Tried:
    """A unit encoded at a quality.

    :param size: bits
    :param fits: whether a player of the highest rate can take it in
    """

    quality: float
    size: int
    fits: bool = True


@dataclass(frozen=True)
class Search:
    """What to look for.

    :param budget: bits; ``None``: as many as the quality takes, if a player can take them in
    :param quality: where to begin; where no more bits are wanted than it takes
    :param limits: the best and the worst quality; lower is better
    :param step: the least difference of qualities
    :param slope: by how much the natural logarithm of the size falls where the quality rises by 1, about
    """

    budget: int | None
    quality: float
    limits: tuple[float, float]
    step: float
    slope: float


def search(encode: Callable[[float], Tried], wanted: Search) -> Tried:
    """The quality at which a unit's size is nearest to its budget, and that a player can take in.

    What was found is not always what was encoded last.

    :param encode: encodes at a quality
    """
    best, worst = wanted.limits
    tried: dict[float, Tried] = {}
    quality = _on_grid(wanted.quality, wanted)
    for _ in range(TRIES):
        tried[quality] = encode(quality)
        # What is too large, or does not fit, lies below; what is too small lies above.
        below = max((t.quality for t in tried.values() if _too_large(t, wanted)), default=best - wanted.step)
        above = min((t.quality for t in tried.values() if not _too_large(t, wanted)), default=worst + wanted.step)
        if _is_right(tried[quality], wanted) or above - below <= wanted.step * 1.5:
            break
        quality = _on_grid(
            min(max(_guess(tried, wanted, below, above), below + wanted.step), above - wanted.step), wanted
        )
        if quality in tried:
            break
    return _nearest(tried, wanted)


def _too_large(tried: Tried, wanted: Search) -> bool:
    return not tried.fits or (wanted.budget is not None and tried.size > wanted.budget)


def _is_right(tried: Tried, wanted: Search) -> bool:
    if not tried.fits:
        return False
    return wanted.budget is None or abs(tried.size / wanted.budget - 1) <= CLOSE


def _guess(tried: dict[float, Tried], wanted: Search, below: float, above: float) -> float:
    """The quality at which the size would be right if its logarithm fell evenly, between what is known."""
    if wanted.budget is None:
        return below + 4 * len(tried) if above > wanted.limits[1] else (below + above) / 2
    sizes = {quality: log(max(1, each.size)) for quality, each in tried.items()}
    aim = log(wanted.budget)
    near = sorted(sizes, key=lambda quality: abs(sizes[quality] - aim))[:2]
    slope = wanted.slope
    if len(near) == 2 and (sizes[near[0]] - sizes[near[1]]) * (near[1] - near[0]) > 0:
        slope = (sizes[near[0]] - sizes[near[1]]) / (near[1] - near[0])
    guess = near[0] + (sizes[near[0]] - aim) / slope
    # Where what fits decides, and not the size, the size says nothing of where to go.
    return guess if below < guess < above else (below + above) / 2


def _on_grid(quality: float, wanted: Search) -> float:
    best, worst = wanted.limits
    return min(max(best, round(round(quality / wanted.step) * wanted.step, 6)), worst)


def _nearest(tried: dict[float, Tried], wanted: Search) -> Tried:
    fitting = [each for each in tried.values() if each.fits] or [min(tried.values(), key=lambda each: each.size)]
    if wanted.budget is None:
        return min(fitting, key=lambda each: each.quality)
    budget = wanted.budget
    return min(fitting, key=lambda each: (abs(log(max(1, each.size) / budget)), each.quality))


def can_be_taken_in(packets: Sequence[int], rate: int, fps: Fraction, filled: float) -> bool:
    """Whether a player that takes in so many bits a second, and holds those of one second, never waits for a picture.

    Its buffer is as full at the end of the unit as at its beginning, or fuller, so that another unit may follow
    (ITU-T H.264 annex C, a leaky bucket).

    :param packets: bits of each picture, in the order of decoding
    :param rate: bits a second
    :param filled: how full the buffer is at the beginning, 0 to 1
    """
    start = level = Fraction(filled).limit_denominator(100) * rate
    for size in packets:
        level -= size
        if level < 0:
            return False
        level = min(Fraction(rate), level + rate / fps)
    return level >= start


def shares(
    frames: Sequence[int], average: int, fps: Fraction, *, needs: Sequence[int] = (), most: int | None = None
) -> tuple[int, ...]:
    """How many bits each unit gets; together, what the whole film may have.

    :param frames: of each unit
    :param average: bits a second
    :param needs: how many bits each unit takes at one quality, in any measure; none: all frames get the same
    :param most: bits a second that no unit may have more of
    """
    even = [Fraction(average) * count / fps for count in frames]
    if not needs:
        return tuple(int(share) for share in even)
    total, rest = sum(even, Fraction(0)), list(range(len(frames)))
    given = [Fraction(0)] * len(frames)
    ceiling = _MOST if most is None else min(_MOST, Fraction(most, average))
    while rest:
        needed = sum(needs[unit] for unit in rest)
        left = total - sum(given, Fraction(0))
        wished = {unit: left * needs[unit] / needed if needed else even[unit] for unit in rest}
        # Whoever would get too much or too little gets the limit, and the others share what that leaves.
        over = [unit for unit in rest if wished[unit] > even[unit] * ceiling]
        under = [unit for unit in rest if wished[unit] < even[unit] * _LEAST]
        held = over if over else under
        if not held:
            for unit in rest:
                given[unit] = wished[unit]
            break
        for unit in held:
            given[unit] = even[unit] * (ceiling if over else _LEAST)
            rest.remove(unit)
    return tuple(int(share) for share in given)
