"""What scenes mean: texts go in, models are looked at. What is wrong with scenes is in ``broken_scenes``."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from scene.fakes import REGISTRY

from reelwork.errors import SceneError
from reelwork.scene.animation import Curve, Key
from reelwork.scene.model import Clip, Gap, Layer, Loop, Scene, TransitionUse
from reelwork.scene.reader import read_scene, read_scene_text
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
    TextSource,
)
from reelwork.scene.times import Cue
from reelwork.values import Colour, Display, Length

GOLD = Colour.from_hex("#ffd700")


def read(text: str, **variables: str) -> Scene:
    return read_scene_text(text, registry=REGISTRY, set=variables)


def layers(*written: str, head: str = "") -> tuple[Layer, ...]:
    listed = "".join(f"      - {line}\n" for line in written)
    text = f"reelwork: 1\n{head}compositions:\n  main:\n    duration: 10s\n    layers:\n{listed}"
    return read(text).compositions["main"].layers


def layer(written: str, head: str = "") -> Layer:
    return layers(written, head=head)[0]


def constant(value: Any) -> Curve:
    return Curve.constant(value)


def test_defaults() -> None:
    scene = read("reelwork: 1\ncompositions: {main: {duration: 2s}}\n")
    assert scene.canvas.size == (1920, 1080)
    assert scene.canvas.fps == 24
    assert scene.canvas.display == "srgb"
    assert scene.blend_space == "linear"
    assert scene.outputs == {}
    assert not scene.commercial


def test_canvas() -> None:
    canvas = read(
        'reelwork: 1\ncanvas: {size: [1280, 720], fps: 23.976, background: "#10141880", display: srgb}\n'
        "compositions: {main: {duration: 2s}}\n"
    ).canvas
    assert canvas.size == (1280, 720)
    assert canvas.fps == Fraction(24000, 1001)
    assert canvas.background == Colour.from_hex("#10141880")
    broadcast = read("reelwork: 1\ncanvas: {display: bt1886}\ncompositions: {main: {duration: 2s}}\n").canvas
    assert broadcast.display == "bt1886"


def test_each_source_has_its_class() -> None:
    text = (
        "reelwork: 1\ncompositions:\n  main:\n    duration: 9s\n    layers:\n"
        "      - asset: mirtle/valley\n"
        "      - file: footage/road.mp4\n"
        "      - composition: other\n"
        "      - sequence: [{asset: a/b}]\n"
        "      - layers: [{solid: gold}]\n"
        "      - layers: []\n"
        "      - text: Hello\n"
        "      - shape: {rectangle: [100, 50]}\n"
        "      - solid: gold\n"
        "      - generate: {noise: {scale: 4}}\n"
        "      - generate: noise\n"
        "      - adjustment: true\n"
        "      - {id: dragon, slot: {brief: A dragon, kind: audio, closes: 2027-01-31}}\n"
        "      - {id: dragon2, slot: {brief: A dragon}, filled-by: mirtle/dragon}\n"
        "  other: {duration: 1s}\n"
    )
    found = [each.source for each in read(text).compositions["main"].layers]
    size = (Length(100.0), Length(50.0))
    sequence, group, null = found[3:6]
    assert found[:3] == [AssetSource("mirtle/valley"), FileSource("footage/road.mp4"), CompositionSource("other")]
    assert isinstance(sequence, SequenceSource)
    assert isinstance(group, GroupSource)
    assert null == GroupSource(())
    assert found[6] == TextSource({"content": "Hello"})
    shape = found[7]
    assert isinstance(shape, ShapeSource)
    assert shape.params["rectangle"].size == constant(size)
    assert found[8:12] == [
        SolidSource(constant(GOLD)),
        GenerateSource("noise", {"scale": constant(4.0)}),
        GenerateSource("noise", {}),
        AdjustmentSource(),
    ]
    assert found[12] == SlotSource(brief="A dragon", kind="audio", closes="2027-01-31")
    assert found[13] == SlotSource(brief="A dragon", filled_by="mirtle/dragon")


@pytest.mark.parametrize("words", ["1984", "007", "no", "0.10", "2027-01-31", "~", "null", "true", "= 4", "1e3", "--"])
def test_text_needs_no_quotes(words: str) -> None:
    assert layer(f"text: {words}").source == TextSource({"content": words})


def test_paths_and_places() -> None:
    found = layers("solid: gold", "layers: [{solid: gold, effects: [glow, {glow: {radius: 2}}]}]")
    group = found[1].source
    assert isinstance(group, GroupSource)
    assert group.layers[0].path == "compositions.main.layers[1].layers[0]"
    assert group.layers[0].effects[1].path == "compositions.main.layers[1].layers[0].effects[1]"
    assert found[1].place.line == 7


def test_a_scene_knows_where_its_keys_stand() -> None:
    scene = read("reelwork: 1\ncompositions:\n  main:\n    duration: 2s\n    layers: [{asset: a/b}]\n")
    assert str(scene.place("compositions.main.duration")) == "scene.yaml:4:15"
    assert str(scene.place("compositions.main.layers[0].asset")) == "scene.yaml:5:22"
    assert str(scene.place("compositions.main.layers[0].fit")) == "scene.yaml:5:14"
    assert scene.place("nowhere.at.all") is None


def test_times() -> None:
    found = layer("{id: a, asset: x/y, start: a.end - 1.5s + 12f, in: 36f, speed: -150%}", head="canvas: {fps: 12}\n")
    assert found.start is not None
    assert found.start.seconds == Fraction(-1, 2)
    assert found.start.cues == (Cue(1, "a", "end"),)
    assert found.in_ == 3
    assert found.speed == Fraction(-3, 2)


@pytest.mark.parametrize(
    ("written", "loop"), [("true", Loop()), ("false", None), ("ping-pong", Loop(None, True)), ("3", Loop(3))]
)
def test_loops(written: str, loop: Loop | None) -> None:
    assert layer(f"{{asset: a/b, loop: {written}}}").loop == loop


def test_transform() -> None:
    found = layer(
        "{solid: gold, transform: {anchor: [0, 25%], position: [4, -50%], scale: 112%, rotation: -90, skew: 5, "
        "opacity: 50%}}"
    ).transform
    assert found.anchor == constant((Length(0.0), Length(percent=25.0)))
    assert found.position == constant((Length(4.0), Length(percent=-50.0)))
    assert found.scale == constant((1.12, 1.12))
    assert found.rotation == constant(-90.0)
    assert found.skew == constant((5.0, 0.0))
    assert found.opacity == constant(0.5)


def test_transform_of_nothing() -> None:
    found = layer("solid: gold").transform
    assert found.anchor == constant((Length(percent=50.0), Length(percent=50.0)))
    assert found.position is None
    assert found.scale == constant((1.0, 1.0))


def test_keyframes() -> None:
    found = layer("{solid: gold, transform: {opacity: {ease: in-sine, 2s: 1, 0s: {value: 0%, ease: hold}, 36f: 50%}}}")
    assert found.transform.opacity == Curve(
        (Key(Fraction(0), 0.0, "hold"), Key(Fraction(3, 2), 0.5, "in-sine"), Key(Fraction(2), 1.0, "in-sine")), 0.0, 1.0
    )


def test_keyframes_of_colours_and_css_curves() -> None:
    found = layer("{solid: {0s: gold, 1s: {value: {linear: [1, 1, 1]}, ease: [0.2, 0, 0, 1]}}}").source
    assert isinstance(found, SolidSource)
    white = Colour.from_linear(1.0, 1.0, 1.0, display="srgb")
    assert found.colour == Curve((Key(Fraction(0), GOLD), Key(Fraction(1), white, (0.2, 0.0, 0.0, 1.0))))


def test_keyframes_may_begin_before_the_layer() -> None:
    opacity = layer("{solid: gold, transform: {opacity: {-1s: 0, 1s: 1}}}").transform.opacity
    assert opacity.at(Fraction(0)) == 0.5


@pytest.mark.parametrize("display", ["srgb", "bt1886"])
def test_linear_light_is_that_light_by_the_display_curve(display: Display) -> None:
    found = layer("solid: {linear: [0.25, 0.5, 4, 0.5]}", head=f"canvas: {{display: {display}}}\n").source
    assert isinstance(found, SolidSource)
    assert found.colour.at(Fraction(0)).linear(display) == pytest.approx((0.25, 0.5, 4.0, 0.5))


def test_colours() -> None:
    for written in ("gold", "Gold", '"#ffd700"', '"#FFD700FF"'):
        assert layer(f"solid: {written}").source == SolidSource(constant(GOLD))
    assert layer("solid: transparent").source == SolidSource(constant(Colour(0.0, 0.0, 0.0, 0.0)))


def test_effects() -> None:
    use, bare, graded = layer(
        "{solid: gold, effects: [{drop-shadow: {offset: [6, 8], blur: {0s: 0, 1s: 12}, mix: 40%, enabled: false}}, "
        "glow, {grade: {gain: [1, 2, {0s: 3, 1s: 4}], clamp: true}}]}"
    ).effects
    assert use.effect == "drop-shadow"
    assert use.params["offset"] == constant((Length(6.0), Length(8.0)))
    assert use.params["blur"].at(Fraction(1)) == Length(12.0)
    assert use.mix == constant(0.4)
    assert not use.enabled
    assert (bare.effect, bare.params, bare.mix, bare.enabled) == ("glow", {}, constant(1.0), True)
    assert graded.params["gain"][0] == constant(1.0)
    assert not graded.params["gain"][2].is_constant
    assert graded.params["clamp"] is True


def test_a_whole_list_may_be_keyframed() -> None:
    gain = layer("{solid: gold, effects: [{grade: {gain: {0s: [0, 0, 0], 2s: [2, 4, 6]}}}]}").effects[0].params["gain"]
    assert gain.at(Fraction(1)) == (1.0, 2.0, 3.0)


def test_gradients_hold_the_curves_of_their_parts() -> None:
    found = layer(
        "shape: {rectangle: [9, 9], fill: {angle: {0s: 0, 1s: 90}, colours: [{0s: red, 1s: gold}, "
        "{colour: gold, at: 50%}]}, stroke: gold}"
    ).source
    assert isinstance(found, ShapeSource)
    fill = found.params["fill"]
    assert fill.angle.at(Fraction(1, 2)) == 45.0
    assert fill.colours[0].at(Fraction(1)) == GOLD
    assert fill.colours[1].at == constant(0.5)
    assert found.params["stroke"].colour == constant(GOLD)


def test_a_keyframed_fill_is_one_curve() -> None:
    found = layer("text: {content: Hi, fill: {0s: red, 1s: gold}}").source
    assert isinstance(found, TextSource)
    assert found.params["fill"].at(Fraction(1)) == GOLD


def test_sound() -> None:
    found = layer("{asset: a/b, sound: {gain: {0s: -60dB, 1s: -3dB}, pan: -0.5, fade-out: 2s, mute: true}}").sound
    assert found.gain.at(Fraction(1, 2)) == -31.5
    assert found.pan == constant(-0.5)
    assert (found.fade_in, found.fade_out, found.mute) == (0, 2, True)


def test_sequences() -> None:
    text = (
        "reelwork: 1\ncompositions:\n  main:\n    sequence:\n"
        "      - {id: one, asset: a/b, duration: 4s, effects: [glow]}\n"
        "      - {transition: {wipe: {angle: 30}}, duration: 1s}\n"
        "      - gap: 12f\n"
        "      - {asset: a/c, end: 9s}\n"
    )
    one, wipe, gap, two = read(text).compositions["main"].sequence
    assert isinstance(one, Clip)
    assert not isinstance(one, Layer)
    assert isinstance(wipe, TransitionUse)
    assert (wipe.transition, wipe.params) == ("wipe", {"angle": constant(30.0)})
    assert isinstance(gap, Gap)
    assert gap.duration.seconds == Fraction(1, 2)
    assert isinstance(two, Clip)
    assert two.path == "compositions.main.sequence[3]"


def test_variables_keep_their_kind() -> None:
    head = 'variables: {accent: "#ffd700", where: [10%, 20], keys: {0s: 0, 1s: 1}, word: 1984}\n'
    found = layer("{solid: $accent, transform: {position: $where, opacity: $keys}}", head=head)
    assert found.source == SolidSource(constant(GOLD))
    assert found.transform.position == constant((Length(percent=10.0), Length(20.0)))
    assert found.transform.opacity.at(Fraction(1)) == 1.0
    assert layer("text: In $word", head=head).source == TextSource({"content": "In 1984"})


def test_set() -> None:
    text = "reelwork: 1\nvariables: {t: 2s}\ncompositions: {main: {duration: $t}}\n"
    duration = read(text, t="36f").compositions["main"].duration
    assert duration is not None
    assert duration.seconds == Fraction(3, 2)
    with pytest.raises(SceneError, match=r"error: expected a time such as 2s, found 'long'\n  in --set t"):
        read(text, t="long")


def test_outputs() -> None:
    outputs = read(
        "reelwork: 1\ncompositions: {main: {duration: 9s}, b: {duration: 1s, size: [10, 10]}}\noutputs:\n"
        "  film: {file: a/film.mov, video: {codec: prores, pixel-format: yuva444p10le}, range: [1s, 36f],\n"
        "         size: [1080, 1920], fps: 29.97, background: transparent, audio: {codec: pcm}}\n"
        "  poster: {at: 3s, file: poster.png}\n"
        "  stills: {at: [1s, 2s], file: stills.exr, composition: b, crop: [0, 0, 10, 5]}\n"
        "  frames: {file: 'frames/%05d.png'}\n"
        "  song: {file: song.mp3, audio: {bitrate: 320k}}\n"
    ).outputs
    film = outputs["film"]
    assert (film.name, film.video.codec, film.audio.codec) == ("film", "prores", "pcm")
    assert film.range == (1, Fraction(3, 2))
    assert film.fps == Fraction(30000, 1001)
    assert film.background is not None
    assert film.background.alpha == 0.0
    assert outputs["poster"].at == (3,)
    assert outputs["stills"].at == (1, 2)
    assert outputs["stills"].crop == (0, 0, 10, 5)
    assert outputs["song"].audio.bitrate == 320_000


def test_notes_of_the_author_are_ignored() -> None:
    scene = read("reelwork: 1\nx-notes: {anything: [$goes, {here: ''}]}\ncompositions: {main: {duration: 2s}}\n")
    assert list(scene.compositions) == ["main"]


def test_files_are_warned_of() -> None:
    scene = read("reelwork: 1\ncompositions: {main: {duration: 2s, layers: [{file: cat.png}]}}\n")
    assert [str(warning).splitlines()[0] for warning in scene.warnings] == [
        "scene.yaml:2:53: warning: nobody is credited for 'cat.png'"
    ]


def test_all_files_are_warned_of_at_once() -> None:
    layers = ", ".join(f"{{file: {name}.png}}" for name in "abcdefga")
    scene = read(f"reelwork: 1\ncompositions: {{main: {{duration: 2s, layers: [{layers}]}}}}\n")
    assert [warning.message for warning in scene.warnings] == [
        "nobody is credited for 7 files: 'a.png', 'b.png', 'c.png', 'd.png', 'e.png' and 2 more"
    ]


def test_a_scale_that_was_meant_as_a_percentage_is_warned_of() -> None:
    layer = "{solid: red, transform: {scale: %s}}"
    text = "reelwork: 1\ncompositions: {main: {duration: 2s, layers: [%s]}}\n"
    for scale, told in (
        ("100", "a scale of 100 is 10000%, not 100%; write 100%, or 10000% if so large is meant"),
        ("[80, 1]", "a scale of 80 is 8000%, not 80%; write 80%, or 8000% if so large is meant"),
        ("{0s: 1, 1s: 112}", "a scale of 112 is 11200%, not 112%; write 112%, or 11200% if so large is meant"),
    ):
        scene = read(text % (layer % scale))
        assert [f"{warning.message}; {warning.remedy}" for warning in scene.warnings] == [told]
    assert not any(read(text % (layer % scale)).warnings for scale in ("3000%", "[-1.5, 2000%]", "{0s: 0, 1s: 5}"))


def test_a_folder_holds_scene_yaml(tmp_path: Path) -> None:
    file = tmp_path / "scene.yaml"
    file.write_text("reelwork: 1\ncompositions: {main: {duration: 2s}}\n")
    assert read_scene(tmp_path, registry=REGISTRY).file == str(file)
    assert read_scene(file, registry=REGISTRY) == read_scene(tmp_path, registry=REGISTRY)


def test_json(tmp_path: Path) -> None:
    file = tmp_path / "scene.json"
    file.write_text('{"reelwork": 1, "compositions": {"main": {"duration": "2s", "layers": [{"solid": "gold"}]}}}')
    assert read_scene(file, registry=REGISTRY).compositions["main"].layers[0].source == SolidSource(constant(GOLD))


@pytest.mark.parametrize("length", [101, 1500])
def test_compositions_are_not_nested_for_ever(length: int) -> None:
    chain = "".join(f"  c{i}: {{duration: 1s, layers: [{{composition: c{i + 1}}}]}}\n" for i in range(length))
    with pytest.raises(SceneError) as caught:
        read(
            f"reelwork: 1\ncompositions:\n  main: {{duration: 1s}}\n{chain}  c{length}: {{layers: [{{solid: gold}}]}}\n"
        )
    (problem,) = caught.value.problems
    assert "more than 100 deep" in problem.message


def test_variables_cannot_nest_without_bounds() -> None:
    deep = "{layers: [" * 45 + "$deep" + "]}" * 45
    head = f"variables: {{deep: {deep}}}\n"
    with pytest.raises(SceneError, match="the scene is too large"):
        layer(deep, head=head)


def test_all_problems_come_at_once_and_in_order() -> None:
    text = "reelwork: 1\ntitel: x\ncompositions:\n  main:\n    layers: [{solid: godl, fit: covr}, {wobble: 1}]\nfoo: 1"
    with pytest.raises(SceneError) as caught:
        read(text)
    lines = [problem.place.line for problem in caught.value.problems if problem.place]
    assert lines == [2, 5, 5, 5, 5, 6]


def test_a_machine_without_the_text_plugin() -> None:
    with pytest.raises(SceneError, match="no plugin of this machine brings the generator 'text'"):
        read_scene_text(
            "reelwork: 1\ncompositions: {main: {duration: 1s, layers: [{text: Hi}]}}\n",
            registry=replace(REGISTRY, generators={}),
        )
