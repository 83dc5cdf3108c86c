"""Names: what other programs call transitions, generators and ways of blending, and what they are called here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

#: Generators of other programs, in small letters.
OF_GENERATORS: Final = {
    "solidcolor": "solid",
    "solid_color": "solid",
    "solid color": "solid",
    "color": "solid",
    "color solid": "solid",
    "custom": "solid",
    "black": "black",
    "bl": "black",
    "slug": "black",
    "gap": "black",
    "smptebars": "bars",
    "smpte bars": "bars",
    "bars": "bars",
    "bars and tone": "bars",
    "hd bars and tone": "bars",
    "color bars": "bars",
    "colorbars": "bars",
    "text": "text",
    "basic title": "text",
    "outline text": "text",
    "lower 3rd": "text",
}
#: Ways of blending in FCPXML and FCP 7 XML, in small letters and without what separates words.
_BLENDS: Final = {
    "normal": "normal",
    "subtract": "subtract",
    "darken": "darken",
    "multiply": "multiply",
    "colorburn": "color-burn",
    "linearburn": "linear-burn",
    "add": "add",
    "lighten": "lighten",
    "screen": "screen",
    "colordodge": "color-dodge",
    "lineardodge": "linear-dodge",
    "overlay": "overlay",
    "softlight": "soft-light",
    "hardlight": "hard-light",
    "vividlight": "vivid-light",
    "linearlight": "linear-light",
    "pinlight": "pin-light",
    "hardmix": "hard-mix",
    "difference": "difference",
    "exclusion": "exclusion",
}
#: The numbers of ways of blending in FCPXML.
FCPX_MODES: Final = {
    "normal": "0",
    "subtract": "2",
    "darken": "3",
    "multiply": "4",
    "color-burn": "5",
    "linear-burn": "6",
    "add": "8",
    "lighten": "9",
    "screen": "10",
    "color-dodge": "11",
    "linear-dodge": "12",
    "overlay": "14",
    "soft-light": "15",
    "hard-light": "16",
    "vivid-light": "17",
    "linear-light": "18",
    "pin-light": "19",
    "hard-mix": "20",
    "difference": "22",
    "exclusion": "23",
}
#: The names of ways of blending in Final Cut Pro 7's XML.
FCP7_MODES: Final = {
    "normal": "normal",
    "add": "add",
    "subtract": "subtract",
    "difference": "difference",
    "multiply": "multiply",
    "screen": "screen",
    "overlay": "overlay",
    "hard-light": "hardlight",
    "soft-light": "softlight",
    "darken": "darken",
    "lighten": "lighten",
}
_WIPES: Final = {"right": 0, "down": 90, "left": 180, "up": 270, "horizontal": 0, "vertical": 90, "barn": 0, "iris": 0}


def blend_of(name: str) -> str | None:
    """Our merge of another program's name, or ``None`` where we have none."""
    return _BLENDS.get(re.sub(r"[^a-z]", "", name.lower()))


def transition_of(name: str) -> tuple[str, Mapping[str, Any], bool]:
    """Our transition for another program's, its parameters, and whether it is the same one."""
    said = re.sub(r"[^a-z0-9]", "", name.lower())
    if said in (
        "smptedissolve",
        "crossdissolve",
        "dissolve",
        "filmdissolve",
        "crossfade",
        "crossfade0db",
        "crossfade3db",
    ):
        return "dissolve", {}, True
    if (
        "dip" in said
        or "fadethrough" in said
        or "fadeinfadeout" in said
        or "fadetocolor" in said
        or "throughcolor" in said
    ):
        return "fade-through", {"colour": "#ffffff"} if "white" in said else {}, "white" in said or "black" in said
    if "push" in said or "slide" in said:
        return "slide", {}, False
    for word, angle in _WIPES.items():
        if "wipe" in said and word in said:
            return "wipe", {"angle": angle, "softness": "0%"}, False
    if "wipe" in said or "iris" in said or "barn" in said or "clock" in said:
        return "wipe", {"softness": "0%"}, False
    return "dissolve", {}, False
