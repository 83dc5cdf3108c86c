"""Effects on 8-bit R'G'B' in numpy, as users of libraries without them write: a list goes in, a function comes out."""

from __future__ import annotations

import math

import numpy as np

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def look(effects, size):
    """All effects in their order, as one function of a picture ``[row, column, channel]``; alpha stays."""
    steps = [STEPS[effect["name"]](effect, size) for effect in effects]

    def apply(picture):
        values = picture[..., :3].astype(np.float32)
        for step in steps:
            values = step(values)
        changed = np.clip(values, 0, 255).astype(np.uint8)
        return np.dstack([changed, picture[..., 3:]]) if picture.shape[-1] == 4 else changed

    return apply


def grade(effect, size):
    gain, saturation = effect["gain"], effect["saturation"]

    def step(values):
        grey = (values @ LUMA)[..., None]
        return (grey + (values - grey) * saturation) * gain

    return step


def tint(effect, size):
    colour = np.array([int(effect["colour"][at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)
    matrix = np.eye(3, dtype=np.float32) * (1 - effect["amount"]) + effect["amount"] * np.outer(LUMA, colour)
    return lambda values: values @ matrix


def vignette(effect, size):
    width, height = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot(x - width / 2, y - height / 2) / math.hypot(width / 2, height / 2)
    light = (np.cos(distance * math.acos(effect["corner"] ** 0.25)) ** 4)[..., None]
    return lambda values: values * light


STEPS = {"grade": grade, "tint": tint, "vignette": vignette}
