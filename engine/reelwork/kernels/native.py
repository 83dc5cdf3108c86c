"""How kernels are compiled: a plain function goes in, numba's dispatcher for it comes out. The module that loads numba.

Fast maths stays off and nothing is contracted, so that results do not depend on how wide the processor's vectors are.
The arrays of one call do not alias, which the compiler is told: it takes loads and stores out of loops and vectorises
without checks.
"""

from __future__ import annotations

import contextlib
import functools
import gc
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba import extending, types
from numba.core import config, registry
from numba.core.compiler_lock import global_compiler_lock

from reelwork import maths
from reelwork.faults import unlimited
from reelwork.folders import caches
from reelwork.kernels import bits, cache, digest, library


class _NoAliasCompiler(library.InnerCompiler):
    """Numba's compiler, with array arguments marked as not overlapping."""

    def define_pipelines(self) -> Any:
        self.state.flags.noalias = True
        define: Any = super().define_pipelines
        return define()


class _OuterCompiler(_NoAliasCompiler):
    library = library.OuterLibrary


_OPTIONS = {
    "nopython": True,
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "no_cfunc_wrapper": True,
}
#: What an owner may set in numba's environment that code depends on, beside the processor.
_SETTINGS = ("OPT", "LOOP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "LLVM_REFPRUNE_PASS", "LLVM_REFPRUNE_FLAGS")
_MATHS_OPTIONS: Any = {
    "error_model": "numpy",
    "forceinline": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": library.InnerCompiler,
}


class _Dispatcher(registry.CPUDispatcher):
    """A dispatcher that says for itself whether LLVM's vectoriser of straight-line code runs (numba: all or none)."""

    slp = 0
    _cache: cache.KernelCache

    def compile(self, sig: Any) -> Any:
        """Compile for a signature, or load what was compiled before."""
        settings: Any = config
        with unlimited(), global_compiler_lock, self._cache.turn(), _uncollected():
            before, settings.SLP_VECTORIZE = settings.SLP_VECTORIZE, self.slp
            try:
                return super().compile(sig)
            finally:
                settings.SLP_VECTORIZE = before

    def add_overload(self, result: Any) -> None:
        """Take what was compiled or loaded."""
        if isinstance(result.library, library.OuterLibrary):
            result.library.settle(result._find_referenced_environments())
        add: Any = super().add_overload
        add(result)


class _SlpDispatcher(_Dispatcher):
    """With it."""

    slp = 1


def dispatcher(function: FunctionType, *, slp: bool = False, inline: bool = False, inner: bool = False) -> Any:
    """Numba's dispatcher for a function, with the options of this engine and its cache.

    :param inner: whether other kernels call it, rather than Python
    """
    _teach_maths()
    options = _OPTIONS | {"forceinline": inline, "no_cpython_wrapper": inner}
    cls = _SlpDispatcher if slp else _Dispatcher
    made: Any = cls(
        py_func=function, targetoptions=options, pipeline_class=_NoAliasCompiler if inner else _OuterCompiler
    )
    kind = library.InnerLibrary if inner else library.OuterLibrary
    variant = f"{'-slp' * slp}{'-inline' * inline}{'-inner' * inner}"
    made._cache = cache.KernelCache(function, cache_folder(), kind, variant)
    return made


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's collector of cycles, which takes a tenth of the time to look at what lives for a moment."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def warm_up() -> None:
    """Have numba made ready to load kernels, which takes a while the first time."""
    _teach_maths()
    cache.make_ready(registry.cpu_target.target_context)


@functools.cache
def cache_folder() -> Path:
    """The folder of compiled kernels and generated modules for this very compiler."""
    settings = tuple(f"{name}={getattr(config, name)}" for name in _SETTINGS)
    versions = (numba.__version__, llvmlite.__version__, np.__version__, *settings)
    sources = tuple(Path(file) for file in (__file__, cache.__file__, digest.__file__, library.__file__))
    return caches() / "kernels" / digest.toolchain_digest(versions, sources)


@functools.cache
def _teach_maths() -> None:
    """Let kernels call the functions of :mod:`reelwork.maths`; the primitives get forms that vectorise."""
    primitives = {
        maths.floor: _floor,
        maths.sqrt: _sqrt,
        maths._frexp: _frexp,
        maths._two_to: _two_to,
        maths.scrambled: _scrambled,
        bits.bits_of: _bits_of,
        bits.float_of: _float_of,
    }
    for function, form in primitives.items():
        extending.overload(function, jit_options=_MATHS_OPTIONS)(form)
    for function in vars(maths).values():
        if isinstance(function, FunctionType) and function not in primitives:
            extending.register_jitable(**_MATHS_OPTIONS)(function)


def _reinterpretation(source: Any, target: Any) -> Any:
    """A function that takes the bits of one type for another."""

    def typed(context: Any, x: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], context.get_value_type(target))

        return target(source), build

    return extending.intrinsic(typed)


_bits_of_double: Any = _reinterpretation(types.float64, types.int64)
_double_of: Any = _reinterpretation(types.int64, types.float64)
_bits_of_single: Any = _reinterpretation(types.float32, types.int32)
_single_of: Any = _reinterpretation(types.int32, types.float32)


def _scrambled_typed(context: Any, key: Any) -> Any:
    """``maths.scrambled`` in 32 bits, of which a vector holds twice as many as of the 64 that numba computes in."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.uint32)
        bits = builder.trunc(args[0], word)
        for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97)):
            bits = builder.xor(bits, builder.lshr(bits, word(shift)))
            bits = builder.mul(bits, word(factor))
        bits = builder.xor(bits, builder.lshr(bits, word(15)))
        return builder.zext(bits, context.get_value_type(types.int64))

    return types.int64(types.int64), build


_scrambled_bits: Any = extending.intrinsic(_scrambled_typed)


def _scrambled(key: Any) -> Any:
    def implementation(key: Any) -> Any:
        return _scrambled_bits(np.int64(key))

    return implementation


def _bits_of(x: Any) -> Any:
    def implementation(x: Any) -> Any:
        return _bits_of_single(np.float32(x))

    return implementation


def _float_of(bits: Any) -> Any:
    def implementation(bits: Any) -> Any:
        return _single_of(np.int32(bits))

    return implementation


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
        pattern = _bits_of_double(positive * 18014398509481984.0 if small else positive)
        # By way of 32 bits, since vector units have no instruction for the 64-bit step before AVX-512.
        exponent = np.float64(np.int32(pattern >> 52)) - (1076.0 if small else 1022.0)
        fraction = _double_of((pattern & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000)
        return (fraction, exponent)

    return implementation


def _two_to(whole: Any) -> Any:
    def implementation(whole: Any) -> Any:
        return _double_of((np.int64(np.int32(whole)) + 1023) << 52)

    return implementation
