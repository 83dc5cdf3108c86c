"""Sound sources: a file goes in, any run of its samples at 48,000 Hz in stereo comes out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 48_000


class AudioSource:
    """The sound of a file at 48,000 Hz, stereo; a sample has the same value however it is asked for.

    :param path: the file
    :param speed: how fast it plays, with its pitch kept; negative: backwards
    :raises MediaError: the file has no sound or cannot be read
    """

    def __init__(self, path: Path, *, speed: Fraction = Fraction(1)) -> None:
        self.path = path
        self.speed = speed

    @property
    def samples(self) -> int:
        """How many samples there are at 48,000 Hz, at this speed."""
        raise NotImplementedError

    @property
    def duration(self) -> Fraction:
        """Seconds of sound at this speed."""
        raise NotImplementedError

    def read(self, start: int, count: int) -> npt.NDArray[np.float32]:
        """``float32[2, count]`` from sample ``start``; silence before the first sample and after the last.

        :raises MediaError: the file is damaged there
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let decoders and memory go."""
        raise NotImplementedError
