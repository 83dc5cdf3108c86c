"""What a farm lets go: jobs that ended long ago with all that is theirs, and blobs that none refers to, bit by bit."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from reelwork_farm.storage import OpenStorage
from reelwork_farm.store import Store

_DAY: Final = 86_400.0
#: Seconds between two looks at all blobs, and how many are looked at in one step.
_ROUND: Final = 3600.0
_BLOBS: Final = 100
#: Lines of the history that go in one step: reports wait for as long as that takes.
_LINES: Final = 2000


class Claims:
    """Blobs that something is about to refer to. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claimed: Counter[str] = Counter()

    @contextmanager
    def claim(self, digests: Iterable[str]) -> Iterator[None]:
        """Whatever of these is there now stays for as long as the block takes."""
        wanted = list(digests)
        with self._lock:
            self._claimed.update(wanted)
        try:
            yield
        finally:
            with self._lock:
                self._claimed -= Counter(wanted)

    def unless_claimed(self, digest: str, action: Callable[[], None]) -> None:
        """Do something with a blob that nobody can claim meanwhile; nothing where somebody has."""
        with self._lock:
            if not self._claimed[digest]:
                action()


class Retention:
    """Removes what is not needed, a little with each step, so that nobody waits for it; it may be ended at any moment.

    A job goes as a whole, with its units, segments, logs and history: what is left of a farm is complete. A job that
    has failed or was cancelled stays as long as another one comes after it. Blobs are safe for a day, in which whoever
    put them there can submit; who relies on one that is older, and was removed meanwhile, is told so at the submit.

    :param logs: the folder of the units' logs
    :param keep: days that jobs are kept after their end; 0: nothing is ever removed
    :param claims: of blobs that are about to be referred to
    :param removed: told the digest of each blob that is gone
    :param sweep: whether blobs are removed: not from a storage that others have put theirs in, too
    """

    def __init__(
        self,
        store: Store,
        storage: OpenStorage,
        logs: Path,
        keep: float,
        claims: Claims,
        removed: Callable[[str], None],
        *,
        sweep: bool = True,
    ) -> None:
        self._store, self._storage, self._logs, self._keep = store, storage, logs, keep
        self._claims, self._removed, self._may_sweep = claims, removed, sweep
        self._blobs: Iterator[tuple[str, float]] | None = None
        self._round: float | None = None  # when it began

    def step(self, *, now: float) -> None:
        """Remove a little.

        :raises StoreError: the store cannot be written
        :raises StorageError: the storage cannot be reached
        """
        if not self._keep:
            return
        before = now - self._keep * _DAY
        for job in self._store.expired(before=before, limit=1):
            shutil.rmtree(self._logs / job, ignore_errors=True)
            self._store.remove(job, before=before, now=now)
        self._store.forget(before=before, limit=_LINES)
        if self._may_sweep:
            self._sweep(now)

    def _sweep(self, now: float) -> None:
        """Look at some more blobs."""
        if self._blobs is None:
            if self._round is not None and now - self._round < _ROUND:
                return
            self._blobs, self._round = self._storage.listed(), now
        try:
            found = list(itertools.islice(self._blobs, _BLOBS))
        except BaseException:
            self._blobs = None
            raise
        if len(found) < _BLOBS:
            self._blobs = None
        old = [digest for digest, changed in found if now - changed >= _DAY]
        for digest in sorted(set(old) - self._store.needed(old)):
            self._claims.unless_claimed(digest, lambda digest=digest: self._discard(digest))  # type: ignore[misc]

    def _discard(self, digest: str) -> None:
        if not self._store.needed([digest]):  # asked again, since nobody can submit at this moment
            self._storage.discard(digest)
            self._removed(digest)
