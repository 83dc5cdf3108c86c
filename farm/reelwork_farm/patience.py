"""A storage that may be away for a while goes in; one that waits for it to come back comes out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from reelwork_farm.blobfile import AwayError, StorageError
from reelwork_farm.errors import FarmError, Unreachable
from reelwork_farm.storage import Storage

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: Seconds for which a storage that is away, or full, is waited for: rendering again would cost more.
PATIENCE: Final = 300.0
#: Seconds from one try to the next, doubling from the first to the longest.
_FIRST: Final = 1.0
_LONGEST: Final = 16.0


class PatientStorage:
    """A :class:`reelwork_farm.storage.Storage` that asks another one again while that is away.

    A controller that does not answer, where the storage is reached through it, is waited for without end.

    :param storage: the other one
    :param wait: waits for so many seconds; comes back with whether what is asked for is still wanted
    """

    def __init__(self, storage: Storage, wait: Callable[[float], bool]) -> None:
        self._storage, self._wait = storage, wait

    def has(self, digest: str) -> bool:
        """See :class:`reelwork_farm.storage.Storage`."""
        return self._tried(lambda: self._storage.has(digest), AwayError)

    def put(self, path: Path) -> str:
        """See :class:`reelwork_farm.storage.Storage`; one that is full is waited for as well."""
        return self._tried(lambda: self._storage.put(path), StorageError)

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        """See :class:`reelwork_farm.storage.Storage`."""
        self._tried(lambda: self._storage.get(digest, to, most=most), AwayError)

    def missing(self, digests: Iterable[str]) -> frozenset[str]:
        """See :class:`reelwork_farm.storage.Storage`."""
        asked = list(digests)
        return self._tried(lambda: self._storage.missing(asked), AwayError)

    def _tried(self, action: Callable[[], T], passing: type[StorageError]) -> T:
        end, pause = time.monotonic() + PATIENCE, _FIRST
        while True:
            failed: FarmError
            try:
                return action()
            except Unreachable as error:
                failed = error
            except passing as error:
                if time.monotonic() + pause > end:
                    raise
                failed = error
            _log.warning("%s; trying again", failed)
            if not self._wait(pause):
                raise failed
            pause = min(2 * pause, _LONGEST)
