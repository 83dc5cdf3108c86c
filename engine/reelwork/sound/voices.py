"""Collecting voices: a graph goes in, everything that is heard in its root composition comes out, voices and buses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from reelwork.catalogue.facts import AudioFacts
from reelwork.errors import Problem, SceneError
from reelwork.graph.model import (
    Composition,
    CompositionSource,
    Graph,
    GroupSource,
    Layer,
    Media,
    MediaSource,
    Retiming,
    Sequence,
    SequenceSource,
    SoundUse,
)
from reelwork.scene.animation import Curve
from reelwork.sound.edges import declicked
from reelwork.sound.effects import effects_of, ringing
from reelwork.sound.plan import SILENCE, Bus, Clock, Envelope, Fade, Gain, Pan, Part, Voice

# Loops of compositions that sound are written out, and a scene of a few lines could ask for billions of them.
_MOST: Final = 100_000


def collect_voices(graph: Graph) -> tuple[Part, ...]:
    """Everything that is heard, in the time of the graph's root composition, in order of the layers.

    :raises SceneError: a layer sounds in more places than can be mixed
    """
    return declicked(_Collector().composition(graph.root))


class _Collector:
    """Collects the voices of each composition once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Part, ...]] = {}

    def composition(self, composition: Composition) -> tuple[Part, ...]:
        """What is heard in a composition, in its own time."""
        known = self._known.get(id(composition))
        if known is None:
            whole = (Fraction(0), composition.duration)
            known = self._known[id(composition)] = tuple(_clipped(self._layers(composition.layers), *whole))
        return known

    def _layers(self, layers: Iterable[Layer]) -> Iterator[Part]:
        for layer in layers:
            yield from self._layer(layer)

    def _layer(self, layer: Layer, *transitions: Fade) -> list[Part]:
        """What is heard of a layer, in the time that its start is counted in."""
        shape = (*_envelopes(layer), *transitions)
        if layer.sound.mute or any(_is_silent(envelope) for envelope in shape):
            return []
        heard: list[Part] = []
        for part in self._source(layer):
            if len(heard) == _MOST:
                message = f"more than {_MOST:,} sounds are heard in this layer, which is more than can be mixed"
                raise SceneError((Problem(message, path=layer.path, remedy="loop less often, or mute the layer"),))
            heard.append(part)
        effects = effects_of(layer.sound)
        if effects and heard:
            tail = ringing(effects, layer.end - layer.start)
            started = Clock(layer.start)
            heard = [Bus(tuple(heard), effects, started, layer.start, layer.end, tail, layer.path)]
        return [replace(part, envelopes=(*part.envelopes, *shape)) for part in heard]

    def _source(self, layer: Layer) -> Iterator[Part]:
        """What a layer's source sounds like, in the time that its start is counted in."""
        source, span = layer.source, (layer.start, layer.end)
        started = Clock(layer.start)
        if isinstance(source, MediaSource):
            if source.media.facts.audio is not None:
                yield _voice(source.media, source.media.facts.audio, source.retiming, layer)
        elif isinstance(source, CompositionSource):
            inner = self.composition(source.composition)
            for clock, start, end in passes(source.retiming, *span) if inner else ():
                yield from _clipped((voice.within(clock) for voice in inner), start, end)
        elif isinstance(source, GroupSource):
            yield from _clipped((voice.within(started) for voice in self._layers(source.layers)), *span)
        elif isinstance(source, SequenceSource):
            yield from _clipped((voice.within(started) for voice in self._clips(source.sequence)), *span)

    def _clips(self, sequence: Sequence) -> Iterator[Part]:
        fades: list[list[Fade]] = [[] for _ in sequence.clips]
        for transition in sequence.transitions:
            if transition.start >= transition.end:
                continue
            if transition.outgoing is not None:
                fades[transition.outgoing].append(Fade(silent=transition.end, full=transition.start))
            if transition.incoming is not None:
                fades[transition.incoming].append(Fade(silent=transition.start, full=transition.end))
        for clip, its in zip(sequence.clips, fades, strict=True):
            yield from self._layer(clip, *its)


def _voice(media: Media, audio: AudioFacts, retiming: Retiming, layer: Layer) -> Voice:
    speed = abs(retiming.speed)
    # Without a length the source has no end of its own, and cannot be repeated or played from there.
    length = None if retiming.length is None else retiming.length / speed
    backwards = retiming.speed < 0 and length is not None
    return Voice(
        source=media.path,
        begin=retiming.start,
        speed=speed,
        start=layer.start,
        end=layer.end,
        head=length if backwards and length is not None else Fraction(0),
        backwards=backwards,
        turn=None if retiming.loop == "none" else length,
        ping_pong=retiming.loop == "ping-pong",
        # What a film records before its first picture cannot be heard, and is not cut off there.
        sounding=(max(audio.offset, Fraction(0)), audio.offset + audio.duration),
        declick=layer.sound.declick,
        stream=media.facts.reading.sound,
    )


def passes(retiming: Retiming, start: Fraction, end: Fraction) -> Iterator[tuple[Clock, Fraction, Fraction]]:
    """Each time that a layer plays its composition: the composition's clock, and from when to when it plays."""
    speed, length = abs(retiming.speed), retiming.length
    pass_length = end - start if length is None or retiming.loop == "none" else length / speed
    if pass_length <= 0:
        return
    first = start
    backwards = retiming.speed < 0 and length is not None
    while first < end:
        last = min(first + pass_length, end)
        if backwards and length is not None:
            yield Clock(first + (retiming.start + length) / speed, -speed), first, last
        else:
            yield Clock(first - retiming.start / speed, speed), first, last
        first += pass_length
        if retiming.loop == "ping-pong":
            backwards = not backwards


def _envelopes(layer: Layer) -> Iterator[Envelope]:
    sound: SoundUse = layer.sound
    clock = Clock(layer.start)
    if not _is_always(sound.gain, 0.0):
        yield Gain(sound.gain, clock)
    if not _is_always(sound.pan, 0.0):
        yield Pan(sound.pan, clock)
    if sound.fade_in > 0:
        yield Fade(silent=layer.start, full=layer.start + sound.fade_in)
    if sound.fade_out > 0:
        yield Fade(silent=layer.end, full=layer.end - sound.fade_out)


def _is_always(curve: Curve, value: float) -> bool:
    return curve.is_constant and bool(curve.keys[0].value == value)


def _is_silent(envelope: Envelope) -> bool:
    return isinstance(envelope, Gain) and envelope.level.is_constant and bool(envelope.level.keys[0].value <= SILENCE)


def _clipped(parts: Iterable[Part], start: Fraction, end: Fraction) -> Iterator[Part]:
    for part in parts:
        clipped = part.clipped(start, end)
        if clipped is not None:
            yield clipped
