"""Filters: gaussian-blur, drop-shadow, glow."""

from collections.abc import Iterable

from reelwork import AreaEffect, hookimpl
from reelwork_filters.drop_shadow import DropShadow
from reelwork_filters.gaussian_blur import GaussianBlur
from reelwork_filters.glow import Glow


@hookimpl
def reelwork_extensions() -> Iterable[type[AreaEffect]]:
    """All effects of this package."""
    return (DropShadow, GaussianBlur, Glow)
