"""What tests ask about the promises of extensions."""

from __future__ import annotations

from reelwork.effect import Extension
from reelwork.testing.promise import verdict
from reelwork.testing.promises import promises_of


def broken(cls: type[Extension]) -> set[str]:
    """The promises that a class breaks."""
    return {promise.name for promise in promises_of(cls) if verdict(promise, cls).how == "broken"}


def unkept(cls: type[Extension]) -> dict[str, str]:
    """The promises that a class does not keep, or of which nothing is known, with the reason."""
    found = {promise.name: verdict(promise, cls) for promise in promises_of(cls)}
    return {name: each.words for name, each in found.items() if each.how != "kept"}
