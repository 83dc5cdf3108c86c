"""How bright pictures are, by CTA-861.3: pictures of PQ go in, their MaxCLL and MaxFALL come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from reelwork.image.window import Window
from reelwork.kernels.transfer import pq_to_light
from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.writing.light_level import PARTS, Brightness

# cd/m² of light of 1 (ITU-R BT.2408).
_WHITE: Final = 203.0
_LEVELS: Final = 1 << 16
# So many pixels are looked at together.
_STRIP: Final = 1 << 20


class Measured:
    """Pictures that are measured while they pass.

    A picture that is the same as the one before is looked at once.
    """

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self._pictures = pictures
        self.brightness = Brightness()  #: of those that have passed

    def __iter__(self) -> Iterator[Picture]:
        last: Picture | None = None
        for picture in self._pictures:
            if picture is not last:
                self.brightness = self.brightness.joined(brightness(picture))
            last = picture
            yield picture


def brightness(picture: Picture) -> Brightness:
    """How bright a picture of PQ is, whatever its primaries are."""
    # As if its codes were light already: the brightest code is the brightest light, and is turned into it alone.
    codes = replace(picture, storage=replace(picture.storage, transfer="linear", primaries="bt709", alpha="none"))
    table = _table()
    rows = max(2, _STRIP // picture.width // 2 * 2)
    most = total = 0
    for top in range(0, picture.height, rows):
        window = Window(0, top, picture.width, min(top + rows, picture.height))
        data = picture_to_frame(codes, window).data
        level = np.maximum(np.maximum(data[0], data[1]), data[2])
        np.clip(level, 0.0, 1.0, out=level)
        light = table[np.rint(level * np.float32(_LEVELS - 1)).astype(np.int32)]
        most = max(most, int(light.max()))
        total += int(light.sum(dtype=np.int64))
    return Brightness(most, total // (picture.width * picture.height))


@cache
def _table() -> npt.NDArray[Any]:
    """The light of evenly spaced levels of SMPTE ST 2084, in parts of 1 cd/m²."""
    levels = np.ascontiguousarray(np.broadcast_to(np.linspace(0, 1, _LEVELS, dtype=np.float32), (3, 1, _LEVELS)))
    pq_to_light(levels, 0, 1, 0, _LEVELS)
    light: npt.NDArray[Any] = np.rint(levels[0, 0].astype(np.float64) * _WHITE * PARTS).astype(np.int32)
    return light
