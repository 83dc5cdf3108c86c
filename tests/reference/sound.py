"""Filters of sound as their difference equation has it, sample by sample."""

import numpy as np


def filtered(b, a, sound):
    """``a[0] y[n] = b[0] x[n] + b[1] x[n-1] + … - a[1] y[n-1] - …`` for each channel, from silence."""
    out = np.zeros(sound.shape)
    for channel, x in enumerate(sound.astype(np.float64)):
        for n in range(len(x)):
            total = sum(b[k] * x[n - k] for k in range(len(b)) if n >= k)
            total -= sum(a[k] * out[channel, n - k] for k in range(1, len(a)) if n >= k)
            out[channel, n] = total / a[0]
    return out


def response(b, a, hertz, rate):
    """By how many dB a filter changes a tone: its transfer function on the unit circle."""
    z = np.exp(-2j * np.pi * hertz / rate) ** np.arange(3)
    return 20 * np.log10(abs(np.dot(b, z) / np.dot(a, z)))
