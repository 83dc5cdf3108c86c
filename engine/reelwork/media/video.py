"""Video sources: a file and a picture's number go in, that very picture comes out, in whatever order they are asked."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from reelwork.catalogue.facts import MediaFacts
from reelwork.media.picture import Picture


class VideoSource:
    """An open video. Not safe to share between threads; its decoder stays open until :meth:`close`.

    :param path: the file
    :param threads: threads of the decoder
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self.path = path
        self.threads = threads

    @property
    def facts(self) -> MediaFacts:
        """What is known of the file."""
        raise NotImplementedError

    @property
    def frame_count(self) -> int:
        """How many pictures it has."""
        raise NotImplementedError

    @property
    def duration(self) -> Fraction:
        """Seconds from the first picture's start to the last one's end."""
        raise NotImplementedError

    def frame_number(self, t: Fraction) -> int:
        """The picture that is shown at ``t`` seconds from the first one's start; the first before, the last after."""
        raise NotImplementedError

    def picture(self, number: int) -> Picture:
        """Picture ``number``, from 0; the same bytes in whatever order pictures are asked for.

        :raises MediaError: the file is damaged there
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let the decoder go; the source may be used again and then opens it anew."""
        raise NotImplementedError
