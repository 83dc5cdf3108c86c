"""GIF: frames go in one after another, an animation that repeats for ever comes out, however long it is.

They lie in a nameless file until all are seen: the colours that stand for all others are those of the whole film, so
that nothing changes its colour from frame to frame, or of a scene, where a scene has others.
"""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from reelwork.errors import OutputError
from reelwork.image.frame import Frame
from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.media.writing.palette import Colours, Painter, Pixels
from reelwork.values import Display

#: Viewers show anything shorter for a tenth of a second instead.
SHORTEST: Final = 2
_OPAQUE: Final = 128
#: What becomes of a picture before the next one: it stays, or its place is cleared.
_KEEP, _CLEAR = 1, 2
#: Colours of a palette; the last one of 256 is transparent.
_COLOURS: Final = 255
#: Codes by which a pixel may differ from when it was last painted, and still not be painted anew.
_SAME: Final = 2
#: Of all pixels, how many must have changed much for a new scene, and how much that is, in codes.
_CUT, _MUCH = 0.6, 24
#: More scenes than this share the palette of the last one.
_MOST_SCENES: Final = 64

#: A scene has a palette of its own if the film's misses its colours by so much more, and by so many squares of codes.
_WORSE, _LITTLE = 1.5, 4.0

_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Shown:
    """A picture on its way: straight colours, which pixels are seen, and for how many hundredths of a second."""

    pixels: Pixels
    seen: _Mask
    lasts: int


def write_gif(
    frames: Iterable[Frame], to: Path, *, fps: Fraction, alpha: bool = False, display: Display = "srgb"
) -> None:
    """Write an animation; frames' windows must be of one size.

    The film has 255 colours, or each scene its own, where those differ much. A picture holds what has changed alone.
    Times are whole hundredths of a second, rounded so that no error adds up; a frame that falls between two of them is
    left out. Equal frames become one that lasts longer.

    :param alpha: pixels of less than half alpha are transparent, all others opaque
    :param display: the production's display curve
    :raises OutputError: there is no frame, a picture is too large, or the place cannot be written
    """
    with (
        whole_file(to) as temporary,
        temporary.open("wb") as file,
        tempfile.TemporaryFile(dir=temporary.parent) as aside,
    ):
        waiting = _Waiting(aside, alpha)
        for pixels, lasts in _timed(frames, fps, alpha, display):
            if max(pixels.shape[:2]) > 0xFFFF:
                raise OutputError(f"{to}: a GIF has at most 65,535 pixels a side")
            waiting.add(pixels, lasts)
        if waiting.shape is None:
            raise OutputError(f"{to}: an animation without frames cannot be written")
        height, width = waiting.shape[:2]
        painters = waiting.painters()
        common = max(painters, key=painters.count)
        file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + _table(common))
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")
        for drawn, painter in zip(_drawn(waiting, painters), painters, strict=True):
            _write_picture(file, drawn, None if painter is common else painter)
        file.write(b";")


def _timed(frames: Iterable[Frame], fps: Fraction, alpha: bool, display: Display) -> Iterator[tuple[Pixels, int]]:
    """Pictures that differ from the one before, each with the hundredths of a second that it is shown."""
    waiting: Pixels | None = None
    since = number = 0
    for number, frame in enumerate(frames):
        start = round(number * 100 / fps)
        if waiting is not None and start - since < SHORTEST:
            continue
        pixels = frame_to_pixels(frame, alpha=alpha, display=display)
        if waiting is not None:
            if np.array_equal(pixels, waiting):
                continue
            yield waiting, start - since
        waiting, since = pixels, start
    if waiting is not None:
        yield waiting, max(SHORTEST, round((number + 1) * 100 / fps) - since)


class _Waiting:
    """Pictures that lie in a file until it is known which colours all of them have."""

    def __init__(self, file: BinaryIO, alpha: bool) -> None:
        self._file, self._alpha = file, alpha
        self.shape: tuple[int, ...] | None = None
        self._lasts: list[int] = []
        self._scenes: list[int] = []  # the first picture of each
        self._colours: list[Colours] = []
        self._before: Pixels | None = None

    def add(self, pixels: Pixels, lasts: int) -> None:
        self.shape = pixels.shape
        light = pixels[..., :3]
        if self._before is None or (len(self._scenes) < _MOST_SCENES and _is_cut(self._before, light)):
            self._scenes.append(len(self._lasts))
            self._colours.append(Colours(_COLOURS))
        self._colours[-1].add(light, pixels[..., 3] >= _OPAQUE if self._alpha else None)
        self._before = light
        self._lasts.append(lasts)
        self._file.write(np.ascontiguousarray(pixels).data.cast("B"))

    def painters(self) -> list[Painter]:
        """For each picture; the whole film has one, but for scenes that another one does much better."""
        whole = Colours(_COLOURS)
        for colours in self._colours:
            whole.join(colours)
        common = whole.painter()
        found: list[Painter] = []
        for colours, first, stop in zip(
            self._colours, self._scenes, [*self._scenes[1:], len(self._lasts)], strict=True
        ):
            own = colours.painter() if len(self._colours) > 1 else common
            painter = own if colours.misses(common) > _WORSE * colours.misses(own) + _LITTLE else common
            found += [painter] * (stop - first)
        return found

    def __iter__(self) -> Iterator[_Shown]:
        assert self.shape is not None
        self._file.seek(0)
        for lasts in self._lasts:
            data = self._file.read(int(np.prod(self.shape)))
            pixels = np.frombuffer(data, np.uint8).reshape(self.shape)
            seen = pixels[..., 3] >= _OPAQUE if self._alpha else np.ones(self.shape[:2], bool)
            yield _Shown(pixels[..., :3], seen, lasts)


def _is_cut(before: Pixels, after: Pixels) -> bool:
    moved = np.abs(before.astype(np.int16) - after).max(axis=2) > _MUCH
    return bool(np.count_nonzero(moved) > _CUT * moved.size)


@dataclass(frozen=True)
class _Drawn:
    """A picture as it stands in the file.

    :param indices: of its pixels, those that are painted; the others are transparent
    :param place: its left top corner
    :param then: what becomes of it
    """

    indices: npt.NDArray[np.uint8]
    place: tuple[int, int]
    lasts: int
    then: int


def _drawn(waiting: _Waiting, painters: list[Painter]) -> Iterator[_Drawn]:
    """What is painted of each picture: that which is not there yet."""
    pictures = iter(waiting)
    shown = next(pictures)
    light = np.zeros(shown.pixels.shape, np.uint8)  # of when each pixel was painted
    there = np.zeros(shown.seen.shape, bool)
    for painter in painters:
        after = next(pictures, None)
        changed = shown.seen & (~there | (np.abs(light.astype(np.int16) - shown.pixels).max(axis=2) > _SAME))
        # A pixel that goes takes all with it: there is no other way to make one transparent again.
        goes = after is not None and bool((shown.seen & ~after.seen).any())
        x0, y0, x1, y1 = (0, 0, *changed.shape[::-1]) if goes else _bounds(changed)
        part = (slice(y0, y1), slice(x0, x1))
        indices = np.where(changed[part], painter.indices(shown.pixels, part), _COLOURS).astype(np.uint8)
        yield _Drawn(indices, (x0, y0), shown.lasts, _CLEAR if goes else _KEEP)
        light[changed] = shown.pixels[changed]
        there = np.zeros_like(there) if goes else there | changed
        if after is not None:
            shown = after


def _bounds(mask: _Mask) -> tuple[int, int, int, int]:
    """The box around what is set; one pixel where nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _table(painter: Painter) -> bytes:
    return painter.palette.tobytes().ljust(768, b"\0")


def _write_picture(file: BinaryIO, drawn: _Drawn, painter: Painter | None) -> None:
    """One picture; a painter that is not the film's brings its table."""
    indices, lasts = drawn.indices, drawn.lasts
    while lasts > 0:
        step = min(lasts, 0xFFFF)
        then = drawn.then if step == lasts else _KEEP
        file.write(b"\x21\xf9\x04" + struct.pack("<BHB", then << 2 | 1, step, _COLOURS) + b"\0")
        height, width = indices.shape
        file.write(b"," + struct.pack("<HHHHB", *drawn.place, width, height, 0x87 if painter is not None else 0))
        file.write((_table(painter) if painter is not None else b"") + _compressed(indices))
        indices = np.full_like(indices, _COLOURS)
        lasts -= step


def _compressed(indices: npt.NDArray[np.uint8]) -> bytes:
    """The LZW data of a picture, as Pillow writes it into a file of its own."""
    image = Image.fromarray(indices, "L")
    image.putpalette(bytes(code for code in range(256) for _ in range(3)))
    buffer = io.BytesIO()
    image.save(buffer, "GIF", optimize=False, interlace=0)
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
