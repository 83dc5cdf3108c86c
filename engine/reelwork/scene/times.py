"""Times of a scene: sums of literals and cues, as the reader understood them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from reelwork.errors import Place


class Cue(NamedTuple):
    """One ``id.start``, ``id.end`` or ``id.duration`` in a sum.

    :param sign: 1 or -1
    :param id: the layer or clip, in the same composition
    :param field: ``start``, ``end`` or ``duration``
    """

    sign: int
    id: str
    field: str


@dataclass(frozen=True)
class TimeExpression:
    """A sum of literals and cues.

    :param seconds: all literals together; frames were turned into seconds by the canvas's rate
    :param cues: what must be looked up in the composition
    :param text: as written, for messages
    :param place: where it stands
    """

    seconds: Fraction
    cues: tuple[Cue, ...] = ()
    text: str = ""
    place: Place | None = None

    @property
    def is_literal(self) -> bool:
        """Whether it names no cue, so that ``seconds`` is all of it."""
        return not self.cues
