"""JPEG of more than 8 bits, and without loss: a file goes in; its samples with their colour come out.

Pillow knows none of the former. Their decoder fills up what is missing, so that their bits are looked at here before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills import by_pillow, jpeg
from reelwork.media.stills.raster import Colour, Raster

MAGIC: Final = b"\xff\xd8\xff"
_EXIF: Final = b"Exif\0\0"
_PROFILE: Final = b"ICC_PROFILE\0"


def is_deep(path: Path) -> bool:
    """Whether a JPEG has more than 8 bits, or is one without loss (ITU-T T.81, annex H)."""
    try:
        head = jpeg.head_of(path)
    except (*by_pillow.BROKEN, MediaError):
        return False  # whoever reads it says what is wrong
    return head.depth > 8 or head.kind == jpeg.LOSSLESS


def read_deep(path: Path) -> Raster:
    """The picture in a file.

    :raises MediaError: it is damaged, cut short, larger than the limit, or of a kind that is not read
    """
    import imagecodecs

    with by_pillow.reading(path):
        head = jpeg.head_of(path)
        if head.width * head.height > MAX_PIXELS:
            said = f"{path}: {head.width}x{head.height} is larger than {MAX_PIXELS:,} pixels, the most that is read of "
            raise MediaError(f"{said}JPEG of {head.depth} bits; save it as TIFF")
        if head.kind not in (jpeg.EXTENDED, jpeg.PROGRESSIVE, jpeg.LOSSLESS) or len(head.parts) not in (1, 3):
            raise ValueError(f"its kind of JPEG, of {head.depth} bits, cannot be read; save it as TIFF or PNG")
        jpeg.check_bits(path)
        samples: np.ndarray[Any, Any] = imagecodecs.jpeg8_decode(path.read_bytes())
        stacked = samples if samples.ndim == 3 else samples[:, :, np.newaxis]
        model: Any = "grey" if stacked.shape[2] == 1 else "rgb"
        return Raster(stacked, model, max(head.depth, 8), "none", _colour(head), _orientation(head))


def _colour(head: jpeg.Head) -> Colour:
    parts = sorted(said[len(_PROFILE) :] for said in head.notes if said.startswith(_PROFILE))
    return Colour(profile=b"".join(part[2:] for part in parts) or None)


def _orientation(head: jpeg.Head) -> int:
    exif = Image.Exif()
    for said in head.notes:
        if said.startswith(_EXIF):
            try:
                exif.load(said)
                return int(exif.get(0x0112, 1))
            except by_pillow.BROKEN:
                return 1
    return 1
