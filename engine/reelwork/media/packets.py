"""Side data of packets: bytes of a kind go in, and are attached to a packet."""

from __future__ import annotations

from typing import Any, cast

from av.packet import Packet, PacketSideData, PktSideDataT, packet_sidedata_type_from_literal


def attach(packet: Packet[Any], kind: str, data: bytes) -> None:
    """Attach side data of one of FFmpeg's kinds, by PyAV's names."""
    # PyAV's stubs know side data only as a copy from a packet; its constructor takes a kind's number and a size.
    side = PacketSideData(packet_sidedata_type_from_literal(cast(PktSideDataT, kind)), len(data))  # type: ignore[call-arg]
    side.update(data)
    side.to_packet(packet, move=True)
