"""Whether peers show the same picture: two films go in, how near they are at three times comes out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt

#: Where in a film it is looked at, as shares of its length.
TIMES: Final = (0.2, 0.5, 0.8)
#: The least PSNR, dB. Light mixes otherwise in linear light than in display values, filters reach differently far,
#: fonts are hinted or not; a layer that lacks, stands elsewhere or does not move has less than this.
ENOUGH: Final = 22.0
#: The same where the edges of many layers lie half a pixel beside ours, and sixty veils were rounded to 8 bits in turn.
ENOUGH_OF_MANY: Final = 17.0


class Different(Exception):
    """A film is not the same picture as ours; the message says when and how far off."""


def compare(ours: Path, theirs: Path, enough: float = ENOUGH) -> tuple[float, ...]:
    """The PSNR of two films at three times, dB.

    :param enough: the least that passes, dB
    :raises Different: they have another number of frames, or a picture is less near than that
    """
    pictures = [frames(film) for film in (ours, theirs)]
    if pictures[0][0] != pictures[1][0]:
        raise Different(f"it has {pictures[1][0]} frames, where {pictures[0][0]} are due")
    near = tuple(psnr(a, b) for a, b in zip(pictures[0][1], pictures[1][1], strict=True))
    if min(near) < enough:
        raise Different("it shows another picture: " + ", ".join(f"{value:.1f} dB" for value in near))
    return near


def frames(film: Path) -> tuple[int, list[npt.NDArray[np.uint8]]]:
    """How many frames a film has, and those at three times, ``[row, column, channel]`` of R'G'B'."""
    count = sum(1 for _ in _decoded(film))
    wanted = [int(count * time) for time in TIMES]
    found = {
        number: frame.reformat(format="rgb24", src_colorspace="itu709").to_ndarray()
        for number, frame in enumerate(_decoded(film))
        if number in wanted
    }
    return count, [found[number] for number in wanted]


def _decoded(film: Path) -> Iterable[Any]:
    with av.open(str(film)) as container:
        yield from container.decode(video=0)


def psnr(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> float:
    """The peak signal-to-noise ratio of two pictures of 8 bits, dB; 99 for equal ones.

    >>> psnr(np.zeros((2, 2)), np.zeros((2, 2)))
    99.0

    :raises Different: they are of different sizes
    """
    if one.shape != two.shape:
        raise Different(f"it is {two.shape[1]}×{two.shape[0]}, where {one.shape[1]}×{one.shape[0]} is due")
    error = float(np.mean((one.astype(np.float64) - two.astype(np.float64)) ** 2))
    return min(99.0, 10 * float(np.log10(255**2 / error))) if error else 99.0
