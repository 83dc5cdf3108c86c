"""Progress: what a long piece of work tells whoever watches it."""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    """What the rendering of one unit tells, from whichever process it runs in."""

    def stage(self, name: str) -> None:
        """What is being done now, in a few words, such as ``compiling kernels``."""

    def advance(self, frames: int = 1) -> None:
        """So many more frames are finished."""


class Progress(Report, Protocol):
    """What a whole render tells."""

    def start(self, total: int, *, done: int = 0) -> None:
        """Frames are about to be made.

        :param total: how many frames there are in all
        :param done: how many of them an earlier, interrupted render left finished
        """


class Silent:
    """A :class:`Progress` that nobody watches."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def start(self, total: int, *, done: int = 0) -> None:
        """Say nothing."""

    def advance(self, frames: int = 1) -> None:
        """Say nothing."""
