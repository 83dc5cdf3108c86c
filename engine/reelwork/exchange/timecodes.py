"""Timecodes: those that files carry, and those that editors write."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Final

from reelwork.catalogue.facts import MediaFacts
from reelwork.errors import MediaError
from reelwork.media.opening import opened
from reelwork.timecode import parse_timecode

_TIMECODE: Final = re.compile(r"(\d{1,2})[:;.](\d{2})[:;.](\d{2})([:;.,])(\d{2,3})\Z")


def frame_of(text: str, fps: Fraction, *, drop: bool = False) -> int:
    """The frame that a timecode counts; ``;`` before the frames, or ``drop``, means drop-frame.

    :raises ValueError: it is none, or does not exist at this rate
    """
    match = _TIMECODE.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a timecode such as 01:00:00:00")
    hours, minutes, seconds, mark, frames = match.groups()
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"{text!r} is not a timecode: minutes and seconds go to 59")
    dropping = (drop or mark == ";") and fps.denominator == 1001 and round(fps) % 30 == 0
    return parse_timecode(int(hours), int(minutes), int(seconds), int(frames), fps, drop=dropping)


def first_timecode(path: Path, facts: MediaFacts) -> Fraction | None:
    """The timecode of a file's first frame, in seconds, where the file has one.

    QuickTime and MXF files have it as a tag; sound files of broadcasters count samples from midnight (EBU Tech 3285).
    """
    if facts.kind == "still":
        return None
    try:
        with opened(path) as container:
            tags = dict(container.metadata)
            for stream in container.streams:
                tags = {**stream.metadata, **tags}
    except MediaError:
        return None
    text, samples = tags.get("timecode", ""), tags.get("time_reference", "")
    if samples.isascii() and samples.isdecimal() and facts.audio is not None:
        return Fraction(int(samples[:18]), facts.audio.rate)
    if not text or facts.frame_rate is None:
        return None
    try:
        return frame_of(text, facts.frame_rate) / facts.frame_rate
    except ValueError:
        return None
