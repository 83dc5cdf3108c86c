"""Fonts: a family's name and a text in, the font file of each grapheme cluster out, or the characters that none has.

Families are the installed ``fontpkg-*`` packages: pinned files, so that a text looks the same everywhere. Asking what a
text lacks renders nothing.
"""

from __future__ import annotations

import bisect
import difflib
import functools
import itertools
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any, Final

from reelwork.errors import Problem, SceneError

DEFAULT: Final = "Inter"
#: Where a character is looked for that the chosen family lacks, in this order.
FALLBACK: Final = ("Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari")

#: Default_Ignorable_Code_Point (DerivedCoreProperties.txt) as first and last of each range: they need no glyph.
_IGNORABLE: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_IGNORABLE_STARTS: Final = [first for first, _ in _IGNORABLE]
#: Where one line ends and the next begins, whatever the width.
LINE_ENDS: Final = frozenset("\n\r\v\f\x85\u2028\u2029")


@dataclass(frozen=True)
class FontFile:
    """One file of a family; ``weight`` is ``None`` where the file can be of any."""

    path: str
    italic: bool
    weight: int | None


@dataclass(frozen=True)
class Family:
    """A family by the name that scenes use."""

    name: str
    files: tuple[FontFile, ...]

    def file(self, weight: float, italic: bool) -> FontFile:
        """The file that comes nearest: by style first, then by weight."""
        return min(self.files, key=lambda f: (f.italic != italic, abs((f.weight or weight) - weight), f.path))


@functools.cache
def families() -> Mapping[str, Family]:
    """The installed families, by their names in lower case."""
    found = {}
    for point in entry_points(group="fontpkg.family"):
        root = files(point.module)
        metadata = json.loads(root.joinpath("metadata.json").read_text(encoding="utf-8"))
        found[metadata["family"].lower()] = Family(
            metadata["family"],
            tuple(
                FontFile(
                    str(root.joinpath(*entry["path"].split("/"))),
                    entry.get("style") == "italic",
                    None if entry.get("variable") else int(entry.get("weight") or 400),
                )
                for entry in metadata["files"]
            ),
        )
    return dict(sorted(found.items()))


def family(name: str) -> Family:
    """The family of a name, whatever its case.

    :raises SceneError: there is none; the message gives the nearest name
    """
    found = families().get(name.strip().lower())
    if found is None:
        raise SceneError((unknown_family(name),))
    return found


def unknown_family(name: str) -> Problem:
    """What is said of a family that is not installed."""
    names = [f.name for f in families().values()]
    near = difflib.get_close_matches(name.lower(), [n.lower() for n in names], 1)
    known = ", ".join(names)
    remedy = (
        f"did you mean {families()[near[0]].name!r}?" if near else f"install a package fontpkg-… or use one of {known}"
    )
    return Problem(f"there is no font {name!r}; there are {known}", remedy=remedy)


def chain(name: str) -> tuple[Family, ...]:
    """The family and those that stand in for it, in the order in which they are asked."""
    first = family(name)
    return (first, *(family(other) for other in FALLBACK if other != first.name))


@functools.cache
def face(path: str) -> Any:
    """The ``uharfbuzz.Face`` of a file."""
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path))


@functools.cache
def coverage(path: str) -> frozenset[int]:
    """The code points that a file has glyphs for."""
    return frozenset(face(path).unicodes)


def is_ignorable(character: str) -> bool:
    """Whether a character is invisible by nature, so that it needs no glyph."""
    code = ord(character)
    return code >= 0xAD and code <= _IGNORABLE[bisect.bisect_right(_IGNORABLE_STARTS, code) - 1][1]


def clusters(text: str) -> list[tuple[int, int]]:
    """Where the grapheme clusters (UAX #29) of a text begin and end."""
    if text.isascii():
        return [(i, i + 1) for i in range(len(text))]
    from uniseg.graphemecluster import grapheme_cluster_boundaries

    bounds = list(grapheme_cluster_boundaries(text))
    return list(itertools.pairwise(bounds))


def lacking(cluster: str, path: str) -> tuple[str, ...]:
    """The characters of a cluster that a file has no glyph for, in whatever canonical form."""
    covered = coverage(path)
    forms = (cluster, unicodedata.normalize("NFC", cluster), unicodedata.normalize("NFD", cluster))
    lacks = [tuple(c for c in form if not _has(covered, c)) for form in forms]
    return min(lacks, key=len)


def _has(covered: frozenset[int], character: str) -> bool:
    if ord(character) in covered or is_ignorable(character):
        return True
    if character == "\u2011":  # a hyphen that does not break: the shaper shows U+2010
        return 0x2010 in covered
    return unicodedata.category(character) == "Zs" and 0x20 in covered  # the shaper makes wide and thin spaces itself


def assign(text: str, name: str, weight: float, italic: bool) -> tuple[list[FontFile], tuple[str, ...]]:
    """The file that shows each character, and the characters that no file has, each once.

    A cluster is split between files only where none has all of it. A space, and what is invisible, stays in the file of
    what stands before it.
    """
    found: list[FontFile] = []
    missing: dict[str, None] = {}
    asked = chain(name)
    # Italic files have fewer characters than upright ones, which are slanted instead.
    candidates = list(dict.fromkeys(f.file(weight, style) for style in (italic, not italic) for f in asked))
    kept: dict[str, list[FontFile]] = {}
    for start, end in clusters(text):
        cluster = text[start:end]
        if found and (cluster.isspace() or all(map(is_ignorable, cluster))) and not lacking(cluster, found[-1].path):
            found += [found[-1]] * (end - start)
            continue
        if cluster not in kept:
            kept[cluster], lacks = _choose(cluster, candidates)
            missing.update(dict.fromkeys(lacks))
        found += kept[cluster]
    return found, tuple(missing)


def _choose(cluster: str, candidates: Sequence[FontFile]) -> tuple[list[FontFile], list[str]]:
    """The file of each character of a cluster, and the characters that no file has."""
    for candidate in candidates:
        if not lacking(cluster, candidate.path):
            return [candidate] * len(cluster), []
    chosen, missing = [], []
    for character in cluster:
        having = [candidate for candidate in candidates if not lacking(character, candidate.path)]
        chosen.append(having[0] if having else candidates[0])
        if not having:
            missing.append(character)
    return chosen, missing


def missing_glyphs(text: str, font: str = DEFAULT, *, italic: bool = False) -> tuple[str, ...]:
    """The characters that neither a family nor its fallbacks have, each once, in the order of the text.

    >>> missing_glyphs("a\\u6f22b")
    ('漢',)

    :raises SceneError: there is no such family
    """
    wanted = "".join(dict.fromkeys(c for c in text if c not in LINE_ENDS and c != "\t"))
    covered = coverage(family(font).file(400.0, italic).path)
    if all(ord(c) in covered for c in wanted):
        return ()
    return assign("".join(c for c in text if c not in LINE_ENDS and c != "\t"), font, 400.0, italic)[1]


def describe_missing(characters: tuple[str, ...]) -> str:
    """One sentence that names characters for which there is no glyph."""
    named = [
        f"{c if c.isprintable() else ''!s} U+{ord(c):04X} {unicodedata.name(c, 'unnamed character')}".strip()
        for c in characters[:8]
    ]
    more = f" and {len(characters) - 8} more" if len(characters) > 8 else ""
    return f"no font has a glyph for {', '.join(named)}{more}"
