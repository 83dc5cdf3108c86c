"""Characters: their scripts, their grapheme clusters, and whether they are shown as emoji."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterable
from typing import Final

#: Default_Ignorable_Code_Point (DerivedCoreProperties.txt) as first and last of each range: they need no glyph. Fillers
#: of Hangul and controls of shorthand are left out, since the shaper shows them.
_IGNORABLE: Final = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFF0, 0xFFF8), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
#: Emoji_Presentation (emoji-data.txt of Unicode 17) in the same way: shown as emoji unless a selector asks for text.
_EMOJI: Final = (
    (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
    (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE),
    (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5),
    (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C),
    (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E),
    (0x1F191, 0x1F19A), (0x1F1E6, 0x1F1FF), (0x1F201, 0x1F201), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F),
    (0x1F232, 0x1F236), (0x1F238, 0x1F23A), (0x1F250, 0x1F251), (0x1F300, 0x1F320), (0x1F32D, 0x1F335),
    (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0),
    (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D),
    (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4),
    (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6D9),
    (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0),
    (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FA7C), (0x1FA80, 0x1FAC6),
    (0x1FAC8, 0x1FAC8), (0x1FACC, 0x1FADD), (0x1FADF, 0x1FAEB), (0x1FAEF, 0x1FAFA),
)  # fmt: skip
_IGNORABLE_STARTS: Final = [first for first, _ in _IGNORABLE]
_EMOJI_STARTS: Final = [first for first, _ in _EMOJI]
_AS_TEXT: Final = "\ufe0e"
_AS_EMOJI: Final = "\ufe0f"


def is_ignorable(character: str) -> bool:
    """Whether a character is invisible by nature, so that it needs no glyph."""
    code = ord(character)
    return code >= 0xAD and code <= _IGNORABLE[bisect.bisect_right(_IGNORABLE_STARTS, code) - 1][1]


def is_emoji(cluster: str) -> bool:
    """Whether a grapheme cluster is shown as emoji (UTS #51): as its variation selector says, or by nature."""
    if _AS_TEXT in cluster:
        return False
    return _AS_EMOJI in cluster or any(_by_nature(ord(character)) for character in cluster)


def _by_nature(code: int) -> bool:
    return code >= 0x231A and code <= _EMOJI[bisect.bisect_right(_EMOJI_STARTS, code) - 1][1]


@functools.lru_cache(maxsize=64)
def scripts(text: str) -> tuple[str, ...]:
    """The script (ISO 15924) of each character; what all scripts share takes that of what stands before it."""
    found = [script(character) for character in text]
    current = next((s for s in found if s), "Zyyy")
    for i, own in enumerate(found):
        current = found[i] = own or current
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def script(character: str) -> str:
    """The script of a character, empty where it is common to several."""
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(character)
    buffer.guess_segment_properties()
    return buffer.script or ""


def clusters(text: str) -> list[tuple[int, int]]:
    """Where the grapheme clusters (UAX #29) of a text begin and end."""
    if text.isascii():
        return [(i, i + 1) for i in range(len(text))]
    from icu4py.breakers import CharacterBreaker

    return list(itertools.pairwise((0, *ends(text, CharacterBreaker(text, "en").segments()))))


@functools.lru_cache(maxsize=64)
def letters(text: str) -> tuple[int, ...]:
    """For each character, where the grapheme cluster begins that it belongs to."""
    return tuple(start for start, end in clusters(text) for _ in range(start, end))


def ends(text: str, segments: Iterable[tuple[int, int]]) -> list[int]:
    """Where ICU's segments end, which it counts in UTF-16, as indices of a text."""
    found = [end for _, end in segments]
    if not text or max(text) <= "\uffff":
        return found
    places = {}
    at = 0
    for index, character in enumerate(text):
        places[at] = index
        at += 2 if character > "\uffff" else 1
    places[at] = len(text)
    return [places[end] for end in found]
