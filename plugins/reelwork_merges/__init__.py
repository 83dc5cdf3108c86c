"""The built-in merges: those of W3C's Compositing and Blending Level 1, and ``add``."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_merges.add import Add
from reelwork_merges.color import Color
from reelwork_merges.color_burn import ColorBurn
from reelwork_merges.color_dodge import ColorDodge
from reelwork_merges.darken import Darken
from reelwork_merges.difference import Difference
from reelwork_merges.exclusion import Exclusion
from reelwork_merges.hard_light import HardLight
from reelwork_merges.hue import Hue
from reelwork_merges.lighten import Lighten
from reelwork_merges.luminosity import Luminosity
from reelwork_merges.multiply import Multiply
from reelwork_merges.normal import Normal
from reelwork_merges.overlay import Overlay
from reelwork_merges.saturation import Saturation
from reelwork_merges.screen import Screen
from reelwork_merges.soft_light import SoftLight


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All merges of this package."""
    return (
        Normal,
        Multiply,
        Screen,
        Overlay,
        Darken,
        Lighten,
        ColorDodge,
        ColorBurn,
        HardLight,
        SoftLight,
        Difference,
        Exclusion,
        Hue,
        Saturation,
        Color,
        Luminosity,
        Add,
    )
