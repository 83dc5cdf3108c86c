"""Files of stills that no library writes, put together by the book: profiles, PNGs with chunks of any kind, HEIC."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags

#: A JPEG XL of the colour #40c080 in Display P3, which it says in numbers; made by libjxl, without loss.
P3_JXL = bytes.fromhex("ff0a4740402637020802010064004b188b1500d41363d0cc5c200200019a2f8041020000ffe50f")
#: The colour #40c080 with BT.470 BG's primaries, by their places, and sRGB's curve, and with a gamma of 2.2; with those
#: of film under illuminant C, linear. FFmpeg's libjxl wrote them, and reads these words in them.
PAL_JXL = bytes.fromhex(
    "ff0a41404082008813888402cd86804f02f82401a60e37020802010060004b188b15c249c361be400400031ca01f0000000000000000"
)
GAMMA_JXL = bytes.fromhex(
    "ff0a41404082008813888402cd86804f02f82401a6ced7ada2080802010060004b188b15c249c361be400400031ca01f0000000000000000"
)
FILM_JXL = bytes.fromhex(
    "ff0a41408010785d02268d20143205c31be0d42e904701cd46a0fd428b0802010060004b188b15c249c361be400400031ca01f"
    "0000000000000000"
)


def write_png(path: Path, samples: np.ndarray, *chunks: tuple[bytes, bytes], depth: int = 8) -> Path:
    """A PNG (RFC 2083) of ``[row, column, channel]`` with chunks before its pixels."""
    height, width, channels = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    path.write_bytes(png_of((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))
    return path


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def matrix_profile(columns: np.ndarray, curve: bytes, *, name: str = "made") -> bytes:
    """A display profile (ICC.1:2010): what red, green and blue are in XYZ under D50, by columns, and their curve."""
    tags = [(b"desc", _described(name)), (b"wtpt", _xyz(0.9642, 1.0, 0.8249))]
    tags += [(f"{letter}XYZ".encode(), _xyz(*columns[:, i])) for i, letter in enumerate("rgb")]
    tags += [(f"{letter}TRC".encode(), curve) for letter in "rgb"]
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(curve: bytes) -> bytes:
    return _profile(
        b"mntr",
        b"GRAY",
        b"XYZ ",
        [(b"desc", _described("grey")), (b"wtpt", _xyz(0.9642, 1.0, 0.8249)), (b"kTRC", curve)],
    )


def ink_profile(labs: np.ndarray) -> bytes:
    """A printer's profile: the Lab colour at each corner of the cube of inks, ``[c, m, y, k, 3]`` (mft2, PCS Lab)."""
    codes = np.empty((16, 3))
    codes[:, 0] = labs.reshape(16, 3)[:, 0] / 100 * 65280
    codes[:, 1:] = (labs.reshape(16, 3)[:, 1:] + 128) * 256
    table = struct.pack(">4s4xBBBx", b"mft2", 4, 3, 2) + struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table += struct.pack(">HH", 2, 2) + struct.pack(">8H", *((0, 65535) * 4))
    table += np.rint(codes).astype(">u2").tobytes() + struct.pack(">6H", *((0, 65535) * 3))
    return _profile(
        b"prtr",
        b"CMYK",
        b"Lab ",
        [(b"desc", _described("inks")), (b"wtpt", _xyz(0.9642, 1.0, 0.8249)), (b"A2B0", table)],
    )


def gamma_curve(gamma: float) -> bytes:
    return struct.pack(">4s4xIH", b"curv", 1, round(gamma * 256)) + bytes(2)


def srgb_curve() -> bytes:
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return struct.pack(">4s4xHxx5i", b"para", 3, *(round(number * 65536) for number in numbers))


def _profile(kind: bytes, space: bytes, pcs: bytes, tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    place, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += struct.pack(">4sII", name, place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4xI4s4s4s", place + len(body), 0x02400000, kind, space, pcs).ljust(36, b"\0") + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _described(name: str) -> bytes:
    return b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name.encode() + bytes(79)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def write_heic(path: Path, pixels: np.ndarray, *, colour: bytes = b"", turn: bytes = b"", depth: int = 8) -> Path:
    """A HEIC (ISO/IEC 23008-12) of one picture, of 8 or 10 bits from pixels of 8, ``[row, column, 3]``.

    :param colour: the contents of a ``colr`` box
    :param turn: boxes that turn it
    """
    height, width, _ = pixels.shape
    form = "yuv420p" if depth == 8 else "yuv420p10le"
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, form
    encoder.framerate, encoder.time_base = 25, Fraction(1, 25)
    encoder.options = {
        "x265-params": "qp=1:range=full:colormatrix=bt470bg:log-level=none:pools=none:frame-threads=1:info=0"
    }
    encoder.flags |= Flags.global_header  # the parameter sets stand apart
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=form, dst_colorspace=5, dst_color_range=2)
    data = b"".join(bytes(p) for p in [*encoder.encode(frame), *encoder.encode(None)])
    units = [unit for unit in _units(data) if unit[0] >> 1 & 63 < 32]
    sets = [unit for unit in _units(bytes(encoder.extradata or data)) if unit[0] >> 1 & 63 in (32, 33, 34)]
    stream = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
    arrays = b"".join(struct.pack(">BHH", 0x80 | unit[0] >> 1 & 63, 1, len(unit)) + unit for unit in sets)
    profile = sets[1][3:15]  # general profile, tier and level stand at the head of the sequence's set
    config = (
        b"\x01"
        + profile
        + struct.pack(">HBBBBHBB", 0xF000, 0xFC, 0xFC | 1, 0xF8 | depth - 8, 0xF8 | depth - 8, 0, 0x0F, len(sets))
        + arrays
    )
    properties = [_box(b"hvcC", config), _box(b"ispe", struct.pack(">III", 0, width, height))]
    properties.append(_box(b"colr", colour or b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)))
    properties += [turn] if turn else []
    uses = bytes([0x81, *range(2, len(properties) + 1)])
    associations = struct.pack(">IIHB", 0, 1, 1, len(properties)) + uses
    item = _box(b"infe", struct.pack(">IHH4sB", 2 << 24, 1, 0, b"hvc1", 0))

    def meta(offset: int) -> bytes:
        where = struct.pack(">IBBHHHHII", 0, 0x44, 0, 1, 1, 0, 1, offset, len(stream))
        return _box(
            b"meta",
            bytes(4)
            + _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
            + _box(b"pitm", struct.pack(">IH", 0, 1))
            + _box(b"iloc", where)
            + _box(b"iinf", struct.pack(">IH", 0, 1) + item)
            + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _box(b"ipma", associations)),
        )

    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    path.write_bytes(head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", stream))
    return path


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _units(data: bytes) -> list[bytes]:
    """The units of a stream with start codes."""
    return [part.rstrip(b"\0") for part in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if part]
