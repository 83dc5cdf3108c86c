"""Readers that plugins offer: asked under a guard, so that errors name file and reader; footage's files by its name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

from reelwork.errors import MediaError
from reelwork.extensions import registry
from reelwork.extensions.offers import Offer
from reelwork.faults import Suspect, watched
from reelwork.footage import NUMBER, FootageReader

Reader = Offer[FootageReader]


@contextmanager
def naming(reader: Offer[Any], path: Path, doing: str) -> Iterator[None]:
    """While inside, a reader's own code runs, which may fail in any way, and is watched like an extension's.

    :param doing: what of it is called, such as ``open()``
    :raises MediaError: what it raises, with the file and the reader's name; its own MediaErrors as they are
    """
    thing = reader.thing
    who = Suspect(
        f"the reader {thing.name!r}, version {thing.version}", type(thing).__qualname__, parameters=f"file: {path}",
        origin=reader.origin,
    )  # fmt: skip
    try:
        with watched(who, doing):
            yield
    except (MediaError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise MediaError(f"{path}: the reader {reader} cannot read it: {type(error).__name__}: {error}") from error


def footage_reader(path: Path) -> Reader | None:
    """What reads footage of that name; ``None`` where no plugin does.

    :raises PluginError: several packages do
    """
    known, suffix = registry().footage_readers, path.suffix.lower()
    if is_numbered(path):
        return known.get(f"%d{suffix}") or known.get("%d")
    return known.get(suffix)


def is_numbered(path: Path) -> bool:
    """Whether a name stands for numbered files: it has the number's place, and there is no file of just that name."""
    return NUMBER.search(path.name) is not None and not path.is_file()


def files_of(reader: Reader, path: Path) -> tuple[Path, ...]:
    """All files that footage is made of.

    :raises MediaError: the reader does not find them, or the file does not begin as it should
    """
    with naming(reader, path, "files()"):
        files = reader.thing.files(path)
        if not isinstance(files, tuple) or not files or not all(isinstance(file, Path) for file in files):
            raise TypeError(f"it gives {files!r}, not the paths of its files")
    if reader.thing.signatures and not is_numbered(path):
        with naming(reader, path, "signatures"), path.open("rb") as file:
            if not file.read(max(map(len, reader.thing.signatures))).startswith(reader.thing.signatures):
                raise ValueError(f"it does not begin as {reader.thing.name} does")
    return files


def joint_digest(digests: Iterable[str], rate: Fraction | None) -> str:
    """The digest of several files that are one thing, played at a rate that is not in them."""
    return hashlib.sha256("\n".join(["footage", str(rate), *digests]).encode()).hexdigest()
