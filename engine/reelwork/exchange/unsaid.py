"""What goes unsaid: the keys of a clip that a format has no word for go in, findings come out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from reelwork.exchange.carried import mapping
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import Clip

#: Keys whose parts formats carry, or do not, one by one.
_PARTED: Final = ("sound", "transform", "text")
#: What every format carries: a clip without sound has none there, what is not seen is disabled, or sound alone. What a
#: clip is made of is told where it is left out.
_ALWAYS: Final = frozenset(
    ("visible", "sound.mute", "text", "text.content", "text.asset", "solid", "shape", "generate", "adjustment", "slot")
)


def tell_unsaid(clip: Clip, carried: Collection[str], report: Report) -> None:
    """Find every key of a clip that is not carried.

    :param carried: the keys that the format has words for; parts as ``sound.gain``
    """
    keys = mapping(mapping(clip.metadata.get("reelwork")).get("keys"))
    said: list[str] = []
    for key, value in keys.items():
        parts = value if key in _PARTED and isinstance(value, Mapping) else None
        said += [key] if parts is None else [f"{key}.{part}" for part in parts]
    lost = sorted(set(said) - _ALWAYS - set(carried))
    place = f"clip {clip.name!r}"
    if lost:
        report.add(place, f"its {', '.join(lost)}", "left out")
    if clip.effects:
        report.add(place, f"{len(clip.effects)} effect(s) of another program", "left out")
    for key, values in (("transform.opacity", clip.picture.opacity), ("sound.gain", clip.sound.gain)):
        if key in carried and key in said and len(values) > 1:
            report.add(place, f"its {key} moves", "its first value is written")
