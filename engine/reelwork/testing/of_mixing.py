"""What must hold for merges and transitions, and for generators."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from reelwork.effect import AreaGenerator, Merge, PixelGenerator, Transition, VectorGenerator
from reelwork.image import Window
from reelwork.image.frame import Frame, Pixels
from reelwork.kernels import coverage, frames
from reelwork.testing.of_effects import halved
from reelwork.testing.painting import AFTER, BEFORE, SIZE, generate, lead, painted
from reelwork.testing.promise import Promises, trials
from reelwork.testing.samples import BOX, CONTEXT, ordinary, picture
from reelwork.testing.twins import SPOTS, generator_twin, merge_twin, transition_twin
from reelwork.values import Affine, Space

PROMISES: Final = Promises()
_SPACES: Final[tuple[Space, ...]] = ("linear", "srgb")
_DOUBLE: Final = Window(0, 0, 2 * BOX.width, 2 * BOX.height)


@PROMISES("a transparent source leaves the backdrop", Merge)
def _leaves(cls: type[Merge]) -> None:
    for space in _SPACES:
        onto = picture(BOX)
        before = onto.data.copy()
        frames.merge(cls, space, onto, Frame.transparent(BOX))
        same = (onto.data == before).all()
        assert cls.clears or same, (
            f"in {space} values it changes what lies under nothing; if it must, say clears = True"
        )


@PROMISES("no opacity changes nothing, in both spaces", Merge)
def _no_opacity(cls: type[Merge]) -> None:
    for space in _SPACES:
        onto = picture(BOX)
        frames.merge(cls, space, onto, picture(BOX, seed=AFTER), 0.0)
        assert (onto.data == picture(BOX).data).all()
        frames.merge(cls, space, onto, picture(BOX, seed=AFTER), 1.0)
        assert np.isfinite(onto.data).all(), f"in {space} values it makes infinities or what is no number"


@PROMISES("the compiled mix is the written one", Merge)
def _merge_twin(cls: type[Merge]) -> None:
    # Colours and coverages at even distances, moved a little from where formulas have their edges.
    values = np.linspace(0.02, 0.97, 12)
    backdrop, source = (np.stack([values, np.roll(values, turn), values[::-1], values]) for turn in (1, 5))
    backdrop[3, ::3], source[3, ::2] = 1.0, 1.0
    backdrop[:3] *= backdrop[3]
    source[:3] *= source[3]
    window = Window(0, 0, 12, 12)
    above = Frame(np.ascontiguousarray(np.broadcast_to(source[:, :, None], (4, 12, 12)), np.float32), window)
    onto = Frame(np.ascontiguousarray(np.broadcast_to(backdrop[:, None, :], (4, 12, 12)), np.float32), window)
    frames.merge(cls, "linear", onto, above)
    wrong = []
    for row in range(12):
        for column in range(12):
            expected = merge_twin(cls, column, row, backdrop[:, column].tolist(), source[:, row].tolist())
            if not np.allclose(onto.data[:, row, column], expected, rtol=1e-3, atol=1e-4):
                wrong.append((row, column, onto.data[:, row, column], expected))
    assert len(wrong) < 8, "backdrop {1}, source {0}: the compiled function gives {2}, Python {3}".format(*wrong[0])


@PROMISES("it leads from one picture to the other", Transition)
def _ends(cls: type[Transition]) -> None:
    for transition in trials(cls).instances:
        for progress, seed in ((0.0, BEFORE), (1.0, AFTER)):
            out = Frame.empty(BOX)
            lead(transition, progress, out)
            wanted = picture(BOX, seed=seed).data
            assert np.allclose(out.data, wanted, atol=1e-5), (
                f"{transition!r} at {progress} is not the picture it should be"
            )


@PROMISES("the compiled transition is the written one", Transition)
def _transition_twin(cls: type[Transition]) -> None:
    transition, out = ordinary(cls), Frame.empty(BOX)
    ends = [Frame.transparent(BOX) if end is None else end for end in lead(transition, 0.4, out)]
    for row, column in SPOTS:
        one, two = (end.data[:, row, column] for end in ends)
        expected = transition_twin(transition, column + 0.5, row + 0.5, 0.4, one.tolist(), two.tolist())
        assert np.allclose(out.data[:, row, column], expected, rtol=1e-3, atol=1e-4), (
            f"at column {column}, row {row} the compiled function gives {out.data[:, row, column]}, Python {expected}"
        )


@PROMISES("the compiled generator is the written one", PixelGenerator)
def _generator_twin(cls: type[PixelGenerator]) -> None:
    generator = ordinary(cls)
    found = painted(generator, BOX)
    for row, column in SPOTS:
        expected = generator_twin(generator, column + 0.5, row + 0.5)
        assert np.allclose(found[:, row, column], expected, rtol=1e-3, atol=1e-3), (
            f"at column {column}, row {row} the compiled function gives {found[:, row, column]}, Python {expected}"
        )


@PROMISES("at half the size it looks like half the picture", PixelGenerator)
def _generator_scaled(cls: type[PixelGenerator]) -> None:
    generator, large = ordinary(cls), Frame.empty(_DOUBLE)
    frames.generate(generator, CONTEXT, large, to_layer=Affine.scaling(0.5, 0.5), size=SIZE)
    _same(halved(large), painted(generator, BOX))


@PROMISES("at half the size it looks like half the picture", VectorGenerator)
def _vector_scaled(cls: type[VectorGenerator]) -> None:
    generator, large = ordinary(cls), Frame.transparent(_DOUBLE)
    coverage.draw(generator.draw(*SIZE), Affine.scaling(2.0, 2.0), large, CONTEXT.display)
    _same(halved(large), painted(generator, BOX))


@PROMISES("at half the size it looks like half the picture", AreaGenerator)
def _area_scaled(cls: type[AreaGenerator]) -> None:
    generator, large = ordinary(cls), Frame.empty(_DOUBLE)
    generate(generator, large, replace(CONTEXT, scale=(2.0, 2.0), box=(0.0, 0.0, 2 * SIZE[0], 2 * SIZE[1])))
    _same(halved(large), painted(generator, BOX))


def _same(found: Pixels, expected: Pixels) -> None:
    difference = abs(found - expected).mean()
    assert difference < 0.02, f"at twice the size the picture differs by {difference:.3f}"
