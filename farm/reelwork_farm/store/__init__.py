"""The farm's store: what must never be lost, in SQLite or PostgreSQL."""

from reelwork_farm.store.store import Store, open_store

__all__ = ["Store", "open_store"]
