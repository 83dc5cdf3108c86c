"""HE-AAC, version 2: bare AAC goes in, the same with a band above it, and stereo made of one channel, comes out.

What is written beside each frame are bits of ISO/IEC 14496-3: in a fill element (4.4.2.7) spectral band replication
(4.6.18) with one flat envelope, and in its extension parametric stereo (8.4) with one difference of levels:
10 dB.
"""

from __future__ import annotations

from collections.abc import Iterator

#: What the header below makes of a core at 24,000 Hz: envelope bands, and one of noise.
_BANDS = 21


def with_parametric_stereo(bare: bytes) -> bytes:
    """The same frames, each with what makes it stereo at twice the rate."""
    return b"".join(_joined(header, _with_element(body)) for header, body in _frames(bare))


def _extension() -> str:
    header = "1" + "0" + f"{5:04b}" + f"{9:04b}" + "000" + "00" + "0" + "0"
    grid, deltas, filtering = "00" + "00" + "1", "0" + "0", "00"
    envelope, noise = f"{20:07b}" + "00" * (_BANDS - 1), f"{20:05b}"
    # Differences of 10 bands: a first of +4 (10 dB), then the same.
    stereo = "1" + "1" + "000" + "0" + "0" + "0" + "01" + "0" + "111101" + "0" * 9
    stereo = _filled("10" + stereo)
    data = "0" + grid + deltas + filtering + envelope + noise + "0" + "1" + f"{len(stereo) // 8:04b}" + stereo
    return _filled("1101" + header + data)


def _with_element(body: bytes) -> bytes:
    bits = "".join(f"{byte:08b}" for byte in body).rstrip("0")
    assert bits.endswith("111")  # the element that ends a block
    extension = _extension()
    count = len(extension) // 8
    said = f"{count:04b}" if count < 15 else f"1111{count - 14:08b}"
    bits = _filled(bits[:-3] + "110" + said + extension + "111")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _filled(bits: str) -> str:
    return bits + "0" * (-len(bits) % 8)


def _frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        yield data[at : at + 7], data[at + (7 if data[at + 1] & 1 else 9) : at + size]
        at += size


def _joined(header: bytes, body: bytes) -> bytes:
    made, size = bytearray(header), 7 + len(body)
    made[1] |= 1
    made[3] = made[3] & 0xFC | size >> 11
    made[4] = size >> 3 & 255
    made[5] = (size & 7) << 5 | made[5] & 31
    return bytes(made) + body
