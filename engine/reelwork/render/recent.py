"""What was used last: values go in under their keys, and stay as long as there is room for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """What was used last, up to so many bytes, and always the one that was used last.

    :param slim: makes a value smaller that there is no room for, if it can
    :param parting: told of whatever there is no room for even so
    """

    def __init__(
        self,
        budget: int,
        weigh: Callable[[V], int],
        *,
        slim: Callable[[K, V], None] = lambda key, value: None,
        parting: Callable[[K, V], None] = lambda key, value: None,
    ) -> None:
        self._budget = budget
        self._weigh = weigh
        self._slim = slim
        self._parting = parting
        self._held: OrderedDict[K, V] = OrderedDict()

    def __iter__(self) -> Iterator[V]:
        return iter(self._held.values())

    def drop(self, chosen: Callable[[K, V], bool]) -> list[V]:
        """Let some values go, and give them back."""
        return [self._held.pop(key) for key in [key for key, value in self._held.items() if chosen(key, value)]]

    def allow(self, budget: int) -> None:
        """From now on hold so many bytes at most."""
        self._budget = budget
        self._part()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value for a key, made if it is not there."""
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = make()
            self._part()
        self._held.move_to_end(key)
        return found

    def _part(self) -> None:
        weights = {key: self._weigh(value) for key, value in self._held.items()}
        over = sum(weights.values()) - self._budget
        others = list(weights)[:-1]
        for key in others if self._budget else ():
            if over <= 0:
                return
            self._slim(key, self._held[key])
            over += (lighter := self._weigh(self._held[key])) - weights[key]
            weights[key] = lighter
        for key in others:
            if over <= 0:
                return
            over -= weights[key]
            self._parting(key, self._held.pop(key))
