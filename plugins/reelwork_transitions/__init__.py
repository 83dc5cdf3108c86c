"""Transitions: dissolve, fade-through, wipe, slide."""

from collections.abc import Iterable

from reelwork import Transition, hookimpl
from reelwork_transitions.dissolve import Dissolve
from reelwork_transitions.fade_through import FadeThrough
from reelwork_transitions.slide import Slide
from reelwork_transitions.wipe import Wipe


@hookimpl
def reelwork_extensions() -> Iterable[type[Transition]]:
    """All transitions of this package."""
    return (Dissolve, FadeThrough, Slide, Wipe)
