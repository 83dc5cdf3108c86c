"""A promise of extensions, and how it is found out whether a class keeps it: a class goes in, a verdict comes out."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, cast

import numpy as np

from reelwork.effect import Effect, Extension, Generator, Merge, Transition
from reelwork.errors import OutputError, PluginError, SceneError
from reelwork.extensions.declared import lacking
from reelwork.faults import PluginFault
from reelwork.sound_effect import SoundEffect
from reelwork.testing.hearing import made
from reelwork.testing.samples import extremes, ordinary

#: What makes pictures.
PICTURES: Final = (Effect, Merge, Generator, Transition)
#: No more of a fault's words are shown.
_LONGEST: Final = 300


@dataclass(frozen=True)
class Promise:
    """Something that must hold for extensions of a kind.

    :param name: what must hold
    :param of: the kind, or the kinds
    :param check: raises AssertionError, with words, if it does not
    :param basic: whether it is looked at even of a class that paints nothing
    """

    name: str
    of: type[Extension] | tuple[type[Extension], ...]
    check: Callable[[Any], None]
    basic: bool = False


@dataclass(frozen=True)
class Verdict:
    """What was found.

    :param how: ``unknown`` where something more basic is wrong
    :param words: why it is broken or unknown, in one line
    """

    how: Literal["kept", "broken", "unknown"]
    words: str = ""


class Promises:
    """The promises that a module declares, in their order."""

    def __init__(self) -> None:
        self._all: list[Promise] = []

    def __iter__(self) -> Iterator[Promise]:
        return iter(self._all)

    def __call__(
        self, name: str, of: type[Extension] | tuple[type[Extension], ...] = Extension, *, basic: bool = False
    ) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
        """Declare the decorated function a promise; the parameters are those of :class:`Promise`."""

        def declared(check: Callable[[Any], None]) -> Callable[[Any], None]:
            self._all.append(Promise(name, of, check, basic))
            return check

        return declared


@dataclass(frozen=True)
class Trials:
    """What a class is tried with.

    :param instances: with ordinary and with extreme parameters, as far as they paint whole pictures
    :param faults: what is wrong with the others, in one line each
    :param basic: what is wrong with the ordinary one; there are no instances then
    """

    instances: tuple[Any, ...] = ()
    faults: tuple[str, ...] = ()
    basic: str = ""


def verdict(promise: Promise, cls: type[Extension]) -> Verdict:
    """Whether a class keeps a promise."""
    if not promise.basic and (basic := trials(cls).basic):
        return Verdict("unknown", f"because {basic}")
    try:
        promise.check(cls)
    except AssertionError as error:
        words = str(error).partition("\nassert ")[0]  # behind which pytest says what the expression was
        return Verdict("broken", _one_line(words))
    except Exception as error:  # a stranger's code may fail in any way
        return Verdict("broken", fault_of(error, cls))
    return Verdict("kept")


def trials(cls: type[Extension]) -> Trials:
    """Instances that are worth trying, each painted once; what refuses its parameters in words is left out."""
    return _trials(cast("Hashable", cls))


@functools.cache
def _trials(cls: Any) -> Trials:
    try:
        usual = ordinary(cls)
        basic = lacking(cls) or _wrong(usual)
    except Exception as error:  # as above
        return Trials(basic=fault_of(error, cls))
    if basic:
        return Trials(basic=basic)
    instances, faults = [usual], []
    for extreme in extremes(cls):
        try:
            wrong = _wrong(extreme)
        except (SceneError, OutputError):
            continue
        except Exception as error:  # as above
            wrong = f"{extreme!r}: {fault_of(error, cls)}"
        if wrong:
            faults.append(_one_line(wrong))
        else:
            instances.append(extreme)
    return Trials(tuple(instances), tuple(faults))


def _wrong(extension: Extension) -> str:
    """What is wrong with the picture that an extension paints, or with the sound that it makes."""
    data = made(extension)
    if not np.isfinite(data).all():
        what = "samples" if isinstance(extension, SoundEffect) else "pixels"
        return f"{extension!r} leaves {what} unset, or makes them infinite or no number"
    if isinstance(extension, SoundEffect):
        return ""
    if (data[3] < 0.0).any() or (data[3] > 1.0 + 1e-5).any():
        return f"{extension!r} makes alpha less than 0 or more than 1"
    return ""


def fault_of(error: BaseException, cls: type[Extension]) -> str:
    """An error in one line, with the last line of the author's own code that it passed."""
    said = _one_line(error.problem if isinstance(error, PluginFault) else str(error))
    if isinstance(error, PluginError):
        return said
    said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    folder = _folder(sys.modules.get(cls.__module__))
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if folder is not None and _lies_in(Path(frame.filename), folder)]
    return f"{own[-1].filename}:{own[-1].lineno}: {said}" if own else said


def _folder(module: ModuleType | None) -> Path | None:
    file = getattr(module, "__file__", None)
    return Path(file).parent if file else None


def _lies_in(file: Path, folder: Path) -> bool:
    """Whether a file is the author's, and not of an environment that lies in the author's folder."""
    return file.is_relative_to(folder) and "site-packages" not in file.relative_to(folder).parts


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
