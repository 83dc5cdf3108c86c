"""The size and the colour of FCPXML's titles: keys of a scene's text go in and attributes come out, and back.

A title's size counts in 1080ths of the frame's height, as those do that Final Cut Pro has by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from reelwork.exchange.carried import mapping
from reelwork.exchange.fcpx_values import number
from reelwork.exchange.timeline import Clip, Data

_UNIT: Final = 1080
_LENGTH: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(%|px)?")
_COLOUR: Final = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def attributes(clip: Clip, frame: tuple[int, int]) -> dict[str, str]:
    """What a clip of ours says of its words' size and colour, as far as a title can say it."""
    keys = _keys(clip)
    found = {"alignment": "center"}
    if size := _LENGTH.fullmatch(str(keys.get("size", "6%"))):
        pixels = float(size[1]) * (min(frame) / 100 if size[2] == "%" else 1)
        found["fontSize"] = f"{pixels * _UNIT / frame[1]:.6g}"
    if _COLOUR.fullmatch(fill := str(keys.get("fill", "#ffffff"))):
        parts = [int(fill[place : place + 2], 16) / 255 for place in range(1, len(fill), 2)]
        found["fontColor"] = " ".join(f"{part:.6g}" for part in (*parts, 1.0)[:4])
    return found


def carried(clip: Clip) -> set[str]:
    """The keys of a clip's text that :func:`attributes` says."""
    said = attributes(clip, (_UNIT, _UNIT))
    return {key for key, word in (("text.size", "fontSize"), ("text.fill", "fontColor")) if word in said}


def style(title: Element, high: int) -> Data:
    """The keys of a scene's text for a title's first words.

    :param high: rows of the frame
    :raises ValueError: a number is none
    """
    defined = {each.get("id"): each.find("text-style") for each in title.findall("text-style-def")}
    run = title.find("text/text-style")
    if run is None:
        return {}
    known = defined.get(run.get("ref"))
    said = {**(known.attrib if known is not None else {}), **run.attrib}
    found: dict[str, str] = {}
    if size := said.get("fontSize"):
        found["size"] = f"{max(0.0, number(size)) * high / _UNIT:.6g}"
    parts = [min(1.0, max(0.0, number(part))) for part in said.get("fontColor", "").split()]
    if len(parts) in (3, 4):
        shown = parts[:3] if parts[3:] == [1.0] else parts
        found["fill"] = "#" + "".join(f"{round(part * 255):02x}" for part in shown)
    return found


def _keys(clip: Clip) -> Mapping[str, Any]:
    return mapping(mapping(mapping(clip.metadata.get("reelwork")).get("keys")).get("text"))
