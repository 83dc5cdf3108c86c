"""Large pictures: shrunk while they are decoded, as sharp as they are shown, within bounds of memory."""

import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from media.still_files import ink_profile, write_heic, write_png
from media_table import media
from PIL import Image

from reelwork.errors import MediaError
from reelwork.graph.model import Media
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.probe import probe
from reelwork.media.stills import banded, jpeg
from reelwork.media.stills import reading as stills
from reelwork.media.stills.exr import write_exr
from reelwork.media.stills.reading import load_still
from reelwork.render import scans
from reelwork.render.prepare import Settings
from reelwork.render.produce import frame
from reelwork.render.sources import AWAKE_SCANS, Sources
from reelwork.values import Affine


def drawn(height: int = 203, width: int = 309) -> np.ndarray:
    small = np.random.default_rng(6).integers(0, 256, (9, 13, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def mean(pixels: np.ndarray, factor: int) -> np.ndarray:
    """Of each square of pixels, those at the edges smaller."""
    height, width, _ = pixels.shape
    rows = [pixels[y : y + factor].astype(float).mean(0) for y in range(0, height, factor)]
    return np.stack([np.stack([row[x : x + factor].mean(0) for x in range(0, width, factor)]) for row in rows])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param(kind, options, marks=media("stills", name, "shrunk while it is read", read="the mean of pixels"))
        for kind, options, name in (
            ("jpg", {"quality": 98, "subsampling": 0}, "JPEG, large"),
            ("png", {}, "PNG, large"),
            ("strips.tiff", {"rowsperstrip": 7}, "TIFF, large, in strips"),
            ("tiles.tiff", {"tile": (16, 48), "compression": "zlib", "predictor": True}, "TIFF, large, tiled"),
            ("apart.tiff", {"planarconfig": "separate", "rowsperstrip": 13}, "TIFF, large, channels apart"),
            ("packed.tiff", {"rowsperstrip": 7, "compression": "lzw"}, "TIFF, large, in strips"),
        )
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", [-1, -3])
def test_a_shrunk_picture_is_the_mean_of_its_pixels(tmp_path: Path, kind: str, options: dict, level: int) -> None:
    path, pixels = tmp_path / f"a.{kind}", drawn()
    if "tiff" in kind:
        written = np.moveaxis(pixels, -1, 0) if "planarconfig" in options else pixels
        tifffile.imwrite(path, written, photometric="rgb", **options)
    else:
        Image.fromarray(pixels).save(path, **options)
    found = np.stack(load_still(path, level=level).planes, -1)
    wanted = mean(pixels, 1 << -level)
    assert found.shape == wanted.shape
    slack = 6 if kind == "jpg" else 1
    assert np.abs(found[:-1, :-1] - wanted[:-1, :-1]).max() <= slack


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
def test_deep_tiffs_are_shrunk_in_their_own_depth(tmp_path: Path, kind: type) -> None:
    pixels = drawn().astype(kind) * (257 if kind is np.uint16 else 0.01)
    tifffile.imwrite(tmp_path / "a.tiff", pixels.astype(kind), photometric="rgb", tile=(32, 32))
    found = np.stack(load_still(tmp_path / "a.tiff", level=-2).planes, -1)
    np.testing.assert_allclose(found, mean(pixels, 4), atol=0.51 if kind is np.uint16 else 1e-4)


def test_what_is_transparent_lends_no_colour_when_it_is_shrunk(tmp_path: Path) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, ::2] = (200, 100, 50, 255)
    pixels[:, 1::2] = (0, 255, 0, 0)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = np.stack(load_still(tmp_path / "a.png", level=-1).planes, -1)
    assert np.abs(found[..., :3].astype(int) - (200, 100, 50)).max() <= 2
    assert np.abs(found[..., 3].astype(int) - 127).max() <= 1


def test_a_large_picture_is_loaded_as_large_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    Image.fromarray(drawn(240, 320)).save(tmp_path / "a.png")
    facts = probe(tmp_path / "a.png")
    assert (facts.width, facts.height) == (320, 240)
    frames = {}
    for scale in (0.25, 0.5, 1.0):
        size = Window(0, 0, int(320 * scale), int(240 * scale))
        frames[scale] = Frame.empty(size)
        medium = Media(str(tmp_path / "a.png"), facts)
        Sources().painter(medium, Fraction(0), Affine.scaling(scale, scale), ())(frames[scale])
        monkeypatch.setattr(stills, "_LARGE", 1 << 25)
        whole = Frame.empty(size)
        Sources().painter(medium, Fraction(0), Affine.scaling(scale, scale), ())(whole)
        monkeypatch.setattr(stills, "_LARGE", 10_000)
        # shrunk as display-encoded values, or as light: the same but for what the curve bends between neighbours
        assert np.abs(frames[scale].data - whole.data).max() < 0.02
        assert np.abs(frames[scale].data - whole.data)[:, 4:-4, 4:-4].mean() < 0.002


SIZE = Window(0, 0, 96, 54)
ZOOMS = {
    "copied": Affine.translation(-300.0, -200.0),
    "enlarged and turned": Affine(2.3, 0.4, -0.4, 2.3, -900.0, -700.0),
    "halved": Affine(0.4, 0.0, 0.0, 0.45, -30.0, -50.0),
    "a quarter": Affine(0.2, 0.0, 0.0, 0.2, 3.0, 4.0),
}


def shown(path: Path, matrix: Affine, strips: Sequence[int], sources: Sources | None = None) -> np.ndarray:
    """What is seen of a picture, painted by strips in some order."""
    frame = Frame.empty(SIZE)
    paint = (sources or Sources()).painter(Media(str(path), probe(path)), Fraction(0), matrix, ())
    for top in strips:
        strip = Frame.empty(Window(0, top, SIZE.x1, top + 18))
        paint(strip)
        frame.data[:, top : top + 18] = strip.data
    return frame.data


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param(kind, options, marks=media("stills", name, "a zoom: the bits of the whole", read="the whole"))
        for kind, options, name in (
            ("jpg", {"quality": 90}, "JPEG, huge"),
            ("cmyk.jpg", {"quality": 90}, "JPEG, CMYK, huge"),
            ("ycck.jpg", {}, "JPEG, YCCK, huge"),
            ("progressive.jpg", {"quality": 90, "progressive": True}, "JPEG, progressive, huge"),
            ("png", {}, "PNG, huge"),
            ("palette.png", {"transparency": 9}, "PNG, palette, huge"),
            ("alpha.png", {}, "PNG, alpha, huge"),
            ("grey16.png", {}, "PNG, grey with alpha, 16 bit, huge"),
            ("16.png", {}, "PNG, 16 bit, huge"),
            ("strips.tiff", {"rowsperstrip": 7, "compression": "zlib"}, "TIFF, huge, in strips"),
            ("one.tiff", {"rowsperstrip": 1104}, "TIFF, huge, in strips"),
            ("plain.tiff", {"rowsperstrip": 7, "byteorder": ">"}, "TIFF, huge, in strips"),
            ("plain.apart.tiff", {"planarconfig": "separate", "rowsperstrip": 301}, "TIFF, huge, channels apart"),
            ("tiles.tiff", {"tile": (256, 128), "compression": "zlib"}, "TIFF, huge, tiled"),
            ("apart.tiff", {"planarconfig": "separate", "tile": (64, 64)}, "TIFF, huge, channels apart"),
        )
    ],
)  # fmt: skip
def test_a_zoom_into_a_scan_shows_what_the_whole_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, options: dict
) -> None:
    path, pixels = tmp_path / f"a.{kind}", drawn(1104, 800)
    if "tiff" in kind:
        written = np.moveaxis(pixels, -1, 0) if "planarconfig" in options else pixels
        tifffile.imwrite(path, written, photometric="rgb", **options)
    else:
        write_other(path, pixels, kind, options)
    wanted = {name: shown(path, matrix, (0, 18, 36)) for name, matrix in ZOOMS.items()}
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    monkeypatch.setattr(stills, "MAX_PIXELS", 20_000)
    monkeypatch.setattr(jpeg, "MOST_HELD", 100_000)
    for order in ((0, 18, 36), (36, 0, 18)):
        sources = Sources()
        for name, matrix in ZOOMS.items():
            assert np.array_equal(shown(path, matrix, order, sources), wanted[name]), name
        assert not any(sources._mipmaps._held)  # nothing of it was held as a whole


LARGE_KINDS: dict[str, Callable[[Path, np.ndarray], object]] = {
    "a.jpg": lambda path, pixels: Image.fromarray(pixels).save(path),
    "a.png": lambda path, pixels: Image.fromarray(pixels).save(path),
    "a.bmp": lambda path, pixels: Image.fromarray(pixels).save(path),
    "a.webp": lambda path, pixels: Image.fromarray(np.dstack((pixels, pixels[::-1, :, 1]))).save(path, lossless=True),
    "inks.tiff": lambda path, pixels: Image.fromarray(pixels).convert("CMYK").save(path),
    "palette.tiff": lambda path, pixels: Image.fromarray(pixels).quantize(200).save(path),
    "16.psd": lambda path, pixels: path.write_bytes(
        b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, *pixels.shape[:2], 16, 3) + bytes(14)
        + (np.moveaxis(pixels, -1, 0).astype(">u2") * 257).tobytes()
    ),
    "a.exr": lambda path, pixels: write_exr({"RGB": (pixels / 255).astype(np.float16)}, path),
    "a.jxl": lambda path, pixels: path.write_bytes(imagecodecs.jpegxl_encode(pixels, effort=1)),
    "a.avif": lambda path, pixels: Image.fromarray(pixels).save(path, speed=10),
    "a.heic": lambda path, pixels: write_heic(path, pixels),
    "a.jp2": lambda path, pixels: Image.fromarray(pixels).save(path),
}  # fmt: skip


@pytest.mark.parametrize("kind", LARGE_KINDS)
def test_a_large_picture_is_not_held_where_it_is_shown_in_its_own_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / kind
    LARGE_KINDS[kind](path, drawn(608, 400))
    zooms = ("copied", "enlarged and turned")
    wanted = [shown(path, ZOOMS[name], (0, 18, 36)) for name in zooms]
    assert np.ptp(wanted[0]) > 0.1
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    sources = Sources()
    for name, whole in zip(zooms, wanted, strict=True):
        assert np.array_equal(shown(path, ZOOMS[name], (36, 0, 18), sources), whole), name
    assert not any(sources._mipmaps._held)


def test_more_large_pictures_than_are_awake_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{number}.tiff" for number in range(AWAKE_SCANS + 2)]
    for number, path in enumerate(paths):
        tifffile.imwrite(path, np.roll(drawn(400, 304), number * 20, 0), photometric="rgb", tile=(64, 64))
    wanted = [shown(path, ZOOMS["copied"], (0, 18, 36)) for path in paths]
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    sources, read, plain = Sources(), [], banded._Tiff._read
    monkeypatch.setattr(banded._Tiff, "_read", lambda self, *rows: read.append(1) or plain(self, *rows))
    for _ in range(2):
        for path, whole in zip(paths, wanted, strict=True):
            assert np.array_equal(shown(path, ZOOMS["copied"], (0, 18, 36), sources), whole)
    assert len(read) == len(paths)  # none was decoded again


def write_other(path: Path, pixels: np.ndarray, kind: str, options: dict) -> None:
    if kind == "16.png":
        write_png(path, pixels.astype(np.uint16) * 251 + 7, depth=16)
        return
    if kind == "grey16.png":
        write_png(path, pixels[:, :, :2].astype(np.uint16) * 251 + 7, depth=16)
        return
    image = Image.fromarray(pixels)
    if kind == "ycck.jpg":
        data = imagecodecs.jpeg8_encode(np.asarray(image.convert("CMYK")), colorspace="CMYK", outcolorspace="YCCK")
        path.write_bytes(data)
        return
    if kind == "alpha.png":
        image.putalpha(Image.fromarray(pixels[::-1, :, 1]))
    mode = {"cmyk.jpg": "CMYK", "palette.png": "P"}.get(kind)
    (image.convert(mode) if mode else image).save(path, **options)


@media("stills", "JPEG, huge", "EXIF orientation", read="the picture turned")
def test_a_scan_stands_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = drawn(400, 304)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=exif, quality=95)
    wanted = shown(tmp_path / "a.jpg", Affine.translation(-40.0, -60.0), (0, 18, 36))
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    monkeypatch.setattr(stills, "MAX_PIXELS", 20_000)
    found = shown(tmp_path / "a.jpg", Affine.translation(-40.0, -60.0), (0, 18, 36))
    assert np.abs(found - wanted).max() < 1e-5


def test_effects_act_on_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tifffile.imwrite(tmp_path / "a.tiff", drawn(400, 304), photometric="rgb", tile=(64, 64))
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        "reelwork: 1\ncanvas: {size: [96, 54], fps: 9}\ncompositions: {main: {duration: 1s, layers: ["
        "{file: a.tiff, transform: {scale: 150%}, effects: [{exposure: {stops: -1}}]}]}}\n"
    )
    whole = np.asarray(Image.open(frame(scene, Settings(), "0s", tmp_path / "whole.png")).convert("RGB"))
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    monkeypatch.setattr(stills, "MAX_PIXELS", 20_000)
    found = np.asarray(Image.open(frame(scene, Settings(), "0s", tmp_path / "scan.png")).convert("RGB"))
    assert np.abs(found.astype(int) - whole).max() <= 1


def test_a_scan_that_there_is_no_room_for_says_how_much_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tifffile.imwrite(tmp_path / "a.tiff", drawn(400, 304), photometric="rgb", tile=(64, 64))
    monkeypatch.setattr(stills, "_LARGE", 10_000)
    monkeypatch.setattr(stills, "MAX_PIXELS", 20_000)

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scans, "nameless_file", full)
    with pytest.raises(MediaError, match=r"a\.tiff: there is no room to unpack it, up to .* GB in .*No space left"):
        shown(tmp_path / "a.tiff", ZOOMS["copied"], (0,))


def test_what_is_larger_than_can_be_shrunk_is_refused(tmp_path: Path) -> None:
    Image.fromarray(drawn()).save(tmp_path / "a.jpg")
    data = bytearray((tmp_path / "a.jpg").read_bytes())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.jpg: is larger than 1,073,741,824 pixels"):
        probe(tmp_path / "a.jpg")


PEAK = """
import sys
from pathlib import Path
from reelwork.media.stills.reading import load_still, still_facts
from reelwork_farm.child import peak_memory
facts = still_facts(Path(sys.argv[1]), "0" * 64)
load_still(Path(sys.argv[1]), level=int(sys.argv[2]))
print(facts.width, facts.height, peak_memory() >> 20)
"""


ZOOM = """
import sys
from fractions import Fraction
from pathlib import Path
from reelwork.graph.model import Media
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.media.probe import probe
from reelwork.render.sources import Sources
from reelwork.values import Affine
from reelwork_farm.child import peak_memory
medium, sources = Media(sys.argv[1], probe(Path(sys.argv[1]))), Sources()
for scale in (0.096, 0.2, 0.4, 0.7, 1.0):
    matrix = Affine(scale, 0.0, 0.0, scale, 960 - 10400 * scale, 540 - 7700 * scale)
    sources.painter(medium, Fraction(0), matrix, ())(Frame.empty(Window(0, 0, 1920, 1080)))
print(peak_memory() // 10**6)
"""


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["jpg", "tiff"])
def test_the_memory_of_a_zoom_into_a_scan_is_bounded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    subprocess.run([sys.executable, "-c", MAKE, str(path), "20000", "15000"], check=True)
    out = subprocess.run([sys.executable, "-c", ZOOM, str(path)], check=True, capture_output=True, text=True)
    print(f"{kind}: peak {out.stdout.strip()} MB, of which some 100 where the kernels are compiled meanwhile")
    assert int(out.stdout) < 850


@pytest.mark.soak
@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("grey.jpg", (20_000, 15_000)),
        ("subsampled.jpg", (20_000, 15_000)),
        ("rgb.jpg", (20_000, 15_000)),
        ("cmyk.jpg", (20_000, 15_000)),
        ("cmyk-profile.jpg", (20_000, 15_000)),
        ("subsampled-progressive.jpg", (14_000, 11_000)),
        ("cmyk-progressive.jpg", (14_000, 11_000)),
        ("rgb-progressive.jpg", (20_000, 15_000)),
        ("rgb.png", (20_000, 15_000)),
        ("alpha.png", (20_000, 15_000)),
        ("rgb.jpg", (12_000, 10_000)),
        ("alpha.png", (12_000, 10_000)),
    ],
)
@pytest.mark.parametrize("layer", ["fit: contain", "transform: {opacity: 100%}"], ids=["shrunk", "one to one"])
def test_a_frame_of_a_huge_picture_takes_less_than_a_gigabyte(
    tmp_path: Path, kind: str, size: tuple[int, int], layer: str
) -> None:
    (tmp_path / "inks.icc").write_bytes(inks())
    make_huge(tmp_path / kind, *size)
    scene = tmp_path / "scene.yaml"
    scene.write_text(
        "reelwork: 1\ncanvas: {size: [1920, 1080], fps: 25}\n"
        f"compositions: {{main: {{duration: 1s, layers: [{{file: {kind}, {layer}}}]}}}}\n"
    )
    command = ["-m", "reelwork", "frame", str(scene), "0s", "--to", str(tmp_path / "out.png")]
    measured = [sys.executable, "-c", MEASURED, *command]
    out = subprocess.run(measured, check=True, capture_output=True, text=True)
    print(f"{kind} {layer}: {size}, {(tmp_path / kind).stat().st_size >> 20} MiB, peak {int(out.stdout) // 10**6} MB")
    assert int(out.stdout) < 10**9
    assert np.ptp(np.asarray(Image.open(tmp_path / "out.png").convert("L"))) > 60


MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def inks() -> bytes:
    """A printer's profile of tables."""
    c, m, y, k = np.meshgrid(*([0, 1],) * 4, indexing="ij")
    labs = np.stack([(1 - k) * (100 - 25 * (c + m + y)), (1 - k) * 40 * (m - c), (1 - k) * 40 * (y - c)], -1)
    return ink_profile(labs.astype(float))


def make_huge(path: Path, width: int, height: int) -> None:
    """A picture with some detail, written in a process of its own by libvips, row by row."""
    subprocess.run([sys.executable, "-c", HUGE, str(path), str(width), str(height)], check=True)


HUGE = """
import sys
from pathlib import Path
import numpy as np
import pyvips
path, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
words = path.stem.split("-")
channels, meaning = {"grey": (1, "b-w"), "cmyk": (4, "cmyk"), "alpha": (4, "srgb")}.get(words[0], (3, "srgb"))
y, x, c = np.ogrid[:1000, :1000, :channels]
noise = np.random.default_rng(0).integers(-6, 7, (1000, 1000, channels))
tile = 128 + 100 * np.sin(x / 40 + c) * np.cos(y / 55 - c) + noise
image = pyvips.Image.new_from_array(np.ascontiguousarray(np.clip(tile, 0, 255).astype(np.uint8)))
image = image.copy(interpretation=meaning).replicate(-(-width // 1000), -(-height // 1000)).crop(0, 0, width, height)
if path.suffix == ".png":
    image.pngsave(str(path), compression=1, filter="up")
else:
    profile = {"profile": str(path.parent / "inks.icc")} if "profile" in words else {}
    subsample = "on" if "subsampled" in words else "off"
    image.jpegsave(str(path), Q=85, interlace="progressive" in words, subsample_mode=subsample, **profile)
"""


MAKE = """
import sys
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
image = Image.linear_gradient("L").resize((int(sys.argv[2]), int(sys.argv[3])))
packed = {"compression": "tiff_adobe_deflate"} if sys.argv[1].endswith("tiff") else {}
Image.merge("RGB", (image, image, image)).save(sys.argv[1], **packed)
"""
