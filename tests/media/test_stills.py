import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from media_table import media
from PIL import Image, ImageCms

from reelwork.errors import MediaError
from reelwork.media.picture import Picture
from reelwork.media.probe import probe
from reelwork.media.stills import load_still, still_level


def pixels(channels: int, *, height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, channels)).astype(np.uint8)


def stacked(picture: Picture) -> np.ndarray:
    return np.stack(picture.planes, axis=-1)


def write_deep_png(path: Path, samples: np.ndarray, *extra: bytes) -> Path:
    """A PNG with 16 bits a channel, written by the book (RFC 2083)."""
    height, width, channels = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    more = [(extra[0], extra[1])] if extra else []
    chunks = ((b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


@pytest.mark.parametrize(
    ("suffix", "channels"), [("png", 3), ("png", 4), ("webp", 3), ("webp", 4), ("tiff", 3), ("tiff", 4), ("bmp", 3)]
)
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


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bits_of_a_png_are_kept(tmp_path: Path, channels: int) -> None:
    stored = np.random.default_rng(8).integers(0, 65536, (12, 17, channels)).astype(np.uint16)
    path = write_deep_png(tmp_path / "deep.png", stored)
    picture = load_still(path)
    assert picture.storage.depth == 16
    assert picture.storage.model == ("grey" if channels < 3 else "rgb")
    assert np.array_equal(stacked(picture)[:, :17], stored)
    assert probe(path).has_alpha == (channels in (2, 4))


@media("stills", "TIFF, 16 bit", "pixels", read="what was written")
def test_16_bits_of_a_tiff_are_kept(tmp_path: Path) -> None:
    import io as _io

    from reelwork.media.write import _write_tiff

    stored = np.random.default_rng(9).integers(0, 65536, (12, 17, 3)).astype(np.uint16)
    file = _io.BytesIO()
    _write_tiff(stored, file)
    (tmp_path / "deep.tiff").write_bytes(file.getvalue())
    assert np.array_equal(stacked(load_still(tmp_path / "deep.tiff"))[:, :17], stored)


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


@pytest.mark.parametrize("kind", ["jpg", "png", "tiff", "deep"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    image = Image.new("RGB", (32, 16))
    image.paste((250, 0, 0), (0, 0, 16, 8))  # red stands in the top left corner as stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{kind}"
    if kind == "deep":
        write_deep_png(path, np.asarray(image).astype(np.uint16) * 257, b"eXIf", exif.tobytes()[6:])
    else:
        image.save(path, exif=exif, **({"quality": 100, "subsampling": 0} if kind == "jpg" else {}))
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


def test_colour_profiles_are_converted_to_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    stored = pixels(3)
    Image.fromarray(stored).save(tmp_path / "srgb.png", icc_profile=srgb.tobytes())
    assert np.array_equal(stacked(load_still(tmp_path / "srgb.png")), stored)
    # A profile that does not fit the picture, or is none, is passed over.
    Image.fromarray(stored).save(tmp_path / "lab.png", icc_profile=lab.tobytes())
    assert np.array_equal(stacked(load_still(tmp_path / "lab.png")), stored)
    Image.fromarray(stored).save(tmp_path / "none.png", icc_profile=b"no profile")
    assert np.array_equal(stacked(load_still(tmp_path / "none.png")), stored)
    wide = wide_profile()
    Image.new("RGB", (4, 4), (180, 100, 100)).save(tmp_path / "wide.png", icc_profile=wide)
    red, green, _ = (int(plane[0, 0]) for plane in load_still(tmp_path / "wide.png").planes)
    assert red > 190  # the same codes are a stronger red in wider primaries
    assert abs(green - 100) <= 2
    with_alpha = Image.new("RGBA", (4, 4), (120, 120, 120, 77))
    with_alpha.save(tmp_path / "alpha.png", icc_profile=wide)
    planes = [int(plane[0, 0]) for plane in load_still(tmp_path / "alpha.png").planes]
    assert planes[3] == 77
    assert max(planes[:3]) - min(planes[:3]) <= 1


def wide_profile() -> bytes:
    """A profile of sRGB's curve and wider primaries: sRGB's own with red and green columns moved (ICC.1, 9.2)."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    tags = {
        data[132 + 12 * i : 136 + 12 * i].decode(): struct.unpack_from(">I", data, 136 + 12 * i)[0]
        for i in range(count)
    }
    name = data.find("sRGB".encode("utf-16-be"))
    data[name : name + 8] = "Wide".encode("utf-16-be")
    columns = {"rXYZ": (0.6097, 0.3111, 0.0195), "gXYZ": (0.2053, 0.6257, 0.0609), "bXYZ": (0.1492, 0.0632, 0.7446)}
    for tag, values in columns.items():  # Adobe RGB's, adapted to D50
        struct.pack_into(">iii", data, tags[tag] + 8, *(round(value * 65536) for value in values))
    return bytes(data)


def test_broken_pictures_are_errors_that_name_the_file(tmp_path: Path) -> None:
    for suffix in ("png", "jpg", "webp"):
        buffer = io.BytesIO()
        Image.fromarray(pixels(3, height=200, width=200)).save(buffer, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
        path = tmp_path / f"torn.{suffix}"
        path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
        with pytest.raises(MediaError, match=rf"torn\.{suffix}: is damaged"):
            load_still(path)
    deep = write_deep_png(
        tmp_path / "deep.png", np.full((300, 300, 3), 1000, np.uint16) + pixels(3, height=300, width=300)
    )
    deep.write_bytes(deep.read_bytes()[:150_000])
    with pytest.raises(MediaError, match=r"deep\.png"):
        load_still(deep)


def test_enormous_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000)))]
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    for action in (probe, load_still):
        with pytest.raises(MediaError, match=r"bomb\.png: .*larger than"):
            action(tmp_path / "bomb.png")


def test_animations_are_no_stills(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(MediaError, match="is an animation"):
        probe(tmp_path / "a.gif")


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    Image.fromarray(pixels(3)).save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "film.mp4")
    assert probe(tmp_path / "film.mp4").kind == "still"


def test_levels_are_the_next_power_of_two() -> None:
    assert [still_level(scale) for scale in (1.0, 0.5, 0.51, 1.5, 2.0, 2.01, 1e9, 1e-9)] == [0, -1, 0, 1, 1, 2, 8, -8]
