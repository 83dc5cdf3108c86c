"""Drawings: the text of an SVG file goes in, its nominal size or its pixels at a multiple of it come out.

Nothing outside the file is ever read: a drawing that refers to another file or to the network is refused, and text is
set in the pinned fonts of installed packages alone.
"""

from __future__ import annotations

import functools
import io
import math
import re
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from PIL import Image

from reelwork.errors import MediaError
from reelwork.font_packages import COLOUR_EMOJI, families, is_extra
from reelwork.media.opening import MAX_PIXELS
from reelwork.media.stills.apart import MOST_DRAWN, ApartError, drawn_apart
from reelwork.media.stills.svg_text import with_families

_MAXIMUM_BYTES: Final = 64 << 20
# resvg goes down into a drawing by calling itself, so that the deepest needs a large stack; without one, the process
# would end. It gives up by itself beyond 1024 groups, but not beyond any number of patterns that use each other.
_DEEPEST: Final = 1000
_MOST_PATTERNS: Final = 2000
_STACK: Final = 256 << 20
_STACKS: Final = threading.Lock()
# Where a family is not named, or not installed, and for characters that it lacks.
_FAMILIES: Final = ("Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Devanagari")
_LAST_CYRILLIC: Final = 0x52F
_DPI: Final = 96.0
_UNITS: Final = {
    "": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "em": 16.0, "ex": 8.0,
}  # fmt: skip
_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_LENGTH: Final = re.compile(rf"\s*({_NUMBER})\s*([a-z%]*)\s*")


@dataclass(frozen=True)
class Drawing:
    """An SVG file that refers to nothing outside it.

    :param text: the file
    :param width: its nominal width in pixels, rounded, at least 1
    :param height: its nominal height
    """

    text: str
    width: int
    height: int


def is_svg(head: bytes) -> bool:
    """Whether a file that begins like this is an SVG drawing."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<") and re.search(rb"<(?:\w+:)?svg[\s>]", text) is not None


def read_svg(path: Path) -> Drawing:
    """A drawing and its nominal size.

    :raises MediaError: it is damaged, too large, has no size, or refers to something outside it
    """
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise MediaError(f"{path}: is larger than {_MAXIMUM_BYTES >> 20} MiB, the most that is read of a drawing")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise MediaError(f"{path}: is no drawing that can be read: its text is not UTF-8") from error
    width, height = _nominal_size(_checked_root(text, path), path)
    return Drawing(text, width, height)


def rasterise(drawing: Drawing, level: int, path: Path) -> Image.Image:
    """The drawing at ``2 ** level`` times its nominal size, straight RGBA; at a lower level if that were too large.

    :raises MediaError: it cannot be drawn
    """
    while drawing.width * drawing.height * 4.0**level > MOST_DRAWN:
        level -= 1
    width = max(1, math.ceil(drawing.width * 2.0**level))
    words = {"width": width, "fonts": _font_files(drawing.text)}
    try:
        text = with_families(drawing.text, _named(drawing.text))
        png = drawn_apart("reelwork.media.stills.svg:draw", words, text.encode())
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            return image.convert("RGBA")
    except (ApartError, ValueError, OSError) as error:
        raise MediaError(f"{path}: cannot be drawn: {error}") from error


def draw(words: Mapping[str, Any], data: bytes) -> bytes:
    """A PNG of a drawing, made in a thread with a stack that is large enough for any that was checked.

    :param words: ``width`` in pixels, and ``fonts``, the files that text is set in
    :param data: the drawing
    """
    import resvg_py

    draw = functools.partial(
        resvg_py.svg_to_bytes,
        svg_string=data.decode(),
        skip_system_fonts=True,
        width=words["width"],
        dpi=_DPI,
        font_files=words["fonts"],
        font_family=_FAMILIES[0],
        serif_family=_FAMILIES[0],
        sans_serif_family=_FAMILIES[0],
        cursive_family=_FAMILIES[0],
        fantasy_family=_FAMILIES[0],
        monospace_family=_FAMILIES[0],
    )
    with ThreadPoolExecutor(1) as pool:
        with _STACKS:
            usual = threading.stack_size(_STACK)
            try:
                drawn = pool.submit(draw)
            finally:
                threading.stack_size(usual)
        return bytes(drawn.result())


def _checked_root(text: str, path: Path) -> dict[str, str]:
    """The attributes of the root element, once no element was found that refers to something outside."""
    root: dict[str, str] = {}
    outside: list[str] = []
    depth = patterns = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, patterns
        element = name.rpartition(":")[2]
        depth, patterns = depth + 1, patterns + (element == "pattern")
        if depth > _DEEPEST or patterns > _MOST_PATTERNS:
            raise MediaError(f"{path}: goes too deep: {_DEEPEST} elements in each other, or {_MOST_PATTERNS} patterns")
        if not root:
            root.update(attributes, **{"": element})
        for key, value in attributes.items():
            # A link is a place to go to, not a thing to draw.
            if key.rpartition(":")[2] == "href" and element != "a" and not _is_inside(value):
                outside.append(value)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        raise MediaError(
            f"{path}:{error.lineno}:{error.offset + 1}: is no drawing that can be read: {error}"
        ) from error
    if root.get("") != "svg":
        raise MediaError(f"{path}: is no SVG drawing: its first element is <{root.get('')}>")
    if outside:
        raise MediaError(f"{path}: refers to {outside[0][:80]!r}, outside of itself; embed it in the drawing")
    return root


def _is_inside(reference: str) -> bool:
    reference = reference.strip().lower()
    # A drawing inside the drawing could refer outside in turn.
    return (
        not reference
        or reference.startswith("#")
        or (reference.startswith("data:image/") and not reference.startswith("data:image/svg"))
    )


def _nominal_size(root: dict[str, str], path: Path) -> tuple[int, int]:
    box = [float(number) for number in re.findall(_NUMBER, root.get("viewBox", ""))]
    across, down = (box[2], box[3]) if len(box) == 4 else (None, None)
    width, height = _length(root.get("width", "100%"), across), _length(root.get("height", "100%"), down)
    if across and down:  # with one side alone, the other follows from the shape of the viewBox
        if "height" not in root and "width" in root and width is not None:
            height = width * down / across
        elif "width" not in root and "height" in root and height is not None:
            width = height * across / down
    if width is None or height is None or not (0 < width * height <= MAX_PIXELS):
        raise MediaError(
            f"{path}: does not say how large it is, or is too large; give its <svg> a width and a height in pixels, "
            "or a viewBox"
        )
    return max(1, math.floor(width + 0.5)), max(1, math.floor(height + 0.5))


def _length(text: str, whole: float | None) -> float | None:
    match = _LENGTH.fullmatch(text)
    if match is None:
        return None
    number, unit = float(match[1]), match[2]
    if unit == "%":
        return None if whole is None else number / 100 * whole
    return number * _UNITS[unit] if unit in _UNITS else None


def _font_files(text: str) -> tuple[str, ...]:
    """The files of fonts that a drawing's text may need, those that are asked first before the others."""
    if not re.search(r"<(?:\w+:)?text[\s>]", text):
        return ()
    known, named = families(), _named(text)
    others: list[str] = []
    if _beyond_latin(text):
        rest = (family.name for family in known.values() if family.name not in (*_FAMILIES, *named, COLOUR_EMOJI))
        others = sorted(rest, key=lambda name: (is_extra(name), not name.startswith("Noto"), name))
    wanted = (known[name.lower()] for name in (*_FAMILIES, *named, *others) if name.lower() in known)
    return tuple(dict.fromkeys(file.path for family in wanted for file in family.files))


def _named(text: str) -> list[str]:
    """The families that a drawing names, but for the first ones."""
    lower = text.lower()
    return [family.name for name, family in families().items() if family.name not in _FAMILIES and name in lower]


def _beyond_latin(text: str) -> bool:
    """Whether a text has letters, as they are or as numbers, that are not Latin, Greek or Cyrillic."""
    numbers = (int(number, 16) for number in re.findall(r"&#x0*([0-9a-fA-F]{1,6});", text))
    decimals = (int(number) for number in re.findall(r"&#0*([0-9]{1,7});", text))
    return any(code > _LAST_CYRILLIC for code in (*map(ord, set(text)), *numbers, *decimals))
