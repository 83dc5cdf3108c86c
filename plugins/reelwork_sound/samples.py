"""Loops over samples: a block of sound, numbers and what was before go in; a block is filled, and what was is what is.

All of them count in double precision. What has decayed to nothing is nothing: numbers that are nearly 0 are slow.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork import maths
from reelwork.kernels import kernel
from reelwork.kernels.arrays import Sound

#: Decibels of a doubling, and of the quietest sound that levels are measured of.
DECIBELS: Final = 6.020599913279624
SILENT: Final = -120.0
_QUIETEST: Final = 1e-6
_NOTHING: Final = 1e-30


@kernel
def filtered(
    sound: Sound, b0: float, b1: float, b2: float, a1: float, a2: float, state: npt.NDArray[np.float64], out: Sound
) -> None:
    """Fill ``out`` with filtered sound, in double precision (transposed direct form II).

    :param state: ``float64[channel, 2]``, which is changed
    """
    for channel in range(sound.shape[0]):
        first, second = state[channel, 0], state[channel, 1]
        for n in range(sound.shape[1]):
            x = np.float64(sound[channel, n])
            y = b0 * x + first
            first = b1 * x - a1 * y + second
            second = b2 * x - a2 * y
            if abs(first) < _NOTHING:
                first = 0.0
            if abs(second) < _NOTHING:
                second = 0.0
            out[channel, n] = np.float32(y)
        state[channel, 0], state[channel, 1] = first, second


@kernel
def compressed(
    sound: Sound,
    threshold: float,
    slope: float,
    knee: float,
    attack: float,
    release: float,
    make_up: float,
    state: npt.NDArray[np.float64],
    out: Sound,
) -> None:
    """Fill ``out``; ``state`` holds by how many dB it is turned down.

    :param slope: how much of what is over the threshold goes
    :param attack, release: what is left of the way after a sample
    """
    reduction = state[0]
    for n in range(sound.shape[1]):
        over = decibels(loudest(sound, n)) - threshold
        wanted = slope * over if over > 0.0 else 0.0
        if knee > 0.0 and abs(over) < 0.5 * knee:
            inside = over + 0.5 * knee
            wanted = slope * inside * inside / (2.0 * knee)
        reduction = wanted + (reduction - wanted) * (attack if wanted > reduction else release)
        gain = factor(make_up - reduction)
        for channel in range(sound.shape[0]):
            out[channel, n] = np.float32(np.float64(sound[channel, n]) * gain)
    state[0] = reduction


@kernel
def gated(
    sound: Sound,
    threshold: float,
    floor: float,
    attack: float,
    hold: float,
    release: float,
    state: npt.NDArray[np.float64],
    out: Sound,
) -> None:
    """Fill ``out``; ``state`` holds the gain in dB, and how many samples more it stays open.

    :param attack, release: what is left of the way after a sample
    :param hold: samples
    """
    level, left = state[0], state[1]
    for n in range(sound.shape[1]):
        if decibels(loudest(sound, n)) >= threshold:
            left = hold + 1.0
        wanted = 0.0 if left > 0.0 else floor
        left = max(left - 1.0, 0.0)
        level = wanted + (level - wanted) * (attack if wanted > level else release)
        gain = factor(level)
        for channel in range(sound.shape[0]):
            out[channel, n] = np.float32(np.float64(sound[channel, n]) * gain)
    state[0], state[1] = level, left


@kernel
def limited(
    sound: Sound,
    ceiling: float,
    highest: float,
    release: float,
    waiting: Sound,
    allowed: npt.NDArray[np.float64],
    gains: npt.NDArray[np.float64],
    numbers: npt.NDArray[np.float64],
    out: Sound,
) -> None:
    """Fill ``out`` with the sound as late as ``waiting`` is long.

    The gain of a sample is the mean of the gains from it to the newest one, each of which allows it: so it is reached
    in a straight line just when the sample comes.

    :param highest: the ceiling as a sample
    :param release: what is left of the way back after a sample
    """
    ahead, window = waiting.shape[1], allowed.shape[0]
    count, least, place = int(numbers[0]), numbers[1], int(numbers[2])
    last, total = numbers[3], numbers[4]
    for n in range(sound.shape[1]):
        peak = loudest(sound, n)
        now = ceiling / peak if peak > ceiling else 1.0
        at = count % window
        allowed[at] = now
        if now <= least:
            least, place = now, at
        elif place == at:  # the least of them has just been overwritten
            least, place = now, at
            for other in range(window):
                if allowed[other] < least:
                    least, place = allowed[other], other
        last = min(least, least + (last - least) * release)
        total += last - gains[at]
        gains[at] = last
        gain = total / window
        slot = count % ahead
        for channel in range(sound.shape[0]):
            x = np.float64(waiting[channel, slot]) * gain
            waiting[channel, slot] = sound[channel, n]
            out[channel, n] = np.float32(max(min(x, highest), -highest))
        count += 1
    numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] = (
        float(count),
        least,
        float(place),
        last,
        total,
    )


@kernel
def echoed(
    sound: Sound,
    feedback: float,
    level: float,
    line: npt.NDArray[np.float64],
    place: npt.NDArray[np.int64],
    out: Sound,
) -> None:
    """Fill ``out`` with the sound and its echoes."""
    length, at = line.shape[1], place[0]
    for n in range(sound.shape[1]):
        for channel in range(sound.shape[0]):
            x, echo = np.float64(sound[channel, n]), line[channel, at]
            kept = x + echo * feedback
            line[channel, at] = kept if abs(kept) > _NOTHING else 0.0
            out[channel, n] = np.float32(x + echo * level)
        at = at + 1 if at + 1 < length else 0
    place[0] = at


@kernel
def rung(
    sound: Sound,
    kept: npt.NDArray[np.float64],
    damping: float,
    level: float,
    lines: npt.NDArray[np.float64],
    lengths: npt.NDArray[np.int64],
    damped: npt.NDArray[np.float64],
    before: npt.NDArray[np.float64],
    count: npt.NDArray[np.int64],
    out: Sound,
) -> None:
    """Fill ``out`` with the sound and the room.

    Left goes into every other line and right into the rest; what comes out is mixed by Householder's matrix, which
    keeps its energy, and goes in again.

    :param kept: what each line leaves of its sound
    """
    size, now = lines.shape[0], count[0]
    spread = 2.0 / size
    for n in range(sound.shape[1]):
        new, old = now % before.shape[1], (now + 1) % before.shape[1]
        left = right = total = 0.0
        for line in range(size):
            at = now % lengths[line]
            heard = lines[line, at] * (1.0 - damping) + damped[line] * damping
            heard = heard if abs(heard) > _NOTHING else 0.0
            damped[line] = heard
            total += heard
            sign = 1.0 if line & 2 else -1.0
            if line & 1:
                right += sign * heard
            else:
                left += sign * heard
        for channel in range(sound.shape[0]):
            before[channel, new] = np.float64(sound[channel, n])
        for line in range(size):
            back = (damped[line] - spread * total) * kept[line]
            lines[line, now % lengths[line]] = back + before[line & 1, old]
        out[0, n] = np.float32(np.float64(sound[0, n]) + level * left)
        out[1, n] = np.float32(np.float64(sound[1, n]) + level * right)
        now += 1
    count[0] = now


@kernel(inline=True)
def decibels(peak: Any) -> Any:
    """The level of a sample, dB."""
    return DECIBELS * maths.log2(peak) if peak > _QUIETEST else SILENT


@kernel(inline=True)
def factor(level: Any) -> Any:
    """What to multiply with for a level, dB."""
    return maths.exp2(level / DECIBELS)


@kernel(inline=True)
def loudest(sound: Any, n: Any) -> Any:
    """The largest of the channels' samples, so that all are turned down alike and nothing moves sideways."""
    peak = 0.0
    for channel in range(sound.shape[0]):
        peak = max(peak, abs(np.float64(sound[channel, n])))
    return peak
