"""Reading times: a literal goes in, exact seconds come out; where cues are allowed, a sum of literals and cues."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, Final

from reelwork.kinds import Time
from reelwork.scene.nodes import Scalar
from reelwork.scene.reading import BAD, Reading
from reelwork.scene.report import nearest, quote
from reelwork.scene.times import Cue, TimeExpression
from reelwork.scene.wording import describe, found
from reelwork.timecode import parse_time
from reelwork.words import plain_number

FIELDS: Final = ("start", "end", "duration")

_NAME: Final = r"[^\W\d_][\w-]*"
_TERMS: Final = re.compile(r" +([+-]) +")
_CUE: Final = re.compile(rf"({_NAME})\.({_NAME})\Z")
_DEEP_CUE: Final = re.compile(rf"{_NAME}(\.[\w-]+){{2,}}\Z")
_BEATS: Final = re.compile(r"(bar [\d.]+|[\d.]+b)\Z")
_WORD: Final = re.compile(rf"{_NAME}\Z")
_GLUED_LITERALS: Final = re.compile(r"([\d.:/]+[a-z]*)([+-])([\d.:/]+[a-z]*)\Z")
_GLUED: Final = re.compile(rf"({_NAME}\.(?:start|end|duration))\s*([+-])\s*(\S.*)\Z")


def read_time(reading: Reading, kind: Time, node: Scalar, path: str) -> Any:
    """``Fraction`` seconds, or a ``TimeExpression`` where the kind allows cues; ``BAD`` if it is neither."""
    text = node.text.strip()
    if kind.cues:
        return _sum(reading, kind, node, text, path)
    if _TERMS.search(text) or _CUE.match(text):
        return reading.wrong(
            node, path, f"expected one literal time, found {found(node)}", "cues and sums cannot stand here"
        )
    time = _literal(reading, kind, node, text, path)
    if time is not BAD and kind.minimum is not None and time < kind.minimum:
        return reading.wrong(
            node, path, f"expected a time of at least {plain_number(kind.minimum)}s, found {found(node)}"
        )
    if time is not BAD and kind.maximum is not None and time > kind.maximum:
        return reading.expected(kind, node, path)
    return time


def _sum(reading: Reading, kind: Time, node: Scalar, text: str, path: str) -> Any:
    parts = _TERMS.split(text)
    seconds, cues, bad = Fraction(0), [], False
    for mark, term in zip(["+", *parts[1::2]], parts[0::2], strict=True):
        sign = 1 if mark == "+" else -1
        cue = _CUE.match(term)
        if cue and not _GLUED.match(term):
            bad |= not _is_field(reading, node, cue[2], path)
            cues.append(Cue(sign, cue[1], cue[2]))
            continue
        value = _literal(reading, kind, node, term, path)
        if value is BAD:
            bad = True
        else:
            seconds += sign * value
    return BAD if bad else TimeExpression(seconds, tuple(cues), text, node.place)


def _is_field(reading: Reading, node: Scalar, name: str, path: str) -> bool:
    if name in FIELDS:
        return True
    reading.wrong(node, path, f"a cue is a layer's start, end or duration; found {quote(name)}", nearest(name, FIELDS))
    return False


def _literal(reading: Reading, kind: Time, node: Scalar, text: str, path: str) -> Any:
    if _BEATS.match(text):
        return reading.wrong(node, path, f"{quote(text)}: beats and bars are not available yet")
    if kind.cues and _DEEP_CUE.match(text):
        return reading.wrong(node, path, f"{quote(text)}: cues inside a layer are not available yet")
    glued = _GLUED.match(text) or _GLUED_LITERALS.match(text)
    if kind.cues and glued:
        first, sign, rest = glued.groups()
        return reading.wrong(node, path, f"spaces stand around {sign} in a time", f"write {first} {sign} {rest}")
    if kind.cues and _WORD.match(text):
        return reading.wrong(
            node, path, f"expected {describe(kind)}, found {quote(text)}", f"a cue says which instant: {text}.start"
        )
    try:
        return parse_time(text, reading.fps)
    except ValueError as error:
        return reading.wrong(node, path, f"{error}; found {quote(text)}")
