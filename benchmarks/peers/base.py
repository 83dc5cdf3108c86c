"""What is asked of every peer: whether it is there, which version, and the commands that render a scene."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from benchmarks.measure import Command
from benchmarks.media import file_name
from benchmarks.scenes import Scene, Still, Text, Video

#: What becomes of the frames: nothing, or a file of H.264 with x264's preset of that name and CRF 18.
Sink = Literal["discard", "veryfast", "medium"]


class Absent(Exception):
    """A peer is not there, or cannot do what is asked; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where files of the benchmark lie.

    :param folder: of all of them; scenes of ours are written here
    """

    folder: Path

    @property
    def media(self) -> Path:
        """What scenes show."""
        return self.folder / "media"

    def path(self, source: Video | Still | Text) -> Path:
        """The file of a source; of a text, the picture of it."""
        return self.media / file_name(source)


class Peer(Protocol):
    """A program that renders scenes."""

    @property
    def name(self) -> str:
        """What it is called in the report."""
        ...

    def version(self) -> str:
        """Which version is there.

        :raises Absent: it is not
        """
        ...

    def command(self, scene: Scene, sink: Sink, to: Path, place: Place, *, cores: int) -> Command:
        """What renders a scene.

        :param to: the file, where one is made; its ending is ``.mp4``
        :raises Absent: it cannot show this scene
        """
        ...


def on_path(program: str) -> str:
    """Where a program lies.

    :raises Absent: nowhere in the folders of ``$PATH``
    """
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = Path(folder) / program
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    raise Absent(f"there is no {program} in the folders of $PATH")


def first_line(words: str) -> str:
    """The first line of what a program says of itself."""
    return next(iter(words.strip().splitlines()), "")
