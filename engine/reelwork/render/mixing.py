"""The sound of a production: voices go in, mixed blocks come out; mixed by a worker where a plugin may crash it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.extensions import Registry
from reelwork.extensions.names import OWN
from reelwork.folders import work
from reelwork.graph.classes import classes
from reelwork.media.sound.source import AudioSource
from reelwork.render.job import Job, Piece, Renderer, Segment, Unit
from reelwork.render.local import LocalDispatcher
from reelwork.render.progress import Report, Silent
from reelwork.sound.gains import RATE
from reelwork.sound.mix import mix
from reelwork.sound.plan import Part
from reelwork.sound_effect import SoundEffect

Blocks = Iterator[npt.NDArray[np.float32]]

_CHANNELS: Final = 2


def mixed(voices: tuple[Part, ...], start: Fraction, duration: Fraction, known: Registry | None = None) -> Blocks:
    """The sound of a stretch of the graph's root, 48,000 Hz stereo, in blocks of a second.

    :param known: the plugins; with it, what has sound effects of strangers is mixed by a worker, and waits for that
    :raises PluginFault: a sound effect fails
    """
    if known is not None and _has_strangers(voices, known):
        return _mixed_apart(voices, start, duration)
    return mix(voices, duration, start=start, opener=AudioSource)


def _has_strangers(voices: tuple[Part, ...], known: Registry) -> bool:
    used = (cls for cls in classes(voices) if issubclass(cls, SoundEffect))
    return any(known.origins.get(cls, OWN).partition(" ")[0] != OWN for cls in used)


@dataclass(frozen=True)
class MixJob:
    """Makes what mixes sound into a file of plain samples, left and right in turn."""

    voices: tuple[Part, ...]
    start: Fraction
    duration: Fraction
    to: Path

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _Mixing(self)


@dataclass(frozen=True)
class _Mixing:
    job: MixJob

    def render(self, unit: Unit, report: Report) -> Segment:
        with self.job.to.open("wb") as file:
            for block in mixed(self.job.voices, self.job.start, self.job.duration):
                file.write(np.ascontiguousarray(block.T).tobytes())
        return Segment(unit, self.job.to, unit.key)


def _mixed_apart(voices: tuple[Part, ...], start: Fraction, duration: Fraction) -> Blocks:
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        job = MixJob(voices, start, duration, Path(folder) / "mix")
        with contextlib.closing(LocalDispatcher(1).run(Job((Piece(0, 0, 1, "", "the sound"),), job), Silent())) as made:
            for _ in made:
                pass
        with job.to.open("rb") as file:
            while data := file.read(RATE * _CHANNELS * 4):
                yield np.ascontiguousarray(np.frombuffer(data, np.float32).reshape(-1, _CHANNELS).T)
