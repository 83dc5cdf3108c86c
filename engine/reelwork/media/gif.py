"""GIF: frames go in one after another, an animation that repeats for ever comes out, however long it is."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image

from reelwork.errors import OutputError
from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.values import Display

#: Viewers show anything shorter for a tenth of a second instead.
SHORTEST: Final = 2
_OPAQUE: Final = 128
_CLEAR_BEFORE_NEXT: Final = 2
_KEEP: Final = 1


def write_gif(
    frames: Iterable[Frame], to: Path, *, fps: Fraction, alpha: bool = False, display: Display = "srgb"
) -> None:
    """Write an animation; frames' windows must be of one size.

    Each frame has its own 255 colours. Times are whole hundredths of a second, rounded so that no error adds up; a
    frame that falls between two of them is left out. Equal frames become one that lasts longer.

    :param alpha: pixels of less than half alpha are transparent, all others opaque
    :param display: the production's display curve
    :raises OutputError: there is no frame, a picture is too large, or the place cannot be written
    """
    with whole_file(to) as temporary, temporary.open("wb") as file:
        size: tuple[int, int] | None = None
        for image, lasts in _timed(frames, fps, alpha, display):
            if size is None:
                size = image.size
                if max(size) > 0xFFFF:
                    raise OutputError(f"{to}: a GIF has at most 65,535 pixels a side")
                _write_header(file, size)
            _write_image(file, image, lasts, alpha)
        if size is None:
            raise OutputError(f"{to}: an animation without frames cannot be written")
        file.write(b";")


def _timed(frames: Iterable[Frame], fps: Fraction, alpha: bool, display: Display) -> Iterator[tuple[Image.Image, int]]:
    """Pictures that differ from the one before, each with the hundredths of a second that it is shown."""
    waiting: tuple[bytes, Image.Image] | None = None
    since = 0
    number = 0
    for number, frame in enumerate(frames):
        start = round(number * 100 / fps)
        if waiting is not None and start - since < SHORTEST:
            continue
        pixels = frame_to_pixels(frame, alpha=alpha, display=display)
        data = pixels.tobytes()
        if waiting is not None:
            if data == waiting[0]:
                continue
            yield waiting[1], start - since
        waiting, since = (data, Image.fromarray(pixels)), start
    if waiting is not None:
        yield waiting[1], max(SHORTEST, round((number + 1) * 100 / fps) - since)


def _write_header(file: BinaryIO, size: tuple[int, int]) -> None:
    file.write(b"GIF89a" + struct.pack("<HHBBB", *size, 0, 0, 0))
    file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")


def _write_image(file: BinaryIO, image: Image.Image, lasts: int, alpha: bool) -> None:
    """One picture with its palette; the last colour is transparent."""
    indexed = image.convert("RGB").quantize(255, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
    if alpha:
        indexed.paste(255, mask=image.getchannel("A").point([255] * _OPAQUE + [0] * (256 - _OPAQUE)))
    palette = bytes(indexed.getpalette() or ()).ljust(768, b"\0")[:768]
    disposal, transparent = (_CLEAR_BEFORE_NEXT, 1) if alpha else (_KEEP, 0)
    flags = disposal << 2 | transparent
    while lasts > 0:
        step = min(lasts, 0xFFFF)
        file.write(b"\x21\xf9\x04" + struct.pack("<BHB", flags, step, 255) + b"\0")
        file.write(b"," + struct.pack("<HHHHB", 0, 0, *image.size, 0x87) + palette)
        file.write(_compressed(indexed))
        lasts -= step


def _compressed(indexed: Image.Image) -> bytes:
    """The LZW data of a picture, as Pillow writes it into a file of its own."""
    buffer = io.BytesIO()
    indexed.save(buffer, "GIF", optimize=False)
    data = buffer.getvalue()
    at = 13 + _palette_bytes(data[10])
    while data[at] == 0x21:  # extensions: a label, then blocks that begin with their length, until an empty one
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    return data[at + 10 + _palette_bytes(data[at + 9]) : -1]


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
