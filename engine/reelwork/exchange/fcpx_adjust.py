"""Adjustments of FCPXML: how a clip is seen and heard goes in, the elements that say so come out.

Positions there are per cent of the frame's height, upwards, angles run against the clock, and what is trimmed is per
cent of the picture's height (Apple's FCPXML reference, ``adjust-transform`` and ``trim-rect``).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

from reelwork.exchange import fcpx_titles
from reelwork.exchange.moving import said
from reelwork.exchange.names import FCPX_MODES
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import ZERO, Clip, Keys, Picture, Reference, Sound
from reelwork.exchange.unsaid import tell_unsaid

_FITS: Final = {"none": "none", "fill": "none", "contain": "fit", "cover": "fill"}
_CARRIED: Final = (
    "fit",
    "transform.opacity",
    "transform.scale",
    "transform.rotation",
    "transform.position",
    "sound.gain",
    "sound.pan",
    "blend",
)


def adjust(element: Element, clip: Clip, sound: Clip, start: Fraction, frame: tuple[int, int], report: Report) -> None:
    """Say how a clip is seen and heard, and report what cannot be said.

    :param sound: the clip that is heard with it, or itself
    :param start: where the clip begins in its own time
    :param frame: columns and rows of what it stands in
    """
    picture, own = clip.picture, clip.source.size
    if isinstance(clip.source, Reference) and (alpha := clip.source.parameters.get("alpha")) is not None:
        report.add(f"clip {clip.name!r}", "the alpha of its solid", "its opacity says so")
        keys = picture.opacity or ((ZERO, 1.0),)
        picture = Picture(**{**vars(picture), "opacity": tuple((at, value * alpha) for at, value in keys)})
    carried = set(_CARRIED)
    keys = clip.metadata.get("reelwork", {}).get("keys", {})
    if "parent" in keys:
        carried.discard("transform.position")
    if element.get("srcEnable") != "audio":
        if picture.crop is not None:
            carried.add("effects")
        _see(element, picture, own, start, frame)
        if picture.blend not in FCPX_MODES:
            carried.discard("blend")
    if element.tag == "asset-clip":
        carried.add("sound.role")
    if element.tag == "title":
        carried |= fcpx_titles.carried(clip)
    _hear(element, sound.sound, start)
    for each in (clip,) if sound is clip else (clip, sound):
        tell_unsaid(each, carried, report)


def _see(
    element: Element, picture: Picture, own: tuple[int, int] | None, start: Fraction, frame: tuple[int, int]
) -> None:
    wide, high = frame
    if picture.crop is not None:
        across = (own or frame)[0] / (own or frame)[1]
        units = (across, 1.0, across, 1.0)
        sides = zip(("left", "top", "right", "bottom"), picture.crop, units, strict=True)
        trim = {side: said(share * unit * 100) for side, share, unit in sides}
        SubElement(SubElement(element, "adjust-crop", mode="trim"), "trim-rect", trim)
    scale = picture.scale
    if own is not None and own != frame and picture.fit:
        SubElement(element, "adjust-conform", type=_FITS[picture.fit])
        if picture.fit == "fill":
            along, down = wide / own[0], high / own[1]
            scale = tuple((at, (x * along, y * down)) for at, (x, y) in scale or ((ZERO, (1.0, 1.0)),))
    if picture.position or scale or picture.rotation:
        transform = SubElement(element, "adjust-transform")
        _value(
            transform,
            "position",
            picture.position,
            start,
            lambda share: f"{said(share[0] * wide / high * 100)} {said(-share[1] * 100)}",
        )
        _value(transform, "scale", scale, start, lambda pair: f"{said(pair[0])} {said(pair[1])}")
        _value(transform, "rotation", picture.rotation, start, lambda angle: said(-angle))
    mode = FCPX_MODES.get(picture.blend, "0")
    if picture.opacity or mode != "0":
        blend = SubElement(element, "adjust-blend")
        _value(blend, "amount", picture.opacity, start, said)
        if mode != "0":
            blend.set("mode", mode)


def _hear(element: Element, sound: Sound, start: Fraction) -> None:
    if sound.role and element.tag == "asset-clip":
        element.set("audioRole", sound.role)
    if sound.gain:
        _value(SubElement(element, "adjust-volume"), "amount", sound.gain, start, lambda level: f"{said(level)}dB")
    if sound.pan:
        panner = SubElement(element, "adjust-panner", mode="1")  # between left and right
        _value(panner, "amount", sound.pan, start, lambda pan: said(pan * 100))


def _value(parent: Element, name: str, keys: Keys[Any], start: Fraction, say: Callable[[Any], str]) -> None:
    """A value as an attribute, with its keys where it moves."""
    if not keys:
        return
    parent.set(name, say(keys[0][1]))
    if len(keys) > 1:
        animation = SubElement(SubElement(parent, "param", name=name), "keyframeAnimation")
        for at, value in keys:
            SubElement(
                animation, "keyframe", time=seconds(start + at), value=say(value), interp="linear", curve="linear"
            )


def seconds(time: Fraction) -> str:
    """A time as FCPXML writes it."""
    whole = time.denominator == 1
    return f"{time.numerator}s" if whole else f"{time.numerator}/{time.denominator}s"
