"""The seven colours of the film, which every hand shares, and small helpers to paint with them in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

PAPER = "#f3e9d8"
INK = "#1d2140"
VERMILION = "#e2502f"
MARIGOLD = "#f3ae3d"
TEAL = "#1f8a84"
ROSE = "#ee9fa0"
SKY = "#9cc3dc"
COLOURS = (VERMILION, MARIGOLD, TEAL, ROSE, SKY)


def rgb(colour: str) -> np.ndarray:
    """Red, green and blue of ``#rrggbb``, 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def mix(a: str, b: str, t: float) -> str:
    """A colour between two."""
    channels = np.rint((rgb(a) * (1 - t) + rgb(b) * t) * 255).astype(int)
    return "#" + "".join(f"{c:02x}" for c in channels)


def ramp(t: np.ndarray, *stops: tuple[float, str]) -> np.ndarray:
    """Colours at places along a gradient: (…) in, (…, 3) out."""
    at = [place for place, _ in stops]
    colours = np.stack([rgb(colour) for _, colour in stops])
    return np.stack([np.interp(t, at, colours[:, c]) for c in range(3)], axis=-1)


class Sheet:
    """A picture under way: straight colour and alpha, 0 to 1, onto which masks of colour are laid one by one."""

    def __init__(self, height: int, width: int) -> None:
        self.colour = np.zeros((height, width, 3))
        self.alpha = np.zeros((height, width))

    def lay(self, colour: np.ndarray | str, mask: np.ndarray) -> None:
        """Paint over what is there."""
        paint = rgb(colour) if isinstance(colour, str) else colour
        alpha = mask + self.alpha * (1 - mask)
        share = np.divide(mask, alpha, out=np.zeros_like(mask), where=alpha > 1e-6)[..., None]
        self.colour = self.colour * (1 - share) + paint * share
        self.alpha = alpha

    def under(self, colour: str, mask: np.ndarray) -> None:
        """Paint below what is there, as a shadow lies."""
        add = mask * (1 - self.alpha)
        alpha = self.alpha + add
        share = np.divide(add, alpha, out=np.zeros_like(add), where=alpha > 1e-6)[..., None]
        self.colour = self.colour * (1 - share) + rgb(colour) * share
        self.alpha = alpha

    def save(self, to: Path, quality: int = 82) -> None:
        """As WebP with its alpha, or as JPEG without."""
        if to.suffix == ".jpg":
            pixels = np.clip(np.rint(self.colour * 255), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(to, quality=quality, optimize=True)
            return
        packed = np.dstack([self.colour, self.alpha])
        pixels = np.clip(np.rint(packed * 255), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(to, quality=quality, alpha_quality=90, method=6)


def blurred(mask: np.ndarray, radius: float) -> np.ndarray:
    """A Gaussian of this standard deviation, by its transform; what leaves on one side is lost."""
    pad = int(3 * radius) + 1
    wide = np.pad(mask, pad)
    fy = np.fft.fftfreq(wide.shape[0])[:, None]
    fx = np.fft.rfftfreq(wide.shape[1])[None, :]
    soft = np.exp(-2 * (np.pi * radius) ** 2 * (fy**2 + fx**2))
    out = np.fft.irfft2(np.fft.rfft2(wide) * soft, s=wide.shape)
    return np.clip(out[pad:-pad, pad:-pad], 0, 1)


def shifted(mask: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Moved by whole pixels, nothing coming in."""
    out = np.zeros_like(mask)
    h, w = mask.shape
    out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = mask[
        max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)
    ]
    return out
