"""Colours of stills: what a file says of them, against colour-science, LittleCMS and formulas of the standards."""

import functools
import io
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import tifffile
from click.testing import CliRunner
from media.still_files import (
    FILM_JXL,
    GAMMA_JXL,
    P3_JXL,
    PAL_JXL,
    gamma_curve,
    grey_profile,
    ink_profile,
    matrix_profile,
    srgb_curve,
    write_heic,
    write_png,
)
from media_table import media
from PIL import Image, ImageCms

from reelwork.cli.app import cli
from reelwork.errors import MediaError
from reelwork.media.convert import picture_to_frame
from reelwork.media.stills.reading import load_still

SCIENCE = "colour-science"
BEYOND = "colours beyond Rec.709"
SPACES = {
    "Display P3": ("Display P3", srgb_curve(), lambda x: science().models.eotf_sRGB(x)),
    "Adobe RGB": ("Adobe RGB (1998)", gamma_curve(563 / 256), lambda x: x ** (563 / 256)),
    "ProPhoto": ("ProPhoto RGB", gamma_curve(1.8), lambda x: x**1.8),
}


@functools.cache
def science() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses packages that these tests do not need
        import colour
    return colour


def light(path: Path) -> np.ndarray:
    """``[row, column, channel]`` of scene-linear light."""
    return np.moveaxis(picture_to_frame(load_still(path)).data, 0, -1)


def pixels(channels: int, kind: type = np.uint8) -> np.ndarray:
    most = np.iinfo(kind).max
    drawn = np.random.default_rng(3).integers(0, most + 1, (9, 11, channels)).astype(kind)
    drawn[0, :3, :3] = np.eye(3)[:, :channels] * most  # the primaries, at the edge of what can be
    return drawn


def under_d50(name: str) -> np.ndarray:
    space = science().RGB_COLOURSPACES[name]
    white = science().xy_to_XYZ(space.whitepoint)
    adapt = science().adaptation.matrix_chromatic_adaptation_VonKries(
        white, np.array([0.9642, 1.0, 0.8249]), "Bradford"
    )
    return adapt @ space.matrix_RGB_to_XYZ


def profile_named(name: str) -> bytes:
    space, curve, _ = SPACES[name]
    return matrix_profile(under_d50(space), curve, name=name)


def wanted_light(name: str, stored: np.ndarray, most: int) -> np.ndarray:
    space, _, decode = SPACES[name]
    return science().RGB_to_RGB(decode(stored / most), space, "sRGB", chromatic_adaptation_transform="Bradford")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param(name, kind, marks=media("stills", f"{form} with a profile of {name}", BEYOND, read=SCIENCE))
        for name, kind, form in (
            ("Display P3", "png", "PNG"), ("Adobe RGB", "png", "PNG"), ("ProPhoto", "deep.png", "PNG, 16 bit,"),
            ("Display P3", "webp", "WebP"), ("Adobe RGB", "tiff", "TIFF"), ("ProPhoto", "deep.tiff", "TIFF, 16 bit,"),
            ("Display P3", "avif", "AVIF"), ("Display P3", "jxl", "JPEG XL"), ("Adobe RGB", "jxl", "JPEG XL"),
        )
    ],
)  # fmt: skip
def test_wide_colours_are_not_limited_to_srgb(tmp_path: Path, name: str, kind: str) -> None:
    profile, path = profile_named(name), tmp_path / f"a.{kind}"
    stored = pixels(3, np.uint16 if "deep" in kind else np.uint8)
    if kind == "deep.png":
        import zlib

        write_png(path, stored, (b"iCCP", b"x\0\0" + zlib.compress(profile)), depth=16)
    elif kind == "deep.tiff":
        import tifffile

        tifffile.imwrite(path, stored, photometric="rgb", iccprofile=profile)
    elif kind == "jxl":
        import pylibjxl

        path.write_bytes(pylibjxl.encode(stored, lossless=True, icc=profile))
    else:
        lossless = {"webp": {"lossless": True}, "avif": {"quality": 100, "subsampling": "4:4:4"}}
        Image.fromarray(stored).save(path, icc_profile=profile, **lossless.get(kind, {}))
    if kind == "avif":
        stored = np.asarray(Image.open(path))
    found = light(path)[..., :3]
    wanted = wanted_light(name, stored, np.iinfo(stored.dtype).max)
    assert wanted.min() < -0.05
    assert wanted.max() > 1.05
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    grey = light(write_png(tmp_path / "grey.png", np.full((2, 2, 3), 128, np.uint8)))[0, 0]
    assert grey[0] == grey[1] == grey[2]


def test_a_profile_that_is_srgbs_keeps_the_codes(tmp_path: Path) -> None:
    stored = pixels(3)
    for profile in (
        matrix_profile(under_d50("sRGB"), srgb_curve(), name="by another maker"),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    ):
        Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=profile)
        picture = load_still(tmp_path / "a.png")
        assert np.array_equal(np.stack(picture.planes, -1), stored)
        assert (picture.storage.profile, picture.storage.primaries, picture.storage.depth) == (None, "bt709", 8)


@pytest.mark.parametrize("profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
def test_a_profile_that_does_not_fit_says_nothing(tmp_path: Path, profile: bytes) -> None:
    stored = pixels(3)
    Image.fromarray(stored).save(tmp_path / "a.png", icc_profile=profile)
    assert np.array_equal(np.stack(load_still(tmp_path / "a.png").planes, -1), stored)


@media("stills", "PNG, grey with a profile", "tones", read="the profile's power")
@pytest.mark.parametrize("channels", [1, 2])
def test_profiles_of_grey(tmp_path: Path, channels: int) -> None:
    stored = pixels(channels)
    mode = "L" if channels == 1 else "LA"
    Image.fromarray(stored[..., 0] if channels == 1 else stored, mode).save(
        tmp_path / "a.png", icc_profile=grey_profile(gamma_curve(1.8))
    )
    found = light(tmp_path / "a.png")
    alpha = stored[..., 1:] / 255 if channels == 2 else 1.0
    wanted = (stored[..., :1] / 255.0) ** (461 / 256) * alpha
    np.testing.assert_allclose(found[..., :3], np.repeat(wanted, 3, -1), atol=1e-6)


def inks() -> np.ndarray:
    """Lab of each corner of the cube of inks, such as a press prints them."""
    labs = np.empty((2, 2, 2, 2, 3))
    for c, m, y, k in np.ndindex(2, 2, 2, 2):
        labs[c, m, y, k] = (
            (95 - 35 * c - 40 * m - 8 * y) * (1 - 0.85 * k),
            (-35 * c + 70 * m - 5 * y) * (1 - k),
            (-48 * c - 4 * m + 90 * y) * (1 - k),
        )
    return labs


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=media("stills", name, "colours", read="Lab of its inks"))
        for kind, name in (
            ("jpg", "JPEG, CMYK, Adobe's, with a profile"),
            ("tiff", "TIFF, CMYK with a profile"),
            ("deep.tiff", "TIFF, CMYK, 16 bit, with a profile"),
        )
    ],
)
def test_inks_are_what_their_profile_says(tmp_path: Path, kind: str) -> None:
    profile, path = ink_profile(inks()), tmp_path / f"a.{kind}"
    corners = np.array(list(np.ndindex(2, 2, 2, 2)), np.uint8).reshape(4, 4, 4) * 255
    stored = corners.repeat(8, 0).repeat(8, 1)
    if kind == "deep.tiff":
        import tifffile

        tifffile.imwrite(path, stored.astype(np.uint16) * 257, photometric="separated", iccprofile=profile)
    else:
        Image.fromarray(stored, "CMYK").save(path, icc_profile=profile, **({"quality": 100} if kind == "jpg" else {}))
    xyz = science().Lab_to_XYZ(inks().reshape(4, 4, 3), science().XYZ_to_xy(np.array([0.9642, 1.0, 0.8249])))
    adapt = science().adaptation.matrix_chromatic_adaptation_VonKries(
        np.array([0.9642, 1.0, 0.8249]), science().xy_to_XYZ(np.array([0.3127, 0.3290])), "Bradford"
    )
    wanted = xyz @ (science().RGB_COLOURSPACES["sRGB"].matrix_XYZ_to_RGB @ adapt).T
    found = light(path)[4::8, 4::8, :3]
    # compensation for the paper's black moves the darkest tones
    np.testing.assert_allclose(found, wanted, atol=0.03)
    assert found.min() < -0.02  # cyan lies beyond Rec.709


@media("stills", "JPEG, CMYK without a profile", "pixels", read="Pillow")
def test_inks_without_a_profile(tmp_path: Path) -> None:
    stored = np.zeros((16, 16, 4), np.uint8)
    stored[:8, :8], stored[8:, :8], stored[:8, 8:] = (255, 0, 0, 0), (0, 0, 0, 255), (0, 128, 0, 64)
    Image.fromarray(stored, "CMYK").save(tmp_path / "a.jpg", quality=100)
    found = np.stack(load_still(tmp_path / "a.jpg").planes, -1)
    wanted = np.asarray(Image.fromarray(stored, "CMYK").convert("RGB"))
    assert np.abs(found.astype(int) - wanted).max() <= 2


def gamma_chunk(gamma: float) -> tuple[bytes, bytes]:
    return b"gAMA", round(gamma * 100_000).to_bytes(4, "big")


def chroma_chunk(*pairs: float) -> tuple[bytes, bytes]:
    return b"cHRM", b"".join(round(value * 100_000).to_bytes(4, "big") for value in pairs)


REC709 = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
WIDE = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)


@media("stills", "PNG with gAMA", "tones", read="the power that it says")
@pytest.mark.parametrize("depth", [8, 16])
def test_gamma_of_a_png(tmp_path: Path, depth: int) -> None:
    stored = pixels(3, np.uint8 if depth == 8 else np.uint16)
    path = write_png(tmp_path / "a.png", stored, gamma_chunk(1.0), depth=depth)
    np.testing.assert_allclose(light(path)[..., :3], stored / (2**depth - 1), atol=1e-6)
    path = write_png(tmp_path / "b.png", stored, gamma_chunk(1 / 1.8), depth=depth)
    np.testing.assert_allclose(light(path)[..., :3], (stored / (2**depth - 1)) ** 1.8, atol=2e-5)


@media("stills", "PNG with cHRM", BEYOND, read="colour-science")
def test_chromaticities_of_a_png(tmp_path: Path) -> None:
    stored = pixels(3)
    path = write_png(tmp_path / "a.png", stored, gamma_chunk(256 / 563), chroma_chunk(*WIDE))
    np.testing.assert_allclose(light(path)[..., :3], wanted_light("Adobe RGB", stored, 255), atol=1e-3)


@media("stills", "PNG with sRGB, gAMA and cHRM", "pixels", read="what was written")
@pytest.mark.parametrize(
    "chunks",
    [
        [(b"sRGB", b"\0")],
        [gamma_chunk(0.45455)],
        [gamma_chunk(0.45455), chroma_chunk(*REC709)],
        [(b"sRGB", b"\0"), gamma_chunk(1.0)],
        [(b"gAMA", b"\0\0\0\0")],
        [chroma_chunk(0, 0, 0, 0, 0, 0, 0, 0)],
    ],
)  # fmt: skip
def test_pngs_that_say_srgb_keep_their_codes(tmp_path: Path, chunks: list[tuple[bytes, bytes]]) -> None:
    stored = pixels(3)
    if chunks[0][0] == b"sRGB":
        chunks = [*chunks, gamma_chunk(0.45455), chroma_chunk(*REC709)]
    picture = load_still(write_png(tmp_path / "a.png", stored, *chunks))
    assert np.array_equal(np.stack(picture.planes, -1), stored)
    plain = light(write_png(tmp_path / "b.png", stored))
    np.testing.assert_array_equal(light(tmp_path / "a.png"), plain)


@pytest.mark.parametrize(
    ("numbers", "primaries", "transfer"),
    [
        pytest.param((12, 13), "p3-d65", "srgb", marks=media("stills", "PNG with cICP", "tags", read="ITU-T H.273")),
        ((9, 16), "bt2020", "pq"),
        ((9, 18), "bt2020", "hlg"),
        ((1, 13), "bt709", "srgb"),
        ((1, 8), "bt709", "linear"),
    ],
)
def test_numbers_of_colour(tmp_path: Path, numbers: tuple[int, int], primaries: str, transfer: str) -> None:
    chunk = (b"cICP", bytes([*numbers, 0, 1]))
    # it counts more than all the others
    storage = load_still(write_png(tmp_path / "a.png", pixels(3), gamma_chunk(1.0), chunk)).storage
    assert (storage.primaries, storage.transfer) == (primaries, transfer)


def test_a_colour_that_cannot_be_converted_is_told(tmp_path: Path) -> None:
    path = write_png(tmp_path / "a.png", pixels(3), (b"cICP", bytes([10, 17, 0, 1])))
    with pytest.raises(MediaError, match=r"a\.png: its colour .*cannot be converted"):
        load_still(path)


@media("stills", "HEIC with nclx of P3", "tags", read="ITU-T H.273")
def test_numbers_of_colour_in_heic(tmp_path: Path) -> None:
    path = write_heic(tmp_path / "a.heic", np.full((64, 64, 3), 99, np.uint8), colour=b"nclx\0\x0c\0\x0d\0\x06\x80")
    assert load_still(path).storage.primaries == "p3-d65"


@media("stills", "HEIC with a profile", BEYOND, read="colour-science")
def test_a_profile_in_heic(tmp_path: Path) -> None:
    stored = np.zeros((64, 64, 3), np.uint8)
    stored[:] = (10, 240, 30)
    path = write_heic(tmp_path / "a.heic", stored, colour=b"prof" + profile_named("Adobe RGB"))
    found = light(path)[32, 32, :3]
    np.testing.assert_allclose(found, wanted_light("Adobe RGB", stored[0, 0], 255), atol=0.02)
    assert found[0] < -0.2


@media("stills", "JPEG XL with P3 as a number", BEYOND, read=SCIENCE)
def test_numbers_of_colour_in_jpegxl(tmp_path: Path) -> None:
    (tmp_path / "a.jxl").write_bytes(P3_JXL)
    stored = np.array([0x40, 0xC0, 0x80], np.uint8)
    np.testing.assert_allclose(light(tmp_path / "a.jxl")[0, 0, :3], wanted_light("Display P3", stored, 255), atol=1e-3)


@pytest.mark.parametrize(
    ("data", "space", "curve"),
    [
        pytest.param(data, space, curve, marks=media("stills", "JPEG XL with colours of its own", what, read=SCIENCE))
        for data, space, curve, what in (
            (PAL_JXL, "ITU-R BT.470 - 625", lambda x: science().models.eotf_sRGB(x), "primaries"),
            (GAMMA_JXL, "ITU-R BT.470 - 625", lambda x: x**2.2, "a gamma"),
            (FILM_JXL, "ITU-T H.273 - Generic Film", lambda x: x, "a white"),
        )
    ],
)
def test_colours_of_its_own_in_jpegxl(tmp_path: Path, data: bytes, space: str, curve: Callable) -> None:
    (tmp_path / "a.jxl").write_bytes(data)
    spaces = science().RGB_COLOURSPACES
    stored = curve(np.array([0x40, 0xC0, 0x80]) / 255)
    wanted = science().RGB_to_RGB(stored, spaces[space], spaces["ITU-R BT.709"], "Bradford")
    np.testing.assert_allclose(light(tmp_path / "a.jxl")[0, 0, :3], wanted, atol=1e-3)


@media("stills", "JPEG with a profile", "colours", read="LittleCMS")
def test_profiles_agree_with_littlecms_where_srgb_reaches(tmp_path: Path) -> None:
    drawn = np.random.default_rng(5).integers(90, 160, (16, 16, 3)).astype(np.uint8)
    profile = profile_named("Adobe RGB")
    Image.fromarray(drawn).save(tmp_path / "a.jpg", icc_profile=profile, quality=100, subsampling=0)
    decoded = Image.open(tmp_path / "a.jpg")
    wanted = ImageCms.profileToProfile(
        decoded, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )  # fmt: skip
    found = science().models.eotf_inverse_sRGB(np.clip(light(tmp_path / "a.jpg")[..., :3], 0, 1)) * 255
    assert np.abs(found - np.asarray(wanted)).max() < 1.5


@pytest.mark.parametrize(
    ("name", "keys", "lines"),
    [
        (
            "a.jpg",
            {"profile": True, "turned": 6},
            ["size 4×8", "stored as EXIF orientation 6", "ICC profile Display P3"],
        ),
        ("a.png", {"profile": True}, ["size 8×4", "colour ICC profile Display P3"]),
        ("a.png", {}, ["colour untagged"]),
    ],
)
def test_probe_says_how_a_still_stands_and_what_it_says_of_its_colour(
    tmp_path: Path, name: str, keys: dict[str, Any], lines: list[str]
) -> None:
    exif = Image.Exif()
    exif[0x112] = keys.get("turned", 1)
    more = {"icc_profile": profile_named("Display P3")} if "profile" in keys else {}
    Image.new("RGB", (8, 4)).save(tmp_path / name, exif=exif, **more)
    said = " ".join(CliRunner().invoke(cli, ["probe", str(tmp_path / name)]).output.split())
    assert all(line in said for line in lines), said
    assert ("stored as" in said) == ("turned" in keys)


@pytest.mark.parametrize(
    ("deep", "coding"),
    [
        pytest.param(deep, coding, marks=media("stills", f"TIFF, CIELAB, {bits} bit", BEYOND, read=SCIENCE))
        for deep, coding, bits in (
            (False, "cielab", 8),
            (True, "cielab", 16),
            (False, "icclab", 8),
            (True, "icclab", 16),
        )
    ],
)
def test_cielab_in_tiff_is_light(tmp_path: Path, deep: bool, coding: str) -> None:
    lab = np.array([[[100, 0, 0], [50, 0, 0], [5, 2, -3], [60, 80, -100], [80, -90, 70], [30, 20, 40.0]]])
    most, scale = {"cielab": (65535, 256), "icclab": (65280, 256)}[coding] if deep else (255, 1)
    codes = np.rint(np.concatenate((lab[..., :1] / 100 * most, lab[..., 1:] * scale), -1)).astype(int)
    kind = np.uint16 if deep else np.uint8
    if coding == "icclab":
        codes[..., 1:] += 128 * scale
    tifffile.imwrite(tmp_path / "a.tiff", codes.astype(kind), photometric=coding)
    colour = science()
    white = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D50"]
    wanted = colour.XYZ_to_RGB(
        colour.Lab_to_XYZ(lab, white), "ITU-R BT.709", white, "Bradford", apply_cctf_encoding=False
    )
    found = light(tmp_path / "a.tiff")[..., :3]
    np.testing.assert_allclose(found, wanted, atol=4e-4 if deep else 8e-3)
    assert found.min() < -0.1
    np.testing.assert_allclose(found[0, 0], 1.0, atol=1e-5)
