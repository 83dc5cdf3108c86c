"""Segments: the packets of one encoded unit go into a kept file, and come out again whole or not at all.

A kept file is the line :data:`MAGIC`; the packets' bytes and side data, one after another; a table in JSON (the
specification, the codec's extradata, how many pictures it holds, how bright they are, and of each packet its sizes,
place in time and whether it is a key); eight bytes that hold the table's length; and the sha256 of all before it.
Packets are written as they come, so that a unit of a large picture never stands in memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from reelwork.errors import OutputError
from reelwork.image.storage import StorageFormat
from reelwork.media.writing.light_level import Brightness
from reelwork.media.writing.spec import Light, Rate, Tuning, VideoSpec

MAGIC: Final = b"reelwork segment 2\n"
_DIGEST = 32
_LENGTH = 8


@dataclass(frozen=True)
class PacketEntry:
    """One packet of a segment.

    :param size: bytes
    :param pts: number of the picture within the unit, from 0; in a unit that is copied there are others beside, which
        its pictures need
    :param key: whether decoding can begin here
    :param side: kinds and sizes of its side data, which follow its bytes
    """

    size: int
    pts: int
    key: bool
    side: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class StoredPacket:
    """A packet with its bytes."""

    entry: PacketEntry
    data: bytes
    side: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Segment:
    """An encoded unit in its kept file.

    :param path: the kept file
    :param digest: sha256 of everything before it in the file, hexadecimal
    :param encoder: what it was encoded with: equal text, equal encoder
    :param extradata: the codec's headers, equal for all units of one encoder
    :param packets: in the order of decoding
    :param frames: how many pictures of the film it holds
    :param brightness: of these, where they are of PQ and were encoded
    """

    path: Path
    digest: str
    encoder: str
    extradata: bytes
    packets: tuple[PacketEntry, ...]
    frames: int
    brightness: Brightness | None = None


def encoder_key(spec: VideoSpec) -> str:
    """A text that is equal for equal specifications."""
    return json.dumps(asdict(spec), sort_keys=True, default=str)


def encoder_of(segment: Segment) -> VideoSpec:
    """What a segment was encoded with: the specification whose :func:`encoder_key` it bears.

    :raises OutputError: another version of the engine wrote it
    """
    try:
        told = json.loads(segment.encoder)
        storage = told.pop("storage")
        storage["subsampling"] = tuple(storage["subsampling"])
        rate, light, tuning = told.pop("rate"), told.pop("light"), Tuning(**told.pop("tuning"))
        if light is not None and light["content"] is not None:
            light["content"] = tuple(light["content"])
        spec = VideoSpec(
            fps=Fraction(told.pop("fps")),
            storage=StorageFormat(**storage),
            tuning=tuning,
            rate=None if rate is None else Rate(**rate),
            light=None if light is None else Light(**light),
            **told,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(_torn(segment.path)) from error
    if encoder_key(spec) != segment.encoder:
        raise OutputError(_torn(segment.path))
    return spec


class SegmentWriter:
    """Writes a kept file under a name that is temporary; the caller renames it."""

    def __init__(self, path: Path, spec: VideoSpec) -> None:
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self._encoder = encoder_key(spec)
        self._entries: list[PacketEntry] = []
        self._put(MAGIC)

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, packet: StoredPacket) -> None:
        """Append a packet, in the order of decoding."""
        self._put(packet.data)
        for _, data in packet.side:
            self._put(data)
        self._entries.append(packet.entry)

    def finish(self, extradata: bytes, path: Path, frames: int, brightness: Brightness | None = None) -> Segment:
        """Write the table; the segment is then whole, and will stand at ``path``.

        :param frames: how many pictures of the film it holds
        :raises OutputError: there is not a packet for each of them
        """
        if not set(range(frames)) <= {entry.pts for entry in self._entries}:
            raise OutputError(f"{len(self._entries)} packets came of {frames} pictures, and not one for each")
        table = {
            "encoder": self._encoder,
            "extradata": extradata.hex(),
            "frames": frames,
            "brightness": None if brightness is None else [brightness.most, brightness.average],
            "packets": [[e.size, e.pts, int(e.key), list(e.side)] for e in self._entries],
        }
        encoded = json.dumps(table, separators=(",", ":")).encode()
        self._put(encoded)
        self._put(len(encoded).to_bytes(_LENGTH, "big"))
        digest = self._hash.digest()
        self._file.write(digest)
        return Segment(path, digest.hex(), self._encoder, extradata, tuple(self._entries), frames, brightness)

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)


def open_segment(path: Path) -> Segment:
    """The segment in a kept file, checked to its last byte.

    :raises OutputError: the file is torn, changed or not a segment
    """
    try:
        with path.open("rb") as file:
            return _read_table(file, path)
    except OSError as error:
        raise OutputError(f"cannot read the kept segment {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(_torn(path)) from error


def read_packets(segment: Segment) -> Iterator[StoredPacket]:
    """The packets of a segment that :func:`open_segment` has checked, in the order of decoding.

    :raises OutputError: the file has gone or is shorter than it was
    """
    try:
        with segment.path.open("rb") as file:
            file.seek(len(MAGIC))
            for entry in segment.packets:
                data = _exactly(file, entry.size)
                yield StoredPacket(entry, data, tuple((kind, _exactly(file, size)) for kind, size in entry.side))
    except OSError as error:
        raise OutputError(f"cannot read the kept segment {segment.path}: {error.strerror or error}") from error
    except ValueError as error:
        raise OutputError(_torn(segment.path)) from error


def _read_table(file: BinaryIO, path: Path) -> Segment:
    size = file.seek(0, 2)
    tail = _LENGTH + _DIGEST
    file.seek(0)
    if size < len(MAGIC) + tail or file.read(len(MAGIC)) != MAGIC:
        raise ValueError(path)
    file.seek(size - tail)
    length = int.from_bytes(file.read(_LENGTH), "big")
    digest = file.read(_DIGEST)
    if length > size - tail - len(MAGIC) or _digest_of(file, size - _DIGEST) != digest:
        raise ValueError(path)
    file.seek(size - tail - length)
    table = json.loads(file.read(length))
    packets = tuple(
        PacketEntry(size, pts, bool(key), tuple((kind, bytes_) for kind, bytes_ in side))
        for size, pts, key, side in table["packets"]
    )
    brightness = None if table["brightness"] is None else Brightness(*table["brightness"])
    header = bytes.fromhex(table["extradata"])
    return Segment(path, digest.hex(), table["encoder"], header, packets, table["frames"], brightness)


def _digest_of(file: BinaryIO, size: int) -> bytes:
    state = hashlib.sha256()
    file.seek(0)
    while size > 0 and (block := file.read(min(size, 1 << 20))):
        state.update(block)
        size -= len(block)
    return state.digest()


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise ValueError(size)
    return data


def _torn(path: Path) -> str:
    return f"the kept segment {path} is torn or was changed; render again with --fresh, or delete it"
