"""The address of a store goes in; the right to be its only controller comes out, or a refusal that says who is.

The right is a lock that ends with its holder, however that ends: on a file beside an SQLite store, and on a connection
of its own to PostgreSQL, where it falls with the connection.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import threading
import time
from pathlib import Path
from typing import IO, Any, Final, Protocol

import pg8000.native
from sqlalchemy.engine import URL

from reelwork_farm.errors import FarmError, StoreError

#: Names the lock that a controller holds in PostgreSQL; any number that nobody else uses in the database.
_CONTROLLER: Final = 0x5265656D
#: How long the server may take to answer, seconds.
_ANSWER: Final = 60.0
#: How often a lock that is taken is asked for: the server may have to notice first that its holder was killed.
_TRIES: Final = 5
_PAUSE: Final = 0.1
#: After 25 seconds without a sign of the controller's machine the server lets go of what it held.
_KEEPALIVE: Final = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
_HOLDER: Final = (
    "SELECT application_name, pid FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory'"
    " AND granted AND objsubid = 1 AND pg_locks.classid = 0 AND objid = :key AND datname = current_database()"
)


class LostStoreError(StoreError):
    """The store may have another controller by now: whoever held it writes nothing more, and ends."""


class Alone(Protocol):
    """The right to be the only controller of a store."""

    def check(self) -> None:
        """See whether it is still held, as far as that can be told without a question to the server: microseconds.

        :raises LostStoreError: it is not
        """
        ...

    def ask(self) -> None:
        """See whether it is still held.

        :raises LostStoreError: it is not, or the server does not answer
        """
        ...

    def close(self) -> None:
        """Give it up."""
        ...


def alone_with(url: URL) -> Alone:
    """Become the only controller of a store.

    :param url: as :class:`reelwork_farm.store.database.Database` knows it
    :raises FarmError: another controller has it, or it cannot be reached
    """
    return _File(url) if url.get_backend_name() == "sqlite" else _Connected(url)


def lock_file(path: Path, what: object) -> IO[str]:
    """Lock a file for as long as it is open, and the process lives.

    :param what: belongs to whoever has the lock
    :raises FarmError: another controller has it, or the file cannot be written
    """
    try:
        file = path.open("w")
    except OSError as error:
        raise FarmError(f"cannot write {path}: {error.strerror or error}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise FarmError(f"another controller runs in {what}: `reelwork farm down` ends it") from None
    return file


class _File:
    """A lock on a file beside an SQLite store, which nobody can take away."""

    def __init__(self, url: URL) -> None:
        self._file: IO[str] | None = None
        path = Path(url.database or "")
        if url.database != ":memory:":
            real = path.resolve()  # whatever links lead there
            self._file = lock_file(real.with_name(f"{real.name}.lock"), path)

    def check(self) -> None:
        """See :class:`Alone`."""

    def ask(self) -> None:
        """See :class:`Alone`."""

    def close(self) -> None:
        """See :class:`Alone`."""
        if self._file is not None:
            self._file.close()


class _Connected:
    """A lock that PostgreSQL holds for a connection: it is lost with it."""

    def __init__(self, url: URL) -> None:
        self._name = url.render_as_string(hide_password=True)
        self._guard = threading.Lock()
        self._lost = False
        try:
            self._connection, self._handle = _connected(url)
        except (OSError, pg8000.native.Error) as error:
            raise StoreError(f"the store {self._name}: it cannot be reached ({_said(error)})") from error
        try:
            self._take()
        except BaseException:
            self.close()
            raise

    def _take(self) -> None:
        try:
            for each in _KEEPALIVE:
                self._connection.run(f"SET {each}")
            for _ in range(_TRIES):
                if self._connection.run("SELECT pg_try_advisory_lock(:key)", key=_CONTROLLER)[0][0]:
                    return
                time.sleep(_PAUSE)
            found = self._connection.run(_HOLDER, key=_CONTROLLER)
        except (OSError, pg8000.native.Error) as error:
            raise StoreError(f"the store {self._name}: {_said(error)}") from error
        who = f", {found[0][0] or 'in a process that has no name'} (connection {found[0][1]})" if found else ""
        raise StoreError(
            f"another controller runs in {self._name}{who}: end that one with `reelwork farm down` on its machine,"
            " or give this one a store of its own with --store"
        )

    def check(self) -> None:
        """See :class:`Alone`. The server says nothing without a question, but that it ends the connection."""
        looked = select.poll()
        looked.register(self._handle, select.POLLIN)
        if self._lost or looked.poll(0):
            self.ask()

    def ask(self) -> None:
        """See :class:`Alone`."""
        with self._guard:
            if not self._lost:
                try:
                    self._connection.run("SELECT 1")
                except (OSError, pg8000.native.Error):
                    self._lost = True
            if self._lost:
                raise LostStoreError(
                    f"the store {self._name}: the connection with this controller's lock was lost, so that another"
                    " controller may run by now; this one ends, and may be started again"
                )

    def close(self) -> None:
        """See :class:`Alone`."""
        with contextlib.suppress(OSError, pg8000.native.Error):
            self._connection.close()


def _connected(url: URL) -> tuple[pg8000.native.Connection, int]:
    """A connection, and the number of its socket."""
    options = dict(url.get_dialect()().create_connect_args(url)[1])
    place = options.pop("unix_sock", None)
    sock = socket.socket(socket.AF_UNIX) if place else socket.create_connection(_at(options), _ANSWER)
    try:
        if place:
            sock.settimeout(_ANSWER)
            sock.connect(place)
        handle = sock.fileno()  # which stays, also where the socket is wrapped for TLS
        named = f"on {socket.gethostname()} in process {os.getpid()}"[:63]
        return pg8000.native.Connection(**options, sock=sock, application_name=named), handle
    except BaseException:
        sock.close()
        raise


def _at(options: dict[str, Any]) -> tuple[str, int]:
    return options["host"], options.get("port", 5432)


def _said(error: Exception) -> str:
    told = error.args[0] if error.args else error
    return str(told.get("M", told)) if isinstance(told, dict) else str(told)
