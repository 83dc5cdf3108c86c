"""The ``kernel`` decorator: a function over arrays and numbers goes in, and is compiled when it is first called."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from reelwork.kernels import refused

P = ParamSpec("P")
R = TypeVar("R", covariant=True)

_building = threading.RLock()


class Kernel(Generic[P, R]):
    """A function that numba compiles, for each combination of argument types, when it is first called with them.

    Kernels may call other kernels and the functions of :mod:`reelwork.maths`. They are compiled without fast maths,
    with numpy's rules for division by zero, without checks of bounds, and release the interpreter lock. **The arrays
    handed to one call must not overlap**: the compiler is told so, and a kernel that works in place takes that array
    once.

    :param slp: whether LLVM also vectorises straight-line code (superword-level parallelism), which numba leaves off:
        it helps where a few neighbouring values are read and written by statements rather than in a loop
    :param inline: whether LLVM must put it into the kernels that call it, however long it is: for scalar functions,
        since a loop with a call in it is not vectorised
    """

    def __init__(self, function: Callable[P, R], *, slp: bool = False, inline: bool = False) -> None:
        self.py_func = cast(FunctionType, function)
        self.slp = slp
        self.inline = inline
        self._dispatcher: Any = None
        self._inner: Any = None
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it, compiled."""
        dispatcher = self._dispatcher or self.dispatcher
        return cast(R, dispatcher(*args, **kwargs))

    @property
    def dispatcher(self) -> Any:
        """Numba's dispatcher for the function; asking for it loads numba."""
        if self._dispatcher is None:
            with _building:
                if self._dispatcher is None:
                    self._dispatcher = self._new_dispatcher(inner=False)
        return self._dispatcher

    @property
    def _numba_type_(self) -> Any:
        """What numba asks of a global that it does not know, so that kernels can call kernels."""
        if self._inner is None:
            with _building:
                if self._inner is None:
                    self._inner = self._new_dispatcher(inner=True)
        return self._inner._numba_type_

    def _new_dispatcher(self, *, inner: bool) -> Any:
        from reelwork.kernels import native

        made = native.dispatcher(self.py_func, slp=self.slp, inline=self.inline, inner=inner)
        places = self.py_func.__globals__.get(refused.PLACES)
        if places is not None:
            made.compile = refused.telling(made.compile, places)
        return made

    def __repr__(self) -> str:
        return f"<kernel {self.py_func.__module__}.{self.py_func.__qualname__}>"


@overload
def kernel(function: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def kernel(*, slp: bool = False, inline: bool = False) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...


def kernel(function: Callable[..., Any] | None = None, *, slp: bool = False, inline: bool = False) -> Any:
    """Mark a module-level function as a kernel; ``slp`` and ``inline`` are as in :class:`Kernel`.

    >>> @kernel
    ... def add(a, b):
    ...     return a + b
    >>> add(1.0, 2.0)
    3.0
    """
    if function is None:
        return functools.partial(Kernel, slp=slp, inline=inline)
    return Kernel(function, slp=slp, inline=inline)
