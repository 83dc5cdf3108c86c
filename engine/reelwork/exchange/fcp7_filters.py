"""Filters of Final Cut Pro 7's XML: how a clip is seen, heard and runs goes in, what the adapter passes on comes out.

A picture is as large there as its file, so that what is fitted to the frame is scaled; its centre is counted in widths
and heights of the file, and levels are factors (Apple's "Final Cut Pro XML Interchange Format", version 5).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from reelwork.exchange.moving import MOST_KEYS, at, said
from reelwork.exchange.names import FCP7_MODES
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Keys
from reelwork.exchange.unsaid import tell_unsaid

_CARRIED: Final = ("transform.opacity", "transform.rotation", "sound.gain", "sound.pan")


def filters(clip: Clip, frame: tuple[int, int], fps: Fraction, report: Report) -> dict[str, Any]:
    """The keys of a clip's element, filters among them; what cannot be said is reported.

    :param frame: columns and rows of what it stands in
    """
    place, picture = f"clip {clip.name!r}", clip.picture
    carried, found = set(_CARRIED), []
    if clip.speed not in (0, 1):
        found.append(_speed(clip.speed))
    motion, can = _motion(clip, frame, fps, place, report)
    carried |= can
    if motion:
        found.append(_effect("Basic Motion", "basic", "motion", "video", motion))
    if picture.crop is not None:
        carried.add("effects")
        sides = zip(("left", "top", "right", "bottom"), picture.crop, strict=True)
        parts = [{"parameterid": side, "name": side, "value": said(share * 100)} for side, share in sides]
        found.append(_effect("Crop", "crop", "motion", "video", parts))
    if picture.opacity:
        value = _parameter("opacity", picture.opacity, lambda share: said(share * 100), fps, place, report)
        found.append(_effect("Opacity", "opacity", "motion", "video", [value]))
    if clip.sound.gain:
        level = _parameter(
            "level", _levels(clip.sound.gain, clip.duration, fps, place, report), said, fps, place, report
        )
        found.append(_effect("Audio Levels", "audiolevels", "audiolevels", "audio", [level]))
    if clip.sound.pan:
        pan = _parameter("pan", clip.sound.pan, said, fps, place, report)
        found.append(_effect("Audio Pan", "audiopan", "audiopan", "audio", [pan]))
    own: dict[str, Any] = {"filter": found} if found else {}
    if picture.blend in FCP7_MODES:
        carried.add("blend")
        own |= {"compositemode": FCP7_MODES[picture.blend]} if picture.blend != "normal" else {}
    tell_unsaid(clip, carried, report)
    return own


def _motion(
    clip: Clip, frame: tuple[int, int], fps: Fraction, place: str, report: Report
) -> tuple[list[dict[str, Any]], set[str]]:
    """The parameters of a clip's motion, and the keys that they carry."""
    picture, own = clip.picture, clip.source.size or frame
    carried, found = {"fit"}, list[dict[str, Any]]()
    ratios = (frame[0] / own[0], frame[1] / own[1])
    factor = {"contain": min(ratios), "cover": max(ratios)}.get(picture.fit, 1.0)
    if picture.fit == "fill" and ratios[0] != ratios[1]:
        carried.discard("fit")
        factor = min(ratios)
    scale = picture.scale
    if all(along == down for _, (along, down) in scale):
        carried.add("transform.scale")
    else:
        scale = ()
    if factor != 1 or scale:
        sizes = tuple((when, along * factor) for when, (along, _) in scale) or ((ZERO, factor),)
        found.append(_parameter("scale", sizes, lambda size: said(size * 100), fps, place, report))
    if picture.rotation:
        found.append(_parameter("rotation", picture.rotation, said, fps, place, report))
    if "parent" not in clip.metadata.get("reelwork", {}).get("keys", {}):
        carried.add("transform.position")
        if picture.position:

            def centre(share: tuple[float, float]) -> dict[str, str]:
                across, down = (part * side / unit for part, side, unit in zip(share, frame, own, strict=True))
                return {"horiz": said(across), "vert": said(down)}

            found.append(_parameter("center", picture.position, centre, fps, place, report))
    return found, carried


def _levels(gain: Keys[float], lasts: Fraction, fps: Fraction, place: str, report: Report) -> Keys[float]:
    """Factors for levels in dB; on their way, one for each frame, since factors move evenly and levels do not."""
    keys = gain
    if len(gain) > 1:
        first, last = math.ceil(gain[0][0] * fps), math.floor(min(gain[-1][0], lasts) * fps)
        if last - first < MOST_KEYS:
            times = [frame / fps for frame in range(first, last + 1)] or [ZERO]
            keys = tuple((when, at(gain, when, 0.0)) for when in times)
        report.add(place, "its sound.gain moves evenly in dB", "a level for each frame stands for it")
    return tuple((when, 0.0 if level <= -60 else 10 ** (level / 20)) for when, level in keys)


def _speed(speed: Fraction) -> dict[str, Any]:
    values = {"variablespeed": "0", "speed": said(abs(float(speed)) * 100), "reverse": "TRUE" if speed < 0 else "FALSE"}
    parts = [{"parameterid": name, "name": name, "value": value} for name, value in values.items()]
    return _effect("Time Remap", "timeremap", "motion", "video", parts)


def _parameter(
    name: str, keys: Keys[Any], say: Callable[[Any], Any], fps: Fraction, place: str, report: Report
) -> dict[str, Any]:
    """A value with its keys; their instants count from the clip's beginning until the document is whole."""
    found: dict[str, Any] = {"parameterid": name, "name": name, "value": say(keys[0][1])}
    if len(keys) > 1:
        if any((when * fps).denominator != 1 for when, _ in keys):
            report.add(place, f"keyframes of its {name} between frames", "they stand on the nearest frame")
        rounded = {round(when * fps): say(value) for when, value in keys}
        found["keyframe"] = [{"when": str(when), "value": value} for when, value in rounded.items()]
    return found


def _effect(name: str, ident: str, kind: str, media: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    said = {"name": name, "effectid": ident, "effecttype": kind, "mediatype": media, "parameter": parameters}
    return {"effect": said}
