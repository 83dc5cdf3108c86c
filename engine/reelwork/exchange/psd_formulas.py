"""Photoshop's arithmetic: display-encoded colours go in, what an adjustment makes of them comes out.

Colours are ``float64[..., 3]`` and curves ``float64[n]`` of values from 0 to 1, both in and out.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psd_tools.composite import adjustments
from psd_tools.constants import ColorMode
from scipy.interpolate import CubicSpline, PchipInterpolator

Array = npt.NDArray[np.float64]
Point = tuple[float, float]

#: What a value may be off by for a curve to count as the same, codes of 8 bits.
_SAME: Final = 1.0


def smooth_curve(points: Sequence[Point], at: Array) -> Array:
    """Photoshop's curve through points ``(from, to)``: a natural cubic spline, held beyond the first and the last."""
    x, y = np.array(points, np.float64).T
    bent = CubicSpline(x, y, bc_type="natural")(np.clip(at, x[0], x[-1]))
    return np.asarray(np.clip(bent, 0.0, 1.0), np.float64)


def is_monotone(points: Sequence[Point], wanted: Array, at: Array) -> bool:
    """Whether the effect ``curves``, which is SciPy's ``PchipInterpolator``, goes the same way through these points."""
    x, y = np.array(points, np.float64).T
    if x[0] > 0 or x[-1] < 1:
        return False
    return bool(np.abs(PchipInterpolator(x, y)(at) - wanted).max() * 255 <= _SAME)


def brightened(at: Array, brightness: int, contrast: int) -> Array:
    """Brightness and contrast since Photoshop CS3, by the curves that psd-tools measured."""
    layer: Any = SimpleNamespace(use_legacy=False, brightness=np.float32(brightness), contrast=np.float32(contrast))
    layer._psd = SimpleNamespace(depth=16)
    grey = np.repeat(at.astype(np.float32)[:, None, None], 3, -1)
    made = adjustments.apply_brightnesscontrast(grey, ColorMode.RGB, layer)
    return np.asarray(made[:, 0, 0], np.float64)


def hue_shifted(colours: Array, layer: Any) -> Array:
    """Hue and saturation, of all colours and of ranges, and colorizing, as psd-tools measured it."""
    flat = colours.reshape(-1, 1, 3).astype(np.float32)
    return np.asarray(adjustments.apply_huesaturation(flat, ColorMode.RGB, layer), np.float64).reshape(colours.shape)


def selected(colours: Array, plates: Sequence[Sequence[int]], *, relative: bool) -> Array:
    """Selective colour: inks, percent of cyan, magenta, yellow and black, added to nine ranges of colours.

    :param plates: of reds, yellows, greens, cyans, blues, magentas, whites, neutrals and blacks

    The formula is Clément Bœsch's ("Understanding Selective Coloring in Adobe Photoshop", 2015), as in ffmpeg's
    ``selectivecolor``.
    """
    least, greatest = colours.min(-1), colours.max(-1)
    middle = colours.sum(-1) - least - greatest
    first, second = greatest - middle, middle - least
    neutral = 1.0 - np.abs(greatest - 0.5) - np.abs(least - 0.5)
    shares = [
        np.where(colours[..., 0] == greatest, first, 0.0),
        np.where(colours[..., 2] == least, second, 0.0),
        np.where(colours[..., 1] == greatest, first, 0.0),
        np.where(colours[..., 0] == least, second, 0.0),
        np.where(colours[..., 2] == greatest, first, 0.0),
        np.where(colours[..., 1] == least, second, 0.0),
        np.clip(2.0 * least - 1.0, 0.0, None),
        np.clip(neutral, 0.0, None),
        np.clip(1.0 - 2.0 * greatest, 0.0, None),
    ]
    added = np.zeros_like(colours)
    for share, plate in zip(shares, plates, strict=True):
        inks, black = np.array(plate[:3], np.float64) / 100, plate[3] / 100
        change = (-1.0 - inks) * black - inks
        change = change * (1.0 - colours) if relative else np.broadcast_to(change, colours.shape)
        added += np.clip(change, -colours, 1.0 - colours) * share[..., None]
    return np.clip(colours + added, 0.0, 1.0)


def mixed(colours: Array, rows: Sequence[Sequence[int]]) -> Array:
    """The channel mixer: for each channel percent of red, green and blue, and a constant; it is not limited here."""
    numbers = np.array(rows, np.float64) / 100
    return np.asarray(colours @ numbers[:, :3].T + numbers[:, 3], np.float64)


def stops_at(at: Array, stops: Sequence[tuple[float, Sequence[float]]]) -> Array:
    """The colours of a gradient with stops ``(place, colour)``, mixed in straight lines."""
    places = [place for place, _ in stops]
    return np.stack([np.interp(at, places, [colour[channel] for _, colour in stops]) for channel in range(3)], -1)
