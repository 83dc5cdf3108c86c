"""Slates: what is wanted in, a striped card that says it out, for open slots and missing records."""

from __future__ import annotations

from reelwork import VectorGenerator, param
from reelwork.image import Drawing
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Text as TextKind
from reelwork.values import Colour


class Slate(VectorGenerator, name="slate", version=1):
    """A striped card for what is not there yet: an open call with its brief, or a record that was not found."""

    title: str = param("Open call", kind=TextKind(), help="The headline: a slot's id, or the record's name.")
    brief: str = param("", kind=TextKind(multiline=True), help="What is wanted, in the director's words.")
    kind: str = param("", kind=TextKind(), help="What kind of record is wanted, such as illustration.")
    licence: str = param("", kind=TextKind(), help="The licence that it must come under.")
    closes: str = param("", kind=TextKind(), help="When the call closes.")
    colour: Colour = param(Colour.from_hex("#f2b134"), kind=ColourKind(), help="The colour of stripes and headline.")

    def draw(self, width: float, height: float) -> Drawing:
        """The card, as large as the composition."""
        return Drawing((), width, height)
