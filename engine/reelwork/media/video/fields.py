"""Fields: pictures of two fields each go in, one after the other, and pictures of one instant come out.

FFmpeg's ``bwdif`` (Weston's three-field filter where there is motion, the other field where there is none) keeps a
picture's first field and makes the lines between from the pictures before and after. It is given the same three
wherever decoding began, so that a picture is the same in whatever order pictures are asked for. Where both fields are
wanted, the second comes from the same filter.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.video.frame import VideoFrame

from reelwork.catalogue.facts import Fields

#: A picture and its number.
Numbered = tuple[int, VideoFrame]
_PARITY: Final = {"auto": "auto", "double": "auto", "top-first": "tff", "bottom-first": "bff"}


class Deinterlacer:
    """Takes pictures of two fields apart.

    :param fields: which pictures are such, and which of their fields is first: ``auto`` as each says, ``off`` none;
        ``double`` as each says, and both fields come out
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._each = 2 if fields == "double" else 1
        self._graph: av.filter.Graph | None = None
        self._last = -1  # the picture that went into the graph last

    def pictures(self, decoded: Iterator[Numbered]) -> Iterator[tuple[int, tuple[VideoFrame, ...]]]:
        """What becomes of each picture, in order. The first is left out where it would need the one before it.

        :param decoded: in order, from any one on
        """
        self._graph = None
        before: Numbered | None = None
        held: Numbered | None = None
        for number, frame in decoded:
            if held is not None:
                yield from self._made(before, held, (number, frame))
                before, held = held, None
            if self._has_fields(frame):
                held = (number, frame)
            else:
                yield number, (frame,) * self._each
                before = (number, frame)
        if held is not None:
            yield from self._made(before, held, None)

    def _has_fields(self, frame: VideoFrame) -> bool:
        return self._fields in ("top-first", "bottom-first") or (self._fields != "off" and frame.interlaced_frame)

    def _made(
        self, before: Numbered | None, held: Numbered, after: Numbered | None
    ) -> Iterator[tuple[int, tuple[VideoFrame, ...]]]:
        """The picture that is held, unless the one before it is needed and not there."""
        number, frame = held
        if self._graph is None or self._last != number:
            if number > 0 and (before is None or before[0] != number - 1):
                return
            self._graph = _bwdif(frame, _PARITY[self._fields], "frame" if self._each == 1 else "field")
            if before is not None and _are_alike(before[1], frame):
                self._graph.vpush(before[1])
                self._graph.vpush(frame)
                self._pulled(self._graph)  # it was made without one before it
            else:
                self._graph.vpush(frame)
        graph = self._graph
        goes_on = after is not None and after[0] == number + 1 and _are_alike(frame, after[1])
        graph.vpush(after[1] if after is not None and goes_on else None)
        self._graph, self._last = (graph, number + 1) if goes_on else (None, -1)
        yield number, self._pulled(graph)

    def _pulled(self, graph: av.filter.Graph) -> tuple[VideoFrame, ...]:
        return tuple(graph.vpull() for _ in range(self._each))


def _bwdif(frame: VideoFrame, parity: str, each: str) -> av.filter.Graph:
    """A filter of pictures like one, which come out, by ``frame`` or by ``field``, when the next one goes in."""
    graph = av.filter.Graph()
    graph.threads = 1
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 1000)
    )
    taking, sink = graph.add("bwdif", f"mode=send_{each}:deint=all:parity={parity}"), graph.add("buffersink")
    graph.link_nodes(source, taking, sink).configure()
    return graph


def _are_alike(one: VideoFrame, other: VideoFrame) -> bool:
    return (one.width, one.height, one.format.name) == (other.width, other.height, other.format.name)
