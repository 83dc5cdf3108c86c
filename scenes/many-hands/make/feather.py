"""One feather, which every hand draws in its own way: its outline and barbs as numbers, to paint or to write as paths.

A place on it is (u, v): u from 0 at the end of the quill to 1 at the tip, v from −1 on the leading edge over 0 on the
shaft to 1 on the trailing edge. Barbs leave the shaft at an angle: ``b`` is the u at which the barb of a place begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT = 1400, 400
LEFT, LENGTH = 36.0, 1326.0
#: Where a wing holds it: the end of the quill, in pixels.
QUILL = (LEFT, 246.0)
SLANT = 0.13
#: Where the vane has come apart: (b, side, width).
SPLITS = ((0.34, 1, 0.010), (0.53, 1, 0.016), (0.66, -1, 0.010), (0.72, 1, 0.009), (0.44, -1, 0.007))


def smooth(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, softly between."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def shaft(u: np.ndarray) -> np.ndarray:
    """How high the shaft lies, in pixels from the top."""
    return 246 - 84 * np.sin(np.pi * np.clip(u, 0, 1) * 0.82) + 22 * np.clip(u, 0, 1) ** 3


def half_width(u: np.ndarray, side: np.ndarray) -> np.ndarray:
    """How far the vane reaches on a side (−1 leading, 1 trailing), in pixels."""
    body = smooth(0.09, 0.36, u) ** 0.8
    tip = (1 - np.clip((u - 0.55) / 0.45, 0, 1) ** 2.4) ** 0.62
    return np.where(side < 0, 82.0, 142.0) * body * tip * (0.92 + 0.08 * np.sin(6 * u + 1))


def place(u: float, v: float) -> tuple[float, float]:
    """The pixel of a place."""
    x = LEFT + LENGTH * u
    return float(x), float(shaft(np.array(u)) + v * half_width(np.array(u), np.array(v)))


def barb(b: float, side: int, start: float = 0.0, end: float = 1.0, steps: int = 7) -> list[tuple[float, float]]:
    """Points along one barb, from a share of its way out to another."""
    return [place(min(b + SLANT * t**0.9, 0.999), side * t) for t in np.linspace(start, end, steps)]


@dataclass(frozen=True)
class Map:
    """Per pixel: ``u``, ``v``, ``b``, the masks ``vane`` and ``stem``, and how far inside of the vane, in pixels."""

    u: np.ndarray
    v: np.ndarray
    b: np.ndarray
    vane: np.ndarray
    stem: np.ndarray
    edge: np.ndarray


def mapped(*, seed: int = 1, rough: float = 0.035) -> Map:
    """The feather on its canvas of 1400 × 400; ``rough`` frays its edge."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    u = (x - LEFT) / LENGTH
    away = y - shaft(u)
    side = np.sign(away)
    width = np.maximum(half_width(np.clip(u, 0, 1), side), 1e-3)
    v = away / width
    b = u - SLANT * np.minimum(np.abs(v), 1.2) ** 0.9
    ends = np.interp(b * 190 + 40 * (side > 0), np.arange(300), rng.uniform(-1, 1, 300))
    ends += 0.6 * np.interp(b * 30 + 9 * (side > 0), np.arange(80), rng.uniform(-1, 1, 80))
    edge = width * (1 + rough * ends) - np.abs(away)
    vane = smooth(-0.9, 0.9, edge) * ((u > 0) & (u < 1))
    for at, which, wide in SPLITS:
        gap = wide * np.clip((np.abs(v) - 0.25) / 0.75, 0, 1) * LENGTH
        vane = vane * (1 - smooth(-0.9, 0.9, gap - np.abs(b - at) * LENGTH) * (side == which) * (np.abs(v) > 0.25))
    thick = 5.2 * (1 - 0.86 * np.clip(u, 0, 1)) + 0.6
    stem = smooth(-0.8, 0.8, thick - np.abs(away)) * smooth(0.0, 0.002, u) * (1 - smooth(0.985, 0.99, u))
    return Map(u, v, b, vane, stem, edge)
