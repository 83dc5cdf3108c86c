"""Appearance: how a clip of a timeline is seen and heard goes in, the keys of a layer that say so come out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from reelwork.exchange.moving import later
from reelwork.exchange.timeline import ZERO, Keys, Picture, Sound
from reelwork.exchange.times import written
from reelwork.exchange.yaml import literal


def picture_keys(
    picture: Picture, head: Fraction, fps: Fraction, frame: tuple[int, int], own: tuple[int, int] | None
) -> dict[str, Any]:
    """``transform``, ``blend`` and a crop.

    :param head: how much earlier than the clip the layer begins
    :param frame: columns and rows of what it stands in
    :param own: those of the picture itself, where it has any
    """

    def curve(keys: Keys[Any], say: Callable[[Any], Any]) -> Any:
        return _curve(keys, head, fps, say)

    transform: dict[str, Any] = {}
    if picture.position:
        of = own if picture.of_own and own is not None else frame
        transform["position"] = curve(
            picture.position,
            lambda shares: [
                _said(side / 2 + share * unit) for side, share, unit in zip(frame, shares, of, strict=True)
            ],
        )
    if picture.scale:
        transform["scale"] = curve(picture.scale, _scale)
    if picture.rotation:
        transform["rotation"] = curve(picture.rotation, _said)
    if picture.opacity:
        transform["opacity"] = curve(picture.opacity, _percent)
    found: dict[str, Any] = {"transform": transform} if transform else {}
    if picture.blend != "normal":
        found["blend"] = picture.blend
    if picture.crop is not None:
        sides = zip(("left", "top", "right", "bottom"), picture.crop, strict=True)
        found["effects"] = [{"crop": {side: _percent(share) for side, share in sides if share}}]
    return found


def sound_keys(sound: Sound, head: Fraction, fps: Fraction) -> dict[str, Any]:
    """``gain``, ``pan``, fades and ``role``."""
    found: dict[str, Any] = {}
    if sound.gain:
        found["gain"] = _curve(sound.gain, head, fps, _level)
    if sound.pan:
        found["pan"] = _curve(sound.pan, head, fps, _said)
    for name, length in (("fade-in", sound.fade_in), ("fade-out", sound.fade_out)):
        if length:
            found[name] = written(length, fps)
    if sound.role:
        found["role"] = literal(sound.role)
    return found


def _curve(keys: Keys[Any], head: Fraction, fps: Fraction, say: Callable[[Any], Any]) -> Any:
    moved = later(keys, head)
    if len({value for _, value in moved}) == 1:
        return say(moved[0][1])
    return {written(max(ZERO, when), fps): say(value) for when, value in moved}


def _said(value: float) -> str:
    """A number without the dust of its reckoning."""
    text = f"{value:.7f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _percent(share: float) -> str:
    return f"{_said(share * 100)}%"


def _scale(factors: tuple[float, float]) -> Any:
    along, down = map(_percent, factors)
    return along if along == down else [along, down]


def _level(level: float) -> str:
    return "-60dB" if level <= -60 else f"{_said(level)}dB"
