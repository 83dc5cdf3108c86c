"""Adjustments of layered pictures: those that mean the same here become effects; the others are named."""

from __future__ import annotations

from typing import Any

from reelwork.exchange.report import Report


def adjusted(layer: Any, place: str, report: Report) -> list[Any]:
    """The effects of an adjustment layer, as a scene writes them; none where there are no equal ones."""
    match layer.kind:
        case "invert":
            return ["invert"]
        case "posterize":
            return [{"posterise": {"levels": str(max(2, min(256, int(layer.posterize))))}}]
        case "threshold":
            # what is at the level is white there, and half way here
            return [{"threshold": {"level": f"{(int(layer.threshold) - 0.5) / 255:.6g}"}}]
        case "levels":
            return _levels(layer, place, report)
        case "exposure" if not layer.exposure_offset and layer.gamma in (0, 1):
            return [{"exposure": {"stops": f"{layer.exposure:.6g}"}}]
        case "curves":
            return _curves(layer, place, report)
    report.add(place, f"an adjustment of kind {layer.kind}", "it is left out")
    return []


def _levels(layer: Any, place: str, report: Report) -> list[Any]:
    records = [_level(record) for record in list(layer.data)[:4]]
    whole, each = records[0], records[1:4]
    found: list[Any] = []
    plain = _level(None)
    if any(record != plain for record in each):
        found += _clipped({key: [f"{record[key]:.6g}" for record in each] for key in plain})
    if whole != plain:
        found += _clipped({key: f"{value:.6g}" for key, value in whole.items()})
    if whole != plain and any(record != plain for record in each):
        report.add(place, "levels of all channels and of each", "those of each come first")
    return found


def _clipped(keys: dict[str, Any]) -> list[Any]:
    """Levels whose white is white: Photoshop keeps nothing that is brighter; ours do, so the two halves are apart."""
    into = {key: value for key, value in keys.items() if not key.startswith("out-")}
    out = {key: value for key, value in keys.items() if key.startswith("out-")}
    found: list[Any] = [{"levels": into}, {"remap": {"clamp": "true"}}]
    return found if out == {"out-black": "0", "out-white": "1"} else [*found, {"levels": out}]


def _level(record: Any) -> dict[str, float]:
    if record is None:
        return {"black": 0.0, "white": 1.0, "gamma": 1.0, "out-black": 0.0, "out-white": 1.0}
    return {
        "black": record.input_floor / 255,
        "white": record.input_ceiling / 255,
        "gamma": record.gamma / 100,
        "out-black": record.output_floor / 255,
        "out-white": record.output_ceiling / 255,
    }


def _curves(layer: Any, place: str, report: Report) -> list[Any]:
    curves: dict[str, Any] = {}
    for record in getattr(layer.extra, "items", None) or list(layer.extra or ()):
        name = {0: "rgb", 1: "red", 2: "green", 3: "blue"}.get(int(record.channel_id))
        points = [[f"{into / 255:.6g}", f"{out / 255:.6g}"] for out, into in record.points][:8]
        if name is not None and len(points) >= 2:
            curves[name] = points
    if not curves:
        report.add(place, "curves that cannot be read", "they are left out")
        return []
    if any(len(points) > 2 for points in curves.values()):
        report.add(place, "the way of curves between their points", "here they never overshoot them")
    return [{"curves": curves}]
