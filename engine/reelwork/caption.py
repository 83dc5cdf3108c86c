"""Captions: words with the times at which they are read, and the marks in them that are more than letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

#: Files of captions alone, by their endings.
TEXTS: Final = (".srt", ".vtt", ".ass", ".ssa")
#: The marks that captions may hold, from the outermost to the innermost: bold, italic and underlined.
STYLES: Final = ("b", "i", "u")
# Signs that are none to read, and that no file of captions may hold.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_MARK: Final = re.compile(r"<(/?)([biu])>", re.IGNORECASE)


@dataclass(frozen=True)
class Caption:
    """Words that are read from ``start`` to ``end`` (excluded), in seconds.

    :param words: lines, with ``<b> <i> <u>`` and what closes them; every other sign stands for itself
    """

    start: Fraction
    end: Fraction
    words: str


@dataclass(frozen=True)
class Words:
    """The captions that a file carries, by seconds from its first picture, or of its own time where it has none.

    :param doubt: what may be wrong with them; empty where nothing is
    """

    captions: tuple[Caption, ...]
    doubt: str = ""


@dataclass(frozen=True)
class Run:
    """Some of a caption's signs, all of one look.

    :param styles: some of :data:`STYLES`
    """

    text: str
    styles: frozenset[str] = frozenset()


def runs(words: str) -> list[Run]:
    """The words of a caption without its marks. A mark that is not closed reaches to the end; one that closes nothing
    stands for itself.

    >>> runs("a <b>b</b>")
    [Run(text='a ', styles=frozenset()), Run(text='b', styles=frozenset({'b'}))]
    """
    found: list[Run] = []
    styles: frozenset[str] = frozenset()
    at = 0
    for mark in _MARK.finditer(words):
        closes, style = bool(mark[1]), mark[2].lower()
        if closes and style not in styles:
            continue
        found.append(Run(words[at : mark.start()], styles))
        styles = styles - {style} if closes else styles | {style}
        at = mark.end()
    found.append(Run(words[at:], styles))
    return joined(found)


def joined(parts: Iterable[Run]) -> list[Run]:
    """Runs of which no two neighbours look alike, and none is empty."""
    found: list[Run] = []
    for part in parts:
        if found and found[-1].styles == part.styles:
            found[-1] = Run(found[-1].text + part.text, part.styles)
        elif part.text:
            found.append(part)
    return found


def lines(words: str) -> list[Run]:
    """The runs of a caption without empty lines and without space at the ends of lines, neither of which is seen."""
    found: list[Run] = []
    held = ""  # what goes before the next sign that is seen, if one comes
    for part in runs(_CONTROL.sub("", words)):
        for piece in re.split(r"([ \t]*[\r\n]\s*|[ \t]+)", part.text):
            if not piece.strip():
                held = "\n" if "\n" in held + piece or "\r" in piece else held + piece
                continue
            if found:
                found.append(Run(held, part.styles & found[-1].styles))
            found.append(Run(piece, part.styles))
            held = ""
    return joined(found)


def marked(parts: Iterable[Run], escape: Callable[[str], str] = str) -> str:
    """Runs with their marks, which are closed in the order that they are opened in.

    :param escape: what is done to the signs between them
    """
    said: list[str] = []
    opened: list[str] = []
    for part in (*parts, Run("")):
        while not part.styles.issuperset(opened):
            said.append(f"</{opened.pop()}>")
        for style in STYLES:
            if style in part.styles and style not in opened:
                opened.append(style)
                said.append(f"<{style}>")
        said.append(escape(part.text))
    return "".join(said)
