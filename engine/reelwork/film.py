"""What a plugin author writes so that films can be written in a further format: a writer, and what it begins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from reelwork.image.storage import Planes, StorageFormat

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.still import Still


@dataclass(frozen=True)
class FilmFacts:
    """What is known of a film before its first picture.

    :param width: columns
    :param height: rows
    :param fps: pictures a second
    :param count: how many pictures there are
    :param storage: what the samples of its planes mean; of a film of stills, those of their pixels
    :param samples: how many samples are heard, 48,000 a second; 0: it is silent
    :param title: the production's; may be empty
    """

    width: int
    height: int
    fps: Fraction
    count: int
    storage: StorageFormat
    samples: int = 0
    title: str = ""


class Film(ABC):
    """A film that is being written, by one thread, from its first picture to its last.

    Sound comes in blocks of a second, each before the pictures of its second.
    """

    @abstractmethod
    def picture(self, picture: Still | Planes) -> None:
        """The next picture; picture ``n`` is shown at ``n / fps`` seconds. It must not be kept, or written to."""

    def sound(self, block: npt.NDArray[np.float32]) -> None:
        """The next samples, ``float32[2, n]``, left and right, full scale at -1 and 1, which a mix may exceed; only of
        writers with ``sound = True``."""
        raise NotImplementedError

    @abstractmethod
    def finish(self) -> None:
        """All pictures were there: complete the file, and close it. Then it gets its name."""

    def discard(self) -> None:  # noqa: B027  # most hold nothing that garbage collection would not close
        """Something failed, or was stopped: close the file, which is removed."""


class FilmWriter(ABC):
    """Writes films in a format; chosen by the ending of an output's file. What it raises becomes an error that names
    the file and the writer.

    Pictures are painted by workers and kept, and handed over in order when all of them are there: an interrupted
    render goes on, and a film that was changed in its writer alone is not painted again.
    """

    #: What the format is called, such as ``y4m``.
    name: ClassVar[str]
    #: Counts up when the same pictures become other bytes.
    version: ClassVar[int] = 1
    #: The endings of such files, in small letters, with their points.
    suffixes: ClassVar[tuple[str, ...]]
    #: FFmpeg's names of the planar pixel formats that it takes, its default first; scenes choose by ``video:
    #: {pixel-format}``. It then gets ``Planes``. Empty: it gets a ``Still`` of ``depth`` bits.
    pixel_formats: ClassVar[tuple[str, ...]] = ()
    #: Bits of a sample of stills: 8, 16, or 32 for scene-linear floats.
    depth: ClassVar[int] = 8
    #: Whether stills can keep transparency.
    alpha: ClassVar[bool] = False
    #: Whether it writes sound.
    sound: ClassVar[bool] = False

    @abstractmethod
    def begin(self, to: Path, film: FilmFacts) -> Film:
        """Begin a file; the same bytes for the same film on every machine.

        :param to: its temporary name, which ends as the file will
        """
