"""What of FCPXML is not read: an element that was read goes in, findings about all else that it holds come out."""

from __future__ import annotations

from collections import Counter
from typing import Final
from xml.etree.ElementTree import Element

from reelwork.exchange.report import Report

_CLIPS: Final = ("asset-clip", "clip", "video", "audio", "title", "ref-clip", "sync-clip", "mc-clip", "audition")
#: The children that are read, or told of, elsewhere.
_READ: Final = frozenset(
    (*_CLIPS, "gap", "spine", "transition", "marker", "chapter-marker", "timeMap", "conform-rate", "mc-source")
)
#: Children of what is made rather than read.
_OF_MADE: Final = frozenset(("param", "text", "text-style-def"))
_WORDS: Final = {
    "keyword": "a keyword",
    "rating": "a rating",
    "analysis-marker": "a marker of an analysis",
    "caption": "a caption",
    "note": "a note",
    "metadata": "metadata",
    "audio-channel-source": "the choice of its channels",
    "audio-role-source": "the volume of a role",
    "mute": "sound that is muted for a while",
    "filter-video": "an effect",
    "filter-audio": "an effect of its sound",
    "filter-video-mask": "an effect with a mask",
    "import-options": "options of an import",
}
#: Roles that every clip has whose editor chose none.
_USUAL_ROLES: Final = ("", "video", "titles")


def tell_unread(element: Element, place: str, report: Report) -> None:
    """Find what an element holds that is not read: children of other kinds, roles."""
    made = _OF_MADE if element.tag in ("title", "video", "transition") else frozenset[str]()
    unread: Counter[str] = Counter()
    for child in element:
        if child.tag in _READ | made or child.tag.startswith("adjust-"):
            continue
        if child.tag.startswith("filter-") and element.tag != "transition":
            continue  # by its name, with those that adjust
        called = child.get("name") or child.get("value") or ""
        word = _WORDS.get(child.tag, f"<{child.tag}>")
        unread[f"{word} {called!r}" if called and child.tag != "metadata" else word] += 1
    for what, count in unread.items():
        report.add(place, what if count == 1 else f"{what}, {count} times", "left out")
    for key in ("videoRole", "role"):
        role = element.get(key, "")
        if role.partition(".")[0] not in _USUAL_ROLES:
            report.add(place, f"the role {role!r} of its picture", "left out")


def tell_unread_of_document(root: Element, sequence: Element, file: str, report: Report) -> None:
    """Find what a document holds beside the timeline that is read."""
    others = [
        child.get("name") or child.tag
        for event in root.iter("event")
        for child in event
        if child.tag in _CLIPS or (child.tag == "project" and sequence not in child.iter("sequence"))
    ]
    if others:
        shown = ", ".join(map(repr, others[:5])) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        report.add(file, f"its event holds more than the timeline: {shown}", "left out")
    if collections := [each.get("name") for each in root.iter() if each.tag.endswith("-collection")]:
        report.add(file, f"{len(collections)} collections of clips", "left out")
    tell_unread(sequence, f"{file}, the sequence", report)
