"""Sound and picture: editors keep them on tracks of their own; what belongs together becomes one clip again.

A clip of sound that begins, ends, runs and crossfades with the clip of its picture is heard there. What does not, as in
J- and L-cuts, stays a layer of sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Gap, Item, Reference, Stack, Track, Transition

#: The index of a track among its stack's, and of a clip among the track's items.
Where: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Heard:
    """How a stack's sound is shared out.

    :param with_picture: the clip of sound that is heard with a clip of pictures
    :param tracks: the stack's tracks of sound by their index, with gaps where clips went to their pictures, and nothing
        behind the last clip that stayed
    """

    with_picture: dict[Where, Clip] = field(default_factory=dict)
    tracks: dict[int, Track] = field(default_factory=dict)


def share_out(stack: Stack, report: Report) -> Heard:
    """Find the picture of each clip of sound."""
    pictures = _by_place(stack, "video")
    sounds = _by_place(stack, "audio")
    doubled = _doubled(sounds, report)
    taken: dict[Where, Where] = {}
    for where, (at, sound) in sounds.items():
        if where in doubled:
            continue
        for picture, (other_at, clip) in pictures.items():
            if other_at == at and picture not in taken.values() and _belong(clip, sound):
                taken[where] = picture
                break
    _keep_crossfades(stack, taken)
    heard = Heard(with_picture={picture: sounds[where][1] for where, picture in taken.items()})
    for index, track in enumerate(stack.tracks):
        if track.kind == "audio":
            gone = {item for number, item in (*taken, *doubled) if number == index}
            heard.tracks[index] = _without(track, gone)
    return heard


def identity(clip: Clip) -> tuple[object, ...]:
    """What a clip is of: two of one identity show and sound the same."""
    source = clip.source
    if isinstance(source, Reference):
        return ("media", source.url, source.name, source.generator)
    return ("stack", source.name, len(source.tracks), source.duration)


def _by_place(stack: Stack, kind: str) -> dict[Where, tuple[Fraction, Clip]]:
    return {
        (number, index): (at, item)
        for number, track in enumerate(stack.tracks)
        if track.kind == kind
        for index, (at, item) in enumerate(track.placed())
        if isinstance(item, Clip)
    }


def _belong(picture: Clip, sound: Clip) -> bool:
    return (
        identity(picture) == identity(sound)
        and identity(picture)[1:] != ("", "", "")
        and (picture.start, picture.duration, picture.speed) == (sound.start, sound.duration, sound.speed)
        and picture.enabled == sound.enabled
        and not _generated(picture)
    )


def _generated(clip: Clip) -> bool:
    return isinstance(clip.source, Reference) and clip.source.generator not in ("", "bars")


def _doubled(sounds: dict[Where, tuple[Fraction, Clip]], report: Report) -> set[Where]:
    """Clips that are a further channel of another one: one clip here sounds all channels of its file."""
    first: dict[tuple[object, ...], str] = {}
    found: set[Where] = set()
    for where, (at, clip) in sounds.items():
        if not clip.sound.channel:
            continue
        key = (identity(clip), at, clip.start, clip.duration, clip.speed, clip.enabled)
        if first.setdefault(key, clip.sound.channel) != clip.sound.channel:
            report.add(
                f"track {where[0] + 1}, clip {clip.name!r}",
                "a further channel of the same sound stands on a track of its own",
                "one clip sounds all channels of its file",
            )
            found.add(where)
    return found


def _keep_crossfades(stack: Stack, taken: dict[Where, Where]) -> None:
    """Take apart again what does not crossfade together, until all that is left does."""
    changed = True
    while changed:
        changed = False
        for where, picture in list(taken.items()):
            if not all(_same_way(stack, taken, where, picture, side) for side in (-1, 1)):
                del taken[where]
                changed = True


def _same_way(stack: Stack, taken: dict[Where, Where], sound: Where, picture: Where, side: int) -> bool:
    mine, theirs = _beside(stack, sound, side), _beside(stack, picture, side)
    if mine is None or theirs is None:
        return mine is theirs
    if (mine.before, mine.after) != (theirs.before, theirs.after):
        return False
    neighbour, pictured = (sound[0], sound[1] + 2 * side), (picture[0], picture[1] + 2 * side)
    items = stack.tracks[sound[0]].items
    if 0 <= neighbour[1] < len(items) and isinstance(items[neighbour[1]], Clip):
        return taken.get(neighbour) == pictured
    return True


def _beside(stack: Stack, where: Where, side: int) -> Transition | None:
    items = stack.tracks[where[0]].items
    index = where[1] + side
    item = items[index] if 0 <= index < len(items) else None
    return item if isinstance(item, Transition) else None


def _without(track: Track, gone: set[int]) -> Track:
    """A track with gaps where clips were; transitions between them go too."""
    items: list[Item] = []
    for index, item in enumerate(track.items):
        if isinstance(item, Transition):
            if not {index - 1, index + 1} & gone:
                items.append(item)
        elif isinstance(item, Gap) or index in gone:
            if items and isinstance(items[-1], Gap):
                items[-1] = Gap(items[-1].duration + item.duration)
            else:
                items.append(Gap(item.duration))
        else:
            items.append(item)
    while items and isinstance(items[-1], Gap):
        items.pop()
    return Track(track.kind, tuple(items), track.name, track.enabled, track.markers, track.metadata)


def has_sound(stack: Stack) -> bool:
    """Whether a stack has tracks of sound, or something in it that has."""
    return any(
        (track.kind == "audio" and track.duration > ZERO)
        or any(
            isinstance(item, Clip) and isinstance(item.source, Stack) and has_sound(item.source) for item in track.items
        )
        for track in stack.tracks
    )
