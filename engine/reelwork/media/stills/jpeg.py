"""JPEG before libjpeg, which holds all coefficients of a file of several scans: a progressive one goes in, and the same
coefficients in one scan come out.

All scans are read side by side, each as far as the same row, so that one row alone is held (ITU-T T.81, annexes B, G).
"""

from __future__ import annotations

import mmap
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from reelwork.errors import MediaError
from reelwork.folders import caches
from reelwork.kernels import jpeg as kernels

#: Bytes of coefficients that libjpeg may hold.
MOST_HELD: Final = 192 << 20
BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS = 0xC0, 0xC1, 0xC2, 0xC3
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DHT, _EOI, _SOS, _DQT, _DRI = 0xC4, 0xD9, 0xDA, 0xDB, 0xDD
_COPIED: Final = {0xE0: b"JFIF", 0xEE: b"Adobe"}  # what libjpeg knows colours by
_NOTES: Final = (0xE1, 0xE2)
_ALONE: Final = frozenset((1, *range(0xD0, 0xD9)))
_MOST_SCANS: Final = 100
_MOST_BLOCKS: Final = 10  # of a unit
_BYTES_A_BLOCK: Final = 420
#: After so many rows of units, pages of the file that have passed are let go.
_PASSED: Final = 32
# Codes for all that there is, those that T.81's K.3.3 gives for luminance.
_DC: Final = (bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)), bytes(range(12)))
_AC: Final = (
    bytes((0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125)),
    bytes.fromhex(
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536"
        "3738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999a"
        "a2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7"
        "f8f9fa"
    ),
)


@dataclass
class _Part:
    """A component: its name, its blocks in a unit, and the quantiser that its first scan found."""

    name: int
    across: int
    down: int
    table: int
    quantiser: bytes = b""


@dataclass(frozen=True)
class _Scan:
    parts: tuple[int, ...]
    tables: tuple[tuple[int, int], ...]
    codes: npt.NDArray[np.int64]
    mode: int
    first: int
    last: int
    low: int
    state: npt.NDArray[np.int64]


@dataclass
class Head:
    """What stands before the scans' bits."""

    kind: int = 0
    depth: int = 0
    width: int = 0
    height: int = 0
    parts: list[_Part] = field(default_factory=list)
    copied: list[bytes] = field(default_factory=list)
    #: EXIF and profiles, as they stand in their segments.
    notes: list[bytes] = field(default_factory=list)
    scans: list[_Scan] = field(default_factory=list)
    #: Of the first scan.
    scan_parts: int = 0

    @property
    def unit(self) -> tuple[int, int]:
        """Columns and rows of a unit."""
        return 8 * max(part.across for part in self.parts), 8 * max(part.down for part in self.parts)

    @property
    def units(self) -> tuple[int, int]:
        """How many there are across and down."""
        return -(-self.width // self.unit[0]), -(-self.height // self.unit[1])

    @property
    def blocks(self) -> int:
        """Of a unit."""
        return sum(part.across * part.down for part in self.parts)


def head_of(path: Path) -> Head:
    """What stands before the first scan.

    :raises ValueError, LookupError, struct.error: it is damaged
    """
    with _mapped(path) as data:
        head = Head()
        _read_head(data, head, whole=False)
        return head


def check_bits(path: Path) -> None:
    """Read all scans, as far as their code is Huffman's, and make nothing of them.

    :raises ValueError, LookupError, struct.error: they make no sense, or are cut short
    """
    with _mapped(path) as data:
        head = Head()
        _read_head(data, head, whole=True)
        if head.kind != LOSSLESS:
            for _ in _rows(data, head):
                pass


@contextmanager
def frugal(path: Path) -> Iterator[BinaryIO | None]:
    """The same picture, bit for bit, in a file that libjpeg reads row by row; ``None`` where it reads the picture's own
    so, or holds little of it.

    :raises MediaError: it can be read only as a whole, and is too large for that, or there is no room to unpack it
    :raises ValueError: it is damaged
    """
    with _mapped(path) as data:
        head = Head()
        _read_head(data, head, whole=False)
        several = head.kind not in (BASELINE, EXTENDED) or head.scan_parts < len(head.parts)
        held = 128 * head.blocks * head.units[0] * head.units[1] if several else 0
        if held <= MOST_HELD:
            yield None
            return
        if head.kind not in (BASELINE, EXTENDED, PROGRESSIVE) or head.blocks > _MOST_BLOCKS:
            said = f"{path}: its kind of JPEG is read as a whole, which would take {held / 1e9:.1f} GB of memory"
            raise MediaError(f"{said}; save it as baseline JPEG or as TIFF")
        head = Head()
        _read_head(data, head, whole=True)
        with tempfile.TemporaryFile(dir=caches()) as file:
            try:
                _unpack(data, head, file)
                file.flush()
            except OSError as error:
                room = f"there is no room to unpack it in {caches()}: {error.strerror or error}"
                raise MediaError(f"{path}: {room}") from error
            file.seek(0)
            yield file


@contextmanager
def bytes_of(path: Path) -> Iterator[mmap.mmap]:
    """What libjpeg is to read of a picture, as far as it is looked at.

    :raises MediaError, ValueError: as of :func:`frugal`
    """
    with frugal(path) as file:
        if file is None:
            with _mapped(path) as data:
                yield data
        else:
            yield mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file:
        # closed when nothing refers to it, as errors' tracebacks may
        yield mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _segments(data: mmap.mmap) -> Iterator[tuple[int, int, int]]:
    """Markers, and where what they say begins and ends. What follows a scan's head is sought behind its bits."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise ValueError("there are bytes between its segments")
        kind = data[at + 1]
        if kind == 0xFF or kind in _ALONE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind == _EOI:
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end < at + 4 or end > len(data):
            break
        yield kind, at + 4, end
        at = _end_of_scan(data, end) if kind == _SOS else end
    if data[at : at + 2] != b"\xff\xd9":
        raise ValueError("it ends before its last scan")


def _end_of_scan(data: mmap.mmap, place: int) -> int:
    return int(kernels.next_marker(np.frombuffer(data, np.uint8), place))


def _read_head(data: mmap.mmap, head: Head, *, whole: bool) -> None:
    """What is said before the scans; with ``whole``, the scans too."""
    codes: dict[int, npt.NDArray[np.int64]] = {}
    quantisers: dict[int, bytes] = {}
    interval = 0
    for kind, begin, end in _segments(data):
        said = data[begin:end] if kind != _SOS or whole else data[begin : begin + 1]
        if kind in _FRAMES:
            if head.parts:
                raise ValueError("it has two heads")
            _read_frame(said, kind, head)
        elif kind in _COPIED and said.startswith(_COPIED[kind]):
            head.copied.append(bytes((0xFF, kind)) + data[begin - 2 : end])
        elif kind in _NOTES:
            head.notes.append(said)
        elif kind == _DRI:
            interval = struct.unpack(">H", said[:2])[0]
        elif kind == _DHT and whole:
            _read_codes(said, codes)
        elif kind == _DQT:
            _read_quantisers(said, quantisers)
        elif kind == _SOS:
            if not head.parts:
                raise ValueError("it has no head")
            head.scan_parts = head.scan_parts or said[0]
            if not whole:
                return
            if len(head.scans) == _MOST_SCANS:
                raise ValueError(f"it has more than {_MOST_SCANS} scans")
            if head.kind != LOSSLESS:
                head.scans.append(_scan(said, head, codes, quantisers, interval, (end, _end_of_scan(data, end))))
    if not head.scan_parts:
        raise ValueError("it has no scan")
    if head.kind != LOSSLESS and any(not part.quantiser for part in head.parts):
        raise ValueError("a component of it has no scan")


def _read_frame(said: bytes, kind: int, head: Head) -> None:
    head.kind = kind
    head.depth, head.height, head.width, count = struct.unpack_from(">BHHB", said)
    for at in range(6, 6 + 3 * count, 3):
        name, factors, table = said[at : at + 3]
        across, down = factors >> 4, factors & 15
        if not (1 <= across <= 4 and 1 <= down <= 4):
            raise ValueError("its subsampling is none")
        head.parts.append(_Part(name, across, down, table))
    if not 1 <= count <= 4 or not head.width or not head.height:
        raise ValueError("its head is damaged")
    if count == 1:
        head.parts[0].across = head.parts[0].down = 1


def _read_codes(said: bytes, codes: dict[int, npt.NDArray[np.int64]]) -> None:
    at = 0
    while at < len(said):
        name, counts = said[at], said[at + 1 : at + 17]
        symbols = said[at + 17 : at + 17 + sum(counts)]
        if len(counts) < 16 or len(symbols) < sum(counts) or len(symbols) > 256:
            raise ValueError("a table of codes is cut short")
        codes[name] = kernels.table_of(counts, symbols)
        at += 17 + len(symbols)


def _read_quantisers(said: bytes, quantisers: dict[int, bytes]) -> None:
    at = 0
    while at < len(said):
        size = 129 if said[at] >> 4 else 65
        if at + size > len(said):
            raise ValueError("a table of steps is cut short")
        quantisers[said[at] & 15] = said[at : at + size]
        at += size


def _scan(
    said: bytes, head: Head, codes: dict[int, npt.NDArray[np.int64]], quantisers: dict[int, bytes], interval: int,
    place: tuple[int, int],
) -> _Scan:  # fmt: skip
    count = said[0]
    names = [part.name for part in head.parts]
    parts = tuple(names.index(said[1 + 2 * number]) for number in range(count))
    first, last, bits = said[1 + 2 * count : 4 + 2 * count]
    high, low = bits >> 4, bits & 15
    if head.kind != PROGRESSIVE:
        mode = kernels.SEQUENTIAL
        first, last, low = 0, 63, 0
    elif first == 0:
        mode = kernels.DC_MORE if high else kernels.DC_FIRST
    else:
        mode = kernels.AC_MORE if high else kernels.AC_FIRST
    whole = head.kind == PROGRESSIVE and (last > 0 if first == 0 else count > 1 or not first <= last <= 63)
    if whole or not count or len(set(parts)) < count or low > 13 or (high and low != high - 1):
        raise ValueError("a scan of it is none")
    found: list[npt.NDArray[np.int64]] = []
    tables = []
    for number, part in enumerate(parts):
        if not head.parts[part].quantiser:
            head.parts[part].quantiser = quantisers[head.parts[part].table]
        named = said[2 + 2 * number]
        needs_dc = mode in (kernels.SEQUENTIAL, kernels.DC_FIRST)
        needs_ac = mode in (kernels.SEQUENTIAL, kernels.AC_FIRST, kernels.AC_MORE)
        found.append(codes[named >> 4] if needs_dc else np.zeros(kernels.TABLE, np.int64))
        found.append(codes[0x10 | named & 15] if needs_ac else np.zeros(kernels.TABLE, np.int64))
        tables.append((2 * number, 2 * number + 1))
    state = np.zeros(kernels.STATE, np.int64)
    state[kernels.PLACE], state[kernels.END] = place
    state[kernels.INTERVAL] = state[kernels.LEFT] = interval
    return _Scan(parts, tuple(tables), np.stack(found), mode, first, last, low, state)


def _unpack(data: mmap.mmap, head: Head, file: Any) -> None:
    """:raises ValueError: the bits of a scan are damaged, or cut short"""
    if head.depth != 8:
        raise ValueError(f"it has {head.depth} bits and several scans; save it as baseline JPEG")
    across, layout = head.units[0], _layout(head)
    dc, ac = kernels.codes_of(*_DC), kernels.codes_of(*_AC)
    out, written = np.empty(0, np.uint8), np.zeros(2 + len(head.parts), np.int64)
    _write_head(head, file)
    for blocks in _rows(data, head):
        if not len(out):
            out = np.empty(len(blocks) * _BYTES_A_BLOCK, np.uint8)
        size = kernels.write_row(blocks, written, layout, dc, ac, across, out)
        if size < 0:
            raise ValueError("it holds coefficients beyond 8 bits")
        file.write(out[:size])
    pad = 8 - int(written[1])
    if pad < 8:
        last = int(written[0]) << pad | (1 << pad) - 1
        file.write(bytes((last, 0) if last == 0xFF else (last,)))
    file.write(b"\xff\xd9")


def _rows(data: mmap.mmap, head: Head) -> Iterator[npt.NDArray[np.int16]]:
    """The coefficients of one row of units after the other, in the same memory."""
    across, down = head.units
    layout = _layout(head)
    blocks = np.zeros((head.blocks * across, 64), np.int16)
    whole = np.frombuffer(data, np.uint8)
    for row in range(down):
        blocks[:] = 0
        for scan in head.scans:
            _read_scan(whole, scan, _of_scan(head, scan, layout, row), across, blocks)
        yield blocks
        if row % _PASSED == 0 and hasattr(mmap, "MADV_DONTNEED"):
            data.madvise(mmap.MADV_DONTNEED)


def _read_scan(
    whole: npt.NDArray[np.uint8], scan: _Scan, parts: npt.NDArray[np.int64], across: int, blocks: npt.NDArray[np.int16]
) -> None:
    kernels.read_row(
        whole, scan.state, parts, scan.codes, scan.mode, scan.first, scan.last, scan.low, across, blocks
    )  # fmt: skip
    if scan.state[kernels.FAULT]:
        raise ValueError("the bits of a scan make no sense")


def _layout(head: Head) -> npt.NDArray[np.int64]:
    """The components in a row of units, as kernels read them."""
    layout, offset = np.zeros((len(head.parts), 8), np.int64), 0
    across = head.units[0]
    for number, part in enumerate(head.parts):
        width = -(-head.width * part.across // head.unit[0])  # T.81, A.1.1 and A.2.2
        layout[number] = (offset, part.across * across, part.across, part.down, width, 0, 0, 0)
        offset += part.across * part.down * across
    return layout


def _of_scan(head: Head, scan: _Scan, layout: npt.NDArray[np.int64], row: int) -> npt.NDArray[np.int64]:
    parts = layout[list(scan.parts)]
    for number, which in enumerate(scan.parts):
        part = head.parts[which]
        height = -(-head.height * part.down // head.unit[1])
        parts[number, kernels.ROWS] = min(part.down, height - row * part.down)
        parts[number, kernels.DC], parts[number, kernels.AC] = scan.tables[number]
    return parts


def _write_head(head: Head, file: Any) -> None:
    def segment(kind: int, said: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, kind, 2 + len(said)) + said

    file.write(b"\xff\xd8" + b"".join(head.copied))
    for number, part in enumerate(head.parts):
        file.write(segment(_DQT, bytes((part.quantiser[0] & 0xF0 | number,)) + part.quantiser[1:]))
    parts = b"".join(bytes((p.name, p.across << 4 | p.down, n)) for n, p in enumerate(head.parts))
    file.write(segment(EXTENDED, struct.pack(">BHHB", 8, head.height, head.width, len(head.parts)) + parts))
    file.write(segment(_DHT, b"\0" + b"".join(_DC) + b"\x10" + b"".join(_AC)))
    chosen = b"".join(bytes((part.name, 0)) for part in head.parts)
    file.write(segment(_SOS, bytes((len(head.parts),)) + chosen + bytes((0, 63, 0))))
