"""Captions: words with their times go in; an .srt or .vtt file comes out, or the packets of a film's track of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from av.container import OutputContainer
from av.packet import Packet

from reelwork.media.whole import whole_file

#: Captions are timed to the millisecond, in every format.
_SCALE: Final = 1000
#: FFmpeg's names of the codecs of captions, by the endings of films.
_CODECS: Final = {".mp4": "mov_text", ".mov": "mov_text", ".mkv": "subrip", ".webm": "webvtt"}


@dataclass(frozen=True)
class Caption:
    """Words that are read from ``start`` to ``end`` (excluded), seconds from the film's first frame."""

    start: Fraction
    end: Fraction
    words: str


def write_captions(captions: Sequence[Caption], to: Path) -> None:
    """Write captions as SubRip (``.srt``) or WebVTT (``.vtt``); those that overlap stay apart.

    :raises OutputError: the place cannot be written
    """
    vtt = to.suffix.lower() == ".vtt"
    blocks = ["WEBVTT\n"] if vtt else []
    for number, caption in enumerate(_ordered(captions), start=1):
        times = " --> ".join(_clock(time, "." if vtt else ",") for time in (caption.start, caption.end))
        head = f"{times}\n" if vtt else f"{number}\n{times}\n"
        blocks.append(f"{head}{_lines(caption.words, escaped=vtt)}\n")
    with whole_file(to) as temporary:
        temporary.write_text("\n".join(blocks), encoding="utf-8", newline="\n")


class CaptionTrack:
    """One stream of captions in a film that is being written.

    :param suffix: of the film, with its point
    """

    def __init__(self, container: OutputContainer, captions: Sequence[Caption], suffix: str) -> None:
        self._codec = _CODECS[suffix]
        self._stream = container.add_mux_stream(self._codec, time_base=Fraction(1, _SCALE))
        self._captions = captions

    def packets(self) -> Iterator[Packet[Any]]:
        """The packets in order; what is to be read at one time is in one packet."""
        for caption in apart(self._captions):
            start, end = (round(time * _SCALE) for time in (caption.start, caption.end))
            text = _lines(caption.words, escaped=self._codec == "webvtt").encode()
            if self._codec == "mov_text":
                # ISO/IEC 14496-17, TextSample: the length of the text, and the text.
                text = text[:0xFFFF].decode(errors="ignore").encode()
                text = len(text).to_bytes(2, "big") + text
            packet = Packet(text)
            packet.stream = self._stream
            packet.time_base = Fraction(1, _SCALE)
            packet.pts = packet.dts = start
            packet.duration = end - start
            packet.is_keyframe = True
            yield packet


def apart(captions: Sequence[Caption]) -> list[Caption]:
    """Captions of which no two overlap: where some do, their words stand one under the other."""
    shown = _ordered(captions)
    cuts = sorted({time for caption in shown for time in (caption.start, caption.end)})
    found: list[Caption] = []
    for start, end in pairwise(cuts):
        words = "\n".join(caption.words for caption in shown if caption.start <= start and caption.end >= end)
        if not words:
            continue
        if found and found[-1].end == start and found[-1].words == words:
            found[-1] = Caption(found[-1].start, end, words)
        else:
            found.append(Caption(start, end, words))
    return found


def _ordered(captions: Sequence[Caption]) -> list[Caption]:
    kept = (caption for caption in captions if _lines(caption.words) and round((caption.end - caption.start) * _SCALE))
    return sorted(kept, key=lambda caption: (caption.start, caption.end))


def _lines(words: str, *, escaped: bool = False) -> str:
    """The lines of a caption: an empty one would end it, and in WebVTT some signs mean something."""
    lines = "\n".join(line.strip() for line in re.split(r"[\r\n]+", words) if line.strip())
    if escaped:
        return lines.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return lines.replace("-->", "→")


def _clock(time: Fraction, point: str) -> str:
    seconds, thousandths = divmod(round(time * _SCALE), _SCALE)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{thousandths:03}"
