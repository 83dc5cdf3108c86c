"""Sings: notes and vowels in, a voice or a small choir out. Harmonics, shaped by the formants of vowels."""

from __future__ import annotations

import numpy as np
from instruments import RATE, pan
from numpy.typing import NDArray

#: Formants of vowels: (frequency in Hz, bandwidth in Hz, level), after Peterson and Barney's averages of women.
VOWELS = {
    "ah": ((850, 110, 1.0), (1220, 130, 0.55), (2810, 180, 0.16), (3900, 260, 0.08)),
    "oh": ((590, 90, 1.0), (920, 110, 0.40), (2710, 170, 0.08), (3700, 260, 0.04)),
    "oo": ((370, 80, 1.0), (950, 110, 0.16), (2670, 170, 0.03), (3500, 260, 0.015)),
    "mm": ((280, 90, 1.0), (1100, 300, 0.05), (2200, 300, 0.02), (3300, 300, 0.01)),
}


def _gain(frequency: NDArray[np.float64], vowel: str) -> NDArray[np.float64]:
    out = np.full_like(frequency, 0.004)
    for centre, width, level in VOWELS[vowel]:
        out += level / (1 + ((frequency - centre) / (width * 1.4)) ** 2)
    return out


def sing(
    rng: np.random.Generator,
    line: list[tuple[float, float, float]],
    vowels: tuple[str, str],
    *,
    where: float = 0.0,
    cents: float = 0.0,
    breath: float = 0.03,
) -> tuple[float, np.ndarray]:
    """One voice that sings a line: (start in s, length in s, Hz) for each note, gliding from one to the next.

    Returns when it starts, and its stereo samples.
    """
    begin = line[0][0]
    end = max(start + length for start, length, _ in line) + 0.5
    t = np.arange(int((end - begin) * RATE)) / RATE
    pitch = np.full(t.size, np.log2(line[0][2]))
    loud = np.zeros(t.size)
    opened = np.zeros(t.size)
    for start, length, hertz in line:
        s = start - begin
        step = 0.5 + 0.5 * np.tanh((t - s - 0.02) / 0.035)
        pitch += (np.log2(hertz) - pitch) * step
        note = np.clip((t - s) / 0.16, 0, 1) * np.clip((s + length + 0.18 - t) / 0.30, 0, 1)
        swell = 0.72 + 0.28 * np.sin(np.pi * np.clip((t - s) / length, 0, 1))
        loud = np.maximum(loud, note * swell)
        opened = np.maximum(opened, np.clip((t - s) / min(length, 0.9), 0, 1) * (t < s + length + 0.2))
    wander = np.convolve(rng.standard_normal(t.size // 480 + 40), np.hanning(25) / 6, mode="same")
    drift = np.interp(t, np.arange(wander.size) * 0.01, wander) * 5
    depth = 22 * np.clip(opened * 1.6 - 0.5, 0, 1)
    vibrato = depth * np.sin(2 * np.pi * rng.uniform(4.9, 5.6) * t + rng.uniform(0, 6.28))
    frequency = 2 ** (pitch + (cents + drift + vibrato) / 1200)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    voice, power = np.zeros(t.size), np.full(t.size, 1e-6)
    for n in range(1, 40):
        f = frequency * n
        if f.min() > 5200:
            break
        gain = _gain(f, vowels[0]) * (1 - opened) + _gain(f, vowels[1]) * opened
        level = gain / n**0.65
        voice += level * np.sin(n * phase + 0.9 * n)
        power += level**2
    voice *= 0.5 / np.sqrt(power) ** 0.8  # a singer evens out what vowels and pitches do to loudness
    air = rng.standard_normal(t.size)
    air = np.convolve(air, np.hanning(9) / 4.5, mode="same") * breath * (0.5 + 0.5 * np.sin(phase))
    return begin, pan((voice + air) * loud, where)
