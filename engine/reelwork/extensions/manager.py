"""The registry: plugins found through entry points, and what they bring, by name."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeVar

import pluggy

from reelwork.effect import Effect, Extension, Generator, Merge, Transition
from reelwork.extensions import hookspecs
from reelwork.extensions.declared import declared_problem, lacking
from reelwork.extensions.lost import may_bring
from reelwork.extensions.names import Names
from reelwork.extensions.offers import HOOKS, WORDS, Offer, Offers, offered
from reelwork.film import FilmWriter
from reelwork.footage import FootageReader
from reelwork.linker import Linker
from reelwork.sound_effect import SoundEffect
from reelwork.still import StillReader, StillWriter

#: The entry-point group that a plugin package names its module in.
GROUP: Final = "reelwork"
#: The version of what :mod:`reelwork` offers to plugins: the first number changes when plugins must, the second when
#: there is more.
API: Final = (1, 2)

E = TypeVar("E", bound=Extension)
#: What extensions may be, by the words for them, which are also the registry's fields.
KINDS: Final[Mapping[str, type[Extension]]] = MappingProxyType(
    {
        "effects": Effect,
        "merges": Merge,
        "generators": Generator,
        "transitions": Transition,
        "sound_effects": SoundEffect,
    }
)


@dataclass(frozen=True)
class Plugin:
    """One plugin as it was found.

    :param name: of its entry point
    :param package: the distribution that brought it, and its version; empty where it is not installed
    :param module: what the entry point names
    :param path: where it was loaded from; empty where it could not be
    :param brings: its extensions
    :param offers: what else it brings, by the registry's name for it: readers of stills …
    :param hooks: what it does through other hooks, in words
    :param folder: beside a scene, where it is a file there, and not installed
    :param failure: why it, or a part of it, is not there; empty where all of it is
    """

    name: str
    package: str
    version: str
    module: str
    path: str = ""
    brings: tuple[type[Extension], ...] = ()
    failure: str = ""
    offers: Mapping[str, list[Offer[Any]]] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()
    folder: str = ""

    def names(self, kind: str) -> list[str]:
        """The names of what it brings of a kind, one of :data:`KINDS`."""
        return sorted(cls.name for cls in self.brings if issubclass(cls, KINDS[kind]))

    def does(self) -> list[str]:
        """What it does beside bringing extensions, such as ``reads .qoi``."""
        offers = [(name, offer) for name, found in self.offers.items() for offer in found]
        return [*(f"{HOOKS[name].does} {' '.join(offer.keys)}" for name, offer in offers), *self.hooks]

    @property
    def loss(self) -> str:
        """That it, or a part of it, could not be loaded, and why."""
        return f"the plugin {self.name!r} ({self.origin}) could not be loaded: {self.failure}"

    @property
    def origin(self) -> str:
        """The package and its version, or the module where there is none."""
        return _origin(self.package, self.version, self.module)


@dataclass(frozen=True)
class Unloaded:
    """A file of code that may bring something, and was not loaded.

    :param text: what stands in it
    :param why: and what to do, in words that go on after its name
    """

    path: str
    text: str
    why: str

    def may_bring(self, name: str) -> bool:
        """Whether it looks as if an extension of that name were in it."""
        return any(f"{quote}{name}{quote}" in self.text for quote in "'\"")


@dataclass(frozen=True)
class Registry:
    """What all plugins of this machine bring.

    :param origins: for each extension class, the distribution it came from, as ``name version``
    :param failures: plugins that are not there, wholly or in part, as (entry point, reason)
    :param plugins: all that were found, by their entry points' names
    :param unloaded: files beside a scene that are not loaded
    """

    effects: Mapping[str, type[Effect]]
    merges: Mapping[str, type[Merge]]
    generators: Mapping[str, type[Generator]]
    transitions: Mapping[str, type[Transition]]
    origins: Mapping[type[Extension], str]
    sound_effects: Mapping[str, type[SoundEffect]] = field(default_factory=dict)
    failures: tuple[tuple[str, str], ...] = ()
    plugins: tuple[Plugin, ...] = ()
    readers: Offers[StillReader] = field(default_factory=Offers)
    writers: Offers[StillWriter] = field(default_factory=Offers)
    footage_readers: Offers[FootageReader] = field(default_factory=Offers)
    film_writers: Offers[FilmWriter] = field(default_factory=Offers)
    linkers: Offers[Linker] = field(default_factory=Offers)
    hooks: pluggy.PluginManager = field(default=None, compare=False, repr=False)  # type: ignore[assignment]
    unloaded: tuple[Unloaded, ...] = ()

    @property
    def tables(self) -> dict[str, Mapping[str, type[Extension]]]:
        """All extensions by name, for each of :data:`KINDS`."""
        return {kind: getattr(self, kind) for kind in KINDS}

    def table(self, word: str) -> Mapping[str, type[Extension]]:
        """Extensions by name, of the kind that messages call so, such as ``sound effect``."""
        return self.tables[next(kind for kind, base in KINDS.items() if base.word == word)]

    @property
    def offers(self) -> list[Offer[Any]]:
        """All that plugins bring beside extensions."""
        return [offer for name in HOOKS for offer in getattr(self, name).all]

    @property
    def packages(self) -> tuple[str, ...]:
        """The distributions that what is made may depend on, as ``name version``."""
        return tuple(sorted({*self.origins.values(), *(offer.origin for offer in self.offers)}))

    def whence(self, cls: type[Extension]) -> str:
        """Where an extension is from, for people: its package and version, or the folder beside a scene."""
        folder = next((plugin.folder for plugin in self.plugins if cls in plugin.brings), "")
        return f"the folder {folder}" if folder else self.origins.get(cls, "")

    def lost(self, name: str) -> str:
        """Where an extension that is not known may be, and why it is not known; empty where nobody knows."""
        own = name.rpartition(":")[2]
        files = (f"{file.path} may bring it, but {file.why}" for file in self.unloaded if file.may_bring(own))
        failed = (plugin for plugin in self.plugins if plugin.failure)
        plugins = (plugin.loss for plugin in failed if may_bring(plugin.module, own))
        return next(files, "") or next(plugins, "")


@functools.cache
def registry() -> Registry:
    """Load every plugin of this machine, once."""
    return load(tuple(entry_points(group=GROUP)))


def load(points: Iterable[EntryPoint]) -> Registry:
    """Load plugins; of one that fails, wholly or in part, the reason is in ``failures`` and the rest goes on."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    packages: dict[int, tuple[str, str]] = {}  # reading a distribution's facts takes a while
    taken: set[tuple[type[Extension], str, str]] = set()
    plugins = []
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        if point.dist is not None and id(point.dist) not in packages:
            facts = point.dist.metadata
            packages[id(point.dist)] = (facts["Name"], facts["Version"])
        package, version = packages.get(id(point.dist), ("", ""))
        plugins.append(_loaded(point, package, version, manager, taken))
    return registry_of(tuple(plugins), manager)


def registry_of(plugins: tuple[Plugin, ...], hooks: pluggy.PluginManager) -> Registry:
    """What loaded plugins bring."""
    found = [(plugin.package or plugin.module, cls) for plugin in plugins for cls in plugin.brings]
    return Registry(
        effects=_named(found, Effect),
        merges=_named(found, Merge),
        generators=_named(found, Generator),
        transitions=_named(found, Transition),
        sound_effects=_named(found, SoundEffect),
        origins=MappingProxyType({cls: plugin.origin for plugin in plugins for cls in plugin.brings}),
        failures=tuple((f"{p.name} = {p.module}", p.failure) for p in plugins if p.failure),
        plugins=plugins,
        hooks=hooks,
        unloaded=(),
        **{name: _offers(name, plugins) for name in HOOKS},
    )


def _loaded(
    point: EntryPoint,
    package: str,
    version: str,
    manager: pluggy.PluginManager,
    taken: set[tuple[type[Extension], str, str]],
) -> Plugin:
    try:
        module = point.load()
        refused = _refused(module)
        if refused:
            return Plugin(point.name, package, version, point.value, _path(module), failure=refused)
        manager.register(module, name=point.name)
        bring = getattr(module, "reelwork_extensions", None)
        classes = () if bring is None else tuple(bring())
        offers, failures = offered(module, _origin(package, version, point.value))
    except Exception as error:  # a stranger's plugin may fail in any way, and must not take the engine with it
        return Plugin(point.name, package, version, point.value, failure=f"{type(error).__name__}: {error}")
    kept, problems = judged(classes, package or point.value, taken)
    failure = "; ".join([*failures, *problems])
    hooks = tuple(words for hook, words in WORDS.items() if hasattr(module, hook))
    return Plugin(point.name, package, version, point.value, _path(module), kept, failure, offers, hooks)


def judged(
    classes: tuple[object, ...], package: str, taken: set[tuple[type[Extension], str, str]]
) -> tuple[tuple[type[Extension], ...], tuple[str, ...]]:
    """Of what a plugin brings, the classes that can be used, and what is wrong with the others.

    :param taken: kinds, packages and names that are there already; those of the classes are added
    """
    problems = [(cls, _problem(cls, package, taken)) for cls in classes]
    kept = tuple(cls for cls, problem in problems if not problem and isinstance(cls, type))
    return kept, tuple(problem for _, problem in problems if problem)


def _refused(module: object) -> str:
    """Why a plugin cannot run with this API, if it says for which one it was built (``REELWORK_API = "1.0"``)."""
    built_for = getattr(module, "REELWORK_API", None)
    if built_for is None:
        return ""
    ours = f"{API[0]}.{API[1]}"
    try:
        major, minor = (int(part) for part in str(built_for).split("."))
    except ValueError:
        return f"REELWORK_API is {built_for!r}; it must be a version such as {ours!r}"
    if (major, minor <= API[1]) == (API[0], True):
        return ""
    newer = (major, minor) > API
    remedy = "a newer version of Reelwork" if newer else "a newer version of the plugin"
    return f"it was built for API {built_for}, this is {ours}: install {remedy}"


def _problem(cls: object, package: str, taken: set[tuple[type[Extension], str, str]]) -> str:
    """Why a class cannot be used, if it cannot; else its name is taken in its package."""
    bases = tuple(KINDS.values())
    if not isinstance(cls, type) or not issubclass(cls, bases):
        return f"{cls!r} is no effect, merge, generator, transition or sound effect"
    base = next(base for base in bases if issubclass(cls, base))
    if not cls.name or cls.version < 1:
        return f"{cls.__module__}.{cls.__qualname__} has no name or no version (1 or more)"
    if ":" in cls.name:
        return f"{cls.__module__}.{cls.__qualname__}: the name {cls.name!r} must not have a colon"
    declared = lacking(cls) or declared_problem(cls)
    if declared:
        return f"{cls.__module__}.{cls.__qualname__}: {declared}"
    if (base, package, cls.name) in taken:
        word = base.__name__.lower()
        return f"{cls.__module__}.{cls.__qualname__}: the package already brings the {word} {cls.name!r}"
    taken.add((base, package, cls.name))
    return ""


def _offers(name: str, plugins: Iterable[Plugin]) -> Offers[Any]:
    return Offers(HOOKS[name].does, (offer for plugin in plugins for offer in plugin.offers.get(name, ())))


def _origin(package: str, version: str, module: str) -> str:
    return f"{package} {version}" if package else module


def _path(module: object) -> str:
    return getattr(module, "__file__", None) or "" if isinstance(module, ModuleType) else ""


def _named(found: list[tuple[str, type[Extension]]], base: type[E]) -> Names[E]:
    return Names((package, cls) for package, cls in found if issubclass(cls, base))
