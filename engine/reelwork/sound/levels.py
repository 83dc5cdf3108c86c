"""Levels: a mix passes through unchanged, how loud it was and how high it peaked is known afterwards.

Loudness is the integrated loudness of ITU-R BS.1770-5, Annex 1: K-weighting, blocks of 400 ms that overlap by three
quarters, gated at -70 LUFS and at 10 LU below the mean of what is left. The peak is the true peak of its Annex 2,
measured four times as densely as the samples lie. Both are shown to people and reach no sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from reelwork.sound.gains import RATE
from reelwork.sound.mix import Block

_STEP: Final = RATE // 10  # the gating blocks begin every 100 ms, and four steps make one
# The two stages of K-weighting at 48 kHz, BS.1770-5, tables 1 and 2: numerators and denominators.
_SHELF: Final = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
_HIGH_PASS: Final = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
# Both stages' response has died away to 1e-17 by then, so that they can be one convolution.
_TAPS: Final = 8192
_TRANSFORM: Final = 65_536
_NEIGHBOURS: Final = 12  # samples on either side that an oversampled one is made of


@dataclass(frozen=True)
class Levels:
    """How loud a mix was.

    :param loudness: integrated, in LUFS; ``None`` where nothing lay above the gate
    :param true_peak: in dBTP, 0 being full scale; ``None`` for silence
    """

    loudness: float | None
    true_peak: float | None


class Meter:
    """Measures the blocks of one mix as they pass."""

    def __init__(self) -> None:
        self._energies: list[float] = []
        self._peak = 0.0
        self._waiting = np.zeros((2, 0))
        self._before = np.zeros((2, _TAPS - 1))
        self._peak_before = np.zeros((2, 2 * _NEIGHBOURS))
        self._response = np.fft.rfft(_impulse_response(), _TRANSFORM)
        self._phases = _phases()

    def through(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """The same blocks, measured."""
        for block in blocks:
            self._measure(block)
            yield block
        self._measure_peak(np.zeros((2, _NEIGHBOURS)))

    def levels(self) -> Levels:
        """The levels of all that has passed."""
        blocks = np.convolve(self._energies, np.full(4, 0.25), "valid") if len(self._energies) >= 4 else np.zeros(0)
        loud = blocks[blocks > _energy(-70.0)]
        if loud.size:
            loud = loud[loud > loud.mean() * 0.1]
        peak = 20.0 * math.log10(self._peak) if self._peak > 0.0 else None
        return Levels(-0.691 + 10.0 * math.log10(loud.mean()) if loud.size else None, peak)

    def _measure(self, block: Block) -> None:
        self._measure_peak(block)
        self._waiting = np.concatenate([self._waiting, block], axis=1)
        most = (_TRANSFORM - _TAPS + 1) // _STEP * _STEP
        while self._waiting.shape[1] >= _STEP:
            count = min(self._waiting.shape[1] // _STEP * _STEP, most)
            heard, self._waiting = self._waiting[:, :count], self._waiting[:, count:]
            whole = np.concatenate([self._before, heard], axis=1)
            self._before = whole[:, -(_TAPS - 1) :]
            filtered = np.fft.irfft(np.fft.rfft(whole, _TRANSFORM) * self._response, _TRANSFORM)
            squares = filtered[:, _TAPS - 1 : _TAPS - 1 + count] ** 2
            self._energies.extend(squares.sum(axis=0).reshape(-1, _STEP).mean(axis=1).tolist())

    def _measure_peak(self, block: npt.NDArray[np.floating]) -> None:
        whole = np.concatenate([self._peak_before, block], axis=1)
        self._peak_before = whole[:, -2 * _NEIGHBOURS :]
        for channel in whole:
            for phase in self._phases:
                between = np.convolve(channel, phase, "valid")
                if between.size:
                    self._peak = max(self._peak, float(np.abs(between).max()))


def _energy(loudness: float) -> float:
    return float(10.0 ** ((loudness + 0.691) / 10.0))


def _impulse_response() -> npt.NDArray[np.float64]:
    """What the two stages make of a single 1."""
    response = np.zeros(_TAPS)
    response[0] = 1.0
    for (b0, b1, b2), (a1, a2) in (_SHELF, _HIGH_PASS):
        x1 = x2 = y1 = y2 = 0.0
        for index, x in enumerate(response.tolist()):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            response[index] = y
            x2, x1, y2, y1 = x1, x, y1, y
    return response


def _phases() -> list[npt.NDArray[np.float64]]:
    """Four filters, each of which gives the signal a quarter of a sample further on: a sinc under a Kaiser window."""
    window = np.kaiser(8 * _NEIGHBOURS + 1, 7.0)
    phases = []
    for quarter in range(4):
        offsets = np.arange(-_NEIGHBOURS, _NEIGHBOURS + 1) + quarter / 4.0
        inside = np.abs(offsets) <= _NEIGHBOURS
        taps = np.sinc(offsets) * np.interp(offsets, np.linspace(-_NEIGHBOURS, _NEIGHBOURS, window.size), window)
        taps = np.where(inside, taps, 0.0)
        phases.append(taps / taps.sum())
    return phases
