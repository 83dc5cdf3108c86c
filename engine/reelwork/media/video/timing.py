"""Timing: what the packets of a video are stamped with goes in, and the order in which their pictures came out of a
decoder where that must be known; its index comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import gcd, lcm
from pathlib import Path
from typing import Any, Final

from av.packet import Packet
from av.video.stream import VideoStream

from reelwork.errors import MediaError
from reelwork.media.video.index import FrameIndex, Mark, constant_rate

#: Pictures of a video that is longer are refused: its index would fill the memory.
MOST_PICTURES: Final = 20_000_000
# Where nothing at all says how fast a bare stream is played, it is played at FFmpeg's and most cameras' rate.
_RATE: Final = Fraction(25)
# What a key's stamp says to be missing, at least; less is the unsteadiness of stamps.
_GAP_SECONDS: Final = Fraction(1, 4)
# The longest picture: of a progressive sequence, shown three times.
_MOST_FIELDS: Final = 6
# These do not say when their first picture is shown, and begin with it.
_BEGINNING_FORMATS: Final = {"avi", "mxf", "asf"}
_Stamp = int | None


@dataclass
class Packets:
    """What was seen of a stream of pictures, packet by packet in the order of decoding.

    :param keys: which of them decoding can begin at
    :param written: as the file stamps them, where that is otherwise
    """

    pts: list[_Stamp] = field(default_factory=list)
    dts: list[_Stamp] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    written: Packets | None = None

    def add(self, packet: Packet[Any], path: Path) -> None:
        """One more packet.

        :raises MediaError: there are too many
        """
        ordinal = len(self.pts)
        if ordinal >= MOST_PICTURES:
            raise MediaError(f"{path}: holds more than {MOST_PICTURES:,} pictures, the most that are read; cut it")
        if packet.is_keyframe:
            self.keys.append(ordinal)
        self.pts.append(packet.pts)
        self.dts.append(packet.dts)
        self.durations.append(packet.duration or 0)

    @property
    def are_timed(self) -> bool:
        """Whether each says when its picture is shown, and none the same; and the file's clock never goes back."""
        return _are_different(self.pts) and self.is_steady

    @property
    def is_steady(self) -> bool:
        """Whether packets stand in the order of the times at which they are decoded."""
        stamps = [dts for dts in self.dts if dts is not None]
        return all(before <= after for before, after in pairwise(stamps))


def stamped_index(packets: Packets, film: VideoStream, path: Path) -> FrameIndex:
    """The index of a video whose packets say when their pictures are shown.

    :raises MediaError: no picture is shown
    """
    pts = tuple(stamp for stamp in packets.pts if stamp is not None)
    first = packets.keys[0]
    # A recording that begins in the middle: what comes before the first key, or refers to before it, cannot be made.
    hidden = {n for n, stamp in enumerate(pts) if n < first or stamp < pts[first]}
    return _index(packets, pts, hidden, film, path)


def ordered_index(packets: Packets, shown: Sequence[int], film: VideoStream, path: Path) -> FrameIndex:
    """The index of a video whose packets do not say when their pictures are shown, or not rightly: the pictures stand
    in the order in which they came out, at the times that there are.

    :param shown: the packets whose pictures came out, in that order
    :raises MediaError: no picture is shown
    """
    if packets.keys[0] in shown:  # what comes out before the first key refers to before it
        shown = shown[shown.index(packets.keys[0]) :]
    hidden = set(range(len(packets.pts))) - set(shown)
    if packets.are_timed and (times := [packets.pts[n] for n in shown]) == sorted(times, key=_number):
        lasting = [*packets.durations]
        # The last picture's second field may be a packet of its own.
        stops = (_number(packets.pts[n]) + lasting[n] for n in range(len(lasting)))
        lasting[shown[-1]] = max(stops, default=0) - _number(packets.pts[shown[-1]])
        known = replace(packets, durations=lasting)
        return _index(known, tuple(map(_number, packets.pts)), hidden, film, path)
    stamps, _ = _stamps(packets)
    rate = film.guessed_rate or film.average_rate or _RATE
    lasting = packets.durations
    container = film.container.format.name
    if container == "mpegts" and (once := _once(packets, shown, rate)) is not None:
        hidden |= {*shown} - {*once}
        shown, found, time_base = once, [_number(packets.pts[n]) for n in once], film.time_base
    elif (fields := _fields_of(packets, film, rate)) is not None:
        found, time_base, lasting = _placed(packets, shown, film, rate, fields), 1 / (2 * rate), fields
    elif container == "avi" and _are_different(packets.dts):
        # It counts its packets, and knows no other time; FFmpeg guesses when they are shown, the last one wrongly.
        found, time_base = sorted(_number(packets.dts[n]) for n in shown), film.time_base or Fraction(1, 1000)
    elif stamps and packets.is_steady:
        found, time_base = sorted(stamps[n] for n in shown), film.time_base or Fraction(1, 1000)
    else:
        found, time_base, lasting = list(range(len(shown))), 1 / rate, [1] * len(packets.pts)
    first = packets.pts[shown[0]] if shown and container not in _BEGINNING_FORMATS else None
    if first is not None and film.time_base is not None and time_base is not None:
        found, lasting, time_base = _moved(found, lasting, time_base, first * film.time_base)
    times_of = dict(zip(shown, found, strict=True))
    least = min(found, default=0)
    pts = tuple(times_of.get(n, least - 1 - n) for n in range(len(packets.pts)))
    return _index(replace(packets, durations=lasting), pts, hidden, film, path, time_base=time_base)


def _moved(
    found: Sequence[int], lasting: Sequence[int], tick: Fraction, begin: Fraction
) -> tuple[list[int], list[int], Fraction]:
    """The same times and durations, in ticks so fine that the first picture begins when it should."""
    many = lcm(tick.denominator, begin.denominator)
    finer = Fraction(gcd(int(tick * many), int(begin * many)), many)
    each, late = int(tick / finer), int(begin / finer) - int(found[0] * tick / finer)
    return [late + time * each for time in found], [many * each for many in lasting], finer


def _once(packets: Packets, shown: Sequence[int], rate: Fraction) -> list[int] | None:
    """Where recordings overlap, as the parts of a long one do that were joined, the pictures without those that come
    twice, as their sound is heard once; ``None`` where the last one brings nothing new, or stamps are wrong in another
    way."""
    stamps = [packets.pts[n] for n in shown]
    joints = sum(after <= before for before, after in pairwise(stamp for stamp in packets.dts if stamp is not None))
    if not joints or None in stamps:
        return None
    reached = accumulate((_number(stamp) for stamp in stamps), max, initial=_number(stamps[0]) - 1)
    once = [n for n, stamp, last in zip(shown, stamps, reached, strict=False) if _number(stamp) > last]
    return once if once[-1] == shown[-1] and len(shown) - len(once) <= joints * rate else None


def _fields_of(packets: Packets, film: VideoStream, rate: Fraction) -> list[int] | None:
    """How many fields each picture lasts, where that differs: flags of MPEG-2 show film at the rate of television by
    repeating a field of every other picture (ISO/IEC 13818-2, 6.3.10). FFmpeg's guess of the times that a program
    stream leaves out does not heed them."""
    if film.codec_context.codec.canonical_name != "mpeg2video" or film.time_base is None:
        return None
    lasting = [round(ticks * film.time_base * 2 * rate) or 2 for ticks in packets.durations]
    return lasting if len(set(lasting)) > 1 and max(lasting) <= _MOST_FIELDS else None


def _placed(
    packets: Packets, shown: Sequence[int], film: VideoStream, rate: Fraction, lasting: Sequence[int]
) -> list[int]:
    """When pictures that last so many fields begin, in fields: one after the other, and later where a key's own stamp
    says that something is missing before it."""
    begun = list(accumulate(lasting, initial=0))
    first, second = packets.keys[0], 2 * rate * (film.time_base or 0)
    gaps: dict[int, int] = {}
    for key in packets.keys:
        stamp, origin = packets.dts[key], packets.dts[first]
        if stamp is not None and origin is not None:
            missing = round((stamp - origin) * second) - (begun[key] - begun[first]) - sum(gaps.values())
            if missing > _GAP_SECONDS * 2 * rate:
                gaps[key] = missing
    found, time = [], 0
    for number in shown:
        time += gaps.get(number, 0)
        found.append(time)
        time += lasting[number]
    return found


def _stamps(packets: Packets) -> tuple[tuple[int, ...], Mark]:
    """What packets can be told apart by; nothing, where that is not possible."""
    for marked, stamps in (("pts", packets.pts), ("dts", packets.dts)):
        if _are_different(stamps):
            return tuple(map(_number, stamps)), "pts" if marked == "pts" else "dts"
    return (), "pts"


def _index(
    packets: Packets,
    pts: tuple[int, ...],
    hidden: set[int],
    film: VideoStream,
    path: Path,
    *,
    time_base: Fraction | None = None,
) -> FrameIndex:
    """:param time_base: seconds a tick of ``pts`` and of the packets' durations, where it is not the stream's"""
    order = sorted((stamp, n) for n, stamp in enumerate(pts) if n not in hidden)
    if not order:
        raise MediaError(f"{path}: none of its pictures is shown")
    shown = [stamp for stamp, _ in order]
    base = time_base or film.time_base or Fraction(1, 1)
    last = packets.durations[order[-1][1]]
    if last <= 0:
        last = shown[-1] - shown[-2] if len(shown) > 1 else max(1, round(1 / (_RATE * base)))
    end = shown[-1] + last
    rate = constant_rate(shown, end, base, [film.guessed_rate, film.average_rate, film.base_rate])
    written = packets.written or packets
    marks, marked = _stamps(written)
    named = None if pts == tuple(written.pts) else marks
    return FrameIndex(base, pts, tuple(packets.keys), frozenset(hidden), end, rate, named, marked)


def _are_different(stamps: Sequence[_Stamp]) -> bool:
    return None not in stamps and len(set(stamps)) == len(stamps)


def _number(stamp: _Stamp) -> int:
    return stamp or 0
