"""Texts that strangers wrote: what may stand in one, and how to show one without letting it act on a terminal."""

from __future__ import annotations

import unicodedata

# Format characters that words are really written with: joiners, direction marks, soft hyphens, the word joiner,
# Arabic number signs. All other format characters are refused: the bidirectional embeddings and overrides among
# them make a text read otherwise than it is stored (Unicode Technical Report 36, section 2.10.5).
_ALLOWED_FORMATS = frozenset("\u200c\u200d\u200e\u200f\u00ad\u2060\u061c") | {chr(c) for c in range(0x600, 0x606)}
# Flags of the countries of Great Britain are spelled with these, after a black flag.
_TAGS = range(0xE0020, 0xE0080)


def hostile(text: str, *, multiline: bool = False) -> str | None:
    """The first character that may not stand in a text, described for a message; ``None`` where there is none.

    Refused are control, unassigned-for-good and private characters, line separators, and the bidirectional overrides.

    :param multiline: whether line ends and tabs are allowed

    >>> hostile("Mirtle\\u202egnp.exe")
    'U+202E RIGHT-TO-LEFT OVERRIDE'
    """
    for index, character in enumerate(text):
        if multiline and character in "\n\t":
            continue
        if _is_hostile(character, text[index - 1] if index else ""):
            return f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
    return None


def shown(text: str, limit: int = 200) -> str:
    """A text as it may be shown: refused characters become ``\\ufffd``, one for one, and the rest of a long one is cut.

    >>> shown("a\\x1b[2Jb")
    'a\\ufffd[2Jb'
    """
    cut = text[:limit]
    safe = "".join("\ufffd" if _is_hostile(c, cut[i - 1] if i else "") else c for i, c in enumerate(cut))
    return safe if len(text) <= limit else safe[:-1] + "…"


def _is_hostile(character: str, before: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    category = unicodedata.category(character)
    if category == "Cf":
        in_flag = ord(character) in _TAGS and (before == "\N{WAVING BLACK FLAG}" or (before and ord(before) in _TAGS))
        return character not in _ALLOWED_FORMATS and not in_flag
    if category == "Cn":  # letters newer than this Python are fine, noncharacters are not
        return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return category in ("Cc", "Co", "Cs", "Zl", "Zp")
