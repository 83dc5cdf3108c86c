"""Tables: looked up in plain Python and by kernels, against numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelwork import tables
from reelwork.kernels import curves, kernel

TABLE = np.random.default_rng(1).random(3 * 65536, dtype=np.float32)
HALVES = np.arange(65536, dtype=np.uint16).view(np.float16).astype(float).tolist()
LIGHT = np.concatenate(
    (
        np.random.default_rng(2).random(500) ** 4 * 3.0,
        [0.0, -0.0, 1.0, -1.0, 65504.0, 7e4, -7e4, 6e-8, 3e-8, 6.1e-5, 6.104e-5, -6.1e-5, 1e-30, np.inf, np.nan],
    )
).astype(np.float32)


@kernel
def looked_up(table, x, out):
    for i in range(x.shape[0]):
        out[0, i] = curves.interpolated(table, np.float32(100.0), np.float32(17.0), x[i])
        out[1, i] = curves.by_half(table, np.float32(65536.0), x[i])
        out[2, i], out[3, i], out[4, i] = curves.tetrahedral(
            table, np.float32(9.0), x[i], np.float32(1.0) - x[i], np.float32(0.3)
        )


def test_kernels_look_up_what_plain_python_does():
    numbers = LIGHT[np.isfinite(LIGHT)]
    out = np.empty((5, len(numbers)), np.float32)
    looked_up(TABLE, numbers, out)
    for place, x in enumerate(numbers.tolist()):
        rest = float(np.float32(1.0) - np.float32(x))
        expected = (
            tables.interpolated(TABLE, 100.0, 17.0, x),
            tables.by_half(TABLE, 65536.0, x),
            *tables.tetrahedral(TABLE, 9.0, x, rest, 0.3),
        )
        assert np.allclose(out[:, place], expected, atol=2e-5), x


def test_kernels_read_nothing_beyond_a_table_whatever_they_are_given():
    out = np.empty((5, len(LIGHT)), np.float32)
    looked_up(TABLE, LIGHT, out)
    assert np.isfinite(out[:, np.isfinite(LIGHT)]).all()
    assert np.isfinite(out[[0, 2, 3, 4]]).all()


@given(st.floats(-70000.0, 70000.0, width=32))
def test_a_table_of_halves_goes_straight_from_one_half_to_the_next(x):
    expected = min(max(x, -65504.0), 65504.0)
    assert abs(tables.by_half(HALVES, 0.0, x) - expected) <= 1e-7 * abs(expected)
