"""Envelopes as numbers: an envelope and a run of samples go in, what each sample is multiplied by comes out.

A sample's gain depends on its number alone, not on where the run began, and every operation is one that IEEE 754
fixes (``+ - * /``, floor, moving the exponent), so that any block size gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.scene.animation import Curve
from reelwork.sound.plan import SILENCE, Clock, Envelope, Fade, Gain, Pan

#: Samples a second of every mix.
RATE: Final = 48_000

Samples = npt.NDArray[np.float64]
#: One gain for a whole run, or one for each of its samples.
Level = float | Samples

# Eased values are computed at so many places between two keys, but not closer than so many samples, and run straight
# between: hundredths of a dB off, more for an instant where an ease turns a corner.
_PLACES: Final = 2048
_CLOSEST: Final = 16
# More than any level that means something; keeps the product of a deep nest of gains finite.
_LOUDEST: Final = 120.0
# log2(10) / 20: dB of amplitude as powers of two.
_POWERS_OF_TWO: Final = 0.16609640474436813
_LN2: Final = 0.6931471805599453
_HALF_PI: Final = 1.5707963267948966


def gains(envelope: Envelope, first: int, stop: int) -> tuple[Level, Level]:
    """What the samples from ``first`` to ``stop`` (excluded) are multiplied by, left and right."""
    if isinstance(envelope, Gain):
        level = amplitude(curve_values(envelope.level, envelope.clock, first, stop))
        return level, level
    if isinstance(envelope, Pan):
        position = curve_values(envelope.position, envelope.clock, first, stop)
        return np.clip(1.0 - position, 0.0, 1.0), np.clip(1.0 + position, 0.0, 1.0)
    level = _fade(envelope, first, stop)
    return level, level


def amplitude(decibels: Level) -> Level:
    """What to multiply samples by for a level in dB: ``10 ** (dB / 20)``, and 0 at -60 dB and below.

    Levels above 120 dB count as 120. The error is below 1e-13.
    """
    power = np.minimum(decibels, _LOUDEST) * _POWERS_OF_TWO
    whole = np.floor(power + 0.5)
    x = (power - whole) * _LN2
    # Taylor's series of exp on -0.35 to 0.35; the next term is below 1e-17.
    total = np.full_like(x, 1.0)
    for term in range(13, 0, -1):
        total = 1.0 + x / term * total
    result = np.where(np.asarray(decibels) <= SILENCE, 0.0, np.ldexp(total, whole.astype(np.int32)))
    return result if result.ndim else float(result)


def quarter_sine(progress: Samples) -> Samples:
    """``sin(pi / 2 * progress)``, progress 0 to 1; its square and its mirror image's add up to 1 within 1e-14."""
    # Near 1 the cosine of what is left: both series are then short and the mirror image takes the other one.
    upper = progress > 0.5
    x = np.where(upper, 1.0 - progress, progress) * _HALF_PI
    square = x * x
    sine, cosine = np.full_like(x, 1.0), np.full_like(x, 1.0)
    for term in range(16, 0, -2):
        sine = 1.0 - square / (term * (term + 1)) * sine
        cosine = 1.0 - square / ((term - 1) * term) * cosine
    result: Samples = np.where(upper, cosine, x * sine)
    return result


def curve_values(curve: Curve, clock: Clock, first: int, stop: int) -> Level:
    """A curve's values at the samples from ``first`` to ``stop`` (excluded)."""
    if curve.is_constant:
        return float(curve.keys[0].value)
    pieces = list(_pieces(curve, clock, first, stop))
    if len(pieces) == 1 and isinstance(pieces[0][2], float):
        return pieces[0][2]
    values = np.empty(stop - first)
    for begin, end, level in pieces:
        values[begin - first : end - first] = level
    return values


def _pieces(curve: Curve, clock: Clock, first: int, stop: int) -> Iterator[tuple[int, int, Level]]:
    """The samples before, between and behind the keys, in the order in which they are passed, with their values.

    A key's own sample already has its value: it belongs to what comes after it in the curve's own time, which on a
    clock that runs backwards is what was heard before it.
    """
    reverse = clock.rate < 0
    keys = curve.keys[::-1] if reverse else curve.keys
    positions = [clock.when(key.time) * RATE for key in keys]
    bounds = [floor(position) + 1 if reverse else ceil(position) for position in positions]
    if first < bounds[0]:
        yield first, min(stop, bounds[0]), float(keys[0].value)
    for index in range(len(keys) - 1):
        begin, end = max(first, bounds[index]), min(stop, bounds[index + 1])
        if begin >= end:
            continue
        start, to = (keys[index + 1], keys[index]) if reverse else (keys[index], keys[index + 1])
        if to.ease == "hold" or start.value == to.value:
            yield begin, end, float(start.value)
        elif to.ease == "linear":
            progress = _progress(positions[index], positions[index + 1], begin, end)
            yield begin, end, start.value + (to.value - start.value) * (1.0 - progress if reverse else progress)
        else:
            yield begin, end, _eased(curve, clock, (start.time, to.time), begin, end)
    if bounds[-1] < stop:
        yield max(first, bounds[-1]), stop, float(keys[-1].value)


def _eased(curve: Curve, clock: Clock, span: tuple[Fraction, Fraction], first: int, stop: int) -> Samples:
    samples = int((span[1] - span[0]) / abs(clock.rate) * RATE)
    step = max(_CLOSEST, samples // _PLACES)
    base = first // step
    times = (clock.at(Fraction(node * step, RATE)) for node in range(base, (stop - 1) // step + 2))
    nodes = np.asarray([curve.at(min(max(time, span[0]), span[1])) for time in times], np.float64)
    numbers = np.arange(first, stop)
    index = numbers // step - base
    result: Samples = nodes[index] + (nodes[index + 1] - nodes[index]) * ((numbers % step) / float(step))
    return result


def _fade(fade: Fade, first: int, stop: int) -> Level:
    silent, full = fade.silent * RATE, fade.full * RATE
    low, high = min(silent, full), max(silent, full)
    before, after = (0.0, 1.0) if silent < full else (1.0, 0.0)
    if stop <= low:
        return before
    if first >= high:
        return after
    progress = np.clip(_progress(low, high, first, stop), 0.0, 1.0)
    return quarter_sine(progress if silent < full else 1.0 - progress)


def _progress(low: Fraction, high: Fraction, first: int, stop: int) -> Samples:
    """How far each sample lies between two positions, 0 to 1 and on beyond."""
    whole = floor(low)  # sample numbers less this one are exact as floats, wherever the run begins
    result: Samples = (np.arange(first - whole, stop - whole, dtype=np.float64) - float(low - whole)) / float(
        high - low
    )
    return result
