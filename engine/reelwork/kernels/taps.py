"""Interpolation: where between two samples a point lies goes in, the weights of the samples around it come out.

Two kernels: the triangle (linear interpolation) and Catmull and Rom's cubic (Keys, "Cubic convolution interpolation for
digital image processing", 1981, with a = -1/2). To shrink a picture they are stretched, so that they also average.

The cubic has negative lobes, which in scene-linear light would draw dark rings around highlights and lead alpha out of
its range. So every weighted sum is *limited* to the range of the samples under the kernel's middle, where it is
positive. It follows that nothing leaves the range of the source, that alpha stays within 0 to 1, and that a constant
stays the same to the last bit.
"""

from __future__ import annotations

import numpy as np

from reelwork.kernels.arrays import Float, Floats, Int, Ints
from reelwork.kernels.decorator import kernel

F = np.float32
U = np.uint64


@kernel(slp=True)
def triangle(distance: Float) -> Float:
    """Linear interpolation's kernel, at a distance of 0 or more samples."""
    rest = F(1.0) - distance
    return rest if rest > F(0.0) else F(0.0)


@kernel(slp=True)
def cubic(distance: Float) -> Float:
    """Catmull and Rom's kernel, at a distance of 0 or more samples."""
    near = (F(1.5) * distance - F(2.5)) * distance * distance + F(1.0)
    far = ((F(2.5) - F(0.5) * distance) * distance - F(4.0)) * distance + F(2.0)
    value = near if distance < F(1.0) else far
    return value if distance < F(2.0) else F(0.0)


@kernel
def weigh2(fractions: Floats, count: Int, weights: Floats) -> None:
    """Fill ``weights[tap, point]`` for linear interpolation between the two samples around each of ``count`` points.

    :param fractions: how far each point lies beyond the sample before it, 0 to 1
    """
    for t in range(count):
        weights[0, t], weights[1, t] = F(1.0) - fractions[t], fractions[t]


@kernel
def weigh4(fractions: Floats, count: Int, linear: bool, weights: Floats) -> None:
    """Fill ``weights[tap, point]`` for four taps around each of ``count`` points: two before it, two after.

    :param fractions: how far each point lies beyond the sample before it (tap 1), 0 to 1
    """
    for t in range(count):
        f = fractions[t]
        g = F(1.0) - f
        if linear:
            weights[0, t], weights[1, t], weights[2, t], weights[3, t] = F(0.0), g, f, F(0.0)
        else:
            weights[0, t] = cubic(F(1.0) + f)
            weights[1, t] = cubic(f)
            weights[2, t] = cubic(g)
            weights[3, t] = cubic(F(1.0) + g)


@kernel
def weigh6(fractions: Floats, count: Int, squeeze: Float, linear: bool, weights: Floats) -> None:
    """Fill ``weights[tap, point]`` for six taps of a stretched kernel, three before each point and three after.

    :param fractions: as for :func:`weigh4`; the sample before a point is tap 2
    :param squeeze: 1 over the factor by which the kernel is stretched, 2/3 to 1
    """
    for t in range(count):
        f = fractions[t]
        g = F(1.0) - f
        w0, w1 = _stretched(F(2.0) + f, squeeze, linear), _stretched(F(1.0) + f, squeeze, linear)
        w2, w3 = _stretched(f, squeeze, linear), _stretched(g, squeeze, linear)
        w4, w5 = _stretched(F(1.0) + g, squeeze, linear), _stretched(F(2.0) + g, squeeze, linear)
        scale = F(1.0) / ((w0 + w1) + (w2 + w3) + (w4 + w5))
        weights[0, t], weights[1, t], weights[2, t] = w0 * scale, w1 * scale, w2 * scale
        weights[3, t], weights[4, t], weights[5, t] = w3 * scale, w4 * scale, w5 * scale


@kernel
def weigh8(fractions: Floats, count: Int, squeeze: Float, linear: bool, weights: Floats) -> None:
    """Fill ``weights[tap, point]`` for eight taps of a stretched kernel, four before each point and four after.

    :param fractions: as for :func:`weigh4`; the sample before a point is tap 3
    :param squeeze: 1 over the factor by which the kernel is stretched, 1/2 to 1
    """
    for t in range(count):
        f = fractions[t]
        g = F(1.0) - f
        w0, w1 = _stretched(F(3.0) + f, squeeze, linear), _stretched(F(2.0) + f, squeeze, linear)
        w2, w3 = _stretched(F(1.0) + f, squeeze, linear), _stretched(f, squeeze, linear)
        w4, w5 = _stretched(g, squeeze, linear), _stretched(F(1.0) + g, squeeze, linear)
        w6, w7 = _stretched(F(2.0) + g, squeeze, linear), _stretched(F(3.0) + g, squeeze, linear)
        scale = F(1.0) / (((w0 + w1) + (w2 + w3)) + ((w4 + w5) + (w6 + w7)))
        weights[0, t], weights[1, t], weights[2, t], weights[3, t] = w0 * scale, w1 * scale, w2 * scale, w3 * scale
        weights[4, t], weights[5, t], weights[6, t], weights[7, t] = w4 * scale, w5 * scale, w6 * scale, w7 * scale


@kernel
def _stretched(distance: Float, squeeze: Float, linear: bool) -> Float:
    return triangle(distance * squeeze) if linear else cubic(distance * squeeze)


@kernel(slp=True)
def limited2(a: Float, b: Float, wa: Float, wb: Float) -> Float:
    """The weighted sum of two samples, limited to their range."""
    value = a * wa + b * wb
    low, high = (a if a < b else b), (b if a < b else a)
    value = value if value > low else low
    return value if value < high else high


@kernel(slp=True)
def limited4(a: Float, b: Float, c: Float, d: Float, wa: Float, wb: Float, wc: Float, wd: Float) -> Float:
    """The weighted sum of four samples, limited to the range of the middle two."""
    value = (a * wa + b * wb) + (c * wc + d * wd)
    low, high = (b if b < c else c), (c if b < c else b)
    value = value if value > low else low
    return value if value < high else high


@kernel(slp=True)
def limited6(
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float,
    wa: Float, wb: Float, wc: Float, wd: Float, we: Float, wf: Float,
) -> Float:  # fmt: skip
    """The weighted sum of six samples, limited to the range of the middle four."""
    return _within((a * wa + b * wb) + (c * wc + d * wd) + (e * we + f * wf), b, c, d, e)


@kernel(slp=True)
def limited8(
    a: Float, b: Float, c: Float, d: Float, e: Float, f: Float, g: Float, h: Float,
    wa: Float, wb: Float, wc: Float, wd: Float, we: Float, wf: Float, wg: Float, wh: Float,
) -> Float:  # fmt: skip
    """The weighted sum of eight samples, limited to the range of the middle four."""
    return _within(((a * wa + b * wb) + (c * wc + d * wd)) + ((e * we + f * wf) + (g * wg + h * wh)), c, d, e, f)


@kernel(slp=True)
def _within(value: Float, a: Float, b: Float, c: Float, d: Float) -> Float:
    """A value limited to the range of four others."""
    low1, low2, high1, high2 = (a if a < b else b), (c if c < d else d), (b if a < b else a), (d if c < d else c)
    low, high = (low1 if low1 < low2 else low2), (high1 if high1 > high2 else high2)
    value = value if value > low else low
    return value if value < high else high


@kernel(slp=True, inline=True)
def mix2(
    samples: Floats, places: Ints, pitch: Int, lanes: Int, weights: Floats, base: Int, first: Int, last: Int,
    targets: Ints, mixed: Floats,
) -> None:  # fmt: skip
    """Weighted sums of pixels ``first`` to ``last`` over two taps, of ``lanes`` neighbouring numbers at once.

    That the results' places are read from an array tells LLVM to take the lanes together, which stand side by side, and
    not the pixels, whose taps would have to be gathered.

    :param places: where in ``samples`` each pixel's first tap begins
    :param pitch: how far on the next tap begins
    :param weights: ``[tap, pixel]``; the first pixel's are in column ``base``
    :param targets: where in ``mixed`` each pixel's sums begin
    """
    for t in range(U(first), U(last)):
        p0, w, to = U(places[t]), U(base) + t, U(targets[t])
        p1 = p0 + U(pitch)
        wa, wb = weights[0, w], weights[1, w]
        for k in range(U(lanes)):
            mixed[to + k] = limited2(samples[p0 + k], samples[p1 + k], wa, wb)


@kernel(slp=True, inline=True)
def mix4(
    samples: Floats, places: Ints, pitch: Int, lanes: Int, weights: Floats, base: Int, first: Int, last: Int,
    targets: Ints, mixed: Floats,
) -> None:  # fmt: skip
    """The same over four taps."""
    for t in range(U(first), U(last)):
        p0, w, to = U(places[t]), U(base) + t, U(targets[t])
        p1, p2, p3 = p0 + U(pitch), p0 + U(2) * U(pitch), p0 + U(3) * U(pitch)
        wa, wb, wc, wd = weights[0, w], weights[1, w], weights[2, w], weights[3, w]
        for k in range(U(lanes)):
            mixed[to + k] = limited4(samples[p0 + k], samples[p1 + k], samples[p2 + k], samples[p3 + k], wa, wb, wc, wd)


@kernel(slp=True, inline=True)
def mix6(
    samples: Floats, places: Ints, pitch: Int, lanes: Int, weights: Floats, base: Int, first: Int, last: Int,
    targets: Ints, mixed: Floats,
) -> None:  # fmt: skip
    """The same over six taps."""
    for t in range(U(first), U(last)):
        p0, w, to = U(places[t]), U(base) + t, U(targets[t])
        p1, p2, p3 = p0 + U(pitch), p0 + U(2) * U(pitch), p0 + U(3) * U(pitch)
        p4, p5 = p0 + U(4) * U(pitch), p1 + U(4) * U(pitch)
        wa, wb, wc = weights[0, w], weights[1, w], weights[2, w]
        wd, we, wf = weights[3, w], weights[4, w], weights[5, w]
        for k in range(U(lanes)):
            mixed[to + k] = limited6(
                samples[p0 + k], samples[p1 + k], samples[p2 + k], samples[p3 + k], samples[p4 + k], samples[p5 + k],
                wa, wb, wc, wd, we, wf,
            )  # fmt: skip


@kernel(slp=True, inline=True)
def mix8(
    samples: Floats, places: Ints, pitch: Int, lanes: Int, weights: Floats, base: Int, first: Int, last: Int,
    targets: Ints, mixed: Floats,
) -> None:  # fmt: skip
    """The same over eight taps."""
    for t in range(U(first), U(last)):
        p0, w, to = U(places[t]), U(base) + t, U(targets[t])
        p1, p2, p3 = p0 + U(pitch), p0 + U(2) * U(pitch), p0 + U(3) * U(pitch)
        p4, p5, p6, p7 = p0 + U(4) * U(pitch), p1 + U(4) * U(pitch), p2 + U(4) * U(pitch), p3 + U(4) * U(pitch)
        wa, wb, wc, wd = weights[0, w], weights[1, w], weights[2, w], weights[3, w]
        we, wf, wg, wh = weights[4, w], weights[5, w], weights[6, w], weights[7, w]
        for k in range(U(lanes)):
            mixed[to + k] = limited8(
                samples[p0 + k], samples[p1 + k], samples[p2 + k], samples[p3 + k],
                samples[p4 + k], samples[p5 + k], samples[p6 + k], samples[p7 + k],
                wa, wb, wc, wd, we, wf, wg, wh,
            )  # fmt: skip


@kernel
def apart(mixed: Floats, cover: Floats, first: Int, last: Int, row: Int, start: Int, out: Floats) -> None:
    """Finish a run: pixels, channels side by side in ``mixed``, times their coverage, into ``out[:, row, start:]``."""
    for t in range(U(first), U(last)):
        at, to, light = t * U(4), U(start) + t, cover[t]
        red, green, blue, alpha = mixed[at], mixed[at + U(1)], mixed[at + U(2)], mixed[at + U(3)]
        out[0, U(row), to] = red * light
        out[1, U(row), to] = green * light
        out[2, U(row), to] = blue * light
        out[3, U(row), to] = alpha * light
