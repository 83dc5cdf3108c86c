"""The decorator: lazy, and with the options that results depend on."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from reelwork.kernels import Kernel, kernel


@kernel
def _doubled(x):
    return x + x


@kernel
def _divided(values, out):
    for i in range(values.shape[0]):
        out[i] = _doubled(1.0) / values[i]


def test_marking_a_kernel_loads_neither_numba_nor_llvm():
    code = (
        "import sys\n"
        "from reelwork.kernels import kernel\n"
        "import reelwork.kernels.frames, reelwork.kernels.colour\n"
        "from reelwork.kernels.curves import srgb_decode\n"
        "assert 'numba' not in sys.modules and 'llvmlite' not in sys.modules, 'loaded'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_division_by_zero_gives_infinity_rather_than_an_error():
    out = np.empty(2)
    _divided(np.array([0.0, 2.0]), out)
    assert out.tolist() == [np.inf, 1.0]


def test_the_function_stays_at_hand():
    assert _doubled.py_func(2) == 4
    assert "_doubled" in repr(_doubled)
    assert _doubled.__doc__ is None


def test_arrays_are_told_not_to_overlap_and_nothing_is_contracted():
    divided = Kernel(_divided.py_func)
    divided.dispatcher._cache.flush()  # what comes out of the cache has no text to look at
    divided(np.ones(2), np.empty(2))
    (text,) = divided.dispatcher.inspect_llvm().values()
    assert "noalias" in text
    assert "fast " not in text
    assert "contract" not in text
