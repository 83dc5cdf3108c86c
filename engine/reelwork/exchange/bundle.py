"""Bundles: an ``.otioz`` goes in; its timeline's text and its media come out, no more of them than it promises."""

from __future__ import annotations

import filecmp
import os
import posixpath
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from reelwork.errors import OutputError
from reelwork.exchange.report import ExchangeError

#: A bundle's timeline, and any other timeline's file, is at most this large, bytes.
LARGEST: Final = 256 << 20
#: The media of a bundle are together at most this large, bytes, and at most so many times as large as the bundle.
MOST_OF_MEDIA: Final = 200 << 30
RATIO: Final = 100
_DIGITS: Final = "0123456789"
_TIMELINE: Final = "content.otio"
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    KeyError,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
)


def read_bundle(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a bundle's timeline, and the names of its media.

    :raises ExchangeError: it cannot be read, is damaged or encrypted, or would become too large; the message names it
    """
    try:
        size = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror or error}") from error
    with file:
        try:
            with zipfile.ZipFile(file) as bundle:
                if _TIMELINE not in bundle.namelist():
                    raise ExchangeError(f"{path} is no OpenTimelineIO bundle: there is no {_TIMELINE} in it")
                timeline = bundle.getinfo(_TIMELINE)
                names = tuple(
                    name
                    for name in dict.fromkeys(bundle.namelist())
                    if name.startswith("media/") and PurePosixPath(name).name != ".." and not name.endswith("/")
                )
                held = [bundle.getinfo(name) for name in names]
                for info in (timeline, *held):
                    _readable(path, info)
                if timeline.file_size > LARGEST:
                    raise ExchangeError(f"{path}: its timeline is larger than {LARGEST >> 20} MB")
                whole = sum(info.file_size for info in held)
                if whole > min(MOST_OF_MEDIA, RATIO * size):
                    raise ExchangeError(
                        f"{path}: its media would take {whole:,} bytes; a bundle's may take {MOST_OF_MEDIA >> 30} GB, "
                        f"and {RATIO} times its own size of {size:,} bytes"
                    )
                return bundle.read(timeline).decode("utf-8", "replace"), names
        except _DAMAGED as error:
            raise ExchangeError(f"{path} is no OpenTimelineIO bundle, or damaged: {error}") from error


@contextmanager
def extracted(path: Path, names: tuple[str, ...], folder: Path, *, overwrite: bool) -> Iterator[dict[str, Path]]:
    """Write the media of a bundle into a folder, for as long as what is done with them succeeds; else all is as it was.

    Media of one name, and those whose name something else has in the folder, get a number. With ``overwrite``, what is
    there makes room instead.

    :param names: as :func:`read_bundle` gives them
    :returns: where each lies, by its place in the bundle
    :raises ExchangeError: the bundle is damaged
    :raises OutputError: a file cannot be written
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    stage = folder / f".{path.stem[:80]}.{os.getpid()}.part"
    done: list[tuple[Path, Path | None]] = []
    try:
        staged = _staged(path, names, stage)
        places: dict[str, Path] = {}
        try:
            for group in _groups(names):
                for name, target in _places(group, staged, folder, set(places.values()), overwrite).items():
                    old = staged[name].with_suffix(".old") if target.is_file() else None
                    if old is not None:
                        target.rename(old)
                    done.append((target, old))
                    staged[name].rename(target)
                    places[name] = target
        except OSError as error:
            raise OutputError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error
        yield {posixpath.normpath(name): target for name, target in places.items()}
    except BaseException:
        for target, old in reversed(done):
            target.unlink(missing_ok=True)
            if old is not None:
                old.rename(target)
        shutil.rmtree(stage, ignore_errors=True)
        for each in made:
            with suppress(OSError):
                each.rmdir()
        raise
    shutil.rmtree(stage, ignore_errors=True)


def _readable(path: Path, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise ExchangeError(f"{path} is encrypted: {info.filename} takes a password; bundles are read without one")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ExchangeError(
            f"{path}: {info.filename} is compressed by method {info.compress_type} of zip files; "
            "bundles are stored or deflated"
        )


def _staged(path: Path, names: tuple[str, ...], stage: Path) -> dict[str, Path]:
    """The media under temporary names."""
    found = {name: stage / str(number) for number, name in enumerate(names)}
    try:
        stage.mkdir(parents=True)
        with zipfile.ZipFile(path) as bundle:
            whole = sum(bundle.getinfo(name).file_size for name in names)
            if whole > shutil.disk_usage(stage).free:
                raise OutputError(f"{stage.parent} has no room for the {whole:,} bytes of media in {path}")
            for name, target in found.items():
                with target.open("wb") as out:
                    for block in _blocks(bundle, path, name):
                        out.write(block)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ExchangeError(f"{path} is damaged: {error}") from error
    except OSError as error:
        raise OutputError(f"{stage.parent} cannot be written: {error.strerror or error}") from error
    return found


def _blocks(bundle: zipfile.ZipFile, path: Path, name: str) -> Iterator[bytes]:
    """The bytes of one, as many as the directory says."""
    try:
        with bundle.open(name) as source:
            while block := source.read(1 << 20):
                yield block
    except _DAMAGED as error:
        raise ExchangeError(f"{path} is damaged at {name}: {error}") from error


def _groups(names: tuple[str, ...]) -> list[list[str]]:
    """The names, with those of numbered files together."""
    found: dict[str, list[str]] = {}
    for name in names:
        path = PurePosixPath(name)
        place = path.with_name(f"{path.stem.rstrip(_DIGITS)}#{path.suffix}") if path.stem[-1:] in _DIGITS else path
        found.setdefault(str(place), []).append(name)
    return list(found.values())


def _places(
    group: list[str], staged: dict[str, Path], folder: Path, taken: set[Path], overwrite: bool
) -> dict[str, Path]:
    """Where media come to lie: under their names, or all of a group with one number more."""
    used = {path.name.lower() for path in taken}

    def free(name: str, target: Path) -> bool:
        if target.name.lower() in used or target.is_dir():
            return False
        return overwrite or not target.exists() or filecmp.cmp(staged[name], target, shallow=False)

    number = 1
    while True:
        found = {name: folder / _numbered(PurePosixPath(name), number) for name in group}
        if all(free(name, target) for name, target in found.items()):
            return found
        number += 1


def _numbered(name: PurePosixPath, number: int) -> str:
    """A name with a number more: ``v-2.mp4``, ``take-2-0001.exr``."""
    if number == 1:
        return name.name
    begin = name.stem.rstrip(_DIGITS)
    digits = name.stem[len(begin) :]
    return f"{begin}{'' if begin.endswith('-') else '-'}{number}{'-' if digits else ''}{digits}{name.suffix}".lstrip(
        "-"
    )
