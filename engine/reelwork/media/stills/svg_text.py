"""Words in drawings: an SVG file goes in, it comes out with the fonts named that the renderer would not find by itself.

resvg looks for one font that has all the letters of a word beside others that run from right to left, and shows boxes
where none has. With the family written at each script's letters it finds them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final
from xml.parsers import expat

from reelwork.font_packages import CJK, families

_NOTO: Final = "Noto Sans "
#: First words of characters' names, and for which language they are drawn.
_EASTERN: Final = {"CJK": "", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "BOPOMOFO": "zh-Hant"}
#: Families whose letters run from right to left.
_LEFTWARD: Final = frozenset(_NOTO + word for word in ("Arabic", "Hebrew", "Syriac", "Thaana", "Nko", "Adlam"))
_RULES: Final = re.compile(r"<(?:\w+:)?style\b(?:(?!</).)*?(?:tspan|\*)", re.DOTALL)


def with_families(text: str, named: Collection[str] = ()) -> str:
    """A drawing whose lines of mixed directions name the fonts of their letters. All others stay as they are, as do
    those whose style sheet speaks of parts of texts.

    :param text: the file, known to be XML
    :param named: families that the drawing names itself, whose scripts it is left to
    """
    if not any(unicodedata.bidirectional(c) in ("R", "AL") for c in set(text) if c >= "\u0590") or _RULES.search(text):
        return text
    source = text.encode()
    places = _Places(source, frozenset(named))
    out, done = [], 0
    for start, end, family in places.runs:
        out += [source[done:start], f'<tspan font-family="{family}">'.encode(), source[start:end], b"</tspan>"]
        done = end
    return b"".join((*out, source[done:])).decode()


def _family(character: str, eastern: str) -> str:
    """The family of a letter's script; empty of what all scripts share, and of what the first fonts have."""
    if character < "\u0530" or unicodedata.category(character)[0] not in "LM":
        return ""
    word = unicodedata.name(character, "").partition(" ")[0]
    name = CJK[_EASTERN[word] or eastern] if word in _EASTERN else _NOTO + word.title()
    return name if name.lower() in families() else ""


class _Places:
    """Finds the stretches of bytes whose letters want a family of their own."""

    def __init__(self, source: bytes, named: frozenset[str]) -> None:
        self.runs: list[tuple[int, int, str]] = []
        self._source, self._named = source, named
        text = source.decode()
        kana = any("\u3040" <= character <= "\u30ff" for character in text)
        self._eastern = "ja" if kana else "ko" if any("\uac00" <= c <= "\ud7a3" for c in text) else "zh-Hans"
        self._depth = self._literal = 0
        self._found: list[tuple[int, int, str]] = []
        self._parser = parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        parser.StartCdataSectionHandler = lambda: self._cdata(1)
        parser.EndCdataSectionHandler = lambda: self._cdata(-1)
        parser.Parse(source, True)

    def _begin(self, name: str, _attributes: object) -> None:
        if self._depth or name.rpartition(":")[2] == "text":
            self._depth += 1

    def _end(self, _name: str) -> None:
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self._close()

    def _cdata(self, step: int) -> None:
        self._literal += step

    def _words(self, words: str) -> None:
        start = self._parser.CurrentByteIndex
        raw = words.encode()
        # what is written as a number, or where no element may begin, is left to the renderer
        if self._depth and not self._literal and self._source[start : start + len(raw)] == raw:
            self._found += _stretches(words, start, self._eastern)

    def _close(self) -> None:
        """A text is over: its runs count where it mixes what runs to the left with other scripts."""
        wanted = {family for *_, family in self._found}
        if len(wanted) > 1 and wanted & _LEFTWARD and not wanted & self._named:
            self.runs += self._found
        self._found = []


def _stretches(words: str, start: int, eastern: str) -> Iterator[tuple[int, int, str]]:
    """Where letters of one family stand, with what they share with others between them, in bytes."""
    first, last, current = 0, 0, ""
    at = start
    for character in words:
        after = at + len(character.encode())
        family = _family(character, eastern)
        if family and family == current:
            last = after
        elif family or (character >= "A" and unicodedata.category(character)[0] == "L"):
            if current:
                yield first, last, current
            first, last, current = at, after, family
        at = after
    if current:
        yield first, last, current
