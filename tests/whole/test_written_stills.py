"""Stills that scenes ask for, in every depth, as ffmpeg's command and other libraries read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from media.footage import run
from media_table import media
from PIL import Image
from whole.making import Here

from reelwork.maths import srgb_encode
from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

#: Light of a flat picture, and its alpha.
LIGHT, ALPHA = (0.25, 0.5, 0.0625), 0.5
KINDS = (
    ("PNG, 8 bit", ".png", 8, "rgba", True),
    ("PNG, 16 bit", ".png", 16, "rgba64le", True),
    ("TIFF, 8 bit", ".tiff", 8, "rgba", True),
    ("TIFF, 16 bit", ".tiff", 16, "rgba64le", True),
    ("JPEG", ".jpg", 8, "rgb24", False),
)


def made(folder: Path, suffix: str, stills: str, *, alpha: bool) -> Path:
    """The second of three numbered stills of a colour."""
    colour = f"{{linear: [{', '.join(map(str, LIGHT))}]}}"
    scene = folder / "scene.yaml"
    scene.write_text(
        "reelwork: 1\ncanvas: {size: [16, 8], fps: 4}\ncompositions: {main: {duration: 3f, "
        f"layers: [{{solid: {colour}, transform: {{opacity: {ALPHA if alpha else 1}}}}}]}}}}\n"
        f"outputs: {{x: {{file: 'x/%03d{suffix}', stills: {stills}{', background: transparent' if alpha else ''}}}}}\n"
    )
    produce.render(scene, Settings(), Request(output="x", to=folder / f"%03d{suffix}"), Silent(), Here())
    assert sorted(path.name for path in folder.glob(f"*{suffix}")) == [f"00{n}{suffix}" for n in range(3)]
    return folder / f"001{suffix}"


@pytest.mark.parametrize(
    ("suffix", "depth", "pixels", "alpha"),
    [
        pytest.param(*kind, id=label, marks=media("stills", label, "depth and pixels", written="ffmpeg's command"))
        for label, *kind in KINDS
    ],
)
def test_stills_have_the_depth_that_a_scene_asks_for(
    tmp_path: Path, suffix: str, depth: int, pixels: str, alpha: bool
) -> None:
    asked = "{quality: 100}" if suffix == ".jpg" else f"{{depth: {depth}}}"
    path = made(tmp_path, suffix, asked, alpha=alpha)
    stored = run("ffprobe", "-show_entries", "stream=pix_fmt", "-of", "csv=p=0", "-i", str(path)).strip()
    assert ("64" in stored) == (depth == 16)
    run("ffmpeg", "-i", str(path), "-f", "rawvideo", "-pix_fmt", pixels, str(tmp_path / "raw"))
    read = np.fromfile(tmp_path / "raw", np.uint8 if depth == 8 else "<u2").reshape(-1, 4 if alpha else 3)
    highest = (1 << depth) - 1
    expected = [round(srgb_encode(light) * highest) for light in LIGHT] + ([round(ALPHA * highest)] if alpha else [])
    assert np.abs(read.astype(int) - expected).max() <= (2 if suffix == ".jpg" else 1)


@pytest.mark.parametrize(
    ("depth", "kind"),
    [
        pytest.param(depth, kind, marks=media("stills", f"EXR, {name}", "depth and every value", written="OpenEXR"))
        for depth, kind, name in ((16, np.float16, "half"), (32, np.float32, "float"))
    ],
)
def test_exr_holds_light_in_half_and_in_float(tmp_path: Path, depth: int, kind: type) -> None:
    path = made(tmp_path, ".exr", f"{{depth: {depth}}}", alpha=True)
    channels = OpenEXR.File(str(path), separate_channels=True).channels()
    for name, light in zip("RGBA", (*(part * ALPHA for part in LIGHT), ALPHA), strict=True):
        assert channels[name].pixels.dtype == kind
        assert (channels[name].pixels == light).all()


def test_another_file_than_the_outputs_has_the_depth_of_its_kind(tmp_path: Path) -> None:
    made(tmp_path, ".exr", "{depth: 32}", alpha=False)
    produce.render(tmp_path / "scene.yaml", Settings(), Request(output="x", to=tmp_path / "%d.png"), Silent(), Here())
    with Image.open(tmp_path / "1.png") as image:
        assert image.mode == "RGB"
