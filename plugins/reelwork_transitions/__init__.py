"""The built-in transitions: dissolve, fade through a colour, wipe, slide."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_transitions.dissolve import Dissolve
from reelwork_transitions.fade_through import FadeThrough
from reelwork_transitions.slide import Slide
from reelwork_transitions.wipe import Wipe


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All transitions of this package."""
    return (Dissolve, FadeThrough, Wipe, Slide)
