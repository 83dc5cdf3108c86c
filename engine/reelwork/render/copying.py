"""Copying in a film: plans of its frames go in, the stretches that are copied from sources come out, and why not more.

A film has one header. So all that is copied into it must have the same, and what cannot be copied is encoded anew
only where the encoder writes that header too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reelwork.errors import MediaError
from reelwork.graph.model import Media
from reelwork.media.probe import examine
from reelwork.media.video.cuts import Index
from reelwork.media.video.index import FrameIndex
from reelwork.media.video.source import storage_of
from reelwork.media.writing.copying import encoder_header, stored_stream
from reelwork.media.writing.spec import VideoSpec
from reelwork.plan.known import Known
from reelwork.plan.nodes import Element, FramePlan, Node, Picture, Stack
from reelwork.timecode import format_seconds
from reelwork.values import Affine

if TYPE_CHECKING:
    from reelwork.render.unit import Shot

#: A note names no more reasons.
_MOST_REASONS: Final = 3


@dataclass(frozen=True)
class Stretch:
    """Frames that are copied.

    :param first: the first of them, counted from the film's frame 0
    :param stop: one past the last
    :param media: the video that they come from
    :param picture: the number of its picture that the first of them is
    """

    first: int
    stop: int
    media: Media
    picture: int


@dataclass(frozen=True)
class Copying:
    """What of a film is copied.

    :param header: that the film keeps; ``None`` where nothing is copied
    :param stretches: in their order
    :param note: why not all of it is copied; empty where it is
    """

    header: str | None
    stretches: tuple[Stretch, ...]
    note: str = ""


@dataclass(frozen=True)
class _Doubt:
    """Why the frames from ``first`` on are not copied."""

    first: int
    reason: str


def untouched(plan: FramePlan) -> Picture | None:
    """The source that a frame shows whole, opaque, unchanged and untransformed, if it is just that."""
    node = _top(plan)
    if not isinstance(node, Picture) or node.matrix != Affine.IDENTITY or node.effects:
        return None
    if not node.opaque.covers(plan.window) or (plan.window.x0, plan.window.y0) != (0, 0):
        return None
    facts = node.media.facts
    if not facts.is_stored_as_shown:
        return None
    return node if (facts.width, facts.height) == (plan.window.width, plan.window.height) else None


def plan_copying(shot: Shot, spec: VideoSpec, first: int, stop: int) -> Copying:
    """What of frames ``first`` to ``stop`` (excluded) can be copied. Every one of them is planned.

    :param spec: how what is not copied is encoded
    :raises MediaError: a source cannot be read
    """
    stretches: list[Stretch] = []
    doubts: list[_Doubt] = []
    for run in _runs(shot, first, stop):
        if isinstance(run, _Doubt):
            doubts.append(run)
            continue
        reason = _unlike(run.media, spec, shot)
        if reason:
            doubts.append(_Doubt(run.first, reason))
            continue
        found, left = _cut(run)
        stretches += found
        doubts += left
    if not stretches:
        return Copying(None, (), _note(doubts, (), first, stop))
    headers = [stored_stream(Path(stretch.media.path)).header for stretch in stretches]
    header = headers[0] if not doubts and len(set(headers)) == 1 else encoder_header(spec)
    kept = tuple(stretch for stretch, its in zip(stretches, headers, strict=True) if its == header)
    beside = "encoded beside it" if doubts else "shown beside it"
    doubts += (
        _Doubt(stretch.first, f"{_name(stretch.media)} has another header than what is {beside}, and a film has one")
        for stretch, its in zip(stretches, headers, strict=True)
        if its != header
    )
    return Copying(header if kept else None, kept, _note(doubts, kept, first, stop))


def _top(plan: FramePlan) -> Node | None:
    """What alone is seen of a frame, as far as its layers tell; ``None`` where the highest one is blended."""
    node = plan.root
    if not isinstance(node, Stack):
        return node
    top: Element | None = node.elements[-1] if node.elements else None
    return top.node if top is not None and top.is_plain else None


def _runs(shot: Shot, first: int, stop: int) -> Iterator[Stretch | _Doubt]:
    """Runs of frames that show pictures of one video in their order, and of frames that do not, for one reason."""
    run: Stretch | _Doubt | None = None
    indexes: dict[str, Index] = {}
    known = Known()
    for number in range(first, stop):
        plan = shot.plan(number, known)
        node = untouched(plan)
        found: Stretch | _Doubt
        if node is None or node.media.facts.kind != "video" or node.media.data:
            found = _Doubt(number, _touched(plan))
        else:
            if (digest := node.media.facts.identity) not in indexes:
                indexes[digest] = _index(node.media)
            index = indexes[digest]
            picture = index.picture_of(index.frame_number(node.time))
            assert picture is not None  # what shows nothing at times is not opaque
            found = Stretch(number, number + 1, node.media, picture)
        if isinstance(run, Stretch) and isinstance(found, Stretch) and _goes_on(run, found):
            run = replace(run, stop=found.stop)
        elif not (isinstance(run, _Doubt) and isinstance(found, _Doubt) and run.reason == found.reason):
            if run is not None:
                yield run
            run = found
    if run is not None:
        yield run


def _goes_on(run: Stretch, found: Stretch) -> bool:
    following = run.picture + run.stop - run.first
    return found.picture == following and found.media.facts.identity == run.media.facts.identity


def _touched(plan: FramePlan) -> str:
    """Why a frame is not just one picture of a video."""
    node = _top(plan)
    if not isinstance(node, Picture):
        return "several layers, effects or drawings make the picture"
    name = _name(node.media)
    if node.media.facts.kind != "video":
        return f"{name} is a still"
    if node.media.data:
        return f"{name} is data, and not colours"
    if (facts := node.media.facts).has_alpha:
        return f"{name} has alpha"
    if not facts.is_stored_as_shown:
        return f"{name} is stored turned, or in pixels that are not square"
    if (facts.width, facts.height) != (plan.window.width, plan.window.height):
        return f"{name} is {facts.width}×{facts.height}, and the output {plan.window.width}×{plan.window.height}"
    return f"{name} is moved, scaled or changed"


def _unlike(media: Media, spec: VideoSpec, shot: Shot) -> str:
    """In what a video is not what the output is to be; empty where it is."""
    path, facts, name = Path(media.path), media.facts, _name(media)
    stored = storage_of(facts, path)
    if stored.transfer == "srgb":
        stored = replace(stored, transfer=shot.graph.display)
    if facts.reading.stream:
        return f"{name} is read from another stream than the first"
    if facts.has_fields:
        return f"{name} has pictures of two fields, which are taken apart"
    if facts.codec != spec.codec:
        return f"{name} is {facts.codec}, and the output {spec.codec}"
    if _index(media).rate != spec.fps:
        return f"{name} does not have the output's {float(spec.fps):g} pictures a second"
    if stored != spec.storage:
        wanted = spec.pixel_format.removesuffix("le")
        if (facts.pixel_format or "").removesuffix("le") != wanted:
            return f"{name} is {facts.pixel_format}, and the output {wanted}"
        return f"{name} has another matrix, range, curve or place of its colours than the output"
    trouble = stored_stream(path).trouble
    return f"{name} cannot be copied: {trouble}" if trouble else ""


def _cut(run: Stretch) -> tuple[list[Stretch], list[_Doubt]]:
    """The part of a run that can be copied, and why not the rest of it.

    It begins where nothing that follows looks back beyond, and ends where nothing is needed that is shown later.
    """
    index, name = _index(run.media).track, _name(run.media)
    begin, end = run.picture, run.picture + run.stop - run.first
    fresh = sorted(index.numbers[index.pts[ordinal]] for ordinal in stored_stream(Path(run.media.path)).fresh)
    start = next((number for number in fresh if begin <= number < end), None)
    doubts: list[_Doubt] = []
    if start != begin:
        before = [number for number in fresh if number < begin][-1:]
        near = [_moment(index, number) for number in (*before, *[number for number in fresh if number > begin][:1])]
        reason = f"{name} is shown from {_moment(index, begin)} on, which is no key"
        doubts.append(_Doubt(run.first, f"{reason}; near it there is one at {' and '.join(near)}" if near else reason))
    if start is None:
        return [], doubts
    last = _last_whole(index, start, end)
    if last != end:
        reason = f"{name} ends at {_moment(index, end)}, and what is shown before it needs a picture that comes later"
        doubts.append(_Doubt(run.first + last - begin, reason))
    found = Stretch(run.first + start - begin, run.first + last - begin, run.media, start)
    return ([found] if last > start else []), doubts


def _last_whole(index: FrameIndex, start: int, end: int) -> int:
    """The latest place, at most ``end``, before which all pictures from ``start`` on are made of their own packets."""
    first = index.ordinals[index.shown[start]]
    best, highest = start, first
    for number in range(start, end):
        highest = max(highest, index.ordinals[index.shown[number]])
        if highest - first == number - start:
            best = number + 1
    return best


def _note(doubts: list[_Doubt], kept: tuple[Stretch, ...], first: int, stop: int) -> str:
    """What is not copied, and why; empty where all is."""
    if not doubts:
        return ""
    reasons = dict.fromkeys(f"from frame {doubt.first} on {doubt.reason}" for doubt in sorted(doubts, key=_at))
    said = list(reasons)[:_MOST_REASONS]
    if len(reasons) > len(said):
        said.append(f"and {len(reasons) - len(said)} more")
    copied = sum(stretch.stop - stretch.first for stretch in kept)
    what = f"{stop - first - copied} of {stop - first} frames are encoded anew" if copied else "nothing is copied"
    return f"{what}: {'; '.join(said)}"


def _at(doubt: _Doubt) -> int:
    return doubt.first


def _moment(index: FrameIndex, number: int) -> str:
    assert index.rate is not None  # it was found equal to the output's
    return format_seconds(number / index.rate)


def _index(media: Media) -> Index:
    index = examine(Path(media.path), media.facts.frame_rate, media.facts.reading).index
    if index is None:
        raise MediaError(f"{media.path}: holds no moving pictures")
    return index


def _name(media: Media) -> str:
    return media.record or Path(media.path).name
