"""Pictures that Pillow opens: a file goes in; its format, or its samples with their colour come out.

Where Pillow would drop bits, or take what is damaged for whole, another library decodes the samples that it found.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills import boxes, jpeg, png, sequence
from reelwork.media.stills.raster import NOTHING, Colour, Model, Raster

# What Pillow may try; its other formats are old, rare and seldom looked at by anybody who seeks holes.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "AVIF", "JPEG2000", "PSD")
_MAGIC: Final = (
    png.MAGIC, b"\xff\xd8\xff", b"BM", b"GIF87a", b"GIF89a", b"8BPS\0\x01", b"\xff\x4f\xff\x51",
    b"\0\0\0\x0cjP  \r\n\x87\n",
)  # fmt: skip
#: What Pillow and the libraries under it raise at broken files.
BROKEN: Final = (
    OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error, zlib.error, EOFError, RuntimeError,
    OverflowError, AssertionError, ZeroDivisionError,
)  # fmt: skip
_ORIENTATION: Final = 0x0112
# What libjpeg warns of that leaves the picture whole: bytes that nobody reads before the last marker.
_HARMLESS: Final = "extraneous bytes before marker 0xd9"
_TURNED: Final = range(5, 9)  # EXIF orientations that swap columns and rows
_SMALLEST_JPEG: Final = -3
#: The most pixels of a format that can be shrunk while it is decoded.
MOST_PIXELS: Final = 1 << 30
# Rows that are taken out of Pillow's memory at a time.
_AT_ONCE: Final = 512
_MOVING: Final = ("GIF", "WEBP", "PNG", "AVIF")


def is_pillows(head: bytes) -> bool:
    """Whether a file that begins like this is one that Pillow opens here."""
    riff = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(_MAGIC) or riff or is_avif(head)


def is_avif(head: bytes) -> bool:
    """Whether a file that begins like this is AVIF, a still or a sequence."""
    return head[4:8] == b"ftyp" and bool({b"avif", b"avis"} & boxes.brands(head))


def is_moving(path: Path) -> bool:
    """Whether it is an animation; a photograph with further ones beside it (MPO) is none.

    :raises MediaError: it is damaged, or larger than the limit
    """
    with opened(path) as image, reading(path):
        return image.format in _MOVING and bool(getattr(image, "is_animated", False))


def form_of(path: Path) -> str:
    """Pillow's name of the format, in small letters.

    :raises MediaError: it is damaged, or larger than the limit
    """
    with opened(path) as image:
        return "jpeg" if image.format == "MPO" else (image.format or "").lower()


def extent(path: Path) -> tuple[int, int]:
    """Columns and rows, upright, from the head.

    :raises MediaError: it is damaged, or larger than the limit
    """
    with opened(path) as image:
        width, height = image.size
        return (height, width) if orientation_of(image) in _TURNED else (width, height)


def read_raster(path: Path, level: int = 0) -> Raster:
    """The samples of a still.

    :param level: up to 0: shrink it to ``2 ** level`` of its size, where that saves memory; JPEG not below an eighth
    :raises MediaError: it is damaged, cut short, or larger than the limit
    """
    with opened(path) as image, reading(path):
        if image.format == "PNG":
            png.check_chunks(path)
        colour = colour_of(image, path)
        orientation = orientation_of(image)
        if level < 0 and is_by_rows(image):
            samples = sequence.shrunk(sequence.Sequence(path, image.size, "pngload"), 1 << -level)
            return stacked_raster(samples, png_depth(path), colour, orientation)
        deep = _deep_samples(image, path)
        if deep is not None:
            return stacked_raster(*deep, colour, orientation)
        if image.format in ("JPEG", "MPO"):
            return _jpeg(image, path, colour, orientation, max(level, _SMALLEST_JPEG))
        if image.format == "WEBP" and not getattr(image, "is_animated", False):
            image = _webp(path)
        image.load()
        return raster_of(_shrunk(image, 1 << -level) if level < 0 else image, colour, orientation)


def is_by_rows(image: Image.Image) -> bool:
    """Whether an open picture is a PNG whose rows lie one after the other."""
    return image.format == "PNG" and not image.info.get("interlace")


def png_depth(path: Path) -> int:
    """How many bits the channels of a PNG have, once they are read."""
    with path.open("rb") as file:
        return 16 if file.read(25)[24:] == b"\x10" else 8


@contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[Image.Image]:
    """The picture, not decoded yet.

    :param data: what to read instead of the file
    :raises MediaError: it is damaged, or larger than the limit
    """
    with warnings.catch_warnings():
        # Pillow warns of what is odd in a file; what matters of it is an error here.
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # what is larger than this module's own limits is told by them
        try:
            image = Image.open(path if data is None else io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise MediaError(f"{path}: is larger than {MOST_PIXELS:,} pixels, the most that is read") from error
        except BROKEN as error:
            raise MediaError(f"{path}: is damaged, or is no picture that can be read") from error
        with image:
            most = MOST_PIXELS if image.format in ("JPEG", "MPO") or is_by_rows(image) else MAX_PIXELS
            if (size := image.width * image.height) > most:
                said = f"{path}: {image.width}x{image.height} is larger than {most:,} pixels, the most that is read"
                if image.format == "PNG" and size <= MOST_PIXELS:
                    raise MediaError(f"{said} of an interlaced PNG; save it without interlacing")
                raise MediaError(f"{said} of {image.format}; save it as TIFF" if size <= MOST_PIXELS else said)
            yield image


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what libraries raise at broken files into errors that name the file."""
    try:
        yield
    except MediaError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise MediaError(f"{path}: is larger than what is read: {error}") from error
    except BROKEN as error:
        raise MediaError(f"{path}: is damaged or cut short: {error}") from error


def colour_of(image: Image.Image, path: Path) -> Colour:
    """What an open picture says of its colour.

    :raises MediaError: a colour that cannot be converted
    """
    profile = image.info.get("icc_profile")
    if image.format == "PNG":
        return png.colour_of(path, profile)
    if image.format in ("AVIF", "JPEG2000") and not profile:
        return boxes.colour_of(path)
    return Colour(profile=profile or None)


def stacked_raster(samples: npt.NDArray[Any], depth: int, colour: Colour, orientation: int = 1) -> Raster:
    """Samples of one channel, grey, to four, whose last one is alpha where their number is even."""
    model: Model = "grey" if samples.shape[2] < 3 else "rgb"
    return Raster(samples, model, depth, "none" if samples.shape[2] % 2 else "straight", colour, orientation)


def raster_of(image: Image.Image, colour: Colour = NOTHING, orientation: int = 1) -> Raster:
    """The samples of a decoded picture, of 8 bits, or 16 of grey."""
    plain = _plain(image)
    samples = _array_of(plain)
    bands = plain.getbands()
    model: Model = "cmyk" if plain.mode == "CMYK" else "grey" if bands[0] in ("L", "I") else "rgb"
    return Raster(
        samples if samples.ndim == 3 else samples[:, :, np.newaxis],
        model,
        16 if plain.mode == "I;16" else 8,
        "straight" if "A" in bands else "none",
        colour,
        orientation,
    )


def _array_of(image: Image.Image) -> npt.NDArray[Any]:
    """Pillow's own way holds a large picture twice more."""
    if image.height <= _AT_ONCE:
        return np.asarray(image)
    first = np.asarray(image.crop((0, 0, image.width, _AT_ONCE)))
    samples = np.empty((image.height, *first.shape[1:]), first.dtype)
    for top in range(0, image.height, _AT_ONCE):
        bottom = min(top + _AT_ONCE, image.height)
        samples[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return samples


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode with 8 bits a channel, or 16 of grey."""
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "I;16") and "transparency" not in image.info:
        return image
    if image.mode in ("I;16B", "I;16L", "I;16N", "I"):
        return image.convert("I;16")
    if image.mode in ("F", "LAB", "HSV"):
        raise ValueError(f"its pixels are of a kind ({image.mode}) that cannot be read; save it as RGB")
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        return image.convert("LA" if image.mode in ("1", "L", "LA", "La") else "RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def orientation_of(image: Image.Image) -> int:
    """EXIF's number of how the picture stands; 1 where nothing is said."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except BROKEN:
        return 1  # damaged EXIF says nothing


def _deep_samples(image: Image.Image, path: Path) -> tuple[npt.NDArray[Any], int] | None:
    """The samples of a picture of more than 8 bits, which Pillow would drop, and how many bits count."""
    if image.format not in ("PNG", "AVIF", "JPEG2000"):
        return None
    data = path.read_bytes()
    if image.format == "PNG":
        if data[24:25] != b"\x10":
            return None
        import imagecodecs

        samples, depth = imagecodecs.png_decode(data), 16
    else:
        depth = boxes.depth_of(data)
        if depth <= 8:
            return None
        import imagecodecs

        decode = imagecodecs.avif_decode if image.format == "AVIF" else imagecodecs.jpeg2k_decode
        samples = decode(data)
    if samples.dtype == np.uint8:
        return None
    if samples.dtype != np.uint16:
        raise ValueError(f"its samples are {samples.dtype}, which cannot be read; save it with 16 bits")
    stacked = samples if samples.ndim == 3 else samples[:, :, np.newaxis]
    if stacked.shape[2] > 4:
        raise ValueError(f"it has {stacked.shape[2]} channels; save it as RGB")
    return stacked, depth


def _webp(path: Path) -> Image.Image:
    """A still, which Pillow would decode as an animation of one picture, with three more of its size beside it."""
    import imagecodecs

    return Image.fromarray(imagecodecs.webp_decode(path.read_bytes()))


def _shrunk(image: Image.Image, factor: int) -> Image.Image:
    """The mean of each square of so many pixels; one of 16 bits as it is."""
    plain = _plain(image)
    if plain.mode == "I;16":
        return plain
    premultiplied = {"RGBA": "RGBa", "LA": "La"}.get(plain.mode)
    return plain.convert(premultiplied).reduce(factor).convert(plain.mode) if premultiplied else plain.reduce(factor)


def _jpeg(image: Image.Image, path: Path, colour: Colour, orientation: int, level: int) -> Raster:
    """A JPEG; what libjpeg would guess is an error. It is shrunk by leaving out its finest waves."""
    import simplejpeg

    model: Model = "cmyk" if image.mode == "CMYK" else "grey" if image.mode == "L" else "rgb"
    space = {"cmyk": "CMYK", "grey": "GRAY", "rgb": "RGB"}[model]
    size = {"min_width": -(-image.width >> -level), "min_height": -(-image.height >> -level)} if level < 0 else {}
    with jpeg.bytes_of(path) as data:
        try:
            samples = simplejpeg.decode_jpeg(data, space, **size)
        except ValueError as error:
            if _HARMLESS not in str(error):
                raise
            samples = simplejpeg.decode_jpeg(data, space, strict=False, **size)
    if model == "cmyk" and "adobe" in image.info:
        np.invert(samples, out=samples)  # Adobe's programs store what is left white
    return Raster(samples, model, 8, "none", colour, orientation)
