"""Timelines: what editors exchange, as frozen values with exact times, whatever the format that they came in.

Times are seconds. Clips stand on cuts: a transition takes no time of its own, it reaches ``before`` and ``after`` the
cut that it stands on, into media beyond what its neighbours show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

#: What a file of another program says beside the timeline: plain data, as JSON has it.
Data: TypeAlias = Mapping[str, Any]
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
    :param generator: the kind of what is made rather than read: ``solid``, ``bars``, ``text`` …; empty for files
    :param parameters: the generator's
    """

    url: str = ""
    name: str = ""
    start: Fraction | None = None
    duration: Fraction | None = None
    rate: Fraction | None = None
    number: int | None = None
    generator: str = ""
    parameters: Data = field(default_factory=dict)
    metadata: Data = field(default_factory=dict)


@dataclass(frozen=True)
class Sound:
    """How a clip or a track is heard.

    :param gain: keys, seconds from the clip's beginning and dB; one key alone is a constant
    :param channel: which of its file's channels are heard, where not all are
    """

    gain: tuple[tuple[Fraction, float], ...] = ()
    pan: float = 0.0
    mute: bool = False
    fade_in: Fraction = ZERO
    fade_out: Fraction = ZERO
    channel: str = ""


@dataclass(frozen=True)
class Picture:
    """How a clip is seen: keys are seconds from its beginning; positions are shares of the frame from its centre.

    :param opacity: keys of 0 to 1
    :param blend: the name of the merge
    :param scale: a factor, of the size that the picture has once it fits the frame
    """

    opacity: tuple[tuple[Fraction, float], ...] = ()
    blend: str = "normal"
    scale: tuple[float, float] = (1.0, 1.0)
    position: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0


@dataclass(frozen=True)
class Clip:
    """Some of a source, for some time.

    :param source: a file, a generator, or a timeline inside this one
    :param start: where in the source it begins, in the source's own timecode
    :param duration: how long it stands in its track
    :param speed: source seconds a second; negative plays the same range backwards, 0 holds ``start``
    :param effects: what other programs do to it, as they write it
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
