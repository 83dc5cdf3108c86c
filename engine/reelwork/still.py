"""What a plugin author writes so that stills of a further format can be read and written: one class for each.

The engine reads and writes what :data:`READ` and :data:`WRITTEN` name by itself; a plugin's classes stand beside that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    import numpy.typing as npt

#: Endings of files that the engine reads itself, and of those that it writes.
READ: Final = frozenset(
    (
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".mpo", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".exr"),
        *(".heic", ".heif", ".hif", ".jxl", ".jp2", ".j2k", ".psd", ".svg", ".pdf"),
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv"),
        *(".mxf", ".ogg", ".ogv", ".oga", ".opus", ".wav", ".w64", ".caf", ".aif", ".aiff", ".au", ".flac", ".mp3"),
        *(".m4a", ".aac", ".ac3", ".eac3", ".wma"),
    )
)
WRITTEN: Final = frozenset(
    (
        *(
            ".png",
            ".exr",
            ".jpg",
            ".jpeg",
            ".tif",
            ".tiff",
            ".avif",
            ".gif",
            ".apng",
            ".webp",
            ".mp4",
            ".mov",
            ".mkv",
            ".webm",
        ),
        *(".wav", ".flac", ".mp3", ".m4a", ".opus", ".srt", ".vtt"),
    )
)


@dataclass(frozen=True, eq=False)
class Still:
    """One picture, as a file holds it.

    :param pixels: ``[row, column, channel]``, the top row first: one channel is grey, two are grey and alpha, three
        red, green and blue, four these and alpha. ``uint8`` and ``uint16`` are display-encoded values (sRGB) from 0 to
        the highest, with straight alpha; ``float32`` is scene-linear light with Rec.709 primaries, premultiplied
    """

    pixels: npt.NDArray[Any]


class StillReader(ABC):
    """Reads the stills of a format. What it raises becomes an error that names the file and the reader."""

    #: What the format is called, such as ``qoi``.
    name: ClassVar[str]
    #: Counts up when the same file becomes another picture, so that what is kept of the old one is not used.
    version: ClassVar[int] = 1
    #: The endings of such files, in small letters, with their points.
    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def size(self, path: Path) -> tuple[int, int]:
        """Columns and rows, from the file's head: asked first, so that nothing too large is ever decoded."""

    @abstractmethod
    def read(self, path: Path) -> Still:
        """The picture; the same for the same bytes on every machine."""


class StillWriter(ABC):
    """Writes stills in a format. What it raises becomes an error that names the file and the writer."""

    name: ClassVar[str]
    #: Counts up when the same picture becomes other bytes.
    version: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]]
    #: Bits of a sample that it wants: 8, 16, or 32 for scene-linear floats.
    depth: ClassVar[int] = 8
    #: Whether it can keep transparency.
    alpha: ClassVar[bool] = False

    @abstractmethod
    def write(self, still: Still, to: Path) -> None:
        """Write a picture of three channels, or of four where transparency is kept, as a whole file; the same bytes
        for the same picture on every machine."""
