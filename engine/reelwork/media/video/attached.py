"""What decoders attach to pictures: a frame goes in, its side data comes out, by the names of its kinds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

# FFmpeg's kinds grow with its versions; PyAV knows those up to one, and fails where a frame has others.
_KNOWN: Final[Any] = Type
_UNKNOWN: Final = range(max(kind.value for kind in _KNOWN) + 1, 48)


def attached(frame: VideoFrame) -> dict[str, bytes]:
    """The side data of a frame, by PyAV's names of FFmpeg's kinds; kinds that PyAV does not know are left out."""
    try:
        sides: Any = frame.side_data  # which PyAV's stubs take for a packet's
    except ValueError:
        sides = _known(frame).side_data
    return {side.type.name: bytes(side) for side in sides}


def _known(frame: VideoFrame) -> VideoFrame:
    """The same frame without what PyAV does not know, such as the number of a view."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 1000)
    )
    taking = [graph.add("sidedata", f"mode=delete:type={kind}") for kind in _UNKNOWN]
    graph.link_nodes(source, *taking, graph.add("buffersink")).configure()
    graph.vpush(frame)
    known = graph.vpull()
    assert isinstance(known, VideoFrame)
    return known
