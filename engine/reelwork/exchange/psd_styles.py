"""Layer styles of layered pictures: effects where ours do the same, overlays as pictures; the others are named."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, Final

import numpy as np
from psd_tools.composite import paint
from psd_tools.constants import ColorMode

from reelwork.exchange.psd_pixels import Drawn, with_coverage
from reelwork.exchange.report import Report

_NAMES: Final = {
    "dropshadow": "a drop shadow",
    "innershadow": "an inner shadow",
    "outerglow": "an outer glow",
    "innerglow": "an inner glow",
    "stroke": "a stroke",
    "coloroverlay": "a colour overlay",
    "gradientoverlay": "a gradient overlay",
    "patternoverlay": "a pattern overlay",
    "bevelemboss": "bevel and emboss",
    "satin": "satin",
}
#: From the bottom, as Photoshop mixes them.
_OVERLAYS: Final = ("patternoverlay", "gradientoverlay", "coloroverlay")
#: In the order in which ours are put on: what a shadow is thrown by comes before it.
_EFFECTS: Final = ("innerglow", "innershadow", "stroke", "outerglow", "dropshadow")
_POSITIONS: Final = {"INSIDE": "inside", "OUTSIDE": "outside", "CENTER": "centre"}


@dataclass(frozen=True)
class Overlay:
    """A picture over a layer, where the layer is.

    :param colours: ``float64[row, column, 4]``, as large as the layer's picture
    """

    name: str
    colours: np.ndarray[Any, np.dtype[np.float64]]
    blend: str
    opacity: float


class Styles:
    """Says what the styles of layers become."""

    def __init__(self, document: Any, report: Report) -> None:
        self._document = document
        self._report = report

    def has(self, layer: Any) -> bool:
        """Whether a layer has a style that is seen."""
        return bool(self._found(layer))

    def effects(self, layer: Any, place: str) -> list[Any]:
        """The effects that a layer's style is; what is none of ours is told."""
        made: list[Any] = []
        found = self._found(layer)
        for name in _EFFECTS:
            for style in (part for part in found if _kind(part) == name):
                effect = self._effect(style, name, place, float(layer.effects.scale or 100.0) / 100)
                made += [effect] if effect is not None else []
        for style in found:
            name = _kind(style)
            if name not in (*_EFFECTS, *_OVERLAYS):
                self._report.add(place, _NAMES.get(name, f"a layer style of kind {name}"), "it is left out")
            elif name in _OVERLAYS and layer.is_group():
                self._report.add(place, f"{_NAMES[name]} of a group", "it is left out")
        return made

    def overlays(self, layer: Any, place: str, drawn: Drawn) -> list[Overlay]:
        """Pictures that lie over a layer."""
        height, width = drawn.colours.shape[:2]
        box = (drawn.left, drawn.top, drawn.left + width, drawn.top + height)
        made = []
        for name in _OVERLAYS:
            for style in (part for part in self._found(layer) if _kind(part) == name):
                try:
                    filled = self._filled(name, style, box)
                except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError, AssertionError):
                    filled = None
                if filled is None:
                    self._report.add(place, f"{_NAMES[name]} that cannot be read", "it is left out")
                    continue
                blend = style.blend_mode.name.lower().replace("_", "-")
                made.append(Overlay(name.removesuffix("overlay"), filled, blend, style.opacity / 100))
        return made

    def _found(self, layer: Any) -> list[Any]:
        if not layer.has_effects() or not layer.effects.enabled:
            return []
        return [style for style in layer.effects if style.enabled]

    def _filled(self, name: str, style: Any, box: tuple[int, int, int, int]) -> np.ndarray[Any, Any] | None:
        filled: tuple[Any, Any]
        match name:
            case "coloroverlay":
                filled = paint.draw_solid_color_fill(box, ColorMode.RGB, style.descriptor)
            case "gradientoverlay":
                filled = paint.draw_gradient_fill(box, ColorMode.RGB, style.descriptor)
            case _:
                filled = paint.draw_pattern_fill(box, self._document, style.descriptor)
        colours, shape = filled
        return None if colours is None else with_coverage(colours, shape)

    def _effect(self, style: Any, name: str, place: str, scale: float) -> dict[str, Any] | None:
        if name == "stroke":
            return self._outline(style, place, scale)
        colour = _colour(style)
        if colour is None:
            self._report.add(place, f"{_NAMES[name]} of a gradient", "it is left out")
            return None
        what = _NAMES[name]
        mode = style.blend_mode.name
        same = (mode, colour) in (("MULTIPLY", "#000000"), ("SCREEN", "#ffffff"))
        if mode not in ("NORMAL", "DISSOLVE") and not same:
            self._report.add(place, f"{what} that is mixed by {mode.lower().replace('_', ' ')}", "it is mixed as it is")
        if getattr(style, "choke", 0) or getattr(style, "spread", 0):
            self._report.add(place, f"the spread of {what}", "it fades evenly")
        source = getattr(style, "glow_source", None)
        if source is not None and source.name == "CENTER":
            self._report.add(place, f"{what} from the centre", "it glows from the edge")
        if _is_bent(style):
            self._report.add(place, f"the contour of {what}", "it fades along a straight line")
        if style.noise:
            self._report.add(place, f"the noise of {what}", "it is left out")
        distance = float(getattr(style, "distance", 0)) * scale
        angle = radians(float(style.angle)) if distance else 0.0
        x, y = -cos(angle) * distance, sin(angle) * distance
        keys = {
            "offset": [f"{x:.4g}", f"{y:.4g}"],
            "blur": f"{float(style.size) * scale:.4g}",
            "colour": colour,
            "opacity": f"{style.opacity:g}%",
        }
        return {"inner-shadow" if name.startswith("inner") else "drop-shadow": keys}

    def _outline(self, style: Any, place: str, scale: float) -> dict[str, Any] | None:
        colour = _colour(style)
        if colour is None or (style.fill_type is not None and style.fill_type.name != "SOLID_COLOR"):
            self._report.add(place, "a stroke of a gradient or a pattern", "it is left out")
            return None
        if style.blend_mode.name != "NORMAL":
            what = f"a stroke that is mixed by {style.blend_mode.name.lower().replace('_', ' ')}"
            self._report.add(place, what, "it is mixed as it is")
        position = _POSITIONS.get(style.position.name if style.position is not None else "", "outside")
        keys = {"width": f"{float(style.size) * scale:.4g}", "colour": colour, "position": position}
        return {"outline": {**keys, "opacity": f"{style.opacity:g}%"}}


def _kind(style: Any) -> str:
    return type(style).__name__.lower()


def _is_bent(style: Any) -> bool:
    """Whether a style fades along a contour other than Photoshop's straight one."""
    contour = getattr(style, "contour", None)
    try:
        points = [(float(point[b"Hrzn"]), float(point[b"Vrtc"])) for point in contour[b"Crv "]] if contour else []
    except (KeyError, TypeError, ValueError):
        return False
    return any(abs(along - up) > 0.5 for along, up in points)


def _colour(style: Any) -> str | None:
    """A style's colour as scenes write it."""
    try:
        colours, _ = paint.draw_solid_color_fill((0, 0, 1, 1), ColorMode.RGB, style.descriptor)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if colours is None:
        return None
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in np.clip(colours[0, 0, :3], 0, 1))
