"""Segments: the packets of one encoded unit go into a kept file, and come out again whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Segment:
    """An encoded unit in its kept file.

    :param path: the kept file
    :param frames: pictures in it
    :param digest: sha256 of all before the digest in the file
    :param bytes: bytes of the packets
    """

    path: Path
    frames: int
    digest: str
    bytes: int


def open_segment(path: Path) -> Segment:
    """The segment in a kept file, checked to its last byte.

    :raises OutputError: the file is torn, changed or not a segment
    """
    raise NotImplementedError
