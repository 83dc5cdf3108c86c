"""Formats beyond those that the engine has itself: Targa and QOI, read and written; Radiance, Netpbm, icons and DDS,
read; numbered stills, read as footage; Y4M, written."""

from collections.abc import Iterable

from reelwork import FilmWriter, FootageReader, StillReader, StillWriter, hookimpl
from reelwork_formats.dds import DdsReader
from reelwork_formats.icon import IconReader
from reelwork_formats.netpbm import NetpbmReader
from reelwork_formats.numbered import NumberedStills
from reelwork_formats.qoi import QoiReader, QoiWriter
from reelwork_formats.radiance import RadianceReader
from reelwork_formats.targa import TargaReader, TargaWriter
from reelwork_formats.y4m import Y4mWriter


@hookimpl
def reelwork_readers() -> Iterable[StillReader]:
    """All readers of this package."""
    return (DdsReader(), IconReader(), NetpbmReader(), QoiReader(), RadianceReader(), TargaReader())


@hookimpl
def reelwork_writers() -> Iterable[StillWriter]:
    """All writers of this package."""
    return (QoiWriter(), TargaWriter())


@hookimpl
def reelwork_footage_readers() -> Iterable[FootageReader]:
    """All readers of footage of this package."""
    return (NumberedStills(),)


@hookimpl
def reelwork_film_writers() -> Iterable[FilmWriter]:
    """All writers of films of this package."""
    return (Y4mWriter(),)
