"""The demo scenes look as they did: chosen frames, small, against pictures that were looked at."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reelwork.catalogue.open import open_catalogue
from reelwork.render import produce
from reelwork.render.captions import captions_of
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Settings, prepare
from reelwork.render.view import frame_range

SCENES = Path(__file__).parents[2] / "scenes"
GOLDEN = Path(__file__).parent / "golden"
#: The frames: one or two of each shot, the middle of each transition, the first and the last.
FRAMES = {
    "first-light": (0, 60, 108, 130, 170, 216, 258, 324, 372, 432, 500, 560, 575),
    "hello": (0, 20, 40),
    "many-hands": (110, 224, 512, 750, 905, 1375),
}
#: A sixth of 1920×1080.
WIDTH = 320
#: The same code values on every machine; one is left for a newer resvg.
TOLERANCE = 1

CASES = [(scene, frame) for scene, frames in FRAMES.items() for frame in frames]


@pytest.fixture(scope="module")
def prepared():
    return {scene: prepare(SCENES / scene, Settings()) for scene in FRAMES}


@pytest.mark.parametrize("scene", FRAMES)
def test_a_demo_scene_has_neither_errors_nor_warnings(scene):
    assert produce.check(SCENES / scene, Settings()) == ()


def test_the_film_lasts_24_seconds(prepared):
    graph = prepared["first-light"].graph("main")
    assert frame_range(graph, prepared["first-light"].scene.outputs["film"]) == (0, 24, 576)


def test_every_cut_of_many_hands_is_on_a_beat_of_its_music(prepared, monkeypatch):
    monkeypatch.syspath_prepend(SCENES / "many-hands" / "make")
    from tempo import FPS, LENGTH, STARTS

    compositions = prepared["many-hands"].scene.compositions
    shots = [compositions[clip.source.composition] for clip in compositions["film"].sequence[:-1]]
    cuts = list(itertools.accumulate(shot.duration.seconds * FPS for shot in shots))
    assert [cut for cut in cuts if cut not in STARTS] == []
    assert prepared["many-hands"].graph("main").root.duration == Fraction(LENGTH, FPS)


def test_captions_of_many_hands_stand_while_their_verse_is_said(prepared, monkeypatch):
    monkeypatch.syspath_prepend(SCENES / "many-hands" / "make")
    from recite import LEAD, LINES, line
    from speech import laid_out
    from tempo import FPS, seconds

    graph = prepared["many-hands"].graph("main")
    captions = captions_of(graph, Fraction(0), graph.root.duration)
    files = [
        layer.start.seconds
        for layer in prepared["many-hands"].scene.compositions["film"].layers
        if str(getattr(layer.source, "record", "")).endswith("/spoken")
    ]
    assert len(captions) == len(files) == len(LINES)
    for caption, file, (name, (bar, *_)) in zip(captions, files, LINES.items(), strict=True):
        said = laid_out(line(name))
        assert file == pytest.approx(seconds(bar) - LEAD, abs=0.5 / FPS)
        assert caption.start == pytest.approx(seconds(bar) + said[0].start, abs=0.1)
        assert caption.end == pytest.approx(seconds(bar) + said[-1].end, abs=0.1)


def test_voices_of_many_hands_are_grown_and_say_all_words_as_loudly(monkeypatch):
    monkeypatch.syspath_prepend(SCENES / "many-hands" / "make")
    from recite import LEAD, LINES, line, spoken
    from speech import RATE

    for name in LINES:
        voice = spoken(name)
        stressed = [syllable for syllable in line(name) if syllable.stress > 0.5]
        starts = [round((syllable.at + LEAD + 0.02) * RATE) for syllable in stressed]
        vowels = [voice[start : start + RATE // 10] for start in starts]
        levels = [20 * np.log10(vowel.std()) for vowel in vowels]
        assert max(levels) - min(levels) < 6  # not K-weighted, and one stretch of each vowel
        for vowel in vowels:
            alike = np.correlate(vowel, vowel, "full")[vowel.size - 1 :]
            lags = slice(RATE // 400, RATE // 60)
            assert 75 < RATE / (lags.start + np.argmax(alike[lags])) < 240


@pytest.mark.parametrize("scene", FRAMES)
def test_every_record_of_a_demo_catalogue_is_whole(scene):
    catalogue = open_catalogue(SCENES / scene / "catalogue")
    for name in catalogue.names():
        record = catalogue.record(name)
        catalogue.media(record)
        catalogue.lineage(record)
        assert all(catalogue.person(part.person).display_name for part in record.contributors)


@pytest.mark.parametrize(("scene", "number"), CASES, ids=[f"{scene}-{frame}" for scene, frame in CASES])
def test_a_frame_is_as_it_was(scene, number, prepared, record_golden, tmp_path):
    from reelwork.media.writing.stills import write_still

    ready = prepared[scene]
    output = next(iter(ready.scene.outputs.values()))
    graph = ready.graph(output.composition)
    frame, alpha = paint_instant(graph, output, number / graph.fps, Fraction(WIDTH, graph.root.size[0]))
    golden = GOLDEN / f"{scene}-{number:03d}.png"
    to = golden if record_golden else tmp_path / golden.name
    write_still(frame, to, alpha=alpha)
    seen, wanted = (np.asarray(Image.open(path).convert("RGB"), np.int16) for path in (to, golden))
    assert seen.shape == wanted.shape
    worst = int(np.abs(seen - wanted).max())
    assert worst <= TOLERANCE, f"off by up to {worst}; look at it, then run pytest with --record-golden"
