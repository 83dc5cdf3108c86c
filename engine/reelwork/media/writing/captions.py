"""Captions: words with their times go in; an .srt or .vtt file comes out, or the packets of a film's track of them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from reelwork.caption import STYLES, Caption, Run, lines, marked
from reelwork.media.whole import whole_file

#: Captions are timed to the millisecond, in every format.
_SCALE: Final = 1000
#: FFmpeg's names of the codecs of captions, by the endings of films.
_CODECS: Final = {".mp4": "mov_text", ".mov": "mov_text", ".mkv": "subrip", ".webm": "webvtt"}
# What stands before such an order in SubRip: <b, </font, {\\an8.
_ORDER: Final = re.compile(r"<(?=/?(?:b|i|u|s|font)\b)|\{(?=\\)", re.IGNORECASE)
_FONT_SIZE: Final = 16
# What FFmpeg's encoder makes the header of mov_text of: one style, white on nothing, below the middle.
_PLAIN: Final = b"""\
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&Hff000000,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def write_captions(captions: Sequence[Caption], to: Path) -> None:
    """Write captions as SubRip (``.srt``) or WebVTT (``.vtt``); those that overlap stay apart.

    :raises OutputError: the place cannot be written
    """
    vtt = to.suffix.lower() == ".vtt"
    blocks = ["WEBVTT\n"] if vtt else []
    for number, caption in enumerate(_ordered(captions), start=1):
        times = " --> ".join(_clock(time, "." if vtt else ",") for time in (caption.start, caption.end))
        head = f"{times}\n" if vtt else f"{number}\n{times}\n"
        blocks.append(f"{head}{_said(caption.words, vtt=vtt)}\n")
    with whole_file(to) as temporary:
        temporary.write_text("\n".join(blocks), encoding="utf-8", newline="\n")


class CaptionTrack:
    """One stream of captions in a film that is being written.

    :param suffix: of the film, with its point
    """

    def __init__(self, container: OutputContainer, captions: Sequence[Caption], suffix: str) -> None:
        self._codec = _CODECS[suffix]
        if self._codec == "mov_text":
            # Its header, which a player needs, is what FFmpeg's encoder makes of a plain style.
            stream = container.add_stream("mov_text")
            assert isinstance(stream, SubtitleStream)
            stream.codec_context.subtitle_header = _PLAIN
            stream.codec_context.time_base = Fraction(1, _SCALE)
            self._stream: Stream = stream
        else:
            self._stream = container.add_mux_stream(self._codec, time_base=Fraction(1, _SCALE))
        self._captions = captions

    def packets(self) -> Iterator[Packet[Any]]:
        """The packets in order; what is to be read at one time is in one packet."""
        for caption in apart(self._captions):
            start, end = (round(time * _SCALE) for time in (caption.start, caption.end))
            if self._codec == "mov_text":
                packet = Packet(_sample(caption.words))
            else:
                packet = Packet(_said(caption.words, vtt=self._codec == "webvtt").encode())
            packet.stream = self._stream
            packet.time_base = Fraction(1, _SCALE)
            packet.pts = packet.dts = start
            packet.duration = end - start
            packet.is_keyframe = True
            yield packet


def apart(captions: Sequence[Caption]) -> list[Caption]:
    """Captions of which no two overlap, in whole milliseconds: where some do, their words stand one under the other."""
    shown = _ordered(captions)
    cuts = sorted({time for caption in shown for time in (caption.start, caption.end)})
    found: list[Caption] = []
    read: list[Caption] = []  # at the instant
    coming = iter(shown)
    following = next(coming, None)
    for start, end in pairwise(cuts):
        read = [caption for caption in read if caption.end > start]
        while following is not None and following.start <= start:
            read.append(following)
            following = next(coming, None)
        # Each by itself, so that a mark which one leaves open does not reach into the next.
        words = "\n".join(marked(lines(caption.words)) for caption in read)
        if not words:
            continue
        if found and found[-1].end == start and found[-1].words == words:
            found[-1] = Caption(found[-1].start, end, words)
        else:
            found.append(Caption(start, end, words))
    return found


def _ordered(captions: Sequence[Caption]) -> list[Caption]:
    """Those that say something for a millisecond at least, in whole milliseconds, by their times."""
    timed = (Caption(_whole(one.start), _whole(one.end), one.words) for one in captions)
    kept = (caption for caption in timed if lines(caption.words) and caption.end > caption.start)
    return sorted(kept, key=lambda caption: (caption.start, caption.end))


def _whole(time: Fraction) -> Fraction:
    # Before captions are taken apart: what lies between two of their times is then a millisecond at least, too.
    return Fraction(round(time * _SCALE), _SCALE)


def _said(words: str, *, vtt: bool) -> str:
    """The words of a caption as WebVTT or SubRip has them."""
    return marked(lines(words), _as_vtt if vtt else _as_srt)


def _as_vtt(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _as_srt(text: str) -> str:
    return _broken(text.replace("-->", "→"))


def _broken(text: str) -> str:
    # Where a format has no way to say that a sign is itself, what players would take for an order is broken by a sign
    # that is not seen.
    return _ORDER.sub("\\g<0>\u2060", text)


def _sample(words: str) -> bytes:
    """ISO/IEC 14496-17 and 3GPP TS 26.245, TextSample: the length of the text, the text, and which signs look how."""
    parts = _fitting([Run(_broken(part.text), part.styles) for part in lines(words)])
    text = "".join(part.text for part in parts).encode()
    records: list[bytes] = []
    at = 0
    for part in parts:
        face = sum(1 << STYLES.index(style) for style in part.styles)
        if face:
            records.append(struct.pack(">HHHBB4s", at, at + len(part.text), 1, face, _FONT_SIZE, b"\xff" * 4))
        at += len(part.text)
    sample = struct.pack(">H", len(text)) + text
    if records:
        sample += struct.pack(">I4sH", 10 + 12 * len(records), b"styl", len(records)) + b"".join(records)
    return sample


def _fitting(parts: list[Run]) -> list[Run]:
    """As many of the signs as a sample may hold, whose length is told in 16 bits."""
    room = 0xFFFF
    found: list[Run] = []
    for part in parts:
        text = part.text.encode()[:room].decode(errors="ignore")
        room -= len(text.encode())
        found.append(Run(text, part.styles))
    return found


def _clock(time: Fraction, point: str) -> str:
    seconds, thousandths = divmod(round(time * _SCALE), _SCALE)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{thousandths:03}"
