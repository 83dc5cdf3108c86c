"""Stills of formats that are a plugin's, through the engine's door, against the pixels that were written."""

from pathlib import Path

import numpy as np
import pytest
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.convert import picture_to_frame
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still


def pixels(channels: int) -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (16, 32, channels)).astype(np.uint8)


def stacked(path: Path) -> np.ndarray:
    return np.stack(load_still(path).planes, -1)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        pytest.param(name, mode, marks=media("stills", kind, "pixels", read="Pillow's encoder"))
        for name, mode, kind in (
            ("a.ppm", "RGB", "PPM"), ("a.pgm", "L", "PGM"), ("a.pbm", "1", "PBM"), ("a.dds", "RGBA", "DDS"),
            ("a.tga", "RGBA", "Targa with alpha"), ("a.qoi", "RGB", "QOI"),
        )
    ],
)  # fmt: skip
def test_pixels_come_as_they_were_written(tmp_path: Path, name: str, mode: str) -> None:
    image = Image.fromarray(pixels(4)).convert(mode)
    image.save(tmp_path / name)
    wanted = np.asarray(image.convert("L") if mode == "1" else image).reshape(16, 32, -1)
    assert np.array_equal(stacked(tmp_path / name), wanted)
    assert probe(tmp_path / name).kind == "still"


@media("stills", "PGM, 16 bit", "pixels", read="what was written")
def test_sixteen_bits_of_a_pgm(tmp_path: Path) -> None:
    stored = np.random.default_rng(8).integers(0, 65536, (16, 32)).astype(np.uint16)
    (tmp_path / "a.pgm").write_bytes(b"P5\n32 16\n65535\n" + stored.astype(">u2").tobytes())
    picture = load_still(tmp_path / "a.pgm")
    assert picture.storage.depth == 16
    assert np.array_equal(picture.planes[0], stored)


@media("stills", "ICO", "the largest picture is shown", read="Pillow's encoder")
def test_the_largest_of_an_icons_pictures_is_shown(tmp_path: Path) -> None:
    Image.fromarray(pixels(4)).resize((64, 64)).save(tmp_path / "a.ico", sizes=[(16, 16), (64, 64), (32, 32)])
    facts = probe(tmp_path / "a.ico")
    assert (facts.width, facts.height, facts.has_alpha) == (64, 64, True)


def radiance(light: np.ndarray, *head: bytes, rows: bytes = b"-Y %d +X %d") -> bytes:
    """A Radiance picture without runs: each pixel three mantissas and a shared exponent (Ward, Graphics Gems II)."""
    exponents = np.ceil(np.log2(np.maximum(light.max(-1), 1e-30))).astype(int)
    mantissas = np.floor(light * 256.0 / np.exp2(exponents)[..., np.newaxis]).clip(0, 255)
    body = np.concatenate((mantissas, exponents[..., np.newaxis] + 128), -1).astype(np.uint8).tobytes()
    lines = (b"#?RADIANCE", b"FORMAT=32-bit_rle_rgbe", *head, b"", rows % light.shape[:2])
    return b"\n".join(lines) + b"\n" + body


@media("stills", "Radiance (.hdr)", "light far above 1", read="the formula of its exponents")
@pytest.mark.parametrize("exposure", [1.0, 4.0])
def test_radiance_is_light(tmp_path: Path, exposure: float) -> None:
    light = np.exp2(np.random.default_rng(1).random((9, 7, 3)) * 12 - 4)  # narrower than 8: never in runs
    (tmp_path / "a.hdr").write_bytes(radiance(light * exposure, b"EXPOSURE=%g" % exposure))
    found = np.moveaxis(picture_to_frame(load_still(tmp_path / "a.hdr")).data[:3], 0, -1)
    assert np.abs(found - light).max() <= (light.max(-1) / 100).max()
    assert (np.abs(found - light) <= light.max(-1, keepdims=True) / 100).all()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (radiance(np.ones((4, 4, 3)), rows=b"+Y %d +X %d"), "do not run from the top left"),
        (radiance(np.ones((4, 4, 3)), b"PRIMARIES=0.7 0.3 0.2 0.7 0.1 0 0.3 0.3"), "colours are not Rec.709's"),
        (radiance(np.ones((4, 4, 3)))[:-20], r"the reader .* cannot read it"),
        (b"#?RADIANCE\n\n-Y 99999 +X 99999\n", "is larger than"),
    ],
    ids=["turned", "primaries", "cut", "huge"],
)
def test_radiance_that_is_not_read_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "a.hdr").write_bytes(data)
    with pytest.raises(MediaError, match=rf"a\.hdr: .*{said}"):
        probe(tmp_path / "a.hdr")
