"""What combs, and what changes, block by block, against the obvious twins."""

from __future__ import annotations

import numpy as np
import pytest
from reference import fields as twin

from reelwork.kernels.fields import change, combing


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(54, 96), (33, 50), (5, 17), (3, 8)])
def test_blocks_comb_and_change_as_the_twins_say(kind: type, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(shape[0])
    one, other = (random.integers(0, 256, shape).astype(kind) for _ in range(2))
    one.flags.writeable = other.flags.writeable = False  # as a decoder's
    width = shape[1] - 3
    for found, expected in zip(combing(one, other, width, 9), twin.combing(one, other, width, 9), strict=True):
        assert np.array_equal(found, expected)
    assert np.array_equal(change(one, other, width), twin.change(one, other, width))
