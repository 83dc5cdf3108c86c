"""What hands sound like at work: short takes, mono in the middle, as Opus."""

from __future__ import annotations

from pathlib import Path

import instruments as play
import numpy as np
from percussion import band
from sounds import save_opus

RATE = play.RATE


def _save(mono: np.ndarray, to: Path, peak: float = 0.6) -> None:
    save_opus(play.pan(mono / np.abs(mono).max() * peak, 0.0), to, 64_000)


def _strokes(
    rng: np.random.Generator,
    length: float,
    plan: list[tuple[float, float]],
    centre: float,
    octaves: float,
    tremble: float,
) -> np.ndarray:
    """Drawn strokes: (start, length) each, of noise that trembles as the tooth of paper makes it."""
    t = play.seconds(length)
    noise = band(rng, t.size, centre, octaves)
    rough = np.convolve(rng.standard_normal(t.size), np.hanning(int(RATE / max(tremble, 1))), mode="same")
    rough = 0.55 + 0.45 * np.tanh(rough / rough.std())
    shape = np.zeros(t.size)
    for start, long in plan:
        x = np.clip((t - start) / long, 0, 1)
        shape = np.maximum(shape, np.sin(np.pi * x) ** 0.6)
    return noise * rough * shape


def pencil(to: Path) -> None:
    """A nib on paper: five quick strokes."""
    rng = np.random.default_rng(601)
    out = _strokes(rng, 1.5, [(0.05, 0.22), (0.30, 0.18), (0.52, 0.26), (0.84, 0.15), (1.02, 0.36)], 4300, 0.7, 900)
    _save(out + 0.25 * _strokes(rng, 1.5, [(0.05, 0.22), (0.52, 0.26), (1.02, 0.36)], 900, 0.6, 300), to, 0.4)


def scissors(to: Path) -> None:
    """Three cuts through paper, and the piece that falls."""
    rng = np.random.default_rng(603)
    t = play.seconds(1.4)
    out = np.zeros(t.size)
    for at in (0.02, 0.36, 0.70):
        x = np.clip(t - at, 0, None)
        out += band(rng, t.size, 5200, 0.6) * np.clip(x / 0.14, 0, 1) * (x < 0.16) * (0.4 + 3 * x)
        for ring in (3100, 5300, 7900):
            out += 0.22 * np.sin(2 * np.pi * ring * t) * np.exp(-np.clip(t - at - 0.16, 0, None) * 45) * (t > at + 0.16)
    x = np.clip(t - 1.02, 0, None)
    out += 0.5 * band(rng, t.size, 2400, 1.0) * (t > 1.02) * np.exp(-x * 26) * (0.5 + 0.5 * np.sin(x * 210))
    _save(out, to, 0.5)


def brush(to: Path) -> None:
    """A wet brush: two long strokes, and a drop."""
    rng = np.random.default_rng(605)
    out = _strokes(rng, 1.5, [(0.0, 0.55), (0.55, 0.6)], 1500, 1.1, 120)
    t = play.seconds(1.5)
    x = np.clip(t - 1.16, 0, None)
    drop = np.sin(2 * np.pi * np.cumsum(700 + 900 * np.clip(x * 12, 0, 1)) / RATE) * np.exp(-x * 34) * (t > 1.16)
    _save(out + 0.7 * drop, to, 0.45)


def carving(to: Path) -> None:
    """A gouge in wood: three pushes, each with its chip."""
    rng = np.random.default_rng(607)
    out = _strokes(rng, 1.4, [(0.02, 0.28), (0.40, 0.26), (0.76, 0.30)], 1900, 0.8, 160)
    t = play.seconds(1.4)
    for at in (0.30, 0.66, 1.06):
        x = np.clip(t - at, 0, None)
        out += 0.8 * np.sin(2 * np.pi * 860 * t) * np.exp(-x * 90) * (t > at) + 0.4 * band(
            rng, t.size, 3000, 0.8
        ) * np.exp(-x * 130) * (t > at)
    _save(out, to, 0.5)


def thread(to: Path) -> None:
    """A thread pulled through cloth, twice."""
    rng = np.random.default_rng(609)
    t = play.seconds(1.4)
    out = np.zeros(t.size)
    for at in (0.05, 0.70):
        x = np.clip((t - at) / 0.5, 0, 1)
        zip_ = np.sin(2 * np.pi * np.cumsum(180 + 420 * x) / RATE) ** 8
        out += band(rng, t.size, 3400, 0.6) * zip_ * np.sin(np.pi * x) ** 0.7
        out += 0.5 * band(rng, t.size, 1100, 0.5) * np.exp(-np.clip(t - at, 0, None) * 120) * (t > at)
    _save(out, to, 0.42)


def roller(to: Path) -> None:
    """A printing drum that turns: a hum, a clack, paper that comes out."""
    rng = np.random.default_rng(611)
    t = play.seconds(1.4)
    hum = np.sign(np.sin(2 * np.pi * 46 * t)) * 0.12 + 0.2 * np.sin(2 * np.pi * 92 * t)
    out = hum * np.clip(t / 0.1, 0, 1) * np.clip((1.3 - t) / 0.2, 0, 1)
    for at in (0.02, 0.36, 0.70, 1.04):
        x = np.clip(t - at, 0, None)
        out += (t > at) * (
            0.9 * np.sin(2 * np.pi * 210 * t) * np.exp(-x * 60) + 0.5 * band(rng, t.size, 2600, 0.9) * np.exp(-x * 38)
        )
    _save(out, to, 0.45)


def chalk(to: Path) -> None:
    """Chalk on a board: taps and strokes."""
    rng = np.random.default_rng(613)
    out = _strokes(rng, 1.4, [(0.06, 0.2), (0.34, 0.3), (0.74, 0.18), (0.98, 0.3)], 3000, 0.5, 1400)
    t = play.seconds(1.4)
    for at in (0.04, 0.32, 0.72, 0.96):
        x = np.clip(t - at, 0, None)
        out += 0.9 * (t > at) * np.sin(2 * np.pi * 1350 * t) * np.exp(-x * 140)
    _save(out, to, 0.42)


def ruler(to: Path) -> None:
    """A ruler laid down, and a knife along it."""
    rng = np.random.default_rng(615)
    t = play.seconds(1.4)
    out = 0.8 * _strokes(rng, 1.4, [(0.28, 0.42), (0.84, 0.4)], 6000, 0.5, 2000)
    for at, hertz in ((0.02, 640), (0.08, 720), (0.78, 660)):
        x = np.clip(t - at, 0, None)
        out += 0.8 * (t > at) * np.sin(2 * np.pi * hertz * t) * np.exp(-x * 70)
    _save(out, to, 0.45)


def stones(to: Path) -> None:
    """Pebbles and buttons put down, one after the other, quicker."""
    rng = np.random.default_rng(617)
    t = play.seconds(1.6)
    out = np.zeros(t.size)
    at = 0.03
    while at < 1.35:
        x = np.clip(t - at, 0, None)
        hertz = rng.uniform(1500, 3600)
        out += (
            rng.uniform(0.4, 1)
            * (t > at)
            * (
                np.sin(2 * np.pi * hertz * t) * np.exp(-x * 150)
                + 0.5 * np.sin(2 * np.pi * hertz * 0.37 * t) * np.exp(-x * 90)
            )
        )
        at += rng.uniform(0.04, 0.11)
    _save(out, to, 0.4)


def tearing(to: Path) -> None:
    """Paper torn, and torn again."""
    rng = np.random.default_rng(619)
    out = _strokes(rng, 1.3, [(0.02, 0.5), (0.62, 0.6)], 3200, 1.1, 500)
    clicks = (rng.random(out.size) < 0.004) * rng.uniform(0.2, 1, out.size)
    crisp = np.convolve(clicks, rng.standard_normal(50) * np.exp(-np.arange(50) / 12), mode="same")
    _save(out + 0.5 * crisp * (np.abs(out) > 0.03), to, 0.5)


def landing(to: Path) -> None:
    """A feather laid on others: hardly a sound."""
    rng = np.random.default_rng(621)
    t = play.seconds(0.4)
    out = band(rng, t.size, 900, 0.8) * np.exp(-t * 26) + 0.7 * band(rng, t.size, 4200, 0.7) * np.exp(
        -t * 16
    ) * np.clip(t / 0.02, 0, 1)
    _save(out, to, 0.5)


def wing(to: Path) -> None:
    """One beat of a great wing."""
    rng = np.random.default_rng(623)
    t = play.seconds(1.1)
    push = np.sin(np.pi * np.clip((t - 0.03) / 0.42, 0, 1)) ** 1.6
    lift = np.sin(np.pi * np.clip((t - 0.55) / 0.45, 0, 1)) ** 1.6
    out = (
        band(rng, t.size, 260, 0.9) * push
        + 0.35 * band(rng, t.size, 1600, 1.0) * push**2
        + 0.25 * band(rng, t.size, 900, 0.9) * lift
    )
    _save(out, to, 0.6)


def steps(to: Path) -> None:
    """Somebody walks across a wooden floor and sits down at a table."""
    rng = np.random.default_rng(625)
    t = play.seconds(3.0)
    out = np.zeros(t.size)
    for at in (0.1, 0.68, 1.25, 1.80):
        for late, power in ((0, 1.0), (0.09, 0.55)):
            x = np.clip(t - at - late, 0, None)
            out += (
                power
                * (t > at + late)
                * (
                    np.sin(2 * np.pi * (92 + 8 * rng.random()) * t) * np.exp(-x * 34)
                    + 0.3 * band(rng, t.size, 1300, 1.0) * np.exp(-x * 60)
                )
            )
    x = np.clip(t - 2.35, 0, None)
    out += (
        0.4
        * (t > 2.35)
        * band(rng, t.size, 500, 0.6)
        * np.exp(-x * 7)
        * (0.5 + 0.5 * np.sin(2 * np.pi * (38 - 10 * x) * t))
    )
    _save(out, to, 0.5)
