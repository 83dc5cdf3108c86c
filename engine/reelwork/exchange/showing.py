"""Showing: a layer of a scene goes in; how its clip is seen and heard, as far as editors can say it, comes out."""

from __future__ import annotations

from typing import Any, Final

from reelwork.exchange.carried import mapping
from reelwork.exchange.moving import Span, eases, keys_of
from reelwork.exchange.timeline import Data, Pair, Picture, Sound
from reelwork.graph import model as graph
from reelwork.scene.animation import Curve
from reelwork.values import Length

_SIDES: Final = ("left", "top", "right", "bottom")


def seen(layer: graph.Layer, keys: Data, span: Span, frame: tuple[int, int]) -> Picture:
    """How a layer is seen.

    :param keys: its own, as they are written
    :param frame: columns and rows of what it stands in
    """
    transform = layer.transform
    position = None if layer.parent is not None else transform.position

    def shares(point: tuple[Length, Length]) -> Pair:
        along, down = (length.resolve(side) / side - 0.5 for length, side in zip(point, frame, strict=True))
        return (along, down)

    return Picture(
        opacity=keys_of(transform.opacity, span, 1.0, float),
        blend=layer.merge.name,
        fit=layer.fit,
        scale=keys_of(transform.scale, span, (1.0, 1.0)),
        position=() if position is None else keys_of(position, span, (0.0, 0.0), shares),
        rotation=keys_of(transform.rotation, span, 0.0, float),
        crop=_crop(keys.get("effects")),
    )


def heard(layer: graph.Layer, keys: Data, span: Span) -> Sound:
    """How a layer is heard; parameters as for :func:`seen`."""
    sound, role = layer.sound, mapping(keys.get("sound")).get("role")
    return Sound(
        keys_of(sound.gain, span, 0.0, float),
        keys_of(sound.pan, span, 0.0, float),
        sound.mute,
        sound.fade_in,
        sound.fade_out,
        role=role if isinstance(role, str) else "",
    )


def baked(layer: graph.Layer) -> tuple[str, ...]:
    """The keys of a layer that ease, for which every frame gets a key."""
    transform = layer.transform
    curves: dict[str, Curve | None] = {
        "transform.opacity": transform.opacity,
        "transform.scale": transform.scale,
        "transform.position": transform.position,
        "transform.rotation": transform.rotation,
        "sound.gain": layer.sound.gain,
        "sound.pan": layer.sound.pan,
    }
    return tuple(key for key, curve in curves.items() if curve is not None and eases(curve))


def _crop(effects: Any) -> tuple[float, float, float, float] | None:
    """The crop of a layer that has no other effect, where it says its sides in per cent and none of them moves."""
    if not isinstance(effects, list) or len(effects) != 1:
        return None
    crop = mapping(mapping(effects[0]).get("crop"))
    if not crop or set(crop) - set(_SIDES):
        return None
    try:
        sides = [float(str(crop.get(side, "0%")).removesuffix("%")) / 100 for side in _SIDES]
    except ValueError:
        return None
    if not all(str(value).endswith("%") or str(value) == "0" for value in crop.values()):
        return None
    return (sides[0], sides[1], sides[2], sides[3])
