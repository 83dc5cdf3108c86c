"""Reelwork renders films that many hands made. This module holds what plugin authors import."""

from reelwork.effect import (
    AreaEffect,
    AreaGenerator,
    CompositeMerge,
    Context,
    Example,
    NonSeparableMerge,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    TemporalEffect,
    Transition,
    VectorGenerator,
    WarpEffect,
    converted,
    param,
)
from reelwork.extensions.hookspecs import hookimpl
from reelwork.film import Film, FilmFacts, FilmWriter
from reelwork.footage import Footage, FootageFacts, FootageReader, FootageSound, numbered_files
from reelwork.image.storage import Planes, StorageFormat
from reelwork.job_event import JobEvent
from reelwork.linker import Linked, Linker
from reelwork.sound_effect import SoundContext, SoundEffect
from reelwork.stage import Stage
from reelwork.still import Still, StillReader, StillWriter

__version__ = "0.1.0"

__all__ = [
    "AreaEffect",
    "AreaGenerator",
    "CompositeMerge",
    "Context",
    "Example",
    "Film",
    "FilmFacts",
    "FilmWriter",
    "Footage",
    "FootageFacts",
    "FootageReader",
    "FootageSound",
    "JobEvent",
    "Linked",
    "Linker",
    "NonSeparableMerge",
    "PixelGenerator",
    "Planes",
    "PointEffect",
    "SeparableMerge",
    "SoundContext",
    "SoundEffect",
    "Stage",
    "Still",
    "StillReader",
    "StillWriter",
    "StorageFormat",
    "TemporalEffect",
    "Transition",
    "VectorGenerator",
    "WarpEffect",
    "__version__",
    "converted",
    "hookimpl",
    "numbered_files",
    "param",
]
