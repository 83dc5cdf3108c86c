"""What light leaks must do; and the promises that every extension must keep."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from reelwork_light_leak.light_leak import LightLeak
from reelwork_light_leak.shape import leaked

from reelwork.testing import conformance

test_conformance = conformance("reelwork_light_leak")

SCENE = """\
reelwork: 1
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 1s
    layers:
      - solid: "#404040"
        effects: [EFFECT]
"""


@pytest.mark.parametrize("seed", range(5))
def test_light_falls_off_from_the_side_that_leaks(seed):
    light = [leaked(depth, 0.3, 0.4, float(seed)) for depth in np.linspace(0.0, 1.0, 20)]
    assert light[0] == pytest.approx(1.0)
    assert all(nearer > farther for nearer, farther in itertools.pairwise(light))


@pytest.mark.parametrize(("angle", "side"), [(0, np.s_[:, -1]), (90, np.s_[-1]), (180, np.s_[:, 0]), (270, np.s_[0])])
def test_the_angle_says_from_where(render_frame, angle, side):
    frame = render_frame(SCENE.replace("EFFECT", f"{{light-leak: {{angle: {angle}}}}}"))
    light = frame[:3].sum(axis=0)
    assert light[side].mean() > 1.5 * light.mean()
    assert (frame[3] == 1.0).all()


def test_scenes_of_version_1_look_as_they_did(render_frame):
    old, new = "{light-leak: {version: 1, strength: 50%, reach: 40}}", "{light-leak: {amount: 50%, reach: 40%}}"
    assert (render_frame(SCENE.replace("EFFECT", old)) == render_frame(SCENE.replace("EFFECT", new))).all()


def test_presets_may_be_changed(render_frame):
    cold = render_frame(SCENE.replace("EFFECT", "{light-leak: {preset: cold}}"))
    assert cold[2, :, 0].mean() > cold[0, :, 0].mean()


def test_no_light_is_no_leak():
    assert LightLeak(amount=0.0).is_identity()
