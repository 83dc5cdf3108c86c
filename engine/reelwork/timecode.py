"""Time as people write it goes in, exact seconds come out; and back: frames, timecodes, clocks."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final

# What broadcasters write for rates of the NTSC family, and what they mean by it (SMPTE ST 12-1: nominal × 1000/1001).
_NTSC: Final = {
    "23.976": 24,
    "23.98": 24,
    "29.97": 30,
    "47.952": 48,
    "47.95": 48,
    "59.94": 60,
    "119.88": 120,
}
MAX_RATE: Final = 1000

_DECIMAL: Final = re.compile(r"(\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})\Z")
_RATIO: Final = re.compile(r"(\d{1,12})/(\d{1,12})\Z")
_UNIT: Final = re.compile(r"(?P<number>[\d./]+) ?(?P<unit>[A-Za-zµ]+)\Z")
_TIMECODE: Final = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})([:;])(\d{1,4})\Z")
_CLOCK: Final = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})\.(\d{1,12})\Z")
_HINTS: Final = {
    "min": "minutes are written in seconds, or as 00:01:00.000",
    "m": "minutes are written in seconds, or as 00:01:00.000",
    "h": "hours are written in seconds, or as 01:00:00.000",
    "sec": "write s",
    "secs": "write s",
    "seconds": "write s",
    "second": "write s",
    "frames": "write f",
    "frame": "write f",
    "fr": "write f",
    "b": "beats are not available yet",
}


def parse_rate(text: str) -> Fraction:
    """Frames per second: ``24``, ``12.5``, ``30000/1001``, and ``23.976``, ``29.97`` or ``59.94`` for n × 1000/1001.

    >>> parse_rate("23.976")
    Fraction(24000, 1001)

    :raises ValueError: with a sentence that says what is wrong
    """
    if text in _NTSC:
        return Fraction(_NTSC[text] * 1000, 1001)
    if not (_DECIMAL.match(text) or _RATIO.match(text)) or re.search(r"/0+\Z", text):
        raise ValueError("a rate is written as 24, 23.976 or 30000/1001")
    rate = Fraction(text)
    if not 0 < rate <= MAX_RATE:
        raise ValueError(f"a rate lies above 0 and is at most {MAX_RATE}")
    return rate


def parse_time(text: str, fps: Fraction) -> Fraction:
    """Seconds of one literal: ``2s``, ``500ms``, ``36f``, ``1/3s``, ``2`` (seconds), ``00:00:02:12`` (hours, minutes,
    seconds, frames; ``;12`` is drop-frame), ``00:00:02.500``; a ``-`` before it makes it negative.

    >>> parse_time("36f", Fraction(24))
    Fraction(3, 2)

    :param fps: the rate that frames are counted at
    :raises ValueError: with a sentence that says what is wrong
    """
    return -_literal(text[1:], fps) if text.startswith("-") else _literal(text, fps)


def _literal(text: str, fps: Fraction) -> Fraction:
    if _DECIMAL.match(text) or _RATIO.match(text):
        return _number(text)
    if match := _UNIT.match(text):
        return _with_unit(match["number"], match["unit"], fps)
    if match := _TIMECODE.match(text):
        hours, minutes, seconds, mark, frames = match.groups()
        return parse_timecode(int(hours), int(minutes), int(seconds), int(frames), fps, drop=mark == ";") / fps
    if match := _CLOCK.match(text):
        hours, minutes, seconds, fraction = match.groups()
        return _sixty(int(hours), int(minutes), int(seconds)) + Fraction(f"0.{fraction}")
    if ":" in text:
        raise ValueError("a timecode is written 00:00:02:12 (frames last), a clock time 00:00:02.500")
    raise ValueError("a time is written as 2s, 500ms, 36f, 1/3s, 00:00:02:12 or 00:00:02.500")


def _number(text: str) -> Fraction:
    if re.search(r"/0+\Z", text):
        raise ValueError("a time cannot be divided by 0")
    return Fraction(text)


def _with_unit(number: str, unit: str, fps: Fraction) -> Fraction:
    if not (_DECIMAL.match(number) or _RATIO.match(number)):
        long = len(number) > 12 and number.replace(".", "", 1).isdecimal()
        raise ValueError("a number of a time has at most 12 digits" if long else f"{number!r} is not a number")
    value = _number(number)
    if unit == "s":
        return value
    if unit == "ms":
        return value / 1000
    if unit == "f":
        return value / fps
    hint = _HINTS.get(unit)
    raise ValueError(f"times end in s, ms or f, not in {unit!r}" + (f": {hint}" if hint else ""))


def _sixty(hours: int, minutes: int, seconds: int) -> int:
    if minutes > 59 or seconds > 59:
        raise ValueError("minutes and seconds of a timecode go to 59")
    return (hours * 60 + minutes) * 60 + seconds


def parse_timecode(hours: int, minutes: int, seconds: int, frames: int, fps: Fraction, *, drop: bool = False) -> int:
    """The number of a frame, from 0, given its timecode (SMPTE ST 12-1).

    At rates that are not whole, frames are counted at the next whole rate, as on tape: 01:00:00:00 at 23.976 is frame
    86,400. Drop-frame leaves out the first two numbers (four at 59.94) of each minute that is no multiple of ten.

    :raises ValueError: the timecode does not exist at this rate
    """
    nominal = _nominal(fps)
    if frames >= nominal:
        raise ValueError(f"at {format_rate(fps)} frames per second, frames of a timecode go to {nominal - 1:02}")
    number = _sixty(hours, minutes, seconds) * nominal + frames
    if not drop:
        return number
    dropped = _dropped(fps)
    if minutes % 10 and seconds == 0 and frames < dropped:
        raise ValueError(f"drop-frame timecode leaves out {minutes:02}:{seconds:02};{frames:02}")
    total = hours * 60 + minutes
    return number - dropped * (total - total // 10)


def _nominal(fps: Fraction) -> int:
    return math.ceil(fps)


def _dropped(fps: Fraction) -> int:
    nominal = _nominal(fps)
    if fps != Fraction(nominal * 1000, 1001) or nominal % 30:
        raise ValueError(f"drop-frame timecode (with ;) exists at 29.97 and 59.94, not at {format_rate(fps)}")
    return nominal // 15


def instant(frame: int, fps: Fraction) -> Fraction:
    """The instant that a frame shows, seconds."""
    return frame / fps


def frame_count(duration: Fraction, fps: Fraction) -> int:
    """How many frames show an instant in ``[0, duration)``."""
    return max(0, math.ceil(duration * fps))


def format_rate(fps: Fraction) -> str:
    """A rate as people say it: ``24``, ``23.976``, ``12.5``."""
    for text, nominal in _NTSC.items():
        if fps == Fraction(nominal * 1000, 1001):
            return text
    return _decimal(fps, 3) or f"{fps.numerator}/{fps.denominator}"


def format_seconds(time: Fraction) -> str:
    """A time as scenes write it, exactly: ``2.5s``, ``1/3s``.

    >>> format_seconds(Fraction(5, 2))
    '2.5s'
    """
    return (_decimal(time, 6) or f"{time.numerator}/{time.denominator}") + "s"


def format_timecode(frame: int, fps: Fraction, *, drop: bool = False) -> str:
    """The timecode of a frame, ``00:00:02:12``, or ``00:00:02;12`` where ``drop``.

    :param frame: from 0
    :raises ValueError: drop-frame timecode does not exist at this rate
    """
    nominal = _nominal(fps)
    if drop:
        dropped = _dropped(fps)
        minute = nominal * 60 - dropped
        tens, rest = divmod(frame, minute * 10 + dropped)
        frame += dropped * (tens * 9 + max(0, (rest - dropped) // minute))
    seconds, frames = divmod(frame, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    digits = len(str(nominal - 1))
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if drop else ':'}{frames:0{max(2, digits)}}"


def _decimal(value: Fraction, places: int) -> str:
    """The value with at most so many decimals, or nothing if that is not exact."""
    scaled = value * 10**places
    if scaled.denominator != 1:
        return ""
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled.numerator):0{places + 1}}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
