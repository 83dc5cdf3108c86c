"""The registry: plugins found through entry points, and what they bring, by name."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TypeVar

import pluggy

from reelwork.effect import Effect, Extension, Generator, Merge, Transition
from reelwork.errors import PluginError
from reelwork.extensions import hookspecs

#: The entry-point group that a plugin package names its module in.
GROUP = "reelwork"

E = TypeVar("E", bound=Extension)


@dataclass(frozen=True)
class Registry:
    """What all plugins of this machine bring.

    :param origins: for each extension class, the distribution it came from, as ``name version``
    :param failures: plugins that could not be loaded, as (entry point, reason)
    """

    effects: Mapping[str, type[Effect]]
    merges: Mapping[str, type[Merge]]
    generators: Mapping[str, type[Generator]]
    transitions: Mapping[str, type[Transition]]
    origins: Mapping[type[Extension], str]
    failures: tuple[tuple[str, str], ...] = ()
    hooks: pluggy.PluginManager = field(default=None, compare=False, repr=False)  # type: ignore[assignment]


@functools.cache
def registry() -> Registry:
    """Load every plugin of this machine, once."""
    return load(tuple(entry_points(group=GROUP)))


def load(points: tuple[EntryPoint, ...]) -> Registry:
    """Load plugins; one that fails to import is reported in ``failures`` and the rest goes on.

    :raises PluginError: two plugins bring a thing of the same kind and name; both are named
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    failures: list[tuple[str, str]] = []
    sources: dict[str, str] = {}
    named: dict[int, str] = {}  # distributions, which read all that is known of them to say their names
    for point in sorted(points, key=lambda p: p.name):
        try:
            module = point.load()
            manager.register(module, name=point.name)
        except Exception as error:  # a stranger's plugin may fail in any way, and must not take the engine with it
            failures.append((f"{point.name} = {point.value}", f"{type(error).__name__}: {error}"))
            continue
        if point.dist is not None and id(point.dist) not in named:
            facts = point.dist.metadata
            named[id(point.dist)] = f"{facts['Name']} {facts['Version']}"
        sources[point.name] = named.get(id(point.dist), point.value)
    tables: dict[type[Extension], dict[str, type[Extension]]] = {Effect: {}, Merge: {}, Generator: {}, Transition: {}}
    origins: dict[type[Extension], str] = {}
    for name, plugin in manager.list_name_plugin():
        implementation = getattr(plugin, "reelwork_extensions", None)
        if implementation is None:
            continue
        try:
            classes = tuple(implementation())
        except Exception as error:  # as above
            failures.append((name, f"{type(error).__name__}: {error}"))
            continue
        for cls in classes:
            _add(tables, origins, cls, sources[name])
    return Registry(
        effects=_frozen(tables[Effect], Effect),
        merges=_frozen(tables[Merge], Merge),
        generators=_frozen(tables[Generator], Generator),
        transitions=_frozen(tables[Transition], Transition),
        origins=MappingProxyType(origins),
        failures=tuple(failures),
        hooks=manager,
    )


def _add(
    tables: dict[type[Extension], dict[str, type[Extension]]],
    origins: dict[type[Extension], str],
    cls: type[Extension],
    source: str,
) -> None:
    for base, table in tables.items():
        if issubclass(cls, base):
            if not cls.name or cls.version < 1:
                raise PluginError(f"{source}: {cls.__qualname__} has no name or no version (1 or more)")
            other = table.get(cls.name)
            if other is not None:
                raise PluginError(
                    f"two plugins bring the {base.__name__.lower()} {cls.name!r}: "
                    f"{origins[other]} ({other.__module__}) and {source} ({cls.__module__}); uninstall one of them"
                )
            table[cls.name] = cls
            origins[cls] = source
            return
    raise PluginError(f"{source}: {cls!r} is neither an effect, a merge, a generator nor a transition")


def _frozen(table: dict[str, type[Extension]], base: type[E]) -> Mapping[str, type[E]]:
    return MappingProxyType({name: cls for name, cls in sorted(table.items()) if issubclass(cls, base)})
