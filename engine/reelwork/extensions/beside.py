"""Effects in a folder beside a scene: code, which is loaded only where the machine's owner allows that folder.

The folder is ``effects/`` beside the scene's file; the owner names it, or one that it lies in, in
``$REELWORK_PLUGIN_FOLDERS``. Every file in it that has extensions is a plugin; others are there for their neighbours.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Final

from reelwork.effect import Extension
from reelwork.extensions import sources
from reelwork.extensions.manager import Plugin, Registry, Unloaded, judged, registry_of
from reelwork.extensions.sources import Sources

#: The folder's name.
FOLDER: Final = "effects"
#: The environment variable in which the owner allows folders, as in ``$PATH``.
VARIABLE: Final = "REELWORK_PLUGIN_FOLDERS"
#: What stands before the name of such an extension where a package brings one of the same name: ``effects:glow``.
PACKAGE: Final = "effects"


def registry_beside(known: Registry, scene: Path) -> Registry:
    """What plugins bring, and those beside a scene's file where they are allowed."""
    folder = scene.parent / FOLDER
    try:
        found = sources.read(folder)
    except OSError:
        return known
    if not found.files:
        return known
    if not allowed(found.folder):
        why = f"is code, which is loaded only where the machine's owner allows it: ${VARIABLE} must name {found.folder}"
        return replace(known, unloaded=tuple(_unloaded(found, name, why) for name in sorted(found.files)))
    plugins = load_folder(found)
    failed = tuple(_unloaded(found, p.name, f"cannot be loaded: {p.failure}") for p in plugins if p.failure)
    return replace(registry_of((*known.plugins, *plugins), known.hooks), unloaded=failed)


def allowed(folder: Path) -> bool:
    """Whether the machine's owner allows code in a folder."""
    roots = (Path(root).resolve() for root in os.environ.get(VARIABLE, "").split(os.pathsep) if root)
    return any(folder.resolve().is_relative_to(root) for root in roots)


def load_folder(found: Sources) -> tuple[Plugin, ...]:
    """The plugins of a folder; of one that fails, the reason is in its ``failure``."""
    plugins = (load_file(found, name) for name in sorted(found.files))
    return tuple(plugin for plugin in plugins if plugin.brings or plugin.failure)


def load_file(found: Sources, name: str) -> Plugin:
    """One file of a folder as a plugin; its version is the digest of all the folder's files."""
    path = str(found.path(name))
    plugin = Plugin(name, PACKAGE, found.digest[:12], f"{found.package}.{name}", path, folder=str(found.folder))
    try:
        module = sources.load(found, name)
    except Exception as error:  # an author's file may fail in any way
        return replace(plugin, failure=sources.fault(error, found.folder))
    kept, failures = judged(classes_of(module), PACKAGE, set())
    return replace(plugin, brings=kept, failure="; ".join(failures).replace(f"{found.package}.", ""))


def classes_of(module: ModuleType) -> tuple[type[Extension], ...]:
    """The extensions that a module defines; a class without a name is there for others to be made from it."""
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Extension))
    return tuple(cls for cls in found if cls.__module__ == module.__name__ and cls.name)


def _unloaded(found: Sources, name: str, why: str) -> Unloaded:
    return Unloaded(str(found.path(name)), found.files[name].decode(errors="replace"), why)
