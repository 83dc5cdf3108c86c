"""Instruments made of sines and seeded noise: a note's pitch and length in, its stereo samples at 48 kHz out."""

from __future__ import annotations

import numpy as np

RATE = 48000


def pitch(name: str) -> float:
    """The frequency of a note such as ``F#4``, A4 being 440 Hz."""
    steps = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}
    semitones = steps[name[0]] + name.count("#") - name.count("b") + 12 * (int(name[-1]) - 4)
    return 440.0 * 2.0 ** (semitones / 12)


def seconds(length: float) -> np.ndarray:
    """The times of the samples of so many seconds."""
    return np.arange(int(length * RATE)) / RATE


def pan(mono: np.ndarray, where: float) -> np.ndarray:
    """Stereo at equal power, −1 left to 1 right."""
    angle = (where + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)])


def _rise_and_fall(t: np.ndarray, length: float, attack: float, release: float) -> np.ndarray:
    up = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / attack, 0, 1))
    down = 0.5 + 0.5 * np.cos(np.pi * np.clip((t - length) / release, 0, 1))
    return up * down


def strings(
    rng: np.random.Generator,
    frequency: float,
    length: float,
    *,
    bright: float = 0.5,
    attack: float = 0.9,
    release: float = 1.4,
) -> np.ndarray:
    """A small string group: six players, each a little off the pitch and with a vibrato of their own."""
    t = seconds(length + release)
    out = np.zeros((2, t.size))
    for player in range(6):
        off = 2.0 ** (rng.normal(0, 4.5) / 1200)
        wobble = 0.0022 * np.clip(t / 1.2, 0, 1) * np.sin(2 * np.pi * (rng.uniform(4.3, 5.4) * t + rng.random()))
        phase = 2 * np.pi * np.cumsum(frequency * off * (1 + wobble)) / RATE + rng.uniform(0, 6.28)
        swell = 0.75 + 0.25 * np.sin(2 * np.pi * (rng.uniform(0.13, 0.3) * t + rng.random()))
        voice = np.zeros(t.size)
        for n in range(1, 15):
            if frequency * n > 9000:
                break
            damp = 1.0 / (1.0 + (frequency * n / (500 + 1500 * bright)) ** 2)
            voice += damp / n**0.75 * np.sin(n * phase + rng.uniform(0, 6.28))
        out += pan(voice * swell, -0.75 + 0.3 * player + rng.normal(0, 0.05))
    return out * _rise_and_fall(t, length, attack, release) / 6


def felt_piano(
    rng: np.random.Generator, frequency: float, length: float, *, velocity: float = 0.7, where: float = 0.0
) -> np.ndarray:
    """A piano through felt: soft hammer, few and slightly stretched partials, a long warm tail."""
    ring = length + 2.6
    t = seconds(ring)
    voice = np.zeros(t.size)
    for n in range(1, 13):
        f = frequency * n * np.sqrt(1 + 0.00035 * n * n)
        if f > 10000:
            break
        loud = np.exp(-0.62 * (n - 1) * (1.25 - 0.55 * velocity)) * (1.0 - 0.35 * (n % 7 == 0))
        decay = 0.55 + 0.32 * n + frequency / 900
        beat = 1 + 0.10 * np.sin(2 * np.pi * rng.uniform(0.3, 1.1) * t + rng.uniform(0, 6.28))
        voice += loud * np.exp(-decay * t) * beat * np.sin(2 * np.pi * f * t + rng.uniform(0, 0.4))
    thump = rng.standard_normal(t.size) * np.exp(-t * 95)
    thump = np.convolve(thump, np.hanning(180) / 90, mode="same")
    damper = np.exp(-np.clip(t - length - 0.9, 0, None) * 4.5)
    attack = np.clip(t / 0.006, 0, 1)
    return pan(velocity * attack * damper * (voice + 0.25 * thump), where + rng.normal(0, 0.04))


def kalimba(rng: np.random.Generator, frequency: float, *, velocity: float = 0.6, where: float = 0.0) -> np.ndarray:
    """A tine of metal on wood: the fundamental, two high bars that die at once, a knock."""
    t = seconds(2.6)
    voice = np.sin(2 * np.pi * frequency * t) * np.exp(-2.1 * t)
    voice += 0.10 * np.sin(2 * np.pi * frequency * 2.0 * t) * np.exp(-4.0 * t)
    voice += 0.16 * np.sin(2 * np.pi * frequency * 5.43 * t + 0.7) * np.exp(-17 * t)
    voice += 0.07 * np.sin(2 * np.pi * frequency * 8.9 * t + 1.1) * np.exp(-38 * t)
    knock = np.convolve(rng.standard_normal(t.size) * np.exp(-t * 190), np.hanning(60) / 30, mode="same")
    tremble = 1 + 0.12 * np.sin(2 * np.pi * 4.1 * t + rng.uniform(0, 6.28)) * np.clip(t / 0.5, 0, 1)
    fade = np.clip((2.6 - t) / 0.4, 0, 1)
    return pan(velocity * np.clip(t / 0.0015, 0, 1) * fade * (voice * tremble + 0.10 * knock), where)


def bass(rng: np.random.Generator, frequency: float, length: float, *, velocity: float = 0.6) -> np.ndarray:
    """A bowed bass, round and low."""
    t = seconds(length + 0.9)
    wobble = 0.0015 * np.sin(2 * np.pi * 4.6 * t + rng.uniform(0, 6.28))
    phase = 2 * np.pi * np.cumsum(frequency * (1 + wobble)) / RATE
    voice = sum(np.sin(n * phase + rng.uniform(0, 6.28)) / n**1.7 for n in range(1, 8))
    return pan(velocity * voice * _rise_and_fall(t, length, 0.22, 0.9), 0.0)


def frame_drum(rng: np.random.Generator, *, velocity: float = 0.6, where: float = 0.0) -> np.ndarray:
    """A big frame drum touched with the fingers."""
    t = seconds(1.3)
    sweep = 62 + 34 * np.exp(-t * 26)
    skin = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.exp(-4.6 * t)
    skin += 0.28 * np.sin(2 * np.pi * np.cumsum(sweep * 1.59) / RATE) * np.exp(-8 * t)
    slap = np.convolve(rng.standard_normal(t.size) * np.exp(-t * 60), np.hanning(90) / 45, mode="same")
    return pan(velocity * np.clip(t / 0.002, 0, 1) * (skin + 0.22 * slap), where)


def shaker(rng: np.random.Generator, *, velocity: float = 0.3, where: float = 0.3) -> np.ndarray:
    """A seed rattle: a soft rise and a quick fall of high noise."""
    t = seconds(0.16)
    noise = rng.standard_normal(t.size)
    noise = np.diff(np.diff(noise, prepend=0.0), prepend=0.0)
    noise = np.convolve(noise, np.hanning(7) / 3.5, mode="same")
    shape = np.clip(t / 0.028, 0, 1) ** 2 * np.exp(-np.clip(t - 0.028, 0, None) * 42)
    return pan(velocity * 0.5 * noise * shape, where)


def swell(rng: np.random.Generator, length: float) -> np.ndarray:
    """A cymbal rolled from nothing: noise that grows and brightens, then stops in the hall."""
    t = seconds(length + 1.2)
    out = []
    for _ in range(2):
        noise = np.fft.rfft(rng.standard_normal(t.size))
        f = np.fft.rfftfreq(t.size, 1 / RATE)
        noise *= np.exp(-(((np.log2(np.maximum(f, 1) / 5200)) / 0.9) ** 2))
        voice = np.fft.irfft(noise, t.size)
        out.append(voice / np.abs(voice).max())
    shape = (
        np.clip(t / length, 0, 1) ** 3
        * np.exp(-np.clip(t - length, 0, None) * 3.5)
        * np.clip((length + 1.2 - t) / 0.2, 0, 1)
    )
    return np.stack(out) * shape


def hall(
    rng: np.random.Generator, dry: np.ndarray, *, decay: float = 2.4, before: float = 0.022, damping: float = 3200.0
) -> np.ndarray:
    """The sound of a large wooden room around a dry one: stereo noise that falls 60 dB in ``decay`` seconds."""
    t = seconds(decay * 1.15)
    wet = np.zeros((2, dry.shape[1] + t.size))
    for channel in range(2):
        noise = rng.standard_normal(t.size) * np.clip(t / 0.012, 0, 1)
        f = np.fft.rfftfreq(t.size, 1 / RATE)
        dark = np.fft.irfft(np.fft.rfft(noise) / (1 + (f / damping * 2) ** 2), t.size)
        light = np.fft.irfft(np.fft.rfft(noise) / (1 + (f / damping / 2) ** 2), t.size) - dark
        tail = dark * np.exp(-6.91 * t / decay) + light * np.exp(-6.91 * t / (decay * 0.45))
        tail *= np.clip((decay * 1.15 - t) / 0.2, 0, 1)
        tail /= np.sqrt((tail**2).sum())
        size = 1 << int(np.ceil(np.log2(wet.shape[1])))
        mixed = 0.75 * dry[channel] + 0.25 * dry[1 - channel]
        wet[channel] = np.fft.irfft(np.fft.rfft(mixed, size) * np.fft.rfft(tail, size), size)[: wet.shape[1]]
    late = int(before * RATE)
    return np.pad(wet, ((0, 0), (late, 0)))
