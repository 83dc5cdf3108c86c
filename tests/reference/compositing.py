"""The obvious twins of compositing, one pixel a time: W3C's Compositing and Blending Level 1, read aloud; what
Photoshop has beyond it; Porter and Duff; Nuke's arithmetic."""

from __future__ import annotations

import math

Colour = tuple[float, float, float]


def _color_dodge(cb: float, cs: float) -> float:
    if cb == 0:
        return 0
    return 1 if cs == 1 else min(1, cb / (1 - cs))


def _color_burn(cb: float, cs: float) -> float:
    if cb == 1:
        return 1
    return 0 if cs == 0 else 1 - min(1, (1 - cb) / cs)


def _multiply(cb: float, cs: float) -> float:
    return cb * cs


def _screen(cb: float, cs: float) -> float:
    return cb + cs - cb * cs


def _hard_light(cb: float, cs: float) -> float:
    return _multiply(cb, 2 * cs) if cs <= 0.5 else _screen(cb, 2 * cs - 1)


def _soft_light(cb: float, cs: float) -> float:
    if cs <= 0.5:
        return cb - (1 - 2 * cs) * cb * (1 - cb)
    d = ((16 * cb - 12) * cb + 4) * cb if cb <= 0.25 else math.sqrt(cb)
    return cb + (2 * cs - 1) * (d - cb)


def _vivid_light(cb: float, cs: float) -> float:
    return _color_burn(cb, 2 * cs) if cs <= 0.5 else _color_dodge(cb, 2 * cs - 1)


def _clipped(c: float) -> float:
    return min(1, max(0, c))


SEPARABLE = {
    "normal": lambda cb, cs: cs,
    "multiply": _multiply,
    "screen": _screen,
    "overlay": lambda cb, cs: _hard_light(cs, cb),
    "darken": min,
    "lighten": max,
    "color-dodge": _color_dodge,
    "color-burn": _color_burn,
    "hard-light": _hard_light,
    "soft-light": _soft_light,
    "difference": lambda cb, cs: abs(cb - cs),
    "exclusion": lambda cb, cs: cb + cs - 2 * cb * cs,
    "linear-burn": lambda cb, cs: _clipped(cb + cs - 1),
    "linear-dodge": lambda cb, cs: _clipped(cb + cs),
    "vivid-light": _vivid_light,
    "linear-light": lambda cb, cs: _clipped(cb + 2 * cs - 1),
    "pin-light": lambda cb, cs: min(cb, 2 * cs) if cs <= 0.5 else max(cb, 2 * cs - 1),
    "hard-mix": lambda cb, cs: 1 if cb + cs >= 1 else 0,
    "subtract": lambda cb, cs: _clipped(cb - cs),
    "divide": lambda cb, cs: 0 if cb == 0 else 1 if cs == 0 else _clipped(cb / cs),
}


def _lum(c: Colour) -> float:
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def _sat(c: Colour) -> float:
    return max(c) - min(c)


def _clip_color(c: Colour) -> Colour:
    lum, n, x = _lum(c), min(c), max(c)
    if n < 0:
        c = tuple(lum + (v - lum) * lum / (lum - n) for v in c)
    if x > 1:
        c = tuple(lum + (v - lum) * (1 - lum) / (x - lum) for v in c)
    return c


def _set_lum(c: Colour, lum: float) -> Colour:
    d = lum - _lum(c)
    return _clip_color(tuple(v + d for v in c))


def _set_sat(c: Colour, s: float) -> Colour:
    order = sorted(range(3), key=lambda i: c[i])
    low, middle, high = (c[i] for i in order)
    out = [0.0, 0.0, 0.0]
    if high > low:
        out[order[1]] = (middle - low) * s / (high - low)
        out[order[2]] = s
    return tuple(out)


NON_SEPARABLE = {
    "hue": lambda cb, cs: _set_lum(_set_sat(cs, _sat(cb)), _lum(cb)),
    "saturation": lambda cb, cs: _set_lum(_set_sat(cb, _sat(cs)), _lum(cb)),
    "color": lambda cb, cs: _set_lum(cs, _lum(cb)),
    "luminosity": lambda cb, cs: _set_lum(cb, _lum(cs)),
    "darker-color": lambda cb, cs: cs if _lum(cs) < _lum(cb) else cb,
    "lighter-color": lambda cb, cs: cs if _lum(cs) > _lum(cb) else cb,
}
MODES = (*SEPARABLE, *NON_SEPARABLE)


def composite(mode: str, cb: Colour, ab: float, cs: Colour, source_alpha: float) -> tuple[Colour, float]:
    """Straight backdrop and source in, the premultiplied result and its alpha out (sections 5.8 and 10)."""
    if mode in SEPARABLE:
        blended = tuple(SEPARABLE[mode](b, s) for b, s in zip(cb, cs, strict=True))
    else:
        blended = NON_SEPARABLE[mode](cb, cs)
    a = source_alpha
    colour = tuple(a * (1 - ab) * s + a * ab * m + (1 - a) * ab * b for b, s, m in zip(cb, cs, blended, strict=True))
    return colour, a + ab * (1 - a)


# What is taken of the source and of the backdrop, given the alphas of the backdrop and of the source.
PORTER_DUFF = {
    "clear": lambda ab, alpha: (0, 0),
    "source": lambda ab, alpha: (1, 0),
    "destination": lambda ab, alpha: (0, 1),
    "normal": lambda ab, alpha: (1, 1 - alpha),
    "destination-over": lambda ab, alpha: (1 - ab, 1),
    "source-in": lambda ab, alpha: (ab, 0),
    "destination-in": lambda ab, alpha: (0, alpha),
    "source-out": lambda ab, alpha: (1 - ab, 0),
    "destination-out": lambda ab, alpha: (0, 1 - alpha),
    "source-atop": lambda ab, alpha: (ab, 1 - alpha),
    "destination-atop": lambda ab, alpha: (1 - ab, alpha),
    "xor": lambda ab, alpha: (1 - ab, 1 - alpha),
}
# Of any channel, premultiplied; alpha is held to 0 to 1.
ARITHMETIC = {
    "plus": lambda b, s: s + b,
    "minus": lambda b, s: s - b,
    "max": max,
    "min": min,
    "geometric": lambda b, s: 2 * s * b / (s + b) if s + b > 0 else 0,
    "hypot": math.hypot,
}


def premultiplied(mode: str, backdrop: tuple[float, ...], source: tuple[float, ...]) -> tuple[float, ...]:
    """Premultiplied pixels in, the premultiplied result out: Porter and Duff's, or Nuke's arithmetic."""
    if mode in PORTER_DUFF:
        of_source, of_backdrop = PORTER_DUFF[mode](backdrop[3], source[3])
        return tuple(s * of_source + b * of_backdrop for b, s in zip(backdrop, source, strict=True))
    *colour, alpha = (ARITHMETIC[mode](b, s) for b, s in zip(backdrop, source, strict=True))
    return (*colour, min(1, max(0, alpha)))
