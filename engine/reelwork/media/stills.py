"""Stills: a photograph or drawing goes in, one picture comes out."""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError
from reelwork.image.storage import StorageFormat
from reelwork.media import exr, svg
from reelwork.media.avframes import base_storage, picture_of
from reelwork.media.decoder import MAX_PIXELS
from reelwork.media.files import check_file
from reelwork.media.opening import naming
from reelwork.media.picture import Picture
from reelwork.media.plugin_stills import Reader, facts_by, load_by, reader_of

# What Pillow may try; its other formats are old, rare and seldom looked at by anybody who seeks holes.
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
_MAGIC: Final = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM", b"GIF87a", b"GIF89a", exr.MAGIC,
)  # fmt: skip
_GREY = StorageFormat(model="grey", subsampling=(1, 1), full_range=True)
_RGB = replace(_GREY, model="rgb")
_HEAD: Final = 4096
_TRIAL_SIZE: Final = 256
# What Pillow raises at broken files.
_BROKEN: Final = (OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error, zlib.error, EOFError)
_ORIENTATION: Final = 0x0112
_TURNED: Final = range(5, 9)  # EXIF orientations that swap columns and rows
_TURNS: Final[dict[int, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]]] = {
    2: np.fliplr,
    3: lambda plane: np.rot90(plane, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda plane: np.rot90(plane, -1),
    7: lambda plane: np.rot90(plane, 2).T,
    8: np.rot90,
}
_BITS_PER_SAMPLE: Final = 258
_LEVELS: Final = (-8, 8)


def is_still(path: Path) -> bool:
    """Whether a file's first bytes are those of a still, whatever its name says; or a plugin reads files of that name.

    :raises MediaError: the file cannot be read
    """
    check_file(path)
    return _is_own(_head(path)) or reader_of(path) is not None


def _is_own(head: bytes) -> bool:
    riff = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    avif = head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis")
    return head.startswith(_MAGIC) or riff or avif or svg.is_svg(head)


def _reader(path: Path, head: bytes) -> Reader | None:
    """The plugin's reader, where it is none of the engine's own formats."""
    return None if _is_own(head) else reader_of(path)


def still_facts(path: Path, digest: str) -> MediaFacts:
    """What is known of a still. It is decoded once, so that damage is found before anything is rendered.

    :raises MediaError: it cannot be read, or is larger than the limit
    """
    head = _head(path)
    if reader := _reader(path, head):
        return facts_by(reader, path, digest)
    if head.startswith(exr.MAGIC):
        picture = exr.load_exr(path)
        alpha = picture.storage.alpha != "none"
        name = "rgba, linear" if alpha else "rgb, linear"
        return _facts(digest, "EXR", picture.width, picture.height, alpha=alpha, pixel_format=name)
    if svg.is_svg(head):
        drawing = svg.read_svg(path)
        svg.rasterise(drawing, still_level(_TRIAL_SIZE / max(drawing.width, drawing.height)), path)
        facts = _facts(digest, "SVG", drawing.width, drawing.height, alpha=True, pixel_format="rgba")
        return replace(facts, scalable=True)
    with _image(path) as image, _decoding(path):
        image.load()
        width, height = image.size
        # Pillow itself turns TIFF, and gives the size after it.
        if image.format != "TIFF" and image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        name = f"{image.mode.lower()}, 16 bits" if _has_deep_colour(image, head) else image.mode.lower()
        return _facts(digest, image.format or "", width, height, alpha=_is_transparent(image), pixel_format=name)


def load_still(path: Path, *, level: int = 0) -> Picture:
    """The picture in a PNG, JPEG, WebP, TIFF, AVIF, BMP, GIF, OpenEXR or SVG file, or one of a plugin's, upright.

    Colour is sRGB, converted by the embedded ICC profile where there is one; OpenEXR's is linear.

    :param level: rasterise a drawing (SVG) at ``2 ** level`` times its nominal size, or the next lower level that is
        not too large; others ignore it
    :raises MediaError: it cannot be read, or is larger than the limit
    """
    check_file(path)
    head = _head(path)
    if reader := _reader(path, head):
        return load_by(reader, path)
    if head.startswith(exr.MAGIC):
        return exr.load_exr(path)
    if svg.is_svg(head):
        return _picture(svg.rasterise(svg.read_svg(path), level, path))
    with _image(path) as image, _decoding(path):
        profile = image.info.get("icc_profile")
        if _has_deep_colour(image, head) and not _needs_conversion(profile):
            return _turned(_decoded_deep(path), image.getexif().get(_ORIENTATION, 1))
        return _picture(_in_srgb(_plain(ImageOps.exif_transpose(image)), profile))


def still_level(scale: float) -> int:
    """The level at which a drawing must be loaded to be sharp when shown at ``scale`` times its nominal size.

    >>> still_level(1.0), still_level(1.01), still_level(0.3)
    (0, 1, -1)
    """
    mantissa, exponent = math.frexp(scale)
    lowest, highest = _LEVELS
    return min(max(exponent - 1 if mantissa == 0.5 else exponent, lowest), highest)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


def _facts(digest: str, container: str, width: int, height: int, *, alpha: bool, pixel_format: str) -> MediaFacts:
    return MediaFacts(
        kind="still",
        digest=digest,
        container=container.lower(),
        codec=container.lower(),
        width=width,
        height=height,
        frame_count=1,
        has_alpha=alpha,
        pixel_format=pixel_format,
    )


@contextmanager
def _image(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Pillow warns of what is odd in a file; what matters of it is an error here.
        warnings.simplefilter("ignore")
        try:
            image = Image.open(path, formats=_FORMATS)
        except Image.DecompressionBombError as error:
            raise MediaError(f"{path}: is larger than {MAX_PIXELS:,} pixels, the most that is read") from error
        except _BROKEN as error:
            raise MediaError(f"{path}: is damaged, or is no picture that can be read") from error
        with image:
            if image.width * image.height > MAX_PIXELS:
                raise MediaError(
                    f"{path}: {image.width}x{image.height} is larger than {MAX_PIXELS:,} pixels, the most that is read"
                )
            if getattr(image, "is_animated", False) and image.format != "TIFF":
                raise MediaError(f"{path}: is an animation; convert it to a video")
            yield image


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise MediaError(f"{path}: is damaged or cut short: {error}") from error


def _is_transparent(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def _has_deep_colour(image: Image.Image, head: bytes) -> bool:
    """Whether it has more than 8 bits in more than one channel, which Pillow would drop."""
    if image.format == "PNG":
        return head[24:25] == b"\x10" and head[25:26] in (b"\x02", b"\x04", b"\x06")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return max(image.tag_v2.get(_BITS_PER_SAMPLE, (8,))) > 8 and len(image.getbands()) > 1
    return False


def _decoded_deep(path: Path) -> Picture:
    name = "png_pipe" if _head(path).startswith(b"\x89PNG") else "tiff_pipe"
    with naming(path), av.open(str(path.absolute()), "r", format=name) as container:
        for frame in container.decode(video=0):
            storage = base_storage(frame.format.name)
            if storage is None or frame.is_corrupt:
                break
            return picture_of(frame, storage)
    raise MediaError(f"{path}: is damaged or cut short")


def _turned(picture: Picture, orientation: int) -> Picture:
    """A picture upright, by EXIF's numbers of what its first row and column are."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return picture
    planes = tuple(np.ascontiguousarray(turn(plane[:, : picture.width])) for plane in picture.planes)
    for plane in planes:
        plane.flags.writeable = False
    return Picture(planes, picture.storage, planes[0].shape[1], planes[0].shape[0])


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode with 8 bits a channel, or 16 of grey."""
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "I;16") and "transparency" not in image.info:
        return image
    if image.mode in ("I;16B", "I", "F"):
        return image.convert("I;16")
    if _is_transparent(image):
        return image.convert("LA" if image.mode in ("1", "L", "LA") else "RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _needs_conversion(profile: bytes | None) -> bool:
    if not profile:
        return False
    try:
        return "srgb" not in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).lower()
    except (ImageCms.PyCMSError, OSError):
        return False  # a damaged profile says nothing


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    if profile and _needs_conversion(profile) and image.mode != "I;16":
        colour = image.convert(image.mode.removesuffix("A"))
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        try:
            converted = ImageCms.profileToProfile(
                colour, source, target, ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )  # fmt: skip
        except ImageCms.PyCMSError:
            converted = None  # a profile for another kind of picture than this
        if converted is not None:
            if alpha is not None:
                converted.putalpha(alpha)
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _picture(image: Image.Image) -> Picture:
    samples: npt.NDArray[Any] = np.asarray(image)
    bands = image.getbands()
    grey = bands[0] in ("L", "I")
    storage = replace(
        _GREY if grey else _RGB, depth=16 if image.mode == "I;16" else 8, alpha="straight" if "A" in bands else "none"
    )
    stacked = samples if samples.ndim == 3 else samples[:, :, np.newaxis]
    planes = tuple(np.ascontiguousarray(stacked[:, :, channel]) for channel in range(stacked.shape[2]))
    for plane in planes:
        plane.flags.writeable = False
    return Picture(planes, storage, image.width, image.height)
