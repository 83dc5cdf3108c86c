"""The geometric kernels on 1080p frames, one thread: resampling, mipmaps, drawings, blurs, filters."""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reelwork.effect import AreaEffect, Context
from reelwork.image import Drawing, Fill, Gradient, Path, Stop, Window
from reelwork.image.frame import Frame
from reelwork.kernels.blur import gaussian_blur
from reelwork.kernels.coverage import clip_to_quad, draw
from reelwork.kernels.mipmap import halved
from reelwork.kernels.resample import Filter, Mipmap, resample
from reelwork.values import Affine, Colour
from reelwork_filters import DropShadow, GaussianBlur, Glow

HD = Window(0, 0, 1920, 1080)
WHITE = Colour(1, 1, 1)
#: Half a quarter's control length of a circle of radius 1.
ROUND = 0.5522847498307936

PLACES = {
    "copy": Affine.translation(100, 60),
    "moved by a part of a pixel": Affine.translation(100.3, 60.6),
    "zoom 1.4": Affine.scaling(1 / 1.4, 1 / 1.4),
    "turned 3 degrees": Affine.translation(600, 400) @ Affine.rotation(3) @ Affine.scaling(0.9, 0.9),
    "turned 45 degrees": Affine.translation(1500, 300) @ Affine.rotation(45) @ Affine.scaling(0.9, 0.9),
    "shrunk by 1.5": Affine.scaling(1.5, 1.5),
    "shrunk by 2": Affine.scaling(2, 2),
    "shrunk by 1.5, turned": Affine.translation(300, 200) @ Affine.rotation(3) @ Affine.scaling(1.5, 1.5),
}


def noise(window: Window) -> Frame:
    return Frame(np.random.default_rng(0).random((4, window.height, window.width), dtype=np.float32), window)


@pytest.fixture(scope="module")
def photograph() -> Mipmap:
    mipmap = Mipmap(noise(Window(0, 0, 3840, 2160)))
    mipmap.level(1, 1)
    return mipmap


@pytest.mark.parametrize("how", ["bicubic", "bilinear", "nearest"])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_resample(benchmark: BenchmarkFixture, photograph: Mipmap, place: Affine, how: Filter) -> None:
    benchmark(resample, photograph, place, Frame.empty(HD), how)


def test_resample_in_tiles(benchmark: BenchmarkFixture, photograph: Mipmap) -> None:
    tiles = [Frame.empty(Window(0, y, 1920, min(y + 32, 1080))) for y in range(0, 1080, 32)]

    def run() -> None:
        for tile in tiles:
            resample(photograph, PLACES["zoom 1.4"], tile)

    benchmark(run)


def test_halve_2160p(benchmark: BenchmarkFixture, photograph: Mipmap) -> None:
    benchmark(halved, photograph.frame, along_x=True, along_y=True)


@pytest.mark.parametrize("sigma", [1.0, 3.0, 5.0, 10.0, 20.0, 40.0, 200.0])
def test_blur(benchmark: BenchmarkFixture, sigma: float) -> None:
    benchmark(gaussian_blur, noise(HD), sigma, sigma, Frame.empty(HD))


@pytest.mark.parametrize("effect", [GaussianBlur(), DropShadow(), Glow()], ids=lambda effect: effect.name)
def test_filter(benchmark: BenchmarkFixture, effect: AreaEffect) -> None:
    context = Context((1.0, 1.0), (0.0, 0.0, 1920.0, 1080.0))
    benchmark(effect.render, noise(effect.needs(HD, context)), Frame.empty(HD), context)


def ellipse(x: float, y: float, rx: float, ry: float) -> Path:
    unit = ((1, 0), (1, ROUND), (ROUND, 1), (0, 1), (-ROUND, 1), (-1, ROUND), (-1, 0))
    unit += ((-1, -ROUND), (-ROUND, -1), (0, -1), (ROUND, -1), (1, -ROUND), (1, 0))
    return Path("MCCCCZ", tuple(value for u, v in unit for value in (x + rx * u, y + ry * v)))


def words() -> Drawing:
    """200 outlines of a letter's size and intricacy."""
    fills = []
    for number in range(200):
        x, y = 40.0 + number % 50 * 37, 200.0 + number // 50 * 60
        strokes = [ellipse(x, y, 10, 15), ellipse(x, y, 7, 12), ellipse(x + 3, y + 4, 4, 9)]
        points = tuple(value for stroke in strokes for value in stroke.points)
        fills.append(Fill(Path("".join(stroke.verbs for stroke in strokes), points), WHITE))
    return Drawing(tuple(fills), 1920, 1080)


def ground(kind: str) -> Drawing:
    stops = (Stop(0.0, Colour(1, 0, 0)), Stop(0.4, Colour(0, 1, 0, 0.5)), Stop(1.0, Colour(0, 0, 1)))
    gradient = Gradient(kind, Affine(1920, 100, -100, 1080, 300, 200), stops)
    return Drawing((Fill(Path("MLLLZ", (0, 0, 1920, 0, 1920, 1080, 0, 1080)), gradient),), 1920, 1080)


DRAWINGS = {
    "disc": Drawing((Fill(ellipse(960, 540, 900, 500), WHITE),), 1920, 1080),
    "200 letters": words(),
    **{f"{kind} gradient": ground(kind) for kind in ("linear", "radial", "conic")},
}


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_draw_in_tiles_on_the_move(benchmark: BenchmarkFixture, drawing: Drawing) -> None:
    tiles = [Frame.empty(Window(0, y, 1920, min(y + 32, 1080))) for y in range(0, 1080, 32)]
    steps = iter(range(1 << 30))

    def run() -> None:
        matrix = Affine.translation(0.01 * (next(steps) % 100), 0)
        for tile in tiles:
            draw(drawing, matrix, tile)

    benchmark(run)


def test_clip(benchmark: BenchmarkFixture) -> None:
    benchmark(clip_to_quad, noise(HD), Affine.rotation(3) @ Affine.translation(200, 50), 1700.0, 900.0)
