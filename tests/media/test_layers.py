"""HEVC of two layers: alpha is that of its layer, whatever the container and the order; a second view is not shown."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from media.clips import visible
from media.footage import run
from media.layered import (
    COUNT,
    HEIGHT,
    WIDTH,
    Pictures,
    alpha_message,
    encoded,
    muxed,
    two_layers,
    vps_of_two_layers,
)
from media_table import media

from reelwork.catalogue.facts import AlphaLayer
from reelwork.cli import app
from reelwork.errors import DamageError, MediaError
from reelwork.image.frame import Frame
from reelwork.image.window import Window
from reelwork.kernels.colour import decode
from reelwork.media.probe import probe
from reelwork.media.video import layers
from reelwork.media.video.layers import AlphaDecoder
from reelwork.media.video.source import VideoSource

FFMPEG = "ffmpeg's command"
#: Colours, and an alpha that is never less than what premultiplied colours may be.
_PLACE = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH))
COLOURS = [(_PLACE // 2 + 3 * number + 30).astype(np.uint8) for number in range(COUNT)]
ALPHAS = [np.clip(5 * _PLACE - 200 + 20 * number, 0, 255).astype(np.uint8) for number in range(COUNT)]


@pytest.fixture(scope="module")
def colours() -> Pictures:
    return encoded(COLOURS, "yuv420p")


@pytest.fixture(scope="module")
def alphas() -> Pictures:
    return encoded(ALPHAS, "yuv420p")


@pytest.fixture(scope="module")
def alone(alphas: Pictures, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """What ffmpeg's command makes of the alpha, which is a stream by itself."""
    return luma(muxed(tmp_path_factory.mktemp("alone") / "alpha.hevc", alphas), "yuv420p")


def layered(path: Path, colours: Pictures, alphas: Pictures, message: bytes | None = None, **kind: object) -> Path:
    named = {"mask": 3, "identity": 1, "depends": 0, "size": (WIDTH, HEIGHT), **kind}
    vps = vps_of_two_layers(colours[0][2][0], **named)  # type: ignore[arg-type]
    return muxed(path, two_layers(colours, alphas, vps, message), beside=path.suffix in (".mov", ".mp4", ".mkv"))


def luma(path: Path, pixels: str, *before: str) -> np.ndarray:
    """The first plane of each picture, by ffmpeg's command."""
    raw = path.with_suffix(".raw")
    run("ffmpeg", *before, "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixels, str(raw))
    samples = np.fromfile(raw, np.uint16 if "10" in pixels else np.uint8).reshape(COUNT, -1)
    return samples[:, : WIDTH * HEIGHT].reshape(COUNT, HEIGHT, WIDTH)


def planes(source: VideoSource, order: Sequence[int]) -> dict[int, list[np.ndarray]]:
    return {number: visible(source.picture(number)) for number in order}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=media("video", label, "alpha and colours, in any order", read=FFMPEG))
        for name, label in (
            ("alpha.mov", "HEVC with alpha, .mov"),
            ("alpha.mp4", "HEVC with alpha, .mp4"),
            ("alpha.mkv", "HEVC with alpha, .mkv"),
            ("alpha.ts", "HEVC with alpha, MPEG-TS"),
            ("alpha.hevc", "HEVC with alpha, bare stream"),
        )
    ],
)
def test_alpha_is_that_of_its_layer_in_any_order(
    tmp_path: Path, colours: Pictures, alphas: Pictures, alone: np.ndarray, name: str
) -> None:
    path = layered(tmp_path / name, colours, alphas, alpha_message(0, 0, 255))
    expected = luma(path if path.suffix != ".hevc" else muxed(tmp_path / "colours.hevc", colours), "yuv420p")
    assert not np.array_equal(alone[0], alone[-1])
    with VideoSource(path, threads=2) as source:
        facts = source.facts
        assert (facts.frame_count, facts.pixel_format, facts.has_alpha) == (COUNT, "yuva420p", True)
        assert source.storage.alpha == "straight"
        for order in (range(COUNT), random.Random(name).sample(range(COUNT), COUNT)):
            for number, found in planes(source, order).items():
                assert np.array_equal(found[3], alone[number]), number
                assert np.array_equal(found[0], expected[number]), number


@media("video", "HEVC with alpha, 10 bit, .mov", "alpha of 10 and of 8 bits, grey", read=FFMPEG)
@pytest.mark.parametrize("pixels", ["yuv420p10le", "gray"])
def test_alpha_has_the_depth_of_its_colours(tmp_path: Path, pixels: str) -> None:
    colours = encoded([picture.astype(np.uint16) * 4 for picture in COLOURS], "yuv420p10le")
    wide = "10" in pixels
    alphas = encoded([alpha.astype(np.uint16) * 4 + 3 if wide else alpha for alpha in ALPHAS], pixels)
    path = layered(tmp_path / "alpha.mov", colours, alphas, depth=10)
    raw = luma(muxed(tmp_path / "alpha.hevc", alphas), pixels).astype(int)
    with VideoSource(path) as source:
        assert source.facts.pixel_format == "yuva420p10le"
        for number, found in planes(source, (9, 2)).items():
            assert np.array_equal(found[3], raw[number] if wide else np.rint(raw[number] * 1023 / 255)), number


@media("video", "HEVC with alpha, .mov", "premultiplied colours, codes of alpha", read="the formula, in doubles")
def test_what_alpha_means_is_what_the_stream_says(
    tmp_path: Path, colours: Pictures, alphas: Pictures, alone: np.ndarray
) -> None:
    made = {}
    for name, message in {
        "straight": alpha_message(0, 0, 255),
        "multiplied": alpha_message(1, 0, 255),
        "turned": alpha_message(0, 255, 0),
        "narrow": alpha_message(0, 16, 235),
        "increased": alpha_message(0, 0, 256, increment=1),
        "silent": None,
    }.items():
        path = layered(tmp_path / f"{name}.mov", colours, alphas, message)
        with VideoSource(path) as source:
            picture = source.picture(5)
        window = Window(0, 0, WIDTH, HEIGHT)
        frame = Frame(np.zeros((4, HEIGHT, WIDTH), np.float32), window)
        decode(picture.planes, picture.storage, WIDTH, HEIGHT, frame)
        made[name] = frame.data.astype(np.float64)
        code = (visible(picture)[0].astype(np.float64) - 16) / 219
    sample = alone[5].astype(np.float64)
    covered = {
        "straight": sample / 255,
        "multiplied": sample / 255,
        "turned": 1 - sample / 255,
        "narrow": np.rint(np.clip((sample - 16) / 219, 0, 1) * 255) / 255,
        "increased": np.rint((sample + (sample > 0)) * 255 / 256) / 255,
        "silent": sample / 255,
    }
    for name, alpha in covered.items():
        assert made[name][3] == pytest.approx(alpha, abs=1e-6), name
    assert made["straight"][1] == pytest.approx(light(code) * covered["straight"], abs=2e-5)
    solid = sample / 255 > code + 0.01  # elsewhere colours are more than their alpha can hold
    assert solid.mean() > 0.3
    alpha = covered["multiplied"][solid]
    assert made["multiplied"][1][solid] == pytest.approx(light(code[solid] / alpha) * alpha, abs=2e-5)
    said = CliRunner().invoke(app.cli, ["probe", str(tmp_path / "multiplied.mov")]).output
    assert "yuva420p, may be transparent, colours are multiplied by alpha" in said


def light(code: np.ndarray) -> np.ndarray:
    """IEC 61966-2-1."""
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


@media("video", "HEVC with alpha, .mov", "an extension that Apple's encoders break off", read=FFMPEG)
def test_alpha_is_found_where_ffmpeg_cannot_read_what_describes_it(
    tmp_path: Path, colours: Pictures, alphas: Pictures, alone: np.ndarray
) -> None:
    path = layered(tmp_path / "apple.mov", colours, alphas, alpha_message(1, 0, 255), whole=False)
    assert probe(path).alpha == AlphaLayer(1, True, 0, 255)
    with VideoSource(path) as source:
        assert np.array_equal(visible(source.picture(11))[3], alone[11])


def test_alpha_is_found_by_its_message_alone(
    tmp_path: Path, colours: Pictures, alphas: Pictures, alone: np.ndarray
) -> None:
    single = colours[0][2][0]
    for name, message in (("a.ts", alpha_message(1, 0, 255)), ("b.ts", None)):
        path = muxed(tmp_path / name, two_layers(colours, alphas, single, message), beside=False)
        assert probe(path).alpha == (AlphaLayer(1, True, 0, 255) if message else None)
    with VideoSource(tmp_path / "a.ts") as source:
        assert np.array_equal(visible(source.picture(11))[3], alone[11])


@media("video", "HEVC with alpha, .mov", "damage: pictures without their alpha are told", read="what was left out")
def test_pictures_whose_alpha_is_missing_are_damaged(
    tmp_path: Path, colours: Pictures, alphas: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    without = [(pts, dts, [] if pts in (5, 13) else units) for pts, dts, units in alphas]
    path = layered(tmp_path / "d.mov", colours, without)
    with VideoSource(path) as source:
        for number in (5, 13):
            with pytest.raises(DamageError, match=rf"d\.mov: is damaged at picture {number} \("):
                source.picture(number)
        planes(source, [number for number in range(COUNT) if number not in (5, 13)])
    Path("scene.yaml").write_text(
        f"reelwork: 1\ncanvas: {{size: [{WIDTH}, {HEIGHT}], fps: 24}}\ncompositions:\n  main:\n"
        "    layers: [{file: d.mov}]\noutputs:\n  frames: {file: frames/%02d.png}\n"
    )
    final = CliRunner().invoke(app.cli, ["render", "scene.yaml", "--jobs", "1"])
    assert final.exit_code == MediaError.exit_code
    assert "d.mov: is damaged at picture 5" in final.output
    draft = CliRunner().invoke(app.cli, ["render", "scene.yaml", "--draft", "--jobs", "1"])
    assert draft.exit_code == 0, draft.output
    assert "d.mov: is damaged at picture 5" in draft.output
    assert Path("out/frames/05.png").read_bytes() == Path("out/frames/04.png").read_bytes()


@media("video", "HEVC with alpha, MPEG-TS", "a recording that begins in the middle", read=FFMPEG)
def test_what_alpha_means_is_found_at_the_first_key(
    tmp_path: Path, colours: Pictures, alphas: Pictures, alone: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "_LOOKED_THROUGH", 2)
    vps = vps_of_two_layers(colours[0][2][0], mask=3, identity=1, depends=0, size=(WIDTH, HEIGHT))
    pictures = two_layers(colours, alphas, vps, alpha_message(1, 0, 255))
    with VideoSource(muxed(tmp_path / "cut.ts", pictures[1:], beside=False)) as source:
        assert (source.storage.alpha, source.frame_count) == ("premultiplied", COUNT - 8)
        assert np.array_equal(visible(source.picture(2))[3], alone[10])


def test_little_is_held_where_alpha_ends(
    tmp_path: Path, colours: Pictures, alphas: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    joined = AlphaDecoder.joined

    def watched(self: AlphaDecoder, *given: Any) -> Any:
        made = joined(self, *given)
        held.append(len(self._colours) + len(self._alphas))
        return made

    monkeypatch.setattr(AlphaDecoder, "joined", watched)
    monkeypatch.setattr(layers, "_MOST_WAITING", 5)
    path = layered(tmp_path / "e.mov", colours, [(pts, dts, [] if dts > 6 else units) for pts, dts, units in alphas])
    with VideoSource(path) as source:
        source.picture(3)
        with pytest.raises(DamageError, match=r"e\.mov: is damaged at picture 20"):
            source.picture(20)
    assert max(held) <= 5 + 3  # and those that one packet brought


def test_alpha_that_cannot_be_decoded_by_itself_is_refused(tmp_path: Path, colours: Pictures, alphas: Pictures) -> None:
    with pytest.raises(MediaError, match=r"d\.mov: its alpha is coded as differences from its colours.*export it as"):
        probe(layered(tmp_path / "d.mov", colours, alphas, depends=1))
    deep = encoded([picture.astype(np.uint16) * 16 for picture in COLOURS], "yuv420p12le")
    with pytest.raises(MediaError, match=r"t\.mov: has alpha, and colours of yuv420p12le, which are not read together"):
        probe(layered(tmp_path / "t.mov", deep, alphas))
    small = encoded([np.full((HEIGHT // 2, WIDTH), 9, np.uint8)] * COUNT, "yuv420p")
    with (
        VideoSource(layered(tmp_path / "s.mov", colours, small)) as source,
        pytest.raises(MediaError, match=r"s\.mov: its alpha is 96x32, and its colours 96x64; export it anew"),
    ):
        source.picture(0)


@pytest.mark.parametrize(
    ("mask", "identity", "depends"),
    [
        pytest.param(1, 1, 1, marks=media("video", "MV-HEVC (spatial video), .mov", "the base view", read=FFMPEG)),
        pytest.param(3, 2, 0, marks=media("video", "HEVC with depth, .mov", "the colours", read=FFMPEG)),
    ],
)
def test_other_second_layers_are_not_shown(
    tmp_path: Path, colours: Pictures, alphas: Pictures, mask: int, identity: int, depends: int
) -> None:
    path = layered(tmp_path / "two.mov", colours, alphas, mask=mask, identity=identity, depends=depends)
    expected = luma(path, "yuv420p")
    with VideoSource(path) as source:
        assert (source.facts.pixel_format, source.facts.has_alpha, source.frame_count) == ("yuv420p", False, COUNT)
        for number, found in planes(source, random.Random(1).sample(range(COUNT), COUNT)).items():
            assert np.array_equal(found[0], expected[number]), number
