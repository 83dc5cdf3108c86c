"""Captions that layers take out of files: a layer and its media go in, the words come out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reelwork.caption import Caption, Words
from reelwork.catalogue.facts import READ, Reading
from reelwork.graph.model import Media
from reelwork.scene.captions import CaptionsOf
from reelwork.scene.model import Clip

#: Finds the captions that a file carries, those of a stream, from 1, or in a language where either is said.
Captions = Callable[[Path, Reading, int, str], Words]


def taken(
    clip: Clip, media: Media | None, find: Callable[[str], str | None], read: Captions
) -> tuple[tuple[Caption, ...], str]:
    """The captions of a layer that are another's words, and what is doubtful about them.

    :param media: what the layer shows or sounds
    :param find: says where a file lies that the scene names
    :raises MediaError: there are no such captions
    """
    asked = clip.caption if isinstance(clip.caption, CaptionsOf) else CaptionsOf()
    if clip.caption is False or (asked.file is None and media is None):  # its own words, or its file is missing
        return (), ""
    at = find(asked.file) if asked.file is not None else media.path if media is not None else None
    if at is None:
        return (), ""
    reading = media.facts.reading if asked.file is None and media is not None else READ
    found = read(Path(at), reading, asked.stream or 0, asked.language)
    return found.captions, found.doubt and f"{at}: {found.doubt}"
