"""Layered pictures: a PSD or PSB goes in, a scene with its layers, and a PNG of each, come out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from psd_tools import PSDImage
from psd_tools.constants import Resource

from reelwork.exchange import psd_pixels as pixels
from reelwork.exchange.carried import Names, slug
from reelwork.exchange.files import write_text
from reelwork.exchange.psd_adjust import adjusted
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.yaml import dump, literal

#: Modes in which fill opacity is not plain opacity.
_SPECIAL: Final = (
    *("COLOR_BURN", "LINEAR_BURN", "COLOR_DODGE", "LINEAR_DODGE"),
    *("VIVID_LIGHT", "LINEAR_LIGHT", "HARD_MIX", "DIFFERENCE"),
)
_LARGEST: Final = 16_384


def import_picture(source: Path, folder: Path, *, live_text: bool, report: Report) -> None:
    """Write the scene of a layered picture, and the pictures of its layers.

    :param live_text: whether words become text rather than pixels
    :raises ExchangeError: the file is missing, damaged, or larger than a canvas may be
    :raises OutputError: something cannot be written
    """
    if not source.is_file():
        raise ExchangeError(f"{source}: there is no such file")
    try:
        document = PSDImage.open(source)
        if max(document.width, document.height) > _LARGEST:
            raise ExchangeError(f"{source} is {document.width} × {document.height}; a canvas has {_LARGEST} at most")
        writer = _Writer(document, folder, live_text, report)
        layers = writer.layers(list(document), None)
    except ExchangeError:
        raise
    except OSError as error:
        raise ExchangeError(f"{source} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # psd-tools raises what it finds: assertions, struct's errors, indexes
        raise ExchangeError(f"{source} is damaged, or no layered picture: {error or type(error).__name__}") from error
    if not layers:
        layers = writer.merged()
    size = [str(document.width), str(document.height)]
    name = slug(source.stem) or "picture"
    data = {
        "#": f"Made from {source.name}: one picture for each layer, mixed as in Photoshop.",
        "reelwork": "1",
        "title": literal(source.stem),
        "canvas": {"size": size, "fps": "24", "background": "transparent"},
        "blend-space": "display",
        "##layers": "",
        "compositions": {"main": {"duration": "5s", "layers": layers}},
        "outputs": {"picture": {"at": "0s", "file": f"{name}.png"}, "film": {"file": f"{name}.mp4"}},
    }
    write_text(folder / "scene.yaml", dump(data))


class _Writer:
    def __init__(self, document: Any, folder: Path, live_text: bool, report: Report) -> None:
        self._document = document
        self._folder = folder
        self._live_text = live_text
        self._report = report
        self._names = Names()
        self._count = 0
        mode = document.color_mode.name
        self._depth = 16 if document.depth > 8 and mode in ("RGB", "GRAYSCALE") else 8
        self._profile = _profile(document) if mode == "RGB" else None
        if mode not in ("RGB", "GRAYSCALE"):
            report.add("the document", f"its colours are {mode}", "they become sRGB by its profile, with 8 bits")
        if document.depth == 32:
            report.add("the document", "32 bits a channel", "they become 16, from black to white")

    def layers(self, items: Sequence[Any], mask: Any, opacity: float = 1.0) -> list[dict[str, Any]]:
        """The layers of a document or a group, from the bottom.

        :param mask: what groups around them let through, over the document
        :param opacity: that of groups around them that do not isolate
        """
        found: list[dict[str, Any]] = []
        index = 0
        while index < len(items):
            clipped = index + 1
            while clipped < len(items) and items[clipped].clipping:
                clipped += 1
            if clipped > index + 1 and not items[index].clipping:
                found += self._clipped(items[index], items[index + 1 : clipped], mask, opacity)
            else:
                clipped = index + 1
                found += self._layer(items[index], mask, opacity)
            index = clipped
        return found

    def merged(self) -> list[dict[str, Any]]:
        """The picture of a document without layers."""
        image = self._document.topil()
        if image is None:
            return []
        self._report.add("the document", "it has no layers", "its merged picture is one")
        return [self._placed("merged", np.asarray(image.convert("RGBA"), np.float64) / 255, 0, 0)]

    def _clipped(self, base: Any, clipped: Sequence[Any], mask: Any, opacity: float) -> list[dict[str, Any]]:
        """A layer with those that are clipped to it: a group, which is mixed as its base is."""
        bottom = self._layer(base, mask, 1.0)
        if not bottom:
            return []
        own = self._look(base, opacity)
        for layer in bottom:
            layer.pop("blend", None)
            layer.pop("visible", None)
            layer.pop("transform", None) if base.is_group() else layer.get("transform", {}).pop("opacity", None)
        coverage = self._coverage(base, mask)
        inside = list(bottom)
        for layer in clipped:
            plain = layer.blend_mode.name == "NORMAL" and layer.has_pixels()
            made = self._layer(layer, None if plain else coverage, 1.0)
            for part in made:
                if plain:
                    part["blend"] = "source-atop"
            inside += made
            if not plain and layer.has_pixels():
                self._report.add(
                    self._place(layer), "it is clipped", "the coverage of what it is clipped to is in its own"
                )
        ident = self._names.take(f"{base.name} with clipped", "clipped")
        return [{"id": ident, "layers": inside, **own}]

    def _coverage(self, base: Any, mask: Any) -> Any:
        """The coverage of a layer over the document."""
        made = pixels.colours_of(base, self._document)
        whole = np.zeros((self._document.height, self._document.width))
        if made is None:
            return whole + 1 if mask is None else mask
        own = pixels.mask_of(base, self._document)
        pixels.paste(whole, made[..., 3], base.left, base.top)
        for other in (own, mask):
            if other is not None:
                whole = whole * other
        return whole

    def _layer(self, layer: Any, mask: Any, opacity: float) -> list[dict[str, Any]]:
        own = pixels.mask_of(layer, self._document)
        both = own if mask is None else mask if own is None else own * mask
        if layer.has_effects():
            self._report.add(self._place(layer), "a layer style", "it is left out")
        if layer.is_group():
            return self._group(layer, own, both, opacity)
        if layer.kind in ("pixel", "type", "shape", "smartobject", "solidcolorfill"):
            return self._picture(layer, own, both, opacity)
        effects = adjusted(layer, self._place(layer), self._report)
        if not effects:
            return []
        if own is not None:
            self._report.add(self._place(layer), "the mask of an adjustment", "it acts everywhere")
        ident = self._names.take(layer.name, "adjustment")
        return [{"id": ident, "adjustment": True, "effects": effects, **self._look(layer, opacity)}]

    def _group(self, group: Any, own: Any, both: Any, opacity: float) -> list[dict[str, Any]]:
        if own is not None:
            self._report.add(self._place(group), "the mask of a group", "it is in the coverage of the layers inside")
        if group.blend_mode.name == "PASS_THROUGH":
            faded = opacity * group.opacity / 255
            if group.opacity < 255:
                self._report.add(self._place(group), "its opacity, while it passes through", "each layer inside has it")
            inside = self.layers(list(group), both, faded)
            for layer in inside if not group.visible else ():
                layer["visible"] = False
            if inside:
                inside[0] = {
                    "#group": f"{group.name!r} passes through: its layers are mixed with what is below",
                    **inside[0],
                }
            return inside
        inside = self.layers(list(group), both)
        ident = self._names.take(group.name, "group")
        return [{"id": ident, "layers": inside, **self._look(group, opacity)}]

    def _picture(self, layer: Any, own: Any, mask: Any, opacity: float) -> list[dict[str, Any]]:
        place = self._place(layer)
        if layer.kind == "type" and self._live_text:
            return [self._text(layer, opacity)]
        made, left, top = pixels.colours_of(layer, self._document), layer.left, layer.top
        if made is None:
            colour = _fill(layer)
            if colour is None:
                if layer.kind != "pixel":
                    self._report.add(place, f"a layer of kind {layer.kind} without pixels", "it is left out")
                return []
            made, left, top = np.ones((self._document.height, self._document.width, 4)), 0, 0
            made[..., :3] = colour
        if mask is not None:
            made[..., 3] *= pixels.window(mask, left, top, made.shape[1], made.shape[0])
            if own is not None:
                self._report.add(place, "its mask", "it is in the coverage of its picture")
        notes = {"#words": f"the words: {layer.text!r}"} if layer.kind == "type" else {}
        return [{**notes, **self._placed(layer.name, made, left, top), **self._moved(layer, left, top, opacity)}]

    def _placed(self, name: str, made: Any, left: int, top: int) -> dict[str, Any]:
        self._count += 1
        file = f"media/{self._count:03}-{slug(name) or 'layer'}.png"
        pixels.write_png(self._folder / file, made, self._depth, self._profile)
        where = {"transform": {"anchor": ["0", "0"], "position": [str(left), str(top)]}}
        return {"id": self._names.take(name, "layer"), "file": file, **where}

    def _moved(self, layer: Any, left: int, top: int, opacity: float) -> dict[str, Any]:
        look = self._look(layer, opacity)
        where = {"anchor": ["0", "0"], "position": [str(left), str(top)], **look.get("transform", {})}
        return {**look, "transform": where}

    def _look(self, layer: Any, opacity: float) -> dict[str, Any]:
        """How a layer is mixed: visibility, blend mode and opacity."""
        look: dict[str, Any] = {} if layer.visible else {"visible": False}
        mode = layer.blend_mode.name
        if mode not in ("NORMAL", "PASS_THROUGH"):
            look["blend"] = mode.lower().replace("_", "-")
        if mode == "DISSOLVE":
            self._report.add(self._place(layer), "dissolve", "its grains lie elsewhere than in Photoshop")
        fill = getattr(layer, "fill_opacity", 255)
        if fill < 255 and mode in _SPECIAL:
            self._report.add(self._place(layer), f"fill opacity in the mode {mode.lower()}", "it counts as opacity")
        whole = opacity * layer.opacity / 255 * fill / 255
        if whole < 1:
            look["transform"] = {"opacity": f"{whole * 100:.6g}%"}
        return look

    def _text(self, layer: Any, opacity: float) -> dict[str, Any]:
        self._report.add(self._place(layer), "the look of its words", "the scene's own font, at about its size")
        lines = layer.text.replace("\r", "\n").strip("\n")
        size = max(4, layer.height / max(1, lines.count("\n") + 1))
        look = self._look(layer, opacity)
        middle = [f"{layer.left + layer.width / 2:g}", f"{layer.top + layer.height / 2:g}"]
        text = {"content": literal(lines), "size": f"{size:.4g}", "fill": "#000000"}
        where = {"position": middle, **look.get("transform", {})}
        return {"id": self._names.take(layer.name, "text"), "text": text, **look, "transform": where}

    def _place(self, layer: Any) -> str:
        return f"layer {layer.name!r}"


def _fill(layer: Any) -> tuple[float, float, float] | None:
    """The colour of a fill layer, or of a shape that is filled with one."""
    for key in ("SOLID_COLOR_SHEET_SETTING", "VECTOR_STROKE_CONTENT_DATA"):
        data = layer.tagged_blocks.get_data(key) if layer.tagged_blocks else None
        colour = None if data is None else data.get(b"Clr ")
        if colour is not None and all(name in colour for name in (b"Rd  ", b"Grn ", b"Bl  ")):
            red, green, blue = (float(colour[name]) / 255 for name in (b"Rd  ", b"Grn ", b"Bl  "))
            return red, green, blue
    return None


def _profile(document: Any) -> bytes | None:
    found = document.image_resources.get_data(Resource.ICC_PROFILE)
    return bytes(found) if found else None
