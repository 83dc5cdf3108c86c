"""Drums of hands and paper: a hit's strength in, its stereo samples at 48 kHz out."""

from __future__ import annotations

import numpy as np
from instruments import RATE, pan, seconds


def band(rng: np.random.Generator, size: int, centre: float, octaves: float) -> np.ndarray:
    """So many samples of noise around a frequency, some octaves wide."""
    f = np.fft.rfftfreq(size, 1 / RATE)
    shape = np.exp(-((np.log2(np.maximum(f, 1) / centre) / octaves) ** 2))
    out = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)
    return out / np.abs(out).max()


def clap(rng: np.random.Generator, *, hands: int = 5, where: float = 0.0) -> np.ndarray:
    """So many pairs of hands that clap, no two at the same instant."""
    t = seconds(0.5)
    out = np.zeros((2, t.size))
    for _ in range(hands):
        late = abs(rng.normal(0, 0.009))
        tone = band(rng, t.size, rng.uniform(900, 1700), 0.75)
        shape = np.clip((t - late) / 0.001, 0, 1) * (
            np.exp(-np.clip(t - late, 0, None) * rng.uniform(55, 90)) + 0.07 * np.exp(-t * 14)
        )
        out += pan(tone * shape, np.clip(where + rng.normal(0, 0.4), -1, 1)) / hands**0.7
    return out


def boom(rng: np.random.Generator, *, power: float = 1.0) -> np.ndarray:
    """A big drum, struck with the flat hand."""
    t = seconds(0.9)
    sweep = 52 + 70 * np.exp(-t * 38)
    skin = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-6.5 * t)
    slap = band(rng, t.size, 1500, 1.2) * np.exp(-t * 130)
    return pan(power * (np.clip(t / 0.001, 0, 1) * skin + 0.22 * slap), 0.0)


def rim(rng: np.random.Generator, *, where: float = 0.2, pitch: float = 1500.0) -> np.ndarray:
    """A stick on wood."""
    t = seconds(0.16)
    tone = np.sin(2 * np.pi * pitch * t) * np.exp(-t * 60) + 0.6 * np.sin(2 * np.pi * pitch * 1.52 * t) * np.exp(
        -t * 90
    )
    return pan(tone * np.clip(t / 0.0006, 0, 1) + 0.2 * band(rng, t.size, 4000, 0.8) * np.exp(-t * 190), where)


def rustle(rng: np.random.Generator, *, where: float = 0.0, long: float = 0.09) -> np.ndarray:
    """A sheet of paper, flicked: the hi-hat of this band."""
    t = seconds(long * 3)
    crackle = band(rng, t.size, 6200, 0.7) * (0.4 + 0.6 * (rng.random(t.size // 90 + 1).repeat(90)[: t.size] > 0.45))
    return pan(crackle * np.clip(t / 0.004, 0, 1) * np.exp(-t / long * 2.2), where)


def tom(rng: np.random.Generator, *, hertz: float = 110.0, where: float = 0.0) -> np.ndarray:
    """A drum of clay."""
    t = seconds(0.7)
    sweep = hertz * (1 + 0.35 * np.exp(-t * 30))
    skin = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-7 * t)
    skin += 0.3 * np.sin(2 * np.pi * np.cumsum(sweep * 1.6) / RATE) * np.exp(-13 * t)
    return pan((skin + 0.12 * band(rng, t.size, 2400, 1.0) * np.exp(-t * 150)) * np.clip(t / 0.0015, 0, 1), where)


def pluck(rng: np.random.Generator, hertz: float, length: float, *, bright: float = 0.5) -> np.ndarray:
    """A plucked bass string: partials that die the sooner, the higher they are."""
    t = seconds(length + 0.35)
    out = np.zeros(t.size)
    for n in range(1, 16):
        level = np.sin(np.pi * n * 0.17) / n * np.exp(-n * (0.30 - 0.22 * bright))
        out += (
            level
            * np.sin(2 * np.pi * hertz * n * np.sqrt(1 + 0.0002 * n * n) * t + rng.uniform(0, 0.3))
            * np.exp(-t * (1.1 + 0.5 * n))
        )
    return pan(out * np.clip(t / 0.003, 0, 1) * np.clip((length + 0.3 - t) / 0.25, 0, 1), 0.0)
