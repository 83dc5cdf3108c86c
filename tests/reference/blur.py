"""The obvious Gaussian blur: weights for every pair of pixels along each axis, in double precision."""

import numpy as np

from reelwork.image import Window
from reelwork.image.frame import Frame


def gaussian_blur(source: Frame, sigma_x: float, sigma_y: float, window: Window) -> np.ndarray:
    """``float64[4, height, width]``; beyond its window the source is transparent."""
    box = source.window
    across = weights(np.arange(box.x0, box.x1), np.arange(window.x0, window.x1), sigma_x)
    down = weights(np.arange(box.y0, box.y1), np.arange(window.y0, window.y1), sigma_y)
    return down @ source.data.astype(np.float64) @ across.T


def weights(sources: np.ndarray, targets: np.ndarray, sigma: float) -> np.ndarray:
    distance = (targets[:, None] - sources[None, :]).astype(np.float64)
    if sigma == 0:
        return (distance == 0).astype(np.float64)
    reach = np.arange(-int(8 * sigma) - 8, int(8 * sigma) + 9)
    return np.exp(-(distance**2) / (2 * sigma**2)) / np.exp(-(reach**2) / (2 * sigma**2)).sum()
