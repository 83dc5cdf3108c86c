"""Decoders of moving pictures: a stream goes in, a decoder that is set up for it comes out; and a frame's tags."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
from av import logging as av_logging
from av.codec.context import Flags, ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import ColourTags
from reelwork.errors import MediaError
from reelwork.media.formats import MATRIX_NAMES, PRIMARIES_NAMES, RANGE_NAMES, TRANSFER_NAMES
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.video.attached import attached

# FFmpeg's own decoders of these drop the second stream that holds the alpha.
_ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
# The widest pixels, times as wide as high, and the most by which square ones may be said to differ.
_LONGEST: Final = 8
_SQUARE: Final = Fraction(1, 200)
# The signs of a display matrix's a, b, c and d (x' = a x + c y, y' = b x + d y), and EXIF's number of the same turn.
_ORIENTATIONS: Final[dict[tuple[int, ...], int]] = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, 1, -1, 0): 6, (0, -1, -1, 0): 7, (0, -1, 1, 0): 8,
}  # fmt: skip
_log_lock = threading.Lock()


def decoder_for(stream: VideoStream, threads: int, path: Path) -> VideoCodecContext:
    """A decoder, not opened yet.

    :raises MediaError: the pictures are too large, or stored in a way that cannot be shown right
    """
    context = stream.codec_context
    if context.width * context.height > MAX_PIXELS:
        raise MediaError(
            f"{path}: its pictures of {context.width}x{context.height} are larger than {MAX_PIXELS:,} pixels, "
            "the most that is read"
        )
    with_alpha = any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())
    if with_alpha and context.codec.canonical_name in _ALPHA_DECODERS:
        name = _ALPHA_DECODERS[context.codec.canonical_name]
        context = cast(VideoCodecContext, VideoCodecContext.create(name, "r"))
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_count = threads
    context.thread_type = ThreadType.AUTO
    # Without it FFmpeg crops to where its vectors like to begin, and the picture shifts.
    context.flags |= Flags.unaligned
    return context


def shown_size(frame: VideoFrame, stream: VideoStream, orientation: int, path: Path) -> tuple[int, int]:
    """Columns and rows of a picture as it is shown: in square pixels, as wide as they must be for its rows to stay what
    they are, and upright.

    :raises MediaError: its pixels cannot be of that shape
    """
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if not 1 / _LONGEST <= aspect <= _LONGEST:
        raise MediaError(
            f"{path}: says that its pixels are {aspect.numerator}:{aspect.denominator}, {float(aspect):.3g} times as "
            "wide as high; write its aspect ratio anew"
        )
    width = frame.width if abs(aspect - 1) <= _SQUARE else max(1, round(frame.width * aspect))
    return (width, frame.height) if orientation < 5 else (frame.height, width)


def orientation_of(frame: VideoFrame, path: Path) -> int:
    """How a picture is stored, by EXIF's numbers, as its display matrix says (ISO/IEC 14496-12, 8.3.2.3).

    :raises MediaError: it is turned by no multiple of 90 degrees
    """
    side = attached(frame)
    if "DISPLAYMATRIX" not in side:
        return 1
    matrix = np.frombuffer(side["DISPLAYMATRIX"], np.int32).tolist()
    a, b, _, c, d = matrix[:5]
    found = _ORIENTATIONS.get(tuple(int(value > 0) - int(value < 0) for value in (a, b, c, d)))
    if found is None:
        raise MediaError(
            f"{path}: its pictures are stored turned by {frame.rotation} degrees; only quarter turns are shown "
            "upright: convert it"
        )
    return found


def tags_of(frame: VideoFrame, stream: VideoStream) -> ColourTags:
    """The colour tags of a decoded frame, which are the bitstream's and else the container's."""
    # FFmpeg hands the container's tags to its own decoder of the stream, and so not to one that stands in for it.
    said = stream.codec_context
    subsampled = not frame.format.is_rgb and frame.format.chroma_width(8) < 8
    return ColourTags(
        matrix=MATRIX_NAMES.get(frame.colorspace) or MATRIX_NAMES.get(said.colorspace),
        range=RANGE_NAMES.get(frame.color_range) or RANGE_NAMES.get(said.color_range),
        transfer=TRANSFER_NAMES.get(frame.color_trc) or TRANSFER_NAMES.get(said.color_trc),
        primaries=PRIMARIES_NAMES.get(frame.color_primaries) or PRIMARIES_NAMES.get(said.color_primaries),
        siting=_siting_of(frame, stream) if subsampled else None,
    )


def fields_of(frame: VideoFrame, stream: VideoStream) -> str:
    """Which field of a picture is first, ``top-first`` or ``bottom-first``; empty where it is of one instant."""
    if not frame.interlaced_frame:
        return ""
    return "bottom-first" if _described(frame, stream, "i:") == "B" else "top-first"


def _siting_of(frame: VideoFrame, stream: VideoStream) -> str | None:
    siting = _described(frame, stream, "cl:")
    return None if siting == "unspecified" else siting


def _described(frame: VideoFrame, stream: VideoStream, name: str) -> str:
    """What stands after a name in the words of FFmpeg's filter that describes frames, which says more than PyAV."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=stream.time_base or Fraction(1, 1000)
    )
    show, sink = graph.add("showinfo", "checksum=0:udu_sei_as_ascii=1"), graph.add("buffersink")
    graph.link_nodes(source, show, sink).configure()
    with _log_lock:
        level = av_logging.get_level()
        av_logging.set_level(av_logging.INFO)
        try:
            with av_logging.Capture() as lines:
                graph.vpush(frame)
                graph.vpull()
        finally:
            av_logging.set_level(level)
    words = "".join(text for _, _, text in lines).split()
    return next((word.removeprefix(name) for word in words if word.startswith(name)), "unspecified")
