"""Reach: a name in a scene goes in, the path that it stands for comes out, if scenes may read there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reelwork.errors import MediaError
from reelwork.footage import NUMBER
from reelwork.graph.schemes import Schemes
from reelwork.linker import scheme_of
from reelwork.scene.report import near, quote

#: The environment variable in which the machine's owner names further folders that scenes may read.
ROOTS: Final = "REELWORK_ROOTS"
# How other programs write the place of a number, or of any letters.
_PATTERN: Final = re.compile(r"[*?]|#+|@+")
# So many names of a folder are looked through.
_MOST_NAMES: Final = 5000


class Reach:
    """What one scene may read.

    :param folder: the scene's
    :param enclosed: files and catalogues outside of it by the names that the scene gives them; where it is given,
        nothing else is read outside
    :param schemes: find what names of schemes stand for
    """

    def __init__(self, folder: Path, enclosed: Mapping[str, Path] | None, schemes: Schemes) -> None:
        self._folder = folder
        self._enclosed = enclosed
        self._schemes = schemes

    def existing(self, named: str) -> Path:
        """The file that a name stands for.

        :raises MediaError: there is none, or scenes may not read it
        """
        if scheme_of(named):
            return self._schemes.find(named).path
        path = self.allowed(named)
        # unlike Path.is_file, it takes a name that is too long for one that is not there
        if os.path.isdir(path):
            raise MediaError(f"{quote(named)} is a folder; name a file in it")
        if not os.path.isfile(path) and not NUMBER.search(path.name):
            remedy = self._meant(path)
            raise MediaError(f"there is no file {quote(named)} in {self._folder}{remedy and f'; {remedy}'}")
        return path

    def _meant(self, path: Path) -> str:
        """What may have been meant by a path, where scenes may read, at which there is no file."""
        if _PATTERN.search(path.name):
            return "the number in the names of numbered files is written %d, or %04d for one of four digits"
        missing = path
        while not os.path.isdir(missing.parent):
            missing = missing.parent
        found = missing.with_name(_near(missing, folder=missing != path)) / path.relative_to(missing)
        if not os.path.isfile(found):
            return ""
        beside = found.is_relative_to(self._folder)
        return f"did you mean {quote((found.relative_to(self._folder) if beside else found).as_posix())}?"

    def resolved(self, named: str) -> Path:
        """A path that the scene names, links followed."""
        try:
            return (self._folder / named).resolve()
        except (OSError, RuntimeError) as error:
            said = error.strerror if isinstance(error, OSError) else "its links lead in a circle"
            raise MediaError(f"{quote(named)} cannot be read: {said}") from error

    def allowed(self, named: str) -> Path:
        """A path that the scene names, links followed, if scenes may read there."""
        if self._enclosed is not None and named in self._enclosed:
            return self._enclosed[named].resolve()
        path = self.resolved(named)
        self._check_allowed(path, named)
        return path

    def check_beside(self, file: Path, path: Path, named: str) -> None:
        """Whether a file that a name stands for beside others may be read, too; links followed."""
        found = file.resolve()
        if not found.is_relative_to(path.parent):
            self._check_allowed(found, str(Path(named).with_name(file.name)))

    def _check_allowed(self, path: Path, named: str) -> None:
        if self._enclosed is not None:
            if not path.is_relative_to(self._folder):
                raise MediaError(f"{quote(named)} lies outside the scene's folder, and is not enclosed with it")
            return
        roots = [self._folder, *(Path(root).resolve() for root in os.environ.get(ROOTS, "").split(os.pathsep) if root)]
        if not any(path.is_relative_to(root) for root in roots):
            raise MediaError(
                f"{quote(named)} lies outside the scene's folder; scenes read only there, in their catalogue, "
                f"and in folders that ${ROOTS} names"
            )


def _near(path: Path, *, folder: bool) -> str:
    """The name beside a path that is nearest to its own, which may end otherwise; its own where none is near."""
    try:
        with os.scandir(path.parent) as entries:
            there = sorted(entry.name for entry in entries if entry.is_dir() == folder)[:_MOST_NAMES]
    except OSError:
        return path.name
    if folder:
        return near(path.name, tuple(there)) or path.name
    stems: dict[str, list[str]] = {}
    for name in there:
        if not name.endswith((".yaml", ".yml")):  # scenes
            stems.setdefault(Path(name).stem, []).append(name)
    stem = near(path.stem, tuple(stems))
    alike = stems.get(stem, [path.name])
    return near(path.name, tuple(alike)) or alike[0]
