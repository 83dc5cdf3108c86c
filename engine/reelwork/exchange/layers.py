"""Layers: a clip of a timeline goes in, the keys of a layer as a scene writes them come out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from filecmp import cmp
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from reelwork.exchange.addresses import files_at
from reelwork.exchange.appearance import picture_keys, sound_keys
from reelwork.exchange.carried import Carried, mapping
from reelwork.exchange.finding import Finder, Found
from reelwork.exchange.placing import Placed, Room
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import ZERO, Clip, Data, Reference, Sound, Stack
from reelwork.exchange.times import written, written_speed
from reelwork.exchange.yaml import literal
from reelwork.timecode import format_rate

#: So slow that no second picture is reached in a day: how a scene holds one.
HELD: Final = Fraction(1, 10_000_000)
#: Keys that come from where a clip stands and from its file, not from what our own metadata say of it.
_OF_TIME: Final = frozenset(("start", "duration", "end", "in", "speed", "id", "sequence", "layers", "fps"))
#: Keys that only layers have.
OF_LAYERS: Final = ("blend", "parent")
_MADE: Final = frozenset(("text", "shape", "solid", "generate", "adjustment", "slot", "filled-by"))


@dataclass(frozen=True)
class Choices:
    """What the person asked for.

    :param folder: where the scene goes
    :param missing: ``slot`` or ``error``
    :param copy: the folder that files from outside are copied to; ``None`` leaves them where they lie
    """

    folder: Path
    missing: str = "slot"
    copy: Path | None = None


class LayerWriter:
    """Writes clips for one scene.

    :param fps: the canvas's
    :param size: the canvas's
    :param copies: files to be copied, from where to where; it grows
    """

    def __init__(
        self,
        finder: Finder,
        choices: Choices,
        fps: Fraction,
        size: tuple[int, int],
        report: Report,
        carried: Carried,
        firsts: Mapping[tuple[str, str], Fraction],
    ) -> None:
        self.copies: dict[Path, Path] = {}
        self.outside: set[Path] = set()
        self._finder = finder
        self._choices = choices
        self._fps = fps
        self._size = size
        self._report = report
        self._carried = carried
        self._firsts = firsts

    def found(self, clip: Clip) -> Found | None:
        """The file of a clip, if it has one and it is there."""
        source = clip.source
        if not isinstance(source, Reference) or source.generator:
            return None
        return self._finder.find(source)

    def is_slot(self, clip: Clip) -> bool:
        """Whether a slot stands for it, which needs an id."""
        source = clip.source
        if not isinstance(source, Reference) or own_keys(clip).keys() & _MADE:
            return False
        return source.generator not in ("solid", "black", "bars") and self.found(clip) is None

    def room(self, clip: Clip) -> Room:
        """How much there is of what a clip shows."""
        if isinstance(clip.source, Stack):
            bounded = not (_is_open(clip.source) or "loop" in own_keys(clip))
            return Room(ZERO, clip.source.duration if bounded else None)
        found = self.found(clip)
        if found is None or found.facts.duration is None or "loop" in own_keys(clip):
            return Room(self.first(clip), None)
        return Room(self.first(clip), found.facts.duration)

    def first(self, clip: Clip) -> Fraction:
        """The timecode of the first frame of what a clip shows."""
        source = clip.source
        if isinstance(source, Stack):
            return ZERO
        if source.start is not None:
            found = self.found(clip)
            if found is None or found.number is None or source.number is None:
                return source.start
            return source.start - (source.number - found.number) / (found.facts.frame_rate or self._fps)
        return self._firsts.get((source.url, source.name), ZERO)

    def layer(
        self,
        placed: Placed,
        ident: str,
        *,
        place: str,
        composition: Callable[[Stack], str],
        heard: Sound | None,
        frame: tuple[int, int],
    ) -> dict[str, Any]:
        """The keys of a clip in a sequence; a layer has others beside.

        :param ident: its id; empty for none
        :param composition: says the name of the composition that a timeline inside becomes
        :param heard: how it is heard; ``None`` where its sound stands elsewhere, or nowhere
        :param frame: columns and rows of what it stands in
        """
        clip, keys = placed.clip, self._known(placed.clip)
        made = keys.keys() & _MADE
        layer: dict[str, Any] = {}
        if clip.markers:
            layer["#markers"] = "\n".join(_said(marker, self._fps) for marker in clip.markers)
        if ident:
            layer["id"] = ident
        found = self.found(clip)
        timed = isinstance(clip.source, Stack) or (found is not None and found.facts.duration is not None)
        if made:
            pass
        elif isinstance(clip.source, Stack):
            layer["composition"] = composition(clip.source)
        elif clip.source.generator:
            layer.update(self._generated(clip.source, place))
        elif found is None:
            layer.update(self._missing(clip, place))
        else:
            layer.update(self._media(found))
        if timed:
            layer.update(self._retimed(placed, place))
        layer["duration"] = written(placed.duration, self._fps)
        if not clip.enabled:
            layer["visible"] = False
        own = _size_of(clip, found)
        fit = clip.picture.fit or ("contain" if found is not None and not is_ours(clip) else "none")
        if own is not None and own != frame and fit != "none" and "fit" not in keys:
            layer["fit"] = fit
        layer.update(picture_keys(clip.picture, placed.head, self._fps, frame, own))
        layer |= {key: value for key, value in keys.items() if key not in ("sound", "asset", "file", "composition")}
        layer.update(self._sound(placed, found, heard))
        return layer

    def sound_layer(
        self, placed: Placed, ident: str, *, place: str, composition: Callable[[Stack], str], frame: tuple[int, int]
    ) -> dict[str, Any]:
        """The keys of a clip on a track of sound."""
        layer = self.layer(placed, ident, place=place, composition=composition, heard=placed.clip.sound, frame=frame)
        found = self.found(placed.clip)
        if found is None or found.facts.kind != "audio":
            layer["visible"] = False
        for key in ("fit", "transform", "effects", "blend"):
            layer.pop(key, None)
        if not placed.clip.enabled:
            layer["sound"] = {**layer.get("sound", {}), "mute": True}
            layer.pop("visible", None) if found is not None and found.facts.kind == "audio" else None
        return layer

    def source_of(self, clip: Clip) -> Data:
        """What of a clip's reference a scene does not say, for whoever exports it again."""
        source = clip.source
        if not isinstance(source, Reference):
            return {}
        found = self.found(clip)
        kept: dict[str, Any] = {}
        if source.url and (found is None or (found.record is None and source.url != self._name(found))):
            kept["url"] = source.url
        if source.name:
            kept["name"] = source.name
        if source.start is not None:
            kept["first"] = str(source.start)
        if source.rate is not None:
            kept["rate"] = str(source.rate)
        if source.number is not None:
            kept["number"] = str(source.number)
        if source.duration is not None:
            kept["length"] = str(source.duration)
        if source.generator and not own_keys(clip):
            kept["generator"] = source.generator
            kept["parameters"] = source.parameters
        if (found is None and not is_ours(clip)) or source.generator:
            kept["in"], kept["speed"] = str(clip.start), str(clip.speed)
        if found is not None and found.facts.duration is None and clip.start - self.first(clip) != 0:
            kept["in"] = str(clip.start)
        foreign = {key: value for key, value in source.metadata.items() if key != "reelwork"}
        if foreign:
            kept["metadata"] = foreign
        return kept

    def _known(self, clip: Clip) -> dict[str, Any]:
        """Our own keys of a clip, without records that no catalogue is there for: its words and its file are."""
        keys = own_keys(clip)
        if self._finder.has_catalogue:
            return keys
        text, source = keys.get("text"), clip.source
        if isinstance(text, dict) and "asset" in text and isinstance(source, Reference):
            words = {"content": literal(str(source.parameters.get("text", "")))}
            keys["text"] = {**words, **{key: value for key, value in text.items() if key != "asset"}}
        if "filled-by" in keys and self.found(clip) is not None:
            keys = {key: value for key, value in keys.items() if key not in ("slot", "filled-by")}
        return keys

    def _media(self, found: Found) -> dict[str, Any]:
        if found.record is not None:
            return {"asset": found.record}
        rate = found.facts.frame_rate if found.number is not None else None
        apart = {} if rate is None or rate == self._fps else {"fps": format_rate(rate)}
        return {"file": literal(self._name(found)), **apart}

    def _name(self, found: Found) -> str:
        """A file as the scene names it, relative to its folder."""
        folder, path = self._choices.folder.resolve(), found.path.resolve()
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
        if self._choices.copy is not None:
            if path not in self.copies:
                taken = {target.name.lower() for target in self.copies.values()}
                name, number = path.name, 2
                while name.lower() in taken or _is_another(path, self._choices.copy / name):
                    name, number = f"{path.stem}-{number}{path.suffix}", number + 1
                self.copies[path] = self._choices.copy / name
            return self.copies[path].relative_to(self._choices.folder).as_posix()
        self.outside.add(path.parent)
        return Path(os.path.relpath(path, folder)).as_posix()

    def _missing(self, clip: Clip, place: str) -> dict[str, Any]:
        source = clip.source
        assert isinstance(source, Reference)
        name = source.url or source.name or clip.name
        if self._choices.missing == "error":
            raise ExchangeError(
                f"{place}: {name!r} is not there; say where media lie with --media, or take --missing slot"
            )
        self._report.add(place, f"its media {name!r} is not there", "a slot stands for it")
        brief = f"{clip.name}: {name}" if clip.name and clip.name != name else name
        return {"slot": {"brief": literal(brief) or "a clip without a name", "kind": "video"}}

    def _generated(self, source: Reference, place: str) -> dict[str, Any]:
        parameters = source.parameters
        if source.generator == "solid":
            return {"solid": _colour(parameters) or "#000000"}
        if source.generator == "black":
            return {"solid": "#000000"}
        if source.generator == "text":
            words = next((str(parameters[key]) for key in ("text", "str", "content") if parameters.get(key)), "")
            if words:
                return {"text": {"content": literal(words), **mapping(parameters.get("style"))}}
        if source.generator == "bars":
            # EBU Tech 3325's 75% bars; the sound of a tone has no equal here
            colours = ["#bfbfbf", "#bfbf00", "#00bfbf", "#00bf00", "#bf00bf", "#bf0000", "#0000bf"]
            width = self._size[0]
            edges = [width * step // 7 for step in range(8)]
            bars = [
                {
                    "shape": {"rectangle": [str(right - left), str(self._size[1])], "fill": colour},
                    "transform": {"anchor": ["0", "0"], "position": [str(left), "0"]},
                }
                for colour, left, right in zip(colours, edges, edges[1:], strict=False)
            ]
            return {"layers": bars}
        self._report.add(place, f"the generator {source.generator!r}", "a slot stands for it")
        return {"slot": {"brief": literal(source.name or source.generator), "kind": "video"}}

    def _retimed(self, placed: Placed, place: str) -> dict[str, Any]:
        clip = placed.clip
        timed: dict[str, Any] = {}
        if placed.begin != 0:
            timed["in"] = written(placed.begin, self._fps)
        if clip.speed == 0:
            timed["speed"] = written_speed(HELD)
            self._report.add(place, "a freeze frame", "it runs so slowly that its first frame is all that is seen")
        elif clip.speed != 1:
            timed["speed"] = _own_speed(clip) or written_speed(clip.speed)
        return timed

    def _sound(self, placed: Placed, found: Found | None, heard: Sound | None) -> dict[str, Any]:
        own = mapping(own_keys(placed.clip).get("sound"))
        silent = found is not None and found.facts.audio is None
        if heard is None:
            if silent or found is None:
                return {"sound": own} if own else {}
            return {"sound": {**own, "mute": True}}
        if own:
            return {"sound": own}
        sound = sound_keys(heard, placed.head, self._fps)
        if heard.mute or (not placed.clip.enabled and not silent):
            sound["mute"] = True
        return {"sound": sound} if sound else {}


def _size_of(clip: Clip, found: Found | None) -> tuple[int, int] | None:
    """Columns and rows of what a clip shows."""
    if isinstance(clip.source, Stack):
        return clip.source.size
    if found is None or found.facts.kind == "audio":
        return None
    return (found.facts.width, found.facts.height)


def _is_another(path: Path, copy: Path) -> bool:
    """Whether a file that is there, or one of numbered files, holds something else than the one that is copied."""
    pairs = ((file, Path(name)) for file, name in files_at(path, str(copy)).items())
    return any(there.exists() and not (there.is_file() and cmp(file, there, shallow=False)) for file, there in pairs)


def own_keys(clip: Clip) -> dict[str, Any]:
    """The keys of a layer that our own export wrote into a clip's metadata."""
    own = mapping(mapping(clip.metadata.get("reelwork")).get("keys"))
    return {
        str(key): _clean(value) for key, value in own.items() if key not in _OF_TIME and not str(key).startswith("#")
    }


def foreign(metadata: Data) -> Data:
    """Metadata without what is ours."""
    return {key: value for key, value in metadata.items() if key != "reelwork"}


def _clean(value: Any) -> Any:
    """What may stand in a scene: texts, truths, lists and mappings."""
    match value:
        case Mapping():
            return {str(key).lstrip("#"): _clean(part) for key, part in value.items()}
        case list() | tuple():
            return [_clean(part) for part in value]
        case bool():
            return value
    return str(value)


def is_ours(clip: Clip) -> bool:
    """Whether our own export wrote it."""
    return "reelwork" in clip.metadata


def _is_open(stack: Stack) -> bool:
    """Whether it is a group or a sequence of ours, which has no end that a clip could run into."""
    return stack.lone or "group" in mapping(stack.metadata.get("reelwork"))


def _own_speed(clip: Clip) -> str | None:
    """The speed as a scene of ours wrote it, where that is still the clip's."""
    said = mapping(clip.metadata.get("reelwork")).get("speed")
    try:
        exact = Fraction(said.removesuffix("%")) / (100 if said.endswith("%") else 1) if isinstance(said, str) else None
    except (ValueError, ZeroDivisionError):
        return None
    return written_speed(exact) if exact is not None and abs(exact - clip.speed) < Fraction(1, 10**6) else None


def _said(marker: Any, fps: Fraction) -> str:
    comment = f" ({marker.comment})" if marker.comment else ""
    return f"marker {marker.name!r} at {written(marker.at, fps)}{comment}"


def _colour(parameters: Data) -> str | None:
    """A colour among a generator's parameters: a list of shares, or ``#rrggbb``."""
    for key in ("color", "colour", "fillcolor", "Color"):
        value = parameters.get(key)
        if isinstance(value, str) and value.startswith("#") and len(value) in (7, 9):
            return value
        if isinstance(value, Mapping):
            value = [value.get(part, value.get(part[0], 0)) for part in ("red", "green", "blue")]
        if isinstance(value, list | tuple) and len(value) >= 3 and all(isinstance(part, int | float) for part in value):
            whole = 255 if any(part > 1 for part in value[:3]) else 1
            return "#" + "".join(f"{min(255, max(0, round(part / whole * 255))):02x}" for part in value[:3])
    return None
