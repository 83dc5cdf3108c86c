"""Damaged pictures of every kind: an error that names the file, or a picture; never a crash, never for ever."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.fuzzing import HANG, MOST_MEMORY, Outcome, soak
from media.still_files import GAMMA_JXL, P3_JXL, gamma_curve, grey_profile, matrix_profile, write_heic, write_png
from media_table import media
from PIL import Image

from reelwork.errors import MediaError, SceneError
from reelwork.media.examine import examine_file
from reelwork.media.stills.reading import load_still
from reelwork.media.video.animation import Animation
from reelwork.render.prepare import Settings
from reelwork.render.produce import frame

SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])


def picture(mode: str = "RGB") -> Image.Image:
    drawn = np.random.default_rng(0).integers(0, 256, (6, 8, 4)).astype(np.uint8)
    return Image.fromarray(drawn).resize((64, 48), Image.Resampling.BICUBIC).convert(mode)


def frames() -> dict[str, object]:
    return {"save_all": True, "append_images": [picture().rotate(90 * n) for n in range(1, 4)], "duration": 60}


def png(folder: Path) -> None:
    picture().save(folder / "a.png", icc_profile=matrix_profile(SRGB, gamma_curve(2.2)))
    picture("P").save(folder / "b.png", transparency=3)
    picture("LA").save(folder / "c.png", icc_profile=grey_profile(gamma_curve(1.8)))
    write_png(
        folder / "d.png", np.asarray(picture("RGBA")).astype(np.uint16) * 257, (b"gAMA", b"\0\0\xff\xff"), depth=16
    )
    picture().save(folder / "e.png", **frames())


def jpeg(folder: Path) -> None:
    import imagecodecs

    exif = Image.Exif()
    exif[0x0112] = 6
    picture().save(folder / "a.jpg", exif=exif, icc_profile=matrix_profile(SRGB, gamma_curve(2.2)))
    picture().save(folder / "b.jpg", progressive=True, quality=95)
    picture("CMYK").save(folder / "c.jpg")
    picture("L").save(folder / "d.jpg", restart_marker_blocks=4)
    (folder / "f.jpg").write_bytes(
        imagecodecs.jpeg8_encode(np.asarray(picture()).astype(np.uint16) * 16, bitspersample=12)
    )
    (folder / "g.jpg").write_bytes(imagecodecs.jpeg8_encode(np.asarray(picture("L")), lossless=True))
    picture().save(folder / "e.jpg", "MPO", save_all=True, append_images=[picture()])


def tiff(folder: Path) -> None:
    import tifffile

    pixels = np.asarray(picture())
    tifffile.imwrite(folder / "a.tiff", pixels, compression="zlib", predictor=True, rowsperstrip=7)
    tifffile.imwrite(folder / "b.tiff", pixels, compression="lzw", tile=(16, 16))
    tifffile.imwrite(folder / "c.tiff", pixels.astype(np.float32), byteorder=">")
    picture().save(folder / "d.tiff", compression="jpeg")
    picture("1").save(folder / "e.tiff", compression="group4")
    tifffile.imwrite(folder / "g.tiff", pixels, photometric="cielab")
    tifffile.imwrite(folder / "f.tiff", pixels.astype(np.uint16), compression="packbits", bigtiff=True)


def webp(folder: Path) -> None:
    picture().save(folder / "a.webp")
    picture("RGBA").save(folder / "b.webp", lossless=True)
    picture().save(folder / "c.webp", **frames())


def gif(folder: Path) -> None:
    picture().save(folder / "a.gif")
    picture().save(folder / "b.gif", disposal=2, **frames())
    picture("P").save(folder / "c.gif", transparency=5, **frames())


def exr(folder: Path) -> None:
    import OpenEXR

    planes = np.moveaxis(np.asarray(picture("RGBA")) / 255, -1, 0)
    for name, kind in (
        ("NO", "f4"),
        ("RLE", "f2"),
        ("ZIP", "f2"),
        ("PIZ", "f2"),
        ("PXR24", "f4"),
        ("B44", "f2"),
        ("DWAA", "f2"),
    ):
        header = {"compression": getattr(OpenEXR, f"{name}_COMPRESSION"), "type": OpenEXR.scanlineimage}
        channels = {
            letter: np.ascontiguousarray(plane.astype(kind)) for letter, plane in zip("RGBA", planes, strict=True)
        }
        with OpenEXR.File(header, channels) as file:
            file.write(str(folder / f"{name}.exr"))


def avif(folder: Path) -> None:
    import imagecodecs

    picture().save(folder / "a.avif", icc_profile=matrix_profile(SRGB, gamma_curve(2.2)))
    picture().save(folder / "b.avif", **frames())
    deep = imagecodecs.avif_encode(np.asarray(picture()).astype(np.uint16) * 4, bitspersample=10, speed=9)
    (folder / "c.avif").write_bytes(deep)


def heic(folder: Path) -> None:
    write_heic(folder / "a.heic", np.asarray(picture().resize((64, 64))))
    write_heic(folder / "b.heic", np.asarray(picture().resize((64, 64))), depth=10, turn=b"\0\0\0\x09irot\x01")


def jpeg2000(folder: Path) -> None:
    import imagecodecs

    picture().save(folder / "a.jp2")
    (folder / "b.jp2").write_bytes(imagecodecs.jpeg2k_encode(np.asarray(picture()).astype(np.uint16) * 257))
    picture("L").save(folder / "c.j2k")


def jpegxl(folder: Path) -> None:
    import imagecodecs

    pixels = np.asarray(picture())
    (folder / "a.jxl").write_bytes(imagecodecs.jpegxl_encode(pixels))
    (folder / "b.jxl").write_bytes(imagecodecs.jpegxl_encode(pixels.astype(np.uint16) * 257, lossless=True))
    (folder / "c.jxl").write_bytes(P3_JXL)
    (folder / "d.jxl").write_bytes(GAMMA_JXL)


SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><defs><linearGradient id="g">
<stop stop-color="red"/><stop offset="1" stop-color="#08f8"/></linearGradient><filter id="b">
<feGaussianBlur stdDeviation="2"/></filter><g id="u"><circle r="5"/></g></defs>
<rect width="60" height="40" fill="url(#g)" filter="url(#b)"/>
<use href="#u" x="9" y="9" transform="rotate(20) scale(2)"/><path d="M1 1C9 9 20 3 30 40z" stroke="#fff"/>
<text x="9" y="30" font-size="20" font-family="Inter">Reel</text></svg>"""


def svg(folder: Path) -> None:
    (folder / "a.svg").write_text(SVG)
    styled = "<style>rect{fill:red}</style><rect width='9' height='9'/>"
    (folder / "b.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="3cm" height="2cm">{styled}</svg>')


def pdf(folder: Path) -> None:
    from media.test_still_formats import pdf as page

    (folder / "a.pdf").write_bytes(page("1 0 0 rg 0 0 36 36 re f BT /F 24 Tf 4 8 Td (Reel) Tj ET", "0 0 9 9 re f"))
    picture().save(folder / "b.pdf")


def raw(folder: Path) -> None:
    from media.test_raw import write_dng

    light = np.asarray(picture()) / 255
    write_dng(folder / "a.dng", light, neutral=(0.5, 1.0, 0.7))
    write_dng(folder / "b.nef", light, neutral=(1.0, 1.0, 1.0), orientation=6)


def psd(folder: Path) -> None:
    from media.test_still_formats import write_psd

    deep = np.asarray(picture("RGBA")).astype(np.uint16) * 257
    write_psd(folder / "a.psd", deep, 3, packed=True, clear=True)
    write_psd(folder / "b.psb", deep[:, :, :3].astype(np.float32) / 65535, 3, long=True, packed=True)
    write_psd(folder / "c.psd", deep, 4)
    write_psd(folder / "d.psd", np.asarray(picture()), 9, packed=True)


def others(folder: Path) -> None:
    picture().save(folder / "a.bmp")
    picture("P").save(folder / "b.bmp")
    picture().save(folder / "c.tga", compression="tga_rle")
    picture("RGBA").save(folder / "d.qoi")
    picture().save(folder / "f.ppm")
    picture("RGBA").save(folder / "g.ico", sizes=[(16, 16), (32, 32)])
    picture("RGBA").save(folder / "h.dds", pixel_format="DXT5")
    head = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 48 +X 64\n"
    (folder / "i.hdr").write_bytes(head + np.asarray(picture("RGBA")).tobytes())
    head = b"8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\x30\0\0\0\x40\0\x08\0\x03"
    (folder / "e.psd").write_bytes(head + bytes(12) + b"\0\0" + np.moveaxis(np.asarray(picture()), -1, 0).tobytes())


FAMILIES: tuple[Callable[[Path], None], ...] = (
    png, jpeg, tiff, webp, gif, exr, avif, heic, jpeg2000, jpegxl, svg, pdf, raw, psd, others,
)  # fmt: skip


def tried(family: Callable[[Path], None], folder: Path, count: int, first: int = 0) -> Outcome:
    made = folder / "whole"
    made.mkdir()
    family(made)
    return soak(sorted(made.iterdir()), folder, count, first=first)


def check(outcome: Outcome) -> None:
    assert not outcome.findings
    assert outcome.counts["told"] > 0
    assert outcome.slowest < HANG
    assert outcome.memory < MOST_MEMORY


@pytest.mark.soak
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_two_thousand_damaged_files_of_a_kind(family: Callable[[Path], None], tmp_path: Path) -> None:
    outcome = tried(family, tmp_path, 2000)
    print(
        f"{family.__name__}: {dict(outcome.counts)}, {outcome.slowest:.1f} s, {outcome.memory >> 20} MiB",
        outcome.findings,
    )
    check(outcome)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_file_that_is_cut_short_is_an_error_or_whole(family: Callable[[Path], None], tmp_path: Path) -> None:
    family(tmp_path)
    told = 0
    for path in sorted(tmp_path.iterdir()):
        data, whole = path.read_bytes(), pictures(path)
        for part in (0.3, 0.6, 0.8, 0.9, 0.97, 0.995):
            path.write_bytes(data[: int(len(data) * part)])
            found = pictures_or_error(path)
            if isinstance(found, str):
                assert path.name in found
                told += 1
                continue
            assert len(found) == len(whole), (path.name, part)
            assert all(np.array_equal(one, other) for one, other in zip(found, whole, strict=True)), (path.name, part)
    assert told > 3


def pictures_or_error(path: Path) -> list[np.ndarray] | str:
    try:
        return pictures(path)
    except MediaError as error:
        return str(error)


def pictures(path: Path) -> list[np.ndarray]:
    """All pictures of a file, each as its planes beside each other."""
    examined = examine_file(path, "0" * 64, Fraction(24))
    if examined.facts.kind == "still":
        made = [load_still(path)]
    else:
        animation = Animation(path, examined.facts)
        made = [picture for _, (picture,) in animation.pictures(examined.facts.frame_count - 1, 0)]
    return [np.concatenate(picture.planes) for picture in made]


@media("stills", "damaged files of every kind", "told, or shown; nothing crashes", read="mutations")
def test_damaged_files_of_every_kind_end_nothing(tmp_path: Path) -> None:
    made = tmp_path / "whole"
    made.mkdir()
    for family in FAMILIES:
        (made / family.__name__).mkdir()
        family(made / family.__name__)
    check(soak(sorted(made.glob("*/*")), tmp_path, 80))


@media("stills", "damaged files of every kind", "an error in a final, a slate in a draft", read="the frame")
def test_a_draft_shows_a_slate_for_a_damaged_file(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:200])
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        "reelwork: 1\ncanvas: {size: [96, 54], fps: 9}\ncompositions: {main: {duration: 1s, layers: [{file: a.png}]}}\n"
    )
    with pytest.raises(SceneError, match=r"a\.png: is damaged or cut short"):
        frame(scene, Settings(), "0s", tmp_path / "final.png")
    shown = frame(scene, Settings(draft=True), "0s", tmp_path / "draft.png")
    assert np.ptp(np.asarray(Image.open(shown).convert("RGB"))) > 50
