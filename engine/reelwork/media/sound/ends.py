"""Where sound ends: what a container says of it goes in, how many samples there are, or are missing, comes out.

Codecs work in frames, and fill their last one up. Each container has its own way to say by how much, or none.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from av.audio.stream import AudioStream
from av.container import InputContainer

# These say exactly how many samples they hold, but for the filling of a last frame or of the file's last bytes.
_COUNTED: Final = {"flac": 0, "wav": 0, "aiff": 0, "w64": 8, "caf": 4096}
# What others may lack at their end: codecs that need a packet more to give the last one's sound.
_LATE_SECONDS: Final = Fraction(1, 2)
# Edit lists count in the film's units of time, the coarsest of which in use is a 600th of a second.
_EDIT_TICK: Final = Fraction(1, 600)


def is_counted(container: InputContainer) -> bool:
    """Whether sound in it has no times: whatever is not there in the middle is lost."""
    return container.format.name in _COUNTED


def end_of(
    container: InputContainer,
    stream: AudioStream,
    rate: int,
    start: Fraction,
    reach: int | None,
    *,
    edited: bool = True,
) -> int | None:
    """How many samples there are from the first on; ``None`` where the container says nothing more exact than packets.

    :param start: when the first sample is heard, seconds
    :param reach: until when the packets last, in the stream's ticks
    :param edited: whether anything but the packets counts
    """
    said = _said(stream, rate)
    if container.format.name == "ogg" and stream.codec_context.name == "vorbis":
        return said
    if not container.format.name.startswith("mov") or reach is None or stream.time_base is None:
        return None
    packets = round((reach * stream.time_base - start) * rate)
    if not edited:
        return packets
    counted = _counted_by_itunes(container, stream)
    if counted is not None and abs(counted - packets) <= rate:
        return counted
    # An edit list may end earlier than the packets do, but is rounded.
    return said if said is not None and said < packets - rate * _EDIT_TICK else packets


def missing_at_end(
    container: InputContainer, stream: AudioStream, rate: int, start: Fraction, reach: int | None, samples: int
) -> int:
    """How many samples should follow the ``samples`` that there are, and were lost."""
    tolerance = _COUNTED.get(container.format.name)
    if tolerance is not None:
        missing = (_said(stream, rate) or 0) - samples
    elif reach is not None and stream.time_base is not None:
        missing, tolerance = round((reach * stream.time_base - start) * rate) - samples, int(_LATE_SECONDS * rate)
    else:
        return 0
    return missing if missing > tolerance else 0


def _said(stream: AudioStream, rate: int) -> int | None:
    """The stream's length in samples as the container gives it."""
    return None if not stream.duration or stream.time_base is None else round(stream.duration * stream.time_base * rate)


def _counted_by_itunes(container: InputContainer, stream: AudioStream) -> int | None:
    """The number of samples that iTunes writes beside the priming and the filling, as hexadecimal words."""
    words = (container.metadata.get("iTunSMPB") or stream.metadata.get("iTunSMPB") or "").split()
    try:
        return int(words[3], 16) or None if len(words) > 3 else None
    except ValueError:
        return None
