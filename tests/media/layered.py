"""HEVC of two layers, which no encoder here writes: a second stream of pictures is put beside the first as annex F of
ITU-T H.265 has it, as alpha (F.14.2.8), depth or a second view."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np

WIDTH, HEIGHT, COUNT, RATE = 96, 64, 24, 24
# Nothing of x265's that makes a slice's header longer than :func:`_renamed` reads.
_X265: Final = (
    "keyint=8:min-keyint=8:bframes=3:b-adapt=0:scenecut=0:open-gop=1:pools=none:frame-threads=1:log-level=none:info=0:"
    "sao=0:wpp=0:weightp=0:temporal-mvp=0:hrd=0:aud=0:repeat-headers=1:slices=1"
)


# Kinds of units that may stand beside a stream: parameters of videos, sequences and pictures, and messages.
_SETS: Final = (32, 33, 34, 39)
#: For each picture in the order of decoding: when it is shown, when it is decoded, and its units.
Pictures = Sequence[tuple[int, int, list[bytes]]]


class Writer:
    """Bits, most significant first."""

    def __init__(self) -> None:
        self.text = ""

    def u(self, value: int, count: int) -> Writer:
        self.text += f"{value:0{count}b}" if count else ""
        return self

    def ue(self, value: int) -> Writer:
        digits = f"{value + 1:b}"
        self.text += "0" * (len(digits) - 1) + digits
        return self

    def align(self, bit: str = "0") -> Writer:
        self.text += bit * (-len(self.text) % 8)
        return self

    def stopped(self) -> bytes:
        """As a payload: a one, then zeros to a whole byte."""
        self.text += "1"
        self.align()
        return int(self.text, 2).to_bytes(len(self.text) // 8)


class Reader:
    """What :class:`Writer` writes."""

    def __init__(self, payload: bytes) -> None:
        self.text, self.at = "".join(f"{byte:08b}" for byte in payload), 0

    def u(self, count: int) -> int:
        self.at += count
        return int(self.text[self.at - count : self.at] or "0", 2)

    def ue(self) -> int:
        zeros = self.text.index("1", self.at) - self.at
        self.at += zeros
        return self.u(zeros + 1) - 1


def escaped(payload: bytes) -> bytes:
    out = bytearray()
    for byte in payload:
        if out[-2:] == b"\0\0" and byte <= 3:
            out.append(3)
        out.append(byte)
    return bytes(out)


def plain(data: bytes) -> bytes:
    return data.replace(b"\0\0\3", b"\0\0")


def unit(kind: int, payload: bytes, layer: int = 0, temporal: int = 1) -> bytes:
    return bytes((kind << 1 | layer >> 5, (layer & 31) << 3 | temporal)) + escaped(payload)


def split(packet: bytes) -> list[bytes]:
    return [part.rstrip(b"\0") for part in packet.split(b"\0\0\1")[1:]]


def kind_of(data: bytes) -> int:
    return data[0] >> 1 & 63


def encoded(pictures: Sequence[np.ndarray], pixels: str, extra: str = "") -> Pictures:
    """Time, time of decoding and units of each picture; ``pictures`` are luma, whose chroma is grey."""
    context = av.CodecContext.create("libx265", "w")
    context.width, context.height, context.pix_fmt = pictures[0].shape[1], pictures[0].shape[0], pixels
    context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE)
    context.options = {"preset": "ultrafast", "x265-params": f"{_X265}:{extra}".rstrip(":")}
    context.thread_count = 1
    made = []
    for number, luma in enumerate([*pictures, None]):
        frame = None
        if luma is not None:
            frame = av.VideoFrame(luma.shape[1], luma.shape[0], pixels)
            wide = frame.format.components[0].bits > 8
            for index, plane in enumerate(frame.planes):
                rows = np.frombuffer(memoryview(plane), np.uint16 if wide else np.uint8).reshape(plane.height, -1)
                rows[:, : plane.width] = luma if index == 0 else (1 << frame.format.components[0].bits - 1)
            frame.pts, frame.time_base = number, Fraction(1, RATE)
        made += [(packet.pts, packet.dts, split(bytes(packet))) for packet in context.encode(frame)]
    return made


def vps_of_two_layers(
    vps: bytes, *, mask: int, identity: int, depends: int, size: tuple[int, int], depth: int = 8, whole: bool = True
) -> bytes:
    """A video parameter set with the extension of F.7.3.2.1.1, from one of a single layer.

    :param mask: which of the dimensions layers differ in: 3 for auxiliary pictures, 1 for views
    :param identity: of the second layer in that dimension: 1 for alpha, 2 for depth
    :param depends: whether the second layer is predicted from the first
    :param whole: else it ends in the middle, as those of some encoders that are in use do
    """
    level = Reader(plain(vps[2:])).text[32 + 88 : 32 + 96]
    old, new = Reader(plain(vps[2:])), Writer()
    new.u(old.u(4), 4).u(3, 2)
    old.u(2 + 6)
    new.u(1, 6)  # vps_max_layers_minus1
    new.u(old.u(3), 3).u(old.u(1), 1).u(old.u(16), 16)
    new.text += old.text[old.at : old.at + 96]  # profile, tier and level
    old.u(96)
    new.u(old.u(1), 1)
    for _ in range(3):
        new.ue(old.ue())
    new.u(1, 6).ue(1).u(3, 2)  # the second set of layers has both
    new.u(0, 1).u(1, 1).align("1")  # no timing; the extension
    new.text += level
    new.u(0, 1).u(1 << 15 - mask, 16).u(1, 3)  # splitting_flag, scalability_mask_flag, dimension_id_len_minus1
    new.u(0, 1).u(identity, 2)
    if mask == 1:
        new.u(1, 4).u(0, 1).u(1, 1)  # the views' numbers
    else:
        new.u(0, 4)
    new.u(depends, 1)
    if not depends:
        new.ue(0)
    if not whole:
        return unit(32, new.u(0xFFF, 12).stopped())
    new.u(0, 1).u(0, 1).u(depends, 1).ue(1)  # up to default_ref_layers_active_flag, then one more profile
    new.ue(0).u(0, 2).u(0, 1).u(1, 1)  # output layer sets, and the profile of each layer
    new.ue(0).u(size[0], 16).u(size[1], 16).u(1, 1).u(1, 2).u(depth - 8, 4).u(depth - 8, 4).u(0, 1)  # format
    new.u(1, 1).u(0, 1)
    if not depends:
        new.u(1, 1)  # pictures where decoding begins have no count of their order
    new.u(0, 1).ue(4).ue(4).ue(2).ue(0)  # sizes of buffers
    new.ue(0).u(depends, 1)
    if depends:
        new.u(2, 2)
    return unit(32, new.ue(0).u(0, 1).u(0, 1).stopped())


def alpha_message(use: int, transparent: int, opaque: int, depth: int = 8, increment: int = 0) -> bytes:
    """The message of F.14.2.8: 0 for straight alpha, 1 for colour that is multiplied by it."""
    bits = Writer().u(0, 1).u(use, 3).u(depth - 8, 3).u(transparent, depth + 1).u(opaque, depth + 1).u(increment, 1)
    payload = bits.u(0, 1).stopped()
    return unit(39, bytes((165, len(payload))) + payload + b"\x80")


def _renamed(slice_unit: bytes) -> bytes:
    """A slice of x265's that names the set of parameters 1, and not 0: its header (7.3.6.1) becomes longer."""
    kind, old = kind_of(slice_unit), Reader(plain(slice_unit[2:]))
    old.u(1)
    if 16 <= kind <= 23:
        old.u(1)
    before = old.at
    assert old.ue() == 0
    after = old.at
    name = old.ue()  # 0 B, 1 P, 2 I
    if kind not in (19, 20):
        old.u(8)
        assert old.u(1) == 0
        fewer, more = old.ue(), old.ue()
        for _ in range(fewer + more):
            old.ue()
            old.u(1)
    if name != 2:
        if old.u(1):
            old.ue()
            if name == 0:
                old.ue()
        if name == 0:
            old.u(1)
        old.ue()
    old.ue()  # slice_qp_delta
    old.u(1)  # slice_loop_filter_across_slices_enabled_flag
    end = old.at
    body = old.text[end:]
    assert body[0] == "1"
    rest = old.text[end + 1 + (-(end + 1) % 8) :]
    new = Writer()
    new.text = old.text[:before]
    new.ue(1).text += old.text[after:end] + "1"
    new.align().text += rest
    return unit(kind, int(new.text, 2).to_bytes(len(new.text) // 8), 1, slice_unit[1] & 7)


def in_layer_1(data: bytes) -> bytes | None:
    """A unit of a stream by itself as one of layer 1, whose sets of parameters are numbered 1; others are left out."""
    kind = kind_of(data)
    if kind < 32:
        return _renamed(data)
    old, new = Reader(plain(data[2:])), Writer()
    if kind == 33:
        new.text = old.text[: 8 + 96]
        old.at = 8 + 96
        assert old.ue() == 0
        new.ue(1).text += old.text[old.at :].rstrip("0")[:-1]
        return unit(33, new.stopped(), 1)
    if kind == 34:
        assert (old.ue(), old.ue()) == (0, 0)
        new.ue(1).ue(1).text += old.text[old.at :].rstrip("0")[:-1]
        return unit(34, new.stopped(), 1)
    return None


def muxed(path: Path, units: Pictures, *, beside: bool = True) -> Path:
    """A file of pictures with their times and units, those that come before slices beside the stream, or within it."""
    if path.suffix == ".hevc":
        path.write_bytes(b"".join(b"\0\0\0\1" + data for _, _, each in units for data in each))
        return path
    bare = path.with_name(f"{path.name}.bare")
    bare.write_bytes(b"".join(b"\0\0\0\1" + data for _, _, each in units for data in each))
    with av.open(str(bare), format="hevc") as source, av.open(str(path), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        sets = [data for data in units[0][2] if kind_of(data) in _SETS]
        stream.codec_context.extradata = b"".join(b"\0\0\0\1" + data for data in sets)
        stream.time_base = Fraction(1, RATE)
        if path.suffix in (".mp4", ".mov"):
            stream.codec_context.codec_tag = "hvc1" if beside else "hev1"
        for pts, dts, each in units:
            within = [data for data in each if not beside or kind_of(data) not in _SETS]
            packet = av.Packet(b"".join(b"\0\0\0\1" + data for data in within))
            packet.pts, packet.dts, packet.time_base, packet.duration = pts + 2, dts + 2, Fraction(1, RATE), 1
            packet.is_keyframe = any(16 <= kind_of(data) <= 23 for data in each)
            packet.stream = stream
            out.mux(packet)
    bare.unlink()
    return path


def two_layers(
    colours: Pictures,
    alphas: Pictures,
    vps: bytes,
    message: bytes | None = None,
) -> Pictures:
    """The pictures of two streams of the same structure as the layers of one."""
    made = []
    for (pts, dts, first), (pts_too, dts_too, second) in zip(colours, alphas, strict=True):
        assert (pts, dts) == (pts_too, dts_too)
        others = [found for data in second if (found := in_layer_1(data))]
        sets = [
            *(data for data in first if kind_of(data) in (33, 34)),
            *(data for data in others if kind_of(data) > 32),
        ]
        before = [vps, *sets, *([message] if message else [])] if sets else []
        slices = [*(data for data in first if kind_of(data) < 32), *(data for data in others if kind_of(data) < 32)]
        made.append((pts, dts, before + slices))
    return made
