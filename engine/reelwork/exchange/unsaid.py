"""What goes unsaid: the keys of a clip or of a scene that a format has no word for go in, findings come out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from reelwork.exchange.carried import mapping
from reelwork.exchange.report import Report
from reelwork.exchange.timeline import Clip, Stack, Timeline, clips_of

#: Keys whose parts formats carry, or do not, one by one.
_PARTED: Final = ("sound", "transform", "text", "canvas", "metadata")
#: What a layer shows that is no file; where a format cannot show it, that is told with what stands for it.
_MADE: Final = ("text", "shape", "generate", "adjustment", "slot", "solid")
#: What every format carries: a clip without sound has none there, what is not seen is disabled, or sound alone. What a
#: clip is made of is told where it is left out.
_ALWAYS: Final = frozenset(("visible", "sound.mute", "text.content", "text.asset", "filled-by", *_MADE))
#: The keys of a scene that every format carries; outputs are told one by one.
_OF_SCENES: Final = frozenset(("title", "canvas.fps", "outputs"))


def tell_unsaid(clip: Clip, carried: Collection[str], report: Report) -> None:
    """Find every key of a clip that is not carried.

    :param carried: the keys that the format has words for; parts as ``sound.gain``
    """
    keys = mapping(mapping(clip.metadata.get("reelwork")).get("keys"))
    lost = sorted(set(_said(keys)) - _ALWAYS - set(carried))
    lost += ["filled-by", "slot"] if "filled-by" in keys else []
    place = f"clip {clip.name!r}"
    if lost:
        report.add(place, f"its {', '.join(lost)}", "left out")
    others = sorted(set(clip.metadata) - {"reelwork"} - set(carried))
    if others:
        report.add(place, f"its metadata of other programs: {', '.join(others)}", "left out")
    if clip.effects:
        report.add(place, f"{len(clip.effects)} effect(s) of another program", "left out")
    if eased := sorted(set(clip.baked) & set(carried) & set(_said(keys))):
        report.add(place, f"the ease of its {', '.join(eased)}", "a key for each frame stands for it")


def tell_unsaid_of_scene(timeline: Timeline, carried: Collection[str], report: Report) -> None:
    """Find every key of a scene and of its compositions that is not carried."""
    scene = mapping(mapping(timeline.metadata.get("reelwork")).get("scene"))
    said = set(_said(scene)) - _OF_SCENES
    whole = mapping(scene.get("canvas")).get("size")
    if timeline.stack.size is None or whole != [str(side) for side in timeline.stack.size]:
        carried = set(carried) - {"canvas.size"}
    if lost := sorted(said - set(carried)):
        report.add("the scene", f"its {', '.join(lost)}", "left out; say it again where it is imported")
    if catalogue := mapping(timeline.metadata.get("reelwork")).get("catalogue"):
        report.add("the scene", "its catalogue", f"left out; say --catalogue {catalogue} where it is imported")
    for stack in (timeline.stack, *(clip.source for clip in clips_of(timeline.stack))):
        if not isinstance(stack, Stack):
            continue
        own = mapping(mapping(stack.metadata.get("reelwork")).get("composition"))
        if lost := sorted(set(own) - {"name"} - {key.removeprefix("composition.") for key in carried}):
            report.add(f"composition {own.get('name')}", f"its {', '.join(lost)}", "left out")


def tell_unsaid_of_outputs(timeline: Timeline, written: str, chapters: bool, report: Report) -> None:
    """Find every key of a scene's outputs that is not carried, for formats that have no word for outputs.

    :param written: the output whose composition and chapters are
    :param chapters: whether the format tells chapters from other markers
    """
    scene = mapping(mapping(timeline.metadata.get("reelwork")).get("scene"))
    for name, output in mapping(scene.get("outputs")).items():
        carried = {"composition", "chapters"} if name == written else set()
        if keys := sorted(set(mapping(output)) - carried):
            report.add(f"output {name}", f"its {', '.join(keys)}", "left out; an import makes an output of its own")
        if name == written and "chapters" in mapping(output) and not chapters:
            report.add(f"output {name}", "its chapters", "markers stand for them; say --chapters where it is imported")


def made_of(clip: Clip) -> str:
    """What a clip shows that is no file, as a scene says it: ``its shape``."""
    keys = mapping(mapping(clip.metadata.get("reelwork")).get("keys"))
    key = next((key for key in _MADE if key in keys), "")
    if not key and not isinstance(clip.source, Stack):
        key = clip.source.generator if clip.source.generator != "reelwork" else ""
    return f"its {key}" if key else "what it shows, which no file holds"


def is_group(stack: Stack) -> bool:
    """Whether it is a group of layers, which no frame cuts off."""
    return mapping(stack.metadata.get("reelwork")).get("group") is True


def _said(keys: Mapping[str, object]) -> list[str]:
    """The keys that are written, with those of their parts as ``sound.gain``."""
    said: list[str] = []
    for key, value in keys.items():
        parts = value if key in _PARTED and isinstance(value, Mapping) else None
        said += [key] if parts is None else [f"{key}.{part}" for part in parts]
    return said
