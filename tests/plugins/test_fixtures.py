"""The fixtures that pytest has wherever Reelwork is installed."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork import PointEffect
from reelwork.errors import SceneError

SCENE = """\
reelwork: 1
canvas: {size: [4, 2], fps: 24}
compositions:
  main:
    duration: 2s
    layers:
      - file: half.png
        effects: [invert]
        transform: {opacity: {0s: 100%, 1s: 0%}}
"""


class Invert(PointEffect, name="invert", version=1):
    """Invert: not as the built-in one does it."""

    @staticmethod
    def pixel(r, g, b, a):
        return a - r, g, b, a


def test_a_frame_of_a_scene(render_frame):
    half = np.zeros((2, 4, 3), np.uint8)
    half[:, 2:] = 255
    frame = render_frame(SCENE, pictures={"half.png": half})
    assert frame.shape == (4, 2, 4)
    assert frame.dtype == np.float32
    assert (frame[:3, :, :2] == 1.0).all()
    assert (frame[:3, :, 2:] == 0.0).all()
    assert (render_frame(SCENE, pictures={"half.png": half}, time="1s")[:3] == 0.0).all()
    other = render_frame(SCENE, pictures={"half.png": half}, using=[Invert])
    assert (other[:, 0, 0] == [1.0, 0.0, 0.0, 1.0]).all()


def test_a_wrong_scene_is_told(render_frame):
    with pytest.raises(SceneError, match="there is no effect 'inverse'"):
        render_frame(SCENE.replace("invert", "inverse"))
    with pytest.raises(SceneError, match=r"did you mean 'box-blur', .*'gaussian-blur' or 'lens-blur'"):
        render_frame(SCENE.replace("invert", "blur"))


def test_the_sample_has_all_that_is_hard(sample_frame):
    *light, alpha = sample_frame.data
    assert sample_frame.data.shape == (4, 48, 72)
    assert alpha.min() == 0.0
    assert alpha.max() == 1.0
    assert ((alpha > 0.0) & (alpha < 1.0)).any()
    assert max(channel.max() for channel in light) > 1.0
