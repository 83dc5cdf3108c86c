"""Transfers: frames of R'G'B' go in and frames of light come out, and back, in place, for a rectangle of the frame.

Light of 1 is diffuse white: 203 cd/m² where a transfer says what it means on a display (ITU-R BT.2408). Curves are
odd: values below black are turned to light as those above it are, so that they come back. Work is in double precision;
PQ would lose itself in single.
"""

from __future__ import annotations

from reelwork.kernels.arrays import Float, Floats, Int
from reelwork.kernels.curves import float32, srgb_decode, srgb_encode
from reelwork.kernels.decorator import kernel
from reelwork.maths import exp, log, power, sqrt

_WHITE = 203.0
# SMPTE ST 2084
_PQ_PEAK = 10000.0
_M1 = 2610.0 / 16384.0
_M2 = 2523.0 / 4096.0 * 128.0
_C1 = 3424.0 / 4096.0
_C2 = 2413.0 / 4096.0 * 32.0
_C3 = 2392.0 / 4096.0 * 32.0
# ITU-R BT.2100, table 5: HLG on a display of 1000 cd/m², its system gamma 1.2
_HLG_PEAK = 1000.0
_HLG_GAMMA = 1.2
_A = 0.17883277
_B = 0.28466892
_C = 0.55991073


@kernel
def srgb_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """The curve of IEC 61966-2-1."""
    for c in range(3):
        for y in range(y0, y1):
            for x in range(x0, x1):
                data[c, y, x] = srgb_decode(data[c, y, x])


@kernel
def light_to_srgb(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """The curve of IEC 61966-2-1."""
    for c in range(3):
        for y in range(y0, y1):
            for x in range(x0, x1):
                data[c, y, x] = srgb_encode(data[c, y, x])


@kernel
def bt1886_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.1886 with a black of no light: the power 2.4."""
    _raise(data, y0, y1, x0, x1, 2.4)


@kernel
def light_to_bt1886(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.1886 with a black of no light: the power 1/2.4."""
    _raise(data, y0, y1, x0, x1, 1.0 / 2.4)


@kernel
def pq_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """SMPTE ST 2084's EOTF."""
    for c in range(3):
        for y in range(y0, y1):
            for x in range(x0, x1):
                value = float(data[c, y, x])
                root = power(abs(value), 1.0 / _M2)
                light = power(max(root - _C1, 0.0) / (_C2 - _C3 * root), 1.0 / _M1) * (_PQ_PEAK / _WHITE)
                data[c, y, x] = float32(-light if value < 0.0 else light)


@kernel
def light_to_pq(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """SMPTE ST 2084's inverse EOTF."""
    for c in range(3):
        for y in range(y0, y1):
            for x in range(x0, x1):
                light = float(data[c, y, x])
                root = power(abs(light) * (_WHITE / _PQ_PEAK), _M1)
                value = power((_C1 + _C2 * root) / (1.0 + _C3 * root), _M2)
                data[c, y, x] = float32(-value if light < 0.0 else value)


@kernel
def hlg_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.2100's inverse OETF and OOTF of HLG."""
    for y in range(y0, y1):
        for x in range(x0, x1):
            r, g, b = _hlg_scene(data[0, y, x]), _hlg_scene(data[1, y, x]), _hlg_scene(data[2, y, x])
            luminance = max(0.2627 * r + 0.6780 * g + 0.0593 * b, 0.0)
            gain = power(luminance, _HLG_GAMMA - 1.0) * (_HLG_PEAK / _WHITE)
            data[0, y, x], data[1, y, x], data[2, y, x] = float32(r * gain), float32(g * gain), float32(b * gain)


@kernel
def light_to_hlg(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.2100's inverse OOTF and OETF of HLG."""
    scale = _WHITE / _HLG_PEAK
    for y in range(y0, y1):
        for x in range(x0, x1):
            r, g, b = float(data[0, y, x]) * scale, float(data[1, y, x]) * scale, float(data[2, y, x]) * scale
            luminance = 0.2627 * r + 0.6780 * g + 0.0593 * b
            gain = power(luminance, 1.0 / _HLG_GAMMA - 1.0) if luminance > 0.0 else 0.0
            data[0, y, x] = _hlg_signal(r * gain)
            data[1, y, x] = _hlg_signal(g * gain)
            data[2, y, x] = _hlg_signal(b * gain)


@kernel
def _hlg_scene(signal: Float) -> Float:
    size = abs(float(signal))
    scene = size * size / 3.0 if size <= 0.5 else (exp((size - _C) / _A) + _B) / 12.0
    return -scene if signal < 0.0 else scene


@kernel
def _hlg_signal(scene: Float) -> Float:
    size = abs(scene)
    signal = sqrt(3.0 * size) if size <= 1.0 / 12.0 else _A * log(12.0 * size - _B) + _C
    return float32(-signal if scene < 0.0 else signal)


@kernel
def _raise(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int, exponent: Float) -> None:
    for c in range(3):
        for y in range(y0, y1):
            for x in range(x0, x1):
                value = float(data[c, y, x])
                size = power(abs(value), exponent)
                data[c, y, x] = float32(-size if value < 0.0 else size)
