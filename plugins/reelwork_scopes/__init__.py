"""Scopes: waveform, parade, vectorscope and histogram of what a layer shows."""

from __future__ import annotations

from reelwork import AreaEffect, hookimpl
from reelwork_scopes.histogram import Histogram
from reelwork_scopes.parade import Parade
from reelwork_scopes.vectorscope import Vectorscope
from reelwork_scopes.waveform import Waveform


@hookimpl
def reelwork_extensions() -> tuple[type[AreaEffect], ...]:
    """All scopes."""
    return (Waveform, Parade, Vectorscope, Histogram)
