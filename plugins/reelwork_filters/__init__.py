"""Filters: blurs, shadows and light, sharpness, and what lenses and film do."""

from collections.abc import Iterable

from reelwork import AreaEffect, hookimpl
from reelwork_filters.box_blur import BoxBlur
from reelwork_filters.chromatic_aberration import ChromaticAberration
from reelwork_filters.directional_blur import DirectionalBlur
from reelwork_filters.drop_shadow import DropShadow
from reelwork_filters.gaussian_blur import GaussianBlur
from reelwork_filters.glow import Glow
from reelwork_filters.grain import Grain
from reelwork_filters.inner_shadow import InnerShadow
from reelwork_filters.lens_blur import LensBlur
from reelwork_filters.outline import Outline
from reelwork_filters.sharpen import Sharpen


@hookimpl
def reelwork_extensions() -> Iterable[type[AreaEffect]]:
    """All effects of this package."""
    return (
        GaussianBlur,
        BoxBlur,
        LensBlur,
        DirectionalBlur,
        Sharpen,
        Glow,
        DropShadow,
        InnerShadow,
        Outline,
        ChromaticAberration,
        Grain,
    )
