"""Playing: an item and the length of its source go in; whether it can be played as it asks for comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from reelwork.errors import Problem
from reelwork.scene.model import Clip, Item
from reelwork.scene.sources import AssetSource, CompositionSource, FileSource, SlotSource

#: How long a draft's slate lasts where nothing says how long what it stands for is; seconds.
SLATE_LENGTH: Final = Fraction(5)


@dataclass(frozen=True)
class SourceLength:
    """How long a file is.

    :param seconds: ``None`` for a still
    :param sound_alone: whether there is nothing to see, so that a composition does not last for its sake
    :param known: ``False`` where the file could not be opened, which is a problem of its own
    :param assumed: how long it is taken to last then, where nothing else says when it ends; ``None``: nobody can tell
    """

    seconds: Fraction | None
    sound_alone: bool = False
    known: bool = True
    assumed: Fraction | None = None


#: Says how long the file of a clip with an asset or a file is.
Lengths = Callable[[Clip], SourceLength]


class UntimedError(Exception):
    """A time that cannot be told; without a problem where that has been noted already."""

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__()
        self.problem = problem


class Playing:
    """What the sources of a scene's items allow.

    :param composition: says how long a composition lasts, seconds
    """

    def __init__(self, lengths: Lengths, composition: Callable[[str], Fraction]) -> None:
        self._lengths = lengths
        self._composition = composition

    def is_accompaniment(self, item: Clip) -> bool:
        """Whether it is sound alone whose end nobody has said."""
        length = self._file(item)
        return length is not None and length.sound_alone and item.duration is None and item.end is None

    def length(self, item: Clip) -> Fraction | None:
        """How long an item's source lasts, seconds; ``None`` where it has no time of its own."""
        if isinstance(item.source, CompositionSource):
            return self._composition(item.source.composition)
        length = self._file(item)
        return None if length is None else length.seconds

    def is_unknown(self, item: Item) -> bool:
        """Whether it shows a file that cannot be read."""
        length = self._file(item) if isinstance(item, Clip) else None
        return length is not None and not length.known

    def assumed(self, item: Clip) -> Fraction:
        """How long a file that cannot be read is taken to last, seconds.

        :raises UntimedError: nobody can tell
        """
        length = self._file(item)
        if length is None or length.assumed is None:
            raise UntimedError  # that it cannot be read has been said
        return length.assumed

    def _file(self, item: Clip) -> SourceLength | None:
        """The length of an item's file, if it has one."""
        source = item.source
        filled = isinstance(source, SlotSource) and source.filled_by is not None
        return self._lengths(item) if filled or isinstance(source, AssetSource | FileSource) else None

    def check_begin(self, item: Clip) -> None:
        """Whether the source is such that it can be played as is asked for."""
        length = self.length(item)
        file = self._file(item)
        if length is None:
            moved = item.in_ != 0 or item.speed != 1 or item.loop is not None
            if moved and (file is None or file.known):
                raise _wrong(
                    "`in`, `speed` and `loop` are for sources that have a time of their own: videos, sounds and "
                    "compositions",
                    item,
                )
            return
        if item.in_ >= length:
            late = f"it begins at `in: {said(item.in_)}`, but its source lasts {said(length)}"
            raise _wrong(f"{late}; begin earlier", item)

    def check_length(self, item: Clip, lasts: Fraction) -> None:
        """Whether there is as much of the source as is asked for."""
        length = self.length(item)
        if length is None or item.loop is not None or (item.duration is None and item.end is None):
            return
        used, there = lasts * abs(item.speed), length - item.in_
        if used > there:
            after = f" after `in: {said(item.in_)}`" if item.in_ else ""
            at = f" at {_percent(item.speed)}" if abs(item.speed) != 1 else ""
            raise _wrong(
                f"it asks for {said(lasts)}{at}, but there are only {said(there / abs(item.speed))} of its "
                f"source{after}; shorten it, or let it `loop`",
                item,
            )


def _wrong(message: str, item: Clip) -> UntimedError:
    return UntimedError(Problem(message, item.place, item.path))


def said(time: Fraction) -> str:
    """A time for people, such as ``1.5s``."""
    text = f"{float(time):.6f}".rstrip("0").rstrip(".")
    return f"{text}s"


def _percent(speed: Fraction) -> str:
    return f"speed {float(abs(speed)) * 100:g}%"
