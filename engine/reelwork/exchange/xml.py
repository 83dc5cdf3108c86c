"""XML of other programs: a text goes in, its elements come out, and nothing that a hostile file could do with it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, TreeBuilder, indent, tostring
from xml.parsers import expat

from reelwork.exchange.report import ExchangeError


class _Placed(Element):
    """An element that knows its line."""

    line = 0


def parsed(text: str, file: str) -> Element:
    """The root of a document; entities are refused, since editors write none and hostile files do.

    :raises ExchangeError: it is damaged, or declares entities
    """
    if re.search(r"<!ENTITY", text):
        raise ExchangeError(f"{file} declares entities of its own, which no editor does; it is not read")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    builder = TreeBuilder(element_factory=_Placed)

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = builder.start(tag, attributes)
        assert isinstance(element, _Placed)
        element.line = parser.CurrentLineNumber

    def skipped(name: str, *_: object) -> None:
        raise ValueError(f"nobody says what &{name}; is")

    parser.StartElementHandler = start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.SkippedEntityHandler = skipped
    try:
        # what it says of its encoding is no longer so
        parser.Parse(re.sub(r"\A\s*<\?xml[^>]*\?>", lambda match: "\n" * match[0].count("\n"), text), True)
        return builder.close()
    except (expat.ExpatError, ValueError) as error:
        raise ExchangeError(f"{file} is not whole XML: {error}") from error


def line_of(element: Element) -> int:
    """The line on which an element of :func:`parsed` begins."""
    return element.line if isinstance(element, _Placed) else 0


def written(root: Element, doctype: str) -> str:
    """A document as text."""
    indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{tostring(root, encoding="unicode")}\n'


def text_at(element: Element, path: str) -> str:
    """The text of a child, or nothing."""
    return (element.findtext(path) or "").strip()
