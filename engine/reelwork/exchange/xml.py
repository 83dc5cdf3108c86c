"""XML of other programs: a text goes in, its elements come out, and nothing that a hostile file could do with it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, fromstring, indent, tostring

from reelwork.exchange.report import ExchangeError


def parsed(text: str, file: str) -> Element:
    """The root of a document; entities are refused, since editors write none and hostile files do.

    :raises ExchangeError: it is damaged, or declares entities
    """
    if re.search(r"<!ENTITY", text):
        raise ExchangeError(f"{file} declares entities of its own, which no editor does; it is not read")
    try:
        return fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except (ParseError, ValueError) as error:
        raise ExchangeError(f"{file} is not whole XML: {error}") from error


def written(root: Element, doctype: str) -> str:
    """A document as text."""
    indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{tostring(root, encoding="unicode")}\n'


def text_at(element: Element, path: str) -> str:
    """The text of a child, or nothing."""
    return (element.findtext(path) or "").strip()
