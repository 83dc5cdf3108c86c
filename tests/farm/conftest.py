from pretending import pretended_renderer
from storing import address, postgres, store

__all__ = ["address", "postgres", "pretended_renderer", "store"]
