"""The cache of compiled kernels: compiled code goes in, and comes out again in later runs and in other processes.

One file holds one function compiled for one combination of argument types and one processor, under a name that says
all of that, with a checksum at its head. It is written under another name and then renamed, so that any number of
processes may read and write: whoever is last replaces a whole file by an equal one. A file that is damaged counts as
missing. Of processes that miss the same file, one compiles it, and the others wait for it. (Numba's own cache keeps an
index beside its data, and two processes writing at once leave it pointing to the wrong function.)
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pickle
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeAlias

from numba.core import caching
from numba.core.runtime.nrt import rtsys

from reelwork.kernels import library
from reelwork.kernels.digest import function_digest

Kind: TypeAlias = type[library.InnerLibrary] | type[library.OuterLibrary]

_CHECKSUM_BYTES: Final = 32
#: Seconds between two looks whether the process that compiles is done, and after which it is not waited for any longer.
_LOOK, _PATIENCE = 0.02, 120.0


class KernelCache(caching._Cache):
    """What numba's dispatcher asks for compiled code, and gives it to.

    :param folder: where the files lie; made when the first is written
    :param kind: of compiled code
    :param variant: what else tells this way of compiling the function from others
    """

    def __init__(self, function: FunctionType, folder: Path, kind: Kind, variant: str = "") -> None:
        self._function = function
        self._folder = folder
        self._kind = kind
        self._variant = variant
        self._digest: str | None = None
        self._turns: list[tuple[Path, int]] = []  # what this process is about to compile, and its locks

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for a signature, or ``None`` where there is none that can be used.

        ``None`` says as well that other processes wait for it, until the end of :meth:`turn`.
        """
        make_ready(target_context)
        path = self._path(sig, target_context.codegen())
        found = self._rebuilt(path, target_context)
        if found is None:
            self._begin(path)
            found = self._rebuilt(path, target_context)
        return found

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Around loading, compiling and saving."""
        outer = len(self._turns)
        try:
            yield
        finally:
            for path, lock in self._turns[outer:]:
                path.unlink(missing_ok=True)
                os.close(lock)
            del self._turns[outer:]

    def _begin(self, path: Path) -> None:
        """Become the one who compiles, when nobody else does."""
        until = time.monotonic() + _PATIENCE
        with contextlib.suppress(OSError):  # such as a folder that cannot be written to
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.lock")
            lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
            self._turns.append((beside, lock))
            while time.monotonic() < until:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    time.sleep(_LOOK)

    def _rebuilt(self, path: Path, target_context: Any) -> Any:
        content = _read(path)
        if content is None:
            return None
        try:
            return library.rebuilt(target_context, self._kind, pickle.loads(content))
        except Exception:  # whatever ails a file in a cache, the cure is to make it again
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function; a folder that cannot be written to is none of the caller's business."""
        if data.library.has_dynamic_globals or any(not lifted.can_cache for lifted in data.lifted):
            return
        with contextlib.suppress(OSError):
            write_atomically(self._path(sig, data.codegen), _sealed(pickle.dumps(data._reduce(), protocol=5)))

    def enable(self) -> None:
        """Nothing: it always is."""

    def disable(self) -> None:
        """Nothing: numba only asks this of functions that are compiled in advance."""

    def flush(self) -> None:
        """Forget this function's files."""
        for path in self._folder.glob(f"{self._stem()}-*"):
            path.unlink(missing_ok=True)

    def _stem(self) -> str:
        # Worked out when it is needed: a kernel may use one that its module defines further down.
        if self._digest is None:
            self._digest = function_digest(self._function)
        return f"{self._function.__name__}-{self._digest}{self._variant}"

    def _path(self, sig: Any, codegen: Any) -> Path:
        target = hashlib.sha256(repr((sig, codegen.magic_tuple())).encode()).hexdigest()[:24]
        return self._folder / f"{self._stem()}-{target}"


def make_ready(target_context: Any) -> None:
    """Do what loading needs of numba, which brings in the rest of itself where it compiles."""
    rtsys.initialize(target_context)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either there and whole, or not there; its folder is made if missing.

    :raises OSError: it cannot be written
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _temporary(path) as (handle, name):
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[tuple[int, str]]:
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
    try:
        yield handle, name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def _sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def _read(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[_CHECKSUM_BYTES:]
    return content if hashlib.sha256(content).digest() == data[:_CHECKSUM_BYTES] else None
