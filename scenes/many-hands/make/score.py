"""The music, in six stems of the same length: drums, bass, chords, melody, shimmer, and the voices."""

from __future__ import annotations

from pathlib import Path

import instruments as play
import numpy as np
import percussion as hit
from sounds import save_opus
from tempo import FPS, LENGTH, seconds
from voice import sing

RATE = play.RATE
SIZE = int(LENGTH / FPS * RATE)
BIT_RATE = 96_000

#: Bass and chord of each bar from the third; the first two belong to one voice alone.
HARMONY = {
    3: ("F2", "F3 A3 C4 G4"), 4: ("C2", "E3 G3 C4 D4"), 5: ("G2", "D3 G3 B3 E4"), 6: ("A2", "E3 A3 C4 G4"),
    7: ("F2", "F3 A3 C4 D4"), 8: ("C2", "E3 G3 C4 D4"), 9: ("B1", "D3 G3 B3 D4"), 10: ("A1", "E3 A3 C4 G4"),
    11: ("F2", "F3 A3 C4 E4 G4"), 12: ("C2", "E3 G3 C4 E4"), 13: ("G1", "D3 G3 C4 D4"),
    14: ("C2", "E3 G3 C4 E4 G4"), 15: ("G1", "D3 G3 B3 D4 G4"), 16: ("A1", "E3 A3 C4 E4 A4"),
    17: ("F1", "F3 A3 C4 E4 A4"),
    18: ("D2", "F3 A3 C4 E4"), 19: ("F1", "F3 A3 C4 G4 A4"), 20: ("G1", "D3 G3 B3 E4 G4"),
    21: ("C2", "E3 G3 C4 E4 G4"), 22: ("C2", "E3 G3 D4 G4"),
}  # fmt: skip

#: The line that falls, and later rises: (bar, beat, beats, note).
FALLING = ((1, 1, 1.5, "E5"), (1, 2.5, 1.5, "D5"), (2, 0, 1.0, "B4"), (2, 1, 1, "C5"), (2, 2, 2, "A4"))
RISING = (
    (14, 0, 1, "G4"), (14, 1, 0.5, "C5"), (14, 1.5, 1.5, "E5"), (14, 3, 1, "D5"),
    (15, 0, 1.5, "B4"), (15, 1.5, 1, "D5"), (15, 2.5, 1.5, "G5"),
    (16, 0, 1, "E5"), (16, 1, 0.5, "A5"), (16, 1.5, 1.5, "G5"), (16, 3, 1, "E5"),
    (17, 0, 1.5, "C5"), (17, 1.5, 1, "F5"), (17, 2.5, 1.5, "A5"),
    (18, 0, 2, "F5"), (18, 2, 1, "E5"), (18, 3, 1, "C5"),
    (19, 0, 1, "A4"), (19, 1, 0.5, "C5"), (19, 1.5, 1.5, "F5"), (19, 3, 1, "G5"),
    (20, 0, 1.5, "B5"), (20, 1.5, 1, "A5"), (20, 2.5, 1.5, "G5"),
    (21, 0, 3, "E5"), (21, 3, 1, "D5"),
)  # fmt: skip


#: The tines while the feathers leave their places.
CLIMBING = ("C5", "D5", "E5", "G5", "A5", "C6", "D6", "E6")


class Stem:
    """Samples under way, dry, and the share of them that a hall answers."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.dry, self.far = np.zeros((2, SIZE)), np.zeros((2, SIZE))

    def add(self, sound: np.ndarray, at: float, gain: float, far: float = 0.0) -> None:
        """Add a sound at an instant, in seconds; ``far`` of it goes to the hall."""
        start = round(at * RATE)
        if start < 0:
            sound, start = sound[:, -start:], 0
        end = min(start + sound.shape[1], SIZE)
        if end > start:
            self.dry[:, start:end] += gain * sound[:, : end - start]
            self.far[:, start:end] += gain * far * sound[:, : end - start]

    def save(self, to: Path, peak: float, *, decay: float = 2.2) -> None:
        """Add the hall, fade the end and write it with this highest sample."""
        wet = play.hall(self.rng, self.far, decay=decay, damping=4200)[:, :SIZE]
        mix = self.dry + 0.6 * wet
        t = np.arange(SIZE) / RATE
        mix *= np.clip((LENGTH / FPS - t) / 0.8, 0, 1)
        save_opus(mix / np.abs(mix).max() * peak, to, BIT_RATE)


def drums(to: Path) -> None:
    """Hands, paper and clay: each new hand adds a hit, the flight has them all."""
    stem = Stem(501)
    rng = stem.rng
    for step, bar, beat in ((k, 3 + k // 4, k % 4) for k in range(16)):
        hand = step // 2  # the hand that is seen
        if beat % 2 == 0:
            stem.add(hit.boom(rng, power=0.55 + 0.04 * hand), seconds(bar, beat), 0.5, 0.15)
        if hand >= 1:
            stem.add(hit.rustle(rng, where=0.4), seconds(bar, beat + 0.5), 0.16)
        if hand >= 3 and beat % 2:
            stem.add(hit.clap(rng, hands=hand - 1), seconds(bar, beat), 0.34, 0.2)
        if hand >= 5:
            for part in (0.25, 0.75):
                stem.add(hit.rustle(rng, where=-0.3, long=0.05), seconds(bar, beat + part), 0.09)
    for k in range(8):
        stem.add(hit.tom(rng, hertz=90 + 11 * k, where=-0.6 + 0.17 * k), seconds(7, k / 2), 0.38 + 0.03 * k, 0.15)
        stem.add(hit.rim(rng, where=0.3 - 0.1 * k), seconds(7, k / 2 + 0.25), 0.12 + 0.02 * k)
    for bar in (8, 9, 10):
        stem.add(hit.boom(rng, power=0.9), seconds(bar), 0.62, 0.15)
        stem.add(hit.boom(rng, power=0.5), seconds(bar, 1.5), 0.5)
        stem.add(hit.clap(rng, hands=9), seconds(bar, 2), 0.46, 0.35)
        for k in range(8):
            stem.add(hit.rustle(rng, where=0.35 * (-1) ** k), seconds(bar, k / 2), 0.15 - 0.05 * (k % 2))
    for k in range(4):
        stem.add(hit.boom(rng, power=0.8), seconds(11, k), 0.34 + 0.05 * k, 0.2)
    for k in range(16):
        level = 0.05 + 0.32 * (k / 15) ** 1.6
        stem.add(hit.tom(rng, hertz=(82, 98, 110, 131)[k % 4], where=0.5 * np.sin(k)), seconds(13, k / 4), level, 0.2)
        if k % 2 == 0:
            stem.add(hit.clap(rng, hands=2 + k // 3), seconds(13, k / 4), level * 0.8, 0.2)
    for bar in (14, 15, 16, 17, 19, 20):
        for beat, power in ((0, 1.0), (1.5, 0.62), (2.5, 0.8)):
            stem.add(hit.boom(rng, power=power), seconds(bar, beat), 0.66, 0.12)
        for beat in (1, 3):
            stem.add(hit.clap(rng, hands=14), seconds(bar, beat), 0.56, 0.3)
        for k in range(16):
            loud = (0.17, 0.06, 0.11, 0.07)[k % 4]
            stem.add(
                hit.rustle(rng, where=0.45 * np.sin(k * 1.3), long=0.09 if k % 4 == 0 else 0.05),
                seconds(bar, k / 4),
                loud,
            )
        for beat, hertz in ((0.75, 131), (2.25, 110), (3.5, 98), (3.75, 82)):
            stem.add(hit.tom(rng, hertz=hertz, where=0.4 - beat * 0.2), seconds(bar, beat), 0.20, 0.15)
    stem.add(hit.boom(rng), seconds(18), 0.6, 0.5)
    for k in range(4):
        stem.add(hit.rim(rng, where=0.5 - 0.3 * k, pitch=1250), seconds(18, k + 0.5), 0.10, 0.5)
    stem.add(hit.boom(rng), seconds(21), 0.75, 0.5)
    stem.add(hit.clap(rng, hands=24), seconds(21), 0.6, 0.6)
    for beat in (1, 2, 3):
        stem.add(hit.clap(rng, hands=9 - 2 * beat), seconds(21, beat), 0.3 - 0.06 * beat, 0.4)
    stem.save(to, 0.7, decay=1.6)


def bass(to: Path) -> None:
    """A plucked string that walks, and a bow under the flight."""
    stem = Stem(511)
    for bar, (low, _) in HARMONY.items():
        hertz = play.pitch(low) * (2 if bar < 8 else 1)
        if bar <= 7:
            beats = ((0, 1.4, 1.0), (2, 1.4, 0.8)) if bar > 3 else ((2, 1.6, 0.7),)
        elif bar in (11, 12, 13, 18, 21, 22):
            beats = ((0, 3.6, 1.0),)
        else:
            beats = ((0, 0.9, 1.0), (1.5, 0.7, 0.75), (2.5, 0.6, 0.9), (3.5, 0.45, 0.6))
        for k, (beat, length, power) in enumerate(beats):
            pitch = hertz * (1.5 if k == 3 else 1)
            long = seconds(bar, beat + length) - seconds(bar, beat)
            stem.add(hit.pluck(stem.rng, pitch * 2, long, bright=0.35), seconds(bar, beat), 0.6 * power)
            stem.add(hit.pluck(stem.rng, pitch, long, bright=0.2), seconds(bar, beat), 0.55 * power)
        if bar >= 11:
            long = seconds(bar, 4) - seconds(bar) if bar < 22 else 2.6
            stem.add(play.bass(stem.rng, hertz, long), seconds(bar), 0.20 if bar in (12, 13, 18) else 0.14)
    stem.save(to, 0.7, decay=1.0)


def chords(to: Path) -> None:
    """A felt piano that breaks the chords, strings that come with the remixes and rise with the bird."""
    stem = Stem(521)
    for bar, (_, chord) in HARMONY.items():
        notes = chord.split()
        long = seconds(bar, 4) - seconds(bar) if bar < 22 else 2.6
        power = {3: 0.5, 4: 0.55, 5: 0.6, 6: 0.7, 7: 0.8, 12: 0.55, 13: 0.7, 18: 0.5, 22: 0.5}.get(
            bar, 0.8 if bar < 14 else 1.0
        )
        if bar < 14 or bar in (18, 22):
            for k in range(8 if bar < 22 else 4):
                note = notes[(0, 2, 1, 3, 2, 0, 3, 1)[k] % len(notes)]
                stem.add(
                    play.felt_piano(stem.rng, play.pitch(note), 0.5, velocity=0.34 + 0.22 * power, where=-0.25),
                    seconds(bar, k / 2),
                    0.26,
                    0.3,
                )
        else:
            for beat in (0, 1.5, 2.5):
                for note in notes:
                    stem.add(
                        play.felt_piano(stem.rng, play.pitch(note), 0.5, velocity=0.62, where=-0.2),
                        seconds(bar, beat),
                        0.19,
                        0.25,
                    )
        if bar >= 8:
            for note in notes:
                lead = 0.25
                sound = play.strings(stem.rng, play.pitch(note), long + lead, bright=0.25 + 0.4 * power, attack=0.5)
                stem.add(sound, seconds(bar) - lead, 0.20 * power, 0.5)
                if bar in (14, 15, 16, 17, 19, 20, 21):
                    stem.add(
                        play.strings(stem.rng, play.pitch(note) * 2, long, bright=0.7, attack=0.4),
                        seconds(bar),
                        0.06,
                        0.6,
                    )
    stem.save(to, 0.7)


def melody(to: Path) -> None:
    """Tines: one note for the feather that falls; more with each hand; the line that rises with the bird."""
    stem = Stem(531)
    rng = stem.rng
    for bar, beat, _, note in FALLING:
        stem.add(play.kalimba(rng, play.pitch(note), velocity=0.6), seconds(bar, beat), 0.34, 0.7)
    steps = ["A4", "C5", "G4", "D5", "B4", "E5", "C5", "G5"]
    for step in range(16):
        hand, bar, beat = step // 2, 3 + step // 4, step % 4
        for k in range(1 + min(hand, 3)):
            note = play.pitch(steps[(hand + k * 2) % 8])
            stem.add(
                play.kalimba(rng, note, velocity=0.5 + 0.03 * hand, where=0.6 * np.sin(hand * 1.9)),
                seconds(bar, beat + k / 4),
                0.24,
                0.4,
            )
    for k in range(16):
        stem.add(
            play.kalimba(
                rng,
                play.pitch(["F4", "A4", "C5", "D5", "G4", "B4", "D5", "G5"][k % 8]) * (1 + (k >= 8)),
                velocity=0.5 + 0.02 * k,
                where=np.sin(k),
            ),
            seconds(7, k / 4),
            0.17,
            0.3,
        )
    for bar, pair in ((8, "C5 E5 G5 D6"), (9, "B4 D5 G5 D6"), (10, "A4 C5 E5 C6")):
        for k, note in enumerate(pair.split()):
            stem.add(
                play.kalimba(rng, play.pitch(note), velocity=0.55, where=-0.5 + 0.3 * k),
                seconds(bar, (0, 0.5, 1, 2)[k]),
                0.30 + 0.08 * (k == 3),
                0.6,
            )
            stem.add(
                play.felt_piano(rng, play.pitch(note), 0.8, velocity=0.5, where=0.3),
                seconds(bar, (0, 0.5, 1, 2)[k]),
                0.16,
                0.5,
            )
    for k in range(8):
        stem.add(
            play.kalimba(rng, play.pitch(CLIMBING[k]), velocity=0.45, where=-0.7 + 0.2 * k),
            seconds(12, k / 2),
            0.22,
            0.6,
        )
    for bar, beat, beats, note in RISING:
        long = seconds(bar, beat + beats) - seconds(bar, beat)
        for shift, gain in ((1, 0.30), (2, 0.10)):
            stem.add(
                play.kalimba(rng, play.pitch(note) * shift, velocity=0.6, where=0.15), seconds(bar, beat), gain, 0.5
            )
        stem.add(play.felt_piano(rng, play.pitch(note), long, velocity=0.75, where=-0.1), seconds(bar, beat), 0.34, 0.4)
        stem.add(
            play.strings(rng, play.pitch(note), long, bright=0.9, attack=0.12, release=0.5),
            seconds(bar, beat),
            0.16,
            0.5,
        )
    for beat, note in ((0, "E5"), (1, "D5"), (2, "B4"), (3, "C5")):
        stem.add(play.kalimba(rng, play.pitch(note), velocity=0.5), seconds(22, beat), 0.30, 0.9)
    stem.save(to, 0.7, decay=2.8)


def shimmer(to: Path) -> None:
    """Air and glitter: cymbals that swell into the turns of the story, high glass over the wing and the night."""
    stem = Stem(541)
    rng = stem.rng
    for bar, length, gain in (
        (3, 1.4, 0.10),
        (8, 2.4, 0.24),
        (11, 1.2, 0.12),
        (14, 2.5, 0.30),
        (16, 1.2, 0.14),
        (19, 1.6, 0.2),
        (21, 1.4, 0.18),
    ):
        stem.add(play.swell(rng, length), seconds(bar) - length, gain, 0.4)
    glass = [play.pitch(n) * 2 for n in ["C5", "D5", "E5", "G5", "A5", "C6"]]
    for k in range(46):
        at = seconds(12) + (seconds(14) - seconds(12)) * k / 46
        stem.add(
            play.kalimba(rng, glass[int(rng.integers(0, 6))], velocity=0.3, where=rng.uniform(-1, 1)),
            at,
            0.02 + 0.045 * k / 46,
            0.9,
        )
    for _ in range(34):
        stem.add(
            play.kalimba(rng, glass[int(rng.integers(0, 6))] * 2, velocity=0.3, where=rng.uniform(-1, 1)),
            seconds(18) + 2.4 * rng.random(),
            0.035,
            1.0,
        )
    t = play.seconds(LENGTH / FPS)[:SIZE]
    f = np.fft.rfftfreq(SIZE, 1 / RATE)
    for side in (0, 1):
        noise = np.fft.rfft(rng.standard_normal(SIZE)) * np.exp(-((np.log2(np.maximum(f, 1) / 700) / 1.3) ** 2))
        air = np.fft.irfft(noise, SIZE)
        level = np.interp(
            t,
            [0, 1, 5.5, 6.5, seconds(14), seconds(14) + 0.5, seconds(18), seconds(21), seconds(22)],
            [0, 0.5, 0.5, 0.12, 0.1, 0.7, 0.8, 0.4, 0.3],
        )
        gust = 0.6 + 0.4 * np.sin(2 * np.pi * 0.21 * t + side)
        stem.dry[side] += air / np.abs(air).max() * level * gust * 0.10
    stem.save(to, 0.5, decay=3.4)


def voices(to: Path) -> None:
    """One voice sings the line that falls; a choir joins with the remixes, and flies; at the end it is one again."""
    stem = Stem(551)
    rng = stem.rng

    def add(
        line: list[tuple[float, float, str]], vowels: tuple[str, str], gain: float, far: float, **how: float
    ) -> None:
        begin, sound = sing(rng, [(at, length, play.pitch(note)) for at, length, note in line], vowels, **how)
        stem.add(sound, begin, gain, far)

    def timed(line: tuple[tuple[int, float, float, str], ...]) -> list[tuple[float, float, str]]:
        return [
            (seconds(bar, beat), seconds(bar, beat + beats) - seconds(bar, beat) - 0.04, note)
            for bar, beat, beats, note in line
        ]

    add(timed(FALLING), ("mm", "oo"), 0.30, 0.9, breath=0.05)
    for bar in (8, 9, 10, 11, 12, 13):
        notes = HARMONY[bar][1].split()
        for k, note in enumerate(notes[-3:]):
            for singer in range(2):
                long = seconds(bar, 4) - seconds(bar) - 0.05
                add(
                    [(seconds(bar), long, note)],
                    ("mm", "oo" if bar < 11 else "oh"),
                    0.050 + 0.012 * (bar - 8),
                    0.8,
                    where=-0.7 + 0.5 * k + 0.2 * singer,
                    cents=rng.normal(0, 7),
                )
    for bar in (14, 15, 16, 17, 19, 20, 21):
        notes = HARMONY[bar][1].split()
        for k, note in enumerate(notes):
            for singer in range(2):
                long = seconds(bar, 4) - seconds(bar) - 0.05
                add(
                    [(seconds(bar), long, note)],
                    ("oh", "ah"),
                    0.085,
                    0.8,
                    where=-0.8 + 0.35 * k + 0.2 * singer,
                    cents=rng.normal(0, 8),
                )
    for singer in range(3):
        add(timed(RISING[:14]), ("oh", "ah"), 0.10, 0.7, where=-0.4 + 0.4 * singer, cents=rng.normal(0, 7))
        add(timed(RISING[17:]), ("oh", "ah"), 0.11, 0.7, where=-0.4 + 0.4 * singer, cents=rng.normal(0, 7))
    for k, note in enumerate(HARMONY[18][1].split()[1:]):
        add([(seconds(18), 2.4, note)], ("mm", "oo"), 0.09, 1.0, where=-0.5 + 0.5 * k)
    add(
        timed(((22, 0, 1, "E5"), (22, 1, 1, "D5"), (22, 2, 1, "B4"), (22, 3, 1.4, "C5"))),
        ("oo", "oo"),
        0.26,
        1.0,
        breath=0.05,
    )
    stem.save(to, 0.7, decay=3.0)
