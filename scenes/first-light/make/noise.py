"""Seeded noise in the plane: fields that tile without a seam, of a chosen grain."""

from __future__ import annotations

import numpy as np


def spectrum(
    rng: np.random.Generator, height: int, width: int, *, slope: float, stretch: float = 1.0, grain: float = 0.0
) -> np.ndarray:
    """The Fourier transform of a random field whose amplitude falls as frequency to the power ``-slope``.

    :param stretch: above 1 the forms are so many times longer than high, as layers of cloud are
    :param grain: forms smaller than about this many pixels are left out
    """
    fy = np.fft.fftfreq(height)[:, None] * stretch**-0.5
    fx = np.fft.rfftfreq(width)[None, :] * stretch**0.5
    radius = np.hypot(fy, fx)
    radius[0, 0] = 1.0
    shape = radius**-slope * np.exp(-((radius * grain) ** 2))
    shape[0, 0] = 0.0
    return np.fft.rfft2(rng.standard_normal((height, width))) * shape


def field(transform: np.ndarray, height: int, width: int, *, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """The field of a spectrum, moved by ``shift`` pixels along x and y, with mean 0 and deviation 1."""
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :]
    moved = transform * np.exp(-2j * np.pi * (fx * shift[0] + fy * shift[1]))
    out = np.fft.irfft2(moved, s=(height, width))
    return (out - out.mean()) / out.std()


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, softly between them."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def gradient(stops: list[tuple[float, str]], t: np.ndarray) -> np.ndarray:
    """Colours (RGB, 0 to 255) at places along a gradient of ``#rrggbb`` stops."""
    at = [place for place, _ in stops]
    rgb = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for _, colour in stops], dtype=float)
    return np.stack([np.interp(t, at, rgb[:, c]) for c in range(3)], axis=-1)
