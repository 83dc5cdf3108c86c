"""Finding media: what a timeline refers to goes in; the file, or the catalogue's record, that it is comes out."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from reelwork.catalogue.facts import MediaFacts
from reelwork.catalogue.open import Catalogue
from reelwork.errors import CatalogueError, MediaError
from reelwork.exchange.report import Report
from reelwork.exchange.timecodes import first_timecode
from reelwork.exchange.timeline import Reference
from reelwork.graph.link import ROOTS
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
    """

    path: Path
    facts: MediaFacts
    record: str | None = None
    first: Fraction | None = None


class Finder:
    """Finds files by their place, and those that have moved by their name; each is looked for once.

    Nothing is opened outside the roots and the catalogue: a timeline is a stranger's file.

    :param base: the folder that relative places count from: the timeline's own
    :param roots: the folders in which files may lie; ``base`` and those of ``$REELWORK_ROOTS`` are added
    """

    def __init__(self, base: Path, roots: Sequence[Path], catalogue: Catalogue | None, report: Report) -> None:
        named = [Path(root) for root in os.environ.get(ROOTS, "").split(os.pathsep) if root]
        self._base = base.resolve()
        self._given = [root.resolve() for root in roots]
        self._roots = list(dict.fromkeys((self._base, *self._given, *(root.resolve() for root in named))))
        self._catalogue = catalogue
        self._report = report
        self._found: dict[tuple[str, str, str], Found | None] = {}
        self._opened: dict[Path, Found | None] = {}

    @property
    def has_catalogue(self) -> bool:
        """Whether there are records."""
        return self._catalogue is not None

    def find(self, reference: Reference) -> Found | None:
        """What a clip refers to; ``None`` where it is not there."""
        record = _record_of(reference)
        key = (record, reference.url, reference.name)
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
        return None if found is None else Found(found.path, found.facts, name, found.first)

    def _file(self, reference: Reference) -> Found | None:
        path = place_of(reference.url, self._base) if reference.url else None
        if path is not None and self._may_open(path) and path.is_file():
            return self._open(path)
        names = [
            PurePosixPath(part).name for part in (_path_of(reference.url), reference.name.replace("\\", "/")) if part
        ]
        for name in dict.fromkeys(name for name in names if name):
            candidates = self._index.get(name.lower()) or self._stems.get(name.lower(), [])
            best = max(candidates, key=lambda other: _alike(other, path), default=None)
            if best is None:
                continue
            if len(candidates) > 1:
                others = f"{len(candidates)} files are called {name!r}"
                self._report.add(f"media {reference.url or name}", others, f"{best} was taken")
            elif path is not None:
                self._report.add(f"media {reference.url}", "it is not there", f"{best} has its name")
            return self._open(best)
        if path is not None and path.is_file():
            self._report.add(f"media {reference.url}", "it lies where nobody allowed to look", f"--media {path.parent}")
        return None

    def _may_open(self, path: Path) -> bool:
        roots = [*self._roots, *([self._catalogue.folder.resolve()] if self._catalogue is not None else [])]
        return any(path.is_relative_to(root) for root in roots)

    def _open(self, path: Path) -> Found | None:
        if path not in self._opened:
            try:
                facts = probe(path)
                self._opened[path] = Found(path, facts, self._records.get(path.resolve()), first_timecode(path, facts))
            except MediaError as error:
                self._report.add(f"media {path}", str(error), "it counts as missing")
                self._opened[path] = None
        return self._opened[path]

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


def place_of(url: str, base: Path) -> Path | None:
    """Where a URL, or a path, points to on this machine; ``None`` where that is no file."""
    path = _path_of(url)
    if path is None or "\0" in path:
        return None
    try:
        return (base / path).resolve()
    except (OSError, RuntimeError):
        return None


def _path_of(url: str) -> str | None:
    if re.match(r"[A-Za-z]:[\\/]", url):
        return url.replace("\\", "/")
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme == "file":
        path = unquote(parts.path)
        return path[1:] if re.match(r"/[A-Za-z]:/", path) else path
    if parts.scheme:
        return None
    return unquote(url).replace("\\", "/") if "%" in url else url.replace("\\", "/")


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
