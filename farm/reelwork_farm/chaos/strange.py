"""What an effect shall do wrong goes in; a plugin that does it comes out, and a film that is made with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_PLUGIN: Final = '''
import ctypes, time
from reelwork import PointEffect, hookimpl, param

class Strange(PointEffect, name="strange", version=1):
    """Does what no effect should."""

    deed: str = param("none", help="What it does.")

    def uniforms(self):
        if self.deed == "crash":
            ctypes.string_at(0)
        while self.deed == "eat":
            HELD.append(bytes([1]) * (32 << 20))
        if self.deed == "hang":
            time.sleep(3600)
        return (0.5,)

    @staticmethod
    def pixel(r, g, b, a, gain):
        return r * gain, g * gain, b * gain, a

HELD = []

@hookimpl
def reelwork_extensions():
    return [Strange]
'''
_HEAD: Final = """\
reelwork: 1
title: Strange
canvas: {{size: [64, 36], fps: 24}}
compositions:
  main:
    duration: {seconds}s
    layers:
      - solid: "#336699"
"""
_LAYER: Final = (
    '      - {{solid: "#ff0000", start: {start}s, duration: 1s, effects: [{{strange: {{deed: {deed}}}}}]}}\n'
)


def with_plugin(folder: Path, version: str) -> dict[str, str]:
    """An environment in which the plugin is installed, as a distribution of that version, in a folder of its own."""
    told = folder / f"reelwork_strange-{version}.dist-info"
    told.mkdir(parents=True)
    (folder / "reelwork_strange.py").write_text(_PLUGIN, encoding="utf-8")
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: reelwork-strange\nVersion: {version}\n")
    (told / "entry_points.txt").write_text("[reelwork]\nstrange = reelwork_strange\n")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))}


def strange_film(folder: Path, deeds: Sequence[str]) -> Path:
    """A scene of one unit for each deed, in which the effect does it: ``none``, ``crash``, ``eat`` or ``hang``."""
    path = folder / "strange.yaml"
    layers = "".join(_LAYER.format(start=4 * number + 1, deed=deed) for number, deed in enumerate(deeds))
    path.write_text(_HEAD.format(seconds=4 * len(deeds)) + layers, encoding="utf-8")
    return path
