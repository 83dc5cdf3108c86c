"""Reading layers, clips, transitions, gaps and effects: nodes in, the scene's models out, complete even where wrong.

A layer is made of whatever could be read, so that the rules which look at several layers can go on; a scene with
problems never leaves the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reelwork import kinds
from reelwork.effect import Extension
from reelwork.extensions import KINDS, Registry, bearers, built_in
from reelwork.kinds import Kind, Param, field_name, params
from reelwork.scene import language
from reelwork.scene.animation import Curve
from reelwork.scene.meant import is_for_a_source
from reelwork.scene.model import (
    Clip,
    EffectUse,
    Gap,
    GapKeys,
    Item,
    Layer,
    TransitionKeys,
    TransitionUse,
)
from reelwork.scene.nodes import Broken, Node, Scalar, Sequence, item, join
from reelwork.scene.nodes import Mapping as MappingNode
from reelwork.scene.read_composed import build, instance, read_keys, read_param
from reelwork.scene.read_extensions import read_extension
from reelwork.scene.reading import BAD, Reader, Reading
from reelwork.scene.report import nearest, one_of, quote
from reelwork.scene.sources import (
    AdjustmentSource,
    AssetSource,
    CompositionSource,
    FileSource,
    GenerateSource,
    GroupSource,
    SequenceSource,
    ShapeSource,
    SlotSource,
    SolidSource,
    Source,
    SourceKeys,
    TextSource,
)
from reelwork.scene.wording import found

#: The keys of which a layer has exactly one.
SOURCES: Final = tuple(key for key in params(SourceKeys) if key != "filled-by")
#: All keys of a layer.
LAYER_KEYS: Final = params(SourceKeys) | language.keys_of(Layer)
#: All keys of a clip.
CLIP_KEYS: Final = params(SourceKeys) | language.keys_of(Clip)
#: What every effect takes beside its own parameters.
EFFECT_KEYS: Final = {
    "mix": Param(kinds.Ratio(bounded=True), 1.0, "How much of its result is taken, from 0% to 100%."),
    "enabled": Param(kinds.Boolean(), True, "`false` leaves it out.", animated=False),
}
# An error names no more extensions that may have been meant.
_MOST_MEANT: Final = 8
#: Where extensions of each kind are written.
_WRITTEN: Final = {
    "effects": "a layer's `effects`",
    "sound_effects": "the `effects` of a layer's `sound`",
    "merges": "`blend`",
    "generators": "`generate`",
    "transitions": "`transition`",
}
#: The sources that may have captions of their own.
_WORDED: Final = ("text", "file", "asset", "slot")
_TIMELESS: Final = ("adjustment", "shape", "solid", "text", "generate", "layers", "sequence")


def _read_layers(reading: Reading, kind: language.Layers, node: Node, path: str) -> Any:
    if not isinstance(node, Sequence):
        return reading.expected(kind, node, path)
    layers = (_layer(reading, child, item(path, i)) for i, child in enumerate(node.items))
    return tuple(layer for layer in layers if layer is not None)


def _layer(reading: Reading, node: Node, path: str) -> Layer | None:
    if not isinstance(node, MappingNode):
        _not_a_mapping(reading, node, path, "layer")
        return None
    for key in ("transition", "gap"):
        written = node.key(key)
        if written is not None:
            below = join(path, key)
            reading.report.add(f"a {key} stands in a `sequence`, not among layers", written.place, below)
            return None
    source, values = _source_and_values(reading, node, path, LAYER_KEYS, "a layer")
    return Layer(path=path, place=node.place, source=source, **values)


def _not_a_mapping(reading: Reading, node: Node, path: str, what: str) -> None:
    if isinstance(node, Broken):
        return
    remedy = ""
    if isinstance(node, Scalar) and node.text in SOURCES:
        remedy = f"write `- {node.text}: …`"
    reading.wrong(node, path, f"a {what} is a mapping with one of {one_of(SOURCES)}; found {found(node)}", remedy)


def _source_and_values(
    reading: Reading, node: MappingNode, path: str, known: Mapping[str, Param], what: str
) -> tuple[Source, dict[str, Any]]:
    reading.places[path] = node.place
    values = read_keys(reading, known, node, path, what)
    written = [key for key, _ in node.pairs if key.text in SOURCES]
    sources = {name: values.pop(name, None) for name in map(field_name, SOURCES)}
    filled_by = values.pop("filled_by", None)
    source = _source(sources, filled_by)
    if len(written) > 1:
        names = one_of((quote(key.text) for key in written), "and")
        reading.report.add(f"{what} has exactly one source; found {names}", written[1].place, path)
    elif not written and not any(
        is_for_a_source(reading.registry, key.text) for key, _ in node.pairs if key.text not in known
    ):
        reading.report.add(f"{what} needs a source: one of {one_of(SOURCES)}", node.place, path)
    _together(reading, node, path, values)
    return source, values


def _source(values: Mapping[str, Any], filled_by: str | None) -> Source:
    for name, make in _MAKERS.items():
        if values[name]:
            made: Source = make(values[name])
            return made
    if values["slot"]:
        slot: SlotSource = values["slot"]
        return (
            slot
            if filled_by is None
            else SlotSource(
                brief=slot.brief, kind=slot.kind, licence=slot.licence, closes=slot.closes, filled_by=filled_by
            )
        )
    if values["layers"] is not None:
        return GroupSource(values["layers"])
    if values["sequence"] is not None:
        return SequenceSource(values["sequence"])
    return AdjustmentSource()


_MAKERS: Final[dict[str, Any]] = {
    "asset": AssetSource,
    "file": FileSource,
    "composition": CompositionSource,
    "text": TextSource,
    "shape": ShapeSource,
    "solid": SolidSource,
    "generate": lambda chosen: GenerateSource(*chosen),
}


def _together(reading: Reading, node: MappingNode, path: str, values: Mapping[str, Any]) -> None:
    """Rules about keys of one layer that stand together."""
    keys = {key.text: key for key, _ in node.pairs}
    if "duration" in keys and "end" in keys:
        second = max(keys["duration"], keys["end"], key=lambda key: (key.place.line, key.place.column))
        reading.report.add("`duration` and `end` say the same; leave one out", second.place, join(path, second.text))
    if "filled-by" in keys and "slot" not in keys:
        reading.report.add("`filled-by` stands beside a `slot`", keys["filled-by"].place, join(path, "filled-by"))
    caption = values.get("caption")
    if caption and not any(key in keys for key in _WORDED) and not getattr(caption, "file", None):
        message, remedy = "only a `text` and films have words for captions", "name a file: `caption: words.srt`"
        reading.report.add(message, keys["caption"].place, join(path, "caption"), remedy)
    if "slot" in keys and "id" not in keys:
        reading.report.add(
            "a slot needs an `id`, by which people can answer it", keys["slot"].place, join(path, "slot")
        )
    adjustment = node.get("adjustment")
    if isinstance(adjustment, Scalar) and adjustment.text.lower() == "false":
        reading.wrong(adjustment, join(path, "adjustment"), "`adjustment` is `true` or left out")
    if "speed" in values and values["speed"] == 0:
        reading.report.add(
            "a speed of 0 shows one instant for ever",
            keys["speed"].place,
            join(path, "speed"),
            "freezing is not available yet",
        )
    shown = next((key for key in keys if key in SOURCES), None)
    if shown in _TIMELESS:
        for key in ("in", "speed", "loop"):
            if key in keys:
                _timeless(reading, keys[key], path, shown)


def _timeless(reading: Reading, key: Scalar, path: str, shown: str) -> None:
    remedy = "make it a composition of its own and retime that" if shown in ("layers", "sequence") else "leave it out"
    reading.report.add(
        f"{quote(key.text)} is for media and compositions, which have a time of their own",
        key.place,
        join(path, key.text),
        remedy,
    )


# ---- sequences ----


def _read_clips(reading: Reading, kind: language.Clips, node: Node, path: str) -> Any:
    if not isinstance(node, Sequence):
        return reading.expected(kind, node, path)
    if not node.items:
        return reading.wrong(node, path, "a sequence needs at least one clip")
    items = (_item(reading, child, item(path, i)) for i, child in enumerate(node.items))
    return tuple(each for each in items if each is not None)


def _item(reading: Reading, node: Node, path: str) -> Item | None:
    if not isinstance(node, MappingNode):
        _not_a_mapping(reading, node, path, "clip")
        return None
    if node.key("transition") is not None:
        return _transition(reading, node, path)
    if node.key("gap") is not None:
        reading.places[path] = node.place
        gap = build(reading, GapKeys, node, path, "a gap")
        return None if gap is BAD else Gap(gap.gap, node.place, path)
    for key in ("start", "parent", "blend"):
        written = node.key(key)
        if written is not None:
            reasons = {"start": ": it begins where the one before it ends"}
            below = join(path, key)
            reading.report.add(f"a clip of a sequence has no {quote(key)}{reasons.get(key, '')}", written.place, below)
    rest = MappingNode(
        tuple(pair for pair in node.pairs if pair[0].text not in ("start", "parent", "blend")), node.place, node.flow
    )
    source, values = _source_and_values(reading, rest, path, CLIP_KEYS, "a clip")
    return Clip(path=path, place=node.place, source=source, **values)


def _transition(reading: Reading, node: MappingNode, path: str) -> TransitionUse | None:
    reading.places[path] = node.place
    values = read_keys(reading, params(TransitionKeys), node, path, "a transition")
    keys = instance(reading, TransitionKeys, values, node, path, "a transition")
    if keys is BAD:
        return None
    name, parameters = keys.transition
    return TransitionUse(name, parameters, keys.duration, node.place, path)


# ---- what plugins bring ----


def _read_effects(reading: Reading, kind: language.Effects, node: Node, path: str) -> Any:
    if not isinstance(node, Sequence):
        remedy = "an effect stands in a list: write `- ` before it" if isinstance(node, Scalar | MappingNode) else ""
        return reading.expected(kind, node, path, remedy)
    uses = (_effect(reading, kind.of, child, item(path, i)) for i, child in enumerate(node.items))
    return tuple(use for use in uses if use is not None)


def _effect(reading: Reading, of: str, node: Node, path: str) -> EffectUse | None:
    chosen = _chosen(reading, node, path, of, EFFECT_KEYS)
    if chosen is None:
        return None
    name, values = chosen
    mix = values.pop("mix", Curve.constant(1.0))
    return EffectUse(name, values, mix, values.pop("enabled", True), node.place, path)


def _read_choosing(reading: Reading, kind: language.Choosing, node: Node, path: str) -> Any:
    duration = Param(kinds.Time(minimum=0.0), help="How long it takes.", animated=False)
    extra = dict.fromkeys(kind.extra, duration)
    return _chosen(reading, node, path, kind.of, extra) or BAD


def _chosen(
    reading: Reading,
    node: Node,
    path: str,
    of: str,
    extra: Mapping[str, Param],
) -> tuple[str, dict[str, Any]] | None:
    """The name of an extension and its parameters that were written, by their Python names."""
    if isinstance(node, Broken):
        return None
    table = reading.registry.table(of)
    written = _name_and_parameters(reading, node, path, table, of)
    if written is None:
        return None
    name, parameters = written
    cls = table.get(name.text)
    if cls is None:
        problem, remedy = _unknown(reading.registry, table, of, name.text)
        reading.report.add(problem, name.place, path, reading.registry.lost(name.text) or remedy)
        return None
    return name.text, read_extension(reading, cls, parameters, path, f"the {of} {quote(name.text)}", extra)


def _unknown(known: Registry, table: Mapping[str, type[Extension]], of: str, name: str) -> tuple[str, str]:
    """What is wrong with a name that stands for nothing, or for too much; and the remedy."""
    clashing = bearers(table, name)
    if clashing:
        return f"several packages bring {_a(of)} {quote(name)}", f"write {one_of(map(quote, clashing))}"
    other = next((kind for kind, there in known.tables.items() if name in there), None)
    if other is not None:
        remedy = f"{quote(name)} is {_a(KINDS[other].word)}, which is written under {_WRITTEN[other]}"
    else:
        remedy = _with_word(name, table) or nearest(name, tuple(table)) or f"`reelwork effects` lists all {of}s"
    return f"there is no {of} {quote(name)}", remedy


def _with_word(name: str, table: Iterable[str]) -> str:
    """Which of several are meant by a word of their names, as ``blur`` is one of ``gaussian-blur``."""
    found = sorted(each for each in table if name.lower() in each.split("-"))
    return f"did you mean {one_of(map(quote, found))}?" if 0 < len(found) <= _MOST_MEANT else ""


def _name_and_parameters(
    reading: Reading, node: Node, path: str, table: Mapping[str, type[Extension]], of: str
) -> tuple[Scalar, MappingNode] | None:
    form = f"the name of {_a(of)} or {{name: {{parameters}}}}"
    if isinstance(node, Scalar) and not node.is_empty:
        return node, MappingNode((), node.place)
    if not isinstance(node, MappingNode) or not node.pairs:
        reading.wrong(node, path, f"expected {form}, found {found(node)}")
        return None
    (name, value), *others = node.pairs
    if others:
        names = one_of((quote(key.text) for key, _ in others), "and")
        if name.text in table and isinstance(value, Scalar) and value.is_empty:
            reading.report.add(
                f"the parameters of {quote(name.text)} stand at its own indent: {names}",
                others[0][0].place,
                path,
                f"indent them further than {quote(name.text)}",
            )
        else:
            names = one_of((quote(key.text) for key, _ in node.pairs), "and")
            reading.report.add(f"expected {form}, found a mapping with {names}", name.place, path)
        return None
    if isinstance(value, Scalar) and value.is_empty:
        return name, MappingNode((), value.place)
    if isinstance(value, Broken):
        return None
    if not isinstance(value, MappingNode):
        reading.wrong(value, path, f"expected the parameters of {quote(name.text)} as a mapping, found {found(value)}")
        return None
    return name, value


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _read_made(reading: Reading, kind: language.Made, node: Node, path: str) -> Any:
    cls = built_in(reading.registry.generators, kind.generator)
    if cls is None:
        return reading.wrong(node, path, f"no plugin of this machine brings the generator {quote(kind.generator)}")
    if isinstance(node, MappingNode):
        return read_extension(reading, cls, node, path, f"the {kind.generator}", {})
    if kind.shorthand is None or not isinstance(node, Scalar):
        return reading.expected(kind, node, path)
    value = read_param(reading, cls.params()[kind.shorthand], node, path)
    return BAD if value is BAD else {field_name(kind.shorthand): value}


#: The function that reads each kind that layers are made of.
LAYERS: Final[Mapping[type[Kind], Reader]] = {
    language.Layers: _read_layers,
    language.Clips: _read_clips,
    language.Effects: _read_effects,
    language.Choosing: _read_choosing,
    language.Made: _read_made,
}
