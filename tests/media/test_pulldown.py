"""Film that was telecined comes back: each of its pictures, once, in whatever order, and video between stays video."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from media.clips import digest, make_clip, visible
from media.footage import decoded
from media.test_footage import md5
from media_table import media

from reelwork.catalogue.facts import Reading
from reelwork.errors import MediaError
from reelwork.media.probe import probe
from reelwork.media.video.plugins import moving_source
from reelwork.media.video.pulldown import FilmSource

WIDTH, HEIGHT = 96, 64
NTSC, FILM_RATE, PAL = Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25)
PULLDOWN = Reading(fields="pulldown")
#: Which pictures of film the fields of a television picture are of: upper and lower.
Woven = Sequence[tuple[float, float]]


@cache
def drawn(number: float) -> np.ndarray:
    """Luma of a picture of film: soft shapes that move, each differently, over what stands."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    still = 90 + 30 * np.sin(x / 9) + 20 * np.cos(y / 7)
    for row, speed, size in ((16, 5, 9), (40, -4, 12)):
        across = (20 + speed * number) % (WIDTH + 24) - 12
        still = np.where(np.hypot(x - across, y - row) < size, 215 - row, still)
    down = (3 * number) % HEIGHT
    return np.rint(np.where((abs(y - down) < 4) & (x > 80), 30, still)).astype(np.uint8)


def telecined(count: int, *, upper_first: bool = True, first: int = 0) -> list[tuple[int, int]]:
    """2:3 pulldown: of so many pictures of film, in turn two fields and three."""
    fields = [number for number in range(first, first + count) for _ in range(2 if number % 2 == 0 else 3)]
    pairs = list(zip(fields[0::2], fields[1::2], strict=False))
    return pairs if upper_first else [(lower, upper) for upper, lower in pairs]


def television(path: Path, encoder: str, options: dict[str, str], woven: Woven, rate: Fraction = NTSC) -> Path:
    """A video whose pictures are of these fields."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(encoder, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.thread_count = 1
        for number, (upper, lower) in enumerate(woven):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            luma = drawn(upper).copy()
            luma[1::2] = drawn(lower)[1::2]
            planes = [luma, *(np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8) for _ in range(2))]
            for plane, values in zip(frame.planes, planes, strict=True):
                np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : values.shape[1]] = values
            frame.pts, frame.time_base = number, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def known(luma: np.ndarray, numbers: Iterable[float]) -> tuple[float, float]:
    """Which picture of film it is, and how far from it, the root of the mean square."""
    pairs = ((float(np.sqrt(np.mean((luma.astype(float) - drawn(number)) ** 2))), number) for number in numbers)
    far, number = min(pairs)
    return number, far


LOSSLESS = ("ffv1", {"level": "3"})
MPEG2 = {"flags": "+ildct+ilme", "b": "8M", "bf": "2", "g": "12"}
INTRA = {"flags": "+ildct+ilme", "b": "12M", "g": "1"}
X264 = {"x264-params": "tff=1:crf=14:bframes=2:keyint=12:threads=1", "preset": "ultrafast"}
BACK = "telecined film (3:2) brought back"
KINDS: list[Any] = [
    pytest.param(*kind, id=label, marks=media("video", label, BACK, read="the film's pictures"))
    for label, *kind in (
        ("FFV1, .mkv", "a.mkv", *LOSSLESS, True, 0),
        ("MPEG-2, upper field first, MPEG-TS", "a.ts", "mpeg2video", {**MPEG2, "top": "1"}, True, 6),
        ("MPEG-2 of pictures alone, lower field first, .mov", "a.mov", "mpeg2video", {**INTRA, "top": "0"}, False, 6),
        ("H.264 of fields, .mp4", "a.mp4", "libx264", X264, True, 6),
    )
]


@pytest.mark.parametrize(("name", "encoder", "options", "upper_first", "worst"), KINDS)
def test_each_picture_of_film_comes_back(
    tmp_path: Path, name: str, encoder: str, options: dict[str, str], upper_first: bool, worst: float
) -> None:
    path = television(tmp_path / name, encoder, options, telecined(32, upper_first=upper_first))
    facts = probe(path, reading=PULLDOWN)
    assert (facts.frame_count, facts.frame_rate, facts.duration) == (32, FILM_RATE, 40 / NTSC)
    source = moving_source(path, None, PULLDOWN)
    assert isinstance(source, FilmSource)
    pictures = [source.picture(number) for number in range(32)]
    found = [known(visible(picture)[0], range(32)) for picture in pictures]
    assert [number for number, _ in found] == list(range(32))
    assert max(far for _, far in found) <= worst
    assert [source.frame_number(number / FILM_RATE) for number in range(33)] == [*range(32), 31]
    source.close()
    made = [digest(picture) for picture in pictures]
    source = moving_source(path, None, PULLDOWN)
    order = random.Random(4).sample(range(32), 32)
    assert [digest(source.picture(number)) for number in order] == [made[number] for number in order]
    source.close()


@media("video", "FFV1, .mkv", BACK, read="ffmpeg's fieldmatch and decimate")
def test_it_is_what_ffmpegs_filters_make(tmp_path: Path) -> None:
    path = television(tmp_path / "a.mkv", *LOSSLESS, telecined(32))
    source = moving_source(path, None, PULLDOWN)
    with_fields = ("-vf", "setfield=tff,fieldmatch,decimate")
    expected = decoded(path, "yuv420p", after=with_fields).sums
    assert [md5(source.picture(number), "yuv420p") for number in range(32)] == list(expected)
    source.close()


@pytest.mark.parametrize("cut", [9, 12])
def test_a_cadence_that_breaks_leaves_whole_pictures_in_step(tmp_path: Path, cut: int) -> None:
    """Edited after it was telecined: what follows has another phase, and fields that are left alone."""
    pairs = telecined(48)
    woven = [*pairs[:cut], *pairs[cut + 8 :]]
    path = television(tmp_path / "a.mkv", *LOSSLESS, woven)
    source = moving_source(path, None, PULLDOWN)
    found = [known(visible(source.picture(number))[0], range(48)) for number in range(source.facts.frame_count)]
    assert sum(far > 0 for _, far in found) <= 1  # a field at the cut that has lost its other one
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
    for number, shown in enumerate(numbers):
        upper = woven[min(int(number * NTSC / FILM_RATE), len(woven) - 1)][0]
        assert abs(shown - upper) <= 2 or abs(number - cut * 4 / 5) <= 2
    source.close()


def test_video_between_is_taken_apart(tmp_path: Path) -> None:
    """True video has another instant in each field, which nothing can be woven from."""
    film, video = telecined(16), [(16 + 4 * n, 18 + 4 * n) for n in range(10)]
    path = television(tmp_path / "a.mkv", "ffv1", {"level": "3", "field_order": "tt"}, [*film, *video])
    source, apart = moving_source(path, None, PULLDOWN), moving_source(path, None, Reading(fields="top-first"))
    pictures = [source.picture(number) for number in range(source.facts.frame_count)]
    assert [known(visible(picture)[0], range(16)) for picture in pictures[:16]] == [(n, 0.0) for n in range(16)]
    made = {digest(apart.picture(number)) for number in range(20, 30)}
    assert len(pictures) == 24
    assert all(digest(picture) in made for picture in pictures[17:])
    source.close()
    apart.close()


@media("video", "FFV1, 25 pictures a second, .mkv", "film in fields of two pictures put together", read="the film")
@pytest.mark.parametrize("shift", [0, 1])
def test_film_at_25_loses_no_picture(tmp_path: Path, shift: int) -> None:
    """Where fields of the same instant lie in two pictures, they are woven; nothing is left out."""
    woven = [(number, max(0, number - shift)) for number in range(20)]
    path = television(tmp_path / "a.mkv", *LOSSLESS, woven, PAL)
    facts = probe(path, reading=PULLDOWN)
    assert (facts.frame_count, facts.frame_rate) == (20, 25)
    source = moving_source(path, None, PULLDOWN)
    found = [known(visible(source.picture(number))[0], range(20)) for number in range(20 - shift)]
    assert found == [(number, 0.0) for number in range(20 - shift)]
    source.close()


def test_what_is_no_telecined_film_is_told(tmp_path: Path) -> None:
    fast = make_clip(tmp_path / "fast.mp4", "mpeg4", count=6, fps=Fraction(50))
    uneven = make_clip(tmp_path / "uneven.mkv", "mpeg4", count=4, milliseconds=[0, 40, 140, 180])
    for path, said in ((fast, "come 50 times a second"), (uneven, "do not last equally long")):
        with pytest.raises(MediaError, match=f"its pictures {said}; `fields: pulldown` is for film"):
            probe(path, reading=PULLDOWN)
