"""FFmpeg's frames: one goes in and a picture comes out, without a copy where its memory allows; and the other way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from reelwork.image.storage import StorageFormat
from reelwork.media.formats import planar_storage, tag_numbers
from reelwork.media.picture import Picture
from reelwork.media.video.packed import from_words, halved, quartered_storage, word_type, words_storage

_Plane = npt.NDArray[Any]

_RGB = StorageFormat(model="rgb", subsampling=(1, 1), full_range=True)
_RGBA = replace(_RGB, alpha="straight")
_RGB16, _RGBA16 = replace(_RGB, depth=16), replace(_RGBA, depth=16)
_GREY = StorageFormat(model="grey", subsampling=(1, 1), full_range=True)
# Packed formats: type of a sample, samples a pixel, and which of them are red, green, blue and alpha.
_PACKED: Final[dict[str, tuple[str, int, tuple[int, ...], StorageFormat]]] = {
    "rgb24": ("u1", 3, (0, 1, 2), _RGB),
    "bgr24": ("u1", 3, (2, 1, 0), _RGB),
    "rgb0": ("u1", 4, (0, 1, 2), _RGB),
    "bgr0": ("u1", 4, (2, 1, 0), _RGB),
    "0rgb": ("u1", 4, (1, 2, 3), _RGB),
    "0bgr": ("u1", 4, (3, 2, 1), _RGB),
    "rgba": ("u1", 4, (0, 1, 2, 3), _RGBA),
    "bgra": ("u1", 4, (2, 1, 0, 3), _RGBA),
    "argb": ("u1", 4, (1, 2, 3, 0), _RGBA),
    "abgr": ("u1", 4, (3, 2, 1, 0), _RGBA),
    "rgb48le": ("<u2", 3, (0, 1, 2), _RGB16),
    "rgb48be": (">u2", 3, (0, 1, 2), _RGB16),
    "bgr48le": ("<u2", 3, (2, 1, 0), _RGB16),
    "rgba64le": ("<u2", 4, (0, 1, 2, 3), _RGBA16),
    "rgba64be": (">u2", 4, (0, 1, 2, 3), _RGBA16),
    "bgra64le": ("<u2", 4, (2, 1, 0, 3), _RGBA16),
    "gray16be": (">u2", 1, (0,), replace(_GREY, depth=16)),
    "ya8": ("u1", 2, (0, 1), replace(_GREY, alpha="straight")),
    "ya16le": ("<u2", 2, (0, 1), replace(_GREY, depth=16, alpha="straight")),
    "ya16be": (">u2", 2, (0, 1), replace(_GREY, depth=16, alpha="straight")),
}
_YUV = StorageFormat()
# Formats whose chroma is interleaved: with itself (nv12) or with luma (yuyv422).
_INTERLEAVED: Final[dict[str, StorageFormat]] = {
    "nv12": _YUV,
    "nv21": _YUV,
    "nv16": replace(_YUV, subsampling=(2, 1)),
    "nv24": replace(_YUV, subsampling=(1, 1)),
    "p010le": replace(_YUV, depth=10),
    "p012le": replace(_YUV, depth=12),
    "p016le": replace(_YUV, depth=16),
    "p210le": replace(_YUV, depth=10, subsampling=(2, 1)),
    "p410le": replace(_YUV, depth=10, subsampling=(1, 1)),
    "y210le": replace(_YUV, depth=10, subsampling=(2, 1)),
    "yuyv422": replace(_YUV, subsampling=(2, 1)),
    "uyvy422": replace(_YUV, subsampling=(2, 1)),
}


def base_storage(pixel_format: str) -> StorageFormat | None:
    """The storage of pictures that come out of frames of this format, untagged; ``None`` where it cannot be read."""
    if pixel_format == "pal8":
        return _RGBA
    if pixel_format in _PACKED:
        return _PACKED[pixel_format][3]
    if pixel_format in _INTERLEAVED:
        return _INTERLEAVED[pixel_format]
    if (unpacked := words_storage(pixel_format) or quartered_storage(pixel_format)) is not None:
        return unpacked
    storage = planar_storage(pixel_format)
    if storage is None or max(storage.subsampling) > 2 or (storage.depth > 8 and not pixel_format.endswith("le")):
        return None
    return storage


def picture_of(frame: VideoFrame, storage: StorageFormat) -> Picture:
    """The planes of a frame, which they keep alive; ``storage`` is :func:`base_storage` with the file's tags."""
    name = frame.format.name
    if name == "pal8":
        planes = _from_palette(frame)
    elif name in _PACKED:
        kind, samples, order, _ = _PACKED[name]
        pixels = _samples(frame.planes[0], kind)[:, : frame.width * samples].reshape(frame.height, frame.width, samples)
        planes = [_own(pixels[:, :, channel]) for channel in order]
    elif words_storage(name) is not None:
        planes = from_words(_samples(frame.planes[0], word_type(name))[:, : frame.width], name)
    elif quartered_storage(name) is not None:
        planes = [_samples(plane, "u1") for plane in frame.planes]
        planes[1:] = [halved(plane, name, frame.width, frame.height) for plane in planes[1:]]
    elif name in _INTERLEAVED:
        planes = _deinterleaved(frame, name)
    else:
        kind = {8: "u1", 32: "<f4"}.get(storage.depth, "<u2")
        planes = [_samples(plane, kind) for plane in frame.planes]
        if storage.model == "rgb":  # FFmpeg's planar formats begin with green
            planes[:3] = planes[2], planes[0], planes[1]
    for plane in planes:
        plane.flags.writeable = False
    return Picture(tuple(planes), storage, frame.width, frame.height)


def frame_of(picture: Picture, pixel_format: str) -> VideoFrame:
    """A copy of a picture's planes as a frame of its planar pixel format, tagged."""
    frame = VideoFrame(picture.width, picture.height, pixel_format)
    planes = list(picture.planes)
    if picture.storage.model == "rgb":
        planes[:3] = planes[1], planes[2], planes[0]
    for target, plane in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(memoryview(target), plane.dtype).reshape(target.height, -1)
        rows[:, : target.width] = plane[:, : target.width]
    # ProRes and FFV1 read the tags of the frame, x264 and its like those of the context.
    frame.colorspace, frame.color_range, frame.color_trc, frame.color_primaries = tag_numbers(picture.storage)
    return frame


def _samples(plane: VideoPlane, kind: str) -> _Plane:
    samples = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
    # A frame that is stored from the bottom up: its memory is, its rows are not.
    return samples if plane.line_size > 0 else np.ascontiguousarray(samples[::-1])


def _own(samples: _Plane) -> _Plane:
    return np.array(samples, samples.dtype.newbyteorder("="), order="C")


def _from_palette(frame: VideoFrame) -> list[_Plane]:
    indices = _samples(frame.planes[0], "u1")[:, : frame.width]
    colours = np.frombuffer(memoryview(frame.planes[1]), "u1").reshape(256, 4)  # blue, green, red, alpha
    return [colours[:, channel][indices] for channel in (2, 1, 0, 3)]


def _deinterleaved(frame: VideoFrame, name: str) -> list[_Plane]:
    storage = _INTERLEAVED[name]
    kind, shift = ("u1", 0) if storage.depth == 8 else ("<u2", 16 - storage.depth)
    if len(frame.planes) == 2:
        luma, chroma = (_samples(plane, kind) for plane in frame.planes)
        columns = -(-frame.width // storage.subsampling[0])
        both = [_own(chroma[:, channel : 2 * columns : 2]) for channel in (0, 1)]
        if name == "nv21":
            both.reverse()
        return [plane >> shift for plane in (luma[:, : frame.width], *both)] if shift else [luma, *both]
    # Two pixels stand in four samples.
    columns = -(-frame.width // 2)
    samples = _samples(frame.planes[0], kind)[:, : 4 * columns]
    first = 1 if name == "uyvy422" else 0
    planes = [_own(samples[:, first::2]), _own(samples[:, 1 - first :: 4]), _own(samples[:, 3 - first :: 4])]
    return [plane >> shift for plane in planes] if shift else planes
