"""Stills in formats that plugins know: a file becomes a picture, or a frame becomes a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError, OutputError
from reelwork.extensions import registry
from reelwork.extensions.offers import Offer
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.media.convert import frame_to_pixels
from reelwork.media.offered import naming
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.picture import Picture, check_light
from reelwork.still import Still, StillReader, StillWriter
from reelwork.values import Display

Reader = Offer[StillReader]
Writer = Offer[StillWriter]

_DEPTHS: Final = {np.dtype(np.uint8): 8, np.dtype(np.uint16): 16, np.dtype(np.float32): 32}


def reader_of(path: Path) -> Reader | None:
    """What reads a file, by the ending of its name; ``None`` where no plugin does.

    :raises PluginError: several packages do
    """
    return registry().readers.get(path.suffix.lower())


def facts_by(reader: Reader, path: Path, digest: str) -> MediaFacts:
    """What is known of a still, which is decoded once.

    :raises MediaError: it cannot be read, or is larger than the limit
    """
    picture = load_by(reader, path)
    name = reader.thing.name
    return MediaFacts(
        kind="still",
        digest=digest,
        container=name,
        codec=name,
        width=picture.width,
        height=picture.height,
        frame_count=1,
        has_alpha=picture.storage.alpha != "none",
        pixel_format=f"{picture.storage.model}, {picture.storage.depth} bits",
    )


def load_by(reader: Reader, path: Path) -> Picture:
    """The picture in a file.

    :raises MediaError: it cannot be read, or is larger than the limit
    """
    with naming(reader, path, "size()"):
        width, height = reader.thing.size(path)
    if width * height > MAX_PIXELS:
        raise MediaError(f"{path}: {width}x{height} is larger than {MAX_PIXELS:,} pixels, the most that is read")
    with naming(reader, path, "read()"):
        picture = still_picture(reader.thing.read(path).pixels, width, height)
    return check_light(picture, path)


def write_by(writer: Writer, frame: Frame, to: Path, *, alpha: bool, display: Display, named: Path) -> None:
    """Write a frame's window as a whole file.

    :param named: what the file will be called
    :raises OutputError: the format cannot keep the transparency that is asked for, or the writer fails
    """
    if alpha and not writer.thing.alpha:
        raise OutputError(f"{named}: {named.suffix} cannot keep transparency; write a .png, .tiff or .exr")
    try:
        writer.thing.write(Still(_pixels(frame, writer.thing.depth, alpha, display)), to)
    except OSError:
        raise
    except Exception as error:  # a stranger's writer may fail in any way
        raise OutputError(f"{named}: the writer {writer} failed: {type(error).__name__}: {error}") from error


def _pixels(frame: Frame, depth: int, alpha: bool, display: Display) -> npt.NDArray[Any]:
    if depth < 32:
        return frame_to_pixels(frame, alpha=alpha, depth=depth, display=display)
    return np.ascontiguousarray(np.moveaxis(frame.data if alpha else frame.data[:3], 0, -1))


def still_picture(pixels: npt.NDArray[Any], width: int, height: int) -> Picture:
    """A plugin's still as the engine has pictures.

    :raises ValueError: the pixels are not what a still of that size has
    """
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4) or pixels.dtype not in _DEPTHS:
        raise ValueError(f"it gives {pixels.dtype}{list(pixels.shape)}, not [row, column, channel] of a known type")
    if pixels.shape[:2] != (height, width):
        raise ValueError(f"it gives {pixels.shape[1]}x{pixels.shape[0]} pixels, and said {width}x{height}")
    depth, channels = _DEPTHS[pixels.dtype], pixels.shape[2]
    storage = StorageFormat(
        model="grey" if channels < 3 else "rgb",
        depth=depth,
        subsampling=(1, 1),
        full_range=True,
        transfer="linear" if depth == 32 else "srgb",
        alpha="none" if channels % 2 else "premultiplied" if depth == 32 else "straight",
    )
    planes = tuple(np.ascontiguousarray(pixels[:, :, channel]) for channel in range(channels))
    for plane in planes:
        plane.flags.writeable = False
    return Picture(planes, storage, width, height)
