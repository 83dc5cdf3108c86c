"""How bright a film is: what was measured of its pictures goes in, MaxCLL and MaxFALL (CTA-861.3) come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Parts of 1 cd/m² in which light is counted, so that sums are the same in whatever order.
PARTS: Final = 256


@dataclass(frozen=True)
class Brightness:
    """How bright pictures are, in parts of 1 cd/m², see :data:`PARTS`.

    :param most: the brightest pixel's brightest of red, green and blue
    :param average: the brightest picture's mean of these over its pixels
    """

    most: int = 0
    average: int = 0

    def joined(self, other: Brightness) -> Brightness:
        """Of both."""
        return Brightness(max(self.most, other.most), max(self.average, other.average))

    @property
    def told(self) -> tuple[int, int]:
        """MaxCLL and MaxFALL, whole cd/m², from 1, as 0 says that nothing is known."""
        most, average = (max(1, (value + PARTS // 2) // PARTS) for value in (self.most, self.average))
        return most, average
