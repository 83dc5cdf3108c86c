"""Mixing down: blocks of any channels go in, left and right come out, by ITU-R BS.775 without lowering the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from reelwork.errors import MediaError

Samples = npt.NDArray[np.float32]
Matrix = tuple[tuple[float, float], ...]
#: Of the centre, and of the surrounds.
Levels = tuple[float, float]

_HALF: Final = 0.7071067811865476
USUAL_LEVELS: Final[Levels] = (_HALF, _HALF)
# The steps of A/52, tables 5.9 and 5.10, that are no short numbers.
_STEPS: Final = {0.7071: _HALF, 0.5946: 0.5946035575013605}
# What FFmpeg says of E-AC-3 that says nothing.
_GUESSED: Final = (0.5946, 0.5)
_SURROUNDS: Final = ("BL", "BR", "SL", "SR", "BC")
#: What each channel gives to left and right (ITU-R BS.775-4, Annex 4, table 2; channels above and below as those at ear
#: height, BS.2051's positions by their side); the effects channels are left out.
_DOWNMIX: Final = {
    "FL": (1.0, 0.0), "FR": (0.0, 1.0), "FC": (_HALF, _HALF), "LFE": (0.0, 0.0), "LFE2": (0.0, 0.0),
    "BL": (_HALF, 0.0), "BR": (0.0, _HALF), "SL": (_HALF, 0.0), "SR": (0.0, _HALF), "BC": (0.5, 0.5),
    "FLC": (_HALF, 0.0), "FRC": (0.0, _HALF), "WL": (1.0, 0.0), "WR": (0.0, 1.0), "DL": (1.0, 0.0), "DR": (0.0, 1.0),
    "TC": (0.5, 0.5), "TFL": (_HALF, 0.0), "TFR": (0.0, _HALF), "TFC": (0.5, 0.5),
    "TBL": (_HALF, 0.0), "TBR": (0.0, _HALF), "TBC": (0.5, 0.5), "TSL": (_HALF, 0.0), "TSR": (0.0, _HALF),
    "BFC": (0.5, 0.5), "BFL": (_HALF, 0.0), "BFR": (0.0, _HALF), "SSL": (_HALF, 0.0), "SSR": (0.0, _HALF),
    "TTL": (_HALF, 0.0), "TTR": (0.0, _HALF), "BIL": (1.0, 0.0), "BIR": (0.0, 1.0),
}  # fmt: skip
# Channels by their number alone, where a file does not name them: the order of WAVE files' masks.
_UNNAMED: Final = {
    1: ("FC",), 2: ("FL", "FR"), 3: ("FL", "FR", "FC"), 4: ("FL", "FR", "BL", "BR"), 5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"), 7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}  # fmt: skip


def levels_of(frame: AudioFrame, stream: AudioStream) -> Levels:
    """The levels at which AC-3 and E-AC-3 say that their centre and their surrounds are mixed down to stereo (ATSC
    A/52:2018, 5.4.2.4, 5.4.2.5 and E.2.3.1: Lo/Ro); the usual ones where nothing is said."""
    if stream.codec_context.codec.canonical_name not in ("ac3", "eac3") or len(frame.layout.channels) < 3:
        return USUAL_LEVELS
    sides: Any = frame.side_data  # which PyAV's stubs take for a packet's
    for side in sides:
        if side.type.name == "DOWNMIX_INFO":
            # FFmpeg's AVDownmixInfo: a number, then for centre and surrounds the levels of Lo/Ro and of Lt/Rt.
            said = np.frombuffer(bytes(side), np.float64, 4, offset=8)
            found = round(float(said[0]), 4), round(float(said[2]), 4)
            unsaid = stream.codec_context.codec.canonical_name == "eac3" and found == _GUESSED
            return USUAL_LEVELS if unsaid else (_STEPS.get(found[0], found[0]), _STEPS.get(found[1], found[1]))
    return USUAL_LEVELS


def matrix_of(channels: tuple[str, ...], layout: str, path: Path, levels: Levels = USUAL_LEVELS) -> Matrix:
    """What each channel gives to left and right.

    :param channels: FFmpeg's names, such as ``FL``
    :param layout: FFmpeg's name of all of them, for messages
    :param levels: of the centre and of the surrounds
    :raises MediaError: they are no loudspeakers'
    """
    if layout.startswith("ambisonic"):
        raise MediaError(
            f"{path}: its sound is {layout}, a sound field rather than loudspeakers; decode it to stereo or 5.1 first"
        )
    names = channels
    if any(name not in _DOWNMIX for name in names):
        names = _UNNAMED.get(len(names), ())
    if not names:
        raise MediaError(f"{path}: its {len(channels)} channels ({layout}) cannot be mixed down to stereo")
    if len(names) == 1:
        return ((1.0, 1.0),)
    centre, surround = (level / _HALF for level in levels)
    scales = {"FC": centre, **dict.fromkeys(_SURROUNDS, surround)}
    scaled = ((name, scales.get(name, 1.0)) for name in names)
    return tuple((_DOWNMIX[name][0] * scale, _DOWNMIX[name][1] * scale) for name, scale in scaled)


def mixed_down(block: Samples, matrix: Matrix) -> Samples:
    """``float32[2, n]`` of ``float32[channel, n]``."""
    if matrix == ((1.0, 0.0), (0.0, 1.0)):
        return block
    out = np.zeros((2, block.shape[1]), np.float32)
    # Channel by channel, in this order: a matrix product may add in any, and rounds otherwise on other machines.
    for channel, gains in zip(block, matrix, strict=True):
        for side, gain in enumerate(gains):
            if gain:
                out[side] += channel * np.float32(gain)
    return out
