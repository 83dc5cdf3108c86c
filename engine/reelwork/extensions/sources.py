"""Python files that no package brings: a folder goes in, its modules can be imported, as they were at that moment.

They are imported under a name that holds the digest of all the folder's files, and from what was read then: an edited
file is another module, nothing old is served for it, and nothing half old. What is imported so travels to other
processes of this machine as any class does, once :func:`restore` has told them where the folders are.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from reelwork.errors import PluginError

_PREFIX: Final = "reelwork_effects_"


@dataclass(frozen=True)
class Sources:
    """The Python files of a folder.

    :param files: their bytes by module name
    """

    folder: Path
    files: Mapping[str, bytes]

    @functools.cached_property
    def digest(self) -> str:
        """Of all files, in 16 hexadecimal digits."""
        parts = [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(self.files.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @functools.cached_property
    def package(self) -> str:
        """The name that they are imported under."""
        return f"{_PREFIX}{self.digest}"

    def path(self, name: str) -> Path:
        """The file of a module."""
        return self.folder / f"{name}.py"


def read(folder: Path) -> Sources:
    """The Python files of a folder, but for those whose names cannot be imported.

    :raises OSError: they cannot be read
    """
    paths = [path for path in folder.glob("*.py") if path.stem.isidentifier() and path.is_file()]
    return Sources(folder.resolve(), {path.stem: path.read_bytes() for path in paths})


def load(sources: Sources, name: str) -> ModuleType:
    """Import a module of a folder; it may import its neighbours, as in ``from .noise import cells``.

    :raises Exception: whatever it raises
    """
    _know(sources)
    return importlib.import_module(f"{sources.package}.{name}")


def fault(error: BaseException, folder: Path) -> str:
    """An error that a module raised when it was imported, in one line that begins with the author's file and line."""
    said = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: {said}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    return f"{own[-1].filename}:{own[-1].lineno}: {said}" if own else said


def known(pickled: bytes) -> dict[str, str]:
    """The folders whose modules a pickle needs, by the names that they were imported under."""
    return {package: str(s.folder) for package, s in _Finder.known.items() if package.encode() in pickled}


def restore(folders: Mapping[str, str]) -> None:
    """Let another process's modules be imported here, as they are there.

    :raises PluginError: a file has changed since
    """
    for package, folder in folders.items():
        sources = read(Path(folder))
        if sources.package != package:
            raise PluginError(f"a file in {folder} was changed while it was being rendered; render again")
        _know(sources)


def _know(sources: Sources) -> None:
    if not _Finder.known:
        sys.meta_path.append(_Finder)
    _Finder.known[sources.package] = sources


class _Finder:
    """Finds modules of folders that are known."""

    known: Final[dict[str, Sources]] = {}

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """What importlib asks."""
        package, _, name = fullname.partition(".")
        sources = cls.known.get(package)
        if sources is None or (name and name not in sources.files):
            return None
        if not name:
            return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        file = str(sources.path(name))
        return importlib.machinery.ModuleSpec(fullname, _Loader(sources.files[name], file), origin=file)


class _Loader(importlib.abc.InspectLoader):
    """Loads one module from what was read of its file."""

    def __init__(self, source: bytes, file: str) -> None:
        self._source, self._file = source, file

    def get_source(self, fullname: str) -> str:
        """Its text."""
        return importlib.util.decode_source(self._source)

    def get_code(self, fullname: str) -> CodeType:
        """Its code; nothing is cached in a file."""
        return self.source_to_code(self._source, self._file)

    def exec_module(self, module: ModuleType) -> None:
        """Run it; whoever reads a function's source later gets that which runs."""
        module.__file__ = self._file
        text = self.get_source(module.__name__)
        linecache.cache[self._file] = (len(text), None, text.splitlines(keepends=True), self._file)
        super().exec_module(module)
