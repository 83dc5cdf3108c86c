"""The mux: segments in their order and sound go in, one film comes out under its final name when it is whole."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any, Final

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from reelwork.caption import Caption
from reelwork.errors import OutputError
from reelwork.media.packets import attach
from reelwork.media.subtitles import BIBLIOGRAPHIC
from reelwork.media.whole import whole_file
from reelwork.media.writing.captions import CaptionTrack
from reelwork.media.writing.codecs import ENCODERS, configure, encoder_options
from reelwork.media.writing.copying import keep_header
from reelwork.media.writing.hdr import room_for, say_light
from reelwork.media.writing.light_level import Brightness
from reelwork.media.writing.segment import Segment, encoder_key, read_packets
from reelwork.media.writing.soundtrack import Blocks, SoundTrack, write_sound
from reelwork.media.writing.spec import Light, SoundSpec, VideoSpec, sound_spec
from reelwork.scene.files import FILMS

__all__ = ["Blocks", "write_film", "write_sound"]


@dataclass(frozen=True)
class Chapter:
    """A part of a film, from ``start`` to ``end`` (excluded), seconds from the first frame."""

    start: Fraction
    end: Fraction
    title: str


_FORMATS: Final = {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
_SOUND_RATE: Final = 48_000


def write_film(
    segments: Sequence[Segment],
    spec: VideoSpec,
    to: Path,
    *,
    sound: Blocks | None = None,
    sound_as: SoundSpec | None = None,
    metadata: dict[str, str] | None = None,
    language: str = "",
    captions: Sequence[Caption] = (),
    chapters: Sequence[Chapter] = (),
) -> None:
    """Write a film; its container follows from the suffix of ``to``.

    :param segments: at least one, in their order, all encoded with ``spec``
    :param sound: what is heard from the first picture on; ``None`` for a silent film
    :param sound_as: default: the container's own codec at 192 kbit/s
    :param metadata: title and the like, by FFmpeg's names
    :param language: of what is heard and read, by ISO 639-2; empty where it is not said
    :param captions: what a track of them holds; none: there is no such track
    :param chapters: in their order, from the first picture to the end
    :raises OutputError: segments of different encoders, copied ones without those that they need, a container that
        cannot hold them, or a place that cannot be written
    """
    if spec.codec not in FILMS.get(to.suffix, ()):
        raise OutputError(f"{to}: a {to.suffix or 'nameless'} file cannot hold {spec.codec}")
    _check_alike(segments, spec, to)
    light = _light(segments, spec)
    with whole_file(to) as temporary:
        try:
            with av.open(
                str(temporary), "w", format=_FORMATS[to.suffix], container_options=_container_options(to.suffix, spec)
            ) as container:
                container.metadata.update(metadata or {})
                video = _video_stream(container, spec, to.suffix)
                if light is not None:
                    video.metadata.update(room_for(light, to.suffix))
                if spec.header is not None:
                    video.codec_context.open()
                    keep_header(video.codec_context, spec)
                track = SoundTrack(container, sound_as or sound_spec(to.suffix), sound) if sound is not None else None
                words = CaptionTrack(container, captions, to.suffix) if captions else None
                _present(container, _language(language, to.suffix))
                _set_chapters(container, chapters, to.suffix)
                container.start_encoding()
                if (video.codec_context.extradata or b"") != segments[0].extradata:
                    raise OutputError(f"{to}: its units were encoded by another encoder; render again with --fresh")
                beside = [each.packets() for each in (track, words) if each is not None]
                _interleave(container, _video_packets(segments, video, 1 / spec.fps), beside)
            if light is not None:
                say_light(temporary, to.suffix, light)
        except av.FFmpegError as error:
            raise OutputError(f"cannot write {to}: {error.strerror}") from error


def _light(segments: Sequence[Segment], spec: VideoSpec) -> Light | None:
    """What the container says of a film's light: what the scene says, and else how bright its pictures were."""
    measured = [segment.brightness for segment in segments if segment.brightness is not None]
    if (spec.light is not None and spec.light.content is not None) or len(measured) < len(segments):
        return spec.light
    return replace(spec.light or Light(), content=reduce(Brightness.joined, measured).told)


def _present(container: OutputContainer, language: str) -> None:
    """Have players show the pictures and play the sound, and say in which language what is heard and read is."""
    for stream in container.streams:
        if stream.type in ("video", "audio"):
            stream.disposition = Disposition.default
        if language and stream.type in ("audio", "subtitle"):
            stream.metadata["language"] = language


def _language(code: str, suffix: str) -> str:
    """A language as a container knows it: QuickTime and Matroska by the bibliographic code, where there are two."""
    known = {terminological: bibliographic for bibliographic, terminological in BIBLIOGRAPHIC.items()}
    return known.get(code, code) if suffix in (".mov", ".mkv", ".webm") else BIBLIOGRAPHIC.get(code, code)


def _set_chapters(container: OutputContainer, chapters: Sequence[Chapter], suffix: str) -> None:
    if chapters:
        if chapters[0].start and suffix in (".mp4", ".mov"):
            # There chapters are a track that begins with the film, and each lasts until the next: one without words
            # keeps the others at their times.
            chapters = [Chapter(Fraction(0), chapters[0].start, ""), *chapters]
        scale = 1000
        container.set_chapters(
            [
                {
                    "id": number,
                    "start": round(chapter.start * scale),
                    "end": round(chapter.end * scale),
                    "time_base": Fraction(1, scale),
                    "metadata": {"title": chapter.title},
                }
                for number, chapter in enumerate(chapters, start=1)
            ]
        )


def _check_alike(segments: Sequence[Segment], spec: VideoSpec, to: Path) -> None:
    if not segments:
        raise OutputError(f"{to}: a film without pictures cannot be written")
    for segment in segments:
        if segment.encoder != encoder_key(spec) or segment.extradata != segments[0].extradata:
            raise OutputError(f"{to}: the unit {segment.path} was encoded differently; render again with --fresh")
    shown = {pts for times in _times(segments) for pts in times}
    if shown - {None} != set(range(sum(segment.frames for segment in segments))):
        raise OutputError(f"{to}: its pictures are copied and need those around them: write the whole film")


def _container_options(suffix: str, spec: VideoSpec) -> dict[str, str]:
    options = {"fflags": "+bitexact"}
    if suffix in (".mp4", ".mov"):
        # Durations of the whole film are counted in this scale: pictures and samples must both come out even.
        scale = math.lcm(spec.fps.numerator, _SOUND_RATE)
        options |= {
            "movflags": "+faststart+write_colr",
            "movie_timescale": str(scale if scale < 1 << 31 else _SOUND_RATE),
            "video_track_timescale": str(_track_scale(spec.fps)),
        }
    return options


def _track_scale(fps: Fraction) -> int:
    # Some players round times in a scale that is too coarse, as theirs at 24 a second would be.
    scale = fps.numerator
    while scale < 10_000:
        scale *= 2
    return scale


def _video_stream(container: OutputContainer, spec: VideoSpec, suffix: str) -> VideoStream:
    stream = container.add_stream(ENCODERS[spec.codec], rate=spec.fps, options=encoder_options(spec))
    if not isinstance(stream, VideoStream):
        raise TypeError(stream)
    configure(stream.codec_context, spec)
    stream.time_base = 1 / spec.fps
    if spec.codec == "hevc" and suffix != ".mkv":
        stream.codec_context.codec_tag = "hvc1"  # Apple's players know HEVC by this name alone
    if spec.storage.alpha != "none" and spec.codec == "vp9":
        stream.metadata["alpha_mode"] = "1"
    return stream


def _video_packets(segments: Sequence[Segment], stream: VideoStream, tick: Fraction) -> Iterator[Packet[Any]]:
    # An encoder's own decoding times are useless in units of one or two pictures. Each picture is decoded one tick
    # after the last, and all so early that none is decoded after it is shown.
    shown = (pts for times in _times(segments) for pts in times if pts is not None)
    delay = max(index - pts for index, pts in enumerate(shown))
    index = 0
    for segment, times in zip(segments, _times(segments), strict=True):
        for stored, pts in zip(read_packets(segment), times, strict=True):
            if pts is None:
                continue
            packet = Packet(stored.data)
            for kind, data in stored.side:
                attach(packet, kind, data)
            packet.stream = stream
            packet.time_base = tick
            packet.pts, packet.dts, packet.duration = pts, index - delay, 1
            packet.is_keyframe = stored.entry.key
            index += 1
            yield packet


def _times(segments: Sequence[Segment]) -> Iterator[list[int | None]]:
    """The pictures of the film that each segment's packets are; ``None`` where a segment before has the packet too."""
    start = 0
    seen: set[int] = set()
    for segment in segments:
        times = [start + entry.pts for entry in segment.packets]
        yield [None if pts in seen else pts for pts in times]
        seen.update(times)
        start += segment.frames


def _interleave(
    container: OutputContainer, video: Iterator[Packet[Any]], beside: Sequence[Iterator[Packet[Any]]]
) -> None:
    """Write the packets of all streams by their times; of those at one time, pictures last."""
    for packet in heapq.merge(*beside, video, key=_time):
        container.mux_one(packet)


def _time(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base
