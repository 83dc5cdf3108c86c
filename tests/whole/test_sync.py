"""Picture and sound of a whole film stand where they should, also at 24000/1001 frames a second."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from making import RATE, Here

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

FPS = Fraction(24000, 1001)
FLASH = 130
SCENE = f"""
reelwork: 1
canvas: {{size: [64, 48], fps: 23.976}}
compositions:
  main:
    duration: 250f
    layers:
      - {{solid: white, start: {FLASH}f, duration: 1f}}
      - {{file: click.wav, start: {FLASH}f, sound: {{gain: 0dB}}}}
outputs: {{film: {{file: film.mp4}}}}
"""


def write_click(path):
    samples = np.zeros((1, RATE), np.int16)
    samples[0, 0] = 30000
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.rate, frame.pts = RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module", params=[".mp4", ".mov", ".mkv", ".webm"])
def film(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sync")
    write_click(folder / "click.wav")
    codec = "{codec: vp9, preset: ultrafast}" if request.param == ".webm" else "{preset: ultrafast}"
    (folder / "scene.yaml").write_text(SCENE.replace("film.mp4}", f"film{request.param}, video: {codec}}}"))
    to = folder / f"film{request.param}"
    produce.render(folder, Settings(), Request(to=to), Silent(), Here())
    return to


def test_every_frame_is_there_once_at_its_time(film):
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        rate = stream.average_rate
    tolerance = Fraction(1, 1000) if film.suffix in (".mkv", ".webm") else 0  # Matroska counts in milliseconds
    assert len(frames) == 250
    for number, frame in enumerate(frames):
        assert abs(frame.pts * frame.time_base - number / FPS) <= tolerance
    bright = [number for number, frame in enumerate(frames) if frame.to_ndarray(format="gray").mean() > 128]
    assert bright == [FLASH]
    assert abs(rate - FPS) < Fraction(1, 1000)


def test_the_click_is_heard_with_the_flash(film):
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        first, parts = None, []
        for frame in container.decode(stream):
            if first is None:
                first = frame.pts * frame.time_base
            parts.append(frame.to_ndarray().reshape(-1, 2).T if not frame.format.is_planar else frame.to_ndarray())
    samples = np.concatenate(parts, axis=1).astype(float)
    heard = int(np.abs(samples[0]).argmax()) + round(first * RATE)
    slack = 48 if film.suffix in (".mkv", ".webm") else 1
    assert abs(heard - FLASH / FPS * RATE) <= slack


def test_the_film_is_as_long_as_it_says(film):
    with av.open(str(film)) as container:
        assert abs(Fraction(container.duration, av.time_base) - 250 / FPS) < Fraction(1, 40)
