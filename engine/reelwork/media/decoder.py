"""Decoders of moving pictures: a stream goes in, a decoder that is set up for it comes out; and a frame's tags."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import av
from av import logging as av_logging
from av.codec.context import Flags, ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import ColourTags
from reelwork.errors import MediaError
from reelwork.media.formats import MATRIX_NAMES, PRIMARIES_NAMES, RANGE_NAMES, TRANSFER_NAMES

#: Pictures larger than this are refused: they would fill the memory.
MAX_PIXELS: Final = 1 << 27
# FFmpeg's own decoders of these drop the second stream that holds the alpha.
_ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
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
    aspect = stream.sample_aspect_ratio
    if aspect and abs(aspect - 1) > Fraction(1, 200):
        raise MediaError(
            f"{path}: its pixels are {aspect.numerator}:{aspect.denominator}, not square; convert it to square pixels"
        )
    with_alpha = any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items())
    if with_alpha and context.codec.canonical_name in _ALPHA_DECODERS:
        name = _ALPHA_DECODERS[context.codec.canonical_name]
        context = cast(VideoCodecContext, VideoCodecContext.create(name, "r"))
    context.thread_count = threads
    context.thread_type = ThreadType.AUTO
    # Without it FFmpeg crops to where its vectors like to begin, and the picture shifts.
    context.flags |= Flags.unaligned
    return context


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


def _siting_of(frame: VideoFrame, stream: VideoStream) -> str | None:
    # PyAV does not say where chroma stands, but FFmpeg's filter that describes frames in words does.
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
    siting = next((word.removeprefix("cl:") for word in words if word.startswith("cl:")), "unspecified")
    return None if siting == "unspecified" else siting
