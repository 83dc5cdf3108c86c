"""Every key of the scene format goes through each format of exchange, or is named in the report.

The keys are walked in the schema's own models: one that is new has no sample here, and the test says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from catalogue.shelves import record, shelf
from exchange.exchanging import by_hand, exported, imported
from media_table import media
from PIL import Image

from reelwork.exchange.report import Finding
from reelwork.kinds import Param, field_name
from reelwork.media.sound.source import AudioSource
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Prepared, Settings, prepare
from reelwork.render.produce import chosen_output
from reelwork.scene import model, nodes
from reelwork.scene.captions import CaptionsOf
from reelwork.scene.language import keys_of
from reelwork.scene.output import Output
from reelwork.scene.sources import SourceKeys
from reelwork.sound.mix import mix
from reelwork.sound.voices import collect_voices

FORMATS = ("otio", "edl", "fcpxml", "xml")
#: How long each sample has the film, frames; the one that is painted shows what moves on its way.
SLOT, LASTS, SHOWN = 8, 6, 3
FPS = 24
#: What parts the keys of a clip, beside its own, stand in.
PARTS = {"transform": model.Transform, "sound": model.Sound, "credit": model.Credit, "caption": CaptionsOf}
A = "file: media/a.mp4, in: 8f, duration: 6f"


@dataclass(frozen=True)
class Sample:
    """A clip or a layer with one key that is not as by default.

    :param clip: the keys of what stands in the sequence
    :param layers: layers over it, with ``@`` for the frame at which its slot begins; the last one has the key
    """

    clip: str = ""
    layers: tuple[str, ...] = ()


def _clip(keys: str, rest: str = A) -> Sample:
    return Sample(f"{rest}, {keys}")


def _over(*layers: str) -> Sample:
    return Sample(A, layers)


SAMPLES: dict[str, Sample] = {
    "id": _clip("fields: auto"),
    "duration": Sample("file: media/a.mp4, in: 8f, duration: 6f"),
    "end": Sample("gap: 6f", ("file: media/b.mp4, start: (@)f, end: (@+6)f",)),
    "in": Sample("file: media/a.mp4, in: 11f, duration: 6f"),
    "fps": Sample("file: 'media/n_%02d.png', fps: 12, duration: 6f"),
    "stream": _clip("stream: 1"),
    "fields": _clip("fields: off"),
    "page": Sample("file: media/pages.tiff, duration: 6f, page: 2"),
    "part": Sample("file: media/lit.exr, duration: 6f, part: '1'"),
    "layer": Sample("file: media/lit.exr, duration: 6f, layer: R"),
    "speed": _clip("speed: 200%"),
    "loop": Sample("file: media/a.mp4, in: 46f, duration: 6f, loop: true"),
    "data": Sample("file: media/still.png, duration: 6f, data: true"),
    "visible": _clip("visible: false"),
    "caption": Sample("text: Words, duration: 6f, caption: true"),
    "caption.file": _clip("caption: {file: media/words.srt}"),
    "caption.language": _clip("caption: {file: media/words.srt, language: de}"),
    "caption.stream": _clip("caption: {file: media/words.srt, stream: 1}"),
    "fit": Sample("file: media/small.png, duration: 6f, fit: cover"),
    "transform.anchor": _clip("transform: {anchor: [0, 0]}"),
    "transform.position": _clip("transform: {position: [20, 30]}"),
    "transform.scale": _clip("transform: {scale: [50%, 75%]}"),
    "transform.rotation": _clip("transform: {rotation: 30}"),
    "transform.skew": _clip("transform: {skew: 20}"),
    "transform.opacity": _clip("transform: {opacity: 40%}"),
    "transform.anchor moves": _clip("transform: {anchor: {0s: [0, 0], 6f: [50, 36]}}"),
    "transform.position moves": _clip("transform: {position: {0s: [0, 0], 6f: [70, 40]}}"),
    "transform.scale moves": _clip("transform: {scale: {0s: 10%, 6f: {value: 130%, ease: in-cubic}}}"),
    "transform.rotation moves": _clip("transform: {rotation: {0s: 0, 2f: 45, 5f: {value: 90, ease: hold}}}"),
    "transform.skew moves": _clip("transform: {skew: {0s: 0, 6f: 30}}"),
    "transform.opacity moves": _clip("transform: {opacity: {0s: 0%, 6f: 100%}}"),
    "effects": _clip("effects: [invert]"),
    "sound.gain": _clip("sound: {gain: -6dB}"),
    "sound.pan": _clip("sound: {pan: -0.5}"),
    "sound.gain moves": _clip("sound: {gain: {0s: -30dB, 6f: 0dB}}"),
    "sound.pan moves": _clip("sound: {pan: {0s: -1, 6f: 1}}"),
    "sound.fade-in": _clip("sound: {fade-in: 3f}"),
    "sound.fade-out": _clip("sound: {fade-out: 3f}"),
    "sound.stream": _clip("sound: {stream: 1}"),
    "sound.declick": _clip("sound: {declick: 20ms}"),
    "sound.mute": _clip("sound: {mute: true}"),
    "sound.role": _clip("sound: {role: voice}"),
    "sound.effects": _clip("sound: {effects: [{high-pass: {frequency: 2000}}]}"),
    "credit.role": _clip("credit: {role: sky}"),
    "credit.fixed": _clip("credit: {fixed: 10%}"),
    "credit.omit-from-roll": _clip("credit: {omit-from-roll: true}"),
    "start": _over("file: media/b.mp4, start: (@+2)f, duration: 3f"),
    "parent": _over(
        "id: up, layers: [], start: (@)f, duration: 6f, transform: {position: [10, 10]}",
        "parent: up, file: media/b.mp4, start: (@)f, duration: 6f",
    ),
    "blend": _over("file: media/b.mp4, start: (@)f, duration: 6f, blend: multiply"),
    "asset": Sample("asset: mirtle/valley, duration: 6f"),
    "file": Sample("file: media/b.mp4, duration: 6f"),
    "composition": Sample("composition: inner, duration: 6f"),
    "sequence": _over("sequence: [{file: media/b.mp4, duration: 3f}, {file: media/a.mp4, duration: 3f}], start: (@)f"),
    "sequence in a layer": _over(
        "sequence: [{file: media/b.mp4, duration: 3f}, {file: media/a.mp4, duration: 3f}], start: (@)f, "
        "transform: {opacity: 50%}"
    ),
    "layers": _over("layers: [{file: media/b.mp4, transform: {position: [0, 0]}}], start: (@)f, duration: 6f"),
    "text": _over("text: {content: Hi, size: 20, weight: 700}, start: (@)f, duration: 6f"),
    "shape": _over("shape: {rectangle: {size: [20, 10]}, fill: red}, start: (@)f, duration: 6f"),
    "solid": _over("solid: '#33669980', start: (@)f, duration: 6f"),
    "solid moves": _over("solid: {0s: red, 6f: blue}, start: (@)f, duration: 6f"),
    "generate": _over("generate: {noise: {scale: 9}}, start: (@)f, duration: 6f"),
    "adjustment": _over("adjustment: true, effects: [invert], start: (@)f, duration: 6f"),
    "slot": _over(
        "slot: {brief: A road, kind: image, licence: CC0-1.0, closes: 2027-01-31}, start: (@)f, duration: 6f"
    ),
    "filled-by": _over("slot: {brief: A road}, filled-by: mirtle/valley, start: (@)f, duration: 6f"),
    "transition": Sample(
        "gap: 6f",
        (
            "sequence: [{id: k-transition-part, file: media/a.mp4, duration: 5f}, "
            "{transition: {wipe: {angle: 30}}, duration: 4f}, "
            "{file: media/b.mp4, duration: 5f}], start: (@)f",
        ),
    ),
    "gap": Sample("gap: 6f"),
}


def _keys(cls: type) -> dict[str, Param]:
    return {key: found for key, found in keys_of(cls).items() if not found.later}


def keys_of_layers() -> Iterator[str]:
    """Every key of a layer or a clip, those of its parts as ``sound.gain``; what can be animated, also as it moves."""
    for key, found in {**_keys(model.Layer), **_keys(SourceKeys)}.items():
        if key in PARTS:
            for part, inner in _keys(PARTS[key]).items():
                yield f"{key}.{part}"
                if inner.animated and _may_move(inner):
                    yield f"{key}.{part} moves"
        else:
            yield key
            if found.animated and _may_move(found):
                yield f"{key} moves"
    yield from ("caption", "transition", "gap", "sequence in a layer")


def _may_move(found: Param) -> bool:
    return type(found.kind).__name__ in ("Point", "Scale", "Angle", "Skew", "Ratio", "Level", "Number", "Colour")


def test_there_is_a_sample_of_every_key() -> None:
    assert set(SAMPLES) == set(keys_of_layers())


def ident(key: str) -> str:
    """The id of the layer that has a key."""
    return re.sub(r"[. ]", "-", f"k-{key}")


def scene_text() -> str:
    """A scene in which each sample has a slot of its own."""
    clips, layers = [], []
    for number, (key, sample) in enumerate(SAMPLES.items()):
        at = number * SLOT

        def placed(keys: str, at: int = at) -> str:
            return re.sub(r"\(@(\+\d+)?\)f", lambda match: f"{at + int(match[1] or 0)}f", keys)

        named = f"id: {ident(key)}, "
        clips.append(f"{{{'' if sample.layers or sample.clip.startswith('gap') else named}{sample.clip}}}")
        clips.append(f"{{gap: {SLOT - LASTS}f}}")
        for layer in sample.layers:
            layers.append(f"{{{named * (layer is sample.layers[-1])}{placed(layer)}}}")  # noqa: PERF401
    entries = ["\n".join(f"      - {entry}" for entry in part) for part in (clips, layers)]
    return (
        "reelwork: 1\ntitle: Every key\ncanvas: {size: [64, 36], fps: 24}\ncatalogue: catalogue\ncompositions:\n"
        "  inner:\n    duration: 1s\n    layers: [{file: media/b.mp4}]\n"
        f"  main:\n    sequence:\n{entries[0]}\n    layers:\n{entries[1]}\n"
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, footage: Path) -> Path:
    """The scene, with all that it reads."""
    folder = tmp_path_factory.mktemp("every")
    scene = by_hand(folder, footage, scene_text())
    Image.fromarray(np.arange(16 * 20 * 3, dtype=np.uint8).reshape(16, 20, 3)).save(folder / "media/small.png")
    for number in range(1, 9):
        Image.new("RGB", (64, 36), (number * 20, 90, 30)).save(folder / f"media/n_{number:02}.png")
    pages = [Image.new("RGB", (64, 36), colour) for colour in ("navy", "olive")]
    pages[0].save(folder / "media/pages.tiff", save_all=True, append_images=pages[1:])
    exr(folder / "media/lit.exr")
    (folder / "media/words.srt").write_text("1\n00:00:00,000 --> 00:00:09,000\nHello\n")
    shelf(folder / "catalogue", valley=record())
    return scene


def exr(path: Path) -> None:
    """A picture in two layers."""
    import OpenEXR

    values = np.linspace(0, 1, 36 * 64, dtype=np.float32).reshape(36, 64)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"R": values, "G": values * 0.5, "B": values * 0}).write(str(path))


def seen(scene: Path) -> dict[str, bytes]:
    """What each slot shows."""
    prepared = prepare(scene, Settings())
    output = chosen_output(prepared, None)
    graph = prepared.graph(output.composition)
    return {
        key: paint_instant(graph, output, F(number * SLOT + SHOWN, FPS), F(1))[0].data.tobytes()
        for number, key in enumerate(SAMPLES)
        if F(number * SLOT + SHOWN, FPS) < graph.root.duration
    }


def heard(scene: Path) -> dict[str, bytes]:
    """What each slot sounds like."""
    prepared = prepare(scene, Settings())
    graph = prepared.graph(chosen_output(prepared, None).composition)
    blocks = list(mix(collect_voices(graph), graph.root.duration, opener=AudioSource))
    if not blocks:
        return {}
    samples = np.concatenate([np.asarray(block) for block in blocks], axis=-1)
    step = 48000 * SLOT // FPS
    samples = np.pad(samples, ((0, 0), (0, step)))
    return {key: samples[..., n * step : (n + 1) * step].tobytes() for n, key in enumerate(SAMPLES)}


@dataclass(frozen=True)
class There:
    """What a scene is like, slot by slot."""

    file: Path
    pictures: dict[str, bytes]
    sounds: dict[str, bytes]

    @classmethod
    def of(cls, file: Path) -> There:
        return cls(file, seen(file), heard(file))


@pytest.fixture(scope="module")
def first(whole: Path) -> There:
    return There.of(whole)


@pytest.fixture(scope="module")
def plain(whole: Path) -> tuple[bytes, bytes]:
    """What a slot shows and sounds like whose clip has no key more than it needs."""
    head = scene_text().partition("    sequence:\n")[0]
    file = whole.parent / "plain.yaml"
    file.write_text(f"{head}    sequence:\n      - {{{A}}}\n      - {{gap: {SLOT - LASTS}f}}\n")
    found = There.of(file)
    return next(iter(found.pictures.values())), next(iter(found.sounds.values()))


@media(
    "exchange", "OpenTimelineIO, .otio", "every key of the format: carried or reported", written="the schema's models"
)
@media("exchange", "CMX 3600, .edl", "every key of the format: carried or reported", written="the schema's models")
@media(
    "exchange", "FCPXML 1.10, .fcpxml", "every key of the format: carried or reported", written="the schema's models"
)
@media(
    "exchange", "Final Cut Pro 7, .xml", "every key of the format: carried or reported", written="the schema's models"
)
@pytest.mark.parametrize("ending", FORMATS)
def test_every_key_is_carried_or_named(ending: str, whole: Path, first: There, plain: tuple[bytes, bytes]) -> None:
    target = whole.parent / f"cut.{ending}"
    said = exported(whole, target)
    folder = whole.parent / f"back-{ending}"
    (folder / "media").mkdir(parents=True)
    (folder / "media/words.srt").write_bytes((whole.parent / "media/words.srt").read_bytes())  # as the report says
    back = imported(target, folder, whole.parent / "media", fps=F(FPS), catalogue=whole.parent / "catalogue")
    there = There.of(back.file)
    text = back.text.partition("# what other programs say")[0]
    lost = [key for key in SAMPLES if not (_carried(key, first, there, plain, text) or _named(key, said))]
    assert lost == [], lost


def _carried(key: str, first: There, there: There, plain: tuple[bytes, bytes], text: str) -> bool:
    """Whether a slot shows and sounds as it did; where its key changes neither, whether it is written in the scene."""
    same = there.pictures.get(key) == first.pictures[key] and there.sounds[key] == first.sounds[key]
    changes = (first.pictures[key], first.sounds[key]) != plain
    word = key.removesuffix(" moves").rpartition(".")[2]
    return same and (changes or bool(re.search(rf"\b{word}\b:", _entry(text, ident(key)))))


def _entry(text: str, named: str) -> str:
    """The lines of the layer with an id."""
    entries = re.split(r"\n(?= {0,6}\S)", text)
    return next((entry for entry in entries if re.search(rf"\bid: {named}(?![\w-])", entry)), "")


def _named(key: str, said: tuple[Finding, ...]) -> bool:
    """Whether the report says of a layer that its key, or the layer itself, is not carried."""
    word = key.removesuffix(" moves").removesuffix(" in a layer")
    whole = rf"(?<![\w.-])({re.escape(word)}(?![\w-])|{re.escape(word.partition('.')[0])}(?![\w.-]))"
    named = rf"'{ident(key)}(-part)?'"
    gone = "a gap stands for it"  # then no key of the layer is
    return any(
        re.search(whole, each.what) or each.place.startswith(("track", "the transition")) or each.instead == gone
        for each in said
        if re.search(named, each.place)
    )


WHOLE = """\
reelwork: 1
title: Every key
canvas: {size: [66, 38], fps: 25, background: navy, display: bt1886}
blend-space: display
catalogue: shelf
licence: CC-BY-4.0
commercial: true
variables: {accent: red}
compositions:
  main:
    size: [60, 30]
    duration: 2s
    background: teal
    sequence: [{composition: inner}]
    layers: [{file: media/b.mp4, duration: 1s, sound: {mute: true}}]
  inner: {duration: 1s, size: [32, 18], background: "#ffcc00", layers: [{solid: $accent, duration: 12f}]}
outputs:
  film:
    composition: main
    file: film.mp4
    video: {crf: 20}
    audio: {bitrate: 96k}
    size: [120, 60]
    fps: 50
    range: [0s, 1s]
    captions: true
    chapters: {Dawn: 0s, Noon: 12f}
    metadata: {author: mirtle}
    crop: [0, 0, 40, 30]
    background: teal
  poster: {at: 1s, file: poster.jpg, stills: {quality: 80}}
"""
#: Where the keys of each model stand, and what the report calls that.
MODELS = {
    "": (model.Scene, "the scene"),
    "canvas": (model.Canvas, "the scene"),
    "compositions.main": (model.Composition, "composition main"),
    "compositions.inner": (model.Composition, "composition inner"),
    "outputs.film": (Output, "output film"),
    "outputs.poster": (Output, "output poster"),
}


def _value(scene: object, path: str, key: str) -> object:
    """A key's value; what holds keys of its own is looked at by those."""
    for part in path.split("."):
        scene = (scene.get(part) if isinstance(scene, dict) else getattr(scene, part)) if part else scene
    return getattr(scene, field_name(key), None)


@pytest.mark.parametrize("ending", FORMATS)
def test_every_key_of_a_scene_and_its_outputs_is_carried_or_named(ending: str, tmp_path: Path, footage: Path) -> None:
    file = by_hand(tmp_path, footage, WHOLE)
    shelf(tmp_path / "shelf")
    keys = [(path, key) for path, (cls, _) in MODELS.items() for key in _keys(cls)]
    scene = prepare(file, Settings())
    said = exported(file, tmp_path / f"cut.{ending}")
    back = imported(tmp_path / f"cut.{ending}", tmp_path / "back", footage, fps=F(25)).prepared
    lost = []
    for path, key in keys:
        if (path == "" and key in ("canvas", "compositions", "outputs", "reelwork")) or key in ("sequence", "layers"):
            continue
        if f"{path}.{key}".lstrip(".") not in scene.scene.places:
            continue  # it is as by default
        word = f"canvas.{key}" if path == "canvas" else key
        place = MODELS[path][1]
        if path == "compositions.inner" and "inner" not in back.scene.compositions:
            word = "composition"
            place = "clip 'inner'"
        named = any(each.place == place and re.search(rf"(?<![\w.-]){word}(?![\w.-])", each.what) for each in said)
        if not named and not _same(scene, back, path, key):
            lost.append(f"{path}.{key}")
    assert lost == [], lost


def _same(first: Prepared, back: Prepared, path: str, key: str) -> bool:
    if key == "catalogue":
        return back.scene.catalogue == "../shelf"
    if key == "duration":
        name = path.rpartition(".")[2]
        return name in back.scene.compositions and _lasts(first, name) == _lasts(back, name)
    if path == "compositions.main" and key == "size" and back.scene.canvas.size == (60, 30):
        return True  # what an editor's timeline is as large as becomes the canvas
    try:
        return _plain(_value(first.scene, path, key)) == _plain(_value(back.scene, path, key))
    except AttributeError:
        return False  # the composition or the output is not there


def _lasts(prepared: Prepared, name: str) -> F:
    return prepared.graph(name).root.duration


def _plain(value: object) -> object:
    """A value without the places at which it stands."""
    return (
        nodes.data_of(value)
        if isinstance(value, nodes.Node)
        else ({name: _plain(part) for name, part in value.items()} if isinstance(value, dict) else value)
    )


def test_the_scene_has_a_value_for_every_key_of_its_outputs() -> None:
    text = WHOLE.partition("outputs:")[2]
    assert [key for key in _keys(Output) if f"{key}:" not in text] == []
    assert [
        key for key in (*_keys(model.Canvas), *_keys(model.Scene), *_keys(model.Composition)) if f"{key}:" not in WHOLE
    ] == []
