"""Colour files for tests, OpenColorIO's own word on them, and the Python form of stages."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import numpy as np
import PyOpenColorIO as ocio

from reelwork.values import Colour, File

#: Random colours, the corners of the gamut and beyond, light of 20 times white.
RANDOM = np.random.default_rng(3)
CORNERS = np.array(list(itertools.product((0.0, 0.18, 0.5, 1.0, 2.0, 8.0, -0.1), repeat=3)), np.float32)
COLOURS = np.concatenate((RANDOM.random((1500, 3)), 20.0 * RANDOM.random((300, 3)) ** 3, CORNERS)).astype(np.float32)
#: The same as code values, which go little beyond 1.
CODES = np.clip(COLOURS, -0.2, 1.2)


def linked(path: Path) -> File:
    """A file as linking gives it to an effect."""
    return File(path.suffix, hashlib.sha256(path.read_bytes()).hexdigest(), str(path))


def by_ocio(processor, colours, *, exactly=False):
    """What OpenColorIO's own processor makes of colours."""
    level = ocio.OPTIMIZATION_LOSSLESS if exactly else ocio.OPTIMIZATION_DEFAULT
    out = np.ascontiguousarray(colours, np.float32).copy()
    processor.getOptimizedCPUProcessor(level).applyRGB(out)
    return out


def by_hand(stages, colours):
    """What stages make of colours, in plain Python."""
    found = []
    for colour in np.asarray(colours, float).tolist():
        pixel = (*colour, 1.0)
        for stage in stages:
            assert not any(isinstance(value, Colour) for value in stage.uniforms)
            pixel = stage.pixel(*pixel, *stage.tables, *stage.uniforms)
        found.append(pixel[:3])
    return np.array(found)


def error(found, expected):
    """How far colours are from others; relative to the brightest channel where that is above 1."""
    return (abs(found - expected) / np.maximum(1.0, abs(expected).max(axis=1, keepdims=True))).max()


def baked(format_: str, *, cube: int = 17, shaped: bool = False) -> str:
    """A file in one of the formats that OpenColorIO writes: a contrasty look that mixes channels where it can."""
    config = ocio.Config.CreateRaw()
    look = ocio.GroupTransform()
    look.appendTransform(ocio.CDLTransform([1.1, 0.95, 0.9], [0.0, 0.02, 0.05], [1.2, 1.0, 0.9], 1.0))
    if "1d" not in format_:
        look.appendTransform(ocio.CDLTransform(sat=1.4))
    space = ocio.ColorSpace(name="graded", fromReference=look)
    log = ocio.ColorSpace(
        name="log", fromReference=ocio.LogAffineTransform([0.2] * 3, [0.6] * 3, [1.0] * 3, [0.01] * 3)
    )
    config.addColorSpace(space)
    config.addColorSpace(log)
    baker = ocio.Baker()
    baker.setConfig(config)
    baker.setFormat(format_)
    baker.setInputSpace("raw")
    baker.setTargetSpace("graded")
    if shaped:
        baker.setShaperSpace("log")
    if "1d" not in format_:
        baker.setCubeSize(cube)
    return baker.bake()
