"""Progress: what a long piece of work tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reelwork.faults import PluginFault


class Report(Protocol):
    """What the rendering of one unit tells, from whichever process it runs in."""

    def stage(self, name: str) -> None:
        """What is being done now, in a few words, such as ``compiling kernels``."""

    def advance(self, frames: int = 1) -> None:
        """So many more frames are finished."""

    def leave_out(self, fault: PluginFault) -> None:
        """An extension failed, and is left out of a draft."""


class Progress(Report, Protocol):
    """What a whole render tells."""

    def start(self, total: int, *, done: int = 0) -> None:
        """Frames are about to be made.

        :param total: how many frames there are in all
        :param done: how many of them an earlier, interrupted render left finished
        """


class Known:
    """A :class:`Progress` that passes on what it is told; of what is left out each thing once, where it is known from.

    :param known: an extension's fault with all that is known of it
    """

    def __init__(self, progress: Progress, known: Callable[[PluginFault], PluginFault]) -> None:
        self.stage, self.start, self.advance = progress.stage, progress.start, progress.advance
        self._progress, self._known = progress, known
        self._told: set[str] = set()

    def leave_out(self, fault: PluginFault) -> None:
        """Tell of it, unless that was done."""
        if not fault.paths <= self._told:
            self._told |= fault.paths
            self._progress.leave_out(self._known(fault))


class OnePicture:
    """A :class:`Progress` of one picture, which is not counted: it says what is left out, and why it takes long."""

    def __init__(self, progress: Progress) -> None:
        self.leave_out, self._progress = progress.leave_out, progress

    def stage(self, name: str) -> None:
        """Say it, but for what all pictures go through."""
        if name != "rendering":
            self._progress.stage(name)

    def start(self, total: int, *, done: int = 0) -> None:
        """Count nothing."""

    def advance(self, frames: int = 1) -> None:
        """Count nothing."""


class Silent:
    """A :class:`Progress` that nobody watches."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def start(self, total: int, *, done: int = 0) -> None:
        """Say nothing."""

    def advance(self, frames: int = 1) -> None:
        """Say nothing."""

    def leave_out(self, fault: PluginFault) -> None:
        """Say nothing."""
