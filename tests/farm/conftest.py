from machines import machine
from pretending import pretended_renderer
from storing import address, postgres, store

__all__ = ["address", "machine", "postgres", "pretended_renderer", "store"]
