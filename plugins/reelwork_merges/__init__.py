"""The built-in merges: W3C's, Porter and Duff's, Photoshop's beyond them, and Nuke's arithmetic ones."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_merges.add import Add
from reelwork_merges.clear import Clear
from reelwork_merges.color import Color
from reelwork_merges.color_burn import ColorBurn
from reelwork_merges.color_dodge import ColorDodge
from reelwork_merges.darken import Darken
from reelwork_merges.darker_color import DarkerColor
from reelwork_merges.destination import Destination
from reelwork_merges.destination_atop import DestinationAtop
from reelwork_merges.destination_in import DestinationIn
from reelwork_merges.destination_out import DestinationOut
from reelwork_merges.destination_over import DestinationOver
from reelwork_merges.difference import Difference
from reelwork_merges.dissolve import Dissolve
from reelwork_merges.divide import Divide
from reelwork_merges.exclusion import Exclusion
from reelwork_merges.geometric import Geometric
from reelwork_merges.hard_light import HardLight
from reelwork_merges.hard_mix import HardMix
from reelwork_merges.hue import Hue
from reelwork_merges.hypot import Hypot
from reelwork_merges.lighten import Lighten
from reelwork_merges.lighter_color import LighterColor
from reelwork_merges.linear_burn import LinearBurn
from reelwork_merges.linear_dodge import LinearDodge
from reelwork_merges.linear_light import LinearLight
from reelwork_merges.luminosity import Luminosity
from reelwork_merges.max import Max
from reelwork_merges.min import Min
from reelwork_merges.minus import Minus
from reelwork_merges.multiply import Multiply
from reelwork_merges.normal import Normal
from reelwork_merges.overlay import Overlay
from reelwork_merges.pin_light import PinLight
from reelwork_merges.plus import Plus
from reelwork_merges.saturation import Saturation
from reelwork_merges.screen import Screen
from reelwork_merges.soft_light import SoftLight
from reelwork_merges.source import Source
from reelwork_merges.source_atop import SourceAtop
from reelwork_merges.source_in import SourceIn
from reelwork_merges.source_out import SourceOut
from reelwork_merges.subtract import Subtract
from reelwork_merges.vivid_light import VividLight
from reelwork_merges.xor import Xor


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
        LinearBurn,
        LinearDodge,
        VividLight,
        LinearLight,
        PinLight,
        HardMix,
        DarkerColor,
        LighterColor,
        Subtract,
        Divide,
        Dissolve,
        Clear,
        Source,
        Destination,
        DestinationOver,
        SourceIn,
        DestinationIn,
        SourceOut,
        DestinationOut,
        SourceAtop,
        DestinationAtop,
        Xor,
        Plus,
        Minus,
        Max,
        Min,
        Geometric,
        Hypot,
    )
