"""A machine's programs were started: a farm's address or workers come out when they are there, or else why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from reelwork_farm import presence
from reelwork_farm.auth import token_for
from reelwork_farm.client import FarmClient
from reelwork_farm.errors import FarmError
from reelwork_farm.fleet import WORK, address_in
from reelwork_farm.model import WorkerRow, WorkerState
from reelwork_farm.supervisor import running

T = TypeVar("T")

#: Seconds that a controller, and then workers, may take to be there.
_PATIENCE: Final = 300.0
_LOOK: Final = 0.1
#: How many last lines of a log an operator is shown where no program has failed.
_LINES: Final = 15
#: It looks for Ray, which may be late; it has to be started more than once on a slow machine.
_TRIES: Final = {"keeper": 3}


def wait_for_controller(folder: Path, *, fresh: bool = False) -> str:
    """The farm's address, once its controller answers.

    :param fresh: whether it was just started, so that it must not fail even once
    :raises FarmError: it does not; the message says what it said
    """

    def answering() -> str | None:
        address = address_in(folder, own=True)
        there = address is not None and FarmClient(address, token_for(address, folder)).healthy()
        return address if there else None

    return _awaited(answering, folder, f"the farm in {folder}", fresh=fresh)


def wait_for_workers(
    folder: Path, client: FarmClient, count: int, since: float, *, fresh: bool = False
) -> list[WorkerRow]:
    """The workers that have registered since, once there are enough.

    :param since: seconds since 1970
    :param fresh: whether they were just started, so that no program of theirs must fail
    :raises FarmError: there are not; the message says what they said
    """

    def registered() -> list[WorkerRow] | None:
        there = [
            row
            for row in client.workers()
            if row.registered >= since and row.state not in (WorkerState.LOST, WorkerState.GONE)
        ]
        return there if len(there) >= count else None

    return _awaited(registered, folder, "the farm's workers", fresh=fresh)


def wait_for_own_workers(folder: Path, count: int) -> None:
    """Wait until so many workers of a machine that joins a farm have registered there.

    :raises FarmError: they do not; the message says what they, or the farm, said
    """

    def present() -> bool | None:
        if len(presence.present(folder / WORK)) >= count:
            return True
        if (why := presence.refused(folder / WORK)) is not None:
            raise FarmError(f"the farm does not take this machine's workers: {why}")
        return None

    _awaited(present, folder, "the workers", fresh=True)


def _awaited(look: Callable[[], T | None], folder: Path, what: str, *, fresh: bool) -> T:
    """What is looked for again and again, once it is there.

    :raises FarmError: it does not come; the message says what it said
    """
    begun = time.monotonic()
    while time.monotonic() < begun + _PATIENCE:
        if (found := look()) is not None:
            return found
        _check(folder, fresh)
        time.sleep(_LOOK)
    raise FarmError(f"{what} did not come up in {_PATIENCE:.0f} s:\n{_last_lines(folder)}")


def _check(folder: Path, fresh: bool) -> None:
    """See whether it may still come to something.

    :raises FarmError: a program failed, or nothing runs any more
    """
    state = running(folder)
    if state is None:
        raise FarmError(f"nothing runs in {folder} any more:\n{_last_lines(folder, ['supervisor'])}")
    failed = [name for name, count in state.failures.items() if int(str(count)) >= _TRIES.get(name, 1)]
    if fresh and failed:
        said = [f"{name}: {state.words.get(name) or 'ended without a word'}" for name in failed]
        raise FarmError("\n".join([f"it did not come up in {folder}:", *said]))


def _last_lines(folder: Path, names: Iterable[str] | None = None) -> str:
    found = []
    for path in sorted((folder / "logs").glob("*.log")):
        if names is None or path.stem in names:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:]
            found += [f"{path}:", *(f"  | {line}" for line in lines)]
    return "\n".join(found)
