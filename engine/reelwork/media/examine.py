"""Examining a file: its bytes are read once from beginning to end, and its facts and index come out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelwork.catalogue.facts import AudioFacts, MediaFacts
from reelwork.errors import MediaError
from reelwork.media.avframes import base_storage
from reelwork.media.decoder import decoder_for, tags_of
from reelwork.media.index import FrameIndex, constant_rate
from reelwork.media.opening import film_stream, opened, sound_stream
from reelwork.media.probe import Examined
from reelwork.media.stills import is_still, still_facts
from reelwork.media.waves import count_samples

# Of these, one packet is one picture, at its own time. Others are decoded once to see what comes out.
_TRUSTED_CODECS: Final = {
    "h264", "hevc", "av1", "vp9", "prores", "ffv1", "mjpeg", "mpeg1video", "mpeg2video", "dnxhd", "png", "rawvideo",
    "qtrle", "cfhd", "huffyuv", "ffvhuff", "utvideo", "dvvideo", "v210", "magicyuv", "hap",
}  # fmt: skip
# These do not store when pictures are shown, and FFmpeg's guess is wrong where pictures are reordered.
_GUESSING_FORMATS: Final = {"avi", "mpeg", "asf"}
# In these, a length in the header is meant exactly.
_EXACT_FORMATS: Final = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "wav", "flac", "w64", "caf", "aiff"}
_MISSING_SECONDS: Final = Fraction(1, 4)


def examine_file(path: Path, digest: str) -> Examined:
    """Facts and index of a file of any kind.

    :raises MediaError: it is damaged, cut short, or of a kind that cannot be read
    """
    if is_still(path):
        return Examined(still_facts(path, digest), None)
    with opened(path) as container:
        film, sound = film_stream(container), sound_stream(container)
        if film is None and sound is None:
            raise MediaError(f"{path}: holds neither pictures nor sound")
        packets = _read_packets(container, path)
        _check_complete(container, packets, path)
        name = container.format.name
    audio = None if sound is None else count_samples(path)
    if film is None:
        if audio is None or audio.samples == 0:
            raise MediaError(f"{path}: holds no sound that can be decoded")
        audio = replace(audio, offset=Fraction(0))
        facts = MediaFacts("audio", digest, name, audio.codec, duration=audio.duration, audio=audio)
        return Examined(facts, None)
    return _examined_film(path, digest, packets, audio)


@dataclass
class _Packets:
    """What was seen of the stream of pictures, and how far all streams reach."""

    pts: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    durations: dict[int, int] = field(default_factory=dict)
    untimed: bool = False
    first: Fraction | None = None
    last: Fraction = Fraction(0)


def _read_packets(container: InputContainer, path: Path) -> _Packets:
    film = film_stream(container)
    seen = _Packets()
    for packet in container.demux():
        if packet.size == 0:
            continue
        if packet.is_corrupt:
            raise MediaError(f"{path}: is cut short or damaged")
        if packet.pts is not None:
            start = packet.pts * packet.time_base
            seen.first = start if seen.first is None else min(seen.first, start)
            seen.last = max(seen.last, start + (packet.duration or 0) * packet.time_base)
        if film is None or packet.stream_index != film.index:
            continue
        if packet.pts is None:
            seen.untimed = True
            continue
        ordinal = len(seen.pts)
        if packet.is_keyframe:
            seen.keys.append(ordinal)
        if packet.is_discard:
            seen.hidden.add(ordinal)
        seen.durations[packet.pts] = packet.duration or 0
        seen.pts.append(packet.pts)
    return seen


def _check_complete(container: InputContainer, packets: _Packets, path: Path) -> None:
    if packets.first is None and not packets.untimed:
        raise MediaError(f"{path}: holds no pictures and no sound")
    if container.format.name not in _EXACT_FORMATS or not container.duration or packets.first is None:
        return
    said = Fraction(container.duration, 1_000_000)
    found = packets.last - min(packets.first, Fraction(0))
    if found < said - _MISSING_SECONDS:
        raise MediaError(
            f"{path}: is cut short: it says that it lasts {float(said):.3f} s and ends after {float(found):.3f} s"
        )


def _examined_film(path: Path, digest: str, packets: _Packets, audio: AudioFacts | None) -> Examined:
    if packets.untimed or not packets.pts:
        raise MediaError(f"{path}: does not say when its pictures are shown; put it into an .mp4 or .mkv file")
    with opened(path) as container:
        film = film_stream(container)
        assert film is not None  # it was there a moment ago
        if not packets.keys:
            packets.keys.append(0)
        _hide_unmakeable(packets)
        trusted = film.codec_context.codec.canonical_name in _TRUSTED_CODECS
        everything = not trusted or container.format.name in _GUESSING_FORMATS
        frame, emitted = _decode(container, film, packets, path, everything=everything)
        if everything:
            packets.hidden.update(n for n, pts in enumerate(packets.pts) if pts not in emitted)
        index = _index(packets, film, path)
        if base_storage(frame.format.name) is None:
            raise MediaError(f"{path}: its pixel format {frame.format.name} cannot be read; convert the file first")
        rate = index.rate or len(index.shown) / index.duration
        start = index.shown[0] * index.time_base
        facts = MediaFacts(
            kind="video",
            digest=digest,
            container=container.format.name,
            codec=film.codec_context.codec.canonical_name,
            width=frame.width,
            height=frame.height,
            duration=index.duration,
            frame_count=len(index.shown),
            frame_rate=rate,
            variable_rate=index.rate is None and len(index.shown) > 1,
            has_alpha=any(component.is_alpha for component in frame.format.components),
            pixel_format=frame.format.name,
            colour=tags_of(frame, film),
            audio=None if audio is None else replace(audio, offset=audio.offset - start),
        )
    return Examined(facts, index)


def _hide_unmakeable(packets: _Packets) -> None:
    # A recording that begins in the middle: what comes before the first key, or refers to before it, cannot be made.
    first = packets.keys[0]
    packets.hidden.update(n for n, pts in enumerate(packets.pts) if n < first or pts < packets.pts[first])


def _decode(
    container: InputContainer, film: VideoStream, packets: _Packets, path: Path, *, everything: bool
) -> tuple[VideoFrame, set[int]]:
    """The first picture that is shown, and the times of all pictures that come out if ``everything`` is decoded."""
    context = decoder_for(film, 1, path)
    first_pts = packets.pts[packets.keys[0]]
    first: VideoFrame | None = None
    emitted: list[int] = []
    begun = False
    for packet in container.demux(film):
        begun = begun or packet.pts == first_pts
        if not begun or (packet.size == 0 and packet.pts is not None):
            continue
        for frame in context.decode(packet if packet.size else None):
            if frame.pts is None or frame.pts < first_pts:
                continue
            first = first or frame
            emitted.append(frame.pts)
        if first is not None and not everything:
            break
    if first is None:
        raise MediaError(f"{path}: none of its pictures can be decoded")
    if first.rotation:
        raise MediaError(f"{path}: its pictures are stored turned by {first.rotation} degrees; convert it upright")
    if any(after <= before for before, after in pairwise(emitted)):
        raise MediaError(f"{path}: does not say when its pictures are shown; put it into an .mp4 or .mkv file")
    return first, set(emitted)


def _index(packets: _Packets, film: VideoStream, path: Path) -> FrameIndex:
    shown = sorted(pts for n, pts in enumerate(packets.pts) if n not in packets.hidden)
    if not shown:
        raise MediaError(f"{path}: none of its pictures is shown")
    if len(set(shown)) != len(shown):
        raise MediaError(f"{path}: two of its pictures are shown at one time; put it into an .mp4 or .mkv file anew")
    time_base = film.time_base or Fraction(1, 1)
    last = packets.durations[shown[-1]]
    if last <= 0:
        last = shown[-1] - shown[-2] if len(shown) > 1 else max(1, round(1 / (25 * time_base)))
    end = shown[-1] + last
    rate = constant_rate(shown, end, time_base, [film.guessed_rate, film.average_rate, film.base_rate])
    return FrameIndex(time_base, tuple(packets.pts), tuple(packets.keys), frozenset(packets.hidden), end, rate)
