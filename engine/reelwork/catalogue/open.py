"""A catalogue: a folder goes in, its records and people come out, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reelwork.catalogue.model import Person, Record


class Catalogue:
    """A folder of records that is marked by ``catalogue.toml``.

    :param folder: as the person named it; messages use it
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self, name: str) -> Record:
        """The record ``handle/slug``, whatever its status.

        :raises CatalogueError: there is none (the message names the nearest), or its file is wrong
        """
        raise NotImplementedError

    def person(self, handle: str) -> Person:
        """Somebody by their handle.

        :raises CatalogueError: nobody has it, or their file is wrong
        """
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """The names of all records, in order; their files are not read."""
        raise NotImplementedError

    def lineage(self, record: Record) -> tuple[Record, ...]:
        """Everything that a record comes from, however far back, each once.

        :raises CatalogueError: one of them is missing or wrong, or they form a circle
        """
        raise NotImplementedError

    def media(self, record: Record) -> Path:
        """The file with the record's bytes, their digest checked.

        :raises CatalogueError: the record is withdrawn or blocked, or its bytes are missing or not what it says
        """
        raise NotImplementedError


def open_catalogue(folder: Path) -> Catalogue:
    """The catalogue in a folder.

    :raises CatalogueError: the folder is none, or its ``catalogue.toml`` is wrong
    """
    raise NotImplementedError
