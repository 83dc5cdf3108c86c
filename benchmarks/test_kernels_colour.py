"""The pointwise kernels on 1080p frames, one thread: colour in and out, merges, effects, transitions, curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from reelwork.extensions import registry
from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.image.storage import StorageFormat
from reelwork.kernels import colour, frames
from reelwork.values import Affine
from reelwork_colour import Grade, Tint, Vignette

HD = Window(0, 0, 1920, 1080)
#: A strip of a frame that stays in the second-level cache, and how many make a frame.
TILE = Window(0, 0, 1920, 32)
TILES = 34
STORAGES = {
    "8 bit 4:2:0": StorageFormat(),
    "10 bit 4:2:0": StorageFormat(depth=10),
    "8 bit 4:4:4": StorageFormat(subsampling=(1, 1)),
    "10 bit 4:2:2 PQ": StorageFormat(depth=10, subsampling=(2, 1), matrix="bt2020", primaries="bt2020", transfer="pq"),
    "8 bit RGB": StorageFormat(model="rgb", full_range=True, subsampling=(1, 1)),
    "8 bit RGB with alpha": StorageFormat(model="rgb", full_range=True, subsampling=(1, 1), alpha="straight"),
}
EFFECTS: dict[str, list[Any]] = {
    "exposure and saturation": [Grade(exposure=0.5, saturation=1.2)],
    "contrast": [Grade(contrast=1.2)],
    "tint": [Tint()],
    "vignette": [Vignette()],
    "grade, tint and vignette": [Grade(exposure=0.5, saturation=1.2), Tint(), Vignette()],
}


def noise(window: Window, seed: int = 0) -> Frame:
    data = np.random.default_rng(seed).random((4, window.height, window.width), dtype=np.float32)
    data[:3] *= data[3]
    return Frame(data, window)


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES)
def test_decode(benchmark: BenchmarkFixture, storage: StorageFormat) -> None:
    planes = colour.empty_planes(storage, 1920, 1080)
    for plane in planes:
        plane[:] = np.random.default_rng(0).integers(0, 1 << storage.depth, plane.shape)
    out = Frame.empty(HD)
    benchmark(colour.decode, planes, storage, 1920, 1080, out)


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES)
def test_encode(benchmark: BenchmarkFixture, storage: StorageFormat) -> None:
    planes = colour.empty_planes(storage, 1920, 1080)
    benchmark(colour.encode, noise(HD), storage, 1920, 1080, planes)


@pytest.mark.parametrize("space", ["linear", "srgb"])
@pytest.mark.parametrize("name", ["normal", "multiply", "soft-light", "hue"])
def test_merge_in_tiles(benchmark: BenchmarkFixture, name: str, space: str) -> None:
    backdrop, source = noise(TILE), noise(TILE, 1)

    def run() -> None:
        for _ in range(TILES):
            frames.merge(registry().merges[name], space, backdrop, source, 0.9)

    benchmark(run)


def test_merge_whole(benchmark: BenchmarkFixture) -> None:
    benchmark(frames.merge, registry().merges["normal"], "linear", noise(HD), noise(HD, 1), 0.9)


def test_merge_of_nothing(benchmark: BenchmarkFixture) -> None:
    benchmark(frames.merge, registry().merges["multiply"], "srgb", noise(HD), Frame.transparent(HD), 0.9)


@pytest.mark.parametrize("effects", EFFECTS.values(), ids=EFFECTS)
def test_effects_in_tiles(benchmark: BenchmarkFixture, effects: list[Any]) -> None:
    source, out = noise(TILE), Frame.empty(TILE)

    def run() -> None:
        for _ in range(TILES):
            frames.apply_pointwise(effects, source, out, to_layer=Affine.IDENTITY, box=(1920.0, 1080.0))

    benchmark(run)


@pytest.mark.parametrize("name", ["dissolve", "wipe", "slide"])
def test_transitions_in_tiles(benchmark: BenchmarkFixture, name: str) -> None:
    one, two, out = noise(TILE), noise(TILE, 1), Frame.empty(TILE)
    transition = registry().transitions[name]()

    def run() -> None:
        for _ in range(TILES):
            frames.transition(transition, 0.4, one, two, out, to_layer=Affine.IDENTITY, size=(1920.0, 1080.0))

    benchmark(run)
