"""Samples that share a word, and chroma of four columns."""

from __future__ import annotations

import av
import numpy as np
import pytest

from reelwork.media.video.avframes import base_storage, picture_of
from reelwork.media.video.packed import halved

#: Formats, and how many bits their red (or luma), green and blue samples have.
WORDS = {
    "rgb444le": (4, 4, 4), "rgb555le": (5, 5, 5), "bgr555le": (5, 5, 5), "rgb565le": (5, 6, 5), "bgr565le": (5, 6, 5),
    "rgb8": (3, 3, 2), "bgr8": (3, 3, 2), "x2rgb10le": (10, 10, 10), "x2bgr10le": (10, 10, 10),
    "v30xle": (10, 10, 10), "xv30le": (10, 10, 10), "xv36le": (12, 12, 12), "vuyx": (8, 8, 8), "vuya": (8, 8, 8, 8),
    "ayuv64le": (16, 16, 16, 16), "uyva": (8, 8, 8, 8),
    "y210le": (10, 10, 10), "p210le": (10, 10, 10), "nv16": (8, 8, 8), "nv24": (8, 8, 8),
    "p012le": (12, 12, 12), "p016le": (16, 16, 16),
}  # fmt: skip
PLANAR = {"rgb": "gbrp", "yuv": "yuv444p"}


@pytest.mark.parametrize("name", WORDS)
def test_each_sample_is_where_ffmpeg_has_it(name: str) -> None:
    """One colour, converted to the format by FFmpeg and read by us, is that colour within the format's steps."""
    storage = base_storage(name)
    assert storage is not None
    planar = PLANAR[storage.model]
    frame = av.VideoFrame(16, 8, planar)
    colours = (130, 40, 220) if storage.model == "yuv" else (40, 220, 130)  # the order of FFmpeg's planes
    for plane, value in zip(frame.planes, colours, strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    picture = picture_of(frame.reformat(format=name), storage)
    wanted = colours if storage.model == "yuv" else (130, 40, 220)
    highest = (1 << storage.depth) - 1
    for plane, value, bits in zip(picture.planes, wanted, WORDS[name], strict=False):
        step = 255 / ((1 << bits) - 1)
        assert abs(int(plane[0, 0]) * 255 / highest - value) <= 1.3 * step + 1, (name, plane[0, 0], value)


def test_the_brightest_and_darkest_codes_of_few_bits_are_white_and_black() -> None:
    for name in ("rgb444le", "rgb555le", "rgb565le", "rgb8"):
        for value in (0, 255):
            frame = av.VideoFrame(8, 8, "rgb24")
            frame.planes[0].update(bytes([value]) * frame.planes[0].buffer_size)
            storage = base_storage(name)
            assert storage is not None
            picture = picture_of(frame.reformat(format=name), storage)
            assert [int(plane[0, 0]) for plane in picture.planes] == [value] * 3


def test_chroma_of_four_columns_lies_on_the_line_between_its_samples() -> None:
    chroma = np.array([[10, 20, 60], [0, 200, 100]], np.uint8)
    assert halved(chroma, "yuv411p", 11, 2).tolist() == [[10, 15, 20, 40, 60, 60], [0, 100, 200, 150, 100, 100]]
    both = halved(chroma, "yuv410p", 11, 8)
    assert both.shape == (4, 6)
    assert both[:, 0].tolist() == [10, 8, 3, 0]  # at rows 0.5, 2.5, 4.5 and 6.5 of samples at 1.5 and 5.5
