"""Radiance (Ward, 1985): pictures of light by high dynamic range, as many panoramas for lighting are."""

from __future__ import annotations

import re
from pathlib import Path

from reelwork import Still, StillReader

_HEAD = 1 << 16


class RadianceReader(StillReader):
    """Reads Radiance pictures, stored from the top left; light of 1 is white."""

    name, suffixes = "radiance", (".hdr", ".pic")

    def size(self, path: Path) -> tuple[int, int]:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if not head.startswith((b"#?RADIANCE", b"#?RGBE")):
            raise ValueError("it does not begin as a Radiance picture does")
        found = re.search(rb"\n\n([-+][XY]) (\d{1,9}) ([-+][XY]) (\d{1,9})\n", head)
        if found is None:
            raise ValueError("it does not say its size")
        if (found[1], found[3]) != (b"-Y", b"+X"):
            raise ValueError("its rows do not run from the top left; save it anew")
        return int(found[4]), int(found[2])

    def read(self, path: Path) -> Still:
        import imagecodecs
        import numpy as np

        data = path.read_bytes()
        width, height = self.size(path)
        head, _, _ = data.partition(b"\n\n")
        if b"32-bit_rle_xyze" in head or re.search(rb"\n(?:PRIMARIES|COLORCORR)=", head):
            raise ValueError("its colours are not Rec.709's; save it with FORMAT=32-bit_rle_rgbe and without PRIMARIES")
        exposure = 1.0
        for number in re.findall(rb"\nEXPOSURE=\s*([-+.\deE]+)", head):
            exposure *= float(number)
        if not exposure > 0:
            raise ValueError("its exposure is no positive number")
        light = np.zeros((height, width, 3), np.float32)
        light[:] = imagecodecs.rgbe_decode(data, header=True)
        return Still(light / np.float32(exposure))
