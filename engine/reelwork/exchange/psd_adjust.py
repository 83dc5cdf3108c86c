"""Adjustments of layered pictures become effects: those that mean the same, or tables; the others are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from reelwork.exchange import psd_formulas as formulas
from reelwork.exchange.psd_tables import Array, cube_table, curve_table
from reelwork.exchange.report import Report

#: Writes a file beside the scene: its ending and its bytes go in, its place comes out.
Save = Callable[[str, bytes], str]

_CODES: Final = np.arange(256) / 255
_FINE: Final = np.arange(1024) / 1023
_CLAMP: Final[dict[str, Any]] = {"remap": {"clamp": "true"}}
_LUTS: Final = {"LUTFormatCUBE": ".cube", "LUTFormat3DL": ".3dl", "LUTFormatLOOK": ".look"}
#: So much of a colour lookup's file is taken.
_LARGEST: Final = 64 * 2**20


class Adjuster:
    """Says what effects an adjustment layer is."""

    def __init__(self, report: Report, save: Save) -> None:
        self._report = report
        self._save = save

    def effects(self, layer: Any, place: str) -> list[Any]:
        """The effects, as a scene writes them; none where there are no equal ones."""
        match layer.kind:
            case "invert":
                return ["invert"]
            case "posterize":
                return [{"posterise": {"levels": str(max(2, min(256, int(layer.posterize))))}}]
            case "threshold":
                # what is at the level is white there, and half way here
                return [{"threshold": {"level": f"{(int(layer.threshold) - 0.5) / 255:.6g}"}}]
            case "levels":
                return _levels(layer)
            case "exposure":
                return _exposure(layer)
            case "curves":
                return self._curves(layer, place)
            case "brightnesscontrast":
                return self._brightness(layer)
            case "huesaturation":
                return self._hue(layer, place)
            case "blackandwhite":
                return self._grey(layer, place)
            case "channelmixer":
                return self._mixer(layer, place)
            case "selectivecolor":
                return self._selective(layer, place)
            case "gradientmap":
                return self._gradient(layer, place)
            case "colorlookup":
                return self._lookup(layer, place)
        return self._left_out(layer, place)

    def _left_out(self, layer: Any, place: str) -> list[Any]:
        """An adjustment whose formula is nowhere published: its numbers, for whoever wants to do the like."""
        match layer.kind:
            case "vibrance":
                said = f"vibrance {layer.vibrance}, saturation {layer.saturation}"
                self._report.add(place, said, "it is left out; `grade` has a saturation")
            case "colorbalance":
                shifts = (layer.shadows, layer.midtones, layer.highlights)
                said = "colour balance, " + ", ".join(
                    f"{name} {' '.join(f'{part:+d}' for part in shift)}"
                    for name, shift in zip(("shadows", "midtones", "highlights"), shifts, strict=True)
                )
                self._report.add(place, said, "it is left out; `colour-balance` does the like by other weights")
            case "photofilter":
                said = f"a photo filter of {layer.density} %"
                self._report.add(place, said, "it is left out; `white-balance` and `tint` do the like")
            case _:
                self._report.add(place, f"an adjustment of kind {layer.kind}", "it is left out")
        return []

    def _curve_file(self, values: Array) -> dict[str, Any]:
        """A table for each channel."""
        each = values if values.ndim == 2 else np.repeat(values[:, None], 3, -1)
        return {"lut": {"file": self._save(".cube", curve_table(each).encode())}}

    def _cube(self, function: Callable[[Array], Array], place: str, what: str) -> list[Any]:
        """A cube of all colours, the loss of which is told."""
        table, error = cube_table(function)
        made = [{"lut": {"file": self._save(".cube", table.encode())}}]
        close = "" if error < 2.5 else f", at most {error:.0f} of 255 codes off"
        self._report.add(place, what, f"it is a table{close}")
        return made

    def _curves(self, layer: Any, place: str) -> list[Any]:
        curves = _channels(layer.data)
        if not curves:
            self._report.add(place, "curves that cannot be read", "they are left out")
            return []
        tables = {name: _bent(shape, _CODES) for name, shape in curves.items()}
        if all(_is_plain(shape, tables[name]) for name, shape in curves.items()):
            points = {name: [[f"{a:.6g}", f"{b:.6g}"] for a, b in _held(shape)] for name, shape in curves.items()}
            whole = points.pop("rgb", None)
            # there the curves of each channel come first
            return [{"curves": part} for part in (points, {"rgb": whole} if whole else {}) if part]
        fine = {name: _bent(shape, _FINE) for name, shape in curves.items()}
        each = np.stack([fine.get(name, _FINE) for name in ("red", "green", "blue")], -1)
        if "rgb" in fine:
            each = np.stack([np.interp(each[:, channel], _FINE, fine["rgb"]) for channel in range(3)], -1)
        self._report.add(place, "curves that bend as ours do not", "they are a table")
        return [self._curve_file(each)]

    def _brightness(self, layer: Any) -> list[Any]:
        light, contrast = layer.brightness, layer.contrast
        if not layer.use_legacy:
            return [self._curve_file(formulas.brightened(_FINE, light, contrast))] if light or contrast else []
        return legacy_brightness(light, contrast, layer.mean)

    def _hue(self, layer: Any, place: str) -> list[Any]:
        if layer.enable_colorization:
            return self._cube(lambda colours: formulas.hue_shifted(colours, layer), place, "colorizing")
        hue, saturation, lightness = layer.master
        if any(any(settings) for _, settings in layer.data):
            what = "hue and saturation of ranges"
        elif saturation > 0:
            what = "more saturation, which ends where colours are full"
        else:
            keys = {
                "hue": f"{hue}",
                "saturation": f"{(100 + saturation) / 100:g}",
                "lightness": f"{lightness / 100:g}",
            }
            return [{"hue-saturation": keys}] if hue or saturation or lightness else []
        return self._cube(lambda colours: formulas.hue_shifted(colours, layer), place, what)

    def _grey(self, layer: Any, place: str) -> list[Any]:
        if layer.use_tint:
            self._report.add(place, "the tint of black and white", "it is left out; `tint` does the like")
        names = ("red", "yellow", "green", "cyan", "blue", "magenta")
        return [{"black-and-white": {f"{name}s": f"{getattr(layer, name) / 100:g}" for name in names}}, _CLAMP]

    def _mixer(self, layer: Any, place: str) -> list[Any]:
        rows = [list(layer.data), *_rows_of(layer._data.unknown)]
        rows = rows[:1] * 3 if layer.monochrome else rows[:3]
        if len(rows) < 3:
            self._report.add(place, "a channel mixer that cannot be read", "it is left out")
            return []
        numbers = [[*row[:3], row[4]] for row in rows]
        return [*self._cube(lambda colours: formulas.mixed(colours, numbers), place, "a channel mixer"), _CLAMP]

    def _selective(self, layer: Any, place: str) -> list[Any]:
        plates = [list(plate) for plate in layer.data[1:10]]
        if not any(any(plate) for plate in plates):
            return []
        relative = not layer.method
        return self._cube(
            lambda colours: formulas.selected(colours, plates, relative=relative), place, "selective colour"
        )

    def _gradient(self, layer: Any, place: str) -> list[Any]:
        stops = sorted((stop.location / 4096, _rgb(stop)) for stop in layer.color_stops or () if stop.mode == 0)
        if len(stops) < 2 or len(stops) < len(layer.color_stops) or layer.mode:
            self._report.add(place, "a gradient map of noise, or of colours that are not RGB", "it is left out")
            return []
        if layer.interpolation:
            self._report.add(place, "the smoothness of a gradient", "its colours run straight from stop to stop")
        if any(stop.midpoint not in (0, 50) for stop in layer.color_stops):
            self._report.add(place, "midpoints of a gradient", "they lie half way between its stops")
        at = 1 - _FINE if layer.reversed else _FINE
        even = all(abs(place - index / (len(stops) - 1)) < 2e-4 for index, (place, _) in enumerate(stops))
        if even and len(stops) <= 8:
            colours = ["#" + "".join(f"{round(part * 255):02x}" for part in colour) for _, colour in stops]
            return [{"gradient-map": {"colours": colours[::-1] if layer.reversed else colours}}]
        grey = {"gradient-map": {"colours": ["#000000", "#ffffff"]}}
        return [grey, self._curve_file(formulas.stops_at(at, stops))]

    def _lookup(self, layer: Any, place: str) -> list[Any]:
        data = layer._data
        file = _value(data.get(b"LUT3DFileData"))
        ending = _LUTS.get(_name_of(data.get(b"LUTFormat")))
        if not isinstance(file, bytes) or ending is None or len(file) > _LARGEST:
            self._report.add(place, "a colour lookup by a profile", "it is left out; a LUT as a file is taken")
            return []
        return [{"lut": {"file": self._save(ending, file)}}]


def legacy_brightness(light: int, contrast: int, mean: int) -> list[Any]:
    """Brightness and contrast before Photoshop CS3: light is added, contrast stretches around the mean.

    More contrast comes after the light, less before it.
    """
    pivot, added = mean / 255, light / 255
    if contrast > 0:
        slope = 1 / max(1 - contrast / 100, 1e-3)
        black = pivot - pivot / slope - added
        return [{"levels": {"black": f"{black:.6g}", "white": f"{black + 1 / slope:.6g}"}}, _CLAMP]
    slope = 1 + contrast / 100
    low = pivot - slope * pivot + added
    return [{"levels": {"out-black": f"{low:.6g}", "out-white": f"{low + slope:.6g}"}}, _CLAMP]


def _levels(layer: Any) -> list[Any]:
    records = [_level(record) for record in list(layer.data)[:4]]
    whole, each = records[0], records[1:4]
    found: list[Any] = []
    plain = _level(None)
    if any(record != plain for record in each):
        found += _clipped({key: [f"{record[key]:.6g}" for record in each] for key in plain})
    if whole != plain:
        found += _clipped({key: f"{value:.6g}" for key, value in whole.items()})
    return found


def _clipped(keys: dict[str, Any]) -> list[Any]:
    """Levels whose white is white: Photoshop keeps nothing that is brighter; ours do, so the two halves are apart."""
    into = {key: value for key, value in keys.items() if not key.startswith("out-")}
    out = {key: value for key, value in keys.items() if key.startswith("out-")}
    found: list[Any] = [{"levels": into}, _CLAMP]
    plain = ({"out-black": "0", "out-white": "1"}, {"out-black": ["0"] * 3, "out-white": ["1"] * 3})
    return found if out in plain else [*found, {"levels": out}]


def _level(record: Any) -> dict[str, float]:
    if record is None:
        return {"black": 0.0, "white": 1.0, "gamma": 1.0, "out-black": 0.0, "out-white": 1.0}
    black = min(record.input_floor, 254) / 255
    return {
        "black": black,
        "white": max(record.input_ceiling / 255, black + 1 / 255),
        "gamma": min(max(record.gamma / 100, 0.01), 9.99),
        "out-black": record.output_floor / 255,
        "out-white": record.output_ceiling / 255,
    }


def _exposure(layer: Any) -> list[Any]:
    """Light times a power of two, an offset, and a gamma, in this order: a CDL's slope, offset and power."""
    stops = max(-20.0, min(20.0, layer.exposure))
    gamma = min(max(layer.gamma or 1.0, 0.01), 9.99)
    if not layer.exposure_offset and gamma == 1:
        return [{"exposure": {"stops": f"{stops:.6g}"}}]
    keys = {
        "slope": f"{2**stops:.9g}",
        "offset": f"{max(-1.0, min(1.0, layer.exposure_offset)):.9g}",
        "power": f"{1 / gamma:.9g}",
    }
    return [{"cdl": keys}, _CLAMP]


def _channels(data: Any) -> dict[str, Any]:
    """The curves of a layer by their channels: points ``(from, to)``, or 256 values."""
    names = ("rgb", "red", "green", "blue")
    found: dict[str, Any] = {}
    if data is None:
        return found
    if data.extra is not None:
        records = [(int(item.channel_id), item.points) for item in data.extra]
    else:
        numbers = (
            [bit for bit in range(32) if data.count_map >> bit & 1] if data.version == 1 else range(len(data.data))
        )
        records = list(zip(numbers, data.data, strict=False))
    for number, points in records:
        if not 0 <= number < len(names):
            continue
        if points and isinstance(points[0], int):
            found[names[number]] = np.array(points, np.float64) / 255
        else:
            known = {into: out for out, into in points}
            shape = [(into / 255, out / 255) for into, out in sorted(known.items())]
            if len(shape) >= 2:
                found[names[number]] = shape
    return found


def _bent(shape: Any, at: Array) -> Array:
    if isinstance(shape, np.ndarray):
        return np.interp(at, _CODES, shape)
    return formulas.smooth_curve(shape, at)


def _held(shape: Any) -> list[tuple[float, float]]:
    """Points from 0 to 1: what lies beyond the first and the last is as they are."""
    head = [(0.0, shape[0][1])] if shape[0][0] > 0 else []
    tail = [(1.0, shape[-1][1])] if shape[-1][0] < 1 else []
    return [*head, *shape, *tail]


def _is_plain(shape: Any, wanted: Array) -> bool:
    """Whether the effect ``curves`` does the same."""
    if isinstance(shape, np.ndarray):
        return False
    points = _held(shape)
    return len(points) <= 8 and formulas.is_monotone(points, wanted, _CODES)


def _rows_of(data: bytes) -> list[list[int]]:
    """The channel mixer's rows after the first, five numbers each."""
    numbers = np.frombuffer(data[: len(data) // 10 * 10], ">i2").astype(int)
    return [list(map(int, row)) for row in numbers.reshape(-1, 5)]


def _rgb(stop: Any) -> Sequence[float]:
    return tuple(part / 65535 for part in stop.color[:3])


def _value(found: Any) -> Any:
    return getattr(found, "value", found)


def _name_of(found: Any) -> str:
    """The name of an enumerated value, which is bytes or an enumeration."""
    name = getattr(found, "enum", None)
    name = getattr(name, "value", name)
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
