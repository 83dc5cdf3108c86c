"""Faults of plugins: an extension's own code is called under a :class:`Calling`; what goes wrong comes out as an error
that names the extension, where the scene uses it, and its parameters.

An instance that the planner makes for a scene is marked with the place that it has there, which is no part of its
value. Nothing is written out before there is a fault.
"""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from reelwork import kinds, notes
from reelwork.errors import PluginError, ReelworkError
from reelwork.words import value_words

if TYPE_CHECKING:
    from reelwork.effect import Extension

#: An extension as it is called: an instance with its parameters, or a class.
Called: TypeAlias = "Extension | type[Extension]"

_ENGINE: Final = str(Path(__file__).parent)
_LIBRARY: Final = sysconfig.get_path("stdlib")
_PRINTED: Final = re.compile(r'\s*File "(?P<file>.+)", line (?P<line>\d+) in (?P<name>\S+)')
_MARK: Final = "_used_at"
_NOTED: Final = "_noted_as"
#: Nanoseconds a pixel on one core that an extension without a declared cost is taken to need.
DEFAULT_COST: Final = 100.0
#: Seconds that a call may take whatever its declared cost: a machine may be busy with other things.
SOON: Final = 5.0
#: How many times its cost a call may take.
MOST_TIMES: Final = 100.0
#: Seconds that a call without a declared cost may take, where the machine's owner says nothing else, and the variable
#: in which he does.
PATIENCE: Final = 60.0
PATIENCE_VARIABLE: Final = "REELWORK_PATIENCE"
#: Characters of one parameter, and of what an error says.
_LONGEST: Final = 200

E = TypeVar("E", bound="Extension")

_notes: Final[list[notes.Note]] = []  # the note of this process, if somebody watches it


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
    :param verdict: what is said of the suspects
    """

    def __init__(
        self,
        problem: str,
        suspects: tuple[Suspect, ...],
        *,
        frame: str = "",
        trace: str = "",
        verdict: str = "failed",
    ) -> None:
        self.problem, self.suspects, self.frame, self.trace, self.verdict = problem, suspects, frame, trace, verdict
        super().__init__(_told(problem, suspects, frame, verdict))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_fault, (self.problem, self.suspects, self.frame, self.trace, self.verdict))

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
        return self if self.frame else _fault(self.problem, self.suspects, frame, self.trace, self.verdict)

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
        return _fault(self.problem, told, self.frame, self.trace, self.verdict)


class Concealed(PluginFault):
    """A picture of a file is damaged, and a draft shows another one in its place; it is told as what is left out is.

    :param problem: what is damaged, in one line
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem, ())

    def __reduce__(self) -> tuple[Any, ...]:
        return (Concealed, (self.problem,))

    @property
    def paths(self) -> frozenset[str]:
        """The damage itself, which is told once."""
        return frozenset({self.problem})

    def warning(self) -> str:
        """What is said of it while the work goes on."""
        return f"warning: {self.problem}"

    def at(self, frame: str) -> Concealed:
        """The same: it is damaged for all frames."""
        return self

    def known(self, origins: Mapping[str, str], place: Callable[[str], object]) -> Concealed:
        """The same: it is of no extension."""
        return self


def _fault(problem: str, suspects: tuple[Suspect, ...], frame: str, trace: str, verdict: str) -> PluginFault:
    return PluginFault(problem, suspects, frame=frame, trace=trace, verdict=verdict)


def _told(problem: str, suspects: tuple[Suspect, ...], frame: str, verdict: str) -> str:
    when = [f"  at {frame}"] if frame else []
    if not suspects:
        return "\n".join([f"error: an extension {verdict}", f"  {problem}", *when])
    if len(suspects) == 1:
        who, *rest = suspects[0].lines()
        return "\n".join([f"error: {who}, {verdict}", f"  {problem}", *when, *rest])
    each = [f"  {line}" for one in suspects for line in one.lines()]
    return "\n".join([f"error: one of these, which run as one, {verdict}", f"  {problem}", *when, *each])


class Calling:
    """While inside, extensions' own code runs. May be entered again and again, one time after the other.

    :param extensions: whose code it is; several are point effects that run as one
    :param doing: what of it is called, such as ``uniforms()``
    :param path: of the key that uses it, where it is a class
    :param pixels: how many it makes, from which follows how long it may take
    """

    __slots__ = ("_noted", "doing", "extensions", "path", "pixels")

    def __init__(self, *extensions: Called, doing: str = "", path: str = "", pixels: int = 0) -> None:
        self.extensions, self.doing, self.path, self.pixels = extensions, doing, path, pixels
        self._noted = b""

    def __enter__(self) -> None:
        if _notes:
            self._noted = self._noted or _noted(self)
            _notes[-1].enter(self._seconds(), self._noted)

    def _seconds(self) -> float:
        if not self.pixels:
            return patience()
        costs = [each.cost for each in self.extensions]
        least = patience() if None in costs else min(SOON, patience())
        cost = sum(DEFAULT_COST if cost is None else cost for cost in costs)
        return max(least, MOST_TIMES * cost * 1e-9 * self.pixels)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if _notes:
            _notes[-1].leave()
        if error is None or isinstance(error, PluginFault | GeneratorExit) or _interrupted(error):
            return  # what else lies beside Exception, such as a panic of Rust, is a fault like any other
        if isinstance(error, ReelworkError) and not isinstance(error, PluginError):
            return  # it says for itself what is wrong, such as a file that cannot be read
        raise fault(error, *self.extensions, doing=self.doing, path=self.path) from error


def _interrupted(error: BaseException) -> bool:
    """Whether it is Ctrl-C, and not an extension that raises the same where nobody hears Ctrl-C."""
    return isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


@contextmanager
def watched(who: Suspect, doing: str) -> Iterator[None]:
    """While inside, code of a plugin runs that is no extension's: where somebody watches this process, what hangs or
    crashes is named.

    :param doing: what of it is called, such as ``open()``
    """
    if not _notes:
        yield
        return
    note = _notes[-1]
    note.enter(patience(), b"%b\n[%b]" % (doing.encode(), json.dumps(vars(who)).encode()))
    try:
        yield
    finally:
        note.leave()


def note_in(memory: notes.Memory | None) -> None:
    """From now on, note in memory that is watched what of extensions runs in this process; or nothing any more."""
    _notes[:] = [] if memory is None else [notes.Note(memory)]


def note_frame(words: str) -> None:
    """Note which frame is painted, where anything is noted."""
    if _notes:
        _notes[-1].frame(words)


def unlimited() -> AbstractContextManager[None]:
    """While inside, what runs may take as long as it likes: it is compiled."""
    return _notes[-1].unlimited() if _notes else nullcontext()


def suspected(seen: notes.Seen, problem: str, words: Sequence[str] = ()) -> PluginFault:
    """A fault of what a process noted last.

    :param problem: what happened to it
    :param words: the last lines that it printed, which may say in which line of Python it was
    """
    doing, _, suspects = seen.text.partition(b"\n")
    try:
        found = tuple(Suspect(**{key: str(value) for key, value in each.items()}) for each in json.loads(suspects))
    except (ValueError, TypeError, AttributeError, RecursionError):  # it died while it wrote, or wrote nonsense
        found = ()
    said = doing.decode(errors="replace")
    told = f"{said}: {problem}" if said else problem
    told += _where_printed(words)
    return PluginFault(told, found, frame=seen.frame, trace="\n".join(words), verdict="is suspected")


def overdue(seen: notes.Seen, seconds: float) -> PluginFault:
    """What takes too long, and for how many seconds it has run."""
    return suspected(seen, f"it ran for {seconds:.0f} s and did not end; it may take {seen.limit:.0f} s")


@functools.cache
def patience() -> float:
    """How many seconds a call may take that has no declared cost.

    :raises PluginError: the variable does not hold a number above 0
    """
    text = os.environ.get(PATIENCE_VARIABLE, "")
    try:
        seconds = float(text or PATIENCE)
    except ValueError:
        seconds = 0.0
    if not seconds > 0.0:
        raise PluginError(f"${PATIENCE_VARIABLE} is {text!r}, which is no number of seconds: write it as 120")
    return seconds


def _noted(calling: Calling) -> bytes:
    suspects = b",".join(_noted_as(extension, calling.path) for extension in calling.extensions)
    return b"%b\n[%b]" % (calling.doing.encode(), suspects)


def _noted_as(extension: Called, path: str) -> bytes:
    """An extension in words, written out once for an instance."""
    if isinstance(extension, type):
        return json.dumps(vars(suspect(extension, path))).encode()
    found: bytes = getattr(extension, _NOTED, b"")
    if not found:
        found = json.dumps(vars(suspect(extension))).encode()
        object.__setattr__(extension, _NOTED, found)
    return found


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


def _where_printed(words: Sequence[str]) -> str:
    """Where a process was when it crashed, as Python prints it: in the innermost file that is neither Python's nor the
    engine's."""
    for line in words:
        found = _PRINTED.match(line)
        if found is not None:
            path = Path(found["file"])
            library = path.is_relative_to(_LIBRARY) and "site-packages" not in path.parts
            if not library and not found["file"].startswith((_ENGINE, "<")):
                return f" ({found['file']}:{found['line']}, in {found['name']})"
    return ""


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
