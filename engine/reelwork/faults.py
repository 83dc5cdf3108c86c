"""Faults of plugins: an extension's own code is called under a :class:`Calling`; what goes wrong comes out as an error
that names the extension, where the scene uses it, and its parameters.

An instance that the planner makes for a scene is marked with the place that it has there, which is no part of its
value. Nothing is written out before there is a fault.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from reelwork import kinds
from reelwork.errors import PluginError, ReelworkError
from reelwork.words import value_words

if TYPE_CHECKING:
    from reelwork.effect import Extension

#: An extension as it is called: an instance with its parameters, or a class.
Called: TypeAlias = "Extension | type[Extension]"

_ENGINE: Final = str(Path(__file__).parent)
_MARK: Final = "_used_at"
#: Characters of one parameter, and of what an error says.
_LONGEST: Final = 200

E = TypeVar("E", bound="Extension")


@dataclass(frozen=True)
class Suspect:
    """An extension that is at fault, or may be, in words.

    :param what: its kind, name and version: ``the effect 'film-burn', version 2``
    :param code: its module and class
    :param path: the path of the key in the scene that uses it; empty where nobody said
    :param parameters: as scenes write them
    :param origin: the package that brought it, and its version
    :param place: of that key: file, line and column
    """

    what: str
    code: str
    path: str = ""
    parameters: str = ""
    origin: str = ""
    place: str = ""

    def lines(self) -> list[str]:
        """Who it is, where in the scene, and with which parameters."""
        who = f"{self.what}, of {self.origin or self.code}"
        where = f"  in {self.path}" + (f" ({self.place})" if self.place else "") if self.path else ""
        return [line for line in (who, where, f"  with {self.parameters}" if self.parameters else "") if line]


class PluginFault(PluginError):
    """An extension's own code failed.

    :param problem: what happened, in one line
    :param suspects: which extension it was; several where they ran as one
    :param frame: of which frame it was, in words; empty where it was of none
    :param trace: where a Python error was raised, as Python shows it
    """

    def __init__(self, problem: str, suspects: tuple[Suspect, ...], *, frame: str = "", trace: str = "") -> None:
        self.problem, self.suspects, self.frame, self.trace = problem, suspects, frame, trace
        super().__init__(_told(problem, suspects, frame))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_fault, (self.problem, self.suspects, self.frame, self.trace))

    @property
    def paths(self) -> frozenset[str]:
        """The keys of the scene that use what is suspected."""
        return frozenset(suspect.path for suspect in self.suspects if suspect.path)

    def warning(self) -> str:
        """What is said of it where it is left out and the work goes on."""
        failed, _, rest = str(self).partition("\n")
        return f"warning: {failed.removeprefix('error: ')}, and is left out of this draft\n{rest}"

    def at(self, frame: str) -> PluginFault:
        """The same, of a frame."""
        return self if self.frame else _fault(self.problem, self.suspects, frame, self.trace)

    def known(self, origins: Mapping[str, str], place: Callable[[str], object]) -> PluginFault:
        """The same, with packages and places.

        :param origins: packages and their versions by an extension's module and class
        :param place: says where a key of the scene stands
        """
        told = tuple(
            replace(
                suspect,
                origin=origins.get(suspect.code, suspect.origin),
                place=str(place(suspect.path) or "") if suspect.path else "",
            )
            for suspect in self.suspects
        )
        return _fault(self.problem, told, self.frame, self.trace)


def _fault(problem: str, suspects: tuple[Suspect, ...], frame: str, trace: str) -> PluginFault:
    return PluginFault(problem, suspects, frame=frame, trace=trace)


def _told(problem: str, suspects: tuple[Suspect, ...], frame: str) -> str:
    when = [f"  at {frame}"] if frame else []
    if len(suspects) == 1:
        who, *rest = suspects[0].lines()
        return "\n".join([f"error: {who}, failed", f"  {problem}", *when, *rest])
    each = [f"  {line}" for one in suspects for line in one.lines()]
    return "\n".join(["error: one of these, which run as one, failed", f"  {problem}", *when, *each])


class Calling:
    """While inside, extensions' own code runs. May be entered again and again, one time after the other.

    :param extensions: whose code it is; several are point effects that run as one
    :param doing: what of it is called, such as ``uniforms()``
    :param path: of the key that uses it, where it is a class
    """

    __slots__ = ("doing", "extensions", "path")

    def __init__(self, *extensions: Called, doing: str = "", path: str = "") -> None:
        self.extensions, self.doing, self.path = extensions, doing, path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PluginFault) or not isinstance(error, Exception | SystemExit):
            return
        if isinstance(error, ReelworkError) and not isinstance(error, PluginError):
            return  # it says for itself what is wrong, such as a file that cannot be read
        raise fault(error, *self.extensions, doing=self.doing, path=self.path) from error

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        """Whose code it is, in words."""
        return tuple(suspect(extension, self.path) for extension in self.extensions)


def fault(error: BaseException, *extensions: Called, doing: str = "", path: str = "") -> PluginFault:
    """What an exception says of the extensions whose code raised it; the parameters are as in :class:`Calling`."""
    said = str(error) if isinstance(error, PluginError) else f"{_last_line(error)}{_where(error, extensions)}"
    suspects = tuple(suspect(extension, path) for extension in extensions)
    trace = "".join(traceback.format_exception(error))
    return PluginFault(f"{doing}: {said}" if doing else said, suspects, trace=trace)


def marked(extension: E, path: str) -> E:
    """An instance, marked with the path of the key that uses it."""
    object.__setattr__(extension, _MARK, path)
    return extension


def path_of(extension: Called) -> str:
    """The path of the key that uses an instance; empty where nobody said."""
    return str(getattr(extension, _MARK, ""))


def suspect(extension: Called, path: str = "") -> Suspect:
    """An extension in words.

    :param path: of the key that uses it, where it is a class
    """
    cls = extension if isinstance(extension, type) else type(extension)
    return Suspect(
        f"the {cls.word} {cls.name!r}, version {cls.version}",
        code_of(cls),
        path or path_of(extension),
        "" if isinstance(extension, type) else _parameters(extension),
    )


def code_of(cls: type[Extension]) -> str:
    """A class by its module and name."""
    return f"{cls.__module__}.{cls.__qualname__}"


def _parameters(extension: Extension) -> str:
    said = []
    for name, param in extension.params().items():
        value = getattr(extension, kinds.field_name(name), None)
        try:
            words = value_words(value, param.kind)
        except Exception:  # a value that the plugin itself put there
            words = repr(value)
        if words:
            said.append(f"{name}: {_short(words)}")
    return ", ".join(said)


def _last_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {_short(words)}" if words else type(error).__name__


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _where(error: BaseException, extensions: tuple[Called, ...]) -> str:
    """Where in the author's file an error was raised; else in the last file that is not the engine's."""
    own = {
        getattr(sys.modules.get((e if isinstance(e, type) else type(e)).__module__), "__file__", None)
        for e in extensions
    }
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_ENGINE)]
    for frame in [*(frame for frame in reversed(frames) if frame.filename in own), *reversed(frames)]:
        return f" ({frame.filename}:{frame.lineno}, in {frame.name})"
    return ""
