"""Lines: a paragraph, a width and a way to measure in, where its lines begin and end out."""

from __future__ import annotations

import bisect
import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reelwork_generators.scripts import clusters, ends, letters, script

#: Spaces at which no line is broken, so that they keep their width at a line's end.
_GLUE: Final = frozenset("\u00a0\u2007\u202f")
#: Marks of Thai, Lao and Khmer that repeat the word before them, which ICU takes for words of their own.
_REPEATS: Final = frozenset("\u0e46\u0ec6\u17d7")
#: The first and the last of the characters of Chinese and Japanese: UAX #14 says all of where their lines end.
_EASTERN: Final = ("\u3005", "\u9fff")
#: How words may be broken: as their script does, Chinese and Japanese too only between words, anywhere, or at phrases.
WORD_BREAKS: Final = ("normal", "keep-all", "break-all", "auto-phrase")


@functools.lru_cache(maxsize=64)
def opportunities(text: str, language: str = "", word_break: str = "normal") -> tuple[int, ...]:
    """Where the next line may begin: indices of its first character, the paragraph's end last.

    As UAX #14 has it, by ICU: with its dictionaries for Thai, Lao, Khmer and Burmese, which have no spaces between
    words; strictly in Japanese, so that no small kana and no mark of length begins a line; and in Korean between words.

    :param word_break: one of :data:`WORD_BREAKS`, as CSS Text 4 has them
    """
    if not text:
        return ()
    from icu4py.breakers import LineBreaker

    if word_break == "auto-phrase":
        # of a language, ICU finds phrases; of none, that of what is written
        locale = f"{language or _phrased(text)}@lw=phrase"
    else:
        locale = f"{language or 'en'}@lb=strict"
    found = [i for i in ends(text, LineBreaker(text, locale).segments()) if text[i : i + 1] not in _REPEATS]
    whole, bases = found[-1], letters(text)
    if word_break == "normal":
        return tuple(i for i in found if i == whole or not _in_korean_word(text[bases[i - 1]], text[i]))
    if word_break == "keep-all":
        return tuple(i for i in found if i == whole or not (text[bases[i - 1]].isalnum() and text[i].isalnum()))
    if word_break == "break-all":
        between = (end for _, end in clusters(text) if end < whole and _parted(text[bases[end - 1]], text[end]))
        return tuple(sorted({*found, *between}))
    return tuple(found)


def _parted(before: str, after: str) -> bool:
    """Whether a line may end between two characters where it may between any letters: of Chinese and Japanese, which
    are parted in any case, marks of length and small kana still begin no line."""
    return before.isalnum() and after.isalnum() and not _EASTERN[0] <= after <= _EASTERN[1]


def _in_korean_word(before: str, after: str) -> bool:
    """Whether two characters belong to one Korean word: particles follow names of any script, and brackets."""
    if _hangul(after):
        return before.isalnum() or unicodedata.category(before) in ("Pe", "Pf")
    return _hangul(before) and after.isalnum()


def _hangul(character: str) -> bool:
    return character >= "\u1100" and script(character) == "Hang"


def _phrased(text: str) -> str:
    found = {script(character) for character in set(text)}
    return "ja" if found & {"Hira", "Kana"} else "ko" if "Hang" in found else "zh"


def without_spaces(text: str, start: int, end: int) -> int:
    """Where a line that was broken ends to the eye: the spaces at its end hang, as in CSS."""
    while end > start and text[end - 1].isspace() and text[end - 1] not in _GLUE:
        end -= 1
    return end


def fit(
    text: str,
    limit: float,
    advances: Sequence[float],
    measure: Callable[[int, int], float],
    ends: Sequence[int],
    *,
    anywhere: bool = False,
) -> Iterator[tuple[int, int]]:
    """Break a paragraph so that each line holds as much as fits; what cannot be broken sticks out, as in CSS.

    :param limit: the width
    :param advances: the advance of each character, to guess with; the sum is near what ``measure`` says
    :param measure: the width of the characters from one index to another, set as a line
    :param ends: where lines may end, the paragraph's end last
    :param anywhere: whether what would stick out is broken between its grapheme clusters
    """
    until = [0.0]
    for advance in advances:
        until.append(until[-1] + advance)
    allowed = limit + 1e-6

    def most(start: int, ends: Sequence[int], visible: Sequence[float], first: int) -> int:
        """Which of the ends, from the first allowed one on, is the last one that fits."""
        last = max(first, bisect.bisect_right(visible, until[start] + allowed) - 1)
        while last > first and measure(start, ends[last]) > allowed:
            last -= 1
        while last + 1 < len(ends) and measure(start, ends[last + 1]) <= allowed:
            last += 1
        return last

    visible = [until[without_spaces(text, 0, end)] for end in ends]
    inner = [end for _, end in clusters(text)] if anywhere else []
    reached = [until[end] for end in inner]
    first, start = 0, 0
    while first < len(ends):
        # a word of many lines is not measured for each of them
        long = anywhere and until[ends[first]] - until[start] > 2.0 * allowed + 2.0
        last = first if long else most(start, ends, visible, first)
        end = ends[last]
        if long or (anywhere and last == first and measure(start, end) > allowed):
            end = inner[most(start, inner, reached, bisect.bisect_right(inner, start))]
        yield (start, end)
        start = end
        first = bisect.bisect_right(ends, end)
