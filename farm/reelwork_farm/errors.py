"""The farm's errors: what is wrong with a farm, and what to do about it."""

from __future__ import annotations

from reelwork.errors import RemoteError


class FarmError(RemoteError):
    """The farm cannot do what was asked; the message says why and what to do."""


class Unreachable(FarmError):
    """Nobody answers at the farm's address, or the connection was lost on the way; it may be back soon."""


class UnknownWorker(FarmError):
    """The farm does not know the worker, or gave it up for lost; it may register again."""


class NotFound(FarmError):
    """The farm has no such job or unit."""


class Refused(FarmError):
    """What was asked for may not happen in the state that the job or the unit is in."""


class StoreError(FarmError):
    """The store cannot be opened, read or written; nothing that was being changed is changed."""
