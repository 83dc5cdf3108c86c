"""The five lines of the poem, each said by another voice while it stands on screen, in the beat of its bar."""

from __future__ import annotations

from pathlib import Path

import atelier  # noqa: F401 - the modules below need it
import numpy as np
from klatt import Track
from prosody import Speaker, Syllable
from sounds import save_opus
from speech import say
from tempo import seconds

#: How long before its bar each file begins, in s: 15 frames.
LEAD = 0.625
SPEAKERS = {
    "fledge": Speaker(138.0, 1.0),
    "nib": Speaker(92.0, 1.14),
    "gouge": Speaker(80.0, 1.18),
    "gleaner": Speaker(140.0, 0.98),
    "descant": Speaker(132.0, 1.03),
}
Plan = tuple[tuple[str, float, float, float], ...]
#: Of each line: its bar, and its syllables: phones, beat of the vowel, beat of the end, stress.
LINES: dict[str, tuple[int, str, Plan]] = {
    "spoken-1": (2, "fledge", (
        ("W AH N", 0.45, 2, 0.9), ("F EH", 1.00, 2, 1.0), ("DH ER", 1.35, 2, 0.1), ("F AO EL Z", 2.0, 2.95, 0.9),
    )),
    "spoken-2": (8, "nib", (
        ("AX", 0.25, 1, 0.0), ("L AY N", 0.62, 2, 1.0), ("AE S K S", 1.22, 2, 0.8), ("AX", 2.0, 3, 0.0),
        ("K AH", 2.38, 3, 1.0), ("L ER", 2.75, 3.25, 0.1),
    )),
    "spoken-3": (9, "gouge", (
        ("AX", 0.2, 1, 0.0), ("K AH T", 0.62, 1.08, 1.0), ("AE S K S", 1.18, 2, 0.8), ("AX", 1.98, 3, 0.0),
        ("D AA T", 2.28, 2.95, 1.0),
    )),
    "spoken-4": (10, "gleaner", (
        ("AX", -0.1, 1, 0.0), ("S K R AE P", 0.52, 1.08, 1.0), ("AE S K S", 1.18, 2, 0.8), ("DH EH M", 1.96, 2.5, 0.3),
        ("AO EL", 2.42, 3.2, 1.0),
    )),
    "spoken-5": (20, "descant", (
        ("M EH", 0.5, 2, 0.8), ("N IY", 0.9, 2, 0.2), ("F EH", 1.5, 2, 0.9), ("DH ER Z", 2.0, 4, 0.1),
        ("F L AY", 2.85, 3.65, 1.0),
    )),
}  # fmt: skip


def line(name: str) -> list[Syllable]:
    """The syllables of a line, with seconds counted from its bar."""
    bar, _, plan = LINES[name]
    origin = seconds(bar)

    def at(beat: float) -> float:
        return (seconds(bar, beat) if beat >= 0 else origin + beat * (origin - seconds(bar - 1, 3))) - origin

    return [Syllable(phones, at(beat), at(end), stress) for phones, beat, end, stress in plan]


def spoken(name: str, *, seed: int = 0, speaker: Speaker | None = None) -> Track:
    """The samples of a line, mono."""
    rng = np.random.default_rng(700 + 10 * list(LINES).index(name) + 1000 * seed)
    return say(rng, line(name), speaker or SPEAKERS[LINES[name][1]], lead=LEAD)


def recite(name: str, to: Path) -> None:
    """Write one line as Opus."""
    save_opus(spoken(name)[None], to, 64_000)
