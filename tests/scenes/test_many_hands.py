"""The film of `make film` is as long and as loud as it should be, and nothing in it goes black or stands still."""

from __future__ import annotations

import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from reelwork.render import produce
from reelwork.render.prepare import Settings
from reelwork.render.progress import Silent
from reelwork.render.units import Request

SCENE = Path(__file__).parents[2] / "scenes" / "many-hands"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> produce.Rendered:
    """A quarter of its size: levels and blackness are the same."""
    request = Request(to=tmp_path_factory.mktemp("film") / "film.mp4", scale=Fraction(1, 4))
    return produce.render(SCENE, Settings(), request, Silent())


def filtered(film: produce.Rendered, *arguments: str) -> str:
    """What ffmpeg's own filters say of the film."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg, to measure independently")
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(film.path), *arguments, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


@pytest.mark.soak
def test_it_is_as_loud_as_it_should_be_and_never_clips(film: produce.Rendered) -> None:
    assert film.levels is not None
    assert film.levels.loudness == pytest.approx(-14.0, abs=1.0)
    assert film.levels.true_peak < -1.0


@pytest.mark.soak
def test_ffmpeg_hears_the_same_in_the_encoded_film(film: produce.Rendered) -> None:
    said = filtered(film, "-af", "ebur128=peak=true").rpartition("Summary:")[2]
    loudness, peak = (float(re.search(rf"{name}:\s+(-?[\d.]+) ", said)[1]) for name in ("I", "Peak"))
    assert loudness == pytest.approx(film.levels.loudness, abs=0.3)
    assert peak < -1.0


@pytest.mark.soak
def test_nothing_goes_black_or_stands_still(film: produce.Rendered) -> None:
    said = filtered(film, "-vf", "blackdetect=d=0.08:pix_th=0.05,freezedetect=n=0.0001:d=1")
    assert re.findall(r"black_start|freeze_start", said) == []
    assert "Duration: 00:00:59.1" in said
