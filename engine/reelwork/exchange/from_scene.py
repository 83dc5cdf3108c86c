"""From a scene to a timeline: a scene that is read, linked and timed goes in, the timeline of one output comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from reelwork.exchange.assembling import Lane, Tracks
from reelwork.exchange.carried import mapping
from reelwork.exchange.kept import Written, markers_of, number_of, seconds_of, text_of
from reelwork.exchange.marking import with_chapters
from reelwork.exchange.moving import Span
from reelwork.exchange.references import References
from reelwork.exchange.report import Report
from reelwork.exchange.showing import baked, heard, seen
from reelwork.exchange.timeline import ZERO, Clip, Data, Reference, Stack, Timeline, Track, Transition
from reelwork.graph import model as graph
from reelwork.render.prepare import Prepared

#: Keys of a layer that a timeline says itself, by where its clips stand and what they refer to.
_SAID: Final = (
    "id",
    "start",
    "duration",
    "end",
    "in",
    "speed",
    "fps",
    "asset",
    "file",
    "composition",
    "sequence",
    "layers",
)
_SCENE: Final = ("canvas", "blend-space", "licence", "commercial", "variables", "outputs")


def from_scene(
    prepared: Prepared, composition: str, target: Path, report: Report, chapters: Mapping[str, Fraction] | None = None
) -> Timeline:
    """The timeline of a scene's composition, with compositions inside it as timelines inside the timeline.

    :param target: the file that is written, from whose folder references count
    :param chapters: those of its output, which become markers
    """
    scene = prepared.scene
    written = Written(Path(scene.file))
    references = References(prepared, target.resolve().parent, written)
    shown = prepared.graph(composition)
    maker = _Maker(written, references, scene.canvas.fps, report)
    stack = with_chapters(maker.composition(shown.root), chapters or {})
    others = sorted(set(scene.compositions) - maker.shown)
    if others:
        report.add("compositions", f"{', '.join(others)}: not seen in {composition}", "left out")
    for name in prepared.production.files:
        report.add(f"file {name}", "an effect, or captions, are read from it", "the file itself does not go along")
    own = {key: value for key in _SCENE if (value := written.top(key)) is not None}
    kept = written.exchange
    drop = kept.get("drop-frame") is True
    said = {"scene": own, **({"drop-frame": True} if drop else {}), **references.catalogue()}
    metadata = {**mapping(kept.get("metadata")), "reelwork": said}
    name = (
        text_of(written.composition(composition).get("name")) or scene.title or Path(scene.file).resolve().parent.name
    )
    return Timeline(
        replace(stack, name=name),
        fps=scene.canvas.fps,
        start=round((seconds_of(kept.get("start")) or ZERO) * scene.canvas.fps) / scene.canvas.fps,
        drop=drop,
        metadata=metadata,
    )


class _Maker:
    """Makes the stacks of compositions, each once."""

    def __init__(self, written: Written, references: References, fps: Fraction, report: Report) -> None:
        self.shown: set[str] = set()
        self._written = written
        self._references = references
        self._fps = fps
        self._report = report
        self._stacks: dict[str, Stack] = {}
        self._frame = (0, 0)

    def composition(self, composition: graph.Composition) -> Stack:
        """The stack of a composition."""
        name = composition.name
        if name not in self._stacks:
            self.shown.add(name)
            keys = self._written.keys(f"compositions.{name}")
            said: dict[str, Any] = {"name": name, **{key: keys[key] for key in ("size", "background") if key in keys}}
            kept = self._written.composition(name)
            around, self._frame = self._frame, composition.size
            tracks = self._tracks(composition.layers, composition.duration, name)
            self._frame = around
            self._stacks[name] = Stack(
                text_of(kept.get("name")) or name,
                tracks,
                markers_of(kept.get("markers")),
                {**mapping(kept.get("metadata")), "reelwork": {"composition": said}},
                size=composition.size,
            )
        return self._stacks[name]

    def _tracks(self, layers: tuple[graph.Layer, ...], lasts: Fraction, name: str) -> tuple[Track, ...]:
        tracks = Tracks()
        for layer in layers:
            source = layer.source
            if isinstance(source, graph.SequenceSource) and self._is_track(layer, name):
                role = "sequence" if layer.path == f"compositions.{name}.sequence" else "layer"
                self._sequence(source.sequence, layer, name, tracks, role)
            else:
                self._alone(layer, name, tracks)
        return tracks.assembled(lasts, lambda number: self._written.track(name, number))

    def _is_track(self, layer: graph.Layer, name: str) -> bool:
        """Whether a sequence is a track itself: the composition's own, or a layer that says no more than its clips."""
        if layer.path == f"compositions.{name}.sequence":
            return True
        return not set(self._written.keys(layer.path)) - {"id", "start", "sequence", "duration"}

    def _sequence(self, sequence: graph.Sequence, layer: graph.Layer, name: str, tracks: Tracks, role: str) -> None:
        """Clips with the cuts that their transitions stand on."""
        ident = self._written.keys(layer.path).get("id") if role == "layer" else None
        number = number_of(self._written.clip(name, ident).get("track"))
        key = layer.path
        heads: dict[int, Fraction] = {}
        tails: dict[int, Fraction] = {}
        cuts: list[tuple[Fraction, Transition, graph.TransitionUse]] = []
        for use in sequence.transitions:
            length = use.end - use.start
            coming: Data = {} if use.incoming is None else self._kept(sequence.clips[use.incoming], name)
            going: Data = {} if use.outgoing is None else self._kept(sequence.clips[use.outgoing], name)
            before = seconds_of(coming.get("head"))
            if before is None or not 0 <= before <= length:
                tail = seconds_of(going.get("tail"))
                if use.incoming is None or use.outgoing is None:
                    before = ZERO if use.outgoing is None else length - (tail or ZERO)
                else:
                    before = Fraction(int(length / 2 * self._fps)) / self._fps
            if use.outgoing is None and use.start == 0 and layer.start == 0:
                before = ZERO
            if use.incoming is not None:
                heads[use.incoming] = before
            if use.outgoing is not None:
                tails[use.outgoing] = length - before
            way = mapping((coming or going).get("way"))
            keys = {"transition": self._written.keys(use.path).get("transition", use.transition.name)}
            said: dict[str, Any] = {**mapping(way.get("metadata")), "reelwork": {"keys": keys}}
            transition = Transition(
                before,
                length - before,
                use.transition.name,
                _plain(keys["transition"]),
                text_of(way.get("name")) or "",
                said,
            )
            cuts.append((layer.start + use.start + before, transition, use))
        lanes: dict[tuple[str, int | None], Lane] = {}
        for index, clip in enumerate(sequence.clips):
            head, tail = heads.get(index, ZERO), tails.get(index, ZERO)
            moved = replace(clip, start=layer.start + clip.start + head, end=layer.start + clip.end - tail)
            if moved.end <= moved.start:
                self._report.add(clip.path, "its transitions leave nothing of it alone", "it is left out")
                continue
            picture, sound = self._clip(clip, moved, head, tail, name)
            kept = self._kept(clip, name)
            own_number = number if number is not None else number_of(kept.get("track"))
            if picture is not None:
                lanes["video", index] = tracks.put("video", own_number, key, moved.start, picture, role, ident)
            if sound is not None:
                beside = number_of(mapping(kept.get("sound")).get("track"))
                if picture is None and own_number is not None:
                    beside = own_number
                lanes["audio", index] = tracks.put("audio", beside, key, moved.start, sound, role, ident)
        for at, transition, use in cuts:
            for kind in ("video", "audio"):
                lane = lanes.get((kind, use.incoming)) or lanes.get((kind, use.outgoing))
                if lane is not None:
                    lane.crossings.append((at, transition))

    def _alone(self, layer: graph.Layer, name: str, tracks: Tracks) -> None:
        """A layer on a track of its own."""
        if layer.start < 0:
            self._report.add(layer.path, "it begins before its composition", "what is not seen is left out")
        begin = max(ZERO, layer.start)
        if layer.end <= begin:
            return
        moved = replace(layer, start=begin)
        picture, sound = self._clip(layer, moved, begin - layer.start, ZERO, name)
        kept = self._kept(layer, name)
        number = number_of(kept.get("track"))
        ident = self._written.keys(layer.path).get("id")
        if picture is not None:
            tracks.put("video", number, layer.path, begin, picture, "layer", ident)
        if sound is not None:
            beside = number_of(mapping(kept.get("sound")).get("track"))
            tracks.put("audio", number if picture is None else beside, layer.path, begin, sound, "layer", ident)

    def _kept(self, layer: graph.Layer, name: str) -> Data:
        return self._written.clip(name, self._written.keys(layer.path).get("id"))

    def _clip(
        self, layer: graph.Layer, moved: graph.Layer, head: Fraction, tail: Fraction, name: str
    ) -> tuple[Clip | None, Clip | None]:
        """The clip of pictures and the clip of sound of a layer, as far as there is either.

        :param moved: the layer as it stands on its cuts
        :param head: how far it reaches before ``moved``
        :param tail: how far beyond
        """
        keys = self._written.keys(layer.path)
        ident = text_of(keys.get("id"))
        kept = self._kept(layer, name)
        source = layer.source
        rest = {key: value for key, value in keys.items() if key not in _SAID}
        own: dict[str, Any] = {"id": ident} if ident else {}
        if "speed" in keys:
            own["speed"] = keys["speed"]
        reference: Reference | Stack
        start, speed = ZERO, Fraction(1)
        sees, hears = True, False
        match source:
            case graph.MediaSource():
                reference = self._references.of(source.media, kept)
                facts = source.media.facts
                sees, hears = facts.kind != "audio", facts.audio is not None
                speed = source.retiming.speed
                start = (reference.start or ZERO) + source.retiming.start
                if facts.duration is None:
                    start = seconds_of(mapping(kept.get("source")).get("in")) or reference.start or ZERO
            case graph.CompositionSource():
                reference = self.composition(source.composition)
                start, speed = source.retiming.start, source.retiming.speed
            case graph.SequenceSource():
                tracks = Tracks()
                plain = replace(layer, start=ZERO)
                self._sequence(source.sequence, plain, name, tracks, "layer")
                assembled = tracks.assembled(layer.end - layer.start)
                said = {"reelwork": {"group": "sequence"}}
                lone = len(assembled) == 1
                reference = Stack(ident or "sequence", assembled, metadata={} if lone else said, lone=lone)
            case graph.GroupSource():
                inside = self._tracks(source.layers, layer.end - layer.start, name)
                reference = Stack(ident or "group", inside, metadata={"reelwork": {"group": True}})
            case _:
                reference, start, speed, rest = self._references.made(layer, keys, kept, rest)
        stood = self._written.track(name, number_of(kept.get("track"))).get("kind")
        if stood == "audio":
            sees, hears = False, True
        elif "sound" in kept and isinstance(source, graph.GeneratorSource):
            hears = True  # a slot for pictures with sound that were not there
        if seconds_of(mapping(kept.get("source")).get("in")) is None:  # else it is known where it stood on the cut
            start += (tail if speed < 0 else head) * abs(speed)
        own_sound = rest.get("sound")
        own_size = reference.size
        if own_size is not None and own_size != self._frame:
            rest.setdefault("fit", layer.fit)  # where nothing is said, editors fit it
        if sees and hears:
            rest.pop("sound", None)
        mute = layer.sound.mute and not (kept.get("disabled") is True and "sound" in kept)
        if kept.get("disabled") is True:
            rest = {key: value for key, value in rest.items() if key != "visible"}
        span = Span(head, moved.start, moved.end - moved.start, self._fps)
        sound = heard(layer, keys, span)
        shared: dict[str, Any] = {
            "start": start,
            "duration": moved.end - moved.start,
            "speed": ZERO if 0 < abs(speed) < Fraction(1, 100_000) else speed,
            "source": reference,
            "baked": baked(layer),
        }
        label = text_of(kept.get("name"))
        label = label if label is not None else ident or _name_of(source) or _words_of(keys, reference)
        picture = sounding = None
        enabled = (layer.visible or hears) and kept.get("disabled") is not True
        if sees and (layer.visible or mute or not hears or kept.get("disabled") is True):
            picture = Clip(
                name=label,
                enabled=enabled if layer.visible else False,
                sound=sound,
                picture=seen(layer, keys, span, self._frame),
                markers=markers_of(kept.get("markers")),
                metadata={**mapping(kept.get("metadata")), **_own(own, rest)},
                effects=_effects(kept),
                **shared,
            )
        if hears and (not mute or picture is None):
            beside = mapping(kept.get("sound")) if picture is not None else kept
            named = text_of(beside.get("name"))
            keys_of_sound = {"sound": own_sound} if own_sound else {}
            said = _own(own, keys_of_sound if picture is not None else {**rest, **keys_of_sound})
            sounding = Clip(
                name=named if named is not None else label,
                enabled=kept.get("disabled") is not True,
                sound=sound,
                markers=markers_of(beside.get("markers")),
                metadata={**mapping(beside.get("metadata")), **said},
                effects=_effects(kept) if picture is None else (),
                **shared,
            )
        return picture, sounding


def _own(own: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    said = {**own, **({"keys": keys} if keys else {})}
    return {"reelwork": said} if said else {}


def _effects(kept: Data) -> tuple[Data, ...]:
    found = kept.get("effects")
    return tuple(effect for effect in found if isinstance(effect, dict)) if isinstance(found, list) else ()


def _name_of(source: graph.Source) -> str:
    match source:
        case graph.MediaSource(media=media):
            return media.record or Path(media.path).name
        case graph.CompositionSource(composition=composition):
            return composition.name
    return ""


def _words_of(keys: Data, reference: Reference | Stack) -> str:
    """What somebody would call a layer that shows no file: its words, or what makes it."""
    if isinstance(reference, Reference) and reference.parameters.get("text"):
        return str(reference.parameters["text"]).partition("\n")[0][:40]
    made = next(
        (key for key in ("adjustment", "shape", "solid", "slot", "generate", "text", "layers") if key in keys), ""
    )
    inside = keys.get(made)
    return next(iter(inside), made) if made == "generate" and isinstance(inside, dict) else made


def _plain(transition: Any) -> Data:
    """The parameters of a transition as they are written."""
    return mapping(next(iter(transition.values()), {})) if isinstance(transition, dict) else {}
