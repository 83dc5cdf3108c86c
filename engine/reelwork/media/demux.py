"""The demux: a video and its index go in, the packets of its pictures come out in the order of decoding, from any key
on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from reelwork.errors import MediaError
from reelwork.media.index import FrameIndex
from reelwork.media.opening import film_stream, open_container


class Demux:
    """An open video at some place of its stream. Not to be shared between threads.

    :raises MediaError: the file cannot be read, or is no video
    """

    def __init__(self, path: Path, index: FrameIndex) -> None:
        self._path, self._index = path, index
        self._container, self.stream = self._open()

    def close(self) -> None:
        """Let the file go."""
        self._container.close()

    def packets(self, key: int) -> Iterator[Packet[Any]]:
        """The packets from a key on, to the end of the file.

        :attr:`stream` may be another one from then on, where the file had to be opened anew.

        :param key: its place in the order of decoding, one of the index's keys
        :raises MediaError: the file is not what it was
        """
        pts = self._index.pts
        # Containers seek by decoding time, by presentation time or by guessing, and may land behind the key.
        before = [pts[k] for k in self._index.keys if k < key][-2:]
        for target in (pts[key], *reversed(before)):
            self._container.seek(target, stream=self.stream, backward=True)
            if (first := self._skip_to(key)) is not None:
                break
        else:
            self._container.close()
            self._container, self.stream = self._open()
            first = self._skip_to(key)
        if first is None:
            raise MediaError(f"{self._path}: is not what it was when it was first read")
        return self._from(first)

    def _from(self, first: Packet[Any]) -> Iterator[Packet[Any]]:
        yield first
        yield from (packet for packet in self._container.demux(self.stream) if packet.size)

    def _open(self) -> tuple[InputContainer, VideoStream]:
        container = open_container(self._path)
        stream = film_stream(container)
        if stream is None:
            container.close()
            raise MediaError(f"{self._path}: holds no moving pictures")
        return container, stream

    def _skip_to(self, key: int) -> Packet[Any] | None:
        """The packet of a key, if it still lies ahead."""
        for packet in self._container.demux(self.stream):
            ordinal = self._index.ordinals.get(packet.pts) if packet.size and packet.pts is not None else None
            if ordinal is not None and ordinal >= key:
                return packet if ordinal == key else None
        return None
