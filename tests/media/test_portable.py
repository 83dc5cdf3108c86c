import ctypes
from pathlib import Path

import numpy as np
import pytest
from media.clips import make_sound

from reelwork.media import portable
from reelwork.media.sound.waves import waves
from reelwork.media.writing.soundtrack import write_sound


@pytest.fixture
def library() -> ctypes.CDLL:
    found = portable._libavutil()
    if found is None:
        pytest.skip("PyAV's libavutil cannot be told apart here")
    return found


def sound() -> np.ndarray:
    times = np.arange(48_000) / 48_000
    noise = np.random.default_rng(3).normal(0, 0.05, (2, 48_000))
    return (0.3 * np.sin(2 * np.pi * (200 + 300 * times) * times) + noise).astype(np.float32)


def test_sound_is_coded_alike_on_older_processors(library: ctypes.CDLL, tmp_path: Path) -> None:
    """An older machine is one whose FFmpeg is told that it has SSE2 alone."""
    lossy = make_sound(tmp_path / "source.mp3", sound(), "libmp3lame")

    def coded(name: str) -> tuple[bytes, bytes]:
        write_sound([sound()], tmp_path / name)
        with waves(lossy) as heard:
            return (tmp_path / name).read_bytes(), b"".join(run.samples.tobytes() for run in heard.runs)

    here = coded("here.m4a")
    library.av_force_cpu_flags(portable._BASELINE)
    try:
        there = coded("there.m4a")
    finally:
        library.av_force_cpu_flags(-1)
    assert here == there


def test_other_codecs_keep_the_processor_that_they_have(library: ctypes.CDLL) -> None:
    before = library.av_get_cpu_flags()
    with portable.portable_arithmetic():
        assert library.av_get_cpu_flags() == portable._BASELINE
    assert library.av_get_cpu_flags() == before
