"""How stored pixels are to be read: model, depth, subsampling, range, matrix, transfer, primaries, siting, alpha."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Model = Literal["yuv", "rgb", "grey"]
Matrix = Literal["bt601", "bt709", "bt2020", "fcc", "smpte240m"]
Transfer = Literal["srgb", "bt1886", "pq", "hlg", "linear"]
Primaries = Literal["bt709", "bt601-525", "bt601-625", "bt2020", "p3-d65", "p22"]
Siting = Literal["left", "center", "topleft"]
Alpha = Literal["none", "straight", "premultiplied"]


@dataclass(frozen=True)
class Profile:
    """What a picture's own profile makes of its codes: a curve for each colour, and a matrix.

    :param name: tells it from every other profile
    :param curves: for each plane of colour, the light of each code, ``float32[2 ** depth]``
    :param matrix: from these lights to scene-linear Rec.709, row by row, ``float32[9]``; ``None`` for grey
    """

    name: str
    curves: tuple[npt.NDArray[np.float32], ...] = field(compare=False)
    matrix: npt.NDArray[np.float32] | None = field(compare=False)


@dataclass(frozen=True)
class StorageFormat:
    """The meaning of planes; planes of 8 bits are ``uint8``, of 9 to 16 ``uint16``, of 32 ``float32``.

    The planes are luma and two chromas (``yuv``), red, green and blue (``rgb``) or one (``grey``), then alpha
    where there is one. Samples of 9 to 15 bits stand in the low bits. Planes of ``float32`` hold 1.0 for white.
    Planes are C-contiguous ``[row, column]``, read only, and may have more columns than the picture: a decoder's
    padding, whose values mean nothing.

    :param model: what the planes are
    :param depth: bits a sample: 8 to 16, or 32 for floating point
    :param subsampling: luma columns and rows to one of chroma: ``(2, 2)`` is 4:2:0, ``(2, 1)`` 4:2:2, ``(1, 1)`` 4:4:4;
        chroma planes are rounded up
    :param full_range: whether black is 0 and white the highest code, rather than 16 and 235 (scaled to the depth);
        alpha always is full
    :param matrix: from R'G'B' to Y'CbCr, where the model is ``yuv``
    :param transfer: from stored values to light; ``srgb`` is the display curve shared by SDR video and stills
    :param primaries: what red, green and blue are
    :param siting: where a chroma sample stands among its luma samples: ``left`` co-sited with the left column and
        midway between rows (MPEG-2, H.264), ``center`` midway in both (JPEG, MPEG-1), ``topleft`` on the first luma
    :param alpha: whether there is an alpha plane, and whether colour was multiplied by it
    :param profile: what codes of R'G'B' or grey are in light, instead of ``transfer`` and ``primaries``; such pictures
        are read, and never written, and their alpha is not premultiplied
    """

    model: Model = "yuv"
    depth: int = 8
    subsampling: tuple[int, int] = (2, 2)
    full_range: bool = False
    matrix: Matrix = "bt709"
    transfer: Transfer = "srgb"
    primaries: Primaries = "bt709"
    siting: Siting = "left"
    alpha: Alpha = "none"
    profile: Profile | None = None

    @property
    def plane_count(self) -> int:
        """How many planes a picture has."""
        return (1 if self.model == "grey" else 3) + (self.alpha != "none")

    def same_but_codes(self, other: StorageFormat) -> bool:
        """Whether the same samples are stored, at most in other codes: integers of another depth or range."""
        codes = replace(self, depth=other.depth, full_range=other.full_range)
        return codes == other and 32 not in (self.depth, other.depth)

    def plane_size(self, plane: int, width: int, height: int) -> tuple[int, int]:
        """Columns and rows of a plane of a picture of ``width`` by ``height``."""
        if self.model == "yuv" and plane in (1, 2):
            across, down = self.subsampling
            return (-(-width // across), -(-height // down))
        return (width, height)


@dataclass(frozen=True, eq=False)
class Planes:
    """One picture as a file stores it.

    :param planes: ``[row, column]`` arrays in the order, of the types and of the sizes that ``storage`` says
    :param storage: what the samples mean
    """

    planes: tuple[npt.NDArray[Any], ...]
    storage: StorageFormat
