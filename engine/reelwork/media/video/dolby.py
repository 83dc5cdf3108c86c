"""Dolby Vision: the first units of a stream of HEVC go in; whether its base layer can be shown as it is comes out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from reelwork.errors import MediaError
from reelwork.media.video.nal import Bits, Unit

# The kind of the units that say how the base layer is displayed; what they begin with, and the type of those known.
_RPU: Final = 62
_PREFIX, _TYPE = 25, 2


def check_base_layer(units: Sequence[Unit], path: Path) -> None:
    """Refuse profile 5, whose base layer has colours of Dolby's own (IPT-PQ-C2) that mean something else in each
    picture. Profiles 4, 7 and 8 have one that other displays show, and so it is taken.

    :raises MediaError: it is of profile 5
    """
    if any(_is_of_its_own(unit.payload) for unit in units if unit.kind == _RPU):
        raise MediaError(
            f"{path}: is Dolby Vision of profile 5, whose colours (IPT-PQ) are no other display's and cannot be read; "
            "export it as HDR10, HLG or Dolby Vision of profile 8, or convert it: ffmpeg -i FILE -vf libplacebo="
            "apply_dolbyvision=1:colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084,format=yuv420p10le "
            "-c:v libx265 HDR10.mov"
        )


def _is_of_its_own(payload: bytes) -> bool:
    """Whether a header (ETSI GS CCM 001, ``rpu_data_header``) says profile 5: the first of the profiles of mapping, and
    a base layer of full range, which those that others show do not have."""
    with suppress(EOFError):
        bits = Bits(payload)
        if (bits.u(8), bits.u(6)) != (_PREFIX, _TYPE):
            return False
        bits.u(11)
        mapping = bits.u(4)
        bits.u(4)
        if not bits.u(1):
            return False
        bits.u(1)
        if bits.u(2) == 0:
            bits.ue()
        bits.u(2)
        return mapping == 0 and bits.u(1) == 1
    return False
