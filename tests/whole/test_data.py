"""Numbers that are no colours: read as they are stored, given to effects as they are, and spaces of effects kept."""

from __future__ import annotations

import numpy as np
import pytest

from reelwork import AreaEffect, PointEffect, TemporalEffect, param
from reelwork.extensions.declared import declared_problem
from reelwork.kernels.curves import srgb_decode
from reelwork.kinds import Colour as ColourKind
from reelwork.media.stills.exr import write_exr
from reelwork.values import Colour

SCENE = """
reelwork: 1
canvas: {{size: [8, 4], fps: 4, background: transparent}}
compositions:
  main: {{duration: 1s, layers: [{layers}]}}
"""
CODES = np.array([0, 1, 64, 128, 200, 254, 255, 17], np.uint8)


def picture(channels):
    """Columns of codes; the last channel of two or four is an alpha that never is whole."""
    pixels = np.broadcast_to(CODES[np.newaxis, :, np.newaxis], (4, 8, channels)).copy()
    if channels == 4:
        pixels[:, :, 3] = 100
    return pixels


@pytest.mark.parametrize("channels", [3, 4])
def test_data_is_what_the_file_stores(render_frame, channels):
    layers = "{file: normals.png, data: true}"
    found = render_frame(SCENE.format(layers=layers), pictures={"normals.png": picture(channels)})
    wanted = np.moveaxis(picture(channels), -1, 0).astype(np.float32) / np.float32(255)
    np.testing.assert_allclose(found[:channels], wanted, atol=1e-7)


def test_the_same_file_may_be_data_and_a_picture(render_frame):
    layers = "{file: a.png, data: true, fit: none}, {file: a.png, transform: {position: [8, 2]}}"
    found = render_frame(SCENE.format(layers=layers), pictures={"a.png": picture(3)})
    np.testing.assert_allclose(found[0, 0, :4], CODES[:4] / 255, atol=1e-7)
    np.testing.assert_allclose(found[0, 0, 4:], [srgb_decode(np.float32(code / 255)) for code in CODES[:4]], atol=1e-4)


def test_a_depth_in_metres_is_remapped(render_frame, tmp_path):
    depth = np.linspace(-3.0, 60.0, 32, dtype=np.float32).reshape(4, 8)
    write_exr({"Y": depth}, tmp_path / "depth.exr")
    effect = "{remap: {low: 2, high: 40, clamp: true}}"
    scene = SCENE.format(layers=f"{{file: depth.exr, data: true, effects: [{effect}]}}")
    found = render_frame(scene)
    np.testing.assert_allclose(found[1], np.clip((depth - 2) / 38, 0, 1), atol=1e-6)


class Show(PointEffect, name="show", version=1):
    """Show: a colour as it is given."""

    space = "data"
    colour: Colour = param(Colour.from_hex("#8040c080"), kind=ColourKind(), help="Which.")

    def uniforms(self):
        return (self.colour,)

    @staticmethod
    def pixel(r, g, b, a, red, green, blue, alpha):
        return red, green, blue, alpha


def test_a_colour_is_the_numbers_that_were_written(render_frame):
    found = render_frame(SCENE.format(layers="{solid: white, effects: [show]}"), using=[Show])
    np.testing.assert_allclose(found[:, 0, 0], np.array([0x80, 0x40, 0xC0, 0x80]) / 255, atol=1e-6)


def half(space, base):
    """An effect that hands on half of what it gets, in a space."""

    def render(self, source, out, context):
        given = source if isinstance(self, AreaEffect) else source[0]
        out.data[:] = given.crop(out.window).data
        out.data[:3] *= np.float32(0.5)

    members = {"__doc__": "Half.", "space": space, "render": render, "__annotations__": {}, "__module__": __name__}
    members |= {"margin": lambda self, context: (0, 0, 0, 0), "times": lambda self, context: (context.time * 0,)}
    return type(base)("Half", (base,), members, name="half", version=1)


@pytest.mark.parametrize("base", [AreaEffect, TemporalEffect])
@pytest.mark.parametrize("space", ["linear", "display", "data"])
def test_frames_of_effects_are_in_their_space(render_frame, base, space):
    scene = SCENE.format(layers="{solid: '#c8c8c8', transform: {opacity: 50%}, effects: [half]}")
    found = render_frame(scene, using=[half(space, base)])[:, 1, 1]
    light = srgb_decode(np.float32(200 / 255))
    wanted = srgb_decode(np.float32(100 / 255)) if space == "display" else light / 2
    np.testing.assert_allclose(found[0], wanted * 0.5, rtol=2e-3)
    np.testing.assert_allclose(found[3], 0.5, atol=1e-6)


def test_a_space_that_is_none_is_told():
    assert "its space 'gamma' is none of" in declared_problem(half("gamma", AreaEffect))
    straight = type("Straight", (Show,), {"unpremultiplied": True, "__doc__": "Straight."}, name="straight", version=1)
    assert "leave `unpremultiplied` out" in declared_problem(straight)
