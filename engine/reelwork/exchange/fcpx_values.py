"""Values of FCPXML: what an attribute says goes in; a time or a number comes out, or an error with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Final
from xml.etree.ElementTree import Element

from reelwork.exchange.report import MisplacedError
from reelwork.exchange.timeline import ZERO
from reelwork.exchange.times import LONGEST
from reelwork.exchange.xml import line_of

_TIME: Final = re.compile(r"-?\d{1,30}(/0{0,9}[1-9]\d{0,29})?s|-?\d{1,30}\.\d{1,30}s")


@contextmanager
def within(element: Element) -> Iterator[None]:
    """Whatever is wrong inside is said with the element's line and name.

    :raises MisplacedError: something is
    """
    try:
        yield
    except MisplacedError:
        raise
    except ValueError as error:
        name = element.get("name") or element.get("id")
        called = f"{element.tag} {name!r}" if name else element.tag
        raise MisplacedError(f"line {line_of(element)}, {called}: {error}") from error


def seconds(text: str | None, otherwise: Fraction = ZERO) -> Fraction:
    """``1001/24000s`` or ``5s``.

    :raises ValueError: it is no time
    """
    if text is None or not text:
        return otherwise
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not a time such as 1001/24000s")
    found = Fraction(text[:-1])
    if abs(found) > LONGEST:
        raise ValueError(f"{text[:80]!r} is a time of more than {LONGEST:,} seconds")
    return found


def number(text: str) -> float:
    """A number.

    :raises ValueError: it is none
    """
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not abs(found) <= 1e9:
        raise ValueError(f"{text[:80]!r} is not a number such as 0.5")
    return found


def pair(text: str | None, otherwise: float) -> tuple[float, float]:
    """Two numbers with a space between them.

    :raises ValueError: they are none
    """
    if text is None:
        return otherwise, otherwise
    parts = text.split()
    if len(parts) != 2:
        raise ValueError(f"{text[:80]!r} is not two numbers such as '0 0'")
    return number(parts[0]), number(parts[1])


def whole(element: Element, key: str, least: int, most: int, otherwise: int) -> int:
    """A whole number that an attribute says.

    :raises ValueError: it is none, or out of its range
    """
    text = element.get(key)
    if text is None:
        return otherwise
    if not re.fullmatch(r"-?\d{1,9}", text) or not least <= int(text) <= most:
        raise ValueError(f"{key}={text[:80]!r} is not a whole number from {least} to {most}")
    return int(text)
