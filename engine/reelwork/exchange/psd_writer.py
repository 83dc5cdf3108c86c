"""Layers of a layered picture: psd-tools' layers go in, layers as a scene writes them come out, and their pictures.

Masks of adjustments, and masks and opacity of groups that pass through, act on what lies below: that goes into a
composition, which is shown twice, once as it was and once changed, each as far as the mask says.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from psd_tools.compression import PSDDecompressionWarning
from psd_tools.constants import Knockout, Resource, Tag

from reelwork.exchange import psd_pixels as pixels
from reelwork.exchange.carried import Names, slug
from reelwork.exchange.files import write_bytes
from reelwork.exchange.psd_adjust import Adjuster
from reelwork.exchange.psd_styles import Styles
from reelwork.exchange.report import Report
from reelwork.exchange.yaml import literal

#: How long the scene of a picture is.
LASTS: Final = "5s"
#: Modes in which fill opacity is not plain opacity.
_SPECIAL: Final = (
    *("COLOR_BURN", "LINEAR_BURN", "COLOR_DODGE", "LINEAR_DODGE"),
    *("VIVID_LIGHT", "LINEAR_LIGHT", "HARD_MIX", "DIFFERENCE"),
)
_WITH_PIXELS: Final = ("pixel", "type", "shape", "smartobject", "solidcolorfill", "gradientfill", "patternfill")
#: How many layers what lies below may have, all that it shows counted, before masks over it are given up.
_MOST: Final = 8_000

Layers = list[dict[str, Any]]


class PictureWriter:
    """Writes the layers of one document, and the compositions that they need.

    :ivar compositions: as a scene writes them, by their names
    :ivar at: the layer that is being written, for messages; empty before the first one
    """

    def __init__(self, document: Any, folder: Path, report: Report, *, live_text: bool, overwrite: bool) -> None:
        self.compositions: dict[str, Any] = {}
        self.at = ""
        self._document = document
        self._folder = folder
        self._live_text = live_text
        self._overwrite = overwrite
        self._report = report
        self._names = Names()
        self._below = Names()
        self._count = 0
        self._weights: dict[str, int] = {}
        self._adjuster = Adjuster(report, self._saved)
        self._styles = Styles(document, report)
        mode = document.color_mode.name
        self._depth = 16 if document.depth > 8 and mode in ("RGB", "GRAYSCALE") else 8
        self._profile = _profile(document) if mode == "RGB" else None
        if mode not in ("RGB", "GRAYSCALE"):
            report.add("the document", f"its colours are {mode}", "they become sRGB by its profile, with 8 bits")
        if document.depth == 32:
            report.add("the document", "32 bits a channel", "they become 16, from black to white")

    def layers(self, items: Sequence[Any]) -> Layers:
        """The layers of a document or a group, from the bottom."""
        found: Layers = []
        self._paint(items, found)
        return found

    def merged(self) -> Layers:
        """The picture of a document without layers."""
        image = self._document.topil()
        if image is None:
            return []
        self._report.add("the document", "it has no layers", "its merged picture is one")
        return [self._placed("merged", np.asarray(image.convert("RGBA"), np.float64) / 255, 0, 0)]

    def _paint(self, items: Sequence[Any], found: Layers) -> None:
        """Add layers to what lies below them, which adjustments and groups that pass through may replace."""
        index = 0
        while index < len(items):
            clipped = index + 1
            while clipped < len(items) and items[clipped].clipping:
                clipped += 1
            if clipped > index + 1 and not items[index].clipping and items[index].kind in (*_WITH_PIXELS, "group"):
                found += self._clipped(items[index], items[index + 1 : clipped])
            else:
                clipped = index + 1
                self._layer(items[index], found)
            index = clipped

    def _clipped(self, base: Any, clipped: Sequence[Any]) -> Layers:
        """A layer with those that are clipped to it: a group, which is mixed as its base is."""
        bottom: Layers = []
        self._layer(base, bottom)
        if not bottom:
            return []
        own = self._look(base)
        for layer in bottom:
            layer.pop("blend", None)
            layer.pop("visible", None)
            layer.get("transform", {}).pop("opacity", None)
        effects = [effect for layer in bottom for effect in layer.pop("effects", [])]
        if len(bottom) > 1 or "file" not in bottom[0]:
            name = self._put_below(bottom)
            bottom = [{"composition": name}]
        inside = list(bottom)
        for layer in clipped:
            plain = layer.blend_mode.name == "NORMAL" and not self._styles.has(layer)
            if plain and layer.kind in _WITH_PIXELS:
                inside += [{**part, "blend": "source-atop"} for part in self._alone(layer)]
            elif layer.kind in _WITH_PIXELS or layer.is_group():
                inside += self._cut(layer, bottom[0])
            else:
                self._layer(layer, inside)
        ident = self._names.take(f"{base.name} with clipped", "clipped")
        return [{"id": ident, "layers": inside, **({"effects": effects} if effects else {}), **own}]

    def _alone(self, layer: Any) -> Layers:
        found: Layers = []
        self._layer(layer, found)
        return found

    def _cut(self, layer: Any, base: dict[str, Any]) -> Layers:
        """A layer of any blend mode that is clipped: as much of it as there is of its base."""
        parts = self._alone(layer)
        if not parts:
            return []
        look = self._look(layer)
        if len(parts) == 1:
            parts[0].pop("blend", None)
            parts[0].pop("visible", None)
            parts[0].get("transform", {}).pop("opacity", None)
        cut = {**base, "blend": "destination-in"}
        if "id" in cut:
            cut["id"] = self._names.take(f"{cut['id']} again", "again")
        return [{"id": self._names.take(f"{layer.name} clipped", "clipped"), "layers": [*parts, cut], **look}]

    def _layer(self, layer: Any, found: Layers) -> None:
        self.at = self._place(layer)
        self._tell(layer)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", PSDDecompressionWarning)
            self._written(layer, found)
        if any(issubclass(each.category, PSDDecompressionWarning) for each in told) and not layer.is_group():
            self._report.add(self._place(layer), "some of its pixels are damaged", "they are black")

    def _written(self, layer: Any, found: Layers) -> None:
        if layer.is_group():
            self._group(layer, found)
        elif layer.kind in _WITH_PIXELS:
            found += self._picture(layer)
        else:
            self._adjustment(layer, found)

    def _tell(self, layer: Any) -> None:
        """Report what no layer here has."""
        place = self._place(layer)
        blocks = layer.tagged_blocks
        knockout = blocks.get_data(Tag.KNOCKOUT_SETTING) if blocks else None
        if knockout is not None and int(knockout) != int(Knockout.NONE):
            self._report.add(place, "a knockout", "it is painted over what is below it")
        if _has_ranges(layer):
            self._report.add(place, "blending by brightness ('Blend If')", "it is blended everywhere")

    def _adjustment(self, layer: Any, found: Layers) -> None:
        effects = self._adjuster.effects(layer, self._place(layer))
        mask = pixels.mask_of(layer, self._document)
        if not effects or not found:
            return
        ident = self._names.take(layer.name, "adjustment")
        look = self._look(layer)
        if mask is not None and not layer.visible:
            self._report.add(self._place(layer), "the mask of a hidden adjustment", "it acts everywhere if it is shown")
            mask = None
        if mask is not None and self._is_heavy(found, layer):
            mask = None
        if mask is None:
            found.append({"id": ident, "adjustment": True, "effects": effects, **look})
            return
        name = self._put_below(found)
        changed = {"composition": name, "effects": effects}
        if "blend" in look:
            cut = [changed, self._mask(layer.name, mask, "destination-in")]
            found[:] = [{"composition": name}, {"id": ident, "layers": cut, **look}]
        else:
            found[:] = self._between(ident, name, [changed], mask, _opacity(layer))

    def _group(self, group: Any, found: Layers) -> None:
        mask = pixels.mask_of(group, self._document)
        if group.kind == "artboard":
            board = np.zeros((self._document.height, self._document.width))
            size = (max(0, group.height), max(0, group.width))
            pixels.paste(board, np.ones(size), group.left, group.top)
            mask = board if mask is None else mask * board
            self._report.add(self._place(group), "an artboard", "it is a group with its edges, without its background")
        if group.blend_mode.name == "PASS_THROUGH":
            self._through(group, mask, found)
            return
        inside = self.layers(list(group))
        if mask is not None:
            inside.append(self._mask(group.name, mask, "destination-in"))
        effects = self._styles.effects(group, self._place(group))
        ident = self._names.take(group.name, "group")
        found.append({"id": ident, "layers": inside, **({"effects": effects} if effects else {}), **self._look(group)})

    def _through(self, group: Any, mask: Any, found: Layers) -> None:
        """A group whose layers are mixed with what is below it."""
        note = {"#group": f"{group.name!r} passes through: its layers are mixed with what is below"}
        opacity = _opacity(group)
        if self._styles.has(group):
            self._report.add(self._place(group), "the layer style of a group that passes through", "it is left out")
        if not group.visible:
            hidden = self.layers(list(group))
            for layer in hidden:
                layer["visible"] = False
            if hidden:
                found += [{**note, **hidden[0]}, *hidden[1:]]
            return
        if (mask is None and opacity == 1) or self._is_heavy(found, group):
            inside: Layers = found
            before = len(found)
            self._paint(list(group), inside)
            if len(found) > before:
                found[before] = {**note, **found[before]}
            return
        ident = self._names.take(group.name, "group")
        start: Layers = [{"composition": self._put_below(found)}] if found else []
        name = start[0]["composition"] if start else None
        self._paint(list(group), start)
        found[:] = self._between(ident, name, start, mask, opacity)

    def _between(self, ident: str, below: str | None, changed: Layers, mask: Any, opacity: float) -> Layers:
        """What is below, and what became of it, as far as a mask and an opacity say."""
        if mask is None:
            kept: dict[str, Any] = {"composition": below, "transform": {"opacity": _percent(1 - opacity)}}
            over: dict[str, Any] = {"id": ident, "layers": changed, "transform": {"opacity": _percent(opacity)}}
        else:
            shade = self._mask(ident, mask * opacity, "destination-in")
            rest = {**shade, "id": self._names.take(f"{shade['id']} rest", "rest"), "blend": "destination-out"}
            kept = {"layers": [{"composition": below}, rest]}
            over = {"id": ident, "layers": [*changed, shade]}
        return [kept, {**over, "blend": "plus"}] if below is not None else [over]

    def _put_below(self, found: Layers) -> str:
        """A composition of what lies below."""
        name = self._below.take("below-1", "below")
        self.compositions[name] = {"duration": LASTS, "layers": list(found)}
        self._weights[name] = self._weight(found)
        return name

    def _weight(self, layers: Layers) -> int:
        """How many layers these are, with all that they show."""
        return sum(
            1 + self._weight(layer.get("layers", [])) + self._weights.get(layer.get("composition", ""), 0)
            for layer in layers
        )

    def _is_heavy(self, found: Layers, layer: Any) -> bool:
        """Whether so much lies below already that it cannot be shown twice again."""
        if self._weight(found) * 2 < _MOST:
            return False
        self._report.add(
            self._place(layer), "one more mask or opacity over so many others", "it acts everywhere, and wholly"
        )
        return True

    def _picture(self, layer: Any) -> Layers:
        place = self._place(layer)
        if layer.kind == "type" and self._live_text:
            return [self._text(layer)]
        drawn = pixels.drawn(layer, self._document)
        if drawn is None:
            if layer.kind != "pixel":
                self._report.add(place, f"a layer of kind {layer.kind} without pixels", "it is left out")
            return []
        if drawn.lacks:
            self._report.add(place, drawn.lacks, "it is left out")
        made, left, top = drawn.colours, drawn.left, drawn.top
        mask = pixels.mask_of(layer, self._document)
        if mask is not None:
            made[..., 3] *= pixels.window(mask, left, top, made.shape[1], made.shape[0])
        effects = self._styles.effects(layer, place)
        over = self._styles.overlays(layer, place, drawn)
        if layer.kind == "type":
            words = " ".join(layer.text.split())[:60]
            self._report.add(place, f"its words, {words!r}", "a picture of them; --text live makes text of them")
        elif layer.kind == "smartobject":
            self._report.add(place, "a smart object", "a picture as it is seen; the file inside is left out")
        notes = {"#words": f"the words: {layer.text!r}"} if layer.kind == "type" else {}
        look = self._look(layer)
        picture = {**notes, **self._placed(layer.name, made, left, top)}
        if not over:
            where = {**picture["transform"], **look.get("transform", {})}
            return [{**picture, **({"effects": effects} if effects else {}), **look, "transform": where}]
        painted: Layers = [picture]
        for overlay in over:
            coloured = overlay.colours
            coloured[..., 3] *= made[..., 3] if overlay.blend != "normal" else 1.0
            part = self._placed(f"{layer.name} {overlay.name}", coloured, left, top)
            part["transform"]["opacity"] = _percent(overlay.opacity)
            painted.append({**part, "blend": "source-atop" if overlay.blend == "normal" else overlay.blend})
        ident = self._names.take(f"{layer.name} with style", "style")
        return [{"id": ident, "layers": painted, **({"effects": effects} if effects else {}), **look}]

    def _mask(self, name: str, mask: Any, blend: str) -> dict[str, Any]:
        """A mask over the document as a white picture."""
        white = np.ones((*mask.shape, 4))
        white[..., 3] = mask
        return {**self._placed(f"{name} mask", white, 0, 0), "blend": blend}

    def _placed(self, name: str, made: Any, left: int, top: int) -> dict[str, Any]:
        file = self._file(name, ".png")
        pixels.write_png(self._folder / file, made, self._depth, self._profile)
        where = {"anchor": ["0", "0"], "position": [str(left), str(top)]}
        return {"id": self._names.take(name, "layer"), "file": file, "transform": where}

    def _saved(self, ending: str, data: bytes) -> str:
        file = self._file("table", ending)
        write_bytes(self._folder / file, data)
        return file

    def _file(self, name: str, ending: str) -> str:
        self._count += 1
        stem = f"media/{self._count:03}-{slug(name) or 'layer'}"
        file, number = f"{stem}{ending}", 2
        while not self._overwrite and (self._folder / file).exists():
            file, number = f"{stem}-{number}{ending}", number + 1
        return file

    def _look(self, layer: Any) -> dict[str, Any]:
        """How a layer is mixed: visibility, blend mode and opacity."""
        look: dict[str, Any] = {} if layer.visible else {"visible": False}
        mode = layer.blend_mode.name
        if mode not in ("NORMAL", "PASS_THROUGH"):
            look["blend"] = mode.lower().replace("_", "-")
        if mode == "DISSOLVE":
            self._report.add(self._place(layer), "dissolve", "its grains lie elsewhere than in Photoshop")
        fill = getattr(layer, "fill_opacity", 255)
        if fill < 255 and (mode in _SPECIAL or self._styles.has(layer)):
            where = f"in the mode {mode.lower()}" if mode in _SPECIAL else "below a layer style"
            self._report.add(self._place(layer), f"fill opacity {where}", "it counts as opacity")
        whole = _opacity(layer)
        if whole < 1:
            look["transform"] = {"opacity": _percent(whole)}
        return look

    def _text(self, layer: Any) -> dict[str, Any]:
        self._report.add(self._place(layer), "the look of its words", "the scene's own font, at about its size")
        lines = layer.text.replace("\r", "\n").strip("\n")
        size = max(4, layer.height / max(1, lines.count("\n") + 1))
        look = self._look(layer)
        middle = [f"{layer.left + layer.width / 2:g}", f"{layer.top + layer.height / 2:g}"]
        text = {"content": literal(lines), "size": f"{size:.4g}", "fill": "#000000"}
        where = {"position": middle, **look.get("transform", {})}
        return {"id": self._names.take(layer.name, "text"), "text": text, **look, "transform": where}

    def _place(self, layer: Any) -> str:
        return f"layer {layer.name!r}"


def _opacity(layer: Any) -> float:
    return float(layer.opacity / 255 * getattr(layer, "fill_opacity", 255) / 255)


def _percent(share: float) -> str:
    return f"{share * 100:.6g}%"


def _has_ranges(layer: Any) -> bool:
    """Whether how much is blended depends on brightness."""
    ranges = layer._record.blending_ranges
    every = [ranges.composite_ranges, *(ranges.channel_ranges or ())]
    return any(pair and [tuple(part) for part in pair] != [(0, 65535), (0, 65535)] for pair in every)


def _profile(document: Any) -> bytes | None:
    found = document.image_resources.get_data(Resource.ICC_PROFILE)
    return bytes(found) if found else None
