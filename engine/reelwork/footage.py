"""What a plugin author writes so that moving pictures of a further format can be read: a reader, and what it opens."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from reelwork.errors import MediaError
from reelwork.image.storage import Planes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from reelwork.still import Still

#: The number of a frame in a file's name, such as %d or %05d, as every other program writes it.
NUMBER: Final = re.compile(r"%(?:0(\d{1,2}))?d")
# An error names no more stretches of missing numbers.
_MOST_MISSING: Final = 8


@dataclass(frozen=True)
class FootageSound:
    """The sound of footage, which begins with its first picture.

    :param rate: samples a second
    :param channels: 1 is heard on both sides, 2 are left and right, 6 are 5.1 in the order of WAVE files
    :param samples: how many a channel
    """

    rate: int
    channels: int
    samples: int


@dataclass(frozen=True)
class FootageFacts:
    """What is known of footage before a picture is decoded.

    :param count: how many pictures there are, 1 or more
    :param size: columns and rows, the same for all; ``None`` where pictures are stills of their own, which say it
    :param rate: pictures a second; ``None`` where ``times`` says it, and for numbered files, of which the scene does
    :param times: where pictures last differently long: seconds at which each begins, ascending from 0, and at last the
        one at which the last one ends: ``count + 1`` numbers
    :param sound: what is heard, if anything
    """

    count: int
    size: tuple[int, int] | None = None
    rate: Fraction | None = None
    times: tuple[Fraction, ...] = ()
    sound: FootageSound | None = None


class Footage(ABC):
    """Footage that is open. It is asked by one thread at a time: every decoder of the engine opens its own."""

    #: What is known of it; read once, when it is opened.
    facts: FootageFacts

    @abstractmethod
    def picture(self, number: int) -> Still | Planes | Path:
        """Picture ``number``, from 0, in whatever order they are asked for; always the same bytes. A path is of a
        still, one of the reader's ``files``, which the engine reads as it reads any."""

    def samples(self, start: int, count: int) -> npt.NDArray[np.float32]:
        """``float32[channel, sample]``: so many samples from one of them on, full scale at -1 and 1. It is asked where
        the facts say that there is sound, and for no more than there is."""
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027  # most hold nothing
        """Let files go."""


class FootageReader(ABC):
    """Reads moving pictures of a format. What it, or its footage, raises becomes an error that names file and reader.

    It is chosen by the ending of a file's name. With ``numbered = True`` it reads footage of which each picture is a
    file, that scenes name with the number's place, ``take-%04d.dpx``; without suffixes, such of every ending.
    """

    #: What the format is called, such as ``y4m``.
    name: ClassVar[str]
    #: Counts up when the same file becomes other pictures, so that what is kept of the old ones is not used.
    version: ClassVar[int] = 1
    #: The endings of such files, in small letters, with their points.
    suffixes: ClassVar[tuple[str, ...]] = ()
    #: What such files begin with, one of these; a file that does not is refused. Empty: they begin with anything.
    signatures: ClassVar[tuple[bytes, ...]] = ()
    #: Whether it reads numbered files.
    numbered: ClassVar[bool] = False

    def files(self, path: Path) -> tuple[Path, ...]:
        """All files that the footage is made of, always in the same order: their digests are what it is known by, and a
        farm's bundle brings all of them, beside each other as they lie here.

        :param path: as in :meth:`open`
        """
        return tuple(numbered_files(path).values()) if self.numbered else (path,)

    @abstractmethod
    def open(self, path: Path) -> Footage:
        """Open footage.

        :param path: of the file; of numbered ones, with the number's place in its name
        """


def numbered_files(path: Path) -> dict[int, Path]:
    """The files that a name such as ``take-%04d.exr`` stands for, by their numbers, which follow each other.

    :raises MediaError: there are none, or some are missing in between; the message names them
    """
    place = NUMBER.search(path.name)
    if place is None:
        raise MediaError(f"{path}: has no place for a number, such as %04d")
    width = int(place[1] or 0)
    before, after = path.name[: place.start()], path.name[place.end() :]
    name = re.compile(f"{re.escape(before)}([0-9]+){re.escape(after)}")
    try:
        matches = [name.fullmatch(file.name) for file in path.parent.iterdir()]
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error
    texts = {int(match[1]): match[0] for match in matches if match and match[1] == str(int(match[1])).zfill(width)}
    if not texts:
        first = f"{before}{'1'.zfill(width)}{after}"
        raise MediaError(f"{path}: there is no file of that name, such as {first}, in {path.parent}")
    numbers = sorted(texts)
    if missing := sorted(set(range(numbers[0], numbers[-1])) - texts.keys()):
        raise MediaError(
            f"{path}: of its files {numbers[0]} to {numbers[-1]}, {_stretches(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing"
        )
    return {number: path.with_name(texts[number]) for number in numbers}


def _stretches(numbers: Iterable[int]) -> str:
    """Numbers for people: ``7, 10-12 and 40``."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    said = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    if len(said) > _MOST_MISSING:
        more = sum(map(len, runs[_MOST_MISSING:]))
        said = [*said[:_MOST_MISSING], f"{more} more"]
    return " and ".join([", ".join(said[:-1]), said[-1]]) if len(said) > 1 else said[0]
