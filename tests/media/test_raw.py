"""Camera raw: a mosaic of a known light in, that light out."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from media_table import media

from reelwork.errors import MediaError
from reelwork.media.convert import picture_to_frame
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still

#: From XYZ (D65) to linear Rec.709 (IEC 61966-2-1): a camera that sees as a display shows.
TO_CAMERA = ((3.2405, -1.5371, -0.4985), (-0.9693, 1.8760, 0.0416), (0.0556, -0.2040, 1.0572))
WHITE = 16383


def write_dng(path: Path, light: np.ndarray, *, neutral: tuple[float, float, float], orientation: int = 1) -> Path:
    """A DNG (Adobe, 1.4) of linear Rec.709 ``[row, column, 3]`` behind red, green and blue glass (RGGB).

    :param neutral: what the camera saw of white
    """
    seen = light * neutral * WHITE
    mosaic = seen[:, :, 1].copy()
    mosaic[::2, ::2], mosaic[1::2, 1::2] = seen[::2, ::2, 0], seen[1::2, 1::2, 2]
    matrix = np.array(TO_CAMERA) * np.array(neutral)[:, np.newaxis]
    fractions = [part for value in matrix.ravel() for part in (round(value * 10000), 10000)]
    whites = [part for value in neutral for part in (round(value * 10000), 10000)]
    tags = [
        (271, 2, 0, "Reelwork", True), (272, 2, 0, "Test", True), (50708, 2, 0, "Reelwork Test", True),
        (274, 3, 1, orientation, True), (33421, 3, 2, (2, 2), True), (33422, 1, 4, bytes((0, 1, 1, 2)), True),
        (50706, 1, 4, bytes((1, 4, 0, 0)), True), (50707, 1, 4, bytes((1, 1, 0, 0)), True),
        (50717, 4, 1, WHITE, True), (50721, 10, 9, fractions, True), (50728, 5, 3, whites, True),
        (50778, 3, 1, 21, True),
    ]  # fmt: skip
    samples = np.rint(np.clip(mosaic, 0, WHITE)).astype(np.uint16)
    tifffile.imwrite(path, samples, photometric=32803, extratags=tags, metadata=None)
    return path


def patches() -> np.ndarray:
    """Grey of 18 %, red, green and blue, dim and bright, each of 40 by 40."""
    colours = [
        (0.18, 0.18, 0.18),
        (0.5, 0.1, 0.1),
        (0.1, 0.5, 0.1),
        (0.1, 0.1, 0.5),
        (0.02, 0.02, 0.02),
        (0.9, 0.9, 0.9),
    ]
    return np.array(colours).reshape(2, 3, 3).repeat(40, 0).repeat(40, 1)


@media("stills", "camera raw (DNG)", "light, by the camera's matrix and white balance", read="the light that was seen")
@pytest.mark.parametrize("neutral", [(1.0, 1.0, 1.0), (0.5, 1.0, 0.7)])
def test_a_raw_is_the_light_that_the_camera_saw(tmp_path: Path, neutral: tuple[float, float, float]) -> None:
    path = write_dng(tmp_path / "a.dng", patches(), neutral=neutral)
    facts = probe(path)
    assert (facts.kind, facts.container, facts.width, facts.height, facts.has_alpha) == ("still", "raw", 120, 80, False)
    light = picture_to_frame(load_still(path)).data
    for row in (20, 60):
        for column in (20, 60, 100):
            np.testing.assert_allclose(light[:3, row, column], patches()[row, column], rtol=0.03, atol=0.004)
    assert np.array_equal(light, picture_to_frame(load_still(path)).data)


@media("stills", "camera raw (DNG)", "no brightening", read="the light that was seen")
def test_a_dark_raw_stays_dark(tmp_path: Path) -> None:
    path = write_dng(tmp_path / "a.dng", patches() * 0.1, neutral=(0.5, 1.0, 0.7))
    light = picture_to_frame(load_still(path)).data
    np.testing.assert_allclose(light[:3, 20, 20], 0.018, atol=0.001)


@media("stills", "camera raw (DNG)", "orientation", read="the corner that is bright")
def test_a_raw_stands_upright(tmp_path: Path) -> None:
    light = np.full((80, 120, 3), 0.05)
    light[:40, :40] = 0.8
    found = load_still(write_dng(tmp_path / "a.dng", light, neutral=(1.0, 1.0, 1.0), orientation=6))
    assert (found.width, found.height) == (80, 120)
    assert found.planes[1][20, 60] > 4 * found.planes[1][20, 20]


def test_without_the_extra_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_dng(tmp_path / "a.dng", patches(), neutral=(1.0, 1.0, 1.0))
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MediaError, match=r"a\.dng: is camera raw.*pip install 'reelwork\[raw\]'; or save it as TIFF"):
        probe(path)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_damaged_raw_is_an_error(tmp_path: Path, part: float) -> None:
    data = write_dng(tmp_path / "a.dng", patches(), neutral=(1.0, 1.0, 1.0)).read_bytes()
    (tmp_path / "a.nef").write_bytes(data[: int(len(data) * part)] or b"none")
    with pytest.raises(MediaError, match=r"a\.nef: "):
        probe(tmp_path / "a.nef")
