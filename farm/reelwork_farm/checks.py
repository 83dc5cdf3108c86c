"""Digests go in; whether the storage has those blobs, and as they should be, comes out: read once, and remembered."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Final

from reelwork_farm.blobfile import copied
from reelwork_farm.errors import FarmError
from reelwork_farm.retention import Claims
from reelwork_farm.storage import MissingError, OpenStorage

#: Blobs that are remembered as read and right.
_REMEMBERED: Final = 100_000


class DamagedError(FarmError):
    """What a worker says it has put into the storage is not there, or is something else."""


class Checks:
    """What is known of the blobs of one storage. May be used by several threads.

    :param claims: of blobs that something is about to refer to
    """

    def __init__(self, storage: OpenStorage, claims: Claims) -> None:
        self._storage, self._claims = storage, claims
        self._right: OrderedDict[str, float] = OrderedDict()  # and when it was last asked whether they are lost
        self._reading: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def expect(self, digest: str, size: int) -> None:
        """Read what a worker has put into the storage, once; it is taken away again if it is something else.

        :param size: bytes that it has
        :raises DamagedError: it is not there, or something else
        """
        found = self._storage.size(digest)
        if found is None:
            raise DamagedError(f"the blob {digest} is not in the storage")
        with self._one_reads(digest):
            if digest not in self._right:
                if not self._is_right(digest):
                    self._storage.discard(digest)
                    raise DamagedError(f"the blob {digest} arrived damaged in the storage; it was taken away again")
                self.mark_right(digest)
        if found != size:
            raise DamagedError(f"the blob {digest} has {found} bytes, not {size}")

    def is_lost(self, digest: str, *, believed: float = 0.0) -> bool:
        """Whether a blob is not there, or is damaged: then it is taken away, so that it is put there again.

        :param believed: seconds for which one that is there is believed to be as it was when this was asked before
        """
        with self._one_reads(digest):
            asked = self._right.get(digest, -inf)
            if self._storage.size(digest) is not None and time.monotonic() - asked < believed:
                return False
            self.unmark(digest)
            try:
                right = self._is_right(digest)
            except DamagedError:
                return True
            if right:
                self.mark_right(digest, asked=time.monotonic())
            else:
                self._claims.unless_claimed(digest, lambda: self._storage.discard(digest))
            return not right

    def mark_right(self, digest: str, *, asked: float = -inf) -> None:
        """Remember that a blob was read and is what its digest says.

        :param asked: when it was asked whether it is lost, seconds of :func:`time.monotonic`
        """
        with self._guard:
            self._right[digest] = asked
            self._right.move_to_end(digest)
            while len(self._right) > _REMEMBERED:
                self._right.popitem(last=False)

    def unmark(self, digest: str) -> None:
        """Forget what was found of a blob."""
        with self._guard:
            self._right.pop(digest, None)

    def _is_right(self, digest: str) -> bool:
        try:
            with self._storage.open(digest) as file:
                return copied(file) == digest
        except MissingError:
            raise DamagedError(f"the blob {digest} is not in the storage") from None

    @contextmanager
    def _one_reads(self, digest: str) -> Iterator[None]:
        """Whoever asks for a blob while it is read waits for the same result."""
        with self._guard:
            reading = self._reading.setdefault(digest, threading.Lock())
        try:
            with reading:
                yield
        finally:
            with self._guard:
                self._reading.pop(digest, None)
