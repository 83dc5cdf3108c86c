"""Reports: problems are collected while a scene is read, and raised together in the order of the file."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable

from reelwork.errors import Place, Problem, SceneError

#: A file that is not a scene at all would give a problem for every line; nobody reads more than these.
MOST_PROBLEMS = 500


class Report:
    """The problems of one scene."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, message: str, place: Place | None, path: str = "", remedy: str = "") -> None:
        """Note what is wrong."""
        self.problems.append(Problem(message, place, path, remedy))

    def warn(self, message: str, place: Place | None, path: str = "", remedy: str = "") -> None:
        """Note what is doubtful."""
        self.problems.append(Problem(message, place, path, remedy, warning=True))

    def concerns(self, path: str) -> bool:
        """Whether an error was noted at a path or below it."""
        return any(
            not problem.warning and (problem.path == path or problem.path.startswith((f"{path}.", f"{path}[")))
            for problem in self.problems
        )

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is doubtful, in order of place."""
        return _in_order(problem for problem in self.problems if problem.warning)

    def raise_if_wrong(self) -> None:
        """Raise everything that was noted, if any of it is an error.

        :raises SceneError: errors and warnings in the order of their places
        """
        if not all(problem.warning for problem in self.problems):
            raise SceneError(_shortened(_in_order(self.problems)))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    def key(problem: Problem) -> tuple[str, int, int]:
        place = problem.place
        return (place.file, place.line, place.column) if place else ("", 0, 0)

    return tuple(sorted(dict.fromkeys(problems), key=key))


def _shortened(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    rest = Problem(f"and {len(problems) - MOST_PROBLEMS} more problems")
    return (*problems[:MOST_PROBLEMS], rest)


def quote(text: str) -> str:
    """A text of the file in a message: short, on one line, nothing in it that a terminal would obey."""
    shown = text if len(text) <= 60 else text[:59] + "…"
    return f"'{printable(shown)}'"


def printable(text: str) -> str:
    """The text with what cannot be seen written out: controls, directions, surrogates."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def one_of(names: Iterable[str], joining: str = "or") -> str:
    """``a, b or c``."""
    *head, last = names
    return f"{', '.join(head)} {joining} {last}" if head else last


@functools.lru_cache(maxsize=4096)
def nearest(name: str, names: tuple[str, ...]) -> str:
    """``did you mean 'cover'?``, or nothing where no name is near."""
    found = near(name, names)
    return f"did you mean {quote(found)}?" if found else ""


def near(name: str, names: tuple[str, ...]) -> str:
    """The one of some names that is nearest, whatever its case, or nothing where none is near."""
    if len(name) > 100:
        return ""
    folded = {_folded(each): each for each in names}
    found = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def _folded(name: str) -> str:
    return name.lower().replace("_", "-")
