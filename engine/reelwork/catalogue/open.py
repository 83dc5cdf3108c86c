"""A catalogue: a folder goes in, its records and people come out, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from reelwork.catalogue.digest import digest_of
from reelwork.catalogue.document import Document, read_document
from reelwork.catalogue.fields import HANDLE_RULE, is_handle, nearest
from reelwork.catalogue.model import Person, Record, Terms
from reelwork.catalogue.reader import is_file, read_person, read_record, read_settings, read_terms
from reelwork.catalogue.spdx import REFERENCE
from reelwork.catalogue.store import find, stores
from reelwork.catalogue.text import shown
from reelwork.errors import CatalogueError, Problem

#: The file that marks a catalogue.
MARK = "catalogue.toml"


class Catalogue:
    """A folder of records that is marked by ``catalogue.toml``; what was read once is remembered.

    :param folder: as the person named it; messages use it
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._root = folder.resolve()
        self._documents: dict[str, Document] = {}
        self._records: dict[str, Record] = {}
        self._people: dict[str, Person] = {}
        self._terms: dict[str, Terms] = {}

    def record(self, name: str) -> Record:
        """The record ``handle/slug``, whatever its status.

        :raises CatalogueError: there is none (the message names the nearest), or its file is wrong
        """
        if name not in self._records:
            if not self._is_record(name):
                message = f"there is no record {shown(name, 140)!r} in the catalogue {self.folder}"
                raise CatalogueError((Problem(message, remedy=self._nearest_record(name)),))
            document = self._read("records", *name.split("/"))
            self._documents[name] = document
            self._records[name] = read_record(
                document,
                name,
                folder=self.folder,
                root=self._root,
                declared=self.declared,
                is_person=lambda handle: is_handle(handle) and (self.folder / "people" / f"{handle}.toml").is_file(),
                is_record=self._is_record,
            )
        return self._records[name]

    def person(self, handle: str) -> Person:
        """Somebody by their handle.

        :raises CatalogueError: nobody has it, or their file is wrong
        """
        if handle not in self._people:
            if not is_handle(handle):
                raise CatalogueError(f"{shown(handle, 80)!r} is not a handle ({HANDLE_RULE})")
            if not (self.folder / "people" / f"{handle}.toml").is_file():
                message = f"nobody has the handle {handle!r} in the catalogue {self.folder}"
                raise CatalogueError((Problem(message, remedy=nearest(handle, self._stems("people"))),))
            self._people[handle] = read_person(self._read("people", handle), handle)
        return self._people[handle]

    def terms(self, licence: str) -> Terms | None:
        """What a ``LicenseRef-…`` allows, if the catalogue declares it.

        :raises CatalogueError: the declaration is wrong
        """
        if licence not in self.declared:
            return None
        if licence not in self._terms:
            self._terms[licence] = read_terms(self._read("licences", licence), licence)
        return self._terms[licence]

    @cached_property
    def declared(self) -> frozenset[str]:
        """The ``LicenseRef-…`` names of the licences that the catalogue declares itself."""
        found = (path.stem for path in (self.folder / "licences").glob("*.toml"))
        return frozenset(name for name in found if REFERENCE.fullmatch(name))

    def names(self) -> Iterator[str]:
        """The names of all records, in order; their files are not read."""
        records = self.folder / "records"
        for folder in sorted(records.iterdir()) if records.is_dir() else ():
            if is_handle(folder.name):
                yield from (f"{folder.name}/{slug}" for slug in self._stems("records", folder.name))

    def lineage(self, record: Record) -> tuple[Record, ...]:
        """Everything that a record comes from, however far back, each once, ancestors before what came of them.

        :raises CatalogueError: one of them is missing or wrong, or they form a circle
        """
        done: dict[str, Record] = {}
        # A stack of (record, the next derivation to look at) rather than calls: a chain may be longer than Python's.
        way: list[tuple[Record, int]] = [(record, 0)]
        while way:
            current, index = way.pop()
            if index == len(current.derived_from):
                done[current.id] = current
                continue
            way.append((current, index + 1))
            name = current.derived_from[index].record
            if name in (step.id for step, _ in way):
                ids = [step.id for step, _ in way]
                circle = " → ".join([*ids[ids.index(name) :], name])
                place = self._documents[current.id].place("derived_from", index, "record")
                raise CatalogueError((Problem(f"records come from each other in a circle: {circle}", place),))
            if name not in done:
                way.append((self.record(name), 0))
        del done[record.id]
        return tuple(done.values())

    def media(self, record: Record) -> Path:
        """The file with the record's bytes, their digest checked.

        :raises CatalogueError: the record is withdrawn or blocked, or its bytes are missing or not what it says
        """
        if record.status != "open":
            raise self._wrong(record, "status", f"the record {record.id} is {record.status} and cannot be used", "")
        if record.file is not None:
            path, key = record.file, "file"
            if not is_file(path):
                raise self._wrong(record, key, f"there is no file {shown(str(path))}", "")
        else:
            found = find(record.sha256, stores(self.folder))
            if found is None:
                wanted = " or ".join(str(store / record.sha256[:2]) for store in stores(self.folder))
                remedy = f"put the file as {record.sha256[:12]}… (its whole sha256) and its ending into {wanted}"
                raise self._wrong(record, "sha256", f"the bytes of {record.id} are on none of the shelves", remedy)
            path, key = found, "sha256"
        try:
            digest = digest_of(path)
        except OSError as error:
            raise self._wrong(record, key, f"{path} cannot be read: {error.strerror or error}", "") from error
        if not record.sha256:
            raise self._wrong(record, "file", "the record does not say its sha256", f'write sha256 = "{digest}"')
        if digest != record.sha256:
            message = f"{path} is not what the record {record.id} says: its sha256 is {digest}"
            raise self._wrong(record, "sha256", message, "put the right file there, or its sha256 into the record")
        return path

    def _wrong(self, record: Record, key: str, message: str, remedy: str) -> CatalogueError:
        return CatalogueError((Problem(message, self._documents[record.id].place(key), remedy=remedy),))

    def _is_record(self, name: str) -> bool:
        handle, _, slug = name.partition("/")
        return is_handle(handle) and is_handle(slug) and (self.folder / "records" / handle / f"{slug}.toml").is_file()

    def _nearest_record(self, name: str) -> str:
        if name.count("/") != 1:
            return "a record is named handle/slug"
        return nearest(name, self.names())

    def _read(self, *parts: str) -> Document:
        path = self.folder.joinpath(*parts[:-1], f"{parts[-1]}.toml")
        if not path.resolve().is_relative_to(self._root):
            raise CatalogueError(f"{path} leads out of the catalogue")
        return read_document(path)

    def _stems(self, *parts: str) -> list[str]:
        return sorted(path.stem for path in self.folder.joinpath(*parts).glob("*.toml") if is_handle(path.stem))


def open_catalogue(folder: Path) -> Catalogue:
    """The catalogue in a folder.

    :raises CatalogueError: the folder is none, or its ``catalogue.toml`` is wrong
    """
    mark = folder / MARK
    if not mark.is_file():
        if not folder.is_dir():
            raise CatalogueError(f"{folder}: there is no such folder")
        raise CatalogueError(f"{folder}: the folder has no {MARK}, which marks a catalogue")
    return Catalogue(folder, read_settings(read_document(mark), folder))
