"""Stills in all the ways that files hold them, against the pixels that were written or another decoder."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from media.still_files import write_heic
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.media.convert import picture_to_frame
from reelwork.media.picture import Picture
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still


def pixels(channels: int, kind: type = np.uint8, *, height: int = 37, width: int = 53) -> np.ndarray:
    most = np.iinfo(kind).max
    return np.random.default_rng(11).integers(0, most + 1, (height, width, channels)).astype(kind)


def stacked(picture: Picture) -> np.ndarray:
    return np.stack([plane[:, : picture.width] for plane in picture.planes], axis=-1)


def tiff(name: str, kind: type = np.uint8, channels: int = 3, **options: object) -> pytest.param:
    return pytest.param(
        kind, channels, options, marks=media("stills", f"TIFF, {name}", "pixels", read="what was written")
    )


@pytest.mark.parametrize(
    ("kind", "channels", "options"),
    [
        tiff("big-endian, 16 bit", np.uint16, byteorder=">"),
        tiff("tiled", tile=(16, 16)),
        tiff("channels apart (planar)", planarconfig="separate"),
        tiff("channels apart, tiled, 16 bit", np.uint16, planarconfig="separate", tile=(16, 16)),
        tiff("LZW with a predictor", compression="lzw", predictor=True),
        tiff("Deflate, 16 bit, with a predictor", np.uint16, compression="zlib", predictor=True),
        tiff("PackBits", compression="packbits"),
        tiff("Zstandard", compression="zstd"),
        tiff("grey, 16 bit", np.uint16, 1),
        tiff("many strips", rowsperstrip=5),
        tiff("BigTIFF", bigtiff=True),
    ],
)
def test_tiffs_of_whole_numbers(tmp_path: Path, kind: type, channels: int, options: dict) -> None:
    stored = pixels(channels, kind)
    path = tmp_path / "a.tiff"
    written = stored[..., 0] if channels == 1 else stored
    if options.get("planarconfig"):
        written = np.moveaxis(stored, -1, 0)
    tifffile.imwrite(path, written, photometric="minisblack" if channels == 1 else "rgb", **options)
    picture = load_still(path)
    assert picture.storage.depth == 8 * stored.dtype.itemsize
    assert np.array_equal(stacked(picture), stored)
    facts = probe(path)
    assert (facts.container, facts.width, facts.height, facts.has_alpha) == ("tiff", 53, 37, False)


@media("stills", "TIFF, floats", "values below 0 and above 1", read="what was written")
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_tiffs_of_floats_are_light(tmp_path: Path, kind: type) -> None:
    stored = np.random.default_rng(2).normal(0.5, 2.0, (37, 53, 3)).astype(kind)
    tifffile.imwrite(tmp_path / "a.tiff", stored, photometric="rgb", compression="zlib", predictor=True)
    light = picture_to_frame(load_still(tmp_path / "a.tiff")).data
    assert np.array_equal(light[:3], np.moveaxis(stored.astype(np.float32), -1, 0))


@media("stills", "TIFF, 32 bit floats in CMYK", "refused with a word on what to do", read="the message")
def test_tiffs_that_are_not_read_say_what_to_do(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tiff", pixels(3).astype(np.int16), photometric="rgb")
    with pytest.raises(MediaError, match=r"a\.tiff: .*int16.*save it with 8 or 16 bits"):
        load_still(tmp_path / "a.tiff")
    tifffile.imwrite(tmp_path / "b.tiff", pixels(3), photometric="itulab")
    with pytest.raises(MediaError, match=r"b\.tiff: .*ITULAB.*save it as RGB"):
        load_still(tmp_path / "b.tiff")


@media("stills", "TIFF with alpha, straight and multiplied", "alpha", read="what was written")
@pytest.mark.parametrize(("extra", "alpha"), [("unassalpha", "straight"), ("assocalpha", "premultiplied")])
def test_both_kinds_of_alpha_of_a_tiff(tmp_path: Path, extra: str, alpha: str) -> None:
    stored = pixels(4)
    stored[..., :3] = np.minimum(stored[..., :3], stored[..., 3:])
    tifffile.imwrite(tmp_path / "a.tiff", stored, photometric="rgb", extrasamples=[extra])
    picture = load_still(tmp_path / "a.tiff")
    assert picture.storage.alpha == alpha
    assert np.array_equal(stacked(picture), stored)


@media("stills", "TIFF, palette, 1 bit, white is 0", "pixels", read="Pillow")
def test_palettes_and_bits_of_tiffs(tmp_path: Path) -> None:
    palette = Image.fromarray(pixels(3)).quantize(16)
    palette.save(tmp_path / "p.tiff")
    assert np.array_equal(stacked(load_still(tmp_path / "p.tiff")), np.asarray(palette.convert("RGB")))
    bits = Image.fromarray(pixels(1)[..., 0]).convert("1")
    for name, options in (("b.tiff", {}), ("g4.tiff", {"compression": "group4"})):
        bits.save(tmp_path / name, **options)
        assert np.array_equal(load_still(tmp_path / name).planes[0], np.asarray(bits.convert("L")))
    grey = pixels(1)[..., 0]
    tifffile.imwrite(tmp_path / "w.tiff", grey, photometric="miniswhite")
    assert np.array_equal(load_still(tmp_path / "w.tiff").planes[0], 255 - grey)


@media("stills", "TIFF, JPEG", "pixels", read="Pillow")
def test_tiffs_with_jpeg_in_them(tmp_path: Path) -> None:
    smooth = Image.fromarray(pixels(3, height=6, width=8)).resize((64, 48), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "a.tiff", compression="jpeg", quality=95)
    wanted = np.asarray(Image.open(tmp_path / "a.tiff").convert("RGB"))
    assert np.abs(stacked(load_still(tmp_path / "a.tiff")).astype(int) - wanted).max() <= 1


@media("stills", "TIFF, several pages", "the first page is shown", read="what was written")
def test_the_first_page_of_a_tiff_is_shown(tmp_path: Path) -> None:
    first, second = pixels(3), 255 - pixels(3, height=20)
    with tifffile.TiffWriter(tmp_path / "a.tiff") as writer:
        writer.write(first, photometric="rgb")
        writer.write(second, photometric="rgb")
    assert np.array_equal(stacked(load_still(tmp_path / "a.tiff")), first)


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"tile": (16, 16)}])
def test_a_tiff_that_is_cut_short_is_an_error(tmp_path: Path, options: dict) -> None:
    path = tmp_path / "a.tiff"
    tifffile.imwrite(path, pixels(3), photometric="rgb", **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(MediaError, match=r"a\.tiff: is damaged or cut short"):
        load_still(path)


@media("stills", "HEIC, 10 bit", "levels", read="the grey that was painted")
def test_ten_bits_of_heic(tmp_path: Path) -> None:
    stored = np.full((64, 64, 3), 255, np.uint8)
    stored[:32] = 100
    picture = load_still(write_heic(tmp_path / "a.heic", stored, depth=10))
    assert picture.storage.depth == 10
    assert abs(int(picture.planes[1][48, 32]) - 1023) <= 2
    assert abs(int(picture.planes[1][8, 32]) - 100 * 1023 / 255) <= 3


@media("stills", "AVIF, 10 bit", "pixels", read="libavif by imagecodecs")
def test_ten_bits_of_avif(tmp_path: Path) -> None:
    stored = pixels(3, np.uint16) >> 6
    (tmp_path / "a.avif").write_bytes(imagecodecs.avif_encode(stored, level=100, bitspersample=10, speed=9))
    picture = load_still(tmp_path / "a.avif")
    assert picture.storage.depth == 10
    assert np.array_equal(stacked(picture), stored)


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        pytest.param(kind, channels, marks=media("stills", f"JPEG 2000, {name}", "pixels", read="OpenJPEG"))
        for kind, channels, name in ((np.uint8, 3, "8 bit"), (np.uint16, 3, "16 bit"), (np.uint16, 1, "grey, 16 bit"))
    ],
)  # fmt: skip
def test_jpeg_2000(tmp_path: Path, kind: type, channels: int) -> None:
    stored = pixels(channels, kind)
    written = stored if channels == 3 else stored[..., 0]
    (tmp_path / "a.jp2").write_bytes(imagecodecs.jpeg2k_encode(written, reversible=True))
    assert np.array_equal(stacked(load_still(tmp_path / "a.jp2")), stored)


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        pytest.param(kind, channels, marks=media("stills", f"JPEG XL, {name}", "pixels", read="libjxl's encoder"))
        for kind, channels, name in (
            (np.uint8, 3, "8 bit"), (np.uint8, 4, "with alpha"), (np.uint16, 3, "16 bit"), (np.uint8, 1, "grey"),
        )
    ],
)  # fmt: skip
def test_jpeg_xl(tmp_path: Path, kind: type, channels: int) -> None:
    stored = pixels(channels, kind)
    written = stored if channels > 1 else stored[..., 0]
    (tmp_path / "a.jxl").write_bytes(imagecodecs.jpegxl_encode(written, lossless=True))
    picture = load_still(tmp_path / "a.jxl")
    assert picture.storage.depth == 8 * stored.dtype.itemsize
    assert np.array_equal(stacked(picture), stored)


@media("stills", "JPEG XL with floats", "light above 1", read="libjxl's encoder")
def test_jpeg_xl_of_floats(tmp_path: Path) -> None:
    stored = np.random.default_rng(1).random((32, 48, 3)).astype(np.float32) * 3
    (tmp_path / "a.jxl").write_bytes(imagecodecs.jpegxl_encode(stored, lossless=True))
    picture = load_still(tmp_path / "a.jxl")
    assert picture.storage.depth == 32
    np.testing.assert_allclose(stacked(picture), stored, rtol=1e-5)


@media("stills", "JPEG with further pictures (MPO, gain maps)", "the main picture is shown", read="Pillow")
def test_the_main_picture_of_a_jpeg_with_others(tmp_path: Path) -> None:
    main, other = (Image.new("RGB", (32, 16), colour) for colour in ((200, 40, 40), (20, 40, 200)))
    main.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[other], quality=95)
    facts = probe(tmp_path / "a.jpg")
    assert (facts.kind, facts.container, facts.width, facts.height) == ("still", "jpeg", 32, 16)
    assert np.abs(stacked(load_still(tmp_path / "a.jpg"))[8, 16].astype(int) - (200, 40, 40)).max() < 4


@media("stills", "JPEG, progressive and baseline", "pixels", read="Pillow")
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpegs_are_decoded_as_others_do(tmp_path: Path, mode: str, progressive: bool) -> None:
    smooth = Image.fromarray(pixels(3, height=6, width=8)).resize((64, 48), Image.Resampling.BICUBIC).convert(mode)
    smooth.save(tmp_path / "a.jpg", quality=80, progressive=progressive)
    wanted = np.asarray(Image.open(tmp_path / "a.jpg")).reshape(48, 64, -1)
    assert np.abs(stacked(load_still(tmp_path / "a.jpg")).astype(int) - wanted).max() <= 1


def test_a_jpeg_with_damaged_pixels_is_an_error_and_never_half_grey(tmp_path: Path) -> None:
    Image.fromarray(pixels(3, height=6, width=8)).resize((320, 240)).save(tmp_path / "a.jpg", quality=90)
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2] + b"\xff\xd9")  # it ends as it should
    with pytest.raises(MediaError, match=r"cut\.jpg: is damaged or cut short"):
        load_still(tmp_path / "cut.jpg")
    (tmp_path / "more.jpg").write_bytes(data[:-2] + b"\0\0\0" + data[-2:])  # bytes that nobody reads
    assert np.array_equal(stacked(load_still(tmp_path / "more.jpg")), stacked(load_still(tmp_path / "a.jpg")))


@pytest.mark.parametrize(
    ("channels", "mode"),
    [
        pytest.param(3, 3, marks=media("stills", "PSD, flattened", "pixels", read="what was written")),
        pytest.param(1, 1, marks=media("stills", "PSD, grey", "pixels", read="what was written")),
    ],
)
def test_photoshop_files(tmp_path: Path, channels: int, mode: int) -> None:
    stored = pixels(channels)
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1, channels, 37, 53, 8, mode)
    planes = np.moveaxis(stored, -1, 0).tobytes()
    (tmp_path / "a.psd").write_bytes(head + bytes(12) + b"\0\0" + planes)
    assert np.array_equal(stacked(load_still(tmp_path / "a.psd")), stored)


def pdf(*pages: str, box: str = "0 0 72 36") -> bytes:
    """A PDF (ISO 32000-1) of pages with what is drawn on each."""
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    for number, drawn in enumerate(pages):
        font = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Resources << {font} >> /Contents {4 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(places) + 1} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    return (text + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}" + trailer).encode()


@media("stills", "PDF", "the first page at the size that is needed, on white", read="the shapes that it draws")
def test_a_page_is_drawn_at_the_size_that_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("1 0 0 rg 0 0 36 36 re f", "0 1 0 rg 0 0 72 36 re f"))
    facts = probe(path)
    assert (facts.width, facts.height, facts.scalable, facts.has_alpha, facts.container) == (96, 48, True, False, "pdf")
    for level, size in ((0, (96, 48)), (2, (384, 192)), (-1, (48, 24))):
        picture = load_still(path, level=level)
        assert (picture.width, picture.height) == size
        drawn = stacked(picture)
        assert (drawn[:, : size[0] // 2 - 1] == (255, 0, 0)).all()
        assert (drawn[:, size[0] // 2 + 1 :] == 255).all()


def test_text_on_a_page_needs_no_font_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("BT /F 24 Tf 4 8 Td (Reel) Tj ET"))
    ink = 255 - stacked(load_still(path, level=1)).mean()
    assert 10 < ink < 80


@pytest.mark.parametrize("damage", [b"%PDF-1.4 nothing", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"])
def test_a_damaged_pdf_is_an_error(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(damage)
    with pytest.raises(MediaError, match=r"a\.pdf: "):
        load_still(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("depth", "lossless", "channels"),
    [
        pytest.param(
            12, False, 3, marks=media("stills", "JPEG, 12 bit", "pixels", read="the pixels that were written")
        ),
        pytest.param(12, False, 1, marks=media("stills", "JPEG, 12 bit", "grey", read="the pixels that were written")),
        pytest.param(
            8, True, 3, marks=media("stills", "JPEG, lossless", "pixels", read="the pixels that were written")
        ),
        pytest.param(
            12, True, 3, marks=media("stills", "JPEG, lossless", "12 bit", read="the pixels that were written")
        ),
        pytest.param(
            16, True, 1, marks=media("stills", "JPEG, lossless", "16 bit", read="the pixels that were written")
        ),
    ],
)
def test_jpegs_of_more_bits_and_without_loss(tmp_path: Path, depth: int, lossless: bool, channels: int) -> None:
    import imagecodecs

    y, x = np.mgrid[:48, :64]
    most = (1 << depth) - 1
    ramps = np.stack([x / 63, y / 47, 1 - x / 90], -1)[:, :, :channels]
    drawn = np.rint(ramps * most).astype(np.uint8 if depth == 8 else np.uint16).squeeze()
    options = {"lossless": True} if lossless else {"level": 98, "subsampling": "444"}
    path = tmp_path / "a.jpg"
    data = imagecodecs.jpeg8_encode(drawn, **options, **({} if depth == 8 else {"bitspersample": depth}))
    path.write_bytes(data)
    picture = load_still(path)
    found = np.stack(picture.planes, -1).squeeze()
    assert (picture.storage.depth, picture.storage.model) == (depth, "grey" if channels == 1 else "rgb")
    assert probe(path).container == "jpeg"
    assert np.abs(found.astype(int) - drawn).max() <= (0 if lossless else most // 256)
    exif = Image.Exif()
    exif[0x0112] = 6
    said = exif.tobytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said + data[2:])
    assert np.array_equal(np.stack(load_still(path).planes, -1).squeeze(), np.rot90(found, -1))
    for part in (0.3, 0.7, 0.98):
        path.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(MediaError, match=r"a\.jpg: is damaged"):
            load_still(path)


def write_psd(
    path: Path, samples: np.ndarray, mode: int, *, long: bool = False, packed: bool = False, clear: bool = False
) -> Path:
    """A document without layers, of ``[row, column, channel]``; ``clear`` says that the last channel is alpha."""
    height, width, channels = samples.shape
    planes = np.moveaxis(samples, -1, 0).astype(samples.dtype.newbyteorder(">"))
    head = struct.pack(">4sH6xHIIHH", b"8BPS", 1 + long, channels, height, width, 8 * samples.dtype.itemsize, mode)
    wide = ">Q" if long else ">I"
    count = struct.pack(">hxx", -1) if clear else b""
    if clear and samples.dtype.itemsize > 1:  # layers of more bits lie in a block of their own
        key = {2: b"Lr16", 4: b"Lr32"}[samples.dtype.itemsize]
        block = b"8BIM" + key + struct.pack(wide, len(count)) + count
        layers = struct.pack(wide, 0) + struct.pack(">I", 0) + block
    else:
        layers = struct.pack(wide, len(count)) + count + bytes(4) if clear else b""
    rows = [row.tobytes() for plane in planes for row in plane]
    if packed:
        rows = [imagecodecs.packbits_encode(row) for row in rows]
        lengths = struct.pack(f">{len(rows)}{'I' if long else 'H'}", *map(len, rows))
    data = struct.pack(">H", packed) + (lengths if packed else b"") + b"".join(rows)
    path.write_bytes(head + bytes(8) + struct.pack(wide, len(layers)) + layers + data)
    return path


@pytest.mark.parametrize(
    ("kind", "mode", "channels"),
    [
        pytest.param(kind, mode, count, marks=media("stills", f"PSD, {bits} bit, {name}", "pixels", read="psd-tools"))
        for kind, bits in ((np.uint8, 8), (np.uint16, 16), (np.float32, 32))
        for name, mode, count in (("RGB", 3, 3), ("grey", 1, 1))
    ],
)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("long", [False, True], ids=["psd", "psb"])
def test_documents_of_every_depth(
    tmp_path: Path, kind: type, mode: int, channels: int, packed: bool, long: bool
) -> None:
    psd_tools = pytest.importorskip("psd_tools")
    chance = np.random.default_rng(0).random((23, 31, channels))
    stored = (chance if kind is np.float32 else chance * np.iinfo(kind).max).astype(kind)
    path = write_psd(tmp_path / ("a.psb" if long else "a.psd"), stored, mode, packed=packed, long=long)
    found = stacked(load_still(path))
    assert np.array_equal(found, stored)
    theirs = psd_tools.PSDImage.open(path).numpy("color")
    most = 1 if kind is np.float32 else np.iinfo(kind).max
    np.testing.assert_allclose(found / most, theirs, atol=1e-6)
    data = path.read_bytes()
    for part in (0.1, 0.5, 0.99):
        path.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(MediaError, match=r"a\.ps[db]: is damaged"):
            load_still(path)


@media("stills", "PSD, transparency", "alpha, and the white behind it taken away", read="known values")
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_transparency_of_documents(tmp_path: Path, kind: type) -> None:
    most = 1.0 if kind is np.float32 else float(np.iinfo(kind).max)
    chance = np.random.default_rng(1)
    alpha, colours = chance.uniform(0.2, 1, (9, 11, 1)), chance.random((9, 11, 3))
    white = np.concatenate((colours * alpha + 1 - alpha, alpha), -1) * most
    stored = (white if kind is np.float32 else np.rint(white)).astype(kind)
    found = stacked(load_still(write_psd(tmp_path / "a.psd", stored, 3, clear=True))) / most
    np.testing.assert_allclose(found, np.concatenate((colours, alpha), -1), atol=0.02 if kind is np.uint8 else 1e-4)
    mask = load_still(write_psd(tmp_path / "b.psd", stored, 3))
    assert mask.storage.alpha == "none"
    assert np.array_equal(stacked(mask), stored[:, :, :3])


@media("stills", "PSD, CMYK, 16 bit", "ink taken away from white", read="known values")
@media("stills", "PSD, CIELAB", "light", read="known values")
def test_inks_and_cielab_of_documents(tmp_path: Path) -> None:
    left = np.array([[[65535, 65535, 65535, 65535], [0, 65535, 65535, 65535], [65535, 65535, 65535, 0]]], np.uint16)
    found = stacked(load_still(write_psd(tmp_path / "a.psd", left, 4)))
    assert found.tolist() == [[[65535] * 3, [0, 65535, 65535], [0] * 3]]
    for kind, grey in ((np.uint8, 128), (np.uint16, 32768)):
        most = np.iinfo(kind).max
        lab = np.array([[[most, grey, grey], [0, grey, grey], [most / 2, grey, grey]]]).astype(kind)
        light = picture_to_frame(load_still(write_psd(tmp_path / "a.psd", lab, 9))).data
        np.testing.assert_allclose(light[:3, 0, 0], 1.0, atol=1e-5)
        np.testing.assert_allclose(light[:3, 0, 1], 0.0, atol=1e-6)
        np.testing.assert_allclose(light[:3, 0, 2], 0.184187, atol=2e-3)  # L* of 50
