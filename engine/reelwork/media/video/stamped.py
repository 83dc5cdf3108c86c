"""Timecode: an open file and its first picture go in, the timecode of that picture comes out, as the file says it."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.media.video.attached import attached

_WRITTEN: Final = re.compile(r"\d\d:\d\d:\d\d[:;.]\d\d\d?")


def timecode_of(container: InputContainer, film: VideoStream, frame: VideoFrame) -> str:
    """The timecode of the first picture: ``01:00:00:00``, or with ``;`` before the frames where it drops some; empty
    where the file says none.

    It is a ``tmcd`` track's, an MXF package's or a DV stream's; else that of SMPTE ST 12-1 which H.264 and HEVC carry
    in a picture, or of an MPEG-2 group.
    """
    streams = (film, *(other for other in container.streams if other.index != film.index))
    for said in (*(stream.metadata for stream in streams), container.metadata):
        if _WRITTEN.fullmatch(found := said.get("timecode", "")):
            return found.replace(".", ";")
    side = attached(frame)
    if "S12M_TIMECODE" in side:
        count, word = np.frombuffer(side["S12M_TIMECODE"], np.uint32)[:2].tolist()
        return _st12(word) if count else ""
    if "GOP_TIMECODE" in side:
        # Where nobody set it, encoders count from zero.
        counted = _group(int(np.frombuffer(side["GOP_TIMECODE"], np.int64)[0]))
        return "" if counted == "00:00:00:00" else counted
    return ""


def _st12(word: int) -> str:
    """As FFmpeg packs SMPTE ST 12-1: decimals of hours, minutes, seconds and frames, from the lowest byte."""
    hours, minutes, seconds, frames = (
        (word >> shift & mask & 15) + 10 * ((word >> shift & mask) >> 4)
        for shift, mask in ((0, 0x3F), (8, 0x7F), (16, 0x7F), (24, 0x3F))
    )
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if word >> 30 & 1 else ':'}{frames:02}"


def _group(word: int) -> str:
    """ISO/IEC 13818-2, 6.3.8: a flag of dropping, hours, minutes, a marker, seconds and pictures."""
    hours, minutes, seconds, frames = word >> 19 & 31, word >> 13 & 63, word >> 6 & 63, word & 63
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if word >> 24 & 1 else ':'}{frames:02}"
