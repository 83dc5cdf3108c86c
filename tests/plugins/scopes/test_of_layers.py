"""Scopes as generators show what the effects of the same names show of the layer that they name."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork.extensions import registry

SCOPES = ("waveform", "parade", "vectorscope", "histogram")
SCENE = """
reelwork: 1
canvas: {{size: [192, 108], fps: 24, background: "#00000000"}}
compositions:
  main:
    duration: 2s
    layers:
      {}
"""
TAKE = "generate: {gradient: {colours: [black, gold]}}"


def scene(*layers):
    return SCENE.format("\n      ".join(f"- {layer}" for layer in layers))


@pytest.mark.parametrize("scope", SCOPES)
def test_each_is_the_picture_of_the_effect(scope, render_frame):
    effect = render_frame(scene(f"{{{TAKE}, effects: [{scope}]}}"))
    assert effect[3].all()
    generator = scene(f"{{id: take, {TAKE}, visible: false}}", f"{{generate: {{{scope}: {{of: take}}}}}}")
    assert np.array_equal(render_frame(generator), effect)


def test_names_of_effects_and_generators_are_apart():
    found = registry()
    for scope in SCOPES:
        assert found.effects[scope] is not found.generators[scope]


def test_a_layer_is_measured_where_it_lies_and_when(render_frame):
    take = f"id: take, {TAKE}, end: 1s, transform: {{scale: 50%, position: {{0s: [30%, 50%], 1s: [70%, 50%]}}}}"
    below = f"{{{take}}}", "{adjustment: true, effects: [{waveform: {channels: rgb}}]}"
    beside = f"{{{take}, visible: false}}", "{generate: {waveform: {of: take, channels: rgb}}}"
    frames = []
    for time in ("0s", "500ms", "1s"):
        frames.append(render_frame(scene(*beside), time=time))
        if time != "1s":
            assert np.array_equal(frames[-1], render_frame(scene(*below), time=time))
    assert not np.array_equal(frames[0], frames[1])
    assert np.ptp(frames[2][0, 60, 30:160]) == 0.0


def test_a_scope_is_moved_and_mirrored_as_any_generator(render_frame):
    take = f"{{id: take, {TAKE}, visible: false}}"
    whole = render_frame(scene(take, "{generate: {parade: {of: take}}}"))
    placed = "transform: {anchor: [0, 0], position: [40, 20]}"
    moved = render_frame(scene(take, f"{{generate: {{parade: {{of: take}}}}, {placed}}}"))
    assert np.array_equal(moved[:, 20:, 40:], whole[:, :-20, :-40])
    assert not moved[:, :20].any()
    mirrored = render_frame(scene(take, "{generate: {parade: {of: take}}, transform: {scale: [-100%, 100%]}}"))
    assert np.allclose(mirrored[:, :, ::-1], whole, atol=1e-5)
