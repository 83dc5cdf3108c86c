"""Layers of OpenEXR: the names of a file's channels go in, those that are shown as red, green, blue and alpha come out.

A channel ``diffuse.R`` is the red of the layer ``diffuse`` (OpenEXR, technical introduction, "Layers"); where a file
has several parts, a part's name is often the layer's, and its channels have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Layers that hold the whole picture, where renderers give it a name; else the first that has colours counts.
_BEAUTY: Final = ("", "rgba", "rgb", "beauty", "combined", "composite", "final", "main")
# What is no colour is shown as if it were: normals, positions, motion.
_ALIKE: Final = (("X", "Y", "Z"), ("U", "V"))
_MOST_SAID: Final = 24


@dataclass(frozen=True)
class Part:
    """One of a file's parts.

    :param name: empty where it has none
    :param channels: their whole names
    """

    name: str
    channels: tuple[str, ...]

    @property
    def layers(self) -> dict[str, dict[str, str]]:
        """By their names, empty for the one without: the whole names of their channels by the last part of these."""
        found: dict[str, dict[str, str]] = {}
        for name in self.channels:
            layer, _, letter = name.rpartition(".")
            found.setdefault(layer, {})[letter.upper() if len(letter) <= 2 else letter] = name
        return found


def in_words(parts: Sequence[Part]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the parts, where there are several, and all layers with what they are made of."""
    said = []
    for number, part in enumerate(parts, start=1):
        where = f", in part {number}" if len(parts) > 1 else ""
        said += [f"{f'{name}: ' if name else ''}{' '.join(names)}{where}" for name, names in part.layers.items()]
    names = tuple(part.name or "without a name" for part in parts) if len(parts) > 1 else ()
    return names, tuple(said)


def chosen(parts: Sequence[Part], part: str, layer: str) -> tuple[int, dict[str, str]]:
    """The number of a part, from 0, and the names of its channels by what they are shown as.

    Where no layer is named, it is the one with colours that has no name, else one that is named as renderers name the
    whole picture, else the first; of several parts the first that has one. A layer has R, G, B, or Y, or Y, RY and BY,
    and perhaps A; one channel alone is grey.

    :param part: its name, or its number, from 1; empty for any
    :param layer: its name; the end of it after a dot, or that of a part, if just one has it; or a channel's whole name
    :raises LookupError: there is none, or several; the message says which there are
    """
    among = _among(parts, part)
    if layer:
        number, names = _named([(number, parts[number]) for number in among], layer, parts)
        return number, _shown(names, layer)
    found = []
    for number in among:
        channels = parts[number].channels
        for order, (name, names) in enumerate(parts[number].layers.items()):
            kind = 0 if {"R", "G", "B"} <= set(names) else 1 if "Y" in names else 2
            place = _BEAUTY.index(name.lower()) if name.lower() in _BEAUTY else len(_BEAUTY)
            if kind < 2:
                found.append((kind, place, number, order, names))
            elif len(channels) == 1 and len(among) == 1:
                found.append((kind, place, number, order, {"Y": channels[0]}))
    if not found:
        listed = ", ".join(sorted(name for number in among for name in parts[number].channels))
        raise LookupError(f"has no channels R, G, B or Y, but {listed[:200]}; pick one with `layer`")
    _, _, number, _, names = min(found, key=lambda one: one[:4])
    return number, names


def _among(parts: Sequence[Part], part: str) -> list[int]:
    if not part:
        return list(range(len(parts)))
    for same in (str, str.lower):
        found = [number for number, one in enumerate(parts) if one.name and same(one.name) == same(part)]
        if found:
            return found[:1]
    if part.isascii() and part.isdigit() and 1 <= int(part) <= len(parts):
        return [int(part) - 1]
    listed = ", ".join(f"{number} is {one.name or 'without a name'}" for number, one in enumerate(parts, start=1))
    raise LookupError(f"has no part {part!r}: of its {len(parts)}, {listed[:200]}")


def _named(among: Sequence[tuple[int, Part]], layer: str, parts: Sequence[Part]) -> tuple[int, dict[str, str]]:
    """What a name is of: a layer, a part, a channel, or the end of a layer's name."""
    every = [(number, name, names) for number, part in among for name, names in part.layers.items()]
    for same in (str, str.lower):
        wanted = same(layer)
        for number, name, names in every:
            if name and same(name) == wanted:
                return number, names
        for number, part in among:
            if part.name and same(part.name) == wanted and "" in part.layers:
                return number, part.layers[""]
        for number, part in among:
            for channel in part.channels:
                if same(channel) == wanted:
                    return number, {"Y": channel}
        ends = [(number, names) for number, name, names in every if same(name).endswith(f".{wanted}")]
        if len(ends) == 1:
            return ends[0]
    _, said = in_words(parts)
    more = f" and {len(said) - _MOST_SAID} more" if len(said) > _MOST_SAID else ""
    raise LookupError(f"has no layer {layer!r}, or several: it has {'; '.join(said[:_MOST_SAID])}{more}")


def _shown(names: dict[str, str], layer: str) -> dict[str, str]:
    """The channels of a layer by what they are shown as."""
    if {"R", "G", "B"} <= set(names) or ("Y" in names and "X" not in names):
        return names
    for alike in _ALIKE:
        if set(alike) <= set(names):
            return dict(zip("RGB", (names[letter] for letter in alike), strict=False))
    if len(names) == 1:
        return {"Y": next(iter(names.values()))}
    listed = ", ".join(names.values())
    raise LookupError(f"its layer {layer!r} has no channels R, G, B or Y, but {listed[:200]}; name one of them")
