"""Pixel formats and colour tags: FFmpeg's names go in, the meaning of planes comes out, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from reelwork.catalogue.facts import HDR_CURVES, ColourTags
from reelwork.errors import MediaError
from reelwork.image.storage import Matrix, Primaries, Siting, StorageFormat, Transfer

_T = TypeVar("_T")

#: Pictures this high and higher are taken as BT.709 where nothing is said, lower ones as BT.601.
HD_HEIGHT: Final = 720

# The numbers are those of ITU-T H.273, which FFmpeg shares; 2 is "unspecified".
MATRIX_NAMES: Final = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
    15: "ipt-c2", 16: "ycgco-re", 17: "ycgco-ro",
}  # fmt: skip
RANGE_NAMES: Final = {1: "tv", 2: "pc"}
TRANSFER_NAMES: Final = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100", 10: "log316",
    11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084",
    17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
PRIMARIES_NAMES: Final = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020", 10: "smpte428",
    11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip

_MATRICES: Final[dict[str, Matrix]] = {
    "bt709": "bt709", "bt470bg": "bt601", "smpte170m": "bt601", "bt2020nc": "bt2020",
    "fcc": "fcc", "smpte240m": "smpte240m",
}  # fmt: skip
# All SDR curves are one display curve here: cameras' curves are not undone, as displays do not undo them.
_TRANSFERS: Final[dict[str, Transfer]] = {
    "bt709": "srgb", "gamma22": "srgb", "gamma28": "srgb", "smpte170m": "srgb", "smpte240m": "srgb",
    "iec61966-2-4": "srgb", "iec61966-2-1": "srgb", "bt2020-10": "srgb", "bt2020-12": "srgb",
    "linear": "linear", "smpte2084": "pq", "arib-std-b67": "hlg",
}  # fmt: skip
_PRIMARIES: Final[dict[str, Primaries]] = {
    "bt709": "bt709", "bt470bg": "bt601-625", "smpte170m": "bt601-525", "smpte240m": "bt601-525",
    "bt2020": "bt2020", "smpte432": "p3-d65", "ebu3213": "p22",
}  # fmt: skip
_HDR: Final = {_TRANSFERS[name]: name for name in HDR_CURVES}
_SITINGS: Final[dict[str, Siting]] = {"left": "left", "center": "center", "topleft": "topleft"}

_PLANAR: Final = re.compile(r"(?:(yuva?)(410|411|420|422|440|444)p|(gbra?)p|(gray))(?:(f32)|(9|1[0-6]))?(le)?")
_SUBSAMPLING: Final = {
    "410": (4, 4), "411": (4, 1), "420": (2, 2), "422": (2, 1), "440": (1, 2), "444": (1, 1),
}  # fmt: skip


def planar_storage(pixel_format: str) -> StorageFormat | None:
    """Model, depth, subsampling and alpha of one of FFmpeg's planar formats; ``None`` for any other.

    >>> planar_storage("yuva444p10le").depth
    10
    """
    match = _PLANAR.fullmatch(pixel_format.replace("yuvj", "yuv"))
    if match is None:
        return None
    yuv, subsampling, rgb, _, floating, depth, _ = match.groups()
    family = yuv or rgb or "gray"
    return StorageFormat(
        model="yuv" if yuv else "rgb" if rgb else "grey",
        depth=32 if floating else int(depth or 8),
        subsampling=_SUBSAMPLING[subsampling] if yuv else (1, 1),
        full_range=not yuv or pixel_format.startswith("yuvj"),
        alpha="straight" if family in ("yuva", "gbra") else "none",
    )


def pixel_format_of(storage: StorageFormat) -> str:
    """FFmpeg's name of the planar format that stores like this, in little-endian words."""
    letter = "a" if storage.alpha != "none" else ""
    if storage.model == "yuv":
        subsampling = next(name for name, factors in _SUBSAMPLING.items() if factors == storage.subsampling)
        name = f"yuv{letter}{subsampling}p"
    else:
        name = f"gbr{letter}p" if storage.model == "rgb" else "gray"
    if storage.depth == 32:
        return f"{name}f32le"
    return name if storage.depth == 8 else f"{name}{storage.depth}le"


def tagged_storage(base: StorageFormat, tags: ColourTags, height: int, path: Path) -> StorageFormat:
    """What planes of format ``base`` mean under a file's tags, with the defaults of the scene format for the silent.

    :raises MediaError: a tag whose colour cannot be converted
    """
    transfer = _known("transfer", tags.transfer, _TRANSFERS, path) if tags.transfer else "srgb"
    # ITU-R BT.2100, of PQ and HLG, knows no other primaries; nor do these go with another matrix.
    primaries: Primaries = "bt2020" if transfer in ("pq", "hlg") else "bt709"
    if tags.primaries is not None:
        primaries = _known("primaries", tags.primaries, _PRIMARIES, path)
    matrix: Matrix = "bt709" if base.model != "yuv" or height >= HD_HEIGHT else "bt601"
    if base.model == "yuv" and primaries == "bt2020":
        matrix = "bt2020"
    if base.model == "yuv" and tags.matrix is not None:
        matrix = _known("matrix", tags.matrix, _MATRICES, path)
    return replace(
        base,
        full_range=base.full_range if tags.range is None else tags.range == "pc",
        matrix=matrix,
        transfer=transfer,
        primaries=primaries,
        siting=_SITINGS.get(tags.siting or "", "left") if base.subsampling != (1, 1) else "left",
    )


def _known(what: str, tag: str, table: Mapping[str, _T], path: Path) -> _T:
    if tag not in table:
        raise MediaError(f"{path}: its colour {what} is {tag!r}, which cannot be converted; convert the file first")
    return table[tag]


def tags_for_hdr(storage: StorageFormat) -> ColourTags:
    """What is told of pictures for HDR displays that were read otherwise than by tags; nothing is of others."""
    return ColourTags(transfer=_HDR.get(storage.transfer))


def tag_numbers(storage: StorageFormat) -> tuple[int, int, int, int]:
    """Matrix, range, transfer and primaries in H.273's numbers, as a film of this storage is tagged.

    Both display curves are tagged as BT.709's in Y'CbCr, where every player expects that; in R'G'B', sRGB's as sRGB's.
    """
    matrices = {"bt601": 6, "bt709": 1, "bt2020": 9, "fcc": 4, "smpte240m": 7}
    matrix = matrices[storage.matrix] if storage.model == "yuv" else 0
    sdr = 1 if storage.model == "yuv" else 13
    transfer = {"srgb": sdr, "bt1886": 1, "pq": 16, "hlg": 18, "linear": 8}[storage.transfer]
    primaries = {"bt709": 1, "bt601-525": 6, "bt601-625": 5, "bt2020": 9, "p3-d65": 12, "p22": 22}[storage.primaries]
    return (matrix, 2 if storage.full_range else 1, transfer, primaries)
