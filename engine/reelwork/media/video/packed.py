"""Pixels of several samples in one word, and chroma of four pixels at once: the samples as plain planes come out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image.storage import StorageFormat

_Plane = npt.NDArray[Any]
_YUV: Final = StorageFormat(subsampling=(1, 1))
_RGB: Final = StorageFormat(model="rgb", subsampling=(1, 1), full_range=True)
# Type of a word; where in it each sample of the planes begins, and how many bits it has, from FFmpeg's pixfmt.h.
_WORDS: Final[dict[str, tuple[str, tuple[tuple[int, int], ...], StorageFormat]]] = {
    "rgb444le": ("<u2", ((8, 4), (4, 4), (0, 4)), _RGB),
    "rgb555le": ("<u2", ((10, 5), (5, 5), (0, 5)), _RGB),
    "bgr555le": ("<u2", ((0, 5), (5, 5), (10, 5)), _RGB),
    "rgb565le": ("<u2", ((11, 5), (5, 6), (0, 5)), _RGB),
    "bgr565le": ("<u2", ((0, 5), (5, 6), (11, 5)), _RGB),
    "rgb8": ("u1", ((5, 3), (2, 3), (0, 2)), _RGB),
    "bgr8": ("u1", ((0, 3), (3, 3), (6, 2)), _RGB),
    "x2rgb10le": ("<u4", ((20, 10), (10, 10), (0, 10)), replace(_RGB, depth=10)),
    "x2bgr10le": ("<u4", ((0, 10), (10, 10), (20, 10)), replace(_RGB, depth=10)),
    "v30xle": ("<u4", ((12, 10), (2, 10), (22, 10)), replace(_YUV, depth=10)),
    "xv30le": ("<u4", ((10, 10), (0, 10), (20, 10)), replace(_YUV, depth=10)),
    "vuyx": ("<u4", ((16, 8), (8, 8), (0, 8)), _YUV),
    "vuya": ("<u4", ((16, 8), (8, 8), (0, 8), (24, 8)), replace(_YUV, alpha="straight")),
    "uyva": ("<u4", ((8, 8), (0, 8), (16, 8), (24, 8)), replace(_YUV, alpha="straight")),
    "xv36le": ("<u8", ((20, 12), (4, 12), (36, 12)), replace(_YUV, depth=12)),
    "ayuv64le": ("<u8", ((16, 16), (32, 16), (48, 16), (0, 16)), replace(_YUV, depth=16, alpha="straight")),
}
#: Planar formats with a chroma sample for four columns, and how many rows share it.
_QUARTERED: Final = {"yuv411p": 1, "yuvj411p": 1, "yuv410p": 4}


def words_storage(pixel_format: str) -> StorageFormat | None:
    """The storage of the planes that :func:`from_words` makes of a format; ``None`` for any other."""
    found = _WORDS.get(pixel_format)
    return None if found is None else found[2]


def word_type(pixel_format: str) -> str:
    """numpy's type of a format's words."""
    return _WORDS[pixel_format][0]


def from_words(words: _Plane, pixel_format: str) -> list[_Plane]:
    """A plane for each sample of the words. Samples of less than 8 bits are stretched to 8, the lowest to 0 and the
    highest to 255, by repeating their bits."""
    planes = []
    for begin, bits in _WORDS[pixel_format][1]:
        sample = (words >> begin) & ((1 << bits) - 1)
        if bits < 8:
            wide = sample.astype(np.uint16) << (8 - bits)
            sample = np.bitwise_or.reduce([wide >> shift for shift in range(0, 8, bits)])
        planes.append(np.ascontiguousarray(sample.astype(np.uint8 if bits <= 8 else np.uint16)))
    return planes


def quartered_storage(pixel_format: str) -> StorageFormat | None:
    """The storage of the planes that :func:`halved` makes of a format; ``None`` for any other."""
    rows = _QUARTERED.get(pixel_format)
    if rows is None:
        return None
    return StorageFormat(subsampling=(2, 2 if rows == 4 else 1), full_range=pixel_format.startswith("yuvj"))


def halved(chroma: _Plane, pixel_format: str, width: int, height: int) -> _Plane:
    """Chroma of each fourth column (and row) as one of each second, interpolated linearly and rounded.

    Along a row the samples stand on the first of their four columns, as DV has it (SMPTE ST 314); of rows, in the
    middle of their four.

    :param width: columns of the picture
    :param height: rows of the picture
    """
    columns = chroma[:, : -(-width // 4)]
    after = np.concatenate((columns[:, 1:], columns[:, -1:]), axis=1)
    out = np.empty((columns.shape[0], 2 * columns.shape[1]), chroma.dtype)
    out[:, 0::2] = columns
    out[:, 1::2] = (columns.astype(np.uint16) + after + 1) >> 1
    out = out[:, : -(-width // 2)]
    if _QUARTERED[pixel_format] == 4:
        rows = out[: -(-height // 4)].astype(np.uint16)
        above, below = np.concatenate((rows[:1], rows[:-1])), np.concatenate((rows[1:], rows[-1:]))
        out = np.empty((2 * rows.shape[0], rows.shape[1]), chroma.dtype)
        out[0::2] = (3 * rows + above + 2) >> 2
        out[1::2] = (3 * rows + below + 2) >> 2
        out = out[: -(-height // 2)]
    return np.ascontiguousarray(out)
