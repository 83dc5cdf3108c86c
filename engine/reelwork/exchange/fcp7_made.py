"""What an editor makes by itself: a clip of Final Cut Pro 7's XML goes in, the clip with our generator comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reelwork.exchange.carried import mapping
from reelwork.exchange.fcp7_looks import parameters
from reelwork.exchange.names import OF_GENERATORS
from reelwork.exchange.otio_read import plain_data
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import Clip, Reference

#: What Premiere calls pictures with words.
GRAPHIC: Final = "GraphicAndType"
#: Black as Premiere calls it; all else that it calls a slug is something that it does not describe.
_BLACK: Final = ("", "slug", "black", "black video")


def made(clip: Clip, words: str, place: str, report: Report) -> Clip:
    """The clip, where its source is made rather than read, with what its file says of how it looks.

    :param words: those of a picture with words
    """
    source = clip.source
    if not isinstance(source, Reference) or not source.generator:
        return clip
    own, name = mapping(clip.metadata.get("fcp_xml")), source.name.lower()
    if source.generator == "solid":
        return replace(clip, source=replace(source, parameters=_colour(source) or source.parameters))
    if source.generator == GRAPHIC:
        if not words:
            return clip
        report.add(place, "the look of a title", "its words are shown in the scene's own font")
        return replace(clip, source=replace(source, generator="text", parameters={"text": words}))
    if source.generator != "black" or name in _BLACK:
        return clip
    if str(own.get("alphatype", "none")) != "none":
        # Premiere writes its titles and its transparent pictures as slugs that have an alpha
        if name != "transparent video":
            report.add(place, "a title, whose words and looks the file does not say", "nothing is seen of it")
        return replace(clip, source=replace(source, generator="solid", parameters={"color": "#00000000"}))
    kind = OF_GENERATORS.get(name, "black")
    if kind == "black" and not own.get("sourcetrack"):
        report.add(place, f"{source.name!r}, which the editor makes and the file does not hold", "it is black")
    return replace(clip, source=replace(source, generator=kind))


def words_of(clip: Any) -> str:
    """The words of a picture with words, taken from the adapter's clip: each layer is a filter named by them."""
    if getattr(getattr(clip, "media_reference", None), "generator_kind", None) != GRAPHIC:
        return ""
    found = []
    for effect in list(clip.effects):
        own = mapping(plain_data(effect.metadata).get("fcp_xml"))
        names = {mapping(each).get("name") for each in _listed(own.get("parameter"))}
        if own.get("effectid") == GRAPHIC and "Source Text" in names and effect.name.strip():
            found.append(effect.name.replace("\r", "\n").strip())
            clip.effects.remove(effect)
    return "\n".join(found)


def _colour(source: Reference) -> dict[str, Any]:
    """The colour of a matte: parts of 255."""
    value = parameters(mapping(source.metadata.get("fcp_xml")).get("parameter")).get("fillcolor")
    if not isinstance(value, Mapping):
        return {}
    parts = [str(value.get(part, "0")) for part in ("red", "green", "blue")]
    if not all(part.isdecimal() and len(part) <= 3 and int(part) < 256 for part in parts):
        return {}
    return {"color": "#" + "".join(f"{int(part):02x}" for part in parts)}


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]
