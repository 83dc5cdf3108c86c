"""Names of extensions: what each package brings goes in, and which class a name in a scene stands for comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from reelwork.effect import Extension

E = TypeVar("E", bound=Extension)

#: The package of the built-in plugins.
OWN: Final = "reelwork"


class Names(Mapping[str, type[E]], Generic[E]):
    """Extensions of one kind by name, and by ``package:name``.

    A name that several packages bring stands for none of theirs. It lists each extension once, by the shorter of the
    names that it can be written with.

    :param found: packages and what they bring; a package brings a name once
    """

    def __init__(self, found: Iterable[tuple[str, type[E]]]) -> None:
        self._full = {f"{package}:{cls.name}": cls for package, cls in found}
        bearers: dict[str, list[str]] = {}
        for full, cls in sorted(self._full.items()):
            bearers.setdefault(cls.name, []).append(full)
        self._bearers = {name: tuple(full) for name, full in bearers.items()}

    def __getitem__(self, name: str) -> type[E]:
        bearers = self._bearers.get(name, (name,))
        if len(bearers) > 1:
            raise KeyError(name)
        return self._full[bearers[0]]

    def __iter__(self) -> Iterator[str]:
        for name, bearers in sorted(self._bearers.items()):
            yield from (name,) if len(bearers) == 1 else bearers

    def __len__(self) -> int:
        return len(self._full)

    def bearers(self, name: str) -> tuple[str, ...]:
        """The full names of all that a name may stand for."""
        return self._bearers.get(name, ())


def bearers(table: Mapping[str, type[Extension]], name: str) -> tuple[str, ...]:
    """The full names of all that a name may stand for: more than one where packages clash."""
    return table.bearers(name) if isinstance(table, Names) else ()


def clashes(table: Mapping[str, type[Extension]]) -> dict[str, tuple[str, ...]]:
    """The names that several packages bring, and the full names of all that each may stand for."""
    names = dict.fromkeys(cls.name for cls in table.values())
    return {name: full for name in names if len(full := bearers(table, name)) > 1}


def built_in(table: Mapping[str, type[E]], name: str) -> type[E] | None:
    """What the engine itself means by a name, whatever else plugins call the same."""
    return table.get(f"{OWN}:{name}", table.get(name))
