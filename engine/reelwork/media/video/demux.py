"""The demux: a video and its index go in, the packets of its pictures come out in the order of decoding, from any key
on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from reelwork.errors import MediaError
from reelwork.media.opening import film_stream, naming, open_container
from reelwork.media.packets import attach, unpacking
from reelwork.media.video.index import FrameIndex


class Demux:
    """An open video at some place of its stream. Not to be shared between threads.

    :param number: which of its streams of pictures, from 1; 0 for the one that players choose
    :raises MediaError: the file cannot be read, or is no video
    """

    def __init__(self, path: Path, index: FrameIndex, number: int = 0) -> None:
        self._path, self._index, self._number = path, index, number
        self._container, self.stream = self._open()

    def close(self) -> None:
        """Let the file go."""
        self._container.close()

    def packets(self, key: int) -> Iterator[Packet[Any]]:
        """The packets from a key on, to the end of the file, each stamped with the index's time.

        :attr:`stream` may be another one from then on, where the file had to be opened anew.

        :param key: its place in the order of decoding, one of the index's keys
        :raises MediaError: the file is not what it was
        """
        with naming(self._path):
            found = self._sought(key)
            if found is None:
                self._container.close()
                self._container, self.stream = self._open()
                found = self._skipped_to(key, opened=True)
        if found is None:
            raise MediaError(f"{self._path}: is not what it was when it was first read")
        return found

    def _sought(self, key: int) -> Iterator[Packet[Any]] | None:
        if self._index.is_counted or _has_palette(self.stream):
            return None
        marks = self._index.pts if self._index.marks is None else self._index.marks
        # Containers seek by decoding time, by presentation time or by guessing, and may land behind the key.
        before = [marks[k] for k in self._index.keys if k < key][-2:]
        for target in (marks[key], *reversed(before)):
            with suppress(av.PermissionError):  # a bare stream has no way to seek
                self._container.seek(target, stream=self.stream, backward=True)
                if (found := self._skipped_to(key)) is not None:
                    return found
        return None

    def _skipped_to(self, key: int, *, opened: bool = False) -> Iterator[Packet[Any]] | None:
        """The packets from a key on, if it still lies ahead.

        :param opened: whether the file is at its beginning
        """
        packets = self._stamped(opened=opened)
        for ordinal, packet in packets:
            if ordinal is not None and ordinal >= key:
                rest = (following for _, following in packets)
                return chain((packet,), rest) if ordinal == key else None
        return None

    def _stamped(self, *, opened: bool) -> Iterator[tuple[int | None, Packet[Any]]]:
        """The packets from here on, and the place of each in the order of decoding."""
        index = self._index
        count = 0 if opened and index.is_counted else None
        palette, unpacked = b"", unpacking(self.stream)
        for stored in self._container.demux(self.stream):
            if not stored.size:
                continue
            packet = unpacked(stored)
            # A palette stands beside the packet at which it changes, and decoding may begin behind that.
            if packet.has_sidedata("palette"):
                palette = bytes(packet.get_sidedata("palette"))
            elif palette:
                attach(packet, "palette", palette)
            if count is not None:
                ordinal: int | None = count if count < len(index.pts) else None
                count += 1
            else:
                mark = packet.dts if index.marked == "dts" else packet.pts
                ordinal = index.by_mark.get(mark) if mark is not None else None
            if index.marks is not None:
                packet.pts = None if ordinal is None else index.pts[ordinal]
                packet.dts = None
            yield ordinal, packet

    def _open(self) -> tuple[InputContainer, VideoStream]:
        container = open_container(self._path, edited=self._index.start is None)
        stream = film_stream(container, self._number)
        if stream is None:
            container.close()
            raise MediaError(f"{self._path}: holds no moving pictures")
        return container, stream


def _has_palette(stream: VideoStream) -> bool:
    """Whether the meaning of its samples stands in packets, so that all before one must be read."""
    return stream.codec_context.format is not None and stream.codec_context.format.name == "pal8"
