"""Numbered stills as footage, such as ``take-%04d.exr``: what compositing and 3D programs hand each other."""

from __future__ import annotations

from pathlib import Path

from reelwork import Footage, FootageFacts, FootageReader, numbered_files


class NumberedStills(FootageReader):
    """Reads them; of whatever format stills are read."""

    name, numbered = "numbered-stills", True

    def open(self, path: Path) -> Footage:
        return _Stills(tuple(numbered_files(path).values()))


class _Stills(Footage):
    def __init__(self, files: tuple[Path, ...]) -> None:
        self._files = files
        self.facts = FootageFacts(count=len(files))

    def picture(self, number: int) -> Path:
        return self._files[number]
