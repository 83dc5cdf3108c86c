"""Finding media: what a timeline refers to goes in; the file, or the catalogue's record, that it is comes out."""

from __future__ import annotations

import glob
import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from reelwork.catalogue.facts import MediaFacts
from reelwork.catalogue.open import Catalogue
from reelwork.errors import CatalogueError, MediaError
from reelwork.exchange.addresses import path_of, place_of
from reelwork.exchange.report import Report
from reelwork.exchange.timecodes import first_timecode
from reelwork.exchange.timeline import Reference
from reelwork.footage import NUMBER, numbered_files
from reelwork.graph.reach import ROOTS
from reelwork.media.offered import is_numbered
from reelwork.media.probe import probe

#: How many files of the roots are looked through for one that has moved.
MOST_FILES: Final = 200_000
_RECORD: Final = re.compile(r"[a-z0-9-]{1,80}/[a-z0-9-]{1,80}\Z")
_NO_MEDIA: Final = frozenset(
    (".yaml", ".yml", ".json", ".toml", ".md", ".txt", ".otio", ".otioz", ".edl", ".xml", ".fcpxml", ".py", ".part")
)


@dataclass(frozen=True)
class Found:
    """A file that is there.

    :param record: the catalogue's name for it, if it has one
    :param first: the timecode of its first frame, as the file says; ``None`` where it does not
    :param number: of numbered files, the first one's
    """

    path: Path
    facts: MediaFacts
    record: str | None = None
    first: Fraction | None = None
    number: int | None = None


class Finder:
    """Finds files by their place, and those that have moved by their name; each is looked for once.

    Nothing is opened outside the roots and the catalogue: a timeline is a stranger's file.

    :param base: the folder that relative places count from: the timeline's own
    :param roots: the folders in which files may lie; ``base`` and those of ``$REELWORK_ROOTS`` are added
    :param held: media that came with the timeline, by the places, from its own, that it names
    """

    def __init__(
        self,
        base: Path,
        roots: Sequence[Path],
        catalogue: Catalogue | None,
        report: Report,
        held: Mapping[str, Path] | None = None,
    ) -> None:
        self._base = base.resolve()
        self._given = [root.resolve() for root in roots]
        self._roots = roots_of(base, roots)
        self._catalogue = catalogue
        self._held = held or {}
        self._report = report
        self._found: dict[tuple[str, str, str, Fraction | None], Found | None] = {}
        self._opened: dict[tuple[Path, Fraction | None], Found | None] = {}

    @property
    def has_catalogue(self) -> bool:
        """Whether there are records."""
        return self._catalogue is not None

    def find(self, reference: Reference) -> Found | None:
        """What a clip refers to; ``None`` where it is not there."""
        record = _record_of(reference)
        key = (record, reference.url, reference.name, reference.rate)
        if key not in self._found:
            found = self._record(record) if record else None
            if found is None and (reference.url or reference.name):
                found = self._file(reference)
            self._found[key] = found
        return self._found[key]

    def _record(self, name: str) -> Found | None:
        """A record that the reference names."""
        if self._catalogue is None:
            self._report.add(f"record {name}", "no catalogue was given", "give --catalogue; its file is used instead")
            return None
        try:
            path = self._catalogue.media(self._catalogue.record(name))
        except CatalogueError as error:
            self._report.add(f"record {name}", str(error.problems[0].message), "its file is looked for instead")
            return None
        found = self._open(path)
        return None if found is None else replace(found, record=name)

    def _file(self, reference: Reference) -> Found | None:
        brought = self._brought(reference.url)
        if brought is not None:
            return self._open(brought, reference.rate)
        path = place_of(reference.url, self._base) if reference.url else None
        if path is not None and self._may_open(path) and _is_there(path):
            return self._open(path, reference.rate)
        names = [
            PurePosixPath(part).name for part in (path_of(reference.url), reference.name.replace("\\", "/")) if part
        ]
        for name in dict.fromkeys(name for name in names if name):
            candidates = self._called(name)
            best = max(candidates, key=lambda other: _alike(other, path), default=None)
            if best is None:
                continue
            if len(candidates) > 1:
                others = f"{len(candidates)} files are called {name!r}"
                self._report.add(f"media {reference.url or name}", others, f"{best} was taken")
            elif path is not None:
                self._report.add(f"media {reference.url}", "it is not there", f"{best} has its name")
            return self._open(best, reference.rate)
        if path is not None and _is_there(path):
            self._report.add(f"media {reference.url}", "it lies where nobody allowed to look", f"--media {path.parent}")
        return None

    def _brought(self, url: str) -> Path | None:
        """What came with the timeline under that place; of numbered files, their path with the number's place."""
        for place in (url, path_of(url) or "") if self._held and url else ():
            known = posixpath.normpath(place)
            if known in self._held:
                return self._held[known]
            if (number := NUMBER.search(known)) is not None:
                like = re.compile(f"{re.escape(known[: number.start()])}([0-9]+){re.escape(known[number.end() :])}")
                for name, path in self._held.items():
                    if (match := like.fullmatch(name)) is not None:
                        begin, _, end = path.name.rpartition(match[1])
                        return path.with_name(f"{begin}{number[0]}{end}")
        return None

    def _may_open(self, path: Path) -> bool:
        roots = [*self._roots, *([self._catalogue.folder.resolve()] if self._catalogue is not None else [])]
        return is_within(path, roots)

    def _open(self, path: Path, rate: Fraction | None = None) -> Found | None:
        key = (path, rate if is_numbered(path) else None)
        if key not in self._opened:
            try:
                facts = probe(*key)
                number = next(iter(numbered_files(path))) if is_numbered(path) else None
                first = first_timecode(path, facts) if number is None else None
                self._opened[key] = Found(path, facts, self._records.get(path.resolve()), first, number)
            except MediaError as error:
                self._report.add(f"media {path}", str(error), "it counts as missing")
                self._opened[key] = None
        return self._opened[key]

    def _called(self, name: str) -> list[Path]:
        """The files of the roots that have a name; of numbered ones, the name with the number's place, by folders."""
        place, small = NUMBER.search(name), name.lower()
        if place is None:
            return self._index.get(small) or self._stems.get(small, [])
        like = re.compile(f"{re.escape(small[: place.start()])}[0-9]+{re.escape(small[place.end() :])}")
        found = [path.parent / name for other, paths in self._index.items() if like.fullmatch(other) for path in paths]
        return list(dict.fromkeys(found))

    @cached_property
    def _index(self) -> dict[str, list[Path]]:
        """The files of the roots by their names in small letters."""
        found: dict[str, list[Path]] = {}
        count = 0
        for root in dict.fromkeys((*self._given, *self._roots)):
            for folder, folders, names in os.walk(root):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(names):
                    if Path(name).suffix.lower() not in _NO_MEDIA and not name.startswith("."):
                        held = found.setdefault(name.lower(), [])
                        path = Path(folder, name)
                        held += [path] if path not in held else []
                count += len(names)
                if count > MOST_FILES:
                    self._report.add(
                        str(root), f"it holds more than {MOST_FILES:,} files", "the rest is not looked through"
                    )
                    return found
        return found

    @cached_property
    def _stems(self) -> dict[str, list[Path]]:
        """The same by their names without the ending, as tapes and clips are called."""
        found: dict[str, list[Path]] = {}
        for name, paths in self._index.items():
            found.setdefault(Path(name).stem, []).extend(paths)
        return found

    @cached_property
    def _records(self) -> dict[Path, str]:
        """The catalogue's records by their files."""
        found: dict[Path, str] = {}
        for name in self._catalogue.names() if self._catalogue is not None else ():
            assert self._catalogue is not None
            try:
                record = self._catalogue.record(name)
            except CatalogueError:
                continue  # whoever uses it is told
            if record.file is not None and record.status == "open":
                found[record.file.resolve()] = name
        return found


def _is_there(path: Path) -> bool:
    """Whether there is a file of that name, or a numbered one where it has a number's place."""
    number = NUMBER.search(path.name)
    if number is None or path.is_file():
        return path.is_file()
    before, after = (glob.escape(part) for part in (path.name[: number.start()], path.name[number.end() :]))
    return any(path.parent.glob(f"{before}[0-9]*{after}"))


def roots_of(base: Path, roots: Sequence[Path]) -> list[Path]:
    """The folders in which a timeline's files may lie: its own, those that are given, those of ``$REELWORK_ROOTS``."""
    named = [Path(root) for root in os.environ.get(ROOTS, "").split(os.pathsep) if root]
    return list(dict.fromkeys(root.resolve() for root in (base, *roots, *named)))


def is_within(path: Path, roots: Sequence[Path]) -> bool:
    """Whether a resolved path lies in one of the folders."""
    return any(path.is_relative_to(root) for root in roots)


def _alike(path: Path, other: Path | None) -> int:
    """How many of the last parts of two paths are the same."""
    count = 0
    for mine, theirs in zip(reversed(path.parts), reversed(other.parts if other is not None else ()), strict=False):
        if mine.lower() != theirs.lower():
            break
        count += 1
    return count


def _record_of(reference: Reference) -> str:
    own = reference.metadata.get("reelwork")
    name = own.get("record", "") if isinstance(own, dict) else ""
    return name if isinstance(name, str) and _RECORD.match(name) else ""
