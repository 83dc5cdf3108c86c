"""The built-in effects on colour and light, pixel by pixel: grade, tint, vignette, crop."""

from reelwork import hookimpl
from reelwork.effect import Extension
from reelwork_colour.crop import Crop
from reelwork_colour.grade import Grade
from reelwork_colour.tint import Tint
from reelwork_colour.vignette import Vignette


@hookimpl
def reelwork_extensions() -> tuple[type[Extension], ...]:
    """All effects of this package."""
    return (Grade, Tint, Vignette, Crop)
