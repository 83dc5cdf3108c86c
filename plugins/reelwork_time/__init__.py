"""Effects through time: trails, the mean and the median of several frames, held frames, and what differs."""

from collections.abc import Iterable

from reelwork import TemporalEffect, hookimpl
from reelwork_time.echo import Echo
from reelwork_time.frame_average import FrameAverage
from reelwork_time.frame_difference import FrameDifference
from reelwork_time.onion_skin import OnionSkin
from reelwork_time.posterise_time import PosteriseTime
from reelwork_time.temporal_median import TemporalMedian


@hookimpl
def reelwork_extensions() -> Iterable[type[TemporalEffect]]:
    """All effects of this package."""
    return (Echo, FrameAverage, PosteriseTime, TemporalMedian, FrameDifference, OnionSkin)
