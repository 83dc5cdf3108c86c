"""Reach: a name in a scene goes in, the path that it stands for comes out, if scenes may read there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reelwork.errors import MediaError
from reelwork.footage import NUMBER
from reelwork.graph.schemes import Schemes
from reelwork.linker import scheme_of
from reelwork.scene.report import quote

#: The environment variable in which the machine's owner names further folders that scenes may read.
ROOTS: Final = "REELWORK_ROOTS"


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
        if not os.path.isfile(path) and not NUMBER.search(path.name):
            raise MediaError(f"there is no file {quote(named)} in {self._folder}")
        return path

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
