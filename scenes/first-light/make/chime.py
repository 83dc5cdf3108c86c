"""Plays the chime of ``scenes/hello`` and writes the digests of that scene's records."""

from __future__ import annotations

from pathlib import Path

import instruments as play
import numpy as np
from digests import write_digests
from sounds import save_flac

HELLO = Path(__file__).resolve().parents[2] / "hello" / "catalogue"


def chime(to: Path) -> None:
    """Three tines, one after the other, that ring together for two seconds."""
    rng = np.random.default_rng(503)
    mix = np.zeros((2, 2 * play.RATE))
    for at, note, where in ((0.1, "D5", -0.4), (0.3, "A5", 0.0), (0.5, "F#6", 0.4)):
        sound = play.kalimba(rng, play.pitch(note), velocity=0.6, where=where)
        start = int(at * play.RATE)
        mix[:, start:] += sound[:, : mix.shape[1] - start]
    mix += 0.35 * play.hall(rng, mix, decay=1.4)[:, : mix.shape[1]]
    save_flac(0.6 * mix / np.abs(mix).max(), rng, to)


if __name__ == "__main__":
    chime(HELLO / "media" / "chime.flac")
    write_digests(HELLO)
