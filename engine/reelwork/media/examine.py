"""Examining a file: its bytes are read once from beginning to end, and its facts and index come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import READ, AudioFacts, MediaFacts, Reading
from reelwork.errors import MediaError
from reelwork.media.edits import edits_of
from reelwork.media.offered import footage_reader, is_numbered
from reelwork.media.opening import (
    cannot_be_heard,
    cannot_be_shown,
    film_stream,
    film_streams,
    is_edited,
    opened,
    patient,
    sound_stream,
    sound_streams,
)
from reelwork.media.packets import unpacking
from reelwork.media.probe import Examined
from reelwork.media.sound.waves import check_claims, count_samples
from reelwork.media.stills.reading import is_animation, is_still, still_facts
from reelwork.media.subtitles import said_streams
from reelwork.media.video.animation import animation_facts
from reelwork.media.video.avframes import base_storage
from reelwork.media.video.cuts import Index, cut
from reelwork.media.video.decoder import decoder_for, fields_of, orientation_of, shown_size, tags_of
from reelwork.media.video.dolby import check_base_layer
from reelwork.media.video.joined import on_one_clock
from reelwork.media.video.layers import alpha_layer, first_units, with_alpha
from reelwork.media.video.plugins import examine_by
from reelwork.media.video.stamped import timecode_of
from reelwork.media.video.timing import Packets, ordered_index, stamped_index
from reelwork.media.wave_files import is_open_ended

# Of these, one packet is one picture, at its own time. Others are decoded once to see what comes out.
_TRUSTED_CODECS: Final = {
    "h264", "hevc", "av1", "vp9", "prores", "ffv1", "mjpeg", "mpeg1video", "mpeg2video", "dnxhd", "png", "rawvideo",
    "qtrle", "cfhd", "huffyuv", "ffvhuff", "utvideo", "dvvideo", "v210", "magicyuv", "hap",
}  # fmt: skip
# These do not store when pictures are shown, and FFmpeg's guess is wrong where pictures are reordered.
_GUESSING_FORMATS: Final = {"avi", "mpeg", "asf", "mxf"}
# In these, a length in the header is meant exactly.
_EXACT_FORMATS: Final = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "wav", "flac", "w64", "caf", "aiff"}
# So many packets of pictures are tried to see whether each is one.
_TRIED: Final = 24
_MISSING_SECONDS: Final = Fraction(1, 4)
_REST: Final = "copy it again, or, for what there is of it, `ffmpeg -i FILE -map 0 -c copy NEW`"


def examine_file(path: Path, digest: str, rate: Fraction, reading: Reading = READ) -> Examined:
    """Facts and index of a file of any kind.

    :param rate: of numbered files, pictures a second
    :param reading: which of its streams, pages, parts and layers
    :raises MediaError: it is damaged, cut short, or of a kind that cannot be read
    """
    if reader := footage_reader(path):
        if reading.picks and not is_numbered(path):
            raise _no_still(path, reading, f"is footage that {reader} reads")
        return examine_by(reader, path, digest, rate, reading)
    if is_still(path):
        if is_animation(path):
            if reading.picks:
                raise _no_still(path, reading, "is animated: `in` says where in it to begin")
            return Examined(*animation_facts(path, digest))
        return Examined(still_facts(path, digest, reading), None)
    if reading.picks:
        raise _no_still(path, reading, "is a video, or sound")
    stream, heard = reading.stream, reading.sound
    with opened(path, edited=False) as container:
        film, sound = film_stream(container, stream), sound_stream(container, heard)
        if film is None and stream:
            raise MediaError(f"{path}: has no stream {stream} of pictures: {_said(film_streams(container))}")
        if sound is None and heard:
            raise MediaError(f"{path}: has no stream {heard} of sound: {_said(sound_streams(container))}")
        if film is None and cannot_be_shown(container):
            raise MediaError(
                f"{path}: its pictures are encrypted, or of a codec that cannot be decoded; export them as ProRes or "
                "H.264, or, for its sound alone, take that out: ffmpeg -i FILE -vn -c:a copy SOUND"
            )
        unheard = cannot_be_heard(container)
        if film is None and sound is None:
            said = "its sound cannot be decoded; convert it" if unheard else "holds neither pictures nor sound"
            raise MediaError(f"{path}: {said}")
        if sound is not None:
            check_claims(sound, path)
        packets = _read_packets(container, film, path)
        _check_complete(container, packets, path)
        name, captions = container.format.name, said_streams(container)
    counted = None if sound is None else count_samples(path, heard)
    audio, jumps = counted or (None, ())
    if film is None:
        if audio is None or audio.samples == 0:
            raise MediaError(f"{path}: holds no sound that can be decoded")
        audio = replace(audio, offset=Fraction(0))
        facts = MediaFacts("audio", digest, name, audio.codec, duration=audio.duration, audio=audio, captions=captions)
        return Examined(facts, None)
    found = _examined_film(path, digest, on_one_clock(packets.film, packets.tick, jumps), audio, stream)
    return replace(found, facts=replace(found.facts, unheard=unheard))


def _no_still(path: Path, reading: Reading, what: str) -> MediaError:
    return MediaError(f"{path}: `{reading.picks[0]}` is for stills, and this {what}")


@dataclass
class _Seen:
    """The packets of the pictures, and how far all streams reach."""

    film: Packets = field(default_factory=Packets)
    tick: Fraction = Fraction(1)
    any: bool = False
    first: Fraction | None = None
    last: Fraction = Fraction(0)


def _read_packets(container: InputContainer, film: VideoStream | None, path: Path) -> _Seen:
    seen = _Seen()
    starts: dict[int, Fraction] = {}
    # Damage of sound alone is told with its place when it is decoded.
    for packet in container.demux() if film is not None else patient(container):
        if packet is None or packet.size == 0:
            continue
        if packet.is_corrupt and container.format.name in _EXACT_FORMATS and not is_open_ended(path):
            raise MediaError(f"{path}: is cut short or damaged; {_REST}")
        seen.any = True
        if packet.pts is not None:
            start = packet.pts * packet.time_base
            seen.first = start if seen.first is None else min(seen.first, start)
            before, starts[packet.stream_index] = starts.get(packet.stream_index, start), start
            # Some do not say how long a packet is: then as long as the one before, or else as long as it may be.
            length = packet.duration * packet.time_base if packet.duration else start - before or _MISSING_SECONDS
            seen.last = max(seen.last, start + length)
        if film is not None and packet.stream_index == film.index:
            seen.tick = packet.time_base
            seen.film.add(packet, path)
    return seen


def _in_words(films: list[VideoStream]) -> tuple[str, ...]:
    """Streams of pictures, where there are several."""
    contexts = [film.codec_context for film in films] if len(films) > 1 else []
    return tuple(f"{context.codec.canonical_name}, {context.width}×{context.height}" for context in contexts)


def _said(streams: Sequence[VideoStream | AudioStream]) -> str:
    """The streams that there are."""
    codecs = [stream.codec_context.codec.canonical_name for stream in streams]
    if len(codecs) < 2:
        return f"its only one is {codecs[0]}" if codecs else "it has none"
    return f"its {len(codecs)} are {', '.join(f'{n} ({codec})' for n, codec in enumerate(codecs, start=1))}"


def _check_complete(container: InputContainer, packets: _Seen, path: Path) -> None:
    if not packets.any:
        raise MediaError(f"{path}: holds no pictures and no sound")
    if container.format.name not in _EXACT_FORMATS or not container.duration or packets.first is None:
        return
    said = Fraction(container.duration, 1_000_000)
    if is_edited(container):  # its film may last longer than what it is cut from
        lengths = [Fraction((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams]
        said = min(said, max(filter(None, lengths), default=said))
    found = packets.last - min(packets.first, Fraction(0))
    if found < said - _MISSING_SECONDS:
        raise MediaError(
            f"{path}: is cut short: it says that it lasts {float(said):.3f} s and ends after {float(found):.3f} s; "
            f"{_REST}"
        )


def _examined_film(path: Path, digest: str, packets: Packets, audio: AudioFacts | None, number: int) -> Examined:
    if not packets.pts:
        raise MediaError(f"{path}: holds no pictures")
    if not packets.keys:
        packets.keys.append(0)
    with opened(path, edited=False) as container:
        film = film_stream(container, number)
        assert film is not None  # it was there a moment ago
        trusted = film.codec_context.codec.canonical_name in _TRUSTED_CODECS
        if (
            trusted
            and packets.are_timed
            and container.format.name not in _GUESSING_FORMATS
            and not _are_paired(path, number, packets)
        ):
            track = stamped_index(packets, film, path)
            frame, _ = _decode(container, film, packets, path, everything=False)
        else:
            frame, shown = _decode(container, film, packets, path, everything=True)
            track = ordered_index(packets, shown, film, path)
        index: Index = cut(track, edits_of(path, film.id)) if is_edited(container) else track
        units = first_units(path, number) if film.codec_context.codec.canonical_name == "hevc" else ()
        check_base_layer(units, path)
        alpha = alpha_layer(units, path)
        pixel_format = with_alpha(frame.format.name, path) if alpha is not None else frame.format.name
        if base_storage(pixel_format) is None:
            raise MediaError(f"{path}: its pixel format {pixel_format} cannot be read; convert the file first")
        orientation = orientation_of(frame, path)
        width, height = shown_size(frame, film, orientation, path)
        rate = index.rate or index.count / index.duration
        facts = MediaFacts(
            kind="video",
            digest=digest,
            container=container.format.name,
            codec=film.codec_context.codec.canonical_name,
            width=width,
            height=height,
            stored_width=frame.width,
            stored_height=frame.height,
            orientation=orientation,
            fields=fields_of(frame, film),
            timecode=timecode_of(container, film, frame),
            streams=_in_words(film_streams(container)),
            captions=said_streams(container),
            duration=index.duration,
            frame_count=index.count,
            frame_rate=rate,
            variable_rate=index.rate is None and index.count > 1,
            has_alpha=index.has_gaps or alpha is not None or any(c.is_alpha for c in frame.format.components),
            alpha=alpha,
            pixel_format=pixel_format,
            colour=tags_of(frame, film),
            audio=None if audio is None else replace(audio, offset=audio.offset - index.begin),
        )
    return Examined(facts, index)


def _are_paired(path: Path, number: int, packets: Packets) -> bool:
    """Whether some pictures may be in two packets, one for each field, as cameras write H.264 (PAFF); the first packets
    are tried."""
    with opened(path, edited=False) as container:
        film = film_stream(container, number)
        assert film is not None  # it was there a moment ago
        if film.codec_context.codec.canonical_name != "h264":
            return False
        context = decoder_for(film, 1, path)
        fed = came = 0
        stored = (packet for packet in container.demux(film) if packet.size)
        for packet in chain(islice(stored, packets.keys[0], packets.keys[0] + _TRIED), (None,)):
            fed += packet is not None
            try:
                frames = context.decode(packet)
            except av.InvalidDataError:
                return False  # what is damaged is told where it is shown
            came += len(frames)
            if any(not frame.interlaced_frame for frame in frames):
                return False
        return came < fed


def _decode(
    container: InputContainer, film: VideoStream, packets: Packets, path: Path, *, everything: bool
) -> tuple[VideoFrame, list[int]]:
    """The first picture that is shown; and, if ``everything`` is decoded, the packets whose pictures come out, in that
    order."""
    context = decoder_for(film, 1, path)
    first_key = packets.keys[0]
    begin = packets.pts[first_key] if packets.are_timed else None
    first: VideoFrame | None = None
    came: dict[int, bool] = {}  # and whether it is a key
    unpacked = unpacking(film)
    stored = (unpacked(packet) for packet in container.demux(film) if packet.size)
    for ordinal, packet in enumerate(chain(stored, (None,))):
        if packet is not None:
            if ordinal < first_key:
                continue
            # What a decoder says of its pictures' times is guessed where the file does not say; this it hands on.
            packet.pts, packet.dts = ordinal, None
        try:
            frames = context.decode(packet)
        except av.InvalidDataError:
            if everything and packet is not None:
                came.setdefault(
                    ordinal, False
                )  # there is a picture, which cannot be had; whoever asks for it is told so
            frames = []
        for frame in frames:
            shown = frame.pts
            if shown is None or not first_key <= shown < len(packets.pts):
                continue
            if begin is not None and (packets.pts[shown] or 0) < begin:
                continue
            first = first or frame
            came.setdefault(shown, frame.key_frame)
        if first is not None and not everything:
            break
    if first is None:
        raise MediaError(f"{path}: none of its pictures can be decoded")
    if everything:  # some containers call every packet a key
        packets.keys = [key for key in packets.keys if key == first_key or came.get(key, True)]
    return first, list(came)
