"""Scans: stills larger than what is held at once, of which only what is shown is decoded, converted and read.

The picture lies as light in files without names, at its own size and halved as a :class:`Mipmap` halves it, as far as
anybody looked at it; what a frame needs of it is read from there, and has the bits that it would have if all of the
picture were held. The files are as large as the blocks that were decoded, and gone with the process.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.folders import caches
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.packed import PackedFrame
from reelwork.image.storage import StorageFormat
from reelwork.kernels.mipmap import HALVING_REACH, Samples, halved
from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.stills.banded import Banded
from reelwork.render.spill import nameless_file, write_at

#: How often it is halved: what is shown smaller still is made of that.
HALVINGS: Final = 3
#: Rows of a block, which is decoded at once, and rows that are converted at a time; as they are stored.
_BLOCK: Final = 512
_ROWS: Final = 128
#: How far outside a run of rows others are read to halve it so often.
_REACH: Final = HALVING_REACH * ((1 << HALVINGS) - 1)
#: Regions begin and end at multiples of it, so that what neighbouring windows need is read once.
_GRID: Final = 256


class Scan:
    """A large still in scene-linear light, as it lies in its file.

    :param shown: makes of a picture one whose codes are read as the production does
    :param is_packable: whether light of such a storage fits in 16 bits
    """

    def __init__(
        self, banded: Banded, shown: Callable[[Picture], Picture], is_packable: Callable[[StorageFormat], bool]
    ) -> None:
        self._banded, self._shown, self._is_packable = banded, shown, is_packable
        self._whole = Window(0, 0, banded.width, banded.height)
        self._storage: StorageFormat | None = None
        self._there: dict[bool, set[int]] = {True: set(), False: set()}
        self._files: list[BinaryIO | None] = [None] * (HALVINGS + 1)
        self._region: tuple[int, Samples] | None = None

    @property
    def opaque(self) -> bool:
        """Whether what was decoded cannot be transparent."""
        return self._storage is not None and self._storage.alpha == "none"

    def window(self, halvings: int) -> Window:
        """All of it, halved so often."""
        return Window(0, 0, -(-self._whole.x1 >> halvings), -(-self._whole.y1 >> halvings))

    def region(self, halvings: int, needs: Window) -> Samples:
        """The light of a part of it; never to be written to.

        :param halvings: how often it is halved, up to :data:`HALVINGS`
        :param needs: what must be in it, of the halved picture
        :raises MediaError: it cannot be decoded, or there is no room for it
        """
        if self._region is None or self._region[0] != halvings or not self._region[1].window.covers(needs):
            x0, y0, x1, y1 = needs
            grid = Window(x0 // _GRID * _GRID, y0 // _GRID * _GRID, -(-x1 // _GRID) * _GRID, -(-y1 // _GRID) * _GRID)
            grid &= self.window(halvings)
            self._region = None  # both need not be held
            for block in range((grid.y0 << halvings) // _BLOCK, -(-(grid.y1 << halvings) // _BLOCK)):
                if block * _BLOCK < self._whole.y1 and block not in self._there[halvings == 0]:
                    self._unpack(block, full=halvings == 0)
            self._region = (halvings, self._read(halvings, grid))
        return self._region[1]

    def rest(self) -> None:
        """Let go what would be read again."""
        self._region = None
        self._banded.rest()

    def close(self) -> None:
        """Let the files go."""
        for file in self._files:
            if file is not None:
                file.close()

    @property
    def _kind(self) -> type[PackedFrame] | type[Frame]:
        return PackedFrame if self._storage is not None and self._is_packable(self._storage) else Frame

    @property
    def _type(self) -> np.dtype[Any]:
        return np.dtype(np.uint16 if self._kind is PackedFrame else np.float32)

    def _unpack(self, block: int, *, full: bool) -> None:
        """Decode a block, and keep it halved, and where ``full`` also at its own size."""
        begin, end = block * _BLOCK, min((block + 1) * _BLOCK, self._whole.y1)
        first, last = max(0, begin - _REACH), min(end + _REACH, self._whole.y1)
        picture = self._shown(self._banded.picture(first, last))
        self._storage = picture.storage
        try:
            for top in range(begin, end, _ROWS):
                bottom = min(top + _ROWS, end)
                low, high = max(first, top - _REACH), min(last, bottom + _REACH)
                part = self._light(picture, Window(0, low - first, picture.width, high - first), low)
                if full:
                    self._write(0, part, top, bottom)
                for halvings in range(1, HALVINGS + 1):
                    part = halved(part, along_x=True, along_y=True, opaque=self.opaque)
                    self._write(halvings, part, top >> halvings, -(-bottom >> halvings))
        except OSError as error:
            size = 4 * self._banded.height * self._banded.width * self._type.itemsize / 1e9
            room = f"up to {size * 4 / 3:.1f} GB in {caches()}"
            raise MediaError(
                f"{self._banded.path}: there is no room to unpack it, {room}: {error.strerror or error}"
            ) from error
        self._there[False].add(block)
        if full:
            self._there[True].add(block)

    def _light(self, picture: Picture, rows: Window, top: int) -> Samples:
        """Some rows of a picture, which lie so far down in the whole."""
        window = Window(0, top, picture.width, top + rows.height)
        light = Frame(picture_to_frame(picture, rows).data, window)
        if self._kind is Frame:
            return light
        packed = PackedFrame.empty(window)
        packed.pack(light)
        return packed

    def _write(self, halvings: int, part: Samples, top: int, bottom: int) -> None:
        whole, size = self.window(halvings), self._type.itemsize
        file = self._files[halvings]
        if file is None:
            file = self._files[halvings] = nameless_file()
            file.truncate(4 * whole.height * whole.width * size)
        for channel, plane in enumerate(part.data):
            rows = plane[top - part.window.y0 : bottom - part.window.y0]
            write_at(file, (channel * whole.height + top) * whole.width * size, rows)

    def _read(self, halvings: int, window: Window) -> Samples:
        file, size = self._files[halvings], self.window(halvings)
        assert file is not None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pages:
            whole: npt.NDArray[Any] = np.frombuffer(pages, self._type).reshape(4, size.height, size.width)
            data = whole[:, window.y0 : window.y1, window.x0 : window.x1].copy()
            del whole  # it holds the pages open
        return self._kind(data, window)
