"""OpenEXR in all its kinds, against what OpenEXR's own library was given to write."""

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from media_table import media

from reelwork.errors import MediaError
from reelwork.image.storage import StorageFormat
from reelwork.media.convert import picture_to_frame
from reelwork.media.stills.reading import load_still

LAYERS = media("stills", "OpenEXR: layers", "which is shown", read="its values")


def drawn(channels: int = 3, kind: type = np.float32, *, height: int = 20, width: int = 30) -> np.ndarray:
    values = np.random.default_rng(4).random((channels, height, width)) * 4 - 0.5
    return (np.abs(values) * 100).astype(kind) if kind is np.uint32 else values.astype(kind)


def write(path: Path, channels: dict[str, np.ndarray], **header: object) -> Path:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))
    return path


def named(planes: np.ndarray, prefix: str = "") -> dict[str, np.ndarray]:
    return {prefix + name: np.ascontiguousarray(plane) for name, plane in zip("RGBA", planes, strict=False)}


def light(path: Path) -> np.ndarray:
    return picture_to_frame(load_still(path)).data


@media("stills", "OpenEXR: half, float, unsigned integers", "values", read="OpenEXR's library")
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.uint32])
@pytest.mark.parametrize("channels", [3, 4])
def test_every_type_of_sample(tmp_path: Path, kind: type, channels: int) -> None:
    planes = drawn(channels, kind)
    found = light(write(tmp_path / "a.exr", named(planes)))
    assert np.array_equal(found[:channels], planes.astype(np.float32))


@media("stills", "OpenEXR: NONE, RLE, ZIPS, ZIP, PIZ", "values, to the bit", read="OpenEXR's library")
@pytest.mark.parametrize("name", ["NO", "RLE", "ZIPS", "ZIP", "PIZ"])
def test_every_compression_without_loss(tmp_path: Path, name: str) -> None:
    planes = drawn(4, np.float16)
    path = write(tmp_path / "a.exr", named(planes), compression=getattr(OpenEXR, f"{name}_COMPRESSION"))
    assert np.array_equal(light(path), planes.astype(np.float32))


@media("stills", "OpenEXR: PXR24, B44, B44A, DWAA, DWAB", "values, nearly", read="OpenEXR's library")
@pytest.mark.parametrize("name", ["PXR24", "B44", "B44A", "DWAA", "DWAB"])
def test_every_compression_with_loss(tmp_path: Path, name: str) -> None:
    slope = np.linspace(0, 1, 64, dtype=np.float32)[np.newaxis] * np.ones((3, 48, 1), np.float32)
    planes = slope.astype(np.float16)
    path = write(tmp_path / "a.exr", named(planes), compression=getattr(OpenEXR, f"{name}_COMPRESSION"))
    np.testing.assert_allclose(light(path)[:3], planes.astype(np.float32), atol=0.02)


@media("stills", "OpenEXR: tiles", "values", read="OpenEXR's library")
def test_tiles(tmp_path: Path) -> None:
    planes = drawn()
    tiles = OpenEXR.TileDescription()
    tiles.xSize = tiles.ySize = 16
    path = write(tmp_path / "a.exr", named(planes), type=OpenEXR.tiledimage, tiles=tiles)
    assert np.array_equal(light(path)[:3], planes)


@media("stills", "OpenEXR: data windows within, beyond and beside", "place", read="where it was written")
@pytest.mark.parametrize("corner", [(5, 3), (-4, -6), (-4, 3), (100, 100)])
def test_the_display_window_is_shown(tmp_path: Path, corner: tuple[int, int]) -> None:
    planes = drawn(4)
    x, y = corner
    boxes = {
        "dataWindow": (np.array([x, y], np.int32), np.array([x + 29, y + 19], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([23, 15], np.int32)),
    }
    found = light(write(tmp_path / "a.exr", named(planes), **boxes))
    wanted = np.zeros((4, 16, 24), np.float32)
    for row in range(16):
        for column in range(24):
            if 0 <= row - y < 20 and 0 <= column - x < 30:
                wanted[:, row, column] = planes[:, row - y, column - x]
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("layers", "shown"),
    [
        pytest.param(("", "diffuse."), "", marks=LAYERS),
        (("aaa.", "beauty."), "beauty."),
        (("diffuse.", "specular."), "diffuse."),
        (("view.Combined.", "view.Depth."), "view.Combined."),
    ],
)  # fmt: skip
def test_of_layers_the_one_that_is_meant_is_shown(tmp_path: Path, layers: tuple[str, ...], shown: str) -> None:
    planes = {layer: drawn() + number for number, layer in enumerate(layers)}
    channels = {name: plane for layer in layers for name, plane in named(planes[layer], layer).items()}
    channels["depth.Z"] = drawn(1)[0]
    assert np.array_equal(light(write(tmp_path / "a.exr", channels))[:3], planes[shown])


@media("stills", "OpenEXR: several parts", "the first with colours is shown", read="its values")
def test_of_parts_the_first_with_colours_is_shown(tmp_path: Path) -> None:
    planes = drawn()
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    parts = [
        OpenEXR.Part({**header, "name": "depth"}, {"Z": drawn(1)[0], "ZBack": drawn(1)[0]}, name="depth"),
        OpenEXR.Part({**header, "name": "rgb"}, named(planes), name="rgb"),
    ]
    with OpenEXR.File(parts) as file:
        file.write(str(tmp_path / "a.exr"))
    assert np.array_equal(light(tmp_path / "a.exr")[:3], planes)


@media("stills", "OpenEXR: luminance, alone and with alpha", "values", read="OpenEXR's library")
def test_luminance_alone_is_grey(tmp_path: Path) -> None:
    plane = drawn(1)[0]
    assert np.array_equal(light(write(tmp_path / "a.exr", {"Y": plane}))[:3], [plane] * 3)
    assert np.array_equal(light(write(tmp_path / "b.exr", {"mask": plane}))[:3], [plane] * 3)
    found = light(write(tmp_path / "c.exr", {"Y": plane, "A": plane}))
    assert np.array_equal(found, [plane] * 4)


@media("stills", "OpenEXR: luminance and chroma", "colours", read="the formula of OpenEXR's introduction")
def test_luminance_and_chroma(tmp_path: Path) -> None:
    red, green, blue = np.random.default_rng(1).random((3, 20, 30)).astype(np.float32) + 0.1
    y = 0.2126390 * red + 0.7151687 * green + 0.0721923 * blue
    path = write(tmp_path / "a.exr", {"Y": y, "RY": (red - y) / y, "BY": (blue - y) / y})
    np.testing.assert_allclose(light(path)[:3], [red, green, blue], atol=2e-3)


@media("stills", "OpenEXR: chromaticities of any kind", "colours", read="colour-science")
@pytest.mark.parametrize("name", ["ACEScg", "ACES2065-1", "ITU-R BT.2020"])
def test_chromaticities(tmp_path: Path, name: str) -> None:
    import colour

    space = colour.RGB_COLOURSPACES[name]
    planes = drawn()
    stated = tuple(float(value) for value in (*space.primaries.ravel(), *space.whitepoint))
    found = light(write(tmp_path / "a.exr", named(planes), chromaticities=stated))[:3]
    wanted = colour.RGB_to_RGB(
        np.moveaxis(planes, 0, -1).astype(float), space, "sRGB", chromatic_adaptation_transform="Bradford"
    )
    np.testing.assert_allclose(np.moveaxis(found, 0, -1), wanted, atol=5e-3)


def test_what_is_no_picture_says_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"a\.exr: has no channels R, G, B or Y, but N\.X, N\.Z"):
        load_still(write(tmp_path / "a.exr", {"N.X": drawn(1)[0], "N.Z": drawn(1)[0]}))


def test_absurd_windows_are_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", named(drawn()))
    data = bytearray(path.read_bytes())
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        place = data.index(name) + len(name) + 4
        data[place : place + 16] = np.array([0, 0, 200_000, 200_000], "<i4").tobytes()
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.exr: "):
        load_still(path)


def test_light_is_tagged_as_light(tmp_path: Path) -> None:
    storage = load_still(write(tmp_path / "a.exr", named(drawn(4)))).storage
    assert isinstance(storage, StorageFormat)
    assert (storage.depth, storage.transfer, storage.alpha) == (32, "linear", "premultiplied")
