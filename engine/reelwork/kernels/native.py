"""How kernels are compiled: a plain function goes in, numba's dispatcher for it comes out. The module that loads numba.

Fast maths stays off and nothing is contracted, so that results do not depend on how wide the processor's vectors are.
The arrays of one call do not alias, which the compiler is told: it takes loads and stores out of loops and vectorises
without checks.
"""

from __future__ import annotations

import functools
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba import extending
from numba.core import compiler
from numba.core.registry import CPUDispatcher

from reelwork import maths
from reelwork.folders import caches
from reelwork.kernels import cache, digest


class _NoAliasCompiler(compiler.Compiler):
    """Numba's compiler, with array arguments marked as not overlapping."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        define: Any = super().define_pipelines
        return define()


_intrinsic: Any = extending.intrinsic
_OPTIONS = {"nopython": True, "nogil": True, "error_model": "numpy", "boundscheck": False}


def dispatcher(function: FunctionType) -> Any:
    """Numba's dispatcher for a function, with the options of this engine and its cache."""
    _teach_maths()
    made: Any = CPUDispatcher(py_func=function, targetoptions=dict(_OPTIONS), pipeline_class=_NoAliasCompiler)
    made._cache = cache.KernelCache(function, cache_folder())
    return made


@functools.cache
def cache_folder() -> Path:
    """The folder of compiled kernels and generated modules for this very compiler."""
    versions = (numba.__version__, llvmlite.__version__, np.__version__)
    sources = tuple(Path(file) for file in (__file__, cache.__file__, digest.__file__))
    return caches() / "kernels" / digest.toolchain_digest(versions, sources)


@functools.cache
def _teach_maths() -> None:
    """Let kernels call the functions of :mod:`reelwork.maths`; the primitives get forms that vectorise."""
    primitives = {"floor": _floor, "sqrt": _sqrt, "_frexp": _frexp, "_two_to": _two_to}
    for name, function in vars(maths).items():
        if name in primitives:
            extending.overload(function, jit_options={"error_model": "numpy"})(primitives[name])
        elif isinstance(function, FunctionType):
            extending.register_jitable(error_model="numpy")(function)


@_intrinsic  # type: ignore[untyped-decorator]
def _bits_of(context: Any, x: Any) -> Any:
    """The bits of a float64 as an int64."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(numba.types.int64))

    return numba.types.int64(numba.types.float64), build


@_intrinsic  # type: ignore[untyped-decorator]
def _float_of(context: Any, bits: Any) -> Any:
    """The float64 of some bits."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(numba.types.float64))

    return numba.types.float64(numba.types.int64), build


def _floor(x: Any) -> Any:
    def implementation(x: Any) -> Any:
        return np.floor(x)

    return implementation


def _sqrt(x: Any) -> Any:
    def implementation(x: Any) -> Any:
        return np.sqrt(x)

    return implementation


def _frexp(x: Any) -> Any:
    def implementation(x: Any) -> Any:
        positive = np.float64(x) if 0.0 < x < np.inf else np.float64(1.0)
        small = positive < 2.2250738585072014e-308
        bits = _bits_of(positive * 18014398509481984.0 if small else positive)
        # By way of 32 bits, since vector units have no instruction for the 64-bit step before AVX-512.
        exponent = np.float64(np.int32(bits >> 52)) - (1076.0 if small else 1022.0)
        fraction = _float_of((bits & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000)
        return (fraction, exponent)

    return implementation


def _two_to(whole: Any) -> Any:
    def implementation(whole: Any) -> Any:
        return _float_of((np.int64(np.int32(whole)) + 1023) << 52)

    return implementation
