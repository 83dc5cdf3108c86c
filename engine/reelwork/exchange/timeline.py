"""Timelines: what editors exchange, as frozen values with exact times, whatever the format that they came in.

Times are seconds. Clips stand on cuts: a transition takes no time of its own, it reaches ``before`` and ``after`` the
cut that it stands on, into media beyond what its neighbours show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias, TypeVar

#: What a file of another program says beside the timeline: plain data, as JSON has it.
Data: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T")
#: A value over time: seconds from a clip's beginning, with straight lines between. One key alone is a constant, none is
#: what there is by default; before the first and after the last the value holds.
Keys: TypeAlias = tuple[tuple[Fraction, _T], ...]
Pair: TypeAlias = tuple[float, float]
ZERO = Fraction(0)
#: The most columns and rows of a picture, and how deep timelines may stand inside each other.
LARGEST_SIZE: Final = 16_384
MOST_DEEP: Final = 64


@dataclass(frozen=True)
class Marker:
    """A named instant.

    :param at: seconds from the beginning of what it stands on
    :param chapter: whether it begins a chapter
    """

    at: Fraction
    name: str = ""
    comment: str = ""
    colour: str = ""
    duration: Fraction = ZERO
    metadata: Data = field(default_factory=dict)
    chapter: bool = False


@dataclass(frozen=True)
class Reference:
    """What a clip shows or sounds.

    :param url: where the file lies, as it is written; empty where nobody says
    :param name: the file's name, or the tape's
    :param start: the timecode of its first frame, seconds; ``None`` where nobody says
    :param duration: how much there is
    :param rate: its frames a second
    :param number: of numbered files, whose name has the number's place (``take-%04d.exr``), the first one's
    :param size: its columns and rows
    :param generator: the kind of what is made rather than read: ``solid``, ``bars``, ``text`` …; empty for files
    :param parameters: the generator's
    """

    url: str = ""
    name: str = ""
    start: Fraction | None = None
    duration: Fraction | None = None
    rate: Fraction | None = None
    number: int | None = None
    size: tuple[int, int] | None = None
    generator: str = ""
    parameters: Data = field(default_factory=dict)
    metadata: Data = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """How a clip or a track is heard.

    :param gain: dB
    :param pan: from -1, left, to 1, right
    :param channel: which of its file's channels are heard, where not all are
    :param role: what it is in the mix
    """

    gain: Keys[float] = ()
    pan: Keys[float] = ()
    mute: bool = False
    fade_in: Fraction = ZERO
    fade_out: Fraction = ZERO
    channel: str = ""
    role: str = ""


@dataclass(frozen=True)
class Picture:
    """How a clip is seen.

    :param opacity: from 0 to 1
    :param blend: the name of the merge
    :param fit: how its size is fitted to the frame's, as a scene says it; empty where nobody says
    :param scale: factors along and down, of the size that the picture has once it is fitted
    :param position: of its centre from the frame's, to the right and down, as shares of the frame's width and height
    :param of_own: whether these are shares of the picture's own width and height instead
    :param rotation: degrees, clockwise
    :param crop: how much goes on the left, at the top, on the right, at the bottom, as shares of its width and height
    """

    opacity: Keys[float] = ()
    blend: str = "normal"
    fit: str = ""
    scale: Keys[Pair] = ()
    position: Keys[Pair] = ()
    of_own: bool = False
    rotation: Keys[float] = ()
    crop: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Clip:
    """Some of a source, for some time.

    :param source: a file, a generator, or a timeline inside this one
    :param start: where in the source it begins, in the source's own timecode
    :param duration: how long it stands in its track
    :param speed: source seconds a second; negative plays the same range backwards, 0 holds ``start``
    :param effects: what other programs do to it, as they write it
    :param baked: the keys of a scene whose eases became a key for each frame
    """

    name: str
    source: Reference | Stack
    start: Fraction
    duration: Fraction
    speed: Fraction = Fraction(1)
    enabled: bool = True
    sound: Sound = Sound()
    picture: Picture = Picture()
    markers: tuple[Marker, ...] = ()
    metadata: Data = field(default_factory=dict)
    effects: tuple[Data, ...] = ()
    baked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """Nothing, for some time."""

    duration: Fraction


@dataclass(frozen=True)
class Transition:
    """The way from one clip to the next.

    :param before: how far it reaches before the cut
    :param after: how far beyond it
    :param kind: the name of one of ours
    :param parameters: those of ours
    :param name: what the file calls it
    """

    before: Fraction
    after: Fraction
    kind: str = "dissolve"
    parameters: Data = field(default_factory=dict)
    name: str = ""
    metadata: Data = field(default_factory=dict)


Item: TypeAlias = Clip | Gap | Transition


@dataclass(frozen=True)
class Track:
    """Clips back to back."""

    kind: Literal["video", "audio"]
    items: tuple[Item, ...]
    name: str = ""
    enabled: bool = True
    markers: tuple[Marker, ...] = ()
    metadata: Data = field(default_factory=dict)

    @property
    def duration(self) -> Fraction:
        """How long it is, seconds."""
        return sum((item.duration for item in self.items if not isinstance(item, Transition)), ZERO)

    def placed(self) -> Iterator[tuple[Fraction, Item]]:
        """Its items, each with the instant at which it begins; a transition's is its cut."""
        at = ZERO
        for item in self.items:
            yield at, item
            if not isinstance(item, Transition):
                at += item.duration


@dataclass(frozen=True)
class Stack:
    """Tracks at the same time: pictures from the bottom to the top, then sounds.

    :param size: columns and rows; ``None`` where nobody says
    :param lone: whether it stands for one track inside another
    """

    name: str
    tracks: tuple[Track, ...]
    markers: tuple[Marker, ...] = ()
    metadata: Data = field(default_factory=dict)
    size: tuple[int, int] | None = None
    lone: bool = False

    @property
    def duration(self) -> Fraction:
        """How long its longest track is, seconds."""
        return max((track.duration for track in self.tracks), default=ZERO)


@dataclass(frozen=True)
class Timeline:
    """A whole timeline.

    :param fps: its frames a second; ``None`` where the file does not say
    :param start: the timecode of its first frame, seconds
    :param drop: whether its timecode is drop-frame
    :param metadata: of the timeline itself; the stack has its own
    """

    stack: Stack
    fps: Fraction | None
    start: Fraction = ZERO
    drop: bool = False
    metadata: Data = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.stack.name


def clips_of(stack: Stack) -> Iterator[Clip]:
    """Every clip, of timelines inside it too."""
    for track in stack.tracks:
        for item in track.items:
            if isinstance(item, Clip):
                yield item
                if isinstance(item.source, Stack):
                    yield from clips_of(item.source)


def beside(track: Track, index: int) -> str:
    """Where a transition of a track stands, for people: ``from 'a' to 'b'``."""
    named = [
        f"{word} {item.name!r}"
        for word, near in (("from", index - 1), ("to", index + 1))
        if 0 <= near < len(track.items) and isinstance(item := track.items[near], Clip)
    ]
    return " ".join(named)
