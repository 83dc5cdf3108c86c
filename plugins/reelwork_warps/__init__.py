"""Warps: what moves the pixels of a picture and leaves their colours."""

from collections.abc import Iterable

from reelwork import WarpEffect, hookimpl
from reelwork_warps.bulge import Bulge
from reelwork_warps.corner_pin import CornerPin
from reelwork_warps.displace import Displace
from reelwork_warps.kaleidoscope import Kaleidoscope
from reelwork_warps.lens_distortion import LensDistortion
from reelwork_warps.mirror import Mirror
from reelwork_warps.polar import Polar
from reelwork_warps.ripple import Ripple
from reelwork_warps.twirl import Twirl
from reelwork_warps.wave import Wave


@hookimpl
def reelwork_extensions() -> Iterable[type[WarpEffect]]:
    """All effects of this package."""
    return (Displace, Wave, Ripple, Twirl, Bulge, LensDistortion, CornerPin, Mirror, Kaleidoscope, Polar)
