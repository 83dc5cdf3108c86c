"""Runs of sound: what a reader of sound hands on, and what it says of the file that they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from reelwork.media.sound.downmix import USUAL_LEVELS, Levels

Samples = npt.NDArray[np.float32]
#: From when to when, in seconds from the sound's first sample.
Stretch = tuple[Fraction, Fraction]

#: Seconds of the longest sound that is read.
LONGEST: Final = 24 * 3600


class Run(NamedTuple):
    """Some samples, one after the other.

    :param samples: ``float32[channel, n]``
    :param rate: so many of them a second
    :param channels: the channels' names, such as ``FL``
    :param layout: FFmpeg's name of all of them
    :param levels: at which the file says its centre and its surrounds are mixed down
    """

    samples: Samples
    rate: int
    channels: tuple[str, ...]
    layout: str
    levels: Levels = USUAL_LEVELS

    @property
    def lasting(self) -> Fraction:
        """Seconds."""
        return Fraction(self.samples.shape[1], self.rate)


@dataclass(frozen=True)
class Waves:
    """The sound of an open file.

    :param codec: FFmpeg's name
    :param rate: samples a second that it begins with; where recordings were joined, others may follow
    :param layout: FFmpeg's name of the layout that it begins with
    :param channels: how many it begins with
    :param start: when the container says that the first sample is heard, in seconds
    :param runs: to be read once; a run of silence may be of any length, and takes no memory
    :param damage: what could not be decoded and is silence, complete once all runs are read
    :param jumps: by how much the file's clock jumped, seconds, each time that another recording began; complete then
    """

    codec: str
    rate: int
    layout: str
    channels: int
    start: Fraction
    runs: Iterator[Run]
    damage: list[Stretch] = field(default_factory=list)
    jumps: list[Fraction] = field(default_factory=list)


def silence(count: int, like: Run) -> Run:
    """So many samples of silence, with the channels of another run; they take no memory."""
    return like._replace(samples=np.broadcast_to(np.float32(0), (len(like.channels), count)))
