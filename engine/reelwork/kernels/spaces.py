"""Frames in the space that an effect works in: light goes in, what the effect is given comes out; and the way back."""

from __future__ import annotations

import numpy as np

from reelwork.image.frame import Frame
from reelwork.kernels.alpha import reciprocal
from reelwork.kernels.arrays import Floats
from reelwork.kernels.curves import bt1886_decode, srgb_decode
from reelwork.kernels.decorator import kernel
from reelwork.kernels.point_lines import DISPLAY
from reelwork.kernels.warp_samples import encoded
from reelwork.values import Display

U = np.uint64


def given(frame: Frame, space: str, display: Display) -> Frame:
    """What an effect is given of a picture: premultiplied display-encoded values, or the picture itself."""
    return Frame(encoded(frame.data, display), frame.window) if space == DISPLAY else frame


def taken(frame: Frame, space: str, display: Display) -> None:
    """Make light, in place, of what an effect has painted."""
    if space == DISPLAY and frame.data.size:
        _decode(frame.data, display == "srgb")


@kernel
def _decode(pixels: Floats, srgb: bool) -> None:
    for row in range(U(pixels.shape[1])):
        for column in range(U(pixels.shape[2])):
            alpha = pixels[3, row, column]
            by = reciprocal(alpha)
            for k in range(U(3)):
                straight = pixels[k, row, column] * by
                pixels[k, row, column] = (srgb_decode(straight) if srgb else bt1886_decode(straight)) * alpha
