"""How clips of FCPXML look and sound: their adjustments go in, ours come out, and what there is no equal of is said."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from reelwork.exchange.fcpx_values import number, pair, seconds
from reelwork.exchange.names import blend_of
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Data, Marker, Picture, Sound

_KNOWN: Final = frozenset(
    ("adjust-volume", "adjust-panner", "adjust-blend", "adjust-transform", "adjust-conform", "conform-rate", "timeMap")
)


def looked(clip: Clip, element: Element, aspect: float, report: Report) -> Clip:
    """The clip with an element's adjustments.

    :param aspect: the frame's width by its height
    """
    place = f"clip {clip.name!r}"
    for child in element:
        if child.tag.startswith(("adjust-", "filter-")) and child.tag not in _KNOWN:
            what = child.get("name") or child.tag
            report.add(place, f"the effect {what!r}", "it is not applied")
    return replace(clip, sound=_sound(element, clip.sound), picture=_picture(element, place, aspect, report))


def markers(element: Element, start: Fraction) -> tuple[Marker, ...]:
    """The markers of a clip or of a sequence, from its beginning."""
    return tuple(
        Marker(
            at=seconds(each.get("start")) - start,
            name=each.get("value", ""),
            comment=each.get("note", ""),
            colour="BLUE" if each.tag == "chapter-marker" else "",
            duration=seconds(each.get("duration")),
            chapter=each.tag == "chapter-marker",
        )
        for each in element
        if each.tag in ("marker", "chapter-marker")
    )


def colour(element: Element) -> Data:
    """The colour of a generator, where one of its parameters says it."""
    for each in element.iter("param"):
        if "color" in each.get("name", "").lower():
            parts = [number(part) for part in re.findall(r"-?\d*\.?\d+", each.get("value", ""))]
            if len(parts) >= 3:
                return {"color": parts}
    return {}


def _sound(element: Element, sound: Sound) -> Sound:
    volume, panner = element.find("adjust-volume"), element.find("adjust-panner")
    if volume is not None:
        keys = [
            (seconds(each.get("time")), _level(each.get("value", "")))
            for each in volume.findall("./param/keyframeAnimation/keyframe")
        ]
        begin = seconds(element.get("start"))
        moved = tuple((time - begin, level) for time, level in keys)
        level = _level(volume.get("amount", "0dB"))
        sound = replace(sound, gain=moved or (((ZERO, level),) if level else ()))
    if panner is not None and panner.get("amount"):
        sound = replace(sound, pan=max(-1.0, min(1.0, number(panner.get("amount", "0")) / 100)))
    return sound


def _picture(element: Element, place: str, aspect: float, report: Report) -> Picture:
    picture = Picture()
    blend, transform = element.find("adjust-blend"), element.find("adjust-transform")
    if blend is not None:
        if blend.get("amount"):
            picture = replace(picture, opacity=((ZERO, min(1.0, max(0.0, number(blend.get("amount", "1"))))),))
        if blend.get("mode"):
            merge = _mode(blend.get("mode", ""))
            if merge is None:
                report.add(place, f"the blend mode {blend.get('mode')}", "it is painted over what is below")
            picture = replace(picture, blend=merge or "normal")
    if transform is not None:
        if transform.find(".//keyframe") is not None:
            report.add(place, "a transform that moves", "it stands still as it begins")
        # positions are per cent of the frame's height, upwards
        x, y = pair(transform.get("position"), 0.0)
        wide, high = pair(transform.get("scale"), 1.0)
        picture = replace(picture, scale=(wide, high), rotation=-number(transform.get("rotation", "0")))
        picture = replace(picture, position=(x / 100 / aspect, -y / 100))
    return picture


def _mode(mode: str) -> str | None:
    numbers = {"0": "normal", "2": "subtract", "3": "darken", "4": "multiply", "5": "color-burn", "6": "linear-burn"}
    numbers |= {"8": "add", "9": "lighten", "10": "screen", "11": "color-dodge", "12": "linear-dodge", "14": "overlay"}
    numbers |= {"15": "soft-light", "16": "hard-light", "17": "vivid-light", "18": "linear-light", "19": "pin-light"}
    numbers |= {"20": "hard-mix", "22": "difference", "23": "exclusion"}
    digits = re.match(r"\d+", mode)
    return numbers.get(digits[0]) if digits else blend_of(mode)


def _level(text: str) -> float:
    found = re.match(r"-?\d*\.?\d+", text)
    return max(-60.0, number(found[0])) if found else 0.0
