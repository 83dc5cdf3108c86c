"""Gaussian blur: a frame goes in, the blurred pixels of an output window come out."""

from __future__ import annotations

from reelwork.image.frame import Frame


def blur_margin(sigma: float) -> int:
    """How far, in whole pixels, a blur of standard deviation ``sigma`` pixels moves light."""
    raise NotImplementedError


def gaussian_blur(source: Frame, sigma_x: float, sigma_y: float, out: Frame) -> None:
    """Fill ``out`` with the source blurred by standard deviations in pixels along x and y."""
    raise NotImplementedError
