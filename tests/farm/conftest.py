from buckets import _buckets, buckets
from machines import machine
from pretending import pretended_renderer
from storing import address, postgres, store

__all__ = ["_buckets", "address", "buckets", "machine", "postgres", "pretended_renderer", "store"]
