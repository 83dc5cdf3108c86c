"""Scopes: waveform, parade, vectorscope and histogram of what a layer shows."""

from __future__ import annotations

from reelwork import hookimpl
from reelwork_scopes.histogram import Histogram, HistogramOf
from reelwork_scopes.parade import Parade, ParadeOf
from reelwork_scopes.scope import Scope
from reelwork_scopes.vectorscope import Vectorscope, VectorscopeOf
from reelwork_scopes.waveform import Waveform, WaveformOf


@hookimpl
def reelwork_extensions() -> tuple[type[Scope], ...]:
    """All scopes, as effects and as generators."""
    return (Waveform, Parade, Vectorscope, Histogram, WaveformOf, ParadeOf, VectorscopeOf, HistogramOf)
