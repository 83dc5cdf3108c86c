"""The obvious twins of compositing: W3C's Compositing and Blending Level 1, read aloud, one pixel a time."""

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
