import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from media.still_files import png_of, write_heic, write_png
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.picture import Picture
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still, still_level
from reelwork.media.video.source import VideoSource

QUALITY = {"jpg": {"quality": 100, "subsampling": 0}, "avif": {"quality": 100, "subsampling": "4:4:4"}}


def pixels(channels: int, *, height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, channels)).astype(np.uint8)


def stacked(picture: Picture) -> np.ndarray:
    return np.stack(picture.planes, axis=-1)


@pytest.mark.parametrize(
    ("suffix", "channels"),
    [
        pytest.param(suffix, channels, marks=media("stills", kind, "pixels", read="Pillow's encoder"))
        for suffix, channels, kind in (
            ("png", 3, "PNG"), ("png", 4, "PNG with alpha"), ("webp", 3, "WebP, lossless"),
            ("webp", 4, "WebP, lossless, with alpha"), ("tiff", 3, "TIFF"), ("tiff", 4, "TIFF with alpha"),
            ("bmp", 3, "BMP"),
        )
    ],
)  # fmt: skip
def test_pixels_come_as_they_were_stored(tmp_path: Path, suffix: str, channels: int) -> None:
    stored = pixels(channels)
    stored[..., -1] |= 1  # WebP forgets the colour of what is wholly transparent
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(stored).save(path, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    picture = load_still(path)
    assert np.array_equal(stacked(picture), stored)
    storage = picture.storage
    assert (storage.model, storage.depth, storage.full_range, storage.transfer) == ("rgb", 8, True, "srgb")
    assert storage.alpha == ("straight" if channels == 4 else "none")
    facts = probe(path)
    assert (facts.kind, facts.width, facts.height, facts.frame_count, facts.duration) == ("still", 30, 20, 1, None)
    assert facts.has_alpha == (channels == 4)
    assert not any(plane.flags.writeable for plane in picture.planes)


@media("stills", "PNG, 16 bit, grey or colour, with and without alpha", "pixels", read="what was written")
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bits_of_a_png_are_kept(tmp_path: Path, channels: int) -> None:
    stored = np.random.default_rng(8).integers(0, 65536, (12, 17, channels)).astype(np.uint16)
    path = write_png(tmp_path / "deep.png", stored, depth=16)
    picture = load_still(path)
    assert picture.storage.depth == 16
    assert picture.storage.model == ("grey" if channels < 3 else "rgb")
    assert np.array_equal(stacked(picture)[:, :17], stored)
    assert probe(path).has_alpha == (channels in (2, 4))


@media("stills", "TIFF, 16 bit", "pixels", read="what was written", written="what was written")
def test_16_bits_of_a_tiff_are_kept(tmp_path: Path) -> None:
    import io as _io

    from reelwork.media.writing.stills import _write_tiff

    stored = np.random.default_rng(9).integers(0, 65536, (12, 17, 3)).astype(np.uint16)
    file = _io.BytesIO()
    _write_tiff(stored, file)
    (tmp_path / "deep.tiff").write_bytes(file.getvalue())
    assert np.array_equal(stacked(load_still(tmp_path / "deep.tiff"))[:, :17], stored)


@media("stills", "PNG, grey, palette with transparency, 1 bit", "pixels", read="Pillow")
def test_grey_palettes_and_bits(tmp_path: Path) -> None:
    grey = pixels(1)[..., 0]
    Image.fromarray(grey).save(tmp_path / "grey.png")
    assert np.array_equal(load_still(tmp_path / "grey.png").planes[0], grey)
    Image.fromarray(grey).convert("1").save(tmp_path / "bits.png")
    assert set(np.unique(load_still(tmp_path / "bits.png").planes[0])) == {0, 255}
    palette = Image.fromarray(pixels(3)).quantize(16)
    palette.save(tmp_path / "palette.png")
    assert np.array_equal(stacked(load_still(tmp_path / "palette.png")), np.asarray(palette.convert("RGB")))
    palette.save(tmp_path / "clear.png", transparency=3)
    clear = load_still(tmp_path / "clear.png")
    assert clear.storage.alpha == "straight"
    assert np.array_equal(clear.planes[3] == 0, np.asarray(palette) == 3)
    assert probe(tmp_path / "clear.png").has_alpha


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=media("stills", name, "EXIF orientation, all 8", read="the corner that was painted"))
        for kind, name in (
            ("jpg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF"), ("deep", "PNG, 16 bit"), ("webp", "WebP"),
            ("avif", "AVIF"), ("animated.webp", "WebP, animated"), ("animated.png", "APNG"),
        )
    ],
)  # fmt: skip
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    image = Image.new("RGB", (32, 16))
    image.paste((250, 0, 0), (0, 0, 16, 8))  # red stands in the top left corner as stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{kind}"
    if kind == "deep":
        write_png(path, np.asarray(image).astype(np.uint16) * 257, (b"eXIf", exif.tobytes()[6:]), depth=16)
    elif "animated" in kind:
        image.save(path, exif=exif, save_all=True, append_images=[image.rotate(180)], duration=100, lossless=True)
    else:
        image.save(path, exif=exif, **QUALITY.get(kind, {}))
    if "animated" in kind:
        with VideoSource(path) as source:
            picture = source.picture(0)
    else:
        picture = load_still(path)
    facts = probe(path)
    assert (facts.width, facts.height) == (picture.width, picture.height)
    assert (picture.width, picture.height) == ((32, 16) if orientation < 5 else (16, 32))
    red = picture.planes[0][:, : picture.width] > 125
    corner = {1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "tl", 6: "tr", 7: "br", 8: "bl"}[orientation]
    rows = slice(0, red.shape[0] // 2) if corner[0] == "t" else slice(red.shape[0] // 2, None)
    columns = slice(0, red.shape[1] // 2) if corner[1] == "l" else slice(red.shape[1] // 2, None)
    assert red[rows, columns].all()
    assert red.sum() == red.size // 4


@media("stills", "HEIC", "turned and mirrored by its boxes", read="the corner that was painted")
@pytest.mark.parametrize(
    ("turn", "corner"),
    [
        (b"", "tl"), (b"\0\0\0\x09irot\x01", "bl"), (b"\0\0\0\x09irot\x02", "br"), (b"\0\0\0\x09irot\x03", "tr"),
        (b"\0\0\0\x09imir\x00", "bl"), (b"\0\0\0\x09imir\x01", "tr"),
    ],
)  # fmt: skip
def test_heic_is_upright(tmp_path: Path, turn: bytes, corner: str) -> None:
    stored = np.zeros((64, 96, 3), np.uint8)
    stored[:32, :48] = (250, 10, 10)
    picture = load_still(write_heic(tmp_path / "a.heic", stored, turn=turn))
    assert (picture.width, picture.height) == ((64, 96) if b"irot\x01" in turn or b"irot\x03" in turn else (96, 64))
    red = picture.planes[0] > 125
    rows = slice(0, red.shape[0] // 2) if corner[0] == "t" else slice(red.shape[0] // 2, None)
    columns = slice(0, red.shape[1] // 2) if corner[1] == "l" else slice(red.shape[1] // 2, None)
    assert red[rows, columns].mean() > 0.99
    assert red.sum() < red.size * 0.27


def test_broken_pictures_are_errors_that_name_the_file(tmp_path: Path) -> None:
    for suffix in ("png", "jpg", "webp"):
        buffer = io.BytesIO()
        Image.fromarray(pixels(3, height=200, width=200)).save(buffer, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
        path = tmp_path / f"torn.{suffix}"
        path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
        with pytest.raises(MediaError, match=rf"torn\.{suffix}: is damaged"):
            load_still(path)
    noise = np.full((300, 300, 3), 1000, np.uint16) + pixels(3, height=300, width=300)
    deep = write_png(tmp_path / "deep.png", noise, depth=16)
    deep.write_bytes(deep.read_bytes()[:150_000])
    with pytest.raises(MediaError, match=r"deep\.png"):
        load_still(deep)


def test_enormous_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    for size, said in (
        (60_000, "the most that is read$"),
        (40_000, "the most that is read$"),
        (20_000, "save it without interlacing"),
    ):
        header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 1)
        (tmp_path / "bomb.png").write_bytes(png_of((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000)))))
        for action in (probe, load_still):
            with pytest.raises(MediaError, match=rf"bomb\.png: .*larger than .*{said}"):
                action(tmp_path / "bomb.png")


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    Image.fromarray(pixels(3)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "film.mp4")
    assert probe(tmp_path / "film.mp4").kind == "still"


def test_levels_are_the_next_power_of_two() -> None:
    assert [still_level(scale) for scale in (1.0, 0.5, 0.51, 1.5, 2.0, 2.01, 1e9, 1e-9)] == [0, -1, 0, 1, 1, 2, 8, -8]
