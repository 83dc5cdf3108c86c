"""Colour files by OpenColorIO: bytes go in, the stages of a point effect, or a grade's numbers, come out.

Files are read from memory, so that nothing beside them is: neither files that they refer to nor the machine's
environment. OpenColorIO is loaded where a scene first asks for it.
"""

from __future__ import annotations

import difflib
import functools
import re
import tempfile
import threading
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from reelwork.stage import Stage
from reelwork.values import File

#: The configuration of the Academy's colour spaces that comes with OpenColorIO; fixed, so that pictures never change.
BUILT_IN: Final = "studio-config-v2.2.0_aces-v1.3_ocio-v2.4"
#: The largest number that a grade may have, in single precision.
_LARGEST: Final = 3.4e38
#: The engine's own colour space, in that configuration.
WORKING: Final = "Linear Rec.709 (sRGB)"


@dataclass(frozen=True)
class Conversion:
    """What is done to a colour.

    :param from_: the colour space that it comes in; empty for the engine's own
    :param to: the one that it becomes; empty for the engine's own
    :param look: looks by their names, as OpenColorIO writes several of them; empty for none
    :param display: the display that it is seen on, and the ``view`` by which; empty for none
    """

    from_: str = ""
    to: str = ""
    look: str = ""
    display: str = ""
    view: str = ""


@functools.lru_cache(maxsize=64)
def lut(file: File) -> tuple[Stage, ...]:
    """The stages of a file with lookup tables, matrices and the like; tables of three dimensions tetrahedrally.

    :raises ValueError: it cannot be read, or asks for what cannot be done
    """
    name = f"{file.digest}{file.ending}"
    with _turn() as ocio, _words(ocio, file.name, name):
        content = file.read().removeprefix(BOM_UTF8)  # some editors write it, and OpenColorIO stumbles over it
        # held for as long as it is asked for files
        memory = _memory({_CONFIG: ocio.Config.CreateRaw().serialize().encode(), name: content})
        config = ocio.Config.CreateFromConfigIOProxy(memory)
        return _stages_of(ocio, config.getProcessor(ocio.FileTransform(name, interpolation=ocio.INTERP_TETRAHEDRAL)))


@functools.lru_cache(maxsize=64)
def conversion(config: File | None, wanted: Conversion) -> tuple[Stage, ...]:
    """The stages of a conversion between colour spaces.

    :param config: the configuration that names them, or ``None`` for the built-in one
    :raises ValueError: it has no such names, or the conversion asks for what cannot be done
    """
    said = config.name if config else "the built-in configuration"
    with _turn() as ocio, _words(ocio, said), _opened(ocio, config) as opened:
        group = ocio.GroupTransform()
        for transform in _transforms(ocio, opened, wanted):
            group.appendTransform(transform)
        return _stages_of(ocio, opened.getProcessor(group))


@functools.lru_cache(maxsize=64)
def grades(file: File) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The grades of an ASC CDL file: the name of each (``id``, which may be empty), and its ten numbers: slopes,
    offsets, powers, saturation.

    :raises ValueError: it cannot be read
    """
    with _turn() as ocio, tempfile.TemporaryDirectory() as folder, _words(ocio, file.name, folder):
        path = Path(folder) / f"grades{file.ending}"
        path.write_bytes(file.read())
        found = ocio.CDLTransform.CreateGroupFromFile(str(path))
        read = tuple((cdl.getID(), (*cdl.getSlope(), *cdl.getOffset(), *cdl.getPower(), cdl.getSat())) for cdl in found)
        if not all(abs(number) <= _LARGEST for _, numbers in read for number in numbers):
            raise ValueError("it has numbers that are infinite, or none at all (NaN)")
        return read


_one_at_a_time: Final = threading.Lock()


@contextmanager
def _turn() -> Iterator[Any]:
    """OpenColorIO, without what it remembers of files by their names, which here are not those of the disk.

    What neither memory nor an archive has, it would look for on the disk where its path is absolute, and asks by the
    hash whether it is there: no file has one here.
    """
    from reelwork_colour.operations import opencolorio  # numpy loads here

    ocio = opencolorio()
    with _one_at_a_time:
        ocio.ClearAllCaches()
        ocio.SetComputeHashFunction(_no_hash)
        try:
            yield ocio
        finally:
            ocio.ResetComputeHashFunction()


def _no_hash(path: str) -> str:
    return ""


def _stages_of(ocio: Any, processor: Any) -> tuple[Stage, ...]:
    from reelwork_colour.operations import UnknownError, stages

    try:
        return stages(processor.getOptimizedProcessor(ocio.OPTIMIZATION_LOSSLESS).createGroupTransform())
    except UnknownError as error:
        raise ValueError(f"it asks for {error}, for which Reelwork has no formula") from error


_CONFIG: Final = "config.ocio"


@functools.cache
def _proxy() -> Any:
    """The class of files in memory; OpenColorIO's base of it is only there once that is loaded."""
    from reelwork_colour.operations import opencolorio

    base: Any = opencolorio().PyConfigIOProxy

    class Memory(base):  # type: ignore[misc]
        def __init__(self, files: dict[str, bytes]) -> None:
            super().__init__()
            self.files = files

        def getConfigData(self) -> str:  # noqa: N802
            return self.files[_CONFIG].decode()

        def getLutData(self, path: str) -> list[int]:  # noqa: N802
            return list(self.files[Path(path).name])

        def getFastLutFileHash(self, path: str) -> str:  # noqa: N802
            return path if Path(path).name in self.files else ""

    return Memory


def _memory(files: dict[str, bytes]) -> Any:
    return _proxy()(files)


@contextmanager
def _opened(ocio: Any, config: File | None) -> Iterator[Any]:
    """A configuration; an archive of one lies in a folder of its own for as long as it is used."""
    if config is None:
        yield _built_in()
    elif config.ending == ".ocioz":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{config.digest}.ocioz"
            path.write_bytes(config.read())
            yield _alone(ocio.Config.CreateFromFile(str(path)))
    else:
        memory = _memory({_CONFIG: config.read()})
        yield _alone(ocio.Config.CreateFromConfigIOProxy(memory))


def _alone(config: Any) -> Any:
    """The configuration, its variables with the values that it gives them, whatever the machine's environment says."""
    values = {name: config.getEnvironmentVarDefault(name) for name in config.getEnvironmentVarNames()}
    config.clearEnvironmentVars()
    for name, value in values.items():
        config.addEnvironmentVar(name, value)
    return config


def _transforms(ocio: Any, config: Any, wanted: Conversion) -> Iterator[Any]:
    """What a conversion does, one after the other."""
    for name in filter(None, (wanted.from_, wanted.to)):
        if config.getColorSpace(name) is None:
            _unknown("colour space", name, config.getColorSpaceNames())
    needs_own = not wanted.from_ or not wanted.to
    own = _working(ocio, config) if needs_own else ""
    here = wanted.from_ or own
    if wanted.look:
        there = wanted.to or own if not wanted.display else here
        yield ocio.LookTransform(src=here, dst=there, looks=wanted.look)
        here = there
    if wanted.display:
        if wanted.display not in (displays := tuple(config.getDisplays())):
            _unknown("display", wanted.display, displays)
        if wanted.view not in (views := tuple(config.getViews(wanted.display))):
            _unknown(f"view of {wanted.display!r}", wanted.view, views)
        yield ocio.DisplayViewTransform(src=here, display=wanted.display, view=wanted.view)
        space = config.getDisplayViewColorSpaceName(wanted.display, wanted.view)
        here = wanted.display if space in ("", "<USE_DISPLAY_NAME>") else space
    there = wanted.to or own
    if here != there:
        yield ocio.ColorSpaceTransform(src=here, dst=there)


@functools.cache
def _built_in() -> Any:
    """The built-in configuration, which takes a while to read; nobody changes it."""
    from reelwork_colour.operations import opencolorio

    return opencolorio().Config.CreateFromBuiltinConfig(BUILT_IN)


def _working(ocio: Any, config: Any) -> str:
    """What a configuration calls linear light with Rec.709's primaries."""
    for name in (WORKING, "lin_rec709_srgb", "lin_rec709", "lin_srgb"):
        space = config.getColorSpace(name)
        if space is not None:
            return str(space.getName())
    try:
        return str(ocio.Config.IdentifyBuiltinColorSpace(config, _built_in(), WORKING))
    except ocio.Exception as error:
        raise ValueError(
            "no colour space of it is known to be linear light with Rec.709's primaries, which Reelwork works in; "
            "write both `from` and `to`"
        ) from error


def _unknown(what: str, name: str, names: Iterable[str]) -> NoReturn:
    known = tuple(names)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    remedy = f"did you mean {', '.join(map(repr, near))}?" if near else f"there are {', '.join(map(repr, known))}"
    raise ValueError(f"there is no {what} {name!r}; {remedy}")


_LINE: Final = re.compile(r"[Aa]t line \(?(\d+)\)?")
#: What OpenColorIO says of broken files, and what that means.
_MEANINGS: Final = (
    (r"Found (\d+), expected (\d+)", "it has {} entries, and its size asks for {}"),
    (
        r"Malformed color triple|floating-point triplet",
        "a colour is three numbers, and this is none",
    ),
    (r"Malformed '?(\w+)'? tag", "what stands behind {} is not what is due there"),
    (r"Required attribute '(\w+)' is missing", "an element lacks its attribute {!r}"),
)


def _own_words(said: str) -> str:
    """Why a file cannot be used, and in which line, as far as OpenColorIO's text says it, which comes after."""
    raw = said.partition(" failed with: ")[2]
    raw = re.sub(r" '\w+' failed with: .*", "", raw)  # of a second format that has this ending
    line = _LINE.search(raw)
    where = f"line {line[1]}: " if line else ""
    for pattern, words in _MEANINGS:
        if found := re.search(pattern, raw):
            return f"{where}{words.format(*found.groups())} (OpenColorIO: {raw})"
    return f"{where}it is damaged, or of another kind than its ending says (OpenColorIO: {raw})" if raw else said


@contextmanager
def _words(ocio: Any, name: str, inner: str = "") -> Iterator[None]:
    """Errors in words for whoever wrote the scene: which file it is, and OpenColorIO's own, without names of ours."""
    try:
        yield
    except ocio.ExceptionMissingFile as error:
        said = str(error).partition(" The following")[0]
        raise ValueError(
            f"{name} cannot be used: {said} Bring a configuration that reads other files as an archive, .ocioz, "
            "which `ocioarchive` makes"
        ) from error
    except (ocio.Exception, UnicodeDecodeError, KeyError) as error:
        said = " ".join(str(error).replace(inner, name).split()) if inner else " ".join(str(error).split())
        raise ValueError(f"{name} cannot be used: {_own_words(said)}") from error
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
