"""Writing stills: one frame goes in, a PNG, JPEG, TIFF or OpenEXR file comes out; many frames make a GIF."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from reelwork.image.frame import Frame


def write_still(frame: Frame, to: Path, *, alpha: bool = False, depth: int | None = None, quality: int = 92) -> None:
    """Write a frame whole, under a temporary name first; the format follows from the suffix.

    :param alpha: keep transparency (PNG, TIFF, EXR); else light falls on black
    :param depth: bits a sample: 8 or 16 for PNG and TIFF (default 8), 16 (half) or 32 (float) for EXR (default 16)
    :param quality: of JPEG, 1 to 100
    :raises OutputError: a suffix or depth that cannot be written, or the place
    """
    raise NotImplementedError


def write_gif(frames: Iterable[Frame], to: Path, *, fps: Fraction, alpha: bool = False) -> None:
    """Write an animation that repeats for ever; times are rounded to hundredths of a second without drifting.

    :raises OutputError: the place cannot be written
    """
    raise NotImplementedError
