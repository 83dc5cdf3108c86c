import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media.footage import run
from media_table import media

from reelwork.errors import OutputError
from reelwork.maths import exp
from reelwork.media.picture import Picture
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.rates import TRIES, Search, Tried, can_be_taken_in, search, shares
from reelwork.media.writing.segment import Segment
from reelwork.media.writing.spec import Rate, VideoSpec, video_spec

FPS = Fraction(24)
SIZE = (96, 54)


def grainy(spec: VideoSpec, first: int, stop: int) -> list[Picture]:
    """Grain that is coarser in later units, as ordinary footage differs from shot to shot."""
    made = []
    for number in range(first, stop):
        noise = np.random.default_rng(number)
        planes = []
        for index in range(3):
            columns, rows = spec.storage.plane_size(index, spec.width, spec.height)
            grain = noise.normal(0, 4 + 6 * (number // 12 % 3), (rows, columns))
            place = np.add.outer(np.arange(rows), np.arange(columns) + number) * 2 % 160 + 40
            planes.append(np.clip(place + grain, 16, 235).astype(np.uint8))
        made.append(Picture(tuple(planes), spec.storage, spec.width, spec.height))
    return made


@pytest.mark.parametrize("slope", [0.04, 0.12, 0.2])
def test_the_size_is_met_however_steeply_it_falls(slope: float) -> None:
    rng = random.Random(5)
    for _ in range(50):
        large, budget = rng.uniform(2e5, 2e7), rng.randrange(50_000, 200_000)
        tries: list[float] = []

        def encode(quality: float, large: float = large, tries: list[float] = tries) -> Tried:
            tries.append(quality)
            return Tried(quality, round(large * exp(-slope * quality) * (1 + 0.003 * np.sin(quality * 40))))

        found = search(encode, Search(budget, 18.0, (0.0, 150.0), 0.05, 0.12))
        assert len(tries) <= TRIES
        assert abs(found.size / budget - 1) < 0.02


def test_what_a_player_cannot_take_in_is_not_chosen() -> None:
    def encode(quality: float) -> Tried:
        return Tried(quality, round(1e6 * exp(-0.12 * quality)), fits=quality >= 30)

    assert search(encode, Search(200_000, 18.0, (1.0, 51.0), 0.05, 0.12)).quality >= 30
    capped = search(encode, Search(None, 18.0, (18.0, 51.0), 0.05, 0.12))
    assert 30 <= capped.quality <= 31
    nothing = search(lambda quality: Tried(quality, 10, fits=False), Search(100, 18.0, (1.0, 51.0), 0.05, 0.12))
    assert not nothing.fits


def test_units_that_a_player_can_take_in_make_a_film_that_it_can_take_in() -> None:
    rng, rate = random.Random(3), 1_000_000
    kept: list[list[int]] = []
    while len(kept) < 30:
        unit = [round(rng.expovariate(1 / 38_000)) for _ in range(24)]
        unit[0] *= 4
        if can_be_taken_in(unit, rate, FPS, 0.5):
            kept.append(unit)
    level = Fraction(rate, 2)
    for size in (size for unit in kept for size in unit):
        level -= size
        assert level >= 0
        level = min(Fraction(rate), level + rate / FPS)
    assert not can_be_taken_in([500_001], rate, FPS, 0.5)
    assert not can_be_taken_in([45_000] * 24, rate, FPS, 0.5)


def test_shares_are_the_whole_whatever_each_unit_needs() -> None:
    rng = random.Random(2)
    frames = [96] * 20 + [17]
    whole = 4_000_000 * sum(frames) / FPS
    assert abs(sum(shares(frames, 4_000_000, FPS)) - whole) <= len(frames)
    for _ in range(20):
        needs = [rng.randrange(1, 1_000_000) for _ in frames]
        given = shares(frames, 4_000_000, FPS, needs=needs, most=9_000_000)
        assert abs(sum(given) - whole) <= len(frames)
        rates = [share * FPS / count for share, count in zip(given, frames, strict=True)]
        assert min(rates) >= 400_000 - 1
        assert max(rates) <= 9_000_000
        ordered = sorted(range(20), key=needs.__getitem__)
        assert [given[unit] for unit in ordered] == sorted(given[:20])
    assert shares([96, 96], 1_000_000, FPS, needs=[0, 0]) == shares([96, 96], 1_000_000, FPS)


def in_units(spec: VideoSpec, folder: Path, order: list[int]) -> list[Segment]:
    folder.mkdir()
    made = {n: encode_unit(spec, grainy(spec, 12 * n, 12 * n + 12), folder / f"{n}") for n in order}
    assert sorted(path.name for path in folder.iterdir()) == ["0", "1", "2"]
    return [made[n] for n in range(3)]


@pytest.mark.parametrize(
    ("codec", "bitrate"),
    [
        pytest.param(codec, bitrate, marks=media("video", label, "bitrate, held over units", written="ffprobe"))
        for codec, bitrate, label in (
            ("h264", 400_000, "H.264, .mp4"),
            ("hevc", 300_000, "HEVC, .mp4"),
            ("vp9", 200_000, "VP9, .mp4"),
            ("av1", 300_000, "AV1, .mp4"),
        )
    ],
)
def test_a_film_has_the_bitrate_that_it_should_have(tmp_path: Path, codec: str, bitrate: int) -> None:
    spec = video_spec(".mp4", size=SIZE, fps=FPS, codec=codec, preset="ultrafast", rate=Rate(bitrate))
    write_film(in_units(spec, tmp_path / "a", [0, 1, 2]), spec, tmp_path / "a.mp4")
    if codec == "h264":
        write_film(in_units(spec, tmp_path / "b", [2, 0, 1]), spec, tmp_path / "b.mp4")
        assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    told = run("ffprobe", "-show_entries", "stream=bit_rate,nb_frames", "-of", "csv=p=0", "-i", str(tmp_path / "a.mp4"))
    found, frames = map(int, told.strip().split(","))
    assert frames == 36
    assert abs(found / bitrate - 1) < 0.02


def test_the_highest_bitrate_is_kept_to_in_every_second(tmp_path: Path) -> None:
    spec = video_spec(".mp4", size=SIZE, fps=FPS, preset="ultrafast", crf=4, rate=Rate(most=400_000))
    segments = in_units(spec, tmp_path / "units", [0, 1, 2])
    sizes = [8 * entry.size for segment in segments for entry in segment.packets]
    assert max(sum(sizes[start : start + 24]) for start in range(len(sizes))) <= 2 * 400_000
    assert can_be_taken_in(sizes, 400_000, FPS, 0.5)
    free = video_spec(".mp4", size=SIZE, fps=FPS, preset="ultrafast", crf=4)
    assert not can_be_taken_in([8 * e.size for e in encode_unit(free, grainy(free, 0, 12), tmp_path / "f").packets],
                               400_000, FPS, 0.5)  # fmt: skip
    tight = video_spec(".mp4", size=SIZE, fps=FPS, preset="ultrafast", rate=Rate(most=10_000))
    with pytest.raises(OutputError, match="so that 10,000 bits a second are the most"):
        encode_unit(tight, grainy(tight, 0, 12), tmp_path / "tight")
    assert not (tmp_path / "tight").exists()


@pytest.mark.soak
@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_twenty_seconds_have_each_of_three_bitrates(tmp_path: Path, codec: str) -> None:
    for bitrate in (250_000, 600_000, 1_500_000):
        # libvpx is told of no buffer, so that a highest rate costs it bits.
        rate = Rate(bitrate, None if codec == "vp9" else 3 * bitrate)
        spec = video_spec(".mp4", size=(320, 180), fps=FPS, codec=codec, preset="veryfast", rate=rate)
        units = [(first, min(first + 96, 500)) for first in range(0, 500, 96)]
        folder = tmp_path / f"{bitrate}"
        segments = [encode_unit(spec, grainy(spec, *unit), folder / f"{unit[0]}") for unit in units]
        write_film(segments, spec, folder / "film.mp4")
        told = run("ffprobe", "-show_entries", "stream=bit_rate", "-of", "csv=p=0", "-i", str(folder / "film.mp4"))
        print(f"{codec} at {bitrate}: {int(told) / bitrate - 1:+.2%}")
        assert abs(int(told) / bitrate - 1) < 0.02
