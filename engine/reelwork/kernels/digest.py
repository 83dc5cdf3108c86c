"""The digest of a kernel: a function goes in, a name for everything that its machine code is made from comes out.

Two functions have the same digest only where they compile to the same code on the same processor: their bytecode,
their constants and all kernels, helpers and module-level values that they reach are in it.
"""

from __future__ import annotations

import dis
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, Final

from reelwork import maths
from reelwork.kernels import bits
from reelwork.kernels.decorator import Kernel

#: Modules whose content is settled by their version (or, for ours, by its source), which name the folder of the cache.
_SETTLED: Final = ("numpy", "numba", "math", "operator", "builtins", maths.__name__, bits.__name__)


def toolchain_digest(versions: tuple[str, ...], sources: tuple[Path, ...]) -> str:
    """A name for the compiler: Python, the versions of what compiles, and the sources that say how."""
    digest = hashlib.sha256(repr((sys.version, versions)).encode())
    for source in (*sources, Path(maths.__file__), Path(bits.__file__)):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def function_digest(function: FunctionType) -> str:
    """A name for a function together with all that it reaches.

    :raises TypeError: it reaches a value whose meaning cannot be put into the digest
    """
    digest = hashlib.sha256()
    for part in _parts(function, set()):
        digest.update(part.encode())
        digest.update(b"\0")
    return digest.hexdigest()[:24]


def _parts(function: FunctionType, seen: set[int]) -> Iterator[str]:
    if id(function) in seen:
        yield "again"
        return
    seen.add(id(function))
    if function.__closure__:
        raise TypeError(f"kernel {function.__qualname__}: a kernel must be a module-level function, not a closure")
    yield repr((function.__defaults__, function.__kwdefaults__))
    yield from _code(function.__code__)
    for name in _names(function.__code__):
        if name in function.__globals__:
            value, where = function.__globals__[name], f"{function.__qualname__}: {name}"
            try:
                parts = list(_value(value, where, function, seen))
            except TypeError:
                if not _loads(function.__code__, name):
                    continue  # some attribute is called the same
                raise
            yield name
            yield from parts


def _code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant)
        else:
            yield f"{type(constant).__name__} {constant!r}"


def _names(code: CodeType) -> list[str]:
    """The names that a function, and functions inside it, use of anything but themselves; in order."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.update(_names(constant))
    return sorted(names)


def _loads(code: CodeType, name: str) -> bool:
    """Whether a function, or one inside it, reads a global of that name."""
    if any(step.argval == name for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")):
        return True
    return any(_loads(constant, name) for constant in code.co_consts if isinstance(constant, CodeType))


def _value(value: Any, where: str, user: FunctionType, seen: set[int]) -> Iterator[str]:
    """What a global of a kernel is; ``user`` says which attributes of a module count."""
    if isinstance(value, Kernel):
        yield f"slp {value.slp} inline {value.inline}"
        yield from _parts(value.py_func, seen)
    elif isinstance(value, ModuleType):
        yield value.__name__
        if not _settled(value.__name__):
            for name in _names(user.__code__):
                if hasattr(value, name):
                    yield name
                    yield from _value(getattr(value, name), f"{where}.{name}", user, seen)
    elif type(value).__module__ == "numpy" and hasattr(value, "tobytes"):
        yield f"{value.dtype.str} {value.shape} {value.tobytes().hex()}"
    elif _settled(getattr(value, "__module__", None) or ""):
        yield f"{value.__module__}.{getattr(value, '__qualname__', repr(value))}"
    elif isinstance(value, int | float | complex | str | bytes | None):
        yield f"{type(value).__name__} {value!r}"
    elif isinstance(value, tuple):
        yield f"tuple of {len(value)}"
        for item in value:
            yield from _value(item, where, user, seen)
    elif isinstance(value, BuiltinFunctionType):
        yield f"{value.__module__}.{value.__qualname__}"
    else:
        raise TypeError(
            f"kernel {where} is a {type(value).__name__}; kernels may use kernels, reelwork.maths and numbers"
        )


def _settled(module: str) -> bool:
    return module in _SETTLED or module.split(".")[0] in _SETTLED
