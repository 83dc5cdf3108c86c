"""Captions that files carry: a film, or a file of words with times, goes in; its captions come out.

FFmpeg's decoders make ASS of every kind of text; what it says of bold, italic and underlined letters and of lines is
kept, and where words stand, in which colours and fonts, is not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from reelwork.caption import STYLES, TEXTS, Caption, Run, Words, joined, marked
from reelwork.catalogue.facts import READ, Reading
from reelwork.errors import MediaError
from reelwork.media.files import check_file
from reelwork.media.opening import film_stream, opened
from reelwork.media.probe import digest_of, examine
from reelwork.media.remember import recall, remember
from reelwork.media.stills.reading import is_still

# Larger files of words are none.
_LARGEST: Final = 1 << 26
# What such a file begins with, and FFmpeg's name of its format; others are SubRip.
_BEGINNINGS: Final = (("WEBVTT", "webvtt"), ("[Script Info]", "ass"), ("[V4", "ass"), ("[Events]", "ass"))
_ASS: Final = ("ass", "ssa")
#: Languages that ISO 639-2 gives two codes: the bibliographic one and the terminological one.
BIBLIOGRAPHIC: Final = {
    "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces", "dut": "nld", "fre": "fra",
    "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl", "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas",
    "rum": "ron", "slo": "slk", "tib": "bod", "wel": "cym",
}  # fmt: skip
# A time of SubRip or WebVTT with a sign.
_BEFORE: Final = re.compile(r"(?m)(?:^|(?<=-->)|(?<=--> ))-(?:\d+:)?\d\d?:\d\d?[.,]\d+")
# A line of times of SubRip or WebVTT, and what stands in it: hours may be left out, and so may parts of seconds.
_TIMES: Final = re.compile(r"(?m)^[ \t]*(\d[\d:.,]*)[ \t]*-->[ \t]*(\d[\d:.,]*)")
_TIME: Final = re.compile(r"(?:(\d+):)?(\d+):(\d+)(?:[.,](\d+))?")
_BREAK: Final = re.compile(r"\\([Nnh])")
# What stands for itself, ``&lt;b>``, and would be taken for a mark.
_SIGNS: Final = re.compile(r"<(?=/?[biu]>)", re.IGNORECASE)
_BLOCK: Final = re.compile(r"\{([^}]*)\}")
_OVERRIDE: Final = re.compile(r"\\(?:([biu])(\d*)(?=\\|$)|(r)|(p)(\d+)(?=\\|$))")


def read_captions(path: Path, reading: Reading = READ, *, stream: int = 0, language: str = "") -> Words:
    """The captions that a file carries.

    :param reading: how its pictures are read, the first of which is at 0
    :param stream: which of its streams of captions, from 1; 0 for the one that players choose
    :param language: which of them, by ISO 639 or BCP 47, such as ``de`` or ``pt-BR``; empty for any
    :raises MediaError: it cannot be read, or has no such captions; the message says which it has
    """
    if path.suffix.lower() in TEXTS:
        return _of_text(path)
    key = sha256(f"{digest_of(path)} {reading.stream} {stream} {language}".encode()).hexdigest()
    known = recall("captions", key)
    if known is None:
        known = [[str(each.start), str(each.end), each.words] for each in _of_film(path, reading, stream, language)]
        remember("captions", key, known)
    return Words(tuple(Caption(Fraction(start), Fraction(end), words) for start, end, words in known))


def said_streams(container: InputContainer) -> tuple[str, ...]:
    """The streams of captions of a container, in words."""
    return tuple(map(_said, container.streams.subtitles))


def _of_text(path: Path) -> Words:
    check_file(path)
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror}") from error
    if not data:
        raise MediaError(f"{path}: is no file of captions: it has more than {_LARGEST >> 20} MiB")
    text, doubt = _decoded(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip()
    text = _BEFORE.sub("00:00:00,000", text)  # a time before the beginning is none that can be read
    text = _TIMES.sub(lambda found: f"{_whole(found[1])} --> {_whole(found[2])}", text)
    name = next((name for start, name in _BEGINNINGS if text.startswith(start)), "srt")
    try:
        with av.open(io.BytesIO(text.encode()), "r", format=name) as container:
            lasting, backwards = _lasting(container, container.streams.subtitles[0])
    except (av.FFmpegError, IndexError) as error:
        raise MediaError(f"{path}: is damaged, or no file of captions") from error
    if not lasting:
        raise MediaError(f"{path}: holds no captions")
    if backwards:
        ends = f"{backwards} of its captions do not end after they begin, and are left out"
        if backwards == 1:
            ends = "one of its captions does not end after it begins, and is left out"
        doubt = f"{doubt}; {ends}" if doubt else ends
    return Words(lasting, doubt)


def _whole(time: str) -> str:
    """A time with hours and thousandths: without them FFmpeg takes it for words, or ``.5`` for five thousandths."""
    found = _TIME.fullmatch(time)
    if found is None:
        return time
    hours, minutes, seconds, part = found.groups()
    point = "," if "," in time else "."
    return f"{int(hours or 0):02}:{int(minutes):02}:{int(seconds):02}{point}{part or '':0<3.3}"


def _lasting(container: InputContainer, stream: SubtitleStream) -> tuple[tuple[Caption, ...], int]:
    """The captions of a file of text, and how many beside them last no time."""
    found: list[Caption] = []
    backwards = 0
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None and (words := _words(stream, packet)):
            start = packet.pts * packet.time_base
            if packet.duration and packet.duration > 0:
                found.append(Caption(start, start + packet.duration * packet.time_base, words))
            else:
                backwards += 1
    return tuple(found), backwards


def _decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and what is doubtful about it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), ""
    if data[:64].count(0) * 4 > len(data[:64]):
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", errors="replace"), ""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
        said = f"line {place} is not UTF-8: its letters are read as those of Windows-1252"
        return data.decode("cp1252", errors="replace"), said


def _of_film(path: Path, reading: Reading, stream: int, language: str) -> list[Caption]:
    if is_still(path):
        raise MediaError(f"{path}: is a picture, and carries no captions")
    with opened(path) as container:
        chosen = _chosen(container, path, stream, language)
        index = examine(path, None, reading).index if film_stream(container) is not None else None
        begin = Fraction(0) if index is None else index.begin
        return list(_captions(container, chosen, begin))


def _chosen(container: InputContainer, path: Path, number: int, language: str) -> SubtitleStream:
    """The stream of captions that is asked for."""
    streams = container.streams.subtitles
    there = "; ".join(f"{n} is {said}" for n, said in enumerate(said_streams(container), start=1))
    if not streams:
        raise MediaError(f"{path}: carries no captions")
    if number > len(streams):
        raise MediaError(f"{path}: has no stream {number} of captions: {there}")
    able = [streams[number - 1]] if number else list(streams)
    if language:
        able = [stream for stream in able if _speaks(stream.language or "", language)]
        if not able:
            raise MediaError(f"{path}: has no captions in {language!r}: {there}")
    words = [stream for stream in able if _is_text(stream)]
    if not words:
        raise MediaError(f"{path}: these captions are pictures and no words, and cannot be carried: {there}")
    return next((stream for stream in words if stream.disposition & Disposition.default), words[0])


def _said(stream: SubtitleStream) -> str:
    name = stream.codec_context.codec.canonical_name if stream.codec_context is not None else "unknown"
    parts = (name, stream.language or "", "" if _is_text(stream) else "pictures", stream.metadata.get("title", ""))
    return ", ".join(part for part in parts if part)


def _is_text(stream: SubtitleStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.codec.text_sub


def _speaks(code: str, wanted: str) -> bool:
    """Whether a stream's language is the wanted one; regions count where both say one."""
    from icu4py.locale import Locale  # for words alone

    def parts(said: str) -> tuple[str, str]:
        locale = Locale(BIBLIOGRAPHIC.get(said.lower(), said))
        return locale.language.lower(), locale.country

    (has, where), (asked, place) = parts(code), parts(wanted)
    return has == asked and (not where or not place or where == place)


def _captions(container: InputContainer, stream: SubtitleStream, begin: Fraction) -> Iterator[Caption]:
    """A stream's captions in their order; one that does not say how long it stands stands until the next one."""
    open_ended: Caption | None = None
    for packet in container.demux(stream):
        if packet.size == 0 or packet.pts is None:
            continue
        start = packet.pts * packet.time_base - begin
        words = _words(stream, packet)
        if open_ended is not None:
            yield Caption(open_ended.start, max(start, open_ended.start), open_ended.words)
            open_ended = None
        if packet.duration:
            if words:
                yield Caption(start, start + packet.duration * packet.time_base, words)
        elif words:
            open_ended = Caption(start, start, words)
    if open_ended is not None:
        yield Caption(open_ended.start, open_ended.start + _LAST, open_ended.words)


#: How long the last caption stands where nothing says it, seconds.
_LAST: Final = Fraction(4)


def _words(stream: SubtitleStream, packet: Packet[Any]) -> str:
    """The words of one packet; none where it cannot be decoded."""
    try:
        decoded = stream.codec_context.decode2(packet)
    except av.FFmpegError:
        return ""
    if decoded is None:
        return ""
    events = (rect.ass.decode(errors="replace") for rect in decoded if isinstance(rect, AssSubtitle))
    codec = stream.codec_context.codec.canonical_name
    return "\n".join(filter(None, (_unlaid(event, codec in _ASS) for event in events)))


def _unlaid(event: str, is_ass: bool) -> str:
    """The words of an ASS event with the marks of captions.

    :param event: ``ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text``
    :param is_ass: whether the file itself is ASS, in which braces without an order are remarks
    """
    text = event.split(",", 8)[-1]
    if not is_ass:
        # How FFmpeg writes a brace and a backslash that stand for themselves.
        text = text.replace("\\{{}", "\ue000").replace("\\\u2060", "\ue001")
    parts: list[Run] = []
    styles: frozenset[str] = frozenset()
    drawing = False
    at = 0
    for block in _BLOCK.finditer(text):
        if not (is_ass or block[1].startswith("\\")):
            continue
        if not drawing:
            parts.append(Run(text[at : block.start()], styles))
        at = block.end()
        for style, weight, reset, draw, scale in _OVERRIDE.findall(block[1]):
            if style in STYLES:
                styles = styles | {style} if weight not in ("", "0") else styles - {style}
            elif reset:
                styles = frozenset()
            elif draw:
                drawing = int(scale) > 0
    if not drawing:
        parts.append(Run(text[at:], styles))
    return marked(joined(Run(_plain(part.text), part.styles) for part in parts)).strip()


def _plain(text: str) -> str:
    broken = _BREAK.sub(lambda found: {"N": "\n", "n": " ", "h": "\u00a0"}[found[1]], text)
    return _SIGNS.sub("<\u2060", broken.replace("\ue000", "{").replace("\ue001", "\\"))
