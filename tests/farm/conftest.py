from buckets import _buckets, buckets
from employing import bundle
from machines import machine
from pretending import pretended_renderer
from storing import address, postgres, store

__all__ = ["_buckets", "address", "buckets", "bundle", "machine", "postgres", "pretended_renderer", "store"]
