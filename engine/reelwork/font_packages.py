"""Packages of fonts: which families the installed ones bring, as files, and which package would bring a script.

Each ``fontpkg-*`` package says itself what it brings. Others, whose files are data of some program, are listed here.
They are looked for by where they lie, and never imported.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

#: The extra of this project that brings emoji in colour and rare scripts.
EXTRA: Final = "fonts"
COLOUR_EMOJI: Final = "Noto Color Emoji"
OUTLINE_EMOJI: Final = "Noto Emoji"
SYMBOLS: Final = ("Noto Sans Symbols", "Noto Sans Symbols 2")
#: The family of Chinese, Japanese and Korean by what language it is drawn for.
CJK: Final = {
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
    "zh-HK": "Noto Sans CJK HK",
}
CJK_SCRIPTS: Final = frozenset({"Bopo", "Hang", "Hani", "Hira", "Kana"})

_SANS: Final = "Noto Sans "
#: What the base installs, by script (ISO 15924), after the family's name.
_BASE: Final = {
    "Armn": "Armenian", "Beng": "Bengali", "Ethi": "Ethiopic", "Geor": "Georgian", "Gujr": "Gujarati",
    "Guru": "Gurmukhi", "Hebr": "Hebrew", "Knda": "Kannada", "Khmr": "Khmer", "Laoo": "Lao", "Mlym": "Malayalam",
    "Mymr": "Myanmar", "Orya": "Oriya", "Sinh": "Sinhala", "Taml": "Tamil", "Telu": "Telugu", "Thai": "Thai",
}  # fmt: skip
#: What the extra installs.
_RARE: Final = {
    "Adlm": "Adlam", "Avst": "Avestan", "Bali": "Balinese", "Bamu": "Bamum", "Batk": "Batak", "Brah": "Brahmi",
    "Bugi": "Buginese", "Buhd": "Buhid", "Cakm": "Chakma", "Cans": "Canadian Aboriginal", "Cari": "Carian",
    "Cham": "Cham", "Cher": "Cherokee", "Copt": "Coptic", "Cprt": "Cypriot", "Dsrt": "Deseret",
    "Egyp": "Egyptian Hieroglyphs", "Glag": "Glagolitic", "Goth": "Gothic", "Hano": "Hanunoo",
    "Armi": "Imperial Aramaic", "Phli": "Inscriptional Pahlavi", "Prti": "Inscriptional Parthian", "Java": "Javanese",
    "Kali": "Kayah Li", "Khar": "Kharoshthi", "Kthi": "Kaithi", "Lepc": "Lepcha", "Limb": "Limbu", "Linb": "Linear B",
    "Lisu": "Lisu", "Lyci": "Lycian", "Lydi": "Lydian", "Mand": "Mandaic", "Mtei": "Meetei Mayek", "Mong": "Mongolian",
    "Nkoo": "NKo", "Talu": "New Tai Lue", "Ogam": "Ogham", "Olck": "Ol Chiki", "Ital": "Old Italic",
    "Xpeo": "Old Persian", "Sarb": "Old South Arabian", "Orkh": "Old Turkic", "Osge": "Osage", "Osma": "Osmanya",
    "Phag": "PhagsPa", "Phnx": "Phoenician", "Rjng": "Rejang", "Runr": "Runic", "Samr": "Samaritan",
    "Saur": "Saurashtra", "Shaw": "Shavian", "Sund": "Sundanese", "Sylo": "Syloti Nagri", "Syrc": "Syriac Eastern",
    "Tagb": "Tagbanwa", "Tale": "Tai Le", "Lana": "Tai Tham", "Tavt": "Tai Viet", "Tfng": "Tifinagh",
    "Tglg": "Tagalog", "Thaa": "Thaana", "Tibt": "Tibetan", "Ugar": "Ugaritic", "Vaii": "Vai", "Xsux": "Cuneiform",
    "Yiii": "Yi",
}  # fmt: skip
#: The families by script.
SCRIPTS: Final = {code: _SANS + name for code, name in (*_BASE.items(), *_RARE.items())}


@dataclass(frozen=True)
class FontFile:
    """One font of a family.

    :param path: the file, or ``own:`` and the digest of one that a scene names
    :param weight: ``None`` where it can be of any
    :param index: its place in the file, where that holds several
    """

    path: str
    italic: bool
    weight: int | None
    index: int = 0


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
    found = {family.name.lower(): family for family in (*_listed(), *_announced())}
    return dict(sorted(found.items()))


def is_extra(family: str) -> bool:
    """Whether the base installs a family not, but the extra does."""
    return family == COLOUR_EMOJI or family == SYMBOLS[1] or family.removeprefix(_SANS) in _RARE.values()


def _announced() -> Iterator[Family]:
    """What the ``fontpkg-*`` packages bring."""
    for point in entry_points(group="fontpkg.family"):
        root = files(point.module)
        metadata = json.loads(root.joinpath("metadata.json").read_text(encoding="utf-8"))
        yield Family(
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


def _listed() -> Iterator[Family]:
    """What the other packages bring."""
    base = _folder("manimgx_fonts")
    if base is not None:
        for name in (SYMBOLS[0], OUTLINE_EMOJI, *(_SANS + name for name in _BASE.values())):
            yield _one(name, base / f"{name.replace(' ', '')}[wght].ttf", None)
    cjk = _folder("manimgx_fonts_cjk")
    if cjk is not None:
        for index, language in enumerate(("ja", "ko", "zh-Hans", "zh-Hant", "zh-HK")):
            yield _one(CJK[language], cjk / "NotoSansCJK-VF.otf.ttc", None, index)
    rare = _folder("dynamic_font")
    if rare is not None:
        fonts = rare / "assets" / "fonts"
        yield _one(COLOUR_EMOJI, fonts / "NotoColorEmoji-Regular.ttf", 400)
        for name in (SYMBOLS[1], *(_SANS + name for name in _RARE.values())):
            yield _one(name, fonts / "fallback" / f"{name.replace(' ', '')}-Regular.ttf", 400)


def _one(name: str, path: Path, weight: int | None, index: int = 0) -> Family:
    return Family(name, (FontFile(str(path), False, weight, index),))


def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    places = None if spec is None else spec.submodule_search_locations
    return Path(places[0]) if places else None
