"""Plays the song of the film: ten bars of three at 80 beats a minute, to which its cuts fall, as a FLAC file."""

from __future__ import annotations

from pathlib import Path

import instruments as play
import numpy as np
from sounds import save_flac

BEAT = 0.75
BAR = 3 * BEAT
LENGTH = 24.0

#: Bass and harmony of each bar; the tenth is cut to two beats more and rings out.
HARMONY = (
    ("D2", ("D3", "A3", "E4")),
    ("B1", ("D3", "F#3", "B3")),
    ("G1", ("D3", "G3", "B3")),
    ("A1", ("E3", "A3", "C#4")),
    ("B1", ("D3", "F#3", "B3", "D4")),
    ("F#1", ("C#3", "F#3", "A3", "E4")),
    ("G1", ("D3", "G3", "B3", "F#4")),
    ("A1", ("E3", "A3", "C#4", "E4")),
    ("D2", ("D3", "A3", "D4", "F#4", "A4")),
    ("G1", ("D3", "B3", "D4", "G4")),
    ("D2", ("D3", "A3", "E4", "F#4")),
)

#: The piano's line: (beat from the start, note, beats, how hard).
PIANO = (
    (0, "A4", 2, 0.42), (2, "E5", 1, 0.36), (3, "D5", 2, 0.44), (5, "B4", 1, 0.36),
    (6, "B4", 1, 0.42), (7, "D5", 1, 0.42), (8, "G5", 1, 0.50), (9, "F#5", 2, 0.58), (11, "E5", 1, 0.44),
    (12, "D5", 2, 0.50), (14, "F#5", 1, 0.44), (15, "E5", 2, 0.50), (17, "C#5", 1, 0.42),
    (18, "D5", 1, 0.54), (19, "F#5", 1, 0.56), (20, "B5", 1, 0.62), (21, "A5", 2, 0.66), (23, "C#6", 1, 0.62),
    (24, "D6", 3, 0.86), (24, "F#5", 3, 0.62), (26, "A5", 1, 0.54), (27, "B5", 2, 0.66), (29, "A5", 1, 0.56),
    (30, "F#5", 2, 0.58), (30, "D5", 2, 0.46),
)  # fmt: skip

#: The tines: half beats from the start; those from 26 to 33 are the lanterns on the hill, one each.
KALIMBA = (
    (18, "D5"), (19, "A5"), (20, "E5"), (22, "A5"),
    (26, "B4"), (27, "D5"), (28, "F#5"), (29, "B5"), (30, "A4"), (31, "C#5"), (32, "F#5"), (33, "A5"),
    (36, "G4"), (37, "B4"), (38, "D5"), (39, "G5"), (40, "B5"), (41, "D6"),
    (42, "A4"), (43, "C#5"), (44, "E5"), (45, "A5"), (46, "C#6"), (47, "E6"),
    (48, "F#6"), (49, "D6"), (50, "A5"), (51, "F#5"), (52, "A5"), (53, "D6"),
    (54, "G5"), (55, "B5"), (56, "D6"), (58, "B5"), (60, "A5"), (62, "F#6"),
)  # fmt: skip


def _add(mix: np.ndarray, sound: np.ndarray, at: float, gain: float) -> None:
    start = round(at * play.RATE)
    end = min(start + sound.shape[1], mix.shape[1])
    mix[:, start:end] += gain * sound[:, : end - start]


def song(to: Path) -> None:
    """Strings and bass grow from the first bar, the hill brings tines and drums, and dawn is the ninth bar."""
    rng = np.random.default_rng(307)
    close = np.zeros((2, int((LENGTH + 4) * play.RATE)))
    far = close.copy()
    for bar, (low, chord) in enumerate(HARMONY):
        at, length = bar * BAR, BAR if bar < 10 else 1.4
        power = (0.42, 0.46, 0.52, 0.64, 0.58, 0.62, 0.74, 0.86, 1.0, 0.86, 0.78)[bar]
        bright = (0.15, 0.18, 0.22, 0.34, 0.28, 0.32, 0.42, 0.55, 0.72, 0.55, 0.4)[bar]
        for note in chord:
            lead = 0.35 if bar else 0.0
            sound = play.strings(rng, play.pitch(note), length + lead, bright=bright, attack=1.3 if bar == 0 else 0.7)
            _add(far, sound, max(at - lead, 0), 0.30 * power)
        _add(close, play.bass(rng, play.pitch(low), length - 0.1), at, 0.12 * power)
        if bar >= 8:
            _add(close, play.bass(rng, play.pitch(low) * 2, length - 0.1), at, 0.05 * power)
    for note, start, length in (("A5", 8, 1), ("D6", 8, 2), ("F#6", 9, 1)):
        _add(far, play.strings(rng, play.pitch(note), BAR * length, bright=0.8, attack=0.5), start * BAR, 0.07)
    for beat, note, beats, velocity in PIANO:
        late = rng.uniform(0.0, 0.008)
        _add(
            close,
            play.felt_piano(rng, play.pitch(note), beats * BEAT, velocity=velocity, where=-0.12),
            beat * BEAT + late,
            0.30,
        )
    for index, (half, note) in enumerate(KALIMBA):
        velocity = 0.55 + 0.2 * (half % 6 == 0) + 0.1 * (half >= 42)
        _add(
            close,
            play.kalimba(rng, play.pitch(note), velocity=velocity, where=0.55 * np.sin(index * 1.9)),
            half * BEAT / 2,
            0.22,
        )
    for bar in range(4, 10):
        strength = 0.5 + 0.1 * bar - 0.2 * (bar == 9)
        _add(close, play.frame_drum(rng, velocity=0.55 * strength), bar * BAR, 0.5)
        if bar in (5, 6, 7, 8):
            _add(close, play.frame_drum(rng, velocity=0.28 * strength, where=0.15), bar * BAR + 2 * BEAT, 0.5)
        for half in range(6):
            loud = (0.34, 0.16, 0.24, 0.14, 0.26, 0.18)[half] * (0.5 + 0.08 * bar)
            if bar < 9:
                _add(
                    close, play.shaker(rng, velocity=loud, where=0.35 * (-1) ** half), bar * BAR + half * BEAT / 2, 0.30
                )
    _add(far, play.swell(rng, 2.1), 8 * BAR - 2.1, 0.10)
    dry = close + 0.7 * far
    wet = play.hall(rng, 0.55 * close + far, decay=2.8, damping=4600)[:, : dry.shape[1]]
    mix = (dry + 0.5 * wet)[:, : int(LENGTH * play.RATE)]
    t = np.arange(mix.shape[1]) / play.RATE
    mix *= np.clip((LENGTH - t) / 0.9, 0, 1) ** 1.5
    mix = np.tanh(mix / np.abs(mix).max() * 1.25) / np.tanh(1.25)
    save_flac(mix * 10 ** (-1.5 / 20), rng, to)
