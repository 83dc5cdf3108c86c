"""Transfers: frames of R'G'B' go in and frames of light come out, and back, in place, for a rectangle of the frame.

Light of 1 is diffuse white: 203 cd/m² where a transfer says what it means on a display (ITU-R BT.2408). Curves are
odd: values below black are turned to light as those above it are, so that they come back. PQ and HLG are worked out in
double precision; PQ would lose itself in single.
"""

from __future__ import annotations

from reelwork.kernels.arrays import Doubles, Float, Floats, Int
from reelwork.kernels.curves import bt1886_decode, bt1886_encode, float32, srgb_decode, srgb_encode
from reelwork.kernels.decorator import kernel
from reelwork.maths import exp, exp2, log, log2, power, sqrt

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
            _srgb_row_to_light(data[c, y, x0:x1])


@kernel
def light_to_srgb(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """The curve of IEC 61966-2-1."""
    for c in range(3):
        for y in range(y0, y1):
            _row_to_srgb(data[c, y, x0:x1])


@kernel
def bt1886_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.1886 with a black of no light: the power 2.4."""
    for c in range(3):
        for y in range(y0, y1):
            _bt1886_row_to_light(data[c, y, x0:x1])


@kernel
def light_to_bt1886(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.1886 with a black of no light: the power 1/2.4."""
    for c in range(3):
        for y in range(y0, y1):
            _row_to_bt1886(data[c, y, x0:x1])


@kernel
def tone_curve(pieces: Doubles, out: Floats) -> None:
    """Light of evenly spaced values from 0 to 1 by a power and a line (ICC.1:2022, 10.18): g, a, b, c, d, e, f."""
    g, a, b, c, d, e, f = pieces[0], pieces[1], pieces[2], pieces[3], pieces[4], pieces[5], pieces[6]
    last = out.shape[0] - 1
    for code in range(out.shape[0]):
        x = code / last
        out[code] = power(max(a * x + b, 0.0), g) + e if x >= d else c * x + f


@kernel
def pq_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """SMPTE ST 2084's EOTF."""
    for c in range(3):
        for y in range(y0, y1):
            _pq_row_to_light(data[c, y, x0:x1])


@kernel
def light_to_pq(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """SMPTE ST 2084's inverse EOTF."""
    for c in range(3):
        for y in range(y0, y1):
            _row_to_pq(data[c, y, x0:x1])


@kernel
def hlg_to_light(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.2100's inverse OETF and OOTF of HLG."""
    for y in range(y0, y1):
        _hlg_row_to_light(data[0, y, x0:x1], data[1, y, x0:x1], data[2, y, x0:x1])


@kernel
def light_to_hlg(data: Floats, y0: Int, y1: Int, x0: Int, x1: Int) -> None:
    """ITU-R BT.2100's inverse OOTF and OETF of HLG."""
    for y in range(y0, y1):
        _row_to_hlg(data[0, y, x0:x1], data[1, y, x0:x1], data[2, y, x0:x1])


@kernel
def _srgb_row_to_light(row: Floats) -> None:
    for i in range(row.shape[0]):
        row[i] = srgb_decode(row[i])


@kernel
def _row_to_srgb(row: Floats) -> None:
    for i in range(row.shape[0]):
        row[i] = srgb_encode(row[i])


@kernel
def _bt1886_row_to_light(row: Floats) -> None:
    for i in range(row.shape[0]):
        row[i] = bt1886_decode(row[i])


@kernel
def _row_to_bt1886(row: Floats) -> None:
    for i in range(row.shape[0]):
        row[i] = bt1886_encode(row[i])


@kernel
def _pq_row_to_light(row: Floats) -> None:
    for i in range(row.shape[0]):
        value = float(row[i])
        root = _raised(abs(value), 1.0 / _M2)
        light = _raised(max(root - _C1, 0.0) / (_C2 - _C3 * root), 1.0 / _M1) * (_PQ_PEAK / _WHITE)
        row[i] = float32(-light if value < 0.0 else light)


@kernel
def _row_to_pq(row: Floats) -> None:
    for i in range(row.shape[0]):
        light = float(row[i])
        root = _raised(abs(light) * (_WHITE / _PQ_PEAK), _M1)
        value = _raised((_C1 + _C2 * root) / (1.0 + _C3 * root), _M2)
        row[i] = float32(-value if light < 0.0 else value)


@kernel
def _hlg_row_to_light(red: Floats, green: Floats, blue: Floats) -> None:
    for i in range(red.shape[0]):
        r, g, b = _hlg_scene(red[i]), _hlg_scene(green[i]), _hlg_scene(blue[i])
        luminance = max(0.2627 * r + 0.6780 * g + 0.0593 * b, 0.0)
        gain = _raised(luminance, _HLG_GAMMA - 1.0) * (_HLG_PEAK / _WHITE)
        red[i], green[i], blue[i] = float32(r * gain), float32(g * gain), float32(b * gain)


@kernel
def _row_to_hlg(red: Floats, green: Floats, blue: Floats) -> None:
    scale = _WHITE / _HLG_PEAK
    for i in range(red.shape[0]):
        r, g, b = float(red[i]) * scale, float(green[i]) * scale, float(blue[i]) * scale
        luminance = 0.2627 * r + 0.6780 * g + 0.0593 * b
        gain = _raised(luminance, 1.0 / _HLG_GAMMA - 1.0) if luminance > 0.0 else 0.0
        red[i], green[i], blue[i] = _hlg_signal(r * gain), _hlg_signal(g * gain), _hlg_signal(b * gain)


@kernel(inline=True)
def _hlg_scene(signal: Float) -> Float:
    size = abs(float(signal))
    scene = size * size / 3.0 if size <= 0.5 else (exp((size - _C) / _A) + _B) / 12.0
    return -scene if signal < 0.0 else scene


@kernel(inline=True)
def _hlg_signal(scene: Float) -> Float:
    size = abs(scene)
    signal = sqrt(3.0 * size) if size <= 1.0 / 12.0 else _A * log(max(12.0 * size - _B, _B)) + _C
    return float32(-signal if scene < 0.0 else signal)


@kernel(inline=True)
def _raised(size: Float, exponent: Float) -> Float:
    """A power of a number of 0 or more; without what else ``reelwork.maths.power`` knows, it vectorises."""
    return exp2(exponent * log2(size))
