"""Encoding a unit: pictures and a specification go in, one kept segment comes out, the same bytes everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reelwork.media.picture import Picture
from reelwork.media.segment import Segment
from reelwork.media.spec import VideoSpec


def encode_unit(spec: VideoSpec, pictures: Iterable[Picture], path: Path) -> Segment:
    """Encode pictures, each in ``spec.storage``, into a kept file that appears under its name when it is whole.

    :raises OutputError: the codec refuses, the pictures do not fit the specification, or the place cannot be written
    """
    raise NotImplementedError


def planes_match(picture: Picture, spec: VideoSpec) -> bool:
    """Whether a picture's planes can be encoded as they are: same size, same storage."""
    raise NotImplementedError
