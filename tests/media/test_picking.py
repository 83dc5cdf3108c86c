"""Pages, parts and layers of stills: a director picks one by name or number, and what is not there is told."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import tifffile
from media.still_files import write_heic, write_png
from media.test_exr import drawn, named, write
from media.test_still_formats import pdf
from media_table import media
from PIL import Image

from reelwork.catalogue.facts import Reading
from reelwork.errors import MediaError, SceneError
from reelwork.media.probe import probe
from reelwork.media.stills.reading import load_still
from reelwork.media.video.plugins import moving_source
from reelwork.render.prepare import Settings
from reelwork.render.produce import frame


def shown(path: Path, **picked: object) -> np.ndarray:
    return np.stack(load_still(path, reading=Reading(**picked)).planes)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    path = tmp_path / "a.tiff"
    with tifffile.TiffWriter(path) as writer:
        for number in range(3):
            writer.write(np.full((10 + number, 20, 3), 40 * number, np.uint8), photometric="rgb")
    return path


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    channels = named(drawn(4)) | named(drawn(3) * 2, "diffuse.") | named(drawn(3) * 3, "light.key.")
    depth = {"depth.Z": drawn(1)[0], "N.X": drawn(3)[0], "N.Y": drawn(3)[1], "N.Z": drawn(3)[2]}
    return write(tmp_path / "a.exr", channels | depth | {"id": drawn(1)[0] * 5})


@media("stills", "TIFF, several pages", "the page that is picked", read="what was written")
def test_a_page_of_a_tiff_is_picked(pages: Path) -> None:
    assert probe(pages).pages == 3
    for number in (1, 2, 3):
        facts = probe(pages, reading=Reading(page=number))
        assert (facts.width, facts.height, facts.pages) == (20, 9 + number, 3)
        assert (shown(pages, page=number) == 40 * (number - 1)).all()
    with pytest.raises(MediaError, match=r"a\.tiff: has no page 4: it has 3"):
        probe(pages, reading=Reading(page=4))


@media("stills", "PDF", "the page that is picked", read="the shapes that it draws")
def test_a_page_of_a_pdf_is_picked(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("1 0 0 rg 0 0 72 36 re f", "0 1 0 rg 0 0 72 36 re f"))
    assert probe(path).pages == 2
    for number, colour in ((0, (255, 0, 0)), (1, (255, 0, 0)), (2, (0, 255, 0))):
        assert tuple(shown(path, page=number)[:, 9, 9]) == colour
    with pytest.raises(MediaError, match=r"a\.pdf: has no page 3: it has 2"):
        probe(path, reading=Reading(page=3))


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        ("diffuse", lambda: drawn(3) * 2),
        ("Diffuse", lambda: drawn(3) * 2),
        ("key", lambda: drawn(3) * 3),
        ("light.key", lambda: drawn(3) * 3),
        ("diffuse.G", lambda: drawn(3)[1:2].repeat(3, 0) * 2),
        ("id", lambda: drawn(1).repeat(3, 0) * 5),
        ("depth", lambda: drawn(1).repeat(3, 0)),
        ("N", lambda: drawn(3)),
        ("", lambda: drawn(4)),
    ],
)
@media("stills", "OpenEXR: layers", "the layer, or the channel, that is picked", read="its values")
def test_a_layer_of_an_exr_is_picked(layers: Path, layer: str, wanted: Callable[[], np.ndarray]) -> None:
    assert np.array_equal(shown(layers, layer=layer), wanted())


def test_layers_of_an_exr_are_listed(layers: Path) -> None:
    facts = probe(layers)
    assert facts.parts == ()
    assert sorted(facts.layers) == [
        "A B G R ID",
        "N: X Y Z",
        "depth: Z",
        "diffuse: B G R",
        "light.key: B G R",
    ]
    with pytest.raises(MediaError, match=r"a\.exr: has no layer 'spec', or several: it has .*diffuse: B G R"):
        probe(layers, reading=Reading(layer="spec"))


@media("stills", "OpenEXR: several parts", "the part that is picked", read="its values")
def test_a_part_of_an_exr_is_picked(tmp_path: Path) -> None:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    parts = [
        OpenEXR.Part({**header, "name": name}, {**named(drawn(3) * factor), "fog.Y": drawn(1)[0] * factor})
        for name, factor in (("left", 1), ("right", 2))
    ]
    path = tmp_path / "a.exr"
    with OpenEXR.File(parts) as file:
        file.write(str(path))
    assert probe(path).parts == ("left", "right")
    for picked, factor in (({}, 1), ({"part": "right"}, 2), ({"part": "2"}, 2), ({"layer": "right"}, 2)):
        assert np.array_equal(shown(path, **picked), drawn(3) * factor)
    assert np.array_equal(shown(path, part="right", layer="fog"), drawn(1).repeat(3, 0) * 2)
    with pytest.raises(MediaError, match=r"has no part 'middle': of its 2, 1 is left, 2 is right"):
        probe(path, reading=Reading(part="middle"))


@media("video", "numbered stills", "the layer that is picked", read="its values")
def test_a_layer_of_numbered_stills_is_picked(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / f"a-{number}.exr", named(drawn(3)) | named(drawn(3) * number, "fog."))
    source = moving_source(tmp_path / "a-%d.exr", Fraction(24), Reading(layer="fog"))
    for number in (1, 0):
        assert np.array_equal(np.stack(source.picture(number).planes), drawn(3) * (number + 1))


def test_what_has_nothing_to_pick_says_so(tmp_path: Path, pages: Path) -> None:
    path = write_png(tmp_path / "a.png", np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(MediaError, match=r"a\.png: `page` is for TIFF and HEIF and PDF; leave it out"):
        probe(path, reading=Reading(page=1))
    with pytest.raises(MediaError, match=r"a\.tiff: `layer` is for EXR; leave it out"):
        probe(pages, reading=Reading(layer="a"))
    Image.new("L", (9, 9)).save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("L", (9, 9), 200)])
    with pytest.raises(MediaError, match=r"a\.gif: `page` is for stills, and this is animated"):
        probe(tmp_path / "a.gif", reading=Reading(page=2))


@media("stills", "HEIC, 8 bit", "the only picture is the first", read="the message")
def test_the_pictures_of_a_heic_are_counted(tmp_path: Path) -> None:
    path = write_heic(tmp_path / "a.heic", np.full((64, 64, 3), 90, np.uint8))
    assert probe(path).pages == 1
    assert np.array_equal(shown(path, page=1), shown(path))
    with pytest.raises(MediaError, match="has no page 2: it has 1"):
        probe(path, reading=Reading(page=2))


def test_a_scene_picks_a_page_and_what_it_shows_differs(tmp_path: Path, pages: Path) -> None:
    scene = tmp_path / "scene.yaml"
    one = "{file: a.tiff, page: %d, transform: {position: [%d, 9]}}"
    both = f"{one % (2, 10)}, {one % (3, 30)}"
    text = "reelwork: 1\ncanvas: {size: [40, 18], fps: 9}\ncompositions: {main: {duration: 1s, layers: [%s]}}\n"
    scene.write_text(text % both)
    seen = np.asarray(Image.open(frame(scene, Settings(), "0s", tmp_path / "out.png")).convert("L"))
    assert (seen[9, 10], seen[9, 30]) == (40, 80)
    scene.write_text(text % "{file: a.tiff, page: 7}")
    with pytest.raises(SceneError, match=r"a\.tiff: has no page 7: it has 3"):
        frame(scene, Settings(), "0s", tmp_path / "out.png")
