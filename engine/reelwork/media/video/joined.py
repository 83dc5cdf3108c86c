"""Recordings that were joined: the packets of a stream whose clock jumps go in, packets of one clock come out.

Television, dashcams and discs begin their clocks anew in the middle of a file. What follows such a jump is another
recording, which follows the one before without a gap, as its sound does (``media/sound/waves.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from reelwork.media.joints import is_jump
from reelwork.media.video.timing import Packets

# Sound and pictures jump together, by what differs between the ends of both.
_TOGETHER_SECONDS = 2


def on_one_clock(packets: Packets, time_base: Fraction, heard: Sequence[Fraction]) -> Packets:
    """The same packets, as if the file's clock never jumped; the very same where it does not.

    :param time_base: seconds a tick
    :param heard: by how much the clock of the file's sound jumped each time, seconds: pictures jump by as much, so that
        they stay with their sound
    """
    moved = before = 0
    expected: int | None = None
    left = list(heard)
    shifts = []
    # In Matroska the first packets do not say when they are decoded; the two kinds of stamps are not compared.
    stamps = packets.dts if any(dts is not None for dts in packets.dts) else packets.pts
    for stamp, lasting in zip(stamps, packets.durations, strict=True):
        if stamp is not None:
            late = Fraction(0) if expected is None else (stamp + moved - expected) * time_base
            # some files say that pictures last longer than until the next one: then the clock did not jump back
            if is_jump(late) and (late > 0 or is_jump((stamp + moved - before) * time_base)):
                # A jump that the pictures did not make, as there were none in that recording, is passed over.
                place = next((n for n, jump in enumerate(left) if abs(jump - late) <= _TOGETHER_SECONDS), None)
                moved -= round((late if place is None else left[place]) / time_base)
                left = left if place is None else left[place + 1 :]
            before, expected = stamp + moved, stamp + moved + lasting
        shifts.append(moved)
    if not any(shifts):
        return packets
    moved_pts = [None if stamp is None else stamp + shift for stamp, shift in zip(packets.pts, shifts, strict=True)]
    moved_dts = [None if stamp is None else stamp + shift for stamp, shift in zip(packets.dts, shifts, strict=True)]
    return replace(packets, pts=moved_pts, dts=moved_dts, written=packets)
