"""Offers: what plugins bring beside extensions, by a key such as ``.qoi``, and who offers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from reelwork.errors import PluginError
from reelwork.film import FilmWriter
from reelwork.footage import FootageReader
from reelwork.linker import Linker, scheme_of
from reelwork.still import READ, WRITTEN, StillReader, StillWriter

T = TypeVar("T")


@dataclass(frozen=True)
class Offer(Generic[T]):
    """Something that a plugin offers.

    :param keys: what it is for, such as ``.qoi``
    :param origin: the distribution that brought it, as ``name version``
    """

    thing: T
    keys: tuple[str, ...]
    origin: str

    def __str__(self) -> str:
        """Its name, version and origin, as messages say them."""
        return f"{getattr(self.thing, 'name', '')} {getattr(self.thing, 'version', '')} of {self.origin}"


class Offers(Generic[T]):
    """Offers of one kind by key. What several packages offer is nobody's.

    :param does: what they do, in a word that fits before the key: ``reads``
    """

    def __init__(self, does: str = "offers", found: Iterable[Offer[T]] = ()) -> None:
        self._does = does
        self._by_key: dict[str, list[Offer[T]]] = {}
        for offer in found:
            for key in offer.keys:
                self._by_key.setdefault(key, []).append(offer)

    def get(self, key: str) -> Offer[T] | None:
        """What is offered for a key; ``None`` if nothing is.

        :raises PluginError: several packages offer something
        """
        found = self._by_key.get(key, [])
        if len(found) > 1:
            raise self._clash(key)
        return found[0] if found else None

    def clashes(self) -> list[PluginError]:
        """For each key that several packages offer something for, the error that naming it is."""
        return [self._clash(key) for key, found in self._by_key.items() if len(found) > 1]

    def _clash(self, key: str) -> PluginError:
        packages = " and ".join(offer.origin for offer in self._by_key[key])
        return PluginError(f"several packages offer what {self._does} {key}: {packages}; uninstall all but one")

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._by_key))

    @property
    def all(self) -> list[Offer[T]]:
        """Every offer."""
        return list(dict.fromkeys(offer for found in self._by_key.values() for offer in found))


@dataclass(frozen=True)
class Hook:
    """A hook through which plugins offer things.

    :param does: what these do, in a word
    :param keys: what one of them is for
    :param problem: why one of them cannot be used, if it cannot
    """

    base: type
    does: str
    keys: Callable[[object], tuple[str, ...]]
    problem: Callable[[object], str]


def _suffixes(thing: object) -> tuple[str, ...]:
    assert isinstance(thing, StillReader | StillWriter | FilmWriter)
    return tuple(thing.suffixes)


def _still_problem(thing: object) -> str:
    assert isinstance(thing, StillReader | StillWriter)
    own = READ if isinstance(thing, StillReader) else WRITTEN
    if not getattr(thing, "name", "") or thing.version < 1:
        return "has no name or no version (1 or more)"
    suffixes = getattr(thing, "suffixes", ())
    if not isinstance(suffixes, tuple) or not suffixes:
        return 'has no suffixes, such as (".qoi",)'
    if problem := _suffix_problem(suffixes, own, "reads" if own is READ else "writes"):
        return problem
    if isinstance(thing, StillWriter) and thing.depth not in (8, 16, 32):
        return f"has the depth {thing.depth!r}; it is 8, 16 or 32"
    return ""


def _suffix_problem(suffixes: tuple[str, ...], own: Set[str], does: str) -> str:
    """What is wrong with suffixes.

    :param own: those that the engine reads, or writes, itself
    """
    for suffix in suffixes:
        if not suffix.startswith(".") or suffix != suffix.lower() or len(suffix) < 2:
            return f"has the suffix {suffix!r}; one is written with its point, in small letters"
        if suffix in own:
            return f"has the suffix {suffix!r}, which the engine {does} itself"
    return ""


def _footage_keys(thing: object) -> tuple[str, ...]:
    """The endings; of numbered files with ``%d`` before them, which alone stands for every ending."""
    assert isinstance(thing, FootageReader)
    return tuple(f"%d{suffix}" for suffix in thing.suffixes or ("",)) if thing.numbered else thing.suffixes


def _footage_problem(thing: object) -> str:
    assert isinstance(thing, FootageReader)
    if not getattr(thing, "name", "") or thing.version < 1:
        return "has no name or no version (1 or more)"
    if not isinstance(thing.suffixes, tuple) or not (thing.suffixes or thing.numbered):
        return 'has no suffixes, such as (".y4m",)'
    signatures = thing.signatures
    if not isinstance(signatures, tuple) or not all(isinstance(each, bytes) and each for each in signatures):
        return f'has the signatures {signatures!r}; they are like (b"YUV4MPEG2 ",)'
    return _suffix_problem(thing.suffixes, frozenset() if thing.numbered else READ, "reads")


def _film_problem(thing: object) -> str:
    assert isinstance(thing, FilmWriter)
    if not getattr(thing, "name", "") or thing.version < 1:
        return "has no name or no version (1 or more)"
    if not isinstance(getattr(thing, "suffixes", ()), tuple) or not getattr(thing, "suffixes", ()):
        return 'has no suffixes, such as (".y4m",)'
    if thing.depth not in (8, 16, 32):
        return f"has the depth {thing.depth!r}; it is 8, 16 or 32"
    if not isinstance(thing.pixel_formats, tuple) or not all(isinstance(each, str) for each in thing.pixel_formats):
        return f'has the pixel formats {thing.pixel_formats!r}; they are like ("yuv420p",)'
    return _suffix_problem(thing.suffixes, WRITTEN, "writes")


def _schemes(thing: object) -> tuple[str, ...]:
    assert isinstance(thing, Linker)
    return (thing.scheme,)


def _linker_problem(thing: object) -> str:
    assert isinstance(thing, Linker)
    scheme = getattr(thing, "scheme", "")
    if scheme_of(f"{scheme}:name") != scheme or not scheme:
        return f"has the scheme {scheme!r}; it is of two or more small letters, digits, +, . and -"
    return "" if thing.version >= 1 else "has no version (1 or more)"


#: The hooks that return things to be found by a key, by the registry's names for what they bring.
HOOKS: Final = MappingProxyType(
    {
        "readers": Hook(StillReader, "reads", _suffixes, _still_problem),
        "writers": Hook(StillWriter, "writes", _suffixes, _still_problem),
        "footage_readers": Hook(FootageReader, "reads", _footage_keys, _footage_problem),
        "film_writers": Hook(FilmWriter, "writes", _suffixes, _film_problem),
        "linkers": Hook(Linker, "finds", _schemes, _linker_problem),
    }
)


#: What a plugin does that implements one of the other hooks.
WORDS: Final = MappingProxyType(
    {
        "reelwork_commands": "adds commands",
        "reelwork_remote": "renders on other machines",
        "reelwork_job_event": "is told of jobs",
    }
)


def offered(module: object, origin: str) -> tuple[dict[str, list[Offer[object]]], list[str]]:
    """What a plugin's module offers through each of :data:`HOOKS`, and what is wrong with the rest."""
    found: dict[str, list[Offer[object]]] = {}
    wrong: list[str] = []
    for name, hook in HOOKS.items():
        found[name] = []
        bring = getattr(module, f"reelwork_{name}", tuple)
        try:
            things = tuple(bring())
        except Exception as error:  # a stranger's plugin may fail in any way, and what else it brings goes on
            wrong.append(f"reelwork_{name} failed: {type(error).__name__}: {error}")
            continue
        for thing in things:
            word = type(thing).__qualname__
            if not isinstance(thing, hook.base):
                wrong.append(f"reelwork_{name} brings {thing!r}, which is no {hook.base.__name__}")
            elif problem := hook.problem(thing):
                wrong.append(f"{word} {problem}")
            else:
                found[name].append(Offer(thing, hook.keys(thing), origin))
    return found, wrong
