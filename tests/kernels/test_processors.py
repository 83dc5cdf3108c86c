"""The same bytes on every processor: kernels compiled for the plainest one give what they give on this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CODE = """
import hashlib
import numpy as np
from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.kernels import colour, frames
from reelwork.values import Affine, File
from reelwork_colour import ColourSpace, Grade, Levels, Lut, Vignette

window = Window(0, 0, 203, 57)


def noise(seed):
    data = np.random.default_rng(seed).random((4, 57, 203)).astype(np.float32)
    data[:3] *= data[3] * 2
    return Frame(data, window)


found = hashlib.sha256()
storage = StorageFormat(depth=10)
planes = colour.empty_planes(storage, 203, 57)
for plane in planes:
    plane[:] = np.random.default_rng(0).integers(0, 1024, plane.shape)
frame = Frame.empty(window)
colour.decode(planes, storage, 203, 57, frame)
colour.encode(noise(1), storage, 203, 57, planes)
backdrop, out = noise(2), Frame.empty(window)
frames.merge(registry().merges["soft-light"], "srgb", backdrop, noise(3), 0.7)
effects = [Grade(contrast=1.3, gamma=0.8, temperature=20.0), Vignette()]
frames.apply_pointwise(effects, noise(4), out, to_layer=Affine.rotation(7.0), box=(200.0, 50.0))
cube = File(".cube", hashlib.sha256(open({cube!r}, "rb").read()).hexdigest(), {cube!r})
looked = Frame.empty(window)
effects = [
    ColourSpace(to="Rec.2100-PQ - Display"),
    ColourSpace(from_="Rec.2100-PQ - Display"),
    Levels(gamma=1.2, black=0.05),
    Lut(file=cube),
    Lut(file=cube, space="acescct"),
    ColourSpace(display="sRGB - Display", view="ACES 1.0 - SDR Video"),
]
frames.apply_pointwise(effects, noise(5), looked, to_layer=Affine.IDENTITY, box=(200.0, 50.0))
for array in (frame.data, *planes, backdrop.data, out.data, looked.data):
    found.update(array.tobytes())
print(found.hexdigest())
"""


def _digest(cube: Path, **environment: str) -> str:
    code = _CODE.replace("{cube!r}", repr(str(cube)))
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def test_a_processor_without_avx_or_fma_gives_the_same_bytes(tmp_path):
    cube = tmp_path / "look.cube"
    steps = (0.0, 0.3, 0.6, 1.0)
    colours = [f"{r * r} {0.9 * g + 0.1 * b} {b}" for b in steps for g in steps for r in steps]
    cube.write_text("\n".join(("LUT_3D_SIZE 4", *colours)))
    plainest = _digest(cube, NUMBA_CPU_NAME="x86-64", NUMBA_CPU_FEATURES="")
    assert len(plainest) == 64
    assert _digest(cube) == plainest
