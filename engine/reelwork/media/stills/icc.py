"""Colour profiles: the bytes of an ICC profile go in; what codes are in light, or light itself, comes out.

A profile of curves and a matrix, as displays and working spaces have it (ICC.1:2022, F.3), is worked out here, in
double precision and without limits: a colour outside Rec.709 keeps its negative share. One of tables (CMYK, scanners)
is LittleCMS's, which goes to linear light in floats, so that nothing is limited there either.
"""

from __future__ import annotations

import functools
import hashlib
import io
import struct
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from reelwork.image.storage import Primaries, Profile
from reelwork.kernels.transfer import tone_curve
from reelwork.maths import srgb_encode
from reelwork.matrices import Rows, inverse, product

Space = Literal["grey", "rgb", "cmyk", "lab"]

_SPACES: Final[dict[bytes, Space]] = {b"GRAY": "grey", b"RGB ": "rgb", b"CMYK": "cmyk", b"Lab ": "lab"}
_HEADER: Final = 132
_MOST_TAGS: Final = 200
# Chromaticities of Rec.709 and of P3 with D65: x and y of red, green, blue and white.
REC709: Final = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, 0.3127, 0.3290)
_P3: Final = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)
# Bradford's responses of cones, and the whites: D50 as ICC has it, D65.
_BRADFORD: Final[Rows] = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_D50: Final = (0.9642, 1.0, 0.8249)
# Profiles are written in steps of 1/65536, and programs round in different ways.
_SAME_MATRIX: Final = 1.5e-3
_SAME_CODE: Final = 0.4 / 255
_NEUTRAL: Final = 0.01
_RELATIVE: Final = 1
_BLACK_POINT: Final = 0x2000
_ROWS: Final = 64
_COLOURS: Final[dict[Space, str]] = {"grey": "gray", "rgb": "rgb", "cmyk": "cmyk", "lab": "lab"}


@dataclass(frozen=True)
class Icc:
    """A profile that can be read.

    :param space: of the codes
    :param data: the profile itself
    :param curves: from a code's value to light, for each channel; ``None`` where the profile is one of tables
    :param matrix: from light to scene-linear Rec.709; ``None`` for grey
    :param primaries: whose matrix this is, as far as the eye can see, if those of a known space
    :param srgb: whether the curves are sRGB's
    """

    space: Space
    data: bytes
    curves: tuple[Curve, ...] | None = None
    matrix: Rows | None = None
    primaries: Primaries | None = None
    srgb: bool = False


@dataclass(frozen=True)
class Curve:
    """A tone curve: a power, the pieces of a parametric curve, or a table of evenly spaced entries."""

    numbers: tuple[float, ...]
    kind: Literal["table", 0, 1, 2, 3, 4]

    def table(self, size: int) -> npt.NDArray[np.float32]:
        """Light of evenly spaced values from 0 to 1 (ICC.1:2022, 10.6 and 10.18)."""
        out = np.empty(size, np.float32)
        if self.kind == "table":
            numbers = np.array(self.numbers)
            place = np.arange(size) * ((len(numbers) - 1) / (size - 1))
            below = np.minimum(place.astype(np.int64), len(numbers) - 2)
            out[:] = numbers[below] * (1.0 - (place - below)) + numbers[below + 1] * (place - below)
        else:
            tone_curve(np.array(self._pieces()), out)
        out.flags.writeable = False
        return out

    def _pieces(self) -> tuple[float, float, float, float, float, float, float]:
        n = (*self.numbers, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if self.kind == 0:
            return (n[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if self.kind in (1, 2):
            floor = n[3] if self.kind == 2 else 0.0
            return (n[0], n[1], n[2], 0.0, -n[2] / n[1] if n[1] else 0.0, floor, floor)
        offsets = (n[5], n[6]) if self.kind == 4 else (0.0, 0.0)
        return (n[0], n[1], n[2], n[3], n[4], *offsets)


@functools.lru_cache(maxsize=16)
def read_icc(data: bytes) -> Icc | None:
    """A profile, or ``None`` where it is none that says anything of a picture's colours."""
    try:
        return _read(data)
    except (struct.error, LookupError, ValueError, ZeroDivisionError, OverflowError):
        return None


@functools.lru_cache(maxsize=16)
def name_of(data: bytes) -> str:
    """What a profile calls itself; empty where it does not say, or is none."""
    from PIL import ImageCms

    try:
        return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(data))).strip()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return ""


def profile_of(icc: Icc, depth: int) -> Profile | None:
    """What codes of so many bits are; ``None`` for a profile of tables."""
    return None if icc.curves is None else profile_from(icc.curves, icc.matrix, depth)


@functools.lru_cache(maxsize=16)
def profile_from(curves: tuple[Curve, ...], matrix: Rows | None, depth: int) -> Profile:
    """A profile of curves and a matrix, for codes of so many bits."""
    tables = {curve: curve.table(1 << depth) for curve in curves}
    numbers = None if matrix is None else _frozen([value for row in matrix for value in row])
    name = hashlib.sha256(repr((curves, matrix, depth)).encode()).hexdigest()
    return Profile(name, tuple(tables[curve] for curve in curves), numbers)


def to_light(samples: npt.NDArray[Any], icc: Icc) -> npt.NDArray[np.float32]:
    """Scene-linear Rec.709 ``[3, row, column]`` of samples ``[row, column, channel]`` without alpha, by LittleCMS.

    Relative to the paper's white, with compensation for its black.

    :raises ValueError: the profile cannot be used
    """
    import imagecodecs

    out = np.empty((3, *samples.shape[:2]), np.float32)
    target = _linear()
    for top in range(0, samples.shape[0], _ROWS):
        rows = np.ascontiguousarray(samples[top : top + _ROWS])
        try:
            light = imagecodecs.cms_transform(
                rows[:, :, 0] if icc.space == "grey" else rows, icc.data, target,
                colorspace=_COLOURS[icc.space], outcolorspace="rgb", outdtype="f4", intent=_RELATIVE,
                flags=_BLACK_POINT,
            )  # fmt: skip
        except RuntimeError as error:
            raise ValueError(f"its colour profile cannot be used: {error}") from error
        out[:, top : top + _ROWS] = np.moveaxis(light, -1, 0)
    return out


def to_rec709(chromaticities: tuple[float, ...]) -> Rows | None:
    """The matrix from light of given primaries to Rec.709, adapted by Bradford where the white is not D65.

    :param chromaticities: x and y of red, green, blue and white
    :returns: ``None`` where they span no colours
    """
    try:
        return _neutral(product(inverse(_under_d50(REC709)), _under_d50(chromaticities)))
    except (ZeroDivisionError, ValueError):
        return None


@functools.cache
def from_d50() -> Rows:
    """The matrix from XYZ under D50 to scene-linear Rec.709, adapted by Bradford."""
    return inverse(_under_d50(REC709))


def to_luminance(chromaticities: tuple[float, ...]) -> tuple[float, ...]:
    """How much red, green and blue add to luminance (SMPTE RP 177).

    :raises ZeroDivisionError: they span no colours
    """
    return _xyz(chromaticities)[1]


def _read(data: bytes) -> Icc | None:
    if data[36:40] != b"acsp" or struct.unpack_from(">I", data)[0] > len(data):
        return None
    space = _SPACES.get(data[16:20])
    count = struct.unpack_from(">I", data, 128)[0]
    if space is None or count > _MOST_TAGS:
        return None
    tags = {}
    for number in range(count):
        name, offset, size = struct.unpack_from(">4sII", data, _HEADER + 12 * number)
        tags[name] = data[offset : offset + size]
    if data[12:16] == b"abst" or space == "lab" or (b"A2B0" in tags or b"A2B1" in tags):
        return Icc(space, data) if space != "lab" else None
    if space == "grey":
        curve = _curve(tags[b"kTRC"])
        return Icc(space, data, (curve,), None, "bt709", _is_srgb((curve,)))
    if space == "cmyk":
        return None
    columns = [_xyz_tag(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    colours: Rows = tuple(zip(*columns, strict=True))
    curves = tuple(_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    matrix = _neutral(product(inverse(_under_d50(REC709)), colours))
    known: tuple[tuple[Primaries, Rows], ...] = (("bt709", _under_d50(REC709)), ("p3-d65", _under_d50(_P3)))
    primaries = next((name for name, other in known if _near(colours, other)), None)
    return Icc(space, data, curves, matrix, primaries, _is_srgb(curves))


def _xyz_tag(tag: bytes) -> tuple[float, ...]:
    if tag[:4] != b"XYZ ":
        raise ValueError("no XYZ")
    return tuple(number / 65536 for number in struct.unpack_from(">iii", tag, 8))


def _curve(tag: bytes) -> Curve:
    if tag[:4] == b"para":
        kind = struct.unpack_from(">H", tag, 8)[0]
        count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind]
        return Curve(tuple(number / 65536 for number in struct.unpack_from(f">{count}i", tag, 12)), kind)
    if tag[:4] != b"curv":
        raise ValueError("no curve")
    count = struct.unpack_from(">I", tag, 8)[0]
    numbers = struct.unpack_from(f">{count}H", tag, 12)
    if count == 0:
        return Curve((1.0,), 0)
    return Curve((numbers[0] / 256,), 0) if count == 1 else Curve(tuple(n / 65535 for n in numbers), "table")


def _is_srgb(curves: tuple[Curve, ...]) -> bool:
    return all(
        abs(srgb_encode(float(value)) - code / 255) < _SAME_CODE
        for curve in set(curves)
        for code, value in enumerate(curve.table(256))
    )


def _near(a: Rows, b: Rows) -> bool:
    pairs = zip((v for row in a for v in row), (v for row in b for v in row), strict=True)
    return all(abs(x - y) < _SAME_MATRIX for x, y in pairs)


def _neutral(matrix: Rows) -> Rows:
    """The matrix with what its rounding adds to white taken away, so that grey stays grey."""
    sums = [row[0] + row[1] + row[2] for row in matrix]
    if any(abs(total - 1.0) > _NEUTRAL for total in sums):
        return matrix
    return tuple(tuple(value / total for value in row) for row, total in zip(matrix, sums, strict=True))


@functools.cache
def _under_d50(chromaticities: tuple[float, ...]) -> Rows:
    """The matrix to XYZ as profiles have it: under D50, adapted by Bradford (ICC.1:2022, E.1)."""
    x, y = chromaticities[6:]
    return _adapted(_xyz(chromaticities), (x / y, 1.0, (1.0 - x - y) / y), _D50)


def _xyz(chromaticities: tuple[float, ...]) -> Rows:
    """The matrix to XYZ, such that red, green and blue of 1 give white of luminance 1 (SMPTE RP 177)."""
    pairs = [chromaticities[at : at + 2] for at in (0, 2, 4, 6)]
    *colours, (wx, wy) = pairs
    matrix: Rows = tuple(zip(*[(x / y, 1.0, (1.0 - x - y) / y) for x, y in colours], strict=True))
    amounts = [row[0] for row in product(inverse(matrix), ((wx / wy,), (1.0,), ((1.0 - wx - wy) / wy,)))]
    return tuple(tuple(v * amount for v, amount in zip(row, amounts, strict=True)) for row in matrix)


def _adapted(xyz: Rows, source: tuple[float, ...], target: tuple[float, ...]) -> Rows:
    def cones(white: tuple[float, ...]) -> list[float]:
        return [row[0] for row in product(_BRADFORD, tuple((value,) for value in white))]

    gains = [to / of for of, to in zip(cones(source), cones(target), strict=True)]
    scaled: Rows = tuple(tuple(v * gain for v in row) for row, gain in zip(_BRADFORD, gains, strict=True))
    return product(product(inverse(_BRADFORD), scaled), xyz)


def _frozen(values: list[float]) -> npt.NDArray[np.float32]:
    array = np.array(values, np.float32)
    array.flags.writeable = False
    return array


@functools.cache
def _linear() -> bytes:
    """A profile of scene-linear Rec.709 (ICC.1:2010), which LittleCMS goes to."""

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))

    columns = tuple(zip(*_under_d50(REC709), strict=True))
    text = b"desc" + bytes(4) + struct.pack(">I", 7) + b"Linear\0" + bytes(78)
    blocks: list[tuple[bytes, bytes]] = [(b"desc", text), (b"wtpt", b"XYZ " + bytes(4) + fixed(*_D50))]
    for letter, column in zip("rgb", columns, strict=True):
        blocks.append((f"{letter}XYZ".encode(), b"XYZ " + bytes(4) + fixed(*column)))
        blocks.append((f"{letter}TRC".encode(), b"curv" + bytes(8)))
    place = _HEADER + 12 * len(blocks)
    table, body = b"", b""
    for name, block in blocks:
        padded = block + bytes(-len(block) % 4)
        table += struct.pack(">4sII", name, place + len(body), len(block))
        body += padded
    size = place + len(body)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ").ljust(36, b"\0")
    head = (head + b"acsp").ljust(68, b"\0") + fixed(*_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(blocks)) + table + body


#: sRGB's own curve as one of five pieces, for what says so in other ways than by a profile.
SRGB_CURVE: Final = Curve((2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045), 3)
