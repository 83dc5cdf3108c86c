"""What is wrong with Final Cut Pro 7's XML, in words for people: a document goes in, the first fault is raised.

The rules are those of Apple's "Final Cut Pro XML Interchange Format", version 5, as far as an import needs them.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element

from reelwork.exchange.report import ExchangeError
from reelwork.exchange.timeline import LARGEST_SIZE, MOST_DEEP
from reelwork.exchange.xml import line_of

#: What stands with a number, in which elements; a whole one below what ten years of frames have.
_FRAMES: Final = ("start", "end", "in", "out", "duration", "frame")
_TIMED: Final = ("clipitem", "generatoritem", "transitionitem", "sequence", "file", "marker", "timecode")
_MOST_FRAMES: Final = 10**10
_MOST_NESTED: Final = 200
_FASTEST: Final = 10_000


def check_fcp7(root: Element, file: str) -> None:
    """Look through a document.

    :raises ExchangeError: something is not as the format says; the message names its element, its line and what to do
    """
    files = {each.get("id") for each in root.iter("file") if len(each)}
    sequences = {each.get("id") for each in root.iter("sequence") if len(each)}
    _look(root, file, files, sequences, (), 0)


def _look(
    element: Element,
    file: str,
    files: set[str | None],
    sequences: set[str | None],
    above: tuple[Element, ...],
    deep: int,
) -> None:
    if element.tag == "sequence":
        deep += 1
        if deep > MOST_DEEP:
            raise _error(file, element, above, f"sequences stand more than {MOST_DEEP} deep in each other")
    if len(above) > _MOST_NESTED:
        raise _error(file, element, above, f"elements stand more than {_MOST_NESTED} deep in each other")
    _look_at(element, file, files, sequences, above)
    for child in element:
        _look(child, file, files, sequences, (*above, element), deep)


def _look_at(
    element: Element, file: str, files: set[str | None], sequences: set[str | None], above: tuple[Element, ...]
) -> None:
    """What is wrong with one element."""
    tag, text = element.tag, (element.text or "").strip()
    parent = above[-1].tag if above else ""
    if tag in _FRAMES and parent in _TIMED and text:
        if not re.fullmatch(r"[+-]?\d+(\.0*)?", text) or abs(float(text)) > _MOST_FRAMES:
            raise _error(file, element, above, f"<{tag}> is {text[:40]!r}, which is no number of frames")
    elif tag == "timebase":
        if not re.fullmatch(r"\d{1,5}(\.0*)?", text) or not 0 < float(text) <= _FASTEST:
            raise _error(file, element, above, f"<timebase> is {text[:40]!r}; it is frames a second, such as 24 or 30")
    elif tag == "rate" and element.find("timebase") is None:
        raise _error(file, element, above, "<rate> has no <timebase>, which says its frames a second")
    elif tag in ("width", "height") and parent == "samplecharacteristics" and text:
        if not text.isdecimal() or not 0 < int(text[:9]) <= LARGEST_SIZE:
            raise _error(file, element, above, f"<{tag}> is {text[:40]!r}; it goes from 1 to {LARGEST_SIZE}")
    elif tag in ("clipitem", "generatoritem", "transitionitem") and len(element):
        missing = [name for name in ("start", "end") if not (element.findtext(name) or "").strip()]
        if missing and not any(one.tag == "clip" for one in above):  # a master clip stands nowhere
            raise _error(
                file,
                element,
                above,
                f"it has no <{missing[0]}>, which says where it stands",
            )
        if tag == "clipitem" and not any(element.find(name) is not None for name in ("file", "sequence", "clip")):
            raise _error(file, element, above, "it has no <file> and no <sequence>, so nobody knows what it shows")
    elif tag == "file" and not len(element) and element.get("id") not in files:
        raise _error(file, element, above, f"it shows the file {element.get('id')!r}, which is described nowhere")
    elif tag == "sequence" and parent == "clipitem" and not len(element) and element.get("id") not in sequences:
        raise _error(
            file,
            element,
            above,
            f"it shows the sequence {element.get('id')!r}, which is described nowhere",
        )
    elif tag == "sequence" and len(element) and element.find("rate") is None and not element.findall(".//rate"):
        raise _error(file, element, above, "it has no <rate>, which says its frames a second")


def _error(file: str, element: Element, above: tuple[Element, ...], what: str) -> ExchangeError:
    """The place of an element by the clip or the sequence that it stands in."""
    named = [element, *reversed(above)]
    owners = [one for one in named if one.tag in ("clipitem", "generatoritem", "sequence")]
    owner = next((one for one in owners if one.find("name") is not None), owners[0] if owners else element)
    name = (owner.findtext("name") or owner.get("id") or "").strip()
    place = f"{owner.tag} {name!r}" if name else f"<{owner.tag}>"
    return ExchangeError(f"{file}, line {line_of(element)}: {place}: {what}; mend it there, or export it again")
