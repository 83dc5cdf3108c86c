"""The built-in effects on colour and light, pixel by pixel, and crop."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_colour.black_and_white import BlackAndWhite
from reelwork_colour.cdl import Cdl
from reelwork_colour.channel_mixer import ChannelMixer
from reelwork_colour.colour_balance import ColourBalance
from reelwork_colour.colour_space import ColourSpace
from reelwork_colour.crop import Crop
from reelwork_colour.curves import Curves
from reelwork_colour.dither import Dither
from reelwork_colour.exposure import Exposure
from reelwork_colour.grade import Grade
from reelwork_colour.gradient_map import GradientMap
from reelwork_colour.hue_saturation import HueSaturation
from reelwork_colour.invert import Invert
from reelwork_colour.levels import Levels
from reelwork_colour.lut import Lut
from reelwork_colour.posterise import Posterise
from reelwork_colour.remap import Remap
from reelwork_colour.threshold import Threshold
from reelwork_colour.tint import Tint
from reelwork_colour.tone_map import ToneMap
from reelwork_colour.vignette import Vignette
from reelwork_colour.white_balance import WhiteBalance


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All effects of this package."""
    return (
        Grade,
        Exposure,
        WhiteBalance,
        Levels,
        Curves,
        HueSaturation,
        ColourBalance,
        ChannelMixer,
        Cdl,
        Lut,
        ColourSpace,
        BlackAndWhite,
        Tint,
        GradientMap,
        ToneMap,
        Invert,
        Threshold,
        Posterise,
        Remap,
        Dither,
        Vignette,
        Crop,
    )
