"""Rules that look at several parts of a scene: names, references, circles, neighbours. Problems come out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from reelwork.nesting import MAX_NESTING, make_room
from reelwork.scene import rules_outputs, rules_reads
from reelwork.scene.files import NUMBER
from reelwork.scene.model import Clip, Composition, Gap, Item, Layer, Scene, TransitionUse
from reelwork.scene.nodes import join
from reelwork.scene.reading import Reading
from reelwork.scene.report import nearest, one_of, quote
from reelwork.scene.sources import (
    AssetSource,
    CompositionSource,
    FileSource,
    GroupSource,
    SequenceSource,
    SlotSource,
)
from reelwork.scene.times import TimeExpression

#: Parents of parents of a layer.
MAX_PARENTS: Final = 100
#: Layers of a composition, with those of all that it shows, each as often as it is shown.
MAX_LAYERS: Final = 200_000

_Reads: TypeAlias = Mapping[str, tuple[Layer, ...]]


def check(reading: Reading, scene: Scene) -> None:
    """Check everything that can be known without opening media."""
    make_room()
    reads: dict[str, tuple[Layer, ...]] = {}
    for composition in scene.compositions.values():
        _composition(reading, scene, composition)
        inside = (*clips(composition.sequence), *clips(composition.layers))
        reads.update(rules_reads.check(reading, composition, inside))
    _circles(reading, scene, reads)
    _uncredited(reading, scene)
    if not scene.compositions and not reading.report.concerns("compositions"):
        reading.fault("compositions", "a scene needs at least one composition")
    rules_outputs.check(reading, scene)


def clips(items: Iterable[Item]) -> Iterator[Clip]:
    """Every layer and clip among them, in groups and sequences too."""
    for item in items:
        if isinstance(item, Clip):
            yield item
            if isinstance(item.source, GroupSource):
                yield from clips(item.source.layers)
            elif isinstance(item.source, SequenceSource):
                yield from clips(item.source.items)


def _composition(reading: Reading, scene: Scene, composition: Composition) -> None:
    inside = [*clips(composition.sequence), *clips(composition.layers)]
    ids = _ids(reading, inside)
    for items in _sequences(composition, inside):
        _neighbours(reading, items)
        for item in items:
            if not isinstance(item, Clip):
                path = join(item.path, "gap" if isinstance(item, Gap) else "duration")
                _duration(reading, path, item.duration, ids)
    _duration(reading, join(composition.path, "duration"), composition.duration, ids)
    for clip in inside:
        _duration(reading, join(clip.path, "duration"), clip.duration, ids)
        for name in ("start", "end"):
            _cues(reading, join(clip.path, name), getattr(clip, name, None), ids)
        _rate(reading, clip)
        if clip.data and not isinstance(clip.source, FileSource | AssetSource | SlotSource):
            message = "`data` is for files and records; what is made here are colours"
            reading.fault(join(clip.path, "data"), message, "leave it out")
        _file_alone(reading, clip)
        if isinstance(clip.source, SlotSource) and clip.source.closes:
            _day(reading, join(clip.path, "slot.closes"), clip.source.closes)
        if isinstance(clip.source, CompositionSource):
            _known_composition(reading, scene, join(clip.path, "composition"), clip.source.composition)
    _parents(reading, composition.layers, {clip.id: clip for clip in inside if clip.id})


def _uncredited(reading: Reading, scene: Scene) -> None:
    """Warn once of all files that are no records, where the first of them stands."""
    paths: dict[str, str] = {}
    for composition in scene.compositions.values():
        for clip in (*clips(composition.sequence), *clips(composition.layers)):
            if isinstance(clip.source, FileSource):
                paths.setdefault(clip.source.file, join(clip.path, "file"))
    if not paths:
        return
    shown, rest = list(map(quote, paths))[:5], len(paths) - 5
    said = one_of([*shown, f"{rest} more"] if rest > 0 else shown, "and")
    message = f"nobody is credited for {said if len(paths) == 1 else f'{len(paths)} files: {said}'}"
    first = next(iter(paths.values()))
    remedy = f"make {'it a record' if len(paths) == 1 else 'them records'} of the catalogue"
    reading.report.warn(message, reading.places.get(first), first, remedy)


def _rate(reading: Reading, clip: Clip) -> None:
    """Whether ``fps`` stands beside numbered files, which have no rate of their own."""
    numbered = isinstance(clip.source, FileSource) and NUMBER.search(clip.source.file)
    if clip.fps is not None and not numbered:
        message = "`fps` is for numbered files, such as `shots/take-%04d.exr`; this source has its own rate, or none"
        reading.fault(join(clip.path, "fps"), message, "`speed` plays it faster or slower")


def _file_alone(reading: Reading, clip: Clip) -> None:
    """Whether what says how a file is read stands beside a file or a record."""
    videos = {"stream": clip.stream, "fields": clip.fields != "auto"}
    stills = {"page": clip.page, "part": clip.part, "layer": clip.layer}
    for kind, keys in (("videos", videos), ("stills", stills)):
        for key in (key for key, value in keys.items() if value):
            if not isinstance(clip.source, AssetSource | FileSource | SlotSource):
                message = f"`{key}` is for {kind}: it says how a file is read"
                reading.fault(join(clip.path, key), message, "leave it out")
    if clip.sound.stream is not None and not isinstance(clip.source, AssetSource | FileSource | SlotSource):
        message = "`stream` is for files: it says which of a file's streams of sound is heard"
        reading.fault(join(clip.path, "sound.stream"), message, "leave it out")


def _day(reading: Reading, path: str, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        reading.fault(path, f"expected a day such as 2027-01-31, found {quote(text)}")


def _ids(reading: Reading, inside: Iterable[Clip]) -> dict[str, Clip]:
    ids: dict[str, Clip] = {}
    for clip in inside:
        if clip.id is None:
            continue
        other = ids.setdefault(clip.id, clip)
        if other is not clip:
            place = reading.places.get(join(other.path, "id"), other.place)
            kind = "layer" if isinstance(other, Layer) else "clip"
            message = f"the id {quote(clip.id)} is taken in this composition, by the {kind} in line {place.line}"
            reading.fault(join(clip.path, "id"), message)
    return ids


def _sequences(composition: Composition, inside: Iterable[Clip]) -> Iterator[tuple[Item, ...]]:
    yield composition.sequence
    for clip in inside:
        if isinstance(clip.source, SequenceSource):
            yield clip.source.items


def _neighbours(reading: Reading, items: tuple[Item, ...]) -> None:
    for before, after in itertools.pairwise(items):
        if isinstance(before, TransitionUse) and isinstance(after, TransitionUse):
            reading.fault(after.path, "a transition stands between clips, not beside another transition")
    if len(items) == 1 and isinstance(items[0], TransitionUse):
        reading.fault(items[0].path, "a transition needs a clip beside it")


def _duration(reading: Reading, path: str, time: TimeExpression | None, ids: Mapping[str, Clip]) -> None:
    _cues(reading, path, time, ids)
    if time is not None and time.is_literal and time.seconds <= 0:
        reading.fault(path, f"a duration lies above 0; found {quote(time.text)}")


def _cues(reading: Reading, path: str, time: TimeExpression | None, ids: Mapping[str, Clip]) -> None:
    for cue in time.cues if time else ():
        if cue.id in ids:
            continue
        known = tuple(sorted(ids))
        remedy = nearest(cue.id, known)
        if not remedy:
            remedy = f"it has {one_of(known, 'and')}" if 0 < len(known) <= 12 else "give the layer an `id`"
        reading.fault(path, f"this composition has no layer or clip {quote(cue.id)}", remedy)


def _known_composition(reading: Reading, scene: Scene, path: str, name: str) -> None:
    if name in scene.compositions or reading.report.concerns(f"compositions.{name}"):
        return
    if "/" in name:
        reading.fault(path, f"{quote(name)}: compositions of other scenes are not available yet")
        return
    known = tuple(scene.compositions)
    remedy = nearest(name, known) or (f"there are {one_of(known, 'and')}" if 0 < len(known) <= 12 else "")
    reading.fault(path, f"there is no composition {quote(name)}", remedy)


def _parents(reading: Reading, layers: tuple[Layer, ...], ids: Mapping[str, Clip]) -> None:
    """Parents stand beside their children, and nobody is their own ancestor."""
    beside = {layer.id: layer for layer in layers if layer.id}
    told: set[str] = set()
    too_long = False
    for layer in layers:
        if isinstance(layer.source, GroupSource):
            _parents(reading, layer.source.layers, ids)
        if layer.parent is None:
            continue
        if layer.parent not in beside:
            _no_parent(reading, layer, layer.parent, beside, ids)
            continue
        chain = [layer.id or "this layer"]
        above: Layer | None = beside[layer.parent]
        while above is not None and above is not layer and above.id not in chain and len(chain) <= MAX_PARENTS:
            chain.append(above.id or "")
            above = beside.get(above.parent or "")
        if len(chain) > MAX_PARENTS and not too_long:
            too_long = True
            reading.fault(join(layer.path, "parent"), f"a layer has at most {MAX_PARENTS} parents of parents")
        if above is layer and told.isdisjoint(chain):
            told.update(chain)
            reading.fault(join(layer.path, "parent"), f"a circle of parents: {' → '.join((*chain, chain[0]))}")


def _no_parent(reading: Reading, layer: Layer, name: str, beside: Mapping[str, Layer], ids: Mapping[str, Clip]) -> None:
    path = join(layer.path, "parent")
    other = ids.get(name)
    if other is None:
        remedy = nearest(name, tuple(sorted(beside))) or "give the layer an `id`"
        reading.fault(path, f"there is no layer {quote(name)} to be a parent", remedy)
    elif isinstance(other, Layer):
        reading.fault(path, f"the parent {quote(name)} stands in another group", "a parent stands beside its children")
    else:
        reading.fault(path, f"{quote(name)} is a clip of a sequence; only layers are parents")


def _circles(reading: Reading, scene: Scene, reads: _Reads) -> None:
    """Compositions that show themselves, each circle once; and those that show others too deep inside each other."""
    uses = {
        name: [
            (clip, clip.source.composition)
            for clip in (*clips(composition.sequence), *clips(composition.layers))
            if isinstance(clip.source, CompositionSource) and clip.source.composition in scene.compositions
        ]
        for name, composition in scene.compositions.items()
    }
    depths: dict[str, float] = {}
    counts: dict[str, int] = {}
    for first in uses:
        # a stack of our own: a chain may be longer than Python lets functions nest
        stack = [(first, iter(uses[first]))] if first not in depths else []
        while stack:
            name, rest = stack[-1]
            clip, shown = next(rest, (None, ""))
            if clip is None:
                depths[name] = _depth(reading, scene.compositions[name], depths, reads)
                counts[name] = _count(reading, scene.compositions[name], counts, reads)
                stack.pop()
                continue
            chain = [link for link, _ in stack]
            if shown in chain:
                links = " → ".join((*chain[chain.index(shown) :], shown))
                reading.fault(join(clip.path, "composition"), f"a circle of compositions: {links}")
            elif shown not in depths:
                stack.append((shown, iter(uses[shown])))


def _depth(reading: Reading, composition: Composition, depths: Mapping[str, float], reads: _Reads) -> float:
    """How many layers stand inside each other in a composition, all that it shows and reads included."""
    deepest, known = 0.0, dict[str, float]()
    for clip in (*clips(composition.sequence), *clips(composition.layers)):
        depth = _depth_of(clip, depths, reads, known)
        if depth > MAX_NESTING:
            if depth < math.inf:  # else it has been said of what this shows
                message = (
                    f"layers and compositions stand more than {MAX_NESTING} deep inside each other; "
                    "render what is inside as a film of its own, and show that here"
                )
                reading.fault(clip.path, message)
            return math.inf
        deepest = max(deepest, depth)
    return deepest


def _depth_of(clip: Clip, depths: Mapping[str, float], reads: _Reads, known: dict[str, float]) -> float:
    """The same of one layer; what it reads stands one deeper than itself."""
    if clip.path not in known:
        own = clip.path.count("[") + depths.get(_shown(clip), 0)
        read = (item for layer in reads.get(clip.path, ()) for item in clips((layer,)))
        known[clip.path] = max(own, *(1 + _depth_of(item, depths, reads, known) for item in read), 0)
    return known[clip.path]


def _count(reading: Reading, composition: Composition, counts: Mapping[str, int], reads: _Reads) -> int:
    """How many layers a composition has with those of all that it shows; that they are too many is said once."""
    count, known = 0, dict[str, int]()
    for clip in (*clips(composition.sequence), *clips(composition.layers)):
        inside = _count_of(clip, counts, reads, known)
        count += inside
        if count > MAX_LAYERS:
            if counts.get(_shown(clip), 0) <= MAX_LAYERS:
                message = f"with all that it shows, a composition has at most {MAX_LAYERS:,} layers; this has more"
                reading.fault(clip.path, message)
            break
    return count


def _count_of(clip: Clip, counts: Mapping[str, int], reads: _Reads, known: dict[str, int]) -> int:
    """The same of one layer, with all that it reads, each as often as it is read."""
    if clip.path not in known:
        read = (item for layer in reads.get(clip.path, ()) for item in clips((layer,)))
        known[clip.path] = 1 + counts.get(_shown(clip), 0) + sum(_count_of(item, counts, reads, known) for item in read)
    return known[clip.path]


def _shown(clip: Clip) -> str:
    """The name of the composition that a layer shows, if it does."""
    return clip.source.composition if isinstance(clip.source, CompositionSource) else ""
