"""The lock of a render: what it used goes in as records, files and versions, stable JSON comes out, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reelwork.catalogue.model import Record
from reelwork.errors import CatalogueError

_FORMAT: Final = 1


@dataclass(frozen=True)
class LockedRecord:
    """A record as a render used it.

    :param sha256: of the bytes
    :param licence: the SPDX expression that held then
    """

    id: str
    sha256: str
    licence: str


@dataclass(frozen=True)
class Lock:
    """Everything that decides a render's bytes, beside the scene: equal locks and equal scenes make equal films.

    :param engine: the engine's version
    :param plugins: version by the plugin's name, in order of the names
    :param records: in order of their names
    :param files: sha256 by path as the scene names it, in order of the paths
    """

    engine: str
    plugins: tuple[tuple[str, str], ...]
    records: tuple[LockedRecord, ...]
    files: tuple[tuple[str, str], ...]


def make_lock(*, engine: str, plugins: Mapping[str, str], records: Iterable[Record], files: Mapping[str, str]) -> Lock:
    """The lock of a render whose records' bytes were checked."""
    locked = {record.id: LockedRecord(record.id, record.sha256, record.licence) for record in records}
    return Lock(
        engine=engine,
        plugins=tuple(sorted(plugins.items())),
        records=tuple(locked[name] for name in sorted(locked)),
        files=tuple(sorted(files.items())),
    )


def lock_text(lock: Lock) -> str:
    """A lock as JSON; equal locks are equal texts."""
    said = {
        "lock": _FORMAT,
        "engine": lock.engine,
        "plugins": dict(lock.plugins),
        "records": {record.id: {"sha256": record.sha256, "licence": record.licence} for record in lock.records},
        "files": dict(lock.files),
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def read_lock(text: str, file: str) -> Lock:
    """A lock out of its JSON; ``file`` names it in messages.

    :raises CatalogueError: it is no lock that this version can read
    """
    try:
        said = json.loads(text)
        if said["lock"] != _FORMAT:
            raise CatalogueError(f"{file}: a lock of format {said['lock']!r}; this version reads {_FORMAT}")
        records = (LockedRecord(_text(name), **_texts(entry)) for name, entry in sorted(said["records"].items()))
        plugins, files = _texts(said["plugins"]), _texts(said["files"])
        return Lock(_text(said["engine"]), tuple(sorted(plugins.items())), tuple(records), tuple(sorted(files.items())))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CatalogueError(f"{file}: this is not the lock of a render ({type(error).__name__}: {error})") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is wanted, not {value!r:.60}")
    return value


def _texts(value: Any) -> dict[str, str]:
    return {name: _text(entry) for name, entry in value.items()}
