"""Media for timelines, made once: pictures that all differ, with sound; sound alone; a still."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_clip, make_sound, tone
from PIL import Image


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``a.mp4``, ``b.mp4`` (two seconds at 24, with sound), ``ntsc.mov``, ``pal.mov``, ``song.wav`` and
    ``still.png``."""
    folder = tmp_path_factory.mktemp("footage")
    sound = tone(2.0)
    make_clip(folder / "a.mp4", count=48, size=(64, 36), sound=sound)
    make_clip(folder / "b.mp4", "mpeg4", count=48, size=(64, 36), sound=tone(2.0, 660.0))
    make_clip(folder / "ntsc.mov", count=48, size=(64, 36), fps=Fraction(24000, 1001))
    make_clip(folder / "pal.mov", count=50, size=(64, 36), fps=Fraction(25))
    make_sound(folder / "song.wav", np.stack([sound, sound]))
    Image.fromarray(np.arange(64 * 36 * 3, dtype=np.uint8).reshape(36, 64, 3)).save(folder / "still.png")
    return folder
