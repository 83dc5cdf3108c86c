"""HEIF with HEVC (``.heic``): a file goes in; the samples of one of its pictures with their colour come out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from reelwork.errors import MediaError
from reelwork.image.storage import Alpha
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills import boxes
from reelwork.media.stills.by_pillow import BROKEN
from reelwork.media.stills.png import tags_colour
from reelwork.media.stills.raster import Colour, Model, Raster

_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MODES: Final[dict[str, tuple[Model, Alpha]]] = {
    "L": ("grey", "none"), "I": ("grey", "none"), "LA": ("grey", "straight"), "La": ("grey", "premultiplied"),
    "RGB": ("rgb", "none"), "RGBA": ("rgb", "straight"), "RGBa": ("rgb", "premultiplied"),
}  # fmt: skip


def is_heif(head: bytes) -> bool:
    """Whether a file that begins like this is HEIF, and not AVIF or a film."""
    named = boxes.brands(head)
    return bool(named & _BRANDS) and not named & {b"avif", b"avis"} and head[8:12] in _BRANDS


def heif_pictures(path: Path) -> int:
    """How many pictures a file has.

    :raises MediaError: it is damaged
    """
    with _file(path) as file:
        return len(file)


def read_heif(path: Path, number: int = 0) -> Raster:
    """A picture of a file, turned as the file says.

    :param number: which one, from 1; 0 for the main one
    :raises MediaError: it is damaged, larger than the limit, or of a kind that is not read
    """
    with _image(path, number) as image:
        known = _MODES.get(image.mode.partition(";")[0])
        if known is None:
            raise ValueError(f"its pixels are of a kind ({image.mode}) that cannot be read; save it as JPEG or PNG")
        model, alpha = known
        samples = np.array(image)  # a copy: what it is made of is libheif's, and goes with the file
        samples = samples if samples.ndim == 3 else samples[:, :, np.newaxis]
        depth = 8 if samples.dtype == np.uint8 else int(image.info["bit_depth"])
        return Raster(samples, model, depth, alpha, _colour(image.info, path))


@contextmanager
def _image(path: Path, number: int) -> Iterator[Any]:
    with _file(path) as file:
        if number > len(file):
            raise MediaError(f"{path}: has no page {number}: it has {len(file)}")
        image = file[number - 1 if number else file.primary_index]
        if image.size[0] * image.size[1] > MAX_PIXELS:
            raise MediaError(
                f"{path}: {image.size[0]}x{image.size[1]} is larger than {MAX_PIXELS:,} pixels, the most that is read"
            )
        yield image


@contextmanager
def _file(path: Path) -> Iterator[Any]:
    import pi_heif

    try:
        yield pi_heif.open_heif(path, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    except MediaError:
        raise
    except MemoryError as error:
        raise MediaError(f"{path}: is larger than what is read") from error
    except BROKEN as error:
        raise MediaError(f"{path}: is damaged or cut short: {error}") from error


def _colour(info: dict[str, Any], path: Path) -> Colour:
    if profile := info.get("icc_profile"):
        return Colour(profile=profile)
    if numbers := info.get("nclx_profile"):
        return tags_colour(int(numbers["color_primaries"]), int(numbers["transfer_characteristics"]), path)
    return Colour()
