"""Colours of tagged footage against colour-science: matrices and ranges, primaries, transfers, what is not said."""

import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from reelwork.media.convert import picture_to_frame
from reelwork.media.video.source import VideoSource

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses packages that this test does not need
    import colour

#: Luma, and the two chromas, of 10 bits: greys, skin, and colours inside all of these cubes.
CODES = [(64, 512, 512), (502, 512, 512), (800, 512, 512), (600, 460, 580), (450, 560, 470), (350, 540, 520)]
#: By the numbers of ITU-T H.273: the weights of red and blue; the primaries; light of R'G'B'.
MATRICES = {
    1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593),
}  # fmt: skip
WHITE = (0.3127, 0.3290)
PRIMARIES = {
    1: colour.RGB_COLOURSPACES["ITU-R BT.709"].primaries,
    5: colour.RGB_COLOURSPACES["ITU-R BT.470 - 625"].primaries,
    6: colour.RGB_COLOURSPACES["SMPTE C"].primaries,
    7: colour.RGB_COLOURSPACES["SMPTE 240M"].primaries,
    9: colour.RGB_COLOURSPACES["ITU-R BT.2020"].primaries,
    12: colour.RGB_COLOURSPACES["Display P3"].primaries,
    22: np.array([0.630, 0.340, 0.295, 0.605, 0.155, 0.077]),
}
SDR = (1, 4, 5, 6, 7, 11, 13, 14, 15)
TRANSFERS = {
    **dict.fromkeys(SDR, colour.models.eotf_sRGB),
    8: lambda value: value,
    16: lambda value: colour.models.eotf_ST2084(value) / 203,
    18: lambda value: colour.models.eotf_BT2100_HLG(value) / 203,
}


def shown(path: Path, tags: dict[str, int], size: tuple[int, int] = (6, 2)) -> np.ndarray:
    """Light of the six colours, in a row, of a lossless film with these tags."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv444p10le"
        frame = av.VideoFrame(*size, "yuv444p10le")
        for plane, values in zip(frame.planes, zip(*CODES, strict=True), strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, -1)
            rows[:, :6] = values
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
            setattr(frame, name, value)
        frame.pts = 0
        container.mux([*stream.encode(frame), *stream.encode(None)])
    with VideoSource(path) as source:
        return np.moveaxis(picture_to_frame(source.picture(0)).data[:3, 0], 0, -1)


def light(matrix: int = 1, full: bool = False, primaries: int = 1, transfer: int = 1) -> np.ndarray:
    """The same by colour-science."""
    codes = np.array(CODES, float)
    weights = np.array(MATRICES[matrix])
    coded = colour.YCbCr_to_RGB(codes, K=weights, in_bits=10, in_legal=not full, in_int=True, clamp_int=False)
    spaces = [
        colour.RGB_Colourspace("", PRIMARIES[number], WHITE, use_derived_matrix_RGB_to_XYZ=True,
                               use_derived_matrix_XYZ_to_RGB=True)
        for number in (primaries, 1)
    ]  # fmt: skip
    return TRANSFERS[transfer](coded) @ colour.matrix_RGB_to_RGB(*spaces, chromatic_adaptation_transform=None).T


def close(found: np.ndarray, expected: np.ndarray) -> bool:
    return bool(np.abs(found - expected).max() <= 2e-5 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", MATRICES)
def test_matrices_and_ranges(tmp_path: Path, matrix: int, full: bool) -> None:
    found = shown(tmp_path / "a.mkv", {"colorspace": matrix, "color_range": 1 + full})
    assert close(found, light(matrix, full))


@pytest.mark.parametrize("primaries", PRIMARIES)
def test_primaries(tmp_path: Path, primaries: int) -> None:
    found = shown(tmp_path / "a.mkv", {"colorspace": 1, "color_primaries": primaries})
    assert close(found, light(1, primaries=primaries))


@pytest.mark.parametrize("transfer", TRANSFERS)
def test_transfers(tmp_path: Path, transfer: int) -> None:
    found = shown(tmp_path / "a.mkv", {"colorspace": 9, "color_primaries": 9, "color_trc": transfer})
    assert close(found, light(9, primaries=9, transfer=transfer))


@pytest.mark.parametrize(
    ("tags", "meant"),
    [
        ({"color_trc": 18}, {"matrix": 9, "primaries": 9, "transfer": 18}),
        ({"color_trc": 16}, {"matrix": 9, "primaries": 9, "transfer": 16}),
        ({"color_primaries": 9}, {"matrix": 9, "primaries": 9}),
        ({"color_trc": 16, "color_primaries": 12}, {"matrix": 6, "primaries": 12, "transfer": 16}),
        ({"color_trc": 18, "colorspace": 1}, {"matrix": 1, "primaries": 9, "transfer": 18}),
        ({}, {"matrix": 6}),
    ],
)
def test_what_is_not_said_follows_from_what_is(tmp_path: Path, tags: dict[str, int], meant: dict[str, int]) -> None:
    assert close(shown(tmp_path / "a.mkv", tags), light(**meant))
