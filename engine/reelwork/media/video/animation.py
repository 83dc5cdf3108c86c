"""Animations (GIF, WebP, APNG, AVIF): a file goes in; its facts, its times and its pictures in any order come out.

Pictures are what a viewer shows: composed on those before, by each one's own way of leaving the canvas.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError
from reelwork.media.formats import tags_for_hdr
from reelwork.media.picture import Picture, Pictures
from reelwork.media.stills import png
from reelwork.media.stills.by_pillow import colour_of, opened, orientation_of, raster_of, reading
from reelwork.media.stills.raster import picture_of
from reelwork.media.video.index import FrameIndex, constant_rate

# As browsers do: what is said to last this long or less lasts a tenth of a second.
_TOO_SHORT: Final = Fraction(1, 100)
_INSTEAD: Final = Fraction(1, 10)
# AVIF's times reach Pillow in whole milliseconds, and are then met as Matroska's are.
_MILLISECOND: Final = Fraction(1, 1000)
_FINEST: Final = 1_000_000
_MOST_PICTURES: Final = 100_000
_MOST_PIXELS: Final = 1 << 36


def animation_facts(path: Path, digest: str) -> tuple[MediaFacts, FrameIndex]:
    """What is known of an animation, and when its pictures are shown. All of them are decoded once.

    :raises MediaError: it is damaged, cut short, or larger than the limit
    """
    lasting: list[Fraction] = []
    opaque = True
    with _Frames(path) as frames:
        for image in frames.all():
            lasting.append(_lasts(image))
            if opaque and (alpha := _alpha_of(image)) is not None:
                opaque = alpha.getextrema()[0] == 255
        form = frames.form
        picture = frames.picture(frames.first, opaque=opaque)
    index = _index(lasting, form)
    width, height = picture.width, picture.height
    facts = MediaFacts(
        kind="video",
        digest=digest,
        container=form,
        codec=form,
        width=width,
        height=height,
        stored_width=width,
        stored_height=height,
        duration=index.duration,
        frame_count=len(lasting),
        frame_rate=index.rate or len(lasting) / index.duration,
        variable_rate=index.rate is None and len(lasting) > 1,
        has_alpha=not opaque,
        pixel_format="rgb24" if opaque else "rgba",
        colour=tags_for_hdr(picture.storage),
    )
    return facts, index


class Animation:
    """An open animation at some picture: what :class:`reelwork.media.video.decoding.Decoding` is of a video.

    :raises MediaError: it cannot be read
    """

    def __init__(self, path: Path, facts: MediaFacts) -> None:
        self._path, self._facts = path, facts
        self._frames: _Frames | None = None
        self._next = 0

    def close(self) -> None:
        """Let the file go."""
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def leads_to(self, number: int, key: int) -> bool:
        """Whether going on is the best way to a picture, rather than beginning anew."""
        return self._frames is not None and number >= self._next

    def seek(self, key: int) -> None:
        """Begin anew: every picture is made upon the one before."""
        self.close()
        self._next = 0

    def pictures(self, number: int, since: int) -> Iterator[tuple[int, Pictures]]:
        """The pictures up to ``number`` from ``since`` on.

        :raises MediaError: the file is damaged
        """
        if self._frames is None:
            self._frames = _Frames(self._path)
        while self._next <= number:
            made, self._next = self._next, self._next + 1
            if made >= since or made == number:
                yield made, (self._frames.picture(self._frames.first + made, opaque=not self._facts.has_alpha),)


class _Frames:
    """The open file. A PNG may have a first picture that is none of the animation's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with ExitStack() as stack, reading(path):
            self._image = stack.enter_context(opened(path, _with_alpha(path)))
            self.form = (self._image.format or "").lower()
            _check_end(path, self.form)
            self._count = int(getattr(self._image, "n_frames", 1))
            self._check_size()
            self.first = 1 if self.form == "png" and self._image.info.get("default_image") else 0
            self._colour = colour_of(self._image, path)
            self._orientation = orientation_of(self._image)
            self._stack = stack.pop_all()

    def __enter__(self) -> _Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    def all(self) -> Iterator[Image.Image]:
        """Each picture of the animation, decoded."""
        for number in range(self.first, self._count):
            yield self._at(number)

    def picture(self, number: int, *, opaque: bool) -> Picture:
        image = self._at(number)
        with reading(self._path):
            return picture_of(raster_of(image.convert("RGB" if opaque else "RGBA"), self._colour, self._orientation))

    def _at(self, number: int) -> Image.Image:
        with reading(self._path):
            self._image.seek(number)
            self._image.load()
            return self._image

    def _check_size(self) -> None:
        pixels = self._count * self._image.width * self._image.height
        if self._count > _MOST_PICTURES or pixels > _MOST_PIXELS:
            raise MediaError(
                f"{self._path}: has {self._count:,} pictures of {self._image.width}x{self._image.height}, which is "
                "more than is read of an animation; convert it to a video"
            )


def _with_alpha(path: Path) -> bytes | None:
    """A WebP that says of itself that it may be transparent, as it is where opaque pictures leave some canvas free."""
    with path.open("rb") as file:
        if file.read(16)[8:] != b"WEBPVP8X":
            return None
    data = bytearray(path.read_bytes())
    data[20] |= 0x10
    return bytes(data)


def _alpha_of(image: Image.Image) -> Image.Image | None:
    if "A" in image.getbands():
        return image.getchannel("A")
    return image.convert("RGBA").getchannel("A") if "transparency" in image.info else None


def _lasts(image: Image.Image) -> Fraction:
    """Seconds that the picture is shown."""
    lasts = Fraction(image.info.get("duration") or 0).limit_denominator(100_000) / 1000
    return lasts if lasts > _TOO_SHORT else _INSTEAD


def _index(lasting: list[Fraction], form: str) -> FrameIndex:
    if form == "avif":
        base = _MILLISECOND
    else:
        # finer than milliseconds, so that times are met exactly
        common = math.lcm(10_000, *{last.denominator for last in lasting})
        base = Fraction(1, common if common <= _FINEST * 100 else _FINEST)
    times, at = [], Fraction(0)
    for last in lasting:
        times.append(round(at / base))
        at += last
    end = round(at / base)
    rate = constant_rate(times, end, base, [])
    return FrameIndex(base, tuple(times), (0,), frozenset(), end, rate)


def _check_end(path: Path, form: str) -> None:
    """:raises ValueError: the file is shorter than it says, which decoders may take for its end"""
    if form == "png":
        png.check_chunks(path)
    data = np.memmap(path, np.uint8, "r")
    if form == "gif" and not _gif_ends(data):
        raise ValueError("it ends before its last picture does")
    if form == "webp" and int.from_bytes(bytes(data[4:8]), "little") + 8 > len(data):
        raise ValueError("it is shorter than it says")


def _gif_ends(data: npt.NDArray[np.uint8]) -> bool:
    """Whether the blocks of a GIF (GIF89a, 12 to 27) lead to its trailer."""
    at = 13 + _palette_bytes(int(data[10]))
    while at < len(data):
        kind = int(data[at])
        if kind == 0x3B:
            return True
        if kind == 0x21:
            at += 2
        elif kind == 0x2C and at + 10 < len(data):
            at += 11 + _palette_bytes(int(data[at + 9]))
        else:
            return False
        while at < len(data) and data[at]:
            at += 1 + int(data[at])
        at += 1
    return False


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
