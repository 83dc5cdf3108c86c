"""A formant synthesiser after Klatt: tracks of pitch, formants and levels in, a voice at 48 kHz out.

The glottis is the model of Liljencrants and Fant (*A four-parameter model of glottal flow*, STL-QPSR 4, 1985) with the
single shape parameter Rd (Fant, *The LF-model revisited*, STL-QPSR 2–3, 1995). It and the breath that passes it go
through a cascade of resonators; noise of the mouth has poles of its own, in parallel (Klatt, *Software for a
cascade/parallel formant synthesizer*, JASA 67, 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from instruments import RATE
from numba import njit
from numpy.typing import NDArray

Track = NDArray[np.float64]

#: The pulse is computed this often for each sample that is kept, so that its sharp edge does not fold back.
OVERSAMPLING = 4
SHAPES = np.arange(0.6, 2.61, 0.1)
#: Poles above the third: a tube of 14.7 cm, as women's are, has one every 1200 Hz. Frequency and bandwidth in Hz.
UPPER = tuple((4150 + 1200 * k, 300 + 170 * k) for k in range(16))
#: The nasal pole, which a zero cancels wherever the nose is closed (Klatt 1980, scaled to a woman's).
NASAL_POLE, NASAL_WIDTH = 290.0, 100.0


@dataclass(frozen=True)
class Noise:
    """A noise of the mouth: its first sample, its level sample by sample, and its poles (Hz, bandwidth, weight)."""

    start: int
    level: Track
    poles: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Tracks:
    """What the vocal organs do, sample by sample; all arrays are of one length, but the formants': three rows of it."""

    tract: float  # how long the vocal tract is beside one of 14.7 cm, for which all frequencies below are given
    pitch: Track  # Hz
    shape: Track  # Rd: 0.7 pressed, 1 usual, 2.5 breathy
    voicing: Track  # 0 to 1
    breath: Track  # 0 to 1
    formants: Track  # Hz, [3, samples]
    widths: Track  # Hz, [3, samples]
    nasal_zero: Track  # Hz; at NASAL_POLE the nose is closed
    noises: tuple[Noise, ...]


def _pulse(rd: float, points: int) -> Track:
    """One period of the derivative of the flow through the glottis; its sharpest dip is −1."""
    ra, rk = (-1 + 4.8 * rd) / 100, (22.4 + 11.8 * rd) / 100
    rg = rk / (4 * (0.11 * rd / (0.5 + 1.2 * rk) - ra))
    peak = 1 / (2 * rg)
    close = peak * (1 + rk)
    omega = np.pi / peak
    epsilon = 1 / ra
    for _ in range(60):
        epsilon = (1 - np.exp(-epsilon * (1 - close))) / ra
    tail = np.exp(-epsilon * (1 - close))
    back = -((1 - tail) / epsilon - (1 - close) * tail) / (epsilon * ra)

    def opened(alpha: float) -> float:
        """The flow of the open phase, which the return phase must undo."""
        end = np.exp(alpha * close) * (alpha * np.sin(omega * close) - omega * np.cos(omega * close))
        scale = -1 / (np.exp(alpha * close) * np.sin(omega * close))
        return float(scale * (end + omega) / (alpha**2 + omega**2))

    low, high = -40.0, 200.0
    for _ in range(80):
        alpha = (low + high) / 2
        low, high = (alpha, high) if opened(alpha) + back > 0 else (low, alpha)
    t = np.arange(points) / points
    rise = -np.exp(alpha * (t - close)) * np.sin(omega * t) / np.sin(omega * close)
    fall = -(np.exp(-epsilon * np.clip(t - close, 0, None)) - tail) / (epsilon * ra)
    return np.where(t < close, rise, fall)


def _glottis(rng: np.random.Generator, pitch: Track, shape: Track) -> tuple[Track, Track]:
    """The pulses, and how far the glottis stands open: no two periods are quite as long or as strong as another."""
    size = pitch.size
    t = np.arange(size) / RATE
    uneven = np.interp(t, np.arange(int(size / RATE * 160) + 2) / 160, rng.standard_normal(int(size / RATE * 160) + 2))
    phase = np.cumsum(pitch * (1 + 0.006 * uneven)) / RATE
    fine = np.interp(np.arange(size * OVERSAMPLING) / OVERSAMPLING, np.arange(size), phase)
    rd = np.interp(np.arange(size * OVERSAMPLING) / OVERSAMPLING, np.arange(size), shape)
    points = 4096
    table = np.stack([_pulse(value, points + 1) for value in SHAPES])
    row = np.clip((rd - SHAPES[0]) / 0.1, 0, len(SHAPES) - 1.001)
    i, j = row.astype(int), (fine % 1 * points).astype(int)
    part = row - i
    wave = (1 - part) * table[i, j] + part * table[i + 1, j]
    spectrum = np.fft.rfft(wave)[: size // 2 + 1]
    wave = np.fft.irfft(spectrum, size) / OVERSAMPLING
    strength = 1 + 0.04 * rng.standard_normal(int(phase[-1]) + 2)
    return wave * strength[phase.astype(int)], 0.5 - 0.5 * np.cos(2 * np.pi * (phase % 1))


@njit
def _resonators(x: Track, frequency: Track, width: Track) -> Track:  # type: ignore[untyped-decorator]
    """One resonator after the other, each with a gain of 1 at 0 Hz; frequencies and widths: [resonator, sample]."""
    out = x.copy()
    for k in range(frequency.shape[0]):
        one, two = 0.0, 0.0
        for n in range(out.size):
            r = np.exp(-np.pi * width[k, n] / 48000)
            b = 2 * r * np.cos(2 * np.pi * frequency[k, n] / 48000)
            y = (1 - b + r * r) * out[n] + b * one - r * r * two
            one, two = y, one
            out[n] = y
    return out


@njit
def _zero(x: Track, frequency: Track, width: float) -> Track:  # type: ignore[untyped-decorator]
    """An antiresonator: the inverse of a resonator."""
    out = np.empty_like(x)
    r = np.exp(-np.pi * width / 48000)
    one, two = 0.0, 0.0
    for n in range(x.size):
        b = 2 * r * np.cos(2 * np.pi * frequency[n] / 48000)
        out[n] = (x[n] - b * one + r * r * two) / (1 - b + r * r)
        one, two = x[n], one
    return out


def _hiss(rng: np.random.Generator, noise: Noise) -> Track:
    """The noise of a constriction: white noise through its poles, at a level of 1 before the envelope."""
    ramp = 2400
    size = noise.level.size + ramp
    white = rng.standard_normal(size)
    out = np.zeros(size)
    for frequency, width, weight in noise.poles:
        pole = _resonators(white, np.full((2, size), frequency), np.full((2, size), 1.5 * width))
        pole = np.diff(pole, 2, prepend=[0.0, 0.0])  # a cavity in front of the noise lets nothing low pass
        out += weight * pole / pole[ramp:].std()
    out = out[ramp:]
    return out / out.std() * noise.level


def speak(rng: np.random.Generator, tracks: Tracks) -> tuple[Track, Track]:
    """What the glottis sounds, a vowel at full voicing at an RMS level of about 0.1, and the noise of the mouth."""
    size = tracks.pitch.size
    wave, opened = _glottis(rng, tracks.pitch, tracks.shape)
    gust = rng.standard_normal(size) * (0.35 + 0.65 * opened * (tracks.voicing > 0.05) + 0.3 * (tracks.voicing <= 0.05))
    source = 0.09 * wave * tracks.voicing + 0.0105 * gust * tracks.breath
    nasal = np.full((1, size), NASAL_POLE)
    source = _resonators(source, nasal, np.full((1, size), NASAL_WIDTH))
    source = _zero(source, tracks.nasal_zero, NASAL_WIDTH)
    poles = np.array(UPPER)
    poles = poles[poles[:, 0] / tracks.tract < 0.47 * RATE]
    upper = np.broadcast_to(poles[:, :1], (len(poles), size))
    widths = np.broadcast_to(poles[:, 1:], (len(poles), size))
    frequencies = np.concatenate([tracks.formants, upper]) / tracks.tract
    voice = _resonators(source, frequencies, np.concatenate([tracks.widths, widths]))
    out = np.zeros(size)
    for noise in tracks.noises:
        end = min(size, noise.start + noise.level.size)
        out[noise.start : end] += _hiss(rng, noise)[: end - noise.start]
    return voice, out
