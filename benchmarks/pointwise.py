"""Point effects on a 1080p frame: which are measured, with which parameters, and what each may cost.

Frames go through them in strips that stay in the processor's caches, as in a render, where strips go from one effect to
the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reelwork.effect import PointEffect
from reelwork.extensions import registry
from reelwork.values import Colour, File

#: Milliseconds that a frame may take, by what an effect does.
LIMITS: Final = {"arithmetic": 1.5, "powers": 10.0, "cube": 25.0}
#: What three effects in one pass may cost of what they cost alone.
FUSED_LIMIT: Final = 0.7
_CURVE: Final = ((0.0, 0.1), (0.5, 0.6), (1.0, 0.9))


@dataclass(frozen=True)
class Case:
    """One effect.

    :param does: ``arithmetic``, ``powers`` (or logarithms; display-encoded values take some), or ``cube``, which is a
        lookup table of three dimensions
    :param file: whether it reads one, a LUT of 33 colours along each side
    """

    does: str
    effect: str
    parameters: Mapping[str, Any]
    file: bool = False


CASES: Final[Mapping[str, Case]] = {
    "exposure": Case("arithmetic", "exposure", {"stops": 0.5}),
    "white balance by temperature": Case("arithmetic", "white-balance", {"temperature": 4000.0}),
    "white balance by a grey": Case("arithmetic", "white-balance", {"grey": Colour(0.7, 0.6, 0.5)}),
    "channel mixer": Case("arithmetic", "channel-mixer", {"red": (0.9, 0.1, 0.0)}),
    "tint": Case("arithmetic", "tint", {}),
    "vignette": Case("arithmetic", "vignette", {}),
    "grade: exposure, saturation": Case("arithmetic", "grade", {"exposure": 0.5, "saturation": 1.2}),
    "cdl: slope, saturation": Case("arithmetic", "cdl", {"slope": 1.2, "saturation": 1.2}),
    "tone map: filmic": Case("arithmetic", "tone-map", {"curve": "filmic"}),
    "tone map: reinhard": Case("arithmetic", "tone-map", {"curve": "reinhard"}),
    "tone map: aces": Case("arithmetic", "tone-map", {"curve": "aces"}),
    "colour space: a matrix": Case("arithmetic", "colour-space", {"to": "ACEScg"}),
    "remap": Case("arithmetic", "remap", {"low": 0.1, "high": 0.9, "clamp": True}),
    "grade: contrast": Case("powers", "grade", {"contrast": 1.2}),
    "grade: gamma": Case("powers", "grade", {"gamma": 1.2}),
    "grade: contrast, gamma": Case("powers", "grade", {"contrast": 1.2, "gamma": 1.2}),
    "cdl: power": Case("powers", "cdl", {"power": 1.1}),
    "invert": Case("powers", "invert", {}),
    "threshold": Case("powers", "threshold", {}),
    "posterise": Case("powers", "posterise", {}),
    "dither": Case("powers", "dither", {}),
    "black and white": Case("powers", "black-and-white", {}),
    "gradient map": Case("powers", "gradient-map", {}),
    "colour balance": Case("powers", "colour-balance", {"shadows": (0.1, 0.0, -0.1)}),
    "hue and saturation": Case("powers", "hue-saturation", {"hue": 20.0, "saturation": 1.3}),
    "levels": Case("powers", "levels", {"black": 0.1, "white": 0.9}),
    "levels: gamma": Case("powers", "levels", {"gamma": 1.2}),
    "curves: of all channels": Case("powers", "curves", {"rgb": _CURVE}),
    "curves: of each channel": Case("powers", "curves", {"red": _CURVE, "green": _CURVE, "blue": _CURVE}),
    "colour space: a logarithm": Case("powers", "colour-space", {"to": "ARRI LogC3 (EI800)"}),
    "colour space: a curve": Case("powers", "colour-space", {"to": "Rec.2100-PQ - Display"}),
    "lut": Case("cube", "lut", {}, file=True),
    "lut: of light": Case("cube", "lut", {"space": "linear"}, file=True),
    "lut: of a logarithm": Case("cube", "lut", {"space": "acescct"}, file=True),
}
#: Effects that run as one.
FUSED: Final[Mapping[str, tuple[str, ...]]] = {
    "arithmetic": ("exposure", "white balance by temperature", "channel mixer"),
    "display-encoded": ("levels", "curves: of all channels", "colour balance"),
    "light and display-encoded": ("exposure", "levels", "hue and saturation"),
    "with a LUT": ("channel mixer", "levels", "lut"),
}


def effects(names: Sequence[str], folder: Path) -> list[PointEffect]:
    """The effects of some cases; what they read is written to a folder."""
    made = []
    for name in names:
        case = CASES[name]
        cls: Any = registry().effects[case.effect]
        made.append(cls(**case.parameters, **({"file": _cube(folder)} if case.file else {})))
    return made


def _cube(folder: Path) -> File:
    """A warm, contrasty look."""
    path, steps = folder / "look.cube", [number / 32 for number in range(33)]
    rows = (f"{r**1.1:.5f} {g:.5f} {0.9 * b + 0.05 * r:.5f}" for b in steps for g in steps for r in steps)
    path.write_text("\n".join(("LUT_3D_SIZE 33", *rows)) + "\n")
    return File(".cube", hashlib.sha256(path.read_bytes()).hexdigest(), str(path))


def rows(timings: Mapping[str, float]) -> list[tuple[str, str, str, str]]:
    """Lines of the report: each effect, what it does, how long a frame takes, and how long it may take.

    :param timings: seconds by the names of tests
    """
    found = []
    for name, case in CASES.items():
        seconds = timings.get(_test("effect", name))
        if seconds is not None:
            limit = LIMITS[case.does]
            missed = "" if seconds * 1e3 <= limit else " (missed)"
            found.append((name, case.does, f"{seconds * 1e3:.2f} ms", f"{limit:g} ms{missed}"))
    return found


def fused_rows(timings: Mapping[str, float]) -> list[tuple[str, str, str, str]]:
    """Lines of the report: each three effects in one pass, how long a frame takes, which part that is of their sum."""
    found = []
    for name, parts in FUSED.items():
        together, alone = timings.get(_test("fused", name)), [timings.get(_test("effect", part)) for part in parts]
        if together is not None and None not in alone:
            share = together / sum(filter(None, alone))
            missed = "" if share <= FUSED_LIMIT else " (missed)"
            found.append((", ".join(parts), f"{together * 1e3:.2f} ms", f"{share:.2f}", f"{FUSED_LIMIT}{missed}"))
    return found


def _test(what: str, name: str) -> str:
    """The name of the test that measures a case, as pytest writes it."""
    return f"test_pointwise.py::test_{what}[{name}]"
