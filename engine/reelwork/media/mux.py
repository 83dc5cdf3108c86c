"""The mux: segments in their order and sound go in, one film comes out under its final name when it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelwork.media.segment import Segment
from reelwork.media.spec import SoundSpec, VideoSpec

#: Sound on its way to a file: ``float32[2, n]`` blocks of any length at 48,000 Hz.
Blocks = Iterable[npt.NDArray[np.float32]]


def write_film(
    segments: Sequence[Segment],
    spec: VideoSpec,
    to: Path,
    *,
    sound: Blocks | None = None,
    sound_spec: SoundSpec | None = None,
    metadata: dict[str, str] | None = None,
) -> None:
    """Write a film; its container follows from the suffix of ``to``.

    :raises OutputError: segments of different encoders, a container that cannot hold them, or a place that cannot be
        written
    """
    raise NotImplementedError


def write_sound(blocks: Blocks, to: Path, spec: SoundSpec | None = None) -> None:
    """Write sound alone; codec and container follow from the suffix where ``spec`` is not given.

    :raises OutputError: an unknown suffix, or a place that cannot be written
    """
    raise NotImplementedError
