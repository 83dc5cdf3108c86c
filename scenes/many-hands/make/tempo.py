"""The tempo map: how many frames each beat lasts, so that every beat is a cut and every cut a beat."""

from __future__ import annotations

from itertools import accumulate

FPS = 24
#: Frames of each beat, four to a bar: 80 beats a minute, quicker from bar 5, 96 from bar 8, slower at the end.
BEATS = [18] * 16 + [17] * 4 + [16] * 8 + [15] * 56 + [16, 17, 18, 20]
STARTS = [0, *accumulate(BEATS)]
#: The last beat rings for as long as this.
LENGTH = STARTS[-1] + 24


def frame(bar: int, beat: float = 0.0) -> int:
    """The frame on which a beat falls; bars count from 1, beats from 0, parts of beats go to the nearest frame."""
    return round(seconds(bar, beat) * FPS)


def seconds(bar: int, beat: float = 0.0) -> float:
    """The instant of a beat; parts of it are in proportion."""
    place = (bar - 1) * 4 + beat
    whole = min(int(place), len(BEATS) - 1)
    return (STARTS[whole] + (place - whole) * BEATS[whole]) / FPS


if __name__ == "__main__":
    for number in range(1, len(BEATS) // 4 + 1):
        print(f"bar {number:2}: frame {frame(number):4}, beats of {BEATS[4 * number - 4 : 4 * number]}")
    print(f"end: frame {LENGTH}, {LENGTH / FPS:.2f} s")
