"""The obvious twins of colour conversion, in double precision: whole planes by numpy, curves by its ``power``."""

from __future__ import annotations

import numpy as np

from reelwork.image.storage import StorageFormat

KR_KB = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}


def _odd(curve):
    return lambda x: np.sign(x) * curve(np.abs(x))


@_odd
def srgb_to_light(x):
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)


@_odd
def light_to_srgb(x):
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


@_odd
def bt1886_to_light(x):
    return x**2.4


@_odd
def light_to_bt1886(x):
    return x ** (1 / 2.4)


#: To light and from light, for each display curve.
CURVES = {"srgb": (srgb_to_light, light_to_srgb), "bt1886": (bt1886_to_light, light_to_bt1886)}


def upsample(plane: np.ndarray, per: int, midway: bool, size: int, axis: int) -> np.ndarray:
    """Linear interpolation between sites, the outermost repeated."""
    if per == 1:
        return plane
    places = (np.arange(size) + (-0.5 if midway else 0.0)) / 2
    sites = np.arange(plane.shape[axis])
    return np.apply_along_axis(lambda line: np.interp(places, sites, line), axis, plane)


def downsample(plane: np.ndarray, per: int, midway: bool, axis: int) -> np.ndarray:
    """The mean under a triangle two luma samples wide on each side of the site, edges repeated."""
    if per == 1:
        return plane
    size = plane.shape[axis]
    out = []
    for site in range(-(-size // 2)):
        centre = 2 * site + (0.5 if midway else 0.0)
        places = np.arange(2 * site - 3, 2 * site + 5)
        weights = np.maximum(0.0, 1.0 - np.abs(places - centre) / 2)
        lines = np.take(plane, np.clip(places, 0, size - 1), axis)
        out.append(np.average(lines, axis, weights))
    return np.stack(out, axis)


def _levels(storage: StorageFormat) -> tuple[float, float, float, float]:
    """Black, white less black, neutral chroma, chroma range."""
    step = 2 ** (storage.depth - 8)
    if storage.full_range:
        return 0.0, 2.0**storage.depth - 1, 128.0 * step, 2.0**storage.depth - 1
    return 16.0 * step, 219.0 * step, 128.0 * step, 224.0 * step


def yuv_to_rgb(planes, storage: StorageFormat, width: int, height: int) -> np.ndarray:
    """R'G'B' as ``[3, row, column]``."""
    black, white, neutral, reach = _levels(storage)
    kr, kb = KR_KB[storage.matrix]
    across, down = storage.subsampling
    y = (planes[0].astype(float) - black) / white
    u, v = (
        upsample(
            upsample((plane.astype(float) - neutral) / reach, down, storage.siting != "topleft", height, 0),
            across,
            storage.siting == "center",
            width,
            1,
        )
        for plane in planes[1:3]
    )
    r, b = y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u
    return np.stack((r, (y - kr * r - kb * b) / (1 - kr - kb), b))


def rgb_to_yuv(rgb: np.ndarray, storage: StorageFormat) -> list[np.ndarray]:
    """Codes, not rounded yet."""
    black, white, neutral, reach = _levels(storage)
    kr, kb = KR_KB[storage.matrix]
    across, down = storage.subsampling
    y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
    chroma = [(rgb[2] - y) / (2 * (1 - kb)), (rgb[0] - y) / (2 * (1 - kr))]
    chroma = [
        downsample(downsample(plane, across, storage.siting == "center", 1), down, storage.siting != "topleft", 0)
        for plane in chroma
    ]
    return [y * white + black, *(plane * reach + neutral for plane in chroma)]


def rounded(plane: np.ndarray, storage: StorageFormat) -> np.ndarray:
    return np.clip(np.floor(plane + 0.5), 0, 2**storage.depth - 1)
