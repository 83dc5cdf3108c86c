"""How clips of FCPXML look and sound: their adjustments go in, ours come out, and what there is no equal of is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final
from xml.etree.ElementTree import Element

from reelwork.exchange.fcpx_values import number, pair, seconds
from reelwork.exchange.moving import together
from reelwork.exchange.names import FCPX_MODES, blend_of
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Data, Keys, Marker, Pair, Picture, Sound

_KNOWN: Final = frozenset(
    (
        "adjust-volume",
        "adjust-panner",
        "adjust-blend",
        "adjust-transform",
        "adjust-conform",
        "adjust-crop",
        "conform-rate",
        "timeMap",
    )
)


def looked(clip: Clip, element: Element, start: Fraction, aspect: float, own: float, report: Report) -> Clip:
    """The clip with an element's adjustments.

    :param start: the instant of the element's own time at which the clip begins
    :param aspect: the frame's width by its height
    :param own: the same of the picture itself
    """
    place = f"clip {clip.name!r}"
    for child in element:
        if child.tag.startswith(("adjust-", "filter-")) and child.tag not in _KNOWN:
            what = child.get("name") or child.tag
            report.add(place, f"the effect {what!r}", "it is not applied")
    sound = _sound(element, clip.sound, start, place, report)
    return replace(clip, sound=sound, picture=_picture(element, start, aspect, own, place, report))


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


def _sound(element: Element, sound: Sound, start: Fraction, place: str, report: Report) -> Sound:
    volume, panner = element.find("adjust-volume"), element.find("adjust-panner")
    if role := element.get("audioRole"):
        name, _, part = role.partition(".")
        if part and not part.startswith(f"{name}-"):
            report.add(place, f"the part {part!r} of its role {name!r}", "left out")
        sound = replace(sound, role=name)
    if volume is not None:
        sound = replace(sound, gain=_keys(volume, "amount", start, _level, 0.0, place, report))
        for fade in (fade for kind in ("fadeIn", "fadeOut") for fade in volume.iter(kind)):
            report.add(place, f"a {'fade-in' if fade.tag == 'fadeIn' else 'fade-out'} of its sound", "it is left out")
    if panner is not None:
        if panner.get("mode", "1") != "1":
            report.add(place, f"its sound is panned in mode {panner.get('mode')}, around", "left and right alone count")
        pan = _keys(panner, "amount", start, lambda text: max(-1.0, min(1.0, number(text) / 100)), 0.0, place, report)
        sound = replace(sound, pan=pan)
    return sound


def _picture(element: Element, start: Fraction, aspect: float, own: float, place: str, report: Report) -> Picture:
    picture = Picture(fit="contain")
    blend, transform = element.find("adjust-blend"), element.find("adjust-transform")
    conform, crop = element.find("adjust-conform"), element.find("adjust-crop")
    if blend is not None:
        opacity = _keys(blend, "amount", start, lambda text: min(1.0, max(0.0, number(text))), 1.0, place, report)
        picture = replace(picture, opacity=opacity)
        if blend.get("mode"):
            merge = _mode(blend.get("mode", ""))
            if merge is None:
                report.add(place, f"the blend mode {blend.get('mode')}", "it is painted over what is below")
            picture = replace(picture, blend=merge or "normal")
    if conform is not None:
        fits = {"none": "none", "fill": "cover"}
        picture = replace(picture, fit=fits.get(conform.get("type", "fit"), "contain"))
    if transform is not None and transform.get("enabled") != "0":
        # positions are per cent of the frame's height, upwards
        def share(text: str) -> Pair:
            x, y = pair(text, 0.0)
            return (x / 100 / aspect, -y / 100)

        if pair(transform.get("anchor"), 0.0) != (0.0, 0.0):
            report.add(place, "the anchor of its transform", "it turns and grows about its centre")
        picture = replace(
            picture,
            position=_keys(transform, "position", start, share, (0.0, 0.0), place, report),
            scale=_keys(transform, "scale", start, lambda text: pair(text, 1.0), (1.0, 1.0), place, report),
            rotation=_keys(transform, "rotation", start, lambda text: -number(text), 0.0, place, report),
        )
    if crop is not None and crop.get("enabled") != "0":
        trim = crop.find("trim-rect")
        if crop.get("mode") != "trim" or trim is None or trim.find(".//keyframe") is not None:
            report.add(place, f"a crop of the kind {crop.get('mode')!r}, or one that moves", "it is left out")
        else:
            units = (own, 1.0, own, 1.0)
            sides = [number(trim.get(side, "0")) / 100 for side in ("left", "top", "right", "bottom")]
            shares = [side / unit for side, unit in zip(sides, units, strict=True)]
            picture = replace(picture, crop=(shares[0], shares[1], shares[2], shares[3]) if any(shares) else None)
    return picture


def _keys(
    element: Element,
    name: str,
    start: Fraction,
    read: Callable[[str], Any],
    default: Any,
    place: str,
    report: Report,
) -> Keys[Any]:
    """The keys of a value, from the clip's beginning: those of its parameter, else its attribute."""
    parameter = next((each for each in element.findall("param") if each.get("name") == name), None)
    keys: Keys[Any] = ()
    if parameter is not None:
        parts = {each.get("name"): _animated(each, start, number, place, name, report) for each in parameter}
        if "X" in parts or "Y" in parts:
            axes = together(
                parts.get("X", ()), parts.get("Y", ()), pair(element.get(name), 1.0 if name == "scale" else 0.0)
            )
            keys = tuple((at, read(f"{x!r} {y!r}")) for at, (x, y) in axes)
        else:
            keys = _animated(parameter, start, read, place, name, report)
    if not keys and (text := element.get(name)) is not None:
        keys = ((ZERO, read(text)),)
    return () if len({value for _, value in keys}) == 1 and keys[0][1] == default else keys


def _animated(
    parameter: Element, start: Fraction, read: Callable[[str], Any], place: str, name: str, report: Report
) -> Keys[Any]:
    found = parameter.findall("./keyframeAnimation/keyframe")
    if any(each.get("interp", "linear") != "linear" for each in found) or (
        len(found) > 2 and name == "position" and any(each.get("curve", "smooth") != "linear" for each in found)
    ):
        report.add(place, f"keyframes of its {name} that ease or bend", "straight lines lead from one to the next")
    keys = {seconds(each.get("time")) - start: read(each.get("value", "0")) for each in found}
    return tuple(sorted(keys.items(), key=lambda key: key[0]))


def _mode(mode: str) -> str | None:
    digits = re.match(r"\d+", mode)
    if digits is None:
        return blend_of(mode)
    return next((name for name, number in FCPX_MODES.items() if number == digits[0]), None)


def _level(text: str) -> float:
    found = re.match(r"-?\d*\.?\d+", text)
    return max(-60.0, number(found[0])) if found else 0.0
