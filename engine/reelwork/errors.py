"""Errors that a person reads: what is wrong, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_LONGEST: Final = 120


@dataclass(frozen=True)
class Place:
    """A place in a text file.

    :param file: path as the person named it
    :param line: line, from 1
    :param column: column in characters, from 1
    :param text: the whole line, without its end, so that a caret can stand under it
    :param width: how many characters the caret underlines, at least 1
    """

    file: str
    line: int
    column: int
    text: str = ""
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def _clipped(place: Place) -> tuple[str, int]:
    """The line and the column of the caret in it; of a very long line only what stands around the place."""
    text, column = place.text, place.column
    if len(text) > _LONGEST and column > _LONGEST // 2:
        cut = column - _LONGEST // 2
        text, column = f"…{text[cut:]}", column - cut + 1
    return (text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"), column


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (or, as a warning, doubtful).

    :param message: what was found and what is allowed, one sentence in the words of the scene format
    :param place: where it stands, if it stands in a file
    :param path: the path of the key, such as ``compositions.main.layers[2].fit``
    :param remedy: what to do, such as ``did you mean 'cover'?``
    :param warning: ``True`` where the scene may still be rendered
    """

    message: str
    place: Place | None = None
    path: str = ""
    remedy: str = ""
    warning: bool = False

    def __str__(self) -> str:
        lines = [f"{self.place}: " if self.place else ""]
        lines[0] += f"{'warning' if self.warning else 'error'}: {self.message}"
        if self.path:
            lines.append(f"  in {self.path}")
        if self.place and self.place.text:
            number = str(self.place.line)
            text, column = _clipped(self.place)
            caret = " " * (column - 1) + "^" * max(1, min(self.place.width, len(text) - column + 1))
            lines.append(f"  {number} | {text}")
            lines.append(f"  {' ' * len(number)} | {caret}")
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)


class ReelworkError(Exception):
    """Base of every error that is meant for a person; ``exit_code`` is what the command ends with."""

    exit_code = 1


class SceneError(ReelworkError):
    """Everything that is wrong with a scene, all at once."""

    exit_code = 3

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n\n".join(str(problem) for problem in problems))

    def __reduce__(self) -> tuple[type[SceneError], tuple[tuple[Problem, ...]]]:
        return (type(self), (self.problems,))


class MediaError(ReelworkError):
    """A file of pictures or sound that cannot be read, or not as asked; the message names the file."""

    exit_code = 4


class DamageError(MediaError):
    """A picture of a video that cannot be decoded, in a file whose others can.

    :param number: of the picture that was asked for
    :param damage: of the one that is damaged, which it is made from
    """

    def __init__(self, message: str, number: int, damage: int) -> None:
        super().__init__(message)
        self.number, self.damage = number, damage

    def __reduce__(self) -> tuple[Any, ...]:
        return (DamageError, (str(self), self.number, self.damage))


class CatalogueError(ReelworkError):
    """Records, people or licences that cannot be used, with everything that is wrong with them."""

    exit_code = 5

    def __init__(self, problems: tuple[Problem, ...] | str) -> None:
        self.problems = (Problem(problems),) if isinstance(problems, str) else problems
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


class PluginError(ReelworkError):
    """A plugin that could not be loaded or that failed; the message names it."""

    exit_code = 6


class OutputError(ReelworkError):
    """A place that cannot be written to, or an output that cannot be made."""

    exit_code = 7


class RenderError(ReelworkError):
    """A worker that ended before its work was done; what was finished is kept."""

    exit_code = 8


class RemoteError(ReelworkError):
    """What renders on other machines refuses something, or cannot be reached."""

    exit_code = 9
