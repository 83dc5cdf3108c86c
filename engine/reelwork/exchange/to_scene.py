"""From a timeline to a scene: a timeline goes in, the text of a ``scene.yaml`` and what it lacks come out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from reelwork.exchange import sounds, yaml
from reelwork.exchange.carried import KEY, Carried, Names, mapping, slug
from reelwork.exchange.finding import Finder
from reelwork.exchange.firsts import first_frames
from reelwork.exchange.keeping import Inside, Keeper, markers
from reelwork.exchange.layers import OF_LAYERS, Choices, LayerWriter, foreign, is_ours, own_keys
from reelwork.exchange.marking import chapters_of
from reelwork.exchange.placing import Piece, Placed, place
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import LARGEST_SIZE, ZERO, Clip, Data, Gap, Stack, Timeline, Track, Transition, clips_of
from reelwork.exchange.times import written
from reelwork.timecode import format_rate, format_timecode


@dataclass(frozen=True)
class Written:
    """A scene as text.

    :param copies: files that it wants to be copied, from where to where
    :param outside: folders outside its own that it reads
    """

    text: str
    copies: dict[Path, Path]
    outside: tuple[Path, ...]


def to_scene(
    timeline: Timeline,
    finder: Finder,
    choices: Choices,
    report: Report,
    *,
    source: str,
    catalogue: str | None = None,
    fps: Fraction | None = None,
    size: tuple[int, int] | None = None,
    chapters: bool = False,
) -> Written:
    """The scene of a timeline.

    :param source: the timeline's file, for people
    :param catalogue: the folder of records, as the scene names it
    :param fps: the canvas's, where the person says it
    :param size: the canvas's, where the person says it
    :param chapters: whether each marker of the timeline begins a chapter, not only those that are called so
    :raises ExchangeError: the timeline is empty, or media are missing that must not be
    """
    if timeline.stack.duration <= 0:
        raise ExchangeError(f"{source}: the timeline is empty")
    own = mapping(mapping(timeline.metadata.get("reelwork")).get("scene"))
    rate = fps or timeline.fps or _usual_rate(timeline, finder)
    if rate is None:
        raise ExchangeError(f"{source} does not say its frames per second; say them with --fps")
    shown = size or timeline.stack.size or _usual_size(timeline, finder, own)
    if not all(0 < part <= LARGEST_SIZE for part in shown):
        raise ExchangeError(f"{source}: its pictures are {shown[0]} x {shown[1]}; sizes go from 1 to {LARGEST_SIZE}")
    carried = Carried(report)
    firsts = first_frames(timeline, finder, rate, report)
    writer = LayerWriter(finder, choices, rate, shown, report, carried, firsts)
    scene = _Scene(timeline, writer, rate, shown, report, carried)
    root = str(mapping(mapping(timeline.stack.metadata.get("reelwork")).get("composition")).get("name") or "main")
    root = root if slug(root) else "main"
    scene.composition(timeline.stack, root)
    title = timeline.name or Path(source).stem
    data: dict[str, Any] = {
        "#": f"{title}: made from {Path(source).name}. What could not be carried is noted where it was."
    }
    data |= {"reelwork": "1", "title": yaml.literal(title)}
    canvas = {"size": [str(shown[0]), str(shown[1])], "fps": format_rate(rate)}
    data["canvas"] = {**mapping(own.get("canvas")), **canvas}
    for key in ("blend-space", "licence", "commercial", "variables"):
        if key in own:
            data[key] = own[key]
    if catalogue is not None:
        data["catalogue"] = catalogue
    if timeline.stack.markers:
        said = [
            f"{_clock(marker.at, rate, timeline)} {marker.name or marker.comment}" for marker in timeline.stack.markers
        ]
        data["##markers"] = "markers of the timeline:\n" + "\n".join(f"  {line}".rstrip() for line in said)
    data["##compositions"] = ""
    data["compositions"] = {
        name: scene.compositions[name] for name in (*[n for n in scene.compositions if n != root], root)
    }
    film: dict[str, Any] = {"file": f"{slug(title) or 'film'}.mp4"}
    if root != "main":
        film["composition"] = root
    outputs = mapping(own.get("outputs"))
    if not outputs and (found := chapters_of(timeline.stack, rate, report, every=chapters)):
        film["chapters"] = {name: written(at, rate) for name, at in found.items()}
    data["outputs"] = outputs or {"film": film}
    data |= {
        "##kept": "what other programs say and scenes do not; an export reads it again",
        KEY: scene.kept(timeline, source),
    }
    return Written(yaml.dump(data), writer.copies, tuple(sorted(writer.outside)))


class _Scene:
    def __init__(
        self,
        timeline: Timeline,
        writer: LayerWriter,
        fps: Fraction,
        size: tuple[int, int],
        report: Report,
        carried: Carried,
    ) -> None:
        self.compositions: dict[str, Any] = {}
        self._timeline = timeline
        self._writer = writer
        self._fps = fps
        self._size = size
        self._report = report
        self._carried = carried
        self._names = Names()
        self._keeper = Keeper(writer, carried)
        self._known: list[tuple[Stack, str]] = []
        self._kept: dict[str, Any] = {}

    def composition(self, stack: Stack, name: str) -> None:
        """Write a stack of tracks as a composition."""
        self._names.exactly(name)
        self._known.append((stack, name))
        root = stack is self._timeline.stack
        inside = Inside(name, stack, self._size if root else stack.size or self._size)
        own = mapping(mapping(stack.metadata.get("reelwork")).get("composition"))
        body: dict[str, Any] = {key: own[key] for key in ("size", "background") if key in own}
        if inside.frame != self._size and "size" not in body:
            body["size"] = [str(side) for side in inside.frame]
        sequence, layers = self._stack(stack, inside)
        lasts = _lasts([piece for piece, _ in sequence])
        if lasts != stack.duration:
            body["duration"] = written(stack.duration, self._fps)
        if sequence:
            body["sequence"] = [entry for _, entry in sequence]
        if layers:
            body["layers"] = layers
        self.compositions[name] = body
        tracks = [self._keeper.track(track, self._label(track, number)) for number, track in enumerate(stack.tracks)]
        kept = {
            "name": stack.name if stack.name != name else None,
            "markers": markers(stack.markers),
            "metadata": self._carried.data(foreign(stack.metadata), name),
            "tracks": tracks if any(tracks) else None,
            "clips": inside.clips or None,
        }
        self._kept[name] = {key: value for key, value in kept.items() if value}

    def kept(self, timeline: Timeline, source: str) -> dict[str, Any]:
        """What is kept under the scene's own key of exchange."""
        kept: dict[str, Any] = {"from": Path(source).name}
        if timeline.start:
            kept["start"] = yaml.Typed(str(timeline.start))
        if timeline.drop:
            kept["drop-frame"] = True
        if (metadata := self._carried.data(foreign(timeline.metadata), "the timeline")) is not None:
            kept["metadata"] = metadata
        kept["compositions"] = {name: body for name, body in self._kept.items() if body}
        return kept

    def _stack(self, stack: Stack, inside: Inside) -> tuple[list[tuple[Piece, dict[str, Any]]], list[dict[str, Any]]]:
        """The sequence and the layers that tracks become."""
        heard = sounds.share_out(stack, self._report)
        sequence: list[tuple[Piece, dict[str, Any]]] = []
        layers: list[dict[str, Any]] = []
        lowest = True
        for number, track in enumerate(stack.tracks):
            if track.kind == "audio" or not track.items:
                continue
            role = mapping(track.metadata.get("reelwork")).get("role")
            pieces = self._pieces(track, number, stack)
            written_pieces = self._video(track, number, pieces, inside, heard, stack)
            if lowest and role in (None, "sequence") and not any(_of_layers(entry) for _, entry in written_pieces):
                sequence = written_pieces
            else:
                layers += self._as_layers(track, number, written_pieces, inside)
            lowest = False
        for number, track in heard.tracks.items():
            pieces = self._pieces(track, number, stack)
            entries = [(piece, self._audio(pieces, index, track, number, inside)) for index, piece in enumerate(pieces)]
            layers += self._as_layers(track, number, entries, inside)
        return sequence, layers

    def _pieces(self, track: Track, number: int, stack: Stack) -> list[Piece]:
        label = self._label(track, number)

        def at(time: Fraction) -> str:
            return f"{label} at {_clock(time, self._fps, self._timeline if stack is self._timeline.stack else None)}"

        pieces = place(track.items, self._writer.room, at, self._report, 1 / self._fps)
        while pieces and isinstance(pieces[-1], Gap):
            pieces.pop()
        return pieces

    def _label(self, track: Track, number: int) -> str:
        return track.name or f"track {number + 1}"

    def _video(
        self, track: Track, number: int, pieces: list[Piece], inside: Inside, heard: sounds.Heard, stack: Stack
    ) -> list[tuple[Piece, dict[str, Any]]]:
        clips = {id(item): index for index, item in enumerate(track.items) if isinstance(item, Clip)}
        found: list[tuple[Piece, dict[str, Any]]] = []
        for place_in, piece in enumerate(pieces):
            if not isinstance(piece, Placed):
                found.append((piece, self._between(piece)))
                continue
            clip = piece.clip if track.enabled else Clip(**{**vars(piece.clip), "enabled": False})
            sound = heard.with_picture.get((number, clips[id(piece.clip)]))
            own = mapping(own_keys(clip).get("sound"))
            how = sound.sound if sound is not None else None
            if sound is None and isinstance(clip.source, Stack):
                how = clip.sound if sounds.has_sound(clip.source) else None if not own else clip.sound
            if sound is not None and own_keys(sound).get("sound"):
                clip = _with_keys(clip, {"sound": own_keys(sound)["sound"]})
            ident = self._ident(clip, inside)
            label = f"{self._label(track, number)}, clip {clip.name or ident!r}"
            entry = self._clip(replace(piece, clip=clip), ident, label, inside, how)
            self._keeper.clip(piece.clip, ident, inside, number, sound, label)
            self._keeper.ways(pieces, place_in, ident, inside, label)
            found.append((piece, entry))
        return found

    def _clip(self, piece: Placed, ident: str, label: str, inside: Inside, heard: Any) -> dict[str, Any]:
        """A clip; a group or a sequence of ours holds its layers itself."""
        source = piece.clip.source
        if not isinstance(source, Stack) or not (source.lone or "group" in mapping(source.metadata.get("reelwork"))):
            return self._writer.layer(
                piece, ident, place=label, composition=self._name_of, heard=heard, frame=inside.frame
            )
        sequence, layers = self._stack(source, inside)
        entry: dict[str, Any] = {"id": ident} if ident else {}
        group = mapping(source.metadata.get("reelwork")).get("group")
        if (source.lone or group == "sequence") and not layers:
            entry["sequence"] = [part for _, part in sequence]
        else:
            if sequence:
                layers.insert(0, {"sequence": [part for _, part in sequence]})
            entry["layers"] = layers
        entry["duration"] = written(piece.duration, self._fps)
        if not piece.clip.enabled:
            entry["visible"] = False
        entry.update(own_keys(piece.clip))
        return entry

    def _audio(self, pieces: list[Piece], index: int, track: Track, number: int, inside: Inside) -> dict[str, Any]:
        piece = pieces[index]
        if not isinstance(piece, Placed):
            return self._between(piece)
        clip = piece.clip if track.enabled else Clip(**{**vars(piece.clip), "enabled": False})
        ident = self._ident(clip, inside)
        label = f"{self._label(track, number)}, clip {clip.name or ident!r}"
        self._keeper.clip(piece.clip, ident, inside, number, None, label)
        self._keeper.ways(pieces, index, ident, inside, label)
        placed = replace(piece, clip=clip)
        return self._writer.sound_layer(placed, ident, place=label, composition=self._name_of, frame=inside.frame)

    def _between(self, piece: Gap | Transition) -> dict[str, Any]:
        if isinstance(piece, Gap):
            return {"gap": written(piece.duration, self._fps)}
        own = mapping(mapping(piece.metadata.get("reelwork")).get("keys"))
        kind: Any = own.get("transition") or ({piece.kind: dict(piece.parameters)} if piece.parameters else piece.kind)
        return {"transition": kind, "duration": written(piece.before + piece.after, self._fps)}

    def _as_layers(
        self, track: Track, number: int, entries: list[tuple[Piece, dict[str, Any]]], inside: Inside
    ) -> list[dict[str, Any]]:
        """A track over others: one layer where it holds one clip, else a sequence, or as many layers as it needs."""
        at = ZERO
        if entries and isinstance(entries[0][0], Gap):
            at = entries[0][0].duration
            entries = entries[1:]
        clips = [(piece, entry) for piece, entry in entries if isinstance(piece, Placed)]
        if not clips:
            return []
        crossing = any(isinstance(piece, Transition) for piece, _ in entries)
        if len(entries) == 1 or (not crossing and any(_of_layers(entry) for _, entry in clips)):
            found = []
            for piece, entry in entries:
                if isinstance(piece, Placed):
                    found.append(_starting(entry, at, self._fps))
                at += ZERO if isinstance(piece, Transition) else piece.duration
            return found
        for piece, entry in clips:
            for key in OF_LAYERS:
                if entry.pop(key, None) is not None:
                    what = f"`{key}` of a clip that a transition leads to or from"
                    self._report.add(f"{self._label(track, number)}, clip {piece.clip.name!r}", what, "it is left out")
        ident = inside.names.take(track.name or f"{track.kind[0]}{number + 1}", f"{track.kind[0]}{number + 1}")
        inside.clips[ident] = {"track": number}
        return [_starting({"id": ident, "sequence": [entry for _, entry in entries]}, at, self._fps)]

    def _ident(self, clip: Clip, inside: Inside) -> str:
        said = mapping(clip.metadata.get("reelwork")).get("id")
        if isinstance(said, str) and slug(said) and inside.names.exactly(said):
            return said
        return "" if is_ours(clip) and not self._writer.is_slot(clip) else inside.names.take(clip.name, "clip")

    def _name_of(self, stack: Stack) -> str:
        for known, name in self._known:
            if known == stack:
                return name
        own = mapping(mapping(stack.metadata.get("reelwork")).get("composition")).get("name")
        if not (isinstance(own, str) and slug(own) and self._names.exactly(own)):
            own = self._names.take(stack.name, "nested")
        self.composition(stack, own)
        return own


def _starting(entry: dict[str, Any], at: Fraction, fps: Fraction) -> dict[str, Any]:
    """A layer that appears at an instant; its start stands before its duration."""
    if at == 0:
        return entry
    found: dict[str, Any] = {}
    for key, value in entry.items():
        if key in ("in", "duration", "sequence", "layers") and "start" not in found:
            found["start"] = written(at, fps)
        found[key] = value
    return found


def _of_layers(entry: dict[str, Any]) -> bool:
    return any(key in entry for key in OF_LAYERS)


def _lasts(pieces: list[Piece]) -> Fraction:
    """How long a sequence is: transitions between two clips shorten it."""
    whole = ZERO
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Transition):
            whole += piece.duration
        elif all(isinstance(other, Placed) for other in (*pieces[:index][-1:], *pieces[index + 1 :][:1])):
            whole -= (piece.before + piece.after) if 0 < index < len(pieces) - 1 else ZERO
    return whole


def _with_keys(clip: Clip, keys: Data) -> Clip:
    own = mapping(clip.metadata.get("reelwork"))
    metadata = {**clip.metadata, "reelwork": {**own, "keys": {**mapping(own.get("keys")), **keys}}}
    return Clip(**{**vars(clip), "metadata": metadata})


def _clock(at: Fraction, fps: Fraction, timeline: Timeline | None) -> str:
    """An instant as the timeline's timecode."""
    begin = timeline.start if timeline is not None else ZERO
    drop = timeline is not None and timeline.drop
    return format_timecode(int((at + begin) * fps), fps, drop=drop)


def _usual_rate(timeline: Timeline, finder: Finder) -> Fraction | None:
    """The rate of most of a timeline's media."""
    rates = Counter(
        found.facts.frame_rate
        for clip in clips_of(timeline.stack)
        if not isinstance(clip.source, Stack) and (found := finder.find(clip.source)) is not None
    )
    del rates[None]
    return rates.most_common(1)[0][0] if rates else None


def _usual_size(timeline: Timeline, finder: Finder, own: Data) -> tuple[int, int]:
    """The canvas that our own export says, or the size of most of the pictures."""
    said = mapping(own.get("canvas")).get("size")
    if isinstance(said, list) and len(said) == 2 and all(str(part).isdecimal() for part in said):
        return (int(said[0]), int(said[1]))
    sizes = Counter(
        (found.facts.width, found.facts.height)
        for clip in clips_of(timeline.stack)
        if not isinstance(clip.source, Stack) and (found := finder.find(clip.source)) is not None
    )
    del sizes[(0, 0)]
    return sizes.most_common(1)[0][0] if sizes else (1920, 1080)
