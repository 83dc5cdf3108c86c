"""The sounds of English that the poem needs: where formants lie, how long each lasts, what noise it makes.

Vowels: women's averages of Peterson and Barney (*Control methods used in a study of the vowels*, JASA 24, 1952).
Consonants: the table of Klatt (*Software for a cascade/parallel formant synthesizer*, JASA 67, 1980), a man's, raised
by 10 % in the first formant and 17 % above. Loci: Sussman, McCaffery and Matthews (*An investigation of locus
equations*, JASA 90, 1991). Peaks of fricatives: Jongman, Wayland and Wong (*Acoustic characteristics of English
fricatives*, JASA 108, 2000). Voice onset times: Lisker and Abramson (*A cross-language study of voicing in initial
stops*, Word 20, 1964). Lengths: Klatt (*Linguistic uses of segmental duration in English*, JASA 59, 1976).
"""

from __future__ import annotations

from dataclasses import dataclass

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Phone:
    """What a sound aims at. Frequencies and bandwidths in Hz, lengths in s, levels from 0 to 1."""

    formants: Triple
    widths: Triple
    length: float = 0.0
    voicing: float = 1.0
    breath: float = 0.3
    #: How long formants take to leave its edge.
    glide: float = 0.06
    #: The second formant at its edge is slope × that of the vowel + offset.
    locus: tuple[float, float] | None = None
    nasal: bool = False
    #: Of a nasal: the zero while the mouth is shut, in Hz.
    zero: float = 0.0
    #: Of a noise: how loud, and its poles (Hz, bandwidth, weight).
    noise: float = 0.0
    poles: tuple[tuple[float, float, float], ...] = ()
    stop: bool = False
    #: Of a stop: how long after its release the voice begins.
    onset: float = 0.0
    #: Of a diphthong: what it goes to.
    to: str = ""


LABIAL, DENTAL, ALVEOLAR, VELAR = (0.87, 106.0), (0.60, 720.0), (0.43, 1073.0), (0.93, 350.0)

_S = ((5600.0, 1300.0, 0.5), (7300.0, 1700.0, 1.0), (9800.0, 2600.0, 0.5))
_F = ((1500.0, 1400.0, 0.6), (4300.0, 3600.0, 0.8), (8200.0, 5200.0, 0.7))
_T = ((3900.0, 1100.0, 0.8), (6600.0, 2400.0, 1.0))

PHONES = {
    "IY": Phone((310, 2790, 3310), (65, 130, 260)),
    "IH": Phone((430, 2480, 3070), (65, 120, 200)),
    "EH": Phone((660, 2180, 2980), (75, 110, 180)),
    "AE": Phone((860, 2050, 2850), (140, 130, 200)),
    "AA": Phone((850, 1220, 2810), (130, 110, 170)),
    "AO": Phone((640, 960, 2710), (90, 90, 150)),
    "AH": Phone((730, 1440, 2780), (110, 110, 160)),
    "AX": Phone((600, 1500, 2750), (85, 110, 170)),
    "ER": Phone((500, 1640, 1960), (75, 100, 120)),
    "AY": Phone((850, 1330, 2770), (120, 100, 170), to="IH"),
    "W": Phone((310, 620, 2350), (60, 90, 110), 0.10, 0.62, glide=0.10),
    "L": Phone((350, 1180, 3370), (60, 110, 280), 0.085, 0.62, glide=0.05),
    "EL": Phone((470, 920, 3000), (70, 90, 200), 0.10, 0.80, glide=0.11),
    "R": Phone((350, 1240, 1640), (75, 105, 125), 0.075, 0.72, glide=0.09),
    "M": Phone((520, 1350, 2490), (50, 200, 220), 0.120, 0.85, glide=0.05, locus=LABIAL, nasal=True, zero=520.0),
    "N": Phone((520, 1600, 2890), (50, 280, 300), 0.095, 0.85, glide=0.05, locus=ALVEOLAR, nasal=True, zero=520.0),
    "F": Phone((370, 1290, 2430), (220, 150, 180), 0.115, 0.0, 0.05, 0.07, LABIAL, noise=0.0055, poles=_F),
    "DH": Phone((300, 1510, 2970), (80, 110, 190), 0.052, 0.26, 0.05, 0.065, DENTAL, noise=0.003, poles=_F),
    "S": Phone((370, 1630, 2960), (220, 110, 220), 0.10, 0.0, 0.05, 0.065, ALVEOLAR, noise=0.022, poles=_S),
    "Z": Phone((270, 1630, 2960), (90, 100, 200), 0.085, 0.25, 0.05, 0.065, ALVEOLAR, noise=0.017, poles=_S),
    "T": Phone(
        (380, 1870, 3040), (280, 140, 250), 0.065, 0.0, 0.0, 0.075, ALVEOLAR, False, 0.0, 0.045, _T, True, 0.065
    ),
    "D": Phone(
        (230, 1870, 3040), (90, 140, 250), 0.060, 0.22, 0.0, 0.075, ALVEOLAR, False, 0.0, 0.022, _T, True, 0.014
    ),
    "K": Phone(
        (350, 2000, 2900), (260, 180, 330), 0.065, 0.0, 0.0, 0.085, VELAR, False, 0.0, 0.060, (), stop=True, onset=0.070
    ),
    "P": Phone(
        (400, 1150, 2500), (300, 160, 240), 0.070, 0.0, 0.0, 0.07, LABIAL, False, 0.0, 0.018,
        ((900.0, 700.0, 1.0), (2600.0, 2000.0, 0.5)), stop=True, onset=0.055,
    ),
}  # fmt: skip

VOWELS = frozenset({"IY", "IH", "EH", "AE", "AA", "AO", "AH", "AX", "ER", "AY"})
