"""The database under the store: an address goes in; transactions come out, and errors that say what to do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from reelwork_farm.errors import StoreError
from reelwork_farm.store.alone import Alone, alone_with
from reelwork_farm.store.schema import upgrade

#: How long a writer waits for another process that writes, seconds.
_PATIENCE: Final = 10.0
#: How long a PostgreSQL server may take to answer, seconds.
_ANSWER: Final = 60.0
#: Names the lock under which PostgreSQL's writers go one by one; any number that nobody else uses in the database.
_WRITERS: Final = 0x5265656C
_MEMORY: Final = ":memory:"


class Database:
    """Transactions on an SQLite file or a PostgreSQL database; may be used by many threads.

    Writers go one by one on both, so that events are numbered in the order in which they happened, and what a writer
    has read does not change before it writes. Readers never wait, and see one moment.
    """

    def __init__(self, address: str, *, alone: bool = False) -> None:
        """Open the database; make or upgrade its tables.

        :param address: a path, ``sqlite:///PATH``, ``postgresql://USER:PASSWORD@HOST/NAME``, or ``:memory:``
        :param alone: whether nobody else may have it so at the same time
        :raises FarmError: it cannot be opened, belongs to a newer farm, or another has it alone
        """
        url = _url(address)
        self.name = url.render_as_string(hide_password=True)
        self._lock = threading.Lock()
        self._shared = url.database == _MEMORY
        self._engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
        self._writer = self._engine.execution_options(writing=True)
        self._alone: Alone | None = alone_with(url) if alone else None
        try:
            with self.writing() as connection:
                upgrade(connection)
        except BaseException:
            self.close()
            raise

    def stay_alone(self) -> None:
        """See whether nobody else can have opened it alone since this was.

        :raises LostStoreError: somebody may have
        """
        if self._alone is not None:
            self._alone.ask()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment of the store.

        :raises StoreError: it cannot be read
        """
        alone = self._lock if self._shared else nullcontext()
        with alone, _explained(self.name), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is written, or nothing, whatever happens.

        :raises StoreError: it cannot be written, or somebody else may have opened it alone
        """
        with self._lock:
            if self._alone is not None:
                self._alone.check()
            with _explained(self.name), self._writer.begin() as connection:
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
        if self._alone is not None:
            self._alone.close()


def _url(address: str) -> URL:
    if "://" not in address:
        return URL.create("sqlite", database=address)
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError(f"this is not the address of a store: {error}") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+pg8000"):
        if not (url.username and url.host and url.database):
            raise StoreError("the address of a PostgreSQL store names all of postgresql://USER:PASSWORD@HOST/DATABASE")
        return url.set(drivername="postgresql+pg8000")
    if url.drivername == "sqlite" and url.database:
        return url
    raise StoreError(f"a store is a file or postgresql://…, not {url.drivername}://…")


def _sqlite(url: URL) -> Engine:
    """An engine on one file, which nobody but this process should open, on a disk of this machine.

    Write-ahead logging lets readers go on beside the writer. ``synchronous=FULL`` flushes every commit: with ``NORMAL``
    a power cut could take back what a worker or a client has been told, even that a job was taken in.
    """
    if url.database == _MEMORY:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        folder = Path(url.database or "").parent
        if not folder.is_dir():
            raise StoreError(f"the store's folder {folder} does not exist: make it, or name another")
        engine = create_engine(url, connect_args={"timeout": _PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where _begin says so, not where Python guesses
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _ANSWER})
    engine.dialect.use_insertmanyvalues_wo_returning = True  # many rows in one message, not in one each

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, _record: object, _proxy: object) -> None:
        """A connection to a server that was restarted is replaced. (The pool's own question lets OSErrors through.)"""
        try:
            connection.autocommit = True
            connection.cursor().execute("SELECT 1")
            connection.autocommit = False
        except (OSError, engine.dialect.loaded_dbapi.Error) as error:
            raise DisconnectionError from error

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writing", False):
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
        else:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))

    return engine


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"the store {name}: {_reason(error.orig)}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the store {name}: {error}") from error
    except OSError as error:  # from PostgreSQL's sockets
        raise StoreError(
            f"the store {name}: the connection was lost ({error}); the farm goes on when it is back"
        ) from error


#: What SQLite's errors mean to the one who runs the farm.
_REMEDIES: Final = {
    "SQLITE_FULL": "there is no space left; nothing was changed: make space, and the farm goes on",
    "SQLITE_BUSY": "another process writes to it: only one controller may open a store",
    "SQLITE_NOTADB": "this is not a database; name another file",
    "SQLITE_CORRUPT": "it is damaged: go back to a backup",
    "SQLITE_READONLY": "it may not be written to: look at the owner of the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened: look at the file's owner and its folder",
    "SQLITE_IOERR": "the disk reports an error; nothing was changed",
}


def _reason(error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", "") or ""
        known = next((remedy for name, remedy in _REMEDIES.items() if code.startswith(name)), None)
        return f"{known} ({error})" if known else str(error)
    told: Any = error.args[0] if error is not None and error.args else error
    if isinstance(told, dict):  # pg8000 hands on the fields of the server's message
        full = "; there is no space left, nothing was changed" if told.get("C") == "53100" else ""
        return f"{told.get('M', told)}{full}"
    return str(told)
