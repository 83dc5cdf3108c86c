"""Bidirectional text: a paragraph in, the embedding level of each character and the visual order of a line out.

The Unicode Bidirectional Algorithm (UAX #9, revision 48), rules P2 to L2; mirroring (L4) is left to the shaper. Rule
names stand beside the code that carries them out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reelwork_generators.scripts import is_emoji

_MAX_DEPTH: Final = 125
_ISOLATES: Final = frozenset({"LRI", "RLI", "FSI"})
_EMBEDDINGS: Final = frozenset({"LRE", "RLE", "LRO", "RLO"})
_REMOVED: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "BN"})
_NEUTRAL: Final = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})

#: BidiBrackets.txt: opening and closing characters in turn.
_BRACKETS: Final = (
    "()[]{}༺༻༼༽᚛᚜⁅⁆⁽⁾₍₎⌈⌉⌊⌋〈〉❨❩❪❫❬❭❮❯❰❱❲❳❴❵⟅⟆⟦⟧⟨⟩⟪⟫⟬⟭⟮⟯⦃⦄⦅⦆⦇⦈⦉⦊⦋⦌⦍⦐⦏⦎⦑⦒⦓⦔⦕⦖⦗⦘⧘⧙⧚⧛⧼⧽"
    "⸢⸣⸤⸥⸦⸧⸨⸩\u2e55\u2e56\u2e57\u2e58\u2e59\u2e5a\u2e5b\u2e5c〈〉《》「」『』【】〔〕〖〗〘〙〚〛"
    "\ufe59\ufe5a\ufe5b\ufe5c\ufe5d\ufe5e\uff08\uff09\uff3b\uff3d\uff5b\uff5d\uff5f\uff60\uff62\uff63"
)


def _canonical(character: str) -> str:
    return unicodedata.normalize("NFD", character)


_OPENING: Final = {_canonical(o): _canonical(c) for o, c in zip(_BRACKETS[0::2], _BRACKETS[1::2], strict=True)}
_CLOSING: Final = frozenset(_OPENING.values())


@dataclass(frozen=True)
class Paragraph:
    """What the algorithm finds out about one paragraph.

    :param base: the paragraph's level: 0 runs left to right, 1 right to left
    :param levels: the resolved level of each character, before rule L1; odd ones run right to left
    :param classes: the original bidirectional class of each character
    """

    base: int
    levels: tuple[int, ...]
    classes: tuple[str, ...]

    def line(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The runs of a line from left to right, as (start, end, level): rules L1 and L2."""
        return visual_order(_runs(_reset_spaces(self, start, end), start))


def analyse(text: str, base: int | None = None) -> Paragraph:
    """Find the levels of one paragraph, which holds no paragraph separator but perhaps its last character.

    >>> analyse("a \\u05d0\\u05d1").levels
    (0, 0, 1, 1)

    :param base: the paragraph's level; ``None`` takes it from the first strong character (P2, P3)
    """
    classes = tuple(unicodedata.bidirectional(character) or _unknown(character) for character in text)
    matches = _match_isolates(classes)
    if base is None:
        base = _first_strong(classes, matches, 0, len(classes)) or 0
    if base == 0 and not any(c in ("R", "AL", "AN", "RLE", "RLO", "RLI", "FSI") for c in classes):
        return Paragraph(0, (0,) * len(text), classes)
    levels, resolved = _explicit(classes, matches, base)
    sequences = list(_sequences(classes, levels, matches, base))  # all of them before any level changes
    for sequence, sos, eos in sequences:
        level = levels[sequence[0]]
        types = [resolved[i] for i in sequence]
        _weak(types, sos)
        _brackets(types, [text[i] for i in sequence], [classes[i] for i in sequence], level, sos)
        _neutral(types, level, sos, eos)
        for i, kind in zip(sequence, types, strict=True):  # I1, I2
            if level % 2 == 0:
                levels[i] += {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)
            elif kind != "R":
                levels[i] += 1
    before = base
    for i, kind in enumerate(classes):  # what X9 removes takes the level before it, so that it splits no run
        if kind in _REMOVED:
            levels[i] = before
        before = levels[i]
    return Paragraph(base, tuple(levels), classes)


def _unknown(character: str) -> str:
    """The class of a character that this Python's Unicode does not know: order must not depend on its version."""
    return "ON" if is_emoji(character) else "L"


def visual_order(runs: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Runs (start, end, level) in logical order, put in the order in which they stand from left to right (L2)."""
    ordered = list(runs)
    odd = [level for _, _, level in ordered if level % 2]
    for level in range(max((r[2] for r in ordered), default=0), min(odd, default=1) - 1, -1):
        first = 0
        while first < len(ordered):
            if ordered[first][2] < level:
                first += 1
                continue
            last = first
            while last < len(ordered) and ordered[last][2] >= level:
                last += 1
            ordered[first:last] = ordered[first:last][::-1]
            first = last
    return ordered


def _runs(levels: Sequence[int], offset: int) -> Iterator[tuple[int, int, int]]:
    start = 0
    for i in range(1, len(levels) + 1):
        if i == len(levels) or levels[i] != levels[start]:
            yield (offset + start, offset + i, levels[start])
            start = i


def _reset_spaces(paragraph: Paragraph, start: int, end: int) -> list[int]:
    """L1: separators, and spaces before them and at the line's end, take the paragraph's level."""
    levels = list(paragraph.levels[start:end])
    trailing = True
    for i in range(end - 1, start - 1, -1):
        kind = paragraph.classes[i]
        if kind in ("S", "B"):
            trailing = True
        elif kind not in _REMOVED and kind != "WS" and kind not in _ISOLATES and kind != "PDI":
            trailing = False
        if trailing:
            levels[i - start] = paragraph.base
    return levels


def _match_isolates(classes: Sequence[str]) -> dict[int, int]:
    """BD9: where each isolate that is closed is closed."""
    matches: dict[int, int] = {}
    open_: list[int] = []
    for i, kind in enumerate(classes):
        if kind in _ISOLATES:
            open_.append(i)
        elif kind == "PDI" and open_:
            matches[open_.pop()] = i
    return matches


def _first_strong(classes: Sequence[str], matches: dict[int, int], start: int, end: int) -> int | None:
    """P2, P3: the level that the first strong character outside of isolates asks for."""
    i = start
    while i < end:
        kind = classes[i]
        if kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
        if kind in _ISOLATES:
            i = matches.get(i, end)
        i += 1
    return None


def _explicit(classes: Sequence[str], matches: dict[int, int], base: int) -> tuple[list[int], list[str]]:
    """X1 to X8: levels from embeddings, overrides and isolates, and classes with overrides applied."""
    levels: list[int] = []
    resolved = list(classes)
    stack: list[tuple[int, str, bool]] = [(base, "", False)]
    overflow_isolates = overflow_embeddings = valid_isolates = 0
    for i, kind in enumerate(classes):
        level, override, _ = stack[-1]
        levels.append(level)
        if kind in _EMBEDDINGS or kind in _ISOLATES:
            rightward = kind in ("LRE", "LRO", "LRI")
            if kind == "FSI":
                rightward = not _first_strong(classes, matches, i + 1, matches.get(i, len(classes)))
            new = (level + 2) & ~1 if rightward else (level + 1) | 1
            isolate = kind in _ISOLATES
            if isolate and override:
                resolved[i] = override
            if new <= _MAX_DEPTH and not overflow_isolates and not overflow_embeddings:
                valid_isolates += isolate
                stack.append((new, {"LRO": "L", "RLO": "R"}.get(kind, ""), isolate))
            elif isolate:
                overflow_isolates += 1
            elif not overflow_isolates:
                overflow_embeddings += 1
        elif kind == "PDI":  # X6a
            if overflow_isolates:
                overflow_isolates -= 1
            elif valid_isolates:
                overflow_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                valid_isolates -= 1
            levels[i], override, _ = stack[-1]
            if override:
                resolved[i] = override
        elif kind == "PDF":  # X7
            if not overflow_isolates:
                if overflow_embeddings:
                    overflow_embeddings -= 1
                elif not stack[-1][2] and len(stack) > 1:
                    stack.pop()
        elif kind == "B":  # X8
            levels[i] = base
        elif kind != "BN" and override:
            resolved[i] = override
    return levels, resolved


def _sequences(
    classes: Sequence[str], levels: Sequence[int], matches: dict[int, int], base: int
) -> Iterator[tuple[list[int], str, str]]:
    """X9, X10: the isolating run sequences, each with its start-of-sequence and end-of-sequence class."""
    kept = [i for i, kind in enumerate(classes) if kind not in _REMOVED]
    runs: list[list[int]] = []
    for i in kept:
        if runs and levels[runs[-1][-1]] == levels[i]:
            runs[-1].append(i)
        else:
            runs.append([i])
    starts = {run[0]: run for run in runs}
    closers = set(matches.values())
    place = {i: n for n, i in enumerate(kept)}
    for run in runs:
        if classes[run[0]] == "PDI" and run[0] in closers:
            continue
        sequence = list(run)
        while classes[sequence[-1]] in _ISOLATES and sequence[-1] in matches:
            sequence += starts[matches[sequence[-1]]]
        first, last = place[sequence[0]], place[sequence[-1]]
        level = levels[sequence[0]]
        before = levels[kept[first - 1]] if first else base
        closed = classes[sequence[-1]] not in _ISOLATES
        after = levels[kept[last + 1]] if closed and last + 1 < len(kept) else base
        yield sequence, _direction(max(level, before)), _direction(max(level, after))


def _direction(level: int) -> str:
    return "R" if level % 2 else "L"


def _weak(types: list[str], sos: str) -> None:
    """W1 to W7."""
    strong = before = sos
    for i, kind in enumerate(types):
        if kind == "NSM":  # W1
            kind = "ON" if before in _ISOLATES or before == "PDI" else before
        before = types[i] if types[i] != "NSM" else kind
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":  # W2
            kind = "AN"
        types[i] = kind
    types[:] = ["R" if kind == "AL" else kind for kind in types]  # W3
    for i in range(1, len(types) - 1):  # W4
        left, right = types[i - 1], types[i + 1]
        if left == right and ((types[i] == "ES" and left == "EN") or (types[i] == "CS" and left in ("EN", "AN"))):
            types[i] = left
    i = 0
    while i < len(types):  # W5
        if types[i] != "ET":
            i += 1
            continue
        end = i
        while end < len(types) and types[end] == "ET":
            end += 1
        if (i > 0 and types[i - 1] == "EN") or (end < len(types) and types[end] == "EN"):
            types[i:end] = ["EN"] * (end - i)
        i = end
    strong = sos
    for i, kind in enumerate(types):
        if kind in ("ES", "ET", "CS"):  # W6
            types[i] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":  # W7
            types[i] = "L"


def _strong(kind: str) -> str:
    """As what a class counts among neutrals: numbers count as right-to-left."""
    return "R" if kind in ("R", "EN", "AN") else "L" if kind == "L" else ""


def _brackets(types: list[str], characters: Sequence[str], originals: Sequence[str], level: int, sos: str) -> None:
    """N0: paired brackets take the direction of what they enclose, or of what stands before them."""
    stack: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for i, character in enumerate(characters):  # BD16
        if types[i] != "ON":
            continue
        form = _canonical(character)
        if form in _OPENING:
            if len(stack) == 63:
                return
            stack.append((_OPENING[form], i))
        elif form in _CLOSING:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == form:
                    pairs.append((stack[depth][1], i))
                    del stack[depth:]
                    break
    embedding = _direction(level)
    for start, end in sorted(pairs):
        inside = {_strong(kind) for kind in types[start + 1 : end]} - {""}
        if embedding in inside:
            new = embedding
        elif inside:
            before = next((s for s in map(_strong, reversed(types[:start])) if s), sos)
            new = before if before != embedding else embedding
        else:
            continue
        for i in (start, end):
            types[i] = new
            for follower in range(i + 1, len(types)):  # marks on a bracket go with it
                if originals[follower] == "NSM":
                    types[follower] = new
                else:
                    break


def _neutral(types: list[str], level: int, sos: str, eos: str) -> None:
    """N1, N2: neutrals between two of one direction take it, others take the embedding's."""
    i = 0
    while i < len(types):
        if types[i] not in _NEUTRAL:
            i += 1
            continue
        end = i
        while end < len(types) and types[end] in _NEUTRAL:
            end += 1
        left = _strong(types[i - 1]) if i else sos
        right = _strong(types[end]) if end < len(types) else eos
        types[i:end] = [left if left == right else _direction(level)] * (end - i)
        i = end
