"""LUT: colours become what a file's lookup table says."""

from __future__ import annotations

from typing import Final

from reelwork import PointEffect, Stage, param
from reelwork.kinds import Choice
from reelwork.kinds import File as FileKind
from reelwork.values import File
from reelwork_colour.ocio import Conversion, conversion, lut

#: The logarithmic spaces that a LUT may work in, and what the built-in configuration calls them.
_LOGS: Final = {
    "acescc": "ACEScc",
    "acescct": "ACEScct",
    "log-c3": "ARRI LogC3 (EI800)",
    "log-c4": "ARRI LogC4",
    "s-log3": "S-Log3 S-Gamut3.Cine",
    "v-log": "V-Log V-Gamut",
    "log3g10": "Log3G10 REDWideGamutRGB",
    "davinci-intermediate": "DaVinci Intermediate WideGamut",
}
_ENDINGS: Final = (
    ".cube", ".3dl", ".csp", ".clf", ".ctf", ".look", ".spi1d", ".spi3d", ".spimtx", ".itx", ".lut", ".m3d", ".vf",
    ".cub",
)  # fmt: skip
_SAMPLE: Final = """LUT_3D_SIZE 2
0.1 0 0
1 0 0.1
0 1 0
1 0.9 0
0 0 0.8
1 0 1
0 1 1
1 1 1
"""


class Lut(PointEffect, name="lut", version=1):
    """LUT: a file of tables of one or three dimensions, matrices and limits, as colourists and cameras bring.

    Three dimensions are looked up tetrahedrally, one in straight lines; what a table does not reach is held at its
    edge. Files are those that OpenColorIO reads: `.cube` of Resolve and Adobe, `.3dl`, cineSpace's `.csp`, the Common
    LUT Format `.clf`, `.look`, `.spi1d`, `.spi3d` and more.

    A LUT is made for colours of some space, in which it is applied: mostly display-encoded ones. One that leads from a
    camera's space to another one takes numbers as they are, between two `colour-space`.
    """

    cost = 50.0
    tames_highlights = True
    unpremultiplied = True
    keeps_alpha = True

    file: File = param(kind=FileKind(_ENDINGS, _SAMPLE), help="The file, beside the scene.")
    space: str = param(  # type: ignore[misc]  # what a class of effects says of all of them, this one says of each
        "display", kind=Choice(("display", "linear", *_LOGS)), help="The space in which the LUT works."
    )

    def check(self) -> None:
        lut(self.file)

    def stages(self) -> tuple[Stage, ...]:
        name = _LOGS.get(self.space)
        if name is None:
            return lut(self.file)
        before, after = conversion(None, Conversion(to=name)), conversion(None, Conversion(from_=name))
        return (*before, *lut(self.file), *after)
