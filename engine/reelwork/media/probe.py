"""Probing: a path goes in, the facts about the file come out, remembered by the file's digest."""

from __future__ import annotations

from pathlib import Path

from reelwork.catalogue.facts import MediaFacts


def probe(path: Path) -> MediaFacts:
    """Everything known of a file of pictures or sound.

    :raises MediaError: it is missing, empty, damaged or of a kind that cannot be read; the message names it
    """
    raise NotImplementedError


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hexadecimal digits, remembered by path, size and time of change.

    :raises MediaError: it cannot be read
    """
    raise NotImplementedError
