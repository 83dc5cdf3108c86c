"""Sound effects in whole renders: a part sounds as it does in the whole, and a keyframed echo as it is written."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from reelwork.media.sound.source import RATE, AudioSource
from reelwork.media.writing.soundtrack import write_sound
from reelwork.render.prepare import Settings
from reelwork.render.produce import render
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = """
reelwork: 1
canvas: {size: [16, 16], fps: 24}
compositions:
  main:
    duration: 3s
    layers:
      - {file: noise.wav, start: 1/4s, duration: 1s, sound: {effects: [
          {high-pass: {frequency: {0s: 40, 1s: 4000}}}, {compressor: {threshold: -30dB}}, limiter]}}
      - {composition: room, start: 1/2s, sound: {effects: [{reverb: {decay: 1s, mix: {0s: 0%, 1s: 80%}}}], gain: -6dB}}
  room:
    duration: 2s
    layers: [{file: noise.wav, duration: 500ms, sound: {effects: [{delay: {time: 200ms}}]}}]
outputs:
  whole: {file: whole.wav}
  part: {file: part.wav, range: [1s, 2s]}
  film: {file: film.mkv, audio: {codec: flac}}
"""


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """Each output's samples."""
    folder = tmp_path_factory.mktemp("film")
    noise = np.random.default_rng(4).normal(0.0, 0.2, (2, RATE)).astype(np.float32)
    write_sound([noise], folder / "noise.wav")
    (folder / "scene.yaml").write_text(SCENE)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("whole", "part", "film"):
            path = render(Path("scene.yaml"), Settings(), Request(output=name), Silent()).path
            with AudioSource(path) as source:
                found[name] = source.read(0, source.samples)
    return found


def test_a_part_sounds_as_it_does_in_the_whole(heard):
    np.testing.assert_array_equal(heard["part"], heard["whole"][:, RATE : 2 * RATE])


def test_a_film_has_the_sound_of_the_sound_alone(heard):
    np.testing.assert_array_equal(heard["film"], heard["whole"])


def test_what_is_written_is_heard(heard):
    whole = heard["whole"]
    assert whole.shape[1] == sample(3)
    assert not whole[:, : sample("1/4")].any()
    echoes = [abs(whole[:, sample(at) : sample(at) + 4800]).max() for at in ("7/5", "9/5", "11/5", "13/5")]
    assert echoes[0] > 0.02
    assert all(later < 0.6 * earlier for earlier, later in pairwise(echoes))
    assert echoes[3] > 0.0, "what rings is heard after its layer's end"


def sample(time):
    return int(Fraction(time) * RATE)
