"""Edges of voices: voices go in, the same come out with a short fade wherever one is cut inside its sound.

A cut inside sound is a jump, and a jump clicks. Nothing is touched where a file begins or ends by itself, so that an
attack on its first sample stays, nor where another voice goes on from that very place, nor where a fade ends anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from reelwork.sound.gains import RATE
from reelwork.sound.plan import Bus, Fade, Part, Voice

#: Half a sample, seconds: what lies nearer together is one place.
_HALF: Final = Fraction(1, 2 * RATE)

# A voice's source, stream, speed and direction, and a sample; with it, the seconds of the source there.
_Place = tuple[str, int, Fraction, bool, int]


def declicked(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same parts, with the fades that cuts need."""
    parts = tuple(replace(part, parts=declicked(part.parts)) if isinstance(part, Bus) else part for part in parts)
    voices = [part for part in parts if isinstance(part, Voice)]
    starts, ends = (
        _places((voice, voice.start, False) for voice in voices),
        _places((voice, voice.end, True) for voice in voices),
    )
    return tuple(_faded(part, starts, ends) if isinstance(part, Voice) else part for part in parts)


def _faded(voice: Voice, starts: dict[_Place, list[Fraction]], ends: dict[_Place, list[Fraction]]) -> Voice:
    length = min(voice.declick, (voice.end - voice.start) / 2)
    if length <= 0:
        return voice
    silent = {envelope.silent for envelope in voice.envelopes if isinstance(envelope, Fade)}
    fades = []
    if voice.start not in silent and _is_cut(voice, voice.start, False, ends):
        fades.append(Fade(silent=voice.start, full=voice.start + length))
    if voice.end not in silent and _is_cut(voice, voice.end, True, starts):
        fades.append(Fade(silent=voice.end, full=voice.end - length))
    return replace(voice, envelopes=(*voice.envelopes, *fades)) if fades else voice


def _is_cut(voice: Voice, time: Fraction, at_end: bool, others: dict[_Place, list[Fraction]]) -> bool:
    """Whether its source sounds on both sides of an edge, and nothing continues it there."""
    second = _second(voice, time, at_end)
    begin, end = voice.sounding
    if not begin + _HALF < second < end - _HALF:
        return False
    return all(abs(second - other) > _HALF * voice.speed for other in others.get(_place(voice, time), ()))


def _places(edges: Iterator[tuple[Voice, Fraction, bool]]) -> dict[_Place, list[Fraction]]:
    found: dict[_Place, list[Fraction]] = {}
    for voice, time, at_end in edges:
        found.setdefault(_place(voice, time), []).append(_second(voice, time, at_end))
    return found


def _place(voice: Voice, time: Fraction) -> _Place:
    return voice.source, voice.stream, voice.speed, voice.backwards, int(time * RATE + Fraction(1, 2))


def _second(voice: Voice, time: Fraction, at_end: bool) -> Fraction:
    """Where the source stands at an edge of a voice, in its own seconds."""
    moved = time - voice.start
    tape = voice.head - moved if voice.backwards else voice.head + moved
    if voice.turn is not None:
        number, tape = divmod(tape, voice.turn)
        # Where one repetition ends and the next begins, the edge is of the one that is heard.
        if tape == 0 and at_end != voice.backwards:
            number, tape = number - 1, voice.turn
        if voice.ping_pong and number % 2:
            tape = voice.turn - tape
    return voice.begin + tape * voice.speed
