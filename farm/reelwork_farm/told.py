"""What a machine was told when its part of a farm was started goes in; whether it is told otherwise now comes out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reelwork_farm import wire

_FILE: Final = "told.json"
#: Options whose values nobody is shown, since they may hold a password.
_SECRET: Final = frozenset({"--store"})
#: Options for which 0 means whichever is free.
_ANY: Final = frozenset({"--port", "--ray-port"})


@dataclass(frozen=True)
class Told:
    """What the machine does in a farm.

    :param joined: the address of the farm that it works for; ``None``: the controller is here
    :param options: by their names on the command line, their values as JSON has them, ports and numbers that were
        left open among them
    """

    joined: str | None = None
    options: dict[str, object] = field(default_factory=dict)

    def differences(self, given: Mapping[str, object]) -> list[str]:
        """What the machine was told otherwise, a phrase for each, such as ``with --workers 2, not --workers 4``.

        :param given: options that count now; what is not in it may be anything
        """
        found = []
        for name, value in given.items():
            there = self.options.get(name, _kept(name, value))
            if _kept(name, value) == there or (name in _ANY and value == 0):
                continue
            shown = f"with another {name}"
            found.append(shown if name in _SECRET else f"{_written(name, there, 'with ')}, not {_written(name, value)}")
        return found

    def port(self, name: str) -> int:
        """The port that an option had; 0 where it had none."""
        found = self.options.get(name)
        return found if isinstance(found, int) else 0


def remember(folder: Path, told: Told) -> None:
    """Leave it in the farm's folder, for :func:`remembered`."""
    kept = Told(told.joined, {name: _kept(name, value) for name, value in told.options.items()})
    handle, made = tempfile.mkstemp(dir=folder, prefix=".told-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(wire.dumps(kept))
    os.replace(made, folder / _FILE)


def remembered(folder: Path) -> Told:
    """What a machine was told last; nothing where it never was."""
    with contextlib.suppress(OSError, wire.WireError):
        return wire.from_json(Told, wire.loads((folder / _FILE).read_bytes()))
    return Told()


def _kept(name: str, value: object) -> object:
    if name in _SECRET and value is not None:
        return hashlib.sha256(str(value).encode()).hexdigest()
    return list(value) if isinstance(value, tuple) else value


def _written(name: str, value: object, before: str = "") -> str:
    """An option as it stands on a command line."""
    if value in (None, False, [], ()):
        return f"without {name}"
    if value is True:
        return f"{before}{name}"
    values = value if isinstance(value, (list, tuple)) else [value]
    return before + " ".join(f"{name} {each}" for each in values)
