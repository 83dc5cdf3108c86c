"""Meaning: a key that is not known goes in, what it is called here and where it stands comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from reelwork import kinds
from reelwork.extensions import Registry
from reelwork.kinds import Param, params
from reelwork.scene import language
from reelwork.scene.report import nearest, one_of, quote
from reelwork.scene.sources import SourceKeys

#: What stylesheets, editors and other programs call the keys of scenes; of several, what a mapping has is meant.
_ALIKE: Final[Mapping[str, tuple[str, ...]]] = {
    "alpha": ("opacity",),
    "angle": ("rotation",),
    "audio": ("asset", "file"),
    "begin": ("start", "range"),
    "blend-mode": ("blend",),
    "border": ("stroke",),
    "center": ("centre",),
    "children": ("layers",),
    "clips": ("sequence",),
    "color": ("colour", "fill", "solid"),
    "colors": ("colours",),
    "colour": ("color", "fill", "solid"),
    "colours": ("colors",),
    "comp": ("composition",),
    "delay": ("start",),
    "family": ("font",),
    "filename": ("file",),
    "end": ("range",),
    "filters": ("effects",),
    "font-family": ("font",),
    "font-size": ("size",),
    "font-style": ("style",),
    "font-weight": ("weight",),
    "footage": ("asset", "file"),
    "format": ("file",),
    "frame-rate": ("fps",),
    "framerate": ("fps",),
    "from": ("start", "in"),
    "height": ("size",),
    "hidden": ("visible",),
    "image": ("asset", "file"),
    "length": ("duration",),
    "layers": ("compositions",),
    "letter-spacing": ("tracking",),
    "license": ("licence",),
    "mode": ("blend",),
    "movie": ("asset", "file"),
    "muted": ("mute",),
    "name": ("id", "title"),
    "offset": ("position", "start"),
    "out": ("end",),
    "path": ("file",),
    "pos": ("position",),
    "quality": ("crf",),
    "rate": ("fps", "speed"),
    "resolution": ("size",),
    "rotate": ("rotation",),
    "size": ("scale",),
    "sequence": ("compositions",),
    "source": ("asset", "file"),
    "src": ("asset", "file"),
    "start": ("range",),
    "text-align": ("align",),
    "thickness": ("width",),
    "timeline": ("sequence", "compositions"),
    "to": ("end",),
    "tracks": ("layers",),
    "translate": ("position",),
    "typeface": ("font",),
    "url": ("file",),
    "video": ("asset", "file"),
    "volume": ("gain",),
    "width": ("size",),
    "x": ("position",),
    "y": ("position",),
    "zoom": ("scale",),
}


def meant(registry: Registry, name: str, known: Mapping[str, Param], written: Iterable[str]) -> str:
    """What to do about a key that a mapping does not take.

    :param known: the keys that it takes
    :param written: the keys that stand in it
    """
    own = _plain(name)
    words = (own, *_ALIKE.get(own, ()))
    beside = set(written)
    if own in known:
        return _named((own,))
    there, elsewhere = _inside(registry, known, beside)
    sources = params(SourceKeys).keys()
    second = beside & sources if sources <= known.keys() else None  # no layer takes another source
    for found in (
        _at((own,), there),
        _named(word for word in words if word in known and not known[word].later and not (second and word in sources)),
        _at(words, there),
        _at((own,), elsewhere),
        _at(words, elsewhere),
        nearest(name, tuple(known)),
    ):
        if found:
            return found
    built = [key for key, param in known.items() if not param.later]
    return f"it takes {one_of(built, 'and')}" if built else "it takes no keys"


def is_for_a_source(registry: Registry, name: str) -> bool:
    """Whether a key that a layer does not take means its source, or stands inside of one."""
    sources = params(SourceKeys)
    own = _plain(name)
    inside = _inside(registry, sources, ())[1]
    return not inside.keys().isdisjoint((own,)) or bool(
        set(_ALIKE.get(own, ())) & sources.keys() or nearest(name, tuple(sources))
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")


def _named(words: Iterable[str]) -> str:
    quoted = [quote(word) for word in words]
    return f"did you mean {one_of(quoted)}?" if quoted else ""


def _inside(
    registry: Registry, known: Mapping[str, Param], beside: Iterable[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The keys of what stands inside of keys, with those that they stand in: of the written ones, and of the others.

    Sources are among the others only where none is written, for there is one alone.
    """
    beside = set(beside)
    there: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    has_source = not beside.isdisjoint(params(SourceKeys))
    for home, param in known.items():
        if param.later or (has_source and home in params(SourceKeys) and home not in beside):
            continue
        for key in _keys(registry, param.kind):
            (there if home in beside else elsewhere).setdefault(key, []).append(home)
    return there, elsewhere


def _keys(registry: Registry, kind: kinds.Kind) -> tuple[str, ...]:
    if isinstance(kind, kinds.Struct):
        return tuple(params(kind.model))
    if isinstance(kind, language.Made) and kind.generator in registry.generators:
        return tuple(registry.generators[kind.generator].params())
    return ()


def _at(words: Iterable[str], inside: Mapping[str, list[str]]) -> str:
    word = next((word for word in words if word in inside), None)
    if word is None:
        return ""
    homes = inside[word]
    return f"it stands inside {one_of(f'`{home}`' for home in homes)}, as in `{homes[0]}: {{{word}: …}}`"
