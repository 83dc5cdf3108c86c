"""How clips of Final Cut Pro 7's XML look, sound and run: their filters go in, ours come out.

Keyframes count frames from where the clip's ``in`` counts from; a picture is as large as its file, and its centre is
counted in widths and heights of the file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from reelwork.exchange.carried import mapping
from reelwork.exchange.moving import MOST_KEYS, at
from reelwork.exchange.names import blend_of
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Data, Keys, Picture

#: The filters that are read here.
READ: Final = ("timeremap", "basic", "crop", "opacity", "audiolevels", "audiopan")
_KNOWN: Final = {
    "basic": ("scale", "rotation", "center", "centerOffset", "antiflicker"),
    "crop": ("left", "top", "right", "bottom", "edgefeather"),
}


def parameters(found: Any) -> dict[str, Any]:
    """A filter's parameters by their ids: the value, or the keys of one that moves."""
    return {
        str(each.get("parameterid", "")): each.get("keyframe") or each.get("value")
        for each in (found if isinstance(found, list) else [found])
        if isinstance(each, Mapping)
    }


def looked(clip: Clip, filters: Data, begin: Fraction, fps: Fraction, mode: str, place: str, report: Report) -> Clip:
    """The clip with what its filters say.

    :param filters: parameters by the filters' ids
    :param begin: where its keyframes count from, seconds before it begins
    :param fps: frames of its keyframes a second
    :param mode: its way of blending
    """
    reader = _Reader(begin, fps, place, report)
    basic, crop = mapping(filters.get("basic")), mapping(filters.get("crop"))
    for name, unknown in (("basic", "distort"), ("crop", "feather")):
        more = set(mapping(filters.get(name))) - set(_KNOWN[name])
        if more:
            report.add(place, f"the {unknown} of its {name}: {', '.join(sorted(more))}", "it is left out")
    if any(value not in ("0", "", None) for value in _flat(basic.get("centerOffset"))):
        report.add(place, "the anchor of its motion", "it turns and grows about its centre")
    if mode and blend_of(mode) is None:
        report.add(place, f"the composite mode {mode!r}", "it is painted over what is below")
    sides = [reader.keys(crop.get(side), _number, 0.0) for side in ("left", "top", "right", "bottom")]
    if any(len(keys) > 1 for keys in sides):
        report.add(place, "a crop that moves", "it stays as it begins")
    cut = [keys[0][1] / 100 if keys else 0.0 for keys in sides]
    picture = Picture(
        opacity=reader.keys(mapping(filters.get("opacity")).get("opacity"), _share, 1.0),
        blend=(blend_of(mode) if mode else None) or "normal",
        fit="none",
        scale=reader.keys(basic.get("scale"), lambda value: (_number(value) / 100,) * 2, (1.0, 1.0)),
        position=reader.keys(basic.get("center"), _centre, (0.0, 0.0)),
        of_own=True,
        rotation=reader.keys(basic.get("rotation"), _number, 0.0),
        crop=(cut[0], cut[1], cut[2], cut[3]) if any(cut) else None,
    )
    gain = reader.levels(mapping(filters.get("audiolevels")).get("level"))
    pan = reader.keys(mapping(filters.get("audiopan")).get("pan"), lambda value: max(-1, min(1, _number(value))), 0.0)
    return replace(clip, picture=picture, sound=replace(clip.sound, gain=gain, pan=pan))


def speeds(found: Data, begin: Fraction, lasts: Fraction, fps: Fraction) -> list[tuple[Fraction, Fraction, Fraction]]:
    """The parts of one speed each of a clip whose speed changes: duration, where in its file, speed.

    :param found: the parameters of its time remapping, whose graph leads from frames of the clip to frames of the file
    :param begin: where in the frames of the clip it begins, seconds
    """
    graph = sorted(
        (Fraction(str(key.get("when"))) / fps, Fraction(str(_number(key.get("value")))) / fps)
        for key in found.get("graphdict", ())
        if isinstance(key, Mapping)
    )
    parts = []
    for (time, value), (later, other) in pairwise(graph):
        start, end = max(begin, time), min(begin + lasts, later)
        if end > start:
            pace = (other - value) / (later - time)
            shown = [value + (when - time) * pace for when in (start, end)]
            parts.append((end - start, min(shown), pace))
    return parts if sum((part[0] for part in parts), ZERO) == lasts else []


class _Reader:
    def __init__(self, begin: Fraction, fps: Fraction, place: str, report: Report) -> None:
        self._begin = begin
        self._fps = fps
        self._place = place
        self._report = report

    def keys(self, found: Any, read: Callable[[Any], Any], default: Any) -> Keys[Any]:
        """The keys of a parameter, from the clip's beginning."""
        if found is None:
            return ()
        if not isinstance(found, list) and not (isinstance(found, Mapping) and "when" in found):
            value = read(found)
            return () if value == default else ((ZERO, value),)
        moved: dict[Fraction, Any] = {}
        for key in found if isinstance(found, list) else [found]:
            if isinstance(key, Mapping):
                moved[Fraction(round(_number(key.get("when")))) / self._fps - self._begin] = read(key.get("value"))
                if {"inscale", "outscale", "inbez", "outbez", "interpolation"} & set(key):
                    what = "keyframes that ease"
                    self._report.add(self._place, what, "straight lines lead from one to the next")
        return tuple(sorted(moved.items(), key=lambda key: key[0]))

    def levels(self, found: Any) -> Keys[float]:
        """Factors as levels in dB; on their way, one for each frame."""
        keys = self.keys(found, _number, 1.0)
        if len(keys) > 1:
            first, last = math.ceil(keys[0][0] * self._fps), math.floor(keys[-1][0] * self._fps)
            if last - first < MOST_KEYS:
                times = sorted({*(frame / self._fps for frame in range(first, last + 1)), keys[0][0], keys[-1][0]})
                keys = tuple((when, at(keys, when, 1.0)) for when in times)
            self._report.add(self._place, "its level moves evenly as a factor", "a level in dB for each frame does so")
        return tuple((when, round(max(-60.0, 20 * math.log10(max(factor, 1e-3))), 7)) for when, factor in keys)


def _number(value: Any) -> float:
    """A number; 0 where it is none."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return 0.0
    return found if math.isfinite(found) else 0.0


def _share(value: Any) -> float:
    return min(1.0, max(0.0, _number(value) / 100))


def _centre(value: Any) -> tuple[float, float]:
    return (_number(mapping(value).get("horiz")), _number(mapping(value).get("vert")))


def _flat(value: Any) -> Iterator[Any]:
    """The values that are written in a value."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _flat(part)
    else:
        yield value
