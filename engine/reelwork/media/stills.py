"""Stills: a photograph or drawing goes in, one picture comes out."""

from __future__ import annotations

from pathlib import Path

from reelwork.media.picture import Picture


def load_still(path: Path, *, level: int = 0) -> Picture:
    """The picture in a PNG, JPEG, WebP, TIFF, OpenEXR or SVG file, upright, in sRGB (EXR: linear).

    :param level: for a drawing (SVG), rasterise it at ``2 ** level`` times its nominal size; others ignore it
    :raises MediaError: it cannot be read, or is larger than the limit
    """
    raise NotImplementedError


def still_level(scale: float) -> int:
    """The level at which a drawing must be loaded to be sharp when shown at ``scale`` times its nominal size."""
    raise NotImplementedError
