"""Colour effects: grade, tint, vignette, crop."""

from collections.abc import Iterable

from reelwork import PointEffect, hookimpl
from reelwork_colour.crop import Crop
from reelwork_colour.grade import Grade
from reelwork_colour.tint import Tint
from reelwork_colour.vignette import Vignette


@hookimpl
def reelwork_extensions() -> Iterable[type[PointEffect]]:
    """All effects of this package."""
    return (Crop, Grade, Tint, Vignette)
