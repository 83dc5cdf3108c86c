"""How a line is spoken: its melody and its loudness from where its syllables lie and which of them are stressed.

The melody is the model of Fujisaki and Hirose (*Analysis of voice fundamental frequency contours for declarative
sentences of Japanese*, J. Acoust. Soc. Jpn (E) 5, 1984): a phrase that rises quickly and falls slowly, and an accent
for each stressed syllable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from klatt import Track

#: Rates of the model, per second: of the phrase, and of an accent.
PHRASE, ACCENT = 2.2, 20.0
#: How long before its first vowel a phrase begins, in s, and how high it goes (natural logarithm of the pitch).
EARLY, HEIGHT = 0.20, 0.30
#: A breath is drawn in for so long, and ends so long before the line, in s.
INHALED, HELD = 0.34, 0.09


@dataclass(frozen=True)
class Speaker:
    """Whose voice it is: the pitch it falls to (Hz), its vocal tract beside one of 14.7 cm, breath and liveliness."""

    pitch: float
    tract: float = 1.0
    breath: float = 0.3
    lively: float = 1.0


@dataclass(frozen=True)
class Syllable:
    """Its phones, as in ``F EH``; when its vowel begins and the whole ends at the latest, in s; its stress, 0 to 1."""

    phones: str
    at: float
    until: float
    stress: float


def step(t: Track, at: float, length: float) -> Track:
    """From 0 to 1, smoothly, in so many seconds around an instant."""
    x = np.clip((t - at) / length + 0.5, 0, 1)
    return x * x * (3 - 2 * x)


def _accent(t: Track, at: float) -> Track:
    x = ACCENT * np.clip(t - at, 0, None)
    return np.minimum(1 - (1 + x) * np.exp(-x), 0.9)


def melody(rng: np.random.Generator, t: Track, line: list[Syllable], speaker: Speaker) -> Track:
    """The pitch in Hz: it declines over the line to the speaker's own, and no two periods drift alike."""
    x = np.clip(t - line[0].at + EARLY, 0, None)
    log = HEIGHT * speaker.lively * PHRASE**2 * x * np.exp(-PHRASE * x)
    for k, syllable in enumerate(line):
        end = line[k + 1].at if k + 1 < len(line) else syllable.at + 0.6 * (syllable.until - syllable.at)
        rise = 0.26 * speaker.lively * syllable.stress
        log += rise * (_accent(t, syllable.at - 0.07) - _accent(t, max(end - 0.07, syllable.at + 0.12)))
    wander = np.convolve(rng.standard_normal(t.size // 480 + 60), np.hanning(31) / 8, mode="same")
    log += np.interp(t, np.arange(wander.size) * 0.01, wander) * 0.006
    return speaker.pitch * np.exp(log)


def loudness(t: Track, line: list[Syllable], end: float) -> Track:
    """How strong the voice is: more in what is stressed, and less towards the end."""
    out = np.full(t.size, 0.78)
    for k, syllable in enumerate(line):
        stop = line[k + 1].at if k + 1 < len(line) else syllable.until
        out += 0.22 * syllable.stress * (step(t, syllable.at - 0.03, 0.08) - step(t, stop - 0.03, 0.08))
    return out * (1 - 0.40 * step(t, end - 0.14, 0.30))


def inhaling(t: Track, start: float) -> Track:
    """The level of the breath that is drawn in before a line which starts at this instant."""
    x = np.clip((t - start + HELD + INHALED) / INHALED, 0, 1)
    return np.sin(np.pi * x**1.4) ** 2
