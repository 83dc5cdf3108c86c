"""Groups, masks, fills, shapes and styles of layered pictures: what is imported paints what psd-tools composes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exchange.exchanging import imported
from exchange.picturing import ORACLE, adjustment, difference, noise, saved, shown
from media_table import media
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Compression, Tag
from psd_tools.psd.descriptor import (
    Bool,
    Descriptor,
    DescriptorBlock,
    Double,
    Enumerated,
    Integer,
    List,
    UnitFloat,
)
from psd_tools.psd.layer_and_mask import MaskParameters
from psd_tools.psd.vector import ClosedKnotLinked, ClosedPath, InitialFillRule, PathFillRule
from psd_tools.psd.vector import Path as Path_
from psd_tools.terminology import Unit

from reelwork.exchange.report import ExchangeError


def document(size: tuple[int, int] = (48, 32), mode: str = "RGB", **keys: Any) -> PSDImage:
    psd = PSDImage.new(mode, size, **keys)
    psd.create_pixel_layer(noise(*size, "RGB"), name="Background")
    return psd


def _colour(red: float, green: float, blue: float) -> Descriptor:
    found = Descriptor(classID=b"RGBC")
    for key, value in ((b"Rd  ", red), (b"Grn ", green), (b"Bl  ", blue)):
        found[key] = Double(value)
    return found


def _percent(value: float) -> UnitFloat:
    return UnitFloat(unit=Unit.Percent, value=value)


def _pixels(value: float) -> UnitFloat:
    return UnitFloat(unit=Unit.Pixels, value=value)


def _gradient(*stops: tuple[int, tuple[float, float, float]]) -> Descriptor:
    colours, clear = List(), List()
    for place, colour in stops:
        stop = Descriptor(classID=b"Clrt")
        stop[b"Clr "], stop[b"Lctn"], stop[b"Mdpn"] = _colour(*colour), Integer(place), Integer(50)
        stop[b"Type"] = Enumerated(typeID=b"Clry", enum=b"UsrS")
        colours.append(stop)
    for place in (0, 4096):
        stop = Descriptor(classID=b"TrnS")
        stop[b"Opct"], stop[b"Lctn"], stop[b"Mdpn"] = _percent(100), Integer(place), Integer(50)
        clear.append(stop)
    found = Descriptor(classID=b"Grdn")
    found[b"GrdF"] = Enumerated(typeID=b"GrdF", enum=b"CstS")
    found[b"Clrs"], found[b"Trns"] = colours, clear
    return found


def _ramp(class_id: bytes, angle: float) -> Descriptor:
    found = Descriptor(classID=class_id)
    found[b"Type"] = Enumerated(typeID=b"GrdT", enum=b"Lnr ")
    found[b"Angl"] = UnitFloat(unit=Unit.Angle, value=angle)
    found[b"Scl "] = _percent(100)
    found[b"Grad"] = _gradient((0, (255, 0, 0)), (2048, (255, 255, 0)), (4096, (0, 0, 255)))
    return found


def _fill(psd: PSDImage, name: str, tag: Tag, block: Descriptor) -> Any:
    layer = psd.create_pixel_layer(Image.new("RGB", (1, 1)), name=name)
    record = layer._record
    record.top = record.left = record.bottom = record.right = 0
    for info, channel in zip(record.channel_info, layer._channels, strict=True):
        channel.compression, channel.data, info.length = Compression.RAW, b"", 2
    record.tagged_blocks.set_data(tag)
    record.tagged_blocks[tag].data = DescriptorBlock(version=16, classID=block.classID, items=dict(block.items()))
    return layer


def _style(layer: Any, *styles: tuple[bytes, Descriptor]) -> None:
    """Give a layer a style, as ``lfx2`` has it."""
    tag = Tag.OBJECT_BASED_EFFECTS_LAYER_INFO
    layer._record.tagged_blocks.set_data(tag)
    block = layer._record.tagged_blocks.get_data(tag)
    block.version, block.data_version = 0, 16
    block[b"Scl "], block[b"masterFXSwitch"] = _percent(100), Bool(True)
    for key, style in styles:
        style[b"enab"] = style[b"present"] = style[b"showInDialog"] = Bool(True)
        block[key] = style


def _overlay(kind: bytes, mode: bytes, opacity: float, **keys: Any) -> Descriptor:
    found = _ramp(kind, 90) if kind == b"GrFl" else Descriptor(classID=kind)
    found[b"Md  "] = Enumerated(typeID=b"BlnM", enum=mode)
    found[b"Opct"] = _percent(opacity)
    if kind != b"GrFl":
        found[b"Clr "] = _colour(*keys.get("colour", (250, 120, 10)))
    for key, value in keys.get("sizes", {}).items():
        found[key] = _pixels(value)
    return found


def _disc(size: tuple[int, int] = (24, 20)) -> Image.Image:
    """Noise in a disc whose edge is hard."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    inside = ((columns - size[0] / 2 + 0.5) ** 2 + (rows - size[1] / 2 + 0.5) ** 2) < (min(size) / 2 - 2) ** 2
    image = noise(*size, "RGB", 9).convert("RGBA")
    image.putalpha(Image.fromarray((inside * 255).astype(np.uint8), "L"))
    return image


def _same(psd: PSDImage, folder: Path, within: float = 2.5) -> str:
    """Compare what is painted with what psd-tools composes; return the report."""
    path = saved(psd, folder)
    scene = imported(path, folder / "scene")
    apart = difference(scene, path)
    assert apart.max() < within, (apart.max(), scene.text, scene.found)
    return scene.found


@media("exchange", "Photoshop, .psd", "fill layers of a colour, of a gradient; their masks", read=ORACLE)
def test_fill_layers_are_pictures(tmp_path: Path) -> None:
    psd = document()
    solid = Descriptor(classID=b"null")
    solid[b"Clr "] = _colour(200, 30, 60)
    layer = _fill(psd, "plain", Tag.SOLID_COLOR_SHEET_SETTING, solid)
    layer.create_mask(noise(20, 20, "L", 3), top=2, left=3)
    ramp = _fill(psd, "ramp", Tag.GRADIENT_FILL_SETTING, _ramp(b"null", 0))
    ramp.create_mask(noise(20, 20, "L", 4), top=2, left=24)
    assert "mask" not in _same(psd, tmp_path)  # it is carried


@media("exchange", "Photoshop, .psd", "groups that pass through with an opacity and a mask; masked groups", read=ORACLE)
@pytest.mark.parametrize("through", [True, False])
def test_masks_and_opacity_of_groups(through: bool, tmp_path: Path) -> None:
    psd = document()
    inside = psd.create_pixel_layer(noise(20, 20, "RGB", 1), name="inside", top=4, left=6)
    inside.blend_mode = BlendMode.MULTIPLY
    more = psd.create_pixel_layer(noise(20, 20, "RGB", 2), name="more", top=9, left=20, opacity=150)
    negative = adjustment(psd, "negative", Tag.INVERT)
    mode = BlendMode.PASS_THROUGH if through else BlendMode.NORMAL
    psd.create_group([inside, more, negative], name="Group", blend_mode=mode, opacity=170)
    psd = PSDImage.open(saved(psd, tmp_path / "plain"))
    psd[1].create_mask(noise(40, 24, "L", 3), top=2, left=3)
    _same(psd, tmp_path)


@media("exchange", "Photoshop, .psd", "density of masks; feather", read=f"{ORACLE}; SciPy's Gaussian")
def test_masks_have_a_density_and_a_feather(tmp_path: Path) -> None:
    psd = document()
    layer = psd.create_pixel_layer(noise(30, 20, "RGB", 1), name="thin", top=4, left=6)
    layer.create_mask(noise(20, 12, "L", 3), top=6, left=9)
    layer._record.mask_data.flags.parameters_applied = True
    layer._record.mask_data.parameters = MaskParameters(user_mask_density=128)
    _same(psd, tmp_path / "density")
    layer._record.mask_data.parameters = MaskParameters(user_mask_feather=2.0)
    hard = np.zeros((32, 48))
    hard[6:18, 9:29] = np.asarray(layer.mask.topil(), np.float64) / 255
    scene = imported(saved(psd, tmp_path), tmp_path / "scene")
    with Image.open(tmp_path / "scene" / "media" / "002-thin.png") as image:
        alpha = np.asarray(image, np.float64)[..., 3] / 255
    from scipy.ndimage import gaussian_filter

    assert np.abs(alpha - gaussian_filter(hard, 2.0, mode="nearest")[4:24, 6:36]).max() < 0.01
    assert "mask" not in scene.found  # it is carried


@media("exchange", "Photoshop, .psd", "clipping: any mode, adjustments, groups, onto a group", read=ORACLE)
@pytest.mark.parametrize("base", ["layer", "group"])
def test_what_is_clipped(base: str, tmp_path: Path) -> None:
    psd = document()
    bottom: Any = psd.create_pixel_layer(_disc(), name="base", top=4, left=6)
    if base == "group":
        bottom = psd.create_group([bottom], name="Base", blend_mode=BlendMode.NORMAL, opacity=200)
    one = psd.create_pixel_layer(noise(30, 10, "RGB", 1), name="one", top=2, left=3, blend_mode=BlendMode.SCREEN)
    two = adjustment(psd, "two", Tag.INVERT)
    three = psd.create_pixel_layer(noise(10, 30, "RGB", 2), name="three", left=20, opacity=150)
    for layer in (one, two, three):
        layer.clipping = True
    _same(psd, tmp_path)


@media("exchange", "Photoshop, .psd", "colour and gradient overlays", read=ORACLE)
@pytest.mark.parametrize(("mode", "kinds"), [(b"Nrml", [b"SoFi"]), (b"Nrml", [b"GrFl"]), (b"Mltp", [b"GrFl", b"SoFi"])])
def test_overlays_lie_over_the_layer(mode: bytes, kinds: list[bytes], tmp_path: Path) -> None:
    psd = document()
    layer = psd.create_pixel_layer(_disc(), name="badge", top=4, left=6, opacity=200)
    _style(layer, *[(kind, _overlay(kind, mode, 60)) for kind in kinds])
    assert _same(psd, tmp_path).count("\n") == 0


@media("exchange", "Photoshop, .psd", "strokes", read=ORACLE)
@pytest.mark.parametrize("position", [b"OutF", b"InsF", b"CtrF"])
def test_a_stroke_is_an_outline(position: bytes, tmp_path: Path) -> None:
    psd = document()
    layer = psd.create_pixel_layer(Image.new("RGB", (24, 16), (20, 90, 200)), name="box", top=8, left=12)
    stroke = _overlay(b"FrFX", b"Nrml", 100, sizes={b"Sz  ": 4})
    stroke[b"Styl"] = Enumerated(typeID=b"FStl", enum=position)
    stroke[b"PntT"] = Enumerated(typeID=b"FrFl", enum=b"SClr")
    _style(layer, (b"FrFX", stroke))
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    apart = difference(scene, path)
    assert scene.found == ""
    assert (apart > 2.5).mean() < 0.02  # corners and edges are antialiased otherwise


@media("exchange", "Photoshop, .psd", "drop and inner shadows, glows", read="the geometry")
def test_a_shadow_lies_away_from_the_light(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (48, 32))
    psd.create_pixel_layer(Image.new("RGB", (48, 32), "white"), name="Background")
    layer = psd.create_pixel_layer(Image.new("RGB", (10, 8), (255, 0, 0)), name="box", top=8, left=12)
    shadow = _overlay(b"DrSh", b"Mltp", 50, colour=(0, 0, 0), sizes={b"Dstn": 10, b"blur": 0, b"Ckmt": 0})
    shadow[b"uglg"], shadow[b"lagl"] = Bool(False), UnitFloat(unit=Unit.Angle, value=180)
    _style(layer, (b"DrSh", shadow))
    scene = imported(saved(psd, tmp_path), tmp_path / "scene")
    picture = shown(scene)
    assert "drop-shadow: {offset: [10, " in scene.text
    assert scene.found == ""
    assert picture[12, 27, 0] == pytest.approx(127.5, abs=1.5)
    assert picture[12, 33, 0] == pytest.approx(255, abs=0.5)
    assert picture[12, 15, 0] == pytest.approx(255, abs=0.5)
    assert picture[12, 10].min() == pytest.approx(255, abs=0.5)


def _contour(*points: tuple[float, float]) -> Descriptor:
    found, curve = Descriptor(classID=b"ShpC"), List()
    for along, up in points:
        point = Descriptor(classID=b"CrPt")
        point[b"Hrzn"], point[b"Vrtc"] = Double(along), Double(up)
        curve.append(point)
    found[b"Crv "] = curve
    return found


@media("exchange", "Photoshop, .psd", "inner glows: where they glow", read="the geometry")
def test_an_inner_glow_lies_along_the_edge(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (48, 32))
    psd.create_pixel_layer(Image.new("RGB", (48, 32), "black"), name="Background")
    layer = psd.create_pixel_layer(Image.new("RGB", (28, 20), (0, 0, 120)), name="box", top=6, left=10)
    glow = _overlay(b"IrGl", b"Nrml", 100, colour=(255, 255, 255), sizes={b"blur": 6, b"Ckmt": 0})
    glow[b"glwS"] = Enumerated(typeID=b"IGSr", enum=b"SrcE")
    _style(layer, (b"IrGl", glow))
    scene = imported(saved(psd, tmp_path), tmp_path / "scene")
    picture = shown(scene)
    assert scene.found == ""
    assert picture[16, 10, 0] > picture[16, 13, 0] > picture[16, 24, 0] + 30  # it fades from the edge inwards
    assert picture[16, 24, 0] < 3
    assert picture[16, 7].max(initial=0, where=np.arange(4) < 3) < 1  # and nothing of it lies outside


def test_what_of_an_inner_glow_is_not_done_is_named(tmp_path: Path) -> None:
    psd = document()
    layer = psd.create_pixel_layer(_disc(), name="badge", top=4, left=6)
    glow = _overlay(b"IrGl", b"Nrml", 100, colour=(255, 255, 255), sizes={b"blur": 6, b"Ckmt": 0})
    glow[b"glwS"] = Enumerated(typeID=b"IGSr", enum=b"SrcC")
    glow[b"TrnS"] = _contour((0, 0), (128, 20), (255, 255))
    _style(layer, (b"IrGl", glow))
    found = imported(saved(psd, tmp_path), tmp_path / "scene").found
    assert "layer 'badge': an inner glow from the centre; it glows from the edge" in found
    assert "layer 'badge': the contour of an inner glow; it fades along a straight line" in found


def test_a_way_of_blending_that_nobody_knows_is_named(tmp_path: Path) -> None:
    psd = document()
    psd.create_pixel_layer(_disc(), name="badge", top=4, left=6).blend_mode = BlendMode.LUMINOSITY
    path = saved(psd, tmp_path)
    data = path.read_bytes()
    assert data.count(b"8BIMlum ") == 1
    path.write_bytes(data.replace(b"8BIMlum ", b"8BIMnew!"))
    with pytest.raises(ExchangeError, match=r"picture\.psd"):
        imported(path, tmp_path / "scene")


def test_styles_that_are_left_out_are_named(tmp_path: Path) -> None:
    psd = document()
    layer = psd.create_pixel_layer(_disc(), name="badge", top=4, left=6)
    _style(
        layer,
        (b"ebbl", _overlay(b"ebbl", b"Nrml", 50)),
        (b"ChFX", _overlay(b"ChFX", b"Mltp", 50)),
        (b"OrGl", _overlay(b"OrGl", b"Scrn", 50, sizes={b"blur": 4, b"Ckmt": 20})),
    )
    layer._record.tagged_blocks.set_data(Tag.KNOCKOUT_SETTING, 1)
    found = imported(saved(psd, tmp_path), tmp_path / "scene").found
    for said in ("bevel and emboss; it is left out", "satin; it is left out", "mixed by screen", "the spread of"):
        assert f"layer 'badge': {said}" in found.replace("an outer glow that is ", ""), found
    assert "layer 'badge': a knockout" in found


@media("exchange", "Photoshop, .psd", "vector masks and shapes", read=ORACLE)
@pytest.mark.parametrize("kind", ["mask", "shape"])
def test_paths_cut_layers(kind: str, tmp_path: Path) -> None:
    psd = document()
    if kind == "mask":
        layer = psd.create_pixel_layer(noise(40, 28, "RGB", 1), name="cut", top=2, left=4)
    else:
        solid = Descriptor(classID=b"null")
        solid[b"Clr "] = _colour(200, 30, 60)
        layer = _fill(psd, "cut", Tag.SOLID_COLOR_SHEET_SETTING, solid)
    corners = [(0.2, 0.3), (0.25, 0.8), (0.85, 0.55)]
    knots = [ClosedKnotLinked(preceding=at, anchor=at, leaving=at) for at in corners]
    path = Path_([PathFillRule(), InitialFillRule(0), ClosedPath(items=knots)])
    layer._record.tagged_blocks.set_data(Tag.VECTOR_MASK_SETTING1, 3, 0, path)
    _same(psd, tmp_path)


@media("exchange", "Photoshop, .psb", "layers and blend modes", read=ORACLE)
def test_a_large_document_is_read(tmp_path: Path) -> None:
    psd = document()
    psd.create_pixel_layer(noise(20, 20, "RGB", 1), name="over", top=4, left=6, blend_mode=BlendMode.OVERLAY)
    psd._record.header.version = 2
    path = saved(psd, tmp_path, "picture.psb")
    assert path.read_bytes()[4:6] == b"\0\2"
    scene = imported(path, tmp_path / "scene")
    assert difference(scene, path).max() < 2.5


@media("exchange", "Photoshop, .psd", "16 and 32 bits, grey", read=ORACLE)
@pytest.mark.parametrize(("mode", "depth"), [("RGB", 16), ("RGB", 32), ("L", 8), ("L", 16)])
def test_depths_and_grey_are_mixed(mode: str, depth: int, tmp_path: Path) -> None:
    psd = PSDImage.new(mode, (32, 16), depth=depth)
    psd.create_pixel_layer(noise(32, 16, mode), name="Background")
    psd.create_pixel_layer(noise(20, 10, mode, 1), name="over", top=3, left=5, opacity=128)
    path = saved(psd, tmp_path)
    scene = imported(path, tmp_path / "scene")
    grey = np.asarray(PSDImage.open(path).composite(force=True).convert("RGB"), np.float64)
    assert np.abs(shown(scene)[..., :3] - grey).max() < 2.5
    assert ("32 bits a channel" in scene.found) == (depth == 32)
