"""The obvious filters: the kernel as an array, by samples of its outline, and scipy's sums, in double precision."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal


def box(radius: float) -> np.ndarray:
    """A box along one axis: whole pixels, and parts of two."""
    side = max(0.0, radius - 0.5)
    whole = int(side)
    kernel = np.ones(2 * whole + 3)
    kernel[[0, -1]] = side - whole
    return kernel / kernel.sum()


def box_blur(planes: np.ndarray, radii: tuple[float, float], passes: int) -> np.ndarray:
    """``float64[plane, row, column]``, as large as the planes."""
    out = planes.astype(np.float64)
    for _ in range(passes):
        out = ndimage.convolve1d(out, box(radii[0]), axis=2, mode="constant")
        out = ndimage.convolve1d(out, box(radii[1]), axis=1, mode="constant")
    return out


def aperture(radius: float, blades: int, rotation: float, curvature: float, samples: int = 32) -> np.ndarray:
    """How much of each pixel an aperture covers, by samples; it sums to 1."""
    reach = int(np.ceil(radius))
    places = ((np.arange((2 * reach + 1) * samples) + 0.5) / samples - reach - 0.5) / radius
    x, y = np.meshgrid(places, places)
    inside = x * x + y * y <= 1
    for blade in range(blades if blades > 2 else 0):
        facing = np.radians(rotation - 90 + (blade + 0.5) * 360 / blades)
        apothem, chord = np.cos(np.pi / blades), np.sin(np.pi / blades)
        if curvature == 0:
            inside &= x * np.cos(facing) + y * np.sin(facing) <= apothem
        else:
            bend = 1 / curvature
            centre = apothem - np.sqrt(bend**2 - chord**2)
            inside &= np.hypot(x - centre * np.cos(facing), y - centre * np.sin(facing)) <= bend
    covered = inside.reshape(2 * reach + 1, samples, 2 * reach + 1, samples).mean(axis=(1, 3))
    return covered / covered.sum()


def spread(planes: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What light becomes when each point becomes the kernel."""
    return np.stack([signal.fftconvolve(plane.astype(np.float64), kernel, mode="same") for plane in planes])


def contour(alpha: np.ndarray) -> np.ndarray:
    """The lines of marching squares at one half, ``float64[line, end, (x, y)]``; pixels' centres are whole numbers."""
    lines = []
    for j in range(alpha.shape[0] - 1):
        for i in range(alpha.shape[1] - 1):
            a, b, c, d = map(float, (alpha[j, i], alpha[j, i + 1], alpha[j + 1, i + 1], alpha[j + 1, i]))
            edges = {"top": (a, b), "right": (b, c), "bottom": (d, c), "left": (a, d)}
            places = {
                name: np.clip((0.5 - one) / (other - one), 0.001, 0.999)
                for name, (one, other) in edges.items()
                if (one >= 0.5) != (other >= 0.5)
            }
            ends = {
                name: {"top": (i + t, j), "right": (i + 1, j + t), "bottom": (i + t, j + 1), "left": (i, j + t)}[name]
                for name, t in places.items()
            }
            if len(ends) == 2:
                lines.append(tuple(ends.values()))
            elif len(ends) == 4:
                corners_join = (a + b + c + d >= 2) == (a >= 0.5)
                lines.append((ends["top"], ends["right"] if corners_join else ends["left"]))
                lines.append((ends["bottom"], ends["left"] if corners_join else ends["right"]))
    return np.array(lines, np.float64)


def distances(alpha: np.ndarray, size: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    """Every pixel's distance from the nearest point of the nearest of all lines; below 0 inside."""
    lines = contour(alpha) * np.array(size)
    rows, columns = np.indices(alpha.shape)
    pixels = np.stack([columns * size[0], rows * size[1]], axis=-1)[..., None, :]
    first, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    at = np.clip(((pixels - first) * along).sum(axis=-1) / (along**2).sum(axis=-1), 0, 1)
    away = pixels - (first + at[..., None] * along)
    nearest = np.hypot(away[..., 0], away[..., 1]).min(axis=-1)
    return np.where(alpha >= 0.5, -nearest, nearest)
