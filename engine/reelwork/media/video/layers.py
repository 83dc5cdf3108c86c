"""HEVC of several layers (ITU-T H.265, annex F): a stream goes in, what its alpha layer is comes out, and its alpha."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, dropwhile, islice
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import AlphaLayer
from reelwork.errors import MediaError
from reelwork.media.opening import MAX_PIXELS, film_stream, opened
from reelwork.media.picture import Picture
from reelwork.media.video.avframes import base_storage, frame_of, picture_of
from reelwork.media.video.nal import PPS, SEI, SPS, VPS, Bits, Unit, configuration, units_of, with_start_codes

# The dimension of layers in which they are auxiliary pictures, and which of these are alpha (tables F.1 and F.2).
_AUXILIARY, _ALPHA = 3, 1
# The message that says what alpha means (F.14.2.8), and what it says of premultiplied colour.
_ALPHA_INFORMATION, _PREMULTIPLIED = 165, 1
# A set of parameters of another layer that takes its size from the set of video parameters.
_INHERITED: Final = 7
# Before any time.
_NOWHERE: Final = -(1 << 63)
# Pictures that are held back by reordering, of which there are 16 at most, and by threads.
_MOST_WAITING: Final = 64
# So many packets are looked through for what stands beside no stream.
_LOOKED_THROUGH: Final = 8


def first_units(path: Path, number: int) -> tuple[Unit, ...]:
    """The units that stand beside a stream of HEVC, and those of its first packets from a key on.

    :param number: of the stream, from 1; 0 for the one that players choose
    """
    with opened(path, edited=False) as container:
        film = film_stream(container, number)
        assert film is not None  # it was there a moment ago
        prefix, beside = configuration(film.codec_context.extradata or b"")
        # What stands in packets stands at keys, of which a recording may have its first one late.
        packets = dropwhile(lambda packet: not packet.is_keyframe, container.demux(film))
        found = (units_of(bytes(packet), prefix) for packet in islice(packets, _LOOKED_THROUGH) if packet.size)
        return tuple(chain(beside, *found))


def alpha_layer(units: Sequence[Unit], path: Path) -> AlphaLayer | None:
    """The alpha layer of a stream of HEVC; ``None`` where it has none.

    :param units: its :func:`first_units`
    :raises MediaError: it has one that cannot be decoded by itself
    """
    found = (_auxiliary(unit.payload) for unit in units if unit.kind == VPS and unit.layer == 0)
    named = next((layer for layer in found if layer), None)
    message = next((said for unit in units if unit.kind == SEI and (said := _said(unit.payload))), None)
    others = [unit.layer for unit in units if unit.kind == SPS and unit.layer]
    if named is None and message and others:
        # Where schedules of buffers stand before the layers, the message alone says what the other one is.
        named = (min(others), False)
    if named is None:
        return None
    layer, depends = named
    sets = [unit for unit in units if unit.kind == SPS and unit.layer == layer]
    if depends or any(unit.data[2] >> 1 & 7 == _INHERITED for unit in sets):
        raise MediaError(
            f"{path}: its alpha is coded as differences from its colours, which cannot be decoded; export it as ProRes "
            "4444, or as HEVC with alpha from an Apple encoder or x265"
        )
    return AlphaLayer(layer, *message) if message else AlphaLayer(layer)


def with_alpha(pixel_format: str, path: Path) -> str:
    """The pixel format of pictures of a format together with their alpha.

    :raises MediaError: there is none
    """
    name = pixel_format.replace("yuvj", "yuv").replace("yuv4", "yuva4").replace("gbrp", "gbrap")
    with suppress(ValueError):
        if any(component.is_alpha for component in av.VideoFormat(name).components):
            return name
    raise MediaError(
        f"{path}: has alpha, and colours of {pixel_format}, which are not read together; export it in colours of 10 "
        "bits"
    )


class AlphaDecoder:
    """Decodes the alpha layer of a stream beside its colours, by a decoder of its own: FFmpeg's gives a picture without
    its alpha to whoever does not choose among its formats, and reads no files of Apple's encoders before version 9.

    :param threads: of the decoder
    """

    def __init__(self, stream: VideoStream, layer: AlphaLayer, threads: int, path: Path) -> None:
        self._layer, self._path = layer, path
        self._prefix, beside = configuration(stream.codec_context.extradata or b"")
        self._beside = tuple(self._alone(beside))
        context = VideoCodecContext.create("hevc", "r")
        context.options = {"max_pixels": str(MAX_PIXELS)}
        context.thread_count = threads
        context.thread_type = stream.codec_context.thread_type
        context.flags = stream.codec_context.flags
        self._context = context
        self._colours: list[VideoFrame] = []
        self._alphas: dict[int, VideoFrame] = {}
        self._reached = _NOWHERE

    def flush(self) -> None:
        """Forget what came before another place of the stream."""
        self._context.flush_buffers()
        self._colours.clear()
        self._alphas.clear()
        self._reached = _NOWHERE

    def joined(self, packet: Packet[Any] | None, colours: Sequence[VideoFrame]) -> list[VideoFrame]:
        """Pictures with their alpha as a fourth plane, from 0 to the highest code of its depth, in order. Those whose
        alpha is not there are left out, as FFmpeg leaves out what cannot be decoded.

        :param packet: what was decoded, or ``None`` at the end
        :param colours: the pictures that came of it
        :raises av.InvalidDataError: the packet's alpha is damaged
        :raises MediaError: alpha and colours are of different sizes
        """
        self._colours += colours
        alone = None if packet is None else self._packet(packet)
        # A packet without any would end the stream.
        for frame in self._context.decode(alone) if alone is None or alone.size else ():
            if frame.pts is not None and not frame.is_corrupt:
                self._alphas[frame.pts] = frame
                self._reached = max(self._reached, frame.pts)
        came = []
        while self._colours and (packet is None or _time(self._colours[0]) <= self._reached or self._is_late()):
            colour = self._colours.pop(0)
            alpha = self._alphas.pop(_time(colour), None)
            if alpha is not None:
                came.append(colour if colour.is_corrupt else self._joined(colour, alpha))
            self._alphas = {pts: alpha for pts, alpha in self._alphas.items() if pts > _time(colour)}
        return came

    def _is_late(self) -> bool:
        """Whether more pictures wait for their alpha than two decoders of the same structure can lie apart."""
        return len(self._colours) > _MOST_WAITING

    def _joined(self, colour: VideoFrame, alpha: VideoFrame) -> VideoFrame:
        if (alpha.width, alpha.height) != (colour.width, colour.height):
            raise MediaError(
                f"{self._path}: its alpha is {alpha.width}x{alpha.height}, and its colours {colour.width}x"
                f"{colour.height}; export it anew"
            )
        name = with_alpha(colour.format.name, self._path)
        stored, own, grey = base_storage(name), base_storage(colour.format.name), base_storage(alpha.format.name)
        if stored is None or own is None or grey is None:
            raise MediaError(f"{self._path}: its alpha is of {alpha.format.name}, which cannot be read; export it anew")
        plane = _in_codes(picture_of(alpha, grey).planes[0], self._layer, grey.depth, stored.depth)
        picture = picture_of(colour, own)
        joined = frame_of(Picture((*picture.planes[:3], plane), stored, colour.width, colour.height), name)
        joined.pts = colour.pts
        return joined

    def _packet(self, packet: Packet[Any]) -> Packet[Any]:
        units = self._alone(units_of(bytes(packet), self._prefix))
        data = with_start_codes(chain(self._beside if packet.is_keyframe else (), units))
        # Memory of FFmpeg's own: of Python's, decoders' threads would wait for who waits for them when it closes.
        alone: Packet[Any] = Packet(len(data))
        if data:
            alone.update(data)
        alone.pts, alone.dts, alone.time_base = packet.pts, packet.dts, packet.time_base
        return alone

    def _alone(self, units: Sequence[Unit] | Iterator[Unit]) -> Iterator[Unit]:
        """The units of the layer as those of a stream by themselves."""
        for unit in units:
            if unit.kind == VPS:
                yield unit
            elif unit.layer == self._layer.number and (unit.kind < VPS or unit.kind in (SPS, PPS)):
                yield unit.in_base_layer()


def _time(frame: VideoFrame) -> int:
    return _NOWHERE if frame.pts is None else frame.pts


def _in_codes(plane: npt.NDArray[Any], layer: AlphaLayer, depth: int, wanted: int) -> npt.NDArray[Any]:
    """Samples of an alpha layer as alpha: of ``depth`` bits, to ``wanted`` (F.14.3.8)."""
    most, highest = (1 << depth) - 1, (1 << wanted) - 1
    clear, solid = layer.transparent, most if layer.opaque is None else layer.opaque
    if (clear, solid, depth, layer.increased) == (0, most, wanted, False):
        return plane
    codes = np.arange(most + 1)
    meant = codes + (codes > min(clear, solid)) if layer.increased else codes
    # Halves are rounded up, in whole numbers.
    covered = ((meant - clear) * np.sign(solid - clear) * 2 * highest + abs(solid - clear)) // (2 * abs(solid - clear))
    table = np.clip(covered, 0, highest).astype(np.uint8 if wanted == 8 else np.uint16)
    found: npt.NDArray[Any] = table[np.minimum(plane, most)]
    return found


def _auxiliary(payload: bytes) -> tuple[int, bool] | None:
    """The layer of alpha and whether it is predicted from another, as a set of video parameters says (7.3.2.1 and
    F.7.3.2.1.1)."""
    with suppress(EOFError):
        bits = Bits(payload)
        bits.u(6)
        others = bits.u(6)
        below = bits.u(3)
        bits.u(17)
        _pass_profile(bits, below, whole=True)
        for _ in range(below + 1 if bits.u(1) else 1):
            bits.ue(), bits.ue(), bits.ue()
        highest = bits.u(6)
        bits.u(bits.ue() * (highest + 1))
        if bits.u(1) and (bits.u(64), bits.u(1) and bits.ue(), bits.ue())[-1]:
            return None  # schedules of buffers stand before the layers, in streams for broadcast
        if not others or not bits.u(1):
            return None
        bits.align()
        _pass_profile(bits, below, whole=False)
        split = bits.u(1)
        dimensions = [number for number in range(16) if bits.u(1)]
        if split or _AUXILIARY not in dimensions:
            return None
        sizes = [bits.u(3) + 1 for _ in dimensions]
        named = bits.u(1)
        layers = []
        for number in range(1, others + 1):
            layer = bits.u(6) if named else number
            layers.append((layer, dict(zip(dimensions, [bits.u(size) for size in sizes], strict=True))))
        size = bits.u(4)
        bits.u(size * len({0, *(places.get(1, 0) for _, places in layers)}))
        for number, (layer, places) in enumerate(layers, start=1):
            depends = bits.u(number) != 0
            if places[_AUXILIARY] == _ALPHA:
                return layer, depends
    return None


def _pass_profile(bits: Bits, below: int, *, whole: bool) -> None:
    """Pass over a profile, tier and level (7.3.3)."""
    bits.u(96 if whole else 8)
    flags = [(bits.u(1), bits.u(1)) for _ in range(below)]
    bits.u(2 * (8 - below) if below else 0)
    for profile, level in flags:
        bits.u(88 * profile + 8 * level)


def _said(payload: bytes) -> tuple[bool, int, int, bool] | None:
    """What a unit of messages says of alpha: whether colours are multiplied by it, which samples are transparent and
    opaque, and whether those above the lower of these count as one more (7.3.5, F.14.2.8, F.14.3.8)."""
    at = 0
    while at + 2 < len(payload):
        numbers = []
        for _ in range(2):
            number = 0
            while at < len(payload) and payload[at] == 0xFF:
                number, at = number + 255, at + 1
            numbers.append(number + (payload[at] if at < len(payload) else 0))
            at += 1
        kind, size = numbers
        if kind == _ALPHA_INFORMATION:
            with suppress(EOFError):
                bits = Bits(payload[at : at + size])
                if not bits.u(1):
                    use, depth = bits.u(3), bits.u(3) + 8
                    clear, solid = bits.u(depth + 1), bits.u(depth + 1)
                    return (use == _PREMULTIPLIED, clear, solid, bits.u(1) == 1) if clear != solid else None
        at += size
    return None
