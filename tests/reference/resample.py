"""The obvious resampling: one numpy expression a step, in double precision, for every pixel at once."""

import numpy as np

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.values import Affine


def resample(source: Frame, to_source: Affine, window: Window, *, linear: bool = False) -> np.ndarray:
    """What :func:`reelwork.kernels.resample.resample` should give, as ``float64[4, height, width]``."""
    step_u, step_v = np.hypot(to_source.a, to_source.c), np.hypot(to_source.b, to_source.d)
    level_u, stretch_u = level(step_u)
    level_v, stretch_v = level(step_v)
    frame = smaller(source, level_u, level_v)
    x, y = np.meshgrid(np.arange(window.x0, window.x1) + 0.5, np.arange(window.y0, window.y1) + 0.5)
    u, v = to_source.apply(x, y)
    scale_u, scale_v = 2.0**level_u, 2.0**level_v
    upright = to_source.b == to_source.c == 0.0
    if not upright and max(stretch_u, stretch_v) > 1.0:  # shrunk first, then turned
        frame = shrunk(frame, stretch_u, stretch_v, linear=linear)
        scale_u, scale_v, stretch_u, stretch_v = scale_u * stretch_u, scale_v * stretch_v, 1.0, 1.0
    picture = interpolate(frame, u / scale_u, v / scale_v, stretch_u, stretch_v, linear=linear)
    box = source.window
    return picture * between(u, box.x0, box.x1, step_u) * between(v, box.y0, box.y1, step_v)


def shrunk(frame: Frame, by_u: float, by_v: float, *, linear: bool) -> Frame:
    x0, y0, x1, y1 = frame.window
    out = Window.around(x0 / by_u, y0 / by_v, x1 / by_u, y1 / by_v)
    u, v = np.meshgrid((np.arange(out.x0, out.x1) + 0.5) * by_u, (np.arange(out.y0, out.y1) + 0.5) * by_v)
    return Frame(interpolate(frame, u, v, by_u, by_v, linear=linear).astype(np.float32), out)


def level(step: float) -> tuple[int, float]:
    levels = max(0, int(np.floor(np.log2(step) + 1e-6)))
    stretch = step / 2**levels
    return levels, stretch if stretch > 1.05 else 1.0


def between(x: np.ndarray, low: float, high: float, step: float) -> np.ndarray:
    """Coverage by a strip, falling off over one pixel across its edges."""
    above = np.clip((x - low) / step + 0.5, 0, 1)
    below = np.clip((high - x) / step + 0.5, 0, 1)
    return np.clip(above + below - 1, 0, 1)


def kernel(distance: np.ndarray, *, linear: bool) -> np.ndarray:
    d = np.abs(distance)
    if linear:
        return np.clip(1 - d, 0, None)
    near, far = 1.5 * d**3 - 2.5 * d**2 + 1, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0.0))


def interpolate(
    frame: Frame, u: np.ndarray, v: np.ndarray, stretch_u: float, stretch_v: float, *, linear: bool
) -> np.ndarray:
    data = frame.data.astype(np.float64)
    columns, across = taps(u, frame.window.x0, frame.window.x1, stretch_u, linear=linear)
    rows, down = taps(v, frame.window.y0, frame.window.y1, stretch_v, linear=linear)
    sums = [limited([data[:, j, i] for j in rows], down) for i in columns]
    return limited(sums, across)


def taps(
    place: np.ndarray, low: int, high: int, stretch: float, *, linear: bool
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    half = 2 if stretch == 1.0 else 3 if stretch <= 1.5 else 4
    before = np.floor(place - 0.5).astype(int)
    samples = [before + offset for offset in range(1 - half, half + 1)]
    weights = [kernel((sample + 0.5 - place) / stretch, linear=linear) for sample in samples]
    total = sum(weights)
    return [np.clip(sample, low, high - 1) - low for sample in samples], [weight / total for weight in weights]


def limited(samples: list[np.ndarray], weights: list[np.ndarray]) -> np.ndarray:
    value = sum(weight * sample for weight, sample in zip(weights, samples, strict=True))
    limits = {4: samples[1:3], 6: samples[1:5], 8: samples[2:6]}[len(samples)]
    return np.clip(value, np.minimum.reduce(limits), np.maximum.reduce(limits))


def smaller(frame: Frame, levels_x: int, levels_y: int) -> Frame:
    """A frame halved so many times along each axis; both axes at once while both are left to halve the same number."""
    if levels_x == 0 and levels_y == 0:
        return frame
    along_x, along_y = levels_x >= levels_y, levels_y >= levels_x
    before = smaller(frame, levels_x - along_x, levels_y - along_y)
    x0, y0, x1, y1 = before.window
    out = Window(*((x0 // 2, y0, -(-x1 // 2), y1) if along_x else before.window))
    out = Window(*((out.x0, y0 // 2, out.x1, -(-y1 // 2)) if along_y else out))
    data = before.data.astype(np.float64)
    if along_y:
        data = np.moveaxis(_halved(np.moveaxis(data, 1, 0), y0, out.y0, out.y1), 0, 1)
    if along_x:
        data = np.moveaxis(_halved(np.moveaxis(data, 2, 0), x0, out.x0, out.x1), 0, 2)
    return Frame(np.ascontiguousarray(data.astype(np.float32)), out)


def _halved(data: np.ndarray, origin: int, low: int, high: int) -> np.ndarray:
    lines = []
    for k in range(low, high):
        samples = [data[np.clip(2 * k + offset - origin, 0, len(data) - 1)] for offset in range(-3, 5)]
        weights = [kernel(np.float64(offset - 0.5) / 2, linear=False) / 2 for offset in range(-3, 5)]
        lines.append(limited(samples, weights))
    return np.array(lines)
