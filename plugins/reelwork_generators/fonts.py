"""Fonts: a family's name and a text in, the font file of each grapheme cluster out, or the characters that none has.

Families are those of installed packages: pinned files, so that a text looks the same everywhere. Asking what a text
lacks renders nothing.
"""

from __future__ import annotations

import difflib
import functools
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reelwork.errors import Problem, SceneError
from reelwork.font_packages import (
    CJK,
    CJK_SCRIPTS,
    COLOUR_EMOJI,
    EXTRA,
    OUTLINE_EMOJI,
    SCRIPTS,
    SYMBOLS,
    Family,
    FontFile,
    families,
    is_extra,
)
from reelwork.values import File
from reelwork_generators.scripts import clusters, is_emoji, is_ignorable, script

DEFAULT: Final = "Inter"
#: Where a character is looked for first that the chosen family lacks, in this order.
FALLBACK: Final = ("Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari")
#: Where one line ends and the next begins, whatever the width.
LINE_ENDS: Final = frozenset("\n\r\v\f\x85\u2028\u2029")
#: How many characters without a glyph one message names.
_NAMED: Final = 40
_OWN: Final = "own:"
#: Fonts of one collection that are looked at.
_MOST_FACES: Final = 256
_CONTROLS: Final = frozenset((*range(0x20), *range(0x7F, 0xA0)))
#: Marks that Chinese and Japanese share with other languages, and set in full width.
_EASTERN: Final = frozenset("‘’“”…—·‥")


@dataclass(frozen=True)
class Wanted:
    """What decides which fonts show a text.

    :param language: a BCP 47 tag, or nothing
    :param emoji: whether emoji are shown in ``colour`` or as ``outline``
    :param own: a font file that the scene brings, which is asked first
    """

    family: str = DEFAULT
    weight: float = 400.0
    italic: bool = False
    language: str = ""
    emoji: str = "colour"
    own: FontFile | None = None

    @property
    def first(self) -> FontFile:
        """The file that most of the text is shown in.

        :raises SceneError: there is no such family
        """
        return self.own or family(self.family).file(self.weight, self.italic)


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
    scripts = set(SCRIPTS.values())
    known = ", ".join(n for n in names if n not in scripts)
    remedy = (
        f"did you mean {families()[near[0]].name!r}?"
        if near
        else "use one of these, install a package fontpkg-…, or name a file with font-file"
    )
    rare = (n for n in (COLOUR_EMOJI, *SYMBOLS, *SCRIPTS.values()) if n.lower() == name.strip().lower() and is_extra(n))
    if found := next(rare, None):
        remedy = f"pip install 'reelwork[{EXTRA}]' brings {found}"
    return Problem(
        f"there is no font {name!r}; there are {known}, and Noto Sans for {len(scripts & set(names))} scripts",
        remedy=remedy,
    )


@functools.lru_cache(maxsize=16)
def own_font(file: File, chosen: str = "") -> FontFile:
    """A font that a scene brings as a file, opened.

    :param chosen: of a collection, the font by its name or its number from 1; without, the first one
    :raises SceneError: it is no font, or not what it was when the scene was linked, or there is no such one in it
    """
    import uharfbuzz

    blob = uharfbuzz.Blob(file.read())
    index = _chosen(blob, chosen, file.name) if chosen else 0
    found = FontFile(_OWN + file.digest, False, None, index)
    opened = uharfbuzz.Face(blob, index)
    try:
        tables = opened.table_tags if opened.axis_infos is not None else []
    except UnicodeDecodeError:  # names of tables or axes that are no letters
        tables = []
    if not tables or not opened.glyph_count or not opened.unicodes:
        remedy = "give an OpenType or TrueType font: .ttf, .otf or .ttc"
        raise SceneError((Problem(f"{file.name} is no font that can be read", remedy=remedy),))
    if not {"glyf", "CFF ", "CFF2"} & set(tables):
        remedy = "give one with outlines (glyf or CFF); colours may be in a COLR table"
        raise SceneError((Problem(f"{file.name} holds pictures of letters, not outlines", remedy=remedy),))
    _own[found.path, index] = opened
    return found


def _chosen(blob: Any, chosen: str, name: str) -> int:
    """Which font of a collection is meant."""
    import uharfbuzz

    full = uharfbuzz.OTNameIdPredefined.FULL_NAME
    count = uharfbuzz.Face(blob).count
    names = [uharfbuzz.Face(blob, index).get_name(full) or "" for index in range(min(count, _MOST_FACES))]
    if chosen.isdecimal() and 1 <= int(chosen) <= len(names):
        return int(chosen) - 1
    lower = [one.lower() for one in names]
    if chosen.lower() in lower:
        return lower.index(chosen.lower())
    there = ", ".join(f"{number} {one!r}" for number, one in enumerate(names, start=1)) or "none"
    raise SceneError((Problem(f"there is no font {chosen!r} in {name}", remedy=f"those in it are {there}"),))


#: The faces of scenes' own fonts, by the paths that stand for them and their places in the files.
_own: dict[tuple[str, int], Any] = {}


@functools.cache
def face(path: str, index: int = 0) -> Any:
    """The ``uharfbuzz.Face`` of a file."""
    import uharfbuzz

    return _own[path, index] if path.startswith(_OWN) else uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path), index)


@functools.cache
def coverage(path: str, index: int = 0) -> frozenset[int]:
    """The code points that a file has glyphs for; of controls, which some have as nothing, it has none."""
    return frozenset(face(path, index).unicodes) - _CONTROLS


@functools.cache
def is_coloured(path: str, index: int = 0) -> bool:
    """Whether a font says in which colours its glyphs are painted, in outlines (COLR)."""
    opened = face(path, index)
    return bool(opened.has_color_paint or opened.has_color_layers)


def lacking(cluster: str, file: FontFile) -> tuple[str, ...]:
    """The characters of a cluster that a file has no glyph for, in whatever canonical form."""
    covered = coverage(file.path, file.index)
    lacks = tuple(c for c in cluster if not _has(covered, c))
    if not lacks:
        return ()
    forms = (unicodedata.normalize("NFC", cluster), unicodedata.normalize("NFD", cluster))
    return min((lacks, *(tuple(c for c in form if not _has(covered, c)) for form in forms)), key=len)


def _has(covered: frozenset[int], character: str) -> bool:
    if ord(character) in covered or is_ignorable(character):
        return True
    if character == "\u2011":  # a hyphen that does not break: the shaper shows U+2010
        return 0x2010 in covered
    return unicodedata.category(character) == "Zs" and 0x20 in covered  # the shaper makes wide and thin spaces itself


def assign(text: str, wanted: Wanted) -> tuple[list[FontFile], Mapping[str, int]]:
    """The file that shows each character, and the characters that no file has, each with its first place.

    A cluster is split between files only where none has all of it. A space, and what is invisible, stays in the file of
    what stands before it.

    :raises SceneError: there is no such family
    """
    found: list[FontFile] = []
    missing: dict[str, int] = {}
    eastern = CJK[east_asian(wanted.language, text)]
    kept: dict[str, tuple[list[FontFile], list[str]]] = {}
    for start, end in clusters(text):
        cluster = text[start:end]
        if found and _follows(cluster, found[-1]):
            found += [found[-1]] * (end - start)
            continue
        if cluster not in kept:
            kept[cluster] = _choose(cluster, wanted, eastern)
        chosen, lacks = kept[cluster]
        found += chosen
        for character in lacks:
            missing.setdefault(character, start + max(0, cluster.find(character)))
    return found, missing


def _follows(cluster: str, before: FontFile) -> bool:
    """Whether a cluster is a space, or invisible, which stays in the file before it. Emoji have spaces as wide as they
    are, which do not count."""
    blank = cluster.isspace() and not is_coloured(before.path, before.index)
    return (blank or all(map(is_ignorable, cluster))) and not lacking(cluster, before)


def _choose(cluster: str, wanted: Wanted, eastern: str) -> tuple[list[FontFile], list[str]]:
    """The file of each character of a cluster, and the characters that no file has."""
    for candidate in _candidates(cluster, wanted, eastern):
        if not lacking(cluster, candidate):
            return [candidate] * len(cluster), []
    first = wanted.first
    if wanted.emoji == "colour" and COLOUR_EMOJI.lower() not in families() and _as_emoji(cluster):
        return [first] * len(cluster), [cluster]
    chosen: list[FontFile] = []
    missing: list[str] = []
    for character in cluster:
        if chosen and is_ignorable(character):
            chosen.append(chosen[-1])
            continue
        having = (c for c in _candidates(character, wanted, eastern) if not lacking(character, c))
        file = next(having, None)
        chosen.append(file or first)
        if file is None:
            missing.append(character)
    return chosen, missing


def _as_emoji(cluster: str) -> bool:
    """Whether a cluster is shown as emoji: selectors and skin tones do nothing to other letters."""
    if not is_emoji(cluster):
        return False
    outlines = families().get(OUTLINE_EMOJI.lower())
    base = cluster[0]
    return is_emoji(base) or outlines is None or ord(base) in coverage(outlines.files[0].path)


def _candidates(cluster: str, wanted: Wanted, eastern: str) -> Iterator[FontFile]:
    """The files that may show a cluster, the best first; each is opened only when it is asked for."""
    known = families()
    emoji = _as_emoji(cluster)
    if emoji and wanted.emoji == "colour":
        files = [wanted.own] if wanted.own else []
        names = [wanted.family.strip(), COLOUR_EMOJI]
        files += [known[name.lower()].file(wanted.weight, False) for name in names if name.lower() in known]
        yield from (file for file in files if is_coloured(file.path, file.index))
        return
    if cluster in _EASTERN and wanted.language[:2].lower() in ("ja", "zh") and eastern.lower() in known:
        yield from [wanted.own] if wanted.own else []
        yield known[eastern.lower()].file(wanted.weight, False)
    yield wanted.first
    if any(unicodedata.category(character) == "Co" for character in cluster):
        # what a private character is, its own font alone knows
        named = known.get(wanted.family.strip().lower())
        yield from (named.file(wanted.weight, italic) for italic in (wanted.italic, False) if named)
        return
    own = next((s for s in map(script, cluster) if s), "")
    names = [OUTLINE_EMOJI] if emoji else []
    names += (wanted.family.strip(), *FALLBACK)
    names += [SCRIPTS[own]] if own in SCRIPTS else []
    symbols = [name for name in SYMBOLS if not is_extra(name)]
    names += (eastern, *symbols) if own in CJK_SCRIPTS else (*symbols, eastern)
    names.append(OUTLINE_EMOJI)
    names += filter(is_extra, SYMBOLS)  # last, so that a picture is the same with the extra as without
    found = [known[name.lower()] for name in names if name.lower() in known]
    for italic in dict.fromkeys((wanted.italic, False)):
        # italic files have fewer characters than upright ones, which are slanted instead
        yield from (one.file(wanted.weight, italic) for one in found)


def east_asian(language: str, text: str) -> str:
    """For which language Chinese characters are drawn: the text's own, or the one that other characters of it speak
    for, or else simplified Chinese."""
    tags = language.lower().replace("_", "-").split("-")
    if tags[0] in ("ja", "ko"):
        return tags[0]
    if tags[0] in ("zh", "cmn", "yue"):
        if "hk" in tags or "mo" in tags or (tags[0] == "yue" and "hans" not in tags):
            return "zh-HK"
        return "zh-Hant" if "hant" in tags or "tw" in tags else "zh-Hans"
    if max(text, default="") >= "\u1100":
        found = {script(character) for character in set(text)}
        for code, tag in (("Hira", "ja"), ("Kana", "ja"), ("Hang", "ko"), ("Bopo", "zh-Hant")):
            if code in found:
                return tag
    return "zh-Hans"


def missing_glyphs(text: str, wanted: Wanted | None = None) -> tuple[str, ...]:
    """The characters that no font has, each once, in the order of the text; of emoji, the whole cluster.

    >>> missing_glyphs("a\\U00012000b")
    ('𒀀',)

    :raises SceneError: there is no such family
    """
    wanted = wanted or Wanted()
    shown = "".join(c for c in text if c not in LINE_ENDS and c != "\t")
    first = wanted.first
    covered = coverage(first.path, first.index)
    if shown.isascii() and all(ord(c) in covered for c in set(shown)):
        return ()
    return tuple(assign(shown, wanted)[1])


def describe_missing(missing: Mapping[str, int], text: str) -> Problem:
    """What is said of characters for which there is no glyph: name, code point and place in the text of each, and what
    to install for them."""
    named = [f"{_spoken(c)} {_place(text, at)}" for c, at in list(missing.items())[:_NAMED]]
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    wanting = dict.fromkeys(filter(None, map(_bringing, missing)))
    remedies = [f"pip install 'reelwork[{EXTRA}]' brings {', '.join(wanting)}"] if wanting else []
    if COLOUR_EMOJI in wanting:
        remedies.append("with emoji: outline the text's own fill shows emoji")
    remedies.append("a font file of your own is named with font-file")
    return Problem(f"no font has a glyph for {', '.join(named)}{more}", remedy="; ".join(remedies))


def _spoken(characters: str) -> str:
    codes = " ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'unnamed character')}" for c in characters)
    return f"{characters} {codes}" if characters.isprintable() or len(characters) > 1 else codes


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"(line {line}, character {at - text.rfind(chr(10), 0, at)})"


def _bringing(characters: str) -> str | None:
    """The family of the extra that has a character, where the extra is not installed."""
    name = COLOUR_EMOJI if _as_emoji(characters) else SCRIPTS.get(script(characters[0]), "")
    return name if is_extra(name) and name.lower() not in families() else None
