"""Reading values: a scalar goes in, the plain value of its kind comes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from reelwork import kinds
from reelwork.extensions import bearers
from reelwork.image.svg_path import PathSyntaxError, parse_path
from reelwork.linker import scheme_of
from reelwork.scene import language
from reelwork.scene.colours import COLOURS
from reelwork.scene.model import FileName, Loop
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.nodes import Node, Scalar, Sequence
from reelwork.scene.read_several import several
from reelwork.scene.read_times import read_time
from reelwork.scene.reading import BAD, Reader, Reading
from reelwork.scene.report import nearest, one_of, quote
from reelwork.scene.wording import found
from reelwork.timecode import parse_rate
from reelwork.values import Colour, Length
from reelwork.words import plain_number

MAX_NUMBER: Final = 1e9
MAX_LENGTH: Final = 1e6
RESERVED: Final = ("start", "end", "duration", "previous", "next", "self", "comp")

_NUMBER: Final = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?\Z")
_WHOLE: Final = re.compile(r"[+-]?\d{1,15}\Z")
_FRACTION: Final = re.compile(r"[+-]?\d{1,12}/0*[1-9]\d{0,11}\Z")
_NAME: Final = re.compile(r"[^\W\d_][\w-]*\Z")
_RECORD: Final = re.compile(r"[a-z0-9-]+/[a-z0-9-]+\Z")
_LEVEL: Final = re.compile(r"(?P<number>.*\d) ?dB\Z", re.IGNORECASE)
_BITRATE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([kKmM]?)\Z")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_TRUE: Final = ("true", "True", "TRUE")
_FALSE: Final = ("false", "False", "FALSE")
_MEANT: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def number(text: str) -> float | None:
    """A number, or ``None`` where it is none, or so large that nobody can mean it."""
    value = float(text) if _NUMBER.match(text) else 0.0
    return value if _NUMBER.match(text) and abs(value) <= MAX_NUMBER else None


def _too_large(text: str) -> str:
    """What to say of a number that is none for its size alone; nothing of another text."""
    return f"numbers go to {MAX_NUMBER:,.0f}" if _NUMBER.match(text) and number(text) is None else ""


def is_name(text: str) -> bool:
    """Whether a name may be written so: letters, digits, ``_``, ``-``, beginning with a letter."""
    return bool(_NAME.match(text)) and len(text) <= 100


def _from_text(read: Callable[[Reading, Any, Scalar, str], Any]) -> Reader:
    """A reader of scalars, which refuses lists, mappings and nothing at all."""

    def reader(reading: Reading, kind: kinds.Kind, node: Node, path: str) -> Any:
        if not isinstance(node, Scalar) or node.is_empty:
            return reading.expected(kind, node, path)
        return read(reading, kind, node, path)

    return reader


def _from_number(read: Callable[[Reading, Any, Scalar, str], Any]) -> Reader:
    """A reader of scalars that could be worked out, if there were expressions."""

    def reader(reading: Reading, kind: kinds.Kind, node: Scalar, path: str) -> Any:
        if node.text.lstrip().startswith("="):
            return reading.wrong(node, path, f"expressions are not available yet; found {found(node)}")
        return read(reading, kind, node, path)

    return _from_text(reader)


def _read_number(reading: Reading, kind: kinds.Number, node: Scalar, path: str) -> Any:
    value = number(node.text)
    if value is None or (kind.integer and not _WHOLE.match(node.text)):
        return reading.expected(kind, node, path, _too_large(node.text))
    if not _within(value, kind.minimum, kind.maximum):
        return reading.expected(kind, node, path)
    return int(node.text) if kind.integer else value


def _within(value: float, minimum: float | None, maximum: float | None) -> bool:
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def _read_ratio(reading: Reading, kind: kinds.Ratio, node: Scalar, path: str) -> Any:
    if kind.exact and _FRACTION.match(node.text):
        return Fraction(node.text)
    digits = node.text.removesuffix("%").rstrip() if node.text.endswith("%") else node.text
    value = number(digits)
    if value is None:
        return reading.expected(kind, node, path, _too_large(digits))
    is_percent = digits != node.text
    ratio = value / 100.0 if is_percent else value
    if kind.bounded and not 0.0 <= ratio <= 1.0:
        remedy = f"write {digits}%" if not is_percent and 1.0 < value <= 100.0 else ""
        return reading.expected(kind, node, path, remedy)
    if not _within(ratio, kind.minimum, kind.maximum):
        return reading.expected(kind, node, path)
    if kind.exact:
        return Fraction(digits) / 100 if is_percent else Fraction(digits)
    return ratio


def _read_length(reading: Reading, kind: kinds.Length, node: Scalar, path: str) -> Any:
    digits = node.text.removesuffix("%").rstrip() if node.text.endswith("%") else node.text
    value = number(digits)
    if value is None:
        unit = re.match(r"(.*\d) ?px\Z", node.text)
        in_pixels = unit is not None and number(unit[1]) is not None
        remedy = f"lengths are in pixels: write {unit[1]}" if unit and in_pixels else _too_large(digits)
        return reading.expected(kind, node, path, remedy)
    if not _within(value, kind.minimum, None):
        return reading.expected(kind, node, path)
    if abs(value) > MAX_LENGTH:
        return reading.expected(kind, node, path, f"lengths go to {plain_number(MAX_LENGTH)}")
    return Length(percent=value) if digits != node.text else Length(pixels=value)


def _read_angle(reading: Reading, kind: kinds.Angle, node: Scalar, path: str) -> Any:
    value = number(node.text)
    if value is None:
        unit = re.match(r"(.*\d) ?(deg|°)\Z", node.text)
        remedy = f"angles are in degrees: write {unit[1]}" if unit and number(unit[1]) is not None else ""
        remedy = remedy or _too_large(node.text)
        return reading.expected(kind, node, path, remedy)
    return value


def _read_level(reading: Reading, kind: kinds.Level, node: Scalar, path: str) -> Any:
    match = _LEVEL.match(node.text)
    value = number(match["number"]) if match else None
    if value is None:
        remedy = f"levels are in decibels: write {node.text}dB" if number(node.text) is not None else ""
        return reading.expected(kind, node, path, remedy)
    if not _within(value, kind.minimum, kind.maximum):
        return reading.expected(kind, node, path)
    return value


def _read_text(reading: Reading, kind: kinds.Text, node: Node, path: str) -> Any:
    if not isinstance(node, Scalar):
        return reading.expected(kind, node, path)
    if node.is_empty:
        return reading.expected(kind, node, path, 'write "" for no words')
    if _CONTROL.search(node.text):
        return reading.wrong(node, path, f"the text holds a control character: {quote(node.text)}")
    return node.text


def _read_boolean(reading: Reading, kind: kinds.Boolean, node: Scalar, path: str) -> Any:
    if node.text in _TRUE or node.text in _FALSE:
        return node.text in _TRUE
    meant = _MEANT.get(node.text.lower())
    return reading.expected(kind, node, path, f"write {meant}" if meant else "")


def _read_choice(reading: Reading, kind: kinds.Choice, node: Scalar, path: str) -> Any:
    if node.text in kind.options:
        return node.text
    return reading.expected(kind, node, path, nearest(node.text, kind.options))


def _read_name(reading: Reading, kind: kinds.Name | kinds.Layer, node: Scalar, path: str) -> Any:
    if not all(is_name(part) for part in node.text.split("/")):
        return reading.expected(kind, node, path)
    return node.text


def _read_identifier(reading: Reading, kind: language.Identifier, node: Scalar, path: str) -> Any:
    problem = name_problem(node.text, kind.of)
    return reading.wrong(node, path, problem) if problem else node.text


def name_problem(name: str, of: str) -> str:
    """What is wrong with the name of a new thing, or nothing."""
    if name in RESERVED:
        article = "an" if of[0] in "aeiou" else "a"
        return f"{quote(name)} is a word of the format and cannot be the name of {article} {of}"
    if not is_name(name):
        return f"a name consists of letters, digits, _ and -, beginning with a letter; found {quote(name)}"
    if of == "variable" and "-" in name:
        return f"the name of a variable has no -; found {quote(name)}"
    return ""


def _read_record(reading: Reading, kind: language.Record, node: Scalar, path: str) -> Any:
    if _RECORD.match(node.text):
        return node.text
    if scheme := scheme_of(node.text):
        return node.text if scheme in reading.registry.linkers else _unfound(reading, scheme, node, path)
    lower = node.text.lower().replace(" ", "-").replace("_", "-")
    remedy = f"write {lower}" if _RECORD.match(lower) else ""
    return reading.expected(kind, node, path, remedy or "handles and slugs are lower-case letters, digits and hyphens")


def _read_file(reading: Reading, kind: language.File, node: Scalar, path: str) -> Any:
    if not node.text.strip() or _CONTROL.search(node.text) or "\n" in node.text:
        return reading.expected(kind, node, path)
    if "\\" in node.text:
        return reading.wrong(node, path, f"a path is written with /; found {quote(node.text)}")
    if not kind.output and scheme_of(node.text) in reading.registry.linkers:
        return node.text
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", node.text):
        return reading.wrong(node, path, f"a scene reads and writes files only; found {quote(node.text)}")
    return node.text


def _unfound(reading: Reading, scheme: str, node: Scalar, path: str) -> Any:
    known = tuple(reading.registry.linkers)
    found = f"they find {one_of(map(quote, known), 'and')}" if known else "install the plugin that does"
    message = f"no plugin of this machine finds {quote(scheme)} names"
    return reading.wrong(node, path, message, nearest(scheme, known) or found)


def _read_extensions_file(reading: Reading, kind: kinds.File, node: Scalar, path: str) -> Any:
    name = _read_file(reading, language.File(), node, path)
    if name is BAD:
        return BAD
    if kind.record and _RECORD.match(name):
        return FileName(name, kind.record)
    if not name.lower().endswith(kind.endings) and scheme_of(name) not in reading.registry.linkers:
        return reading.expected(kind, node, path)
    return FileName(name)


def _read_rate(reading: Reading, kind: language.Rate, node: Scalar, path: str) -> Any:
    try:
        return parse_rate(node.text)
    except ValueError as error:
        return reading.wrong(node, path, f"{error}; found {found(node)}")


def _read_bitrate(reading: Reading, kind: language.Bitrate, node: Scalar, path: str) -> Any:
    match = _BITRATE.match(node.text)
    if not match:
        return reading.expected(kind, node, path)
    bits = int(Fraction(match[1]) * {"": 1, "k": 1000, "m": 1_000_000}[match[2].lower()])
    if not 1000 <= bits <= 1_000_000_000:
        return reading.expected(kind, node, path, f"write {match[1]}k" if not match[2] and bits else "")
    return bits


def _read_looping(reading: Reading, kind: language.Looping, node: Scalar, path: str) -> Any:
    if node.text in _TRUE:
        return Loop()
    if node.text in _FALSE:
        return None
    if node.text == "ping-pong":
        return Loop(ping_pong=True)
    if _WHOLE.match(node.text) and 1 <= int(node.text) <= 1_000_000:
        return Loop(count=int(node.text))
    return reading.expected(kind, node, path, nearest(node.text, ("ping-pong", "true", "false")))


def _read_path(reading: Reading, kind: kinds.PathData, node: Scalar, path: str) -> Any:
    try:
        return parse_path(node.text)
    except PathSyntaxError as error:
        return reading.wrong(node, path, f"this is not SVG path data: {error}")


def _read_merge(reading: Reading, kind: language.MergeName, node: Scalar, path: str) -> Any:
    merges = reading.registry.merges
    if node.text in merges:
        return node.text
    if clashing := bearers(merges, node.text):
        remedy = f"write {one_of(map(quote, clashing))}"
        return reading.wrong(node, path, f"several packages bring a merge {quote(node.text)}", remedy)
    remedy = (
        reading.registry.lost(node.text) or nearest(node.text, tuple(merges)) or "`reelwork effects` lists all merges"
    )
    return reading.wrong(node, path, f"there is no merge {quote(node.text)}", remedy)


def _read_expression(reading: Reading, kind: language.Expression, node: Scalar, path: str) -> Any:
    return node.text


def _read_data(reading: Reading, kind: language.Data, node: Node, path: str) -> Any:
    return node


def _read_colour(reading: Reading, kind: kinds.Colour, node: Node, path: str) -> Any:
    if isinstance(node, MappingNode):
        return _read_linear(reading, kind, node, path)
    if not isinstance(node, Scalar) or node.is_empty:
        return reading.expected(kind, node, path)
    text = COLOURS.get(node.text.lower(), node.text)
    if re.match(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})\Z", text):
        return Colour.from_hex(text)
    remedy = nearest(node.text, tuple(COLOURS))
    if re.match(r"#[0-9A-Fa-f]{3,4}\Z", text):
        remedy = f'write "#{"".join(digit * 2 for digit in text[1:])}"'
    elif re.match(r"(0x)?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})\Z", text):
        remedy = f'write "#{text.removeprefix("0x")}"'
    return reading.expected(kind, node, path, remedy)


def _read_linear(reading: Reading, kind: kinds.Colour, node: MappingNode, path: str) -> Any:
    light = node.get("linear")
    if light is None or len(node.pairs) != 1:
        return reading.expected(kind, node, path)
    values = several(reading, kinds.Number(minimum=0.0), light, f"{path}.linear")
    if values is BAD or (isinstance(light, Sequence) and len(light.items) not in (3, 4)):
        return BAD if values is BAD else reading.wrong(light, path, "linear light is [r, g, b], or [r, g, b, alpha]")
    if len(values) == 4 and values[3] > 1.0:
        return reading.wrong(light, path, f"alpha goes from 0 to 1; found {plain_number(values[3])}")
    return Colour.from_linear(*values, display=reading.display)


#: The function that reads each kind of value.
VALUES: Final[Mapping[type[kinds.Kind], Reader]] = {
    kinds.Number: _from_number(_read_number),
    kinds.Ratio: _from_number(_read_ratio),
    kinds.Length: _from_number(_read_length),
    kinds.Angle: _from_number(_read_angle),
    kinds.Level: _from_number(_read_level),
    kinds.Text: _read_text,
    kinds.Boolean: _from_text(_read_boolean),
    kinds.Choice: _from_text(_read_choice),
    kinds.Name: _from_text(_read_name),
    kinds.Layer: _from_text(_read_name),
    kinds.Time: _from_text(read_time),
    kinds.File: _from_text(_read_extensions_file),
    kinds.PathData: _from_text(_read_path),
    kinds.Colour: _read_colour,
    language.Identifier: _from_text(_read_identifier),
    language.Record: _from_text(_read_record),
    language.File: _from_text(_read_file),
    language.Rate: _from_text(_read_rate),
    language.Bitrate: _from_text(_read_bitrate),
    language.Looping: _from_text(_read_looping),
    language.MergeName: _from_text(_read_merge),
    language.Expression: _from_text(_read_expression),
    language.Data: _read_data,
}
