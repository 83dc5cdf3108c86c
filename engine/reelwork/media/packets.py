"""Packets as decoders need them: side data is attached to them, and those that hold two pictures are taken apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from av.bitstream import BitStreamFilterContext
from av.packet import Packet, PacketSideData, PktSideDataT, packet_sidedata_type_from_literal
from av.video.stream import VideoStream


def attach(packet: Packet[Any], kind: str, data: bytes) -> None:
    """Attach side data of one of FFmpeg's kinds, by PyAV's names."""
    # PyAV's stubs know side data only as a copy from a packet; its constructor takes a kind's number and a size.
    side = PacketSideData(packet_sidedata_type_from_literal(cast(PktSideDataT, kind)), len(data))  # type: ignore[call-arg]
    side.update(data)
    side.to_packet(packet, move=True)


def unpacking(stream: VideoStream) -> Callable[[Packet[Any]], Packet[Any]]:
    """What makes a packet of one picture of each packet of a stream, in the order of decoding, from any key on.

    DivX and Xvid put a reference and the picture before it into one packet, and then one that holds nothing: decoding
    could not begin behind the first of them, where alone a stream says so.
    """
    if stream.codec_context.codec.canonical_name != "mpeg4":
        return lambda packet: packet
    taking = BitStreamFilterContext("mpeg4_unpack_bframes", stream)

    def unpacked(packet: Packet[Any]) -> Packet[Any]:
        return next(iter(taking.filter(packet)), packet)

    return unpacked
