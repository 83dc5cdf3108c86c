"""The store's tables: a database goes in, and comes out with all tables, as this version of the farm knows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)

from reelwork_farm.errors import StoreError

_META: Final = MetaData()
_MADE: Final = text("digest IS NOT NULL")

#: One row: which of :data:`STEPS` the database has gone through.
version: Final = Table("farm_version", _META, Column("version", Integer, nullable=False))

#: Counts are kept in the job's row, in the transaction that changes a unit, so that nobody counts units to list jobs.
jobs: Final = Table(
    "jobs",
    _META,
    Column("id", String(16), primary_key=True),
    Column("spec", Text, nullable=False),  # as JSON
    Column("state", String(16), nullable=False),
    Column("priority", BigInteger, nullable=False),
    Column("submitted", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("units", Integer, nullable=False),
    Column("done", Integer, nullable=False, default=0),
    Column("leased", Integer, nullable=False, default=0),
    Column("quarantined", Integer, nullable=False, default=0),
    Column("seconds", Double, nullable=False, default=0.0),
    Column("squares", Double, nullable=False, default=0.0),
    Column("result", String(64)),
    Column("heard", Text),  # as JSON
    Column("audits", Integer, nullable=False, default=0),
    Column("audited", Integer, nullable=False, default=0),
    Column("audits_failed", Integer, nullable=False, default=0),
    Index("jobs_by_time", "submitted", "id"),
    Index("jobs_by_state", "state", "submitted"),
)

#: Which job comes after which.
edges: Final = Table(
    "job_after",
    _META,
    Column("job", ForeignKey("jobs.id"), primary_key=True),
    Column("after", ForeignKey("jobs.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

#: ``tried`` is a JSON list of workers; ``losses`` counts infrastructure's faults, ``attempts`` all others; ``spoils``
#: counts how often its segment was damaged in the storage; ``maker`` is the worker whose result counts.
units: Final = Table(
    "units",
    _META,
    Column("job", ForeignKey("jobs.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("stop", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("spoils", Integer, nullable=False),
    Column("not_before", Double, nullable=False),
    Column("tried", Text, nullable=False),
    Column("digest", String(64)),
    Column("maker", String(128)),
    Column("seconds", Double),
    Column("cause", String(16)),
    Column("message", Text),
    Index("units_by_state", "job", "state", "number"),
    Index("units_by_digest", "digest", sqlite_where=_MADE, postgresql_where=_MADE),
    sqlite_with_rowid=False,
)

#: The blobs that a job is made of: its bundle, and what that names.
files: Final = Table(
    "files",
    _META,
    Column("job", ForeignKey("jobs.id"), primary_key=True),
    Column("digest", String(64), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

#: Busy and idle are not written down: a worker that has leases is busy.
workers: Final = Table(
    "workers",
    _META,
    Column("id", String(128), primary_key=True),
    Column("offer", Text, nullable=False),  # as JSON
    Column("state", String(12), nullable=False),
    Column("registered", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("reported", Double),  # when it last finished or gave up a unit
    Column("speed", Double),
    Column("faults", Integer, nullable=False),
    Column("aside_until", Double),
)

#: The live leases, and nothing else: who is in here under an epoch may commit. A slow unit may be here twice.
leases: Final = Table(
    "leases",
    _META,
    Column("job", String(16), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    Column("worker", ForeignKey("workers.id"), nullable=False, index=True),
    Column("granted", Double, nullable=False),
    Column("until", Double, nullable=False, index=True),
    ForeignKeyConstraint(["job", "number"], ["units.job", "units.number"]),
    sqlite_with_rowid=False,
)

#: The history, which is only added to; lines go when they are old. Nothing else refers to it.
events: Final = Table(
    "events",
    _META,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("time", Double, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("job", String(16)),
    Column("unit", BigInteger),
    Column("worker", String(128)),
    Column("detail", Text, nullable=False),  # as JSON
    Index("events_by_job", "job", "id"),
)

#: Jobs that are gone, and the last line of the history of each, until all up to that one are gone as well.
removed: Final = Table(
    "removed",
    _META,
    Column("job", String(16), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

shares: Final = Table(
    "shares",
    _META,
    Column("project", Text, primary_key=True),
    Column("weight", Double, nullable=False),
    Column("cap", BigInteger),
)


def _create(connection: Connection) -> None:
    _META.create_all(connection, tables=[table for table in _META.sorted_tables if table is not version])


#: What turns a store of version *n* into one of version *n* + 1. A step that was ever released stays as it is: what
#: changes after that is a step of its own, written without the tables above, which are those of the last version.
STEPS: Final[Sequence[Callable[[Connection], None]]] = (_create,)


def upgrade(connection: Connection, steps: Sequence[Callable[[Connection], None]] = STEPS) -> None:
    """Bring an empty or an older store up to date, within the connection's transaction.

    :raises StoreError: it belongs to a newer farm, is not a farm's, or lacks what its version has
    """
    tables = set(inspect(connection).get_table_names())
    if version.name not in tables:
        if tables:
            raise StoreError(
                f"this database is not a farm's: it has the tables {', '.join(sorted(tables)[:5])}; name an empty one"
            )
        version.create(connection)
        connection.execute(insert(version).values(version=0))
    found = connection.execute(select(version.c.version)).scalar_one()
    if found > len(steps):
        raise StoreError(
            f"the store was written by a newer farm (its version is {found}, this farm knows {len(steps)}):"
            " upgrade this farm, or go back to a backup of the store"
        )
    for step in steps[found:]:
        step(connection)
    connection.execute(update(version).values(version=len(steps)))
    _check(connection)


def _check(connection: Connection) -> None:
    """Refuse a store whose tables are not those of its version, before the first statement that would fail on it.

    :raises StoreError: the tables or columns that it lacks
    """
    found = {
        name: {each["name"] for each in columns}
        for (_, name), columns in inspect(connection).get_multi_columns().items()
    }
    lacking = [
        f"{table.name}.{column.name}"
        for table in _META.sorted_tables
        for column in table.columns
        if column.name not in found.get(table.name, ())
    ]
    if lacking:
        raise StoreError(
            f"the store lacks {', '.join(lacking[:5])}: a farm from before the first release wrote it, or somebody"
            " changed it; name an empty one, or go back to a backup"
        )
