"""Fonts that a scene brings: as a file, as a record of its catalogue, one of a collection, and along their axes."""

import hashlib
import struct
from pathlib import Path

import pytest
import uharfbuzz
from bundling import opened, task_of
from catalogue.shelves import digest, record, shelf, write
from media_table import media

from reelwork.api import open_scene
from reelwork.errors import SceneError
from reelwork.image import Drawing
from reelwork.render.prepare import Settings, prepare
from reelwork.render.progress import Silent
from reelwork.values import File
from reelwork_generators.fonts import family
from reelwork_generators.text import Axis, Text

HEBREW = Path(family("Noto Sans Hebrew").file(400.0, False).path).read_bytes()
SCENE = """\
reelwork: 1
canvas: {size: [96, 54], fps: 24}
licence: CC-BY-4.0
catalogue: catalogue
compositions:
  main:
    duration: 1s
    layers:
      - text: {content: שלום, font-file: FONT, size: 24, weight: 700}
outputs: {poster: {file: poster.png, at: 0s}}
"""
TYPEFACE = {
    "title": '"House Hebrew"',
    "kind": '"font"',
    "file": '"media/house.ttf"',
    "sha256": f'"{digest(HEBREW)}"',
    "contributors": '[{ person = "mirtle", role = "type designer", share = "100%" }]',
}


def scene(folder: Path, font: str, **changes: str) -> Path:
    shelf(folder / "catalogue", house=record(**{**TYPEFACE, **changes}), valley=record())
    write(folder, "catalogue/media/house.ttf", HEBREW)
    write(folder, "fonts/house.ttf", HEBREW)
    return write(folder, "scene.yaml", SCENE.replace("FONT", font))


def own(folder: Path, data: bytes, ending: str = ".ttf") -> File:
    path = write(folder, f"own{ending}", data)
    return File(ending, hashlib.sha256(data).hexdigest(), str(path))


def drawn(content: str, **options) -> Drawing:
    return Text(content=content, **{"size": 40.0, **options}).draw(1920.0, 1080.0)


@media("text", "A font as a record of the catalogue", "picture, record, licence", read="the font as a file")
def test_a_font_may_be_a_record(tmp_path: Path) -> None:
    """It is painted as the file is, it counts as used, and a worker of a farm makes the same bytes of the bundle."""
    by_file, by_record = scene(tmp_path / "file", "fonts/house.ttf"), scene(tmp_path / "record", "mirtle/house")
    pictures = set()
    for path in (by_file, by_record):
        open_scene(path).write_frame("0s", path.parent / "local.png")
        pictures.add((path.parent / "local.png").read_bytes())
        work = opened(task_of(path, path.parent / "poster.png", "poster"), path.parent)
        pictures.add(work.finish([], Silent())[0].read_bytes())
    assert len(pictures) == 1
    found = prepare(by_record, Settings())
    assert set(found.production.records) == {"mirtle/house"}
    assert found.graph("main").root.layers[0].records == ("mirtle/house",)


@pytest.mark.parametrize(
    ("font", "changes", "said"),
    [
        ("mirtle/gone", {}, "there is no record 'mirtle/gone'"),
        ("mirtle/valley", {}, "the record 'mirtle/valley' is of kind illustration; `font-file` takes one of kind font"),
        ("mirtle/house", {"status": '"withdrawn"'}, "the record mirtle/house is withdrawn and cannot be used"),
        ("mirtle/house", {"licence": '"CC-BY-SA-4.0"'}, "is under CC-BY-SA-4.0"),
        ("mirtle/house", {"sha256": f'"{"0" * 64}"'}, "is not what the record mirtle/house says"),
    ],
)
def test_a_record_of_a_font_obeys_the_rules_of_records(tmp_path: Path, font: str, changes: dict, said: str) -> None:
    with pytest.raises(SceneError) as caught:
        prepare(scene(tmp_path, font, **changes), Settings())
    (problem,) = [problem for problem in caught.value.problems if not problem.warning]
    assert said in problem.message
    assert problem.path.endswith("text.font-file") or problem.place.file.endswith("house.toml")


def test_a_draft_does_without_a_font_that_is_missing(tmp_path: Path) -> None:
    drafted = prepare(scene(tmp_path, "mirtle/gone"), Settings(draft=True))
    (warning,) = drafted.warnings
    assert warning.remedy == "this draft does without it"
    assert drafted.graph("main").root.layers[0].source.params["font_file"] is None


def test_a_font_is_nothing_to_show(tmp_path: Path) -> None:
    path = scene(tmp_path, "fonts/house.ttf")
    path.write_text(path.read_text().replace("      - text:", "      - asset: mirtle/house\n      - text:"))
    with pytest.raises(SceneError, match="is a font; a text takes it as its `font-file`"):
        prepare(path, Settings())


@media("text", "Variable fonts", "axes by their tags", read="HarfBuzz, set to the same place")
def test_axes_are_set_by_their_tags(tmp_path: Path) -> None:
    """What has a key of its own may be set by its tag too, which is taken where both are."""
    file = family("Noto Sans").file(400.0, False)
    font = own(tmp_path, Path(file.path).read_bytes())
    axes = (Axis(axis="wdth", value=80.0), Axis(axis="wght", value=650.0))
    made = drawn("moon", font_file=font, axes=axes, weight=100.0)
    assert made == drawn("moon", font_file=font, weight=650.0, stretch=0.8)
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(file.path))
    shaper = uharfbuzz.Font(face)
    shaper.set_variations({"wght": 650.0, "wdth": 80.0})
    buffer = uharfbuzz.Buffer()
    buffer.add_str("moon")
    buffer.guess_segment_properties()
    uharfbuzz.shape(shaper, buffer)
    assert made.width == pytest.approx(40.0 * sum(p.x_advance for p in buffer.glyph_positions) / face.upem, abs=0.1)
    with pytest.raises(SceneError, match="the font has no axis 'GRAD'") as caught:
        drawn("moon", axes=(Axis(axis="GRAD", value=1.0),))
    assert "opsz from 14 to 32" in caught.value.problems[0].remedy


def collection(*fonts: bytes) -> bytes:
    """A .ttc of whole fonts, one after the other."""
    head = struct.pack(">4sIII", b"ttcf", 0x00010000, len(fonts), 0)[:12]
    at, offsets, bodies = 12 + 4 * len(fonts), [], b""
    for font in fonts:
        place = at + len(bodies)
        count = struct.unpack(">H", font[4:6])[0]
        body = bytearray(font)
        for entry in range(12, 12 + 16 * count, 16):
            offset = struct.unpack(">I", font[entry + 8 : entry + 12])[0]
            body[entry + 8 : entry + 12] = struct.pack(">I", offset + place)
        offsets.append(place)
        bodies += bytes(body) + bytes(-len(body) % 4)
    return head + struct.pack(f">{len(fonts)}I", *offsets) + bodies


@media("text", "Collections (.ttc)", "each font, by its name and its number", read="the same fonts as files")
def test_a_font_of_a_collection_is_chosen(tmp_path: Path) -> None:
    thai = Path(family("Noto Sans Thai").file(400.0, False).path).read_bytes()
    both = own(tmp_path, collection(HEBREW, thai), ".ttc")
    one = drawn("שלום", font_file=own(tmp_path, HEBREW))
    assert one.fills == drawn("שלום", font_file=both).fills == drawn("שלום", font_file=both, font_face="1").fills
    other = drawn("ไทย", font_file=own(tmp_path, thai))
    name = uharfbuzz.Face(uharfbuzz.Blob(thai)).get_name(uharfbuzz.OTNameIdPredefined.FULL_NAME)
    for face in ("2", name, name.upper()):
        assert drawn("ไทย", font_file=both, font_face=face) == other
    with pytest.raises(SceneError, match=r"there is no font '3' in own\.ttc") as caught:
        drawn("a", font_file=both, font_face="3")
    assert f"2 {name!r}" in caught.value.problems[0].remedy


def test_a_font_whose_tables_have_no_names_is_none(tmp_path: Path) -> None:
    data = bytearray(HEBREW)
    data[12:14] = b"\x80\xff"
    with pytest.raises(SceneError, match=r"own\.ttf is no font that can be read"):
        drawn("a", font_file=own(tmp_path, bytes(data)))


def test_the_name_of_a_font_without_the_collection_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 'House Bold' from a collection of fonts, and none is named"):
        Text(content="a", font_face="House Bold").check()
