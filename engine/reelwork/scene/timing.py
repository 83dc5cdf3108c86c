"""Times: a scene and the lengths of its media go in, the exact start and end of everything comes out.

Spans are seconds of the composition, for what stands in its groups and sequences too. A time is looked up when it is
asked for, so that cues may point forwards; whoever comes to ask for itself has found a circle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from reelwork.errors import Place, Problem
from reelwork.scene.model import Clip, Composition, Gap, Item, Layer, Scene, TransitionUse
from reelwork.scene.playing import Lengths, Playing, UntimedError, said
from reelwork.scene.sources import GroupSource, SequenceSource
from reelwork.scene.times import TimeExpression

#: Cues may lean on each other so far; a longer chain is taken for a mistake before Python's stack ends.
_DEEPEST = 200


class Span(NamedTuple):
    """From ``start`` to ``end``, excluded; seconds."""

    start: Fraction
    end: Fraction


@dataclass(frozen=True)
class Timing:
    """When everything is there.

    :param spans: of every layer, clip, gap and transition, by its path
    :param durations: of every composition, by its name
    """

    spans: Mapping[str, Span]
    durations: Mapping[str, Fraction]


def resolve_times(scene: Scene, lengths: Lengths) -> tuple[Timing, tuple[Problem, ...]]:
    """The times of a scene whose names have been checked, and everything that is wrong with them.

    :param lengths: says how long the file of a clip with an asset or a file is
    """
    resolver = _Resolver(scene, lengths)
    for name in scene.compositions:
        try:
            resolver.composition(name)
        except UntimedError as error:
            resolver.note(error)
    return Timing(resolver.spans, resolver.durations), tuple(dict.fromkeys(resolver.problems))


class _Resolver:
    """Resolves compositions, those that are nested first, each once."""

    def __init__(self, scene: Scene, lengths: Lengths) -> None:
        self.spans: dict[str, Span] = {}
        self.durations: dict[str, Fraction] = {}
        self.problems: list[Problem] = []
        self.playing = Playing(lengths, self.composition)
        self._scene = scene
        self._failed: set[str] = set()

    def note(self, error: UntimedError) -> None:
        """Keep what is wrong."""
        if error.problem is not None:
            self.problems.append(error.problem)

    def composition(self, name: str) -> Fraction:
        """How long a composition lasts; with that, everything in it is resolved."""
        if name in self._failed:
            raise UntimedError
        if name not in self.durations:
            stage = _Stage(self, self._scene.compositions[name])
            for error in stage.endless():
                self.note(error)
            try:
                self.durations[name] = stage.duration()
            except UntimedError:
                self._failed.add(name)
                raise
            for place in stage.places:
                try:
                    self.spans[place.item.path] = stage.span(place)
                except UntimedError as error:
                    self.note(error)
        return self.durations[name]


@dataclass(frozen=True)
class _Place:
    """Where an item stands.

    :param owner: the group, or the layer or clip with a sequence, that it stands in; ``None`` in the composition itself
    :param siblings: the items of its sequence; empty for a layer
    :param index: its place among them
    """

    item: Item
    owner: _Place | None
    siblings: tuple[Item, ...] = ()
    index: int = 0


class _Stage:
    """The times of one composition."""

    def __init__(self, resolver: _Resolver, composition: Composition) -> None:
        self.places: list[_Place] = []
        self._playing = resolver.playing
        self._composition = composition
        self._duration = f"the duration of {composition.name!r}"
        self._by_path: dict[str, _Place] = {}
        self._by_id: dict[str, _Place] = {}
        self._known: dict[str, Fraction] = {}
        self._busy: dict[str, tuple[Place, Item | None]] = {}
        self._collect_sequence(composition.sequence, None)
        self._collect_layers(composition.layers, None)

    def _collect_sequence(self, items: tuple[Item, ...], owner: _Place | None) -> None:
        for index, item in enumerate(items):
            self._collect(_Place(item, owner, items, index))

    def _collect_layers(self, layers: tuple[Layer, ...], owner: _Place | None) -> None:
        for layer in layers:
            self._collect(_Place(layer, owner))

    def _collect(self, place: _Place) -> None:
        self.places.append(place)
        self._by_path[place.item.path] = place
        if isinstance(place.item, Clip):
            if place.item.id is not None:
                self._by_id[place.item.id] = place
            if isinstance(place.item.source, GroupSource):
                self._collect_layers(place.item.source.layers, place)
            elif isinstance(place.item.source, SequenceSource):
                self._collect_sequence(place.item.source.items, place)

    def duration(self) -> Fraction:
        """How long the composition lasts."""
        name = self._composition.name
        with self._asking(self._duration, self._composition.place) as known:
            if known is not None:
                return known
            if self._composition.duration is not None:
                found = self._time(self._composition.duration, None)
            elif self._composition.sequence:
                found = self._after(self._composition.sequence, None)
            else:
                found = self._latest_end()
            if found <= 0:
                raise self._wrong(f"the composition {name!r} lasts {said(found)}", self._composition.place)
            return self._answer(self._duration, found)

    def endless(self) -> Iterator[UntimedError]:
        """Every clip of a sequence that has no length, where a look at the times would stop at the first."""
        for place in self.places:
            item = place.item
            if not place.siblings or not isinstance(item, Clip) or isinstance(item.source, SequenceSource):
                continue
            try:
                ends = item.duration is not None or item.end is not None or self._played(item) is not None
                if not ends and not self._playing.is_unknown(item):
                    yield self._endless(item)
            except UntimedError as error:
                yield error

    def span(self, place: _Place) -> Span:
        """When an item is there, after all that can be wrong with it was looked for."""
        item = place.item
        if isinstance(item, TransitionUse):
            return self._transition(place, item)
        if isinstance(item, Gap):
            start = self._start(place)
            return Span(start, start + self._length(item.duration, place, "gap"))
        self._playing.check_begin(item)
        start, own = self._start(place), self._own_end(place)
        if own is not None and own <= start:
            raise self._wrong(f"it would end at {said(own)}, not after its start at {said(start)}", item.place, item)
        if own is not None:
            self._playing.check_length(item, own - start)
        end = self._end(place)
        return Span(start, max(start, end))

    @contextmanager
    def _asking(self, what: str, at: Place, item: Item | None = None) -> Iterator[Fraction | None]:
        """Look something up once; whoever asks for what is being looked up has gone round in a circle."""
        if what in self._known:
            yield self._known[what]
            return
        if what in self._busy:
            raise self._circle(what)
        if len(self._busy) > _DEEPEST:
            raise self._wrong(f"more than {_DEEPEST} times lean on each other here", at, item)
        self._busy[what] = (at, item)
        try:
            yield None
        finally:
            del self._busy[what]

    def _circle(self, what: str) -> UntimedError:
        """That times wait for each other, told from the first of them in the file, wherever the circle was entered."""
        names = list(self._busy)
        circle = names[names.index(what) :]
        first = min(circle, key=lambda name: (self._busy[name][0].line, self._busy[name][0].column, name))
        turn = circle.index(first)
        chain = " → ".join([*circle[turn:], *circle[:turn], first])
        return self._wrong(f"these times wait for each other: {chain}", *self._busy[first])

    def _answer(self, what: str, found: Fraction) -> Fraction:
        self._known[what] = found
        return found

    def _start(self, place: _Place) -> Fraction:
        item = place.item
        what = f"{_name(item)}.start"
        with self._asking(what, item.place, item) as known:
            if known is not None:
                return known
            if place.siblings:
                return self._answer(what, self._start_in_sequence(place))
            assert isinstance(item, Layer)
            begin = self._begin(place.owner)
            return self._answer(what, begin if item.start is None else self._time(item.start, place.owner))

    def _begin(self, owner: _Place | None) -> Fraction:
        """The instant from which times in a group or a sequence count."""
        return Fraction(0) if owner is None else self._start(owner)

    def _start_in_sequence(self, place: _Place) -> Fraction:
        items, index, owner = place.siblings, place.index, place.owner
        if index == 0:
            return self._begin(owner)
        before = items[index - 1]
        if isinstance(before, TransitionUse) and not isinstance(place.item, TransitionUse):
            earlier = items[index - 2] if index > 1 else None
            start = self._after(items[: index - 1], owner)
            overlaps = isinstance(earlier, Clip) and isinstance(place.item, Clip)
            return start - self._length(before.duration, self._by_path[before.path]) if overlaps else start
        return self._after(items[:index], owner)

    def _after(self, items: tuple[Item, ...], owner: _Place | None) -> Fraction:
        """Where a sequence has got to after some of its items; a transition alone moves it nowhere."""
        self._settle(items)
        for item in reversed(items):
            place = self._by_path[item.path]
            if isinstance(item, Clip):
                return self._end(place)
            if isinstance(item, Gap):
                return self._start(place) + self._length(item.duration, place, "gap")
        return self._begin(owner)

    def _settle(self, items: tuple[Item, ...]) -> None:
        """Time clips from the front, so that the last of a thousand does not wait for all before it at once."""
        waiting: list[Clip] = []
        for item in reversed(items):
            if isinstance(item, Clip):
                if f"{_name(item)}.end" in self._known:
                    break
                waiting.append(item)
        for clip in reversed(waiting):
            self._end(self._by_path[clip.path])

    def _transition(self, place: _Place, item: TransitionUse) -> Span:
        """A transition's span; it must not be longer than what it leads from and to."""
        length = self._length(item.duration, place)
        before, after = _neighbours(place)
        start = self._after(place.siblings[: place.index], place.owner)
        if before is not None:
            start -= length
        for neighbour in (before, after):
            if neighbour is not None:
                self._check_room(place, item, length, self._by_path[neighbour.path])
        return Span(start, start + length)

    def _check_room(self, place: _Place, item: TransitionUse, length: Fraction, clip: _Place) -> None:
        """Whether a clip is long enough for the transitions on both its sides."""
        name, lasts = _name(clip.item), self._end(clip) - self._start(clip)
        if length > lasts:
            raise self._wrong(
                f"this transition takes {said(length)}, but {name} lasts only {said(lasts)}", item.place, item
            )
        behind = clip.index + 1
        other = place.siblings[behind] if clip.index > place.index and behind < len(place.siblings) else None
        if isinstance(other, TransitionUse):
            both = length + self._length(other.duration, self._by_path[other.path])
            if both > lasts:
                raise self._wrong(
                    f"the transitions before and after {name} overlap: together they take {said(both)}, "
                    f"but it lasts only {said(lasts)}",
                    item.place,
                    item,
                )

    def _end(self, place: _Place) -> Fraction:
        item = place.item
        assert isinstance(item, Clip)
        what = f"{_name(item)}.end"
        with self._asking(what, item.place, item) as known:
            if known is not None:
                return known
            own = self._own_end(place)
            if place.siblings:
                if own is None:
                    if self._playing.is_unknown(item):
                        return self._answer(what, self._assumed_end(place, item))
                    raise self._endless(item)
                return self._answer(what, own)
            if own is None:
                # whose length nobody knows does not wait for a composition that waits for it
                waits = self._duration in self._busy and self._playing.is_unknown(item)
                return self._answer(what, self._assumed_end(place, item) if waits else self.duration())
            fixed = self._composition.duration is not None or self._composition.sequence
            bounded = fixed or self._playing.is_accompaniment(
                item
            )  # otherwise it is the composition that lasts for its sake
            return self._answer(what, min(own, self.duration()) if bounded else own)

    def _own_end(self, place: _Place) -> Fraction | None:
        """Where an item ends by itself: by its ``duration``, its ``end`` or its source's length."""
        item = place.item
        assert isinstance(item, Clip)
        if item.duration is not None:
            return self._start(place) + self._length(item.duration, place)
        if item.end is not None:
            return self._time(item.end, place.owner)
        if isinstance(item.source, SequenceSource):
            return self._after(item.source.items, place)
        played = self._played(item)
        if played is None:
            return None
        self._playing.check_begin(item)
        return self._start(place) + played

    def _played(self, item: Clip) -> Fraction | None:
        """How long an item's source is played, unless that is without end."""
        length = self._playing.length(item)
        if length is None or item.speed == 0 or (item.loop is not None and item.loop.count is None):
            return None
        turns = 1 if item.loop is None or item.loop.count is None else item.loop.count
        return (length - item.in_) * turns / abs(item.speed)

    def _endless(self, item: Clip) -> UntimedError:
        return self._wrong("it has no length of its own: give it a `duration`", item.place, item)

    def _assumed_end(self, place: _Place, item: Clip) -> Fraction:
        """Where an item ends whose file cannot be read."""
        return self._start(place) + self._playing.assumed(item)

    def _latest_end(self) -> Fraction:
        ends = [end for place in self.places if (end := self._counting_end(place)) is not None]
        if not ends:
            ends = [
                self._assumed_end(place, place.item)
                for place in self.places
                if isinstance(place.item, Clip) and not place.siblings and self._playing.is_unknown(place.item)
            ]
        if not ends:
            raise self._wrong(
                f"the composition {self._composition.name!r} has no end: none of its layers has a `duration`, an `end` "
                "or a video of its own; give the composition a `duration`",
                self._composition.place,
            )
        return max(ends)

    def _counting_end(self, place: _Place) -> Fraction | None:
        """An end for whose sake the composition lasts."""
        item = place.item
        if not isinstance(item, Clip) or place.siblings:
            return None
        owner = place.owner
        while owner is not None:
            if self._own_end(owner) is not None:
                return None  # the group has an end, and that is the one that counts
            owner = owner.owner
        return None if self._playing.is_accompaniment(item) else self._own_end(place)

    def _length(self, expression: TimeExpression, place: _Place, word: str = "duration") -> Fraction:
        """A length of time, which must be more than nothing."""
        found = expression.seconds
        for cue in expression.cues:
            found += cue.sign * self._cue(cue.id, cue.field, expression)
        if found <= 0:
            raise self._wrong(
                f"a {word} must be more than 0, this one is {said(found)}",
                expression.place or place.item.place,
                place.item,
            )
        return found

    def _time(self, expression: TimeExpression, owner: _Place | None) -> Fraction:
        """An instant of the composition; literals count from the owner's start, cues are instants already."""
        begin = self._begin(owner)
        found = begin + expression.seconds
        for cue in expression.cues:
            value = self._cue(cue.id, cue.field, expression)
            found += cue.sign * (value if cue.field == "duration" else value - begin)
        return found

    def _cue(self, name: str, part: str, expression: TimeExpression) -> Fraction:
        place = self._by_id.get(name)
        if place is None:
            at = expression.place or self._composition.place
            raise self._wrong(f"there is no layer or clip {name!r} in this composition", at)
        if part == "start":
            return self._start(place)
        end = self._end(place)
        return end if part == "end" else end - self._start(place)

    def _wrong(self, message: str, at: Place, item: Item | None = None) -> UntimedError:
        path = self._composition.path if item is None else item.path
        return UntimedError(Problem(message, at, path))


def _neighbours(place: _Place) -> tuple[Clip | None, Clip | None]:
    before = place.siblings[place.index - 1] if place.index else None
    after = place.siblings[place.index + 1] if place.index + 1 < len(place.siblings) else None
    return before if isinstance(before, Clip) else None, after if isinstance(after, Clip) else None


def _name(item: Item) -> str:
    return (isinstance(item, Clip) and item.id) or item.path
