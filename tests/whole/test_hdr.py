"""Films for HDR displays: how bright ffmpeg's command finds what a scene says, by the formulas of the standards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from media.footage import run
from media_table import media
from whole.making import Here

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

#: Light of three bars: a mid grey, diffuse white, and four times that.
BARS = (0.18, 1.0, 4.0)


def pq(nits: float) -> float:
    """The value for so many cd/m² (SMPTE ST 2084, equation 5.1)."""
    power = (nits / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def hlg(nits: float) -> float:
    """The value for so many cd/m² of grey on a display of 1,000 cd/m² (ITU-R BT.2100, table 5, system gamma 1.2)."""
    scene = (nits / 1000) ** (1 / 1.2)
    return float(np.sqrt(3 * scene) if scene <= 1 / 12 else 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073)


@pytest.mark.parametrize(
    ("transfer", "curve", "name"),
    [
        pytest.param("pq", pq, "smpte2084", marks=media("video", "HEVC, PQ, .mp4", "cd/m²", written="ST 2084's")),
        pytest.param("hlg", hlg, "arib-std-b67", marks=media("video", "HEVC, HLG, .mp4", "cd/m²", written="BT.2100's")),
    ],
)
def test_white_is_at_203_and_highlights_lie_above(tmp_path: Path, transfer: str, curve: object, name: str) -> None:
    bars = "".join(
        f"{{shape: {{rectangle: {{size: [32, 32]}}, fill: {{linear: [{light}, {light}, {light}]}}}}, "
        f"transform: {{position: [{32 * number + 16}, 16]}}}}, "
        for number, light in enumerate(BARS)
    )
    (tmp_path / "scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [96, 32], fps: 4}}\ncompositions: {{main: {{duration: 2f, layers: [{bars}]}}}}\n"
        f"outputs: {{x: {{file: x.mp4, video: {{codec: hevc, crf: 4, preset: ultrafast, transfer: {transfer}}}}}}}\n"
    )
    film = tmp_path / "x.mp4"
    produce.render(tmp_path / "scene.yaml", Settings(), Request(to=film), Silent(), Here())
    tags = "stream=pix_fmt,color_space,color_transfer,color_primaries"
    told = run("ffprobe", "-show_entries", tags, "-of", "csv=p=0", "-i", str(film)).strip()
    assert told.rstrip(",") == f"yuv420p10le,bt2020nc,{name},bt2020"
    run("ffmpeg", "-i", str(film), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p10le", str(tmp_path / "raw"))
    planes = np.fromfile(tmp_path / "raw", "<u2")
    luma, chroma = planes[: 96 * 32].reshape(32, 96), planes[96 * 32 :]
    assert np.abs(chroma.astype(int) - 512).max() <= 2
    for number, light in enumerate(BARS):
        code = 64 + 876 * curve(203 * light)  # type: ignore[operator]
        assert abs(float(np.median(luma[:, 32 * number + 8 : 32 * number + 24])) - code) <= 2
