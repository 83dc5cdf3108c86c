"""Plugins while they are written: a name or a file goes in, its class comes out, new where it was edited."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from reelwork.effect import Extension
from reelwork.errors import PluginError
from reelwork.extensions import sources
from reelwork.extensions.beside import PACKAGE, classes_of, load_file
from reelwork.extensions.manager import Plugin, Registry, judged, registry, registry_of
from reelwork.extensions.names import bearers


@dataclass(frozen=True)
class Written:
    """An extension as it is written at this moment.

    :param name: by which scenes use it
    :param known: where it goes by that name
    """

    name: str
    extension: type[Extension]
    known: Registry


class Manuscript:
    """An extension that is being written: a file of its own, or what an installed plugin brings.

    :param named: the path of a Python file, behind which a class's name may stand (``glow.py:soft-glow``), or the name
        of what is installed
    :raises PluginError: there is no such thing; the message says what to write
    """

    def __init__(self, named: str) -> None:
        self._file, self._name = _file_of(named), named
        self._plugin: Plugin | None = None
        if self._file is None:
            self._plugin = _bringing(named)
            self._folder = Path(self._plugin.path).parent
            self._saved = self._times()  # of what is loaded
        else:
            self._name = named.partition(".py")[2].removeprefix(":")
            self._folder = self._file.parent

    def files(self) -> Iterator[Path]:
        """What it may be made of."""
        yield from sorted(self._folder.glob("*.py") if self._file else self._folder.rglob("*.py"))

    def load(self) -> Written:
        """The extension, of what stands in its files now.

        :raises PluginError: it cannot be loaded; the message begins with file and line where they are known
        """
        return self._from_file(self._file) if self._file else self._from_package()

    def _from_file(self, file: Path) -> Written:
        plugin = _in_package(file) if (file.parent / "__init__.py").is_file() else _alone(file)
        found = [cls for cls in plugin.brings if self._name in ("", cls.name)]
        if not found:
            names = ", ".join(cls.name for cls in plugin.brings)
            raise PluginError(plugin.failure or f"{file} has no extension {self._name!r}; it has {names or 'none'}")
        if len(found) > 1:
            names = " or ".join(f"{file.name}:{cls.name}" for cls in found)
            raise PluginError(f"{file} has several extensions; write {names}")
        known = registry_of((*registry().plugins, plugin), registry().hooks)
        return Written(f"{plugin.package}:{found[0].name}", found[0], known)

    def _times(self) -> list[int]:
        return [path.stat().st_mtime_ns for path in self.files()]

    def _from_package(self) -> Written:
        assert self._plugin is not None
        plugin, saved = self._plugin, self._times()
        if saved != self._saved:
            plugin = self._plugin = _again(plugin, self._folder)
            self._saved = saved
        others = tuple(each for each in registry().plugins if each.name != plugin.name)
        known = registry_of((*others, plugin), registry().hooks)
        found = _named(known, self._name)
        if found is None:
            raise PluginError(plugin.failure or f"{plugin.path} brings no {self._name!r} any more")
        return Written(self._name, found, known)


def _file_of(named: str) -> Path | None:
    """The file that a path names, which ends in .py, or has a class's name behind that."""
    head, ending, tail = named.partition(".py")
    if not ending or (tail and not tail.startswith(":")):
        return None
    file = Path(head + ending)
    if not file.is_file():
        raise PluginError(f"there is no file {file}")
    if not file.stem.isidentifier():
        raise PluginError(f"{file} cannot be imported: name it {file.stem.replace('-', '_')}.py")
    return file.resolve()


def _bringing(name: str) -> Plugin:
    cls = _named(registry(), name)
    if cls is None:
        raise PluginError(
            f"there is nothing called {name!r}: `reelwork effects` lists what there is, and a file is named by its "
            f"path, such as ./{name.replace('-', '_')}.py"
        )
    plugin = next(plugin for plugin in registry().plugins if cls in plugin.brings)
    return replace(plugin, path=inspect.getfile(sys.modules[plugin.module]))


def _named(known: Registry, name: str) -> type[Extension] | None:
    """What bears a name, of whatever kind.

    :raises PluginError: several packages bring it
    """
    # merges last: a transition of the same name has more to show
    for table in sorted(known.tables.values(), key=lambda table: table is known.merges):
        if name in table:
            return table[name]
        if several := bearers(table, name):
            raise PluginError(f"several packages bring {name!r}; write {' or '.join(several)}")
    return None


def _alone(file: Path) -> Plugin:
    return load_file(sources.read(file.parent), file.stem)


def _in_package(file: Path) -> Plugin:
    """A file of a package, which need not be installed; it may import its neighbours by their full names."""
    folder = file.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    if str(folder.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent))
    name = ".".join(file.relative_to(folder.parent).with_suffix("").parts)
    module = _anew(name, folder)
    kept, failures = judged(classes_of(module), PACKAGE, set())
    return Plugin(file.stem, PACKAGE, "", name, str(file), kept, "; ".join(failures))


def _again(plugin: Plugin, folder: Path) -> Plugin:
    """An installed plugin, of what stands in its files now."""
    try:
        brought = tuple(_anew(plugin.module, folder).reelwork_extensions())
    except AttributeError as error:
        raise PluginError(sources.fault(error, folder)) from error
    kept, failures = judged(brought, plugin.package, set())
    return replace(plugin, brings=kept, failure="; ".join(failures))


def _anew(module: str, folder: Path) -> ModuleType:
    """A module imported anew, with all others of its package."""
    package = module.partition(".")[0]
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except Exception as error:  # it is being written
        raise PluginError(sources.fault(error, folder)) from error
