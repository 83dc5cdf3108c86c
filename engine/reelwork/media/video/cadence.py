"""Cadence: a video whose pictures are of two fields goes in, whether it is film that was telecined comes out.

Telecine (3:2, SMPTE RP 197) makes five pictures of four of film: of every five, one has the upper field of the one
before, and another the lower one.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.catalogue.facts import Reading
from reelwork.media.probe import probe
from reelwork.media.video.source import VideoSource

_RATE: Final = Fraction(30000, 1001)
_CYCLE: Final = 5
# So many pictures, from a third of the film on, are looked at, and so many must be there.
_TRIED, _FEWEST = 60, 20
# Of all code values: less is no motion, and says nothing.
_MOTION: Final = 1 / 500
# What a field that comes again may differ by, of what others differ by: it was encoded once more.
_AGAIN: Final = 0.4


def is_telecined(path: Path) -> bool:
    """Whether pictures of two fields are film at 24000/1001 a second, as far as some of them show.

    :raises MediaError: the file is damaged there
    """
    woven = Reading(fields="off")
    facts = probe(path, reading=woven)
    if not facts.fields or facts.frame_rate is None or abs(facts.frame_rate / _RATE - 1) > Fraction(1, 500):
        return False
    with VideoSource(path, reading=woven) as source:
        first = max(0, min(source.frame_count // 3, source.frame_count - _TRIED))
        highest = (1 << source.storage.depth) - 1
        differ: list[list[float]] = []
        before: list[npt.NDArray[np.float32]] = []
        for number in range(first, min(first + _TRIED, source.frame_count)):
            picture = source.picture(number)
            luma = picture.planes[0][: picture.height, : picture.width].astype(np.float32)
            fields = [luma[0::2], luma[1::2]]
            if before and before[0].shape == fields[0].shape:
                differ.append([float(np.abs(a - b).mean()) / highest for a, b in zip(fields, before, strict=True)])
            before = fields
    return has_cadence(np.array(differ))


def has_cadence(differ: npt.NDArray[np.float64]) -> bool:
    """Whether fields come again as telecine has it.

    :param differ: ``[picture, field]``: by how much each of a picture's two fields differs from that of the one before
    """
    if len(differ) < _FEWEST or (differ.mean(axis=0) < _MOTION).any():
        return False
    for phase in range(_CYCLE):
        for later in (2, 3):
            again = [_share(differ[:, field], start % _CYCLE) for field, start in enumerate((phase, phase + later))]
            if max(again) < _AGAIN:
                return True
    return False


def _share(differ: npt.NDArray[np.float64], phase: int) -> float:
    """What every fifth differs by, of what the others do."""
    every = np.arange(len(differ)) % _CYCLE == phase
    return float(differ[every].mean() / max(differ[~every].mean(), 1e-9))
