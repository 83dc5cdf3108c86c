"""An effect that crashes, eats memory or hangs, as a plugin in a folder of its own; and a film that is made with it."""

from __future__ import annotations

from pathlib import Path

_PLUGIN = '''
import ctypes, time
from reelwork import PointEffect, hookimpl, param

class Misbehave(PointEffect, name="misbehave", version=1):
    """Does what no effect should."""

    deed: str = param("none", help="What it does.")

    def uniforms(self):
        if self.deed == "crash":
            ctypes.string_at(0)
        while self.deed == "eat":
            HELD.append(bytes([1]) * (32 << 20))
        if self.deed == "hang":
            time.sleep(3600)
        if self.deed == "raise":
            raise ValueError("this effect has a fault")
        return (0.5,)

    @staticmethod
    def pixel(r, g, b, a, gain):
        return r * gain, g * gain, b * gain, a

HELD = []

@hookimpl
def reelwork_extensions():
    return [Misbehave]
'''

#: Six units of 96 frames; each misbehaviour is in one of its own, and two are well.
_SCENE = """
reelwork: 1
title: Misbehaving
canvas: {size: [64, 36], fps: 24}
compositions:
  main:
    duration: 24s
    layers:
      - solid: "#336699"
      - {solid: "#ff0000", start: 5s, duration: 1s, effects: [{misbehave: {deed: crash}}]}
      - {solid: "#ff0000", start: 9s, duration: 1s, effects: [{misbehave: {deed: eat}}]}
      - {solid: "#ff0000", start: 17s, duration: 1s, effects: [{misbehave: {deed: hang}}]}
      - {solid: "#ff0000", start: 21s, duration: 1s, effects: [{misbehave: {deed: raise}}]}
outputs:
  film: {file: misbehaving.mp4}
"""


def misbehaving_plugin(folder: Path) -> Path:
    """A folder for ``$PYTHONPATH`` that holds the plugin."""
    (folder / "reelwork_misbehaving-1.0.dist-info").mkdir(parents=True)
    (folder / "reelwork_misbehaving.py").write_text(_PLUGIN)
    (folder / "reelwork_misbehaving-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: reelwork-misbehaving\nVersion: 1.0\n"
    )
    (folder / "reelwork_misbehaving-1.0.dist-info" / "entry_points.txt").write_text(
        "[reelwork]\nmisbehaving = reelwork_misbehaving\n"
    )
    return folder


def misbehaving_scene(folder: Path) -> Path:
    """The film."""
    path = folder / "scene.yaml"
    path.write_text(_SCENE)
    return path
