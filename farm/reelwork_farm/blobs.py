"""Files that travel through the controller: requests for blobs go in, and their bytes pass in either direction."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from aiohttp import web

from reelwork_farm.intake import IntakeError, Limits, check_digest
from reelwork_farm.metrics import Metrics
from reelwork_farm.storage import BLOCK, MissingError, OpenStorage, StorageError

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: Seconds for which the next part of a file may fail to come.
PATIENCE: Final = 30.0
#: Bytes a second below which, after that time, a file does not come at all, but takes another's place.
_SLOWEST: Final = 4096
#: How many files may be on their way for each thread that writes them.
_PLACES: Final = 16


class Blobs:
    """The blobs of one storage.

    :param incoming: a folder for files on their way into the storage; what is left there is taken away
    :param right: told the digest of each blob whose bytes were checked on their way
    """

    def __init__(
        self, storage: OpenStorage, incoming: Path, limits: Limits, metrics: Metrics, right: Callable[[str], None]
    ) -> None:
        self._storage = storage
        self._incoming = incoming
        self._limits = limits
        self._metrics = metrics
        self._right = right
        self._pool = ThreadPoolExecutor(limits.uploads, thread_name_prefix="blobs")
        self._uploads = asyncio.Semaphore(limits.uploads * _PLACES)
        incoming.mkdir(parents=True, exist_ok=True)
        for left in incoming.iterdir():
            left.unlink()

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def do(self, action: Callable[[], T]) -> T:
        """Do something that reads or writes blobs, which takes its time."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, action)

    async def missing(self, digests: list[str]) -> list[str]:
        """Those of the blobs that are not there."""
        wanted = [check_digest(digest) for digest in digests]
        return await self.do(lambda: sorted(self._storage.missing(wanted)))

    async def has(self, request: web.Request) -> web.Response:
        """Whether a blob is there: status 200 or 404."""
        digest = check_digest(request.match_info["digest"])
        there = await self.do(lambda: self._storage.has(digest))
        return web.Response(status=200 if there else 404)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """A blob's bytes. Whoever gets them checks them."""
        digest = check_digest(request.match_info["digest"])
        size = await self.do(lambda: self._storage.size(digest))
        if size is None:
            raise MissingError(f"the storage has no blob {digest}")
        file = await self.do(lambda: self._storage.open(digest))
        answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        answer.content_length = size
        try:
            await answer.prepare(request)
            await self._send(file, answer)
        except (StorageError, OSError) as error:
            # the answer has begun, so that only its end can tell that it is not whole
            _log.warning("blob %s could not be sent: %s", digest, error)
            if request.transport is not None:
                request.transport.abort()
        finally:
            await self.do(file.close)
        return answer

    async def _send(self, file: BinaryIO, answer: web.StreamResponse) -> None:
        while block := await self.do(lambda: file.read(BLOCK)):
            async with asyncio.timeout(PATIENCE):
                await answer.write(block)
            self._metrics.blob_bytes.labels("out").inc(len(block))
        await answer.write_eof()

    async def put(self, request: web.Request) -> web.Response:
        """Take a blob in: it is seen under its digest when all of it is there and is what the digest says."""
        digest = check_digest(request.match_info["digest"])
        if (request.content_length or 0) > self._limits.blob:
            return self._too_large()
        if await self.do(lambda: self._storage.has(digest)):
            return web.Response()
        async with self._uploads:
            descriptor, name = tempfile.mkstemp(dir=self._incoming)
            path = Path(name)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    found = await self._receive(request, file)
                if found is None:
                    return self._too_large()
                if found != digest:
                    raise IntakeError(f"what came has the digest {found}, not {digest}")
                await self.do(lambda: self._storage.put(path))
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise StorageError(f"{self._incoming}: no space is left; make some, and it goes on") from error
                raise
            finally:
                path.unlink(missing_ok=True)
        self._right(digest)
        return web.Response()

    async def _receive(self, request: web.Request, file: BinaryIO) -> str | None:
        """Write what comes; its digest, or ``None`` where it is more than is taken."""
        sums, size, began = hashlib.sha256(), 0, time.monotonic()

        def write(block: bytes) -> None:
            sums.update(block)
            file.write(block)

        while True:
            async with asyncio.timeout(PATIENCE):
                block = await request.content.readany()
            if not block:
                break
            size += len(block)
            took = time.monotonic() - began
            if took > PATIENCE and size < took * _SLOWEST:
                raise TimeoutError
            if size > self._limits.blob:
                return None
            self._metrics.blob_bytes.labels("in").inc(len(block))
            await self.do(lambda data=block: write(data))  # type: ignore[misc]
        await self.do(file.flush)
        return sums.hexdigest()

    def _too_large(self) -> web.Response:
        return web.Response(status=413, text=f"a file has at most {self._limits.blob} bytes")
