"""Another process: an extension goes there, and what it says of itself there comes back.

One process serves all tests of this one, and ends with it.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelwork.effect import Extension
from reelwork.plan.nodes import named
from reelwork.render.worker import take_over_pipes
from reelwork.testing.hearing import made


@dataclass(frozen=True)
class Said:
    """What an extension says of itself in a process.

    :param name: in keys
    :param hashed: whether equal ones have equal hashes
    :param picture: the digest of what it paints, or of the sound that it makes
    :param fault: why it cannot be used, if it cannot
    """

    name: str = ""
    hashed: bool = False
    picture: str = ""
    fault: str = ""


def said(extension: Extension) -> Said:
    """What it says here."""
    copy = pickle.loads(pickle.dumps(extension))
    hashed = copy == extension and hash(copy) == hash(extension)
    return Said(named(extension), hashed, hashlib.sha256(made(extension).tobytes()).hexdigest())


def answer(extension: Extension) -> Said:
    """What it says in another process."""
    process: Any = _process()
    try:
        pickle.dump((tuple(sys.path), pickle.dumps(extension)), process.stdin)
        process.stdin.flush()
        found: Said = pickle.load(process.stdout)
    except (OSError, EOFError):
        _process.cache_clear()
        return Said(fault=f"it ended the process, with code {process.wait()}")
    return found


def file_of(cls: type) -> Path:
    """Where a class is written."""
    return Path(inspect.getfile(cls)).resolve()


@functools.cache
def _process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "reelwork.testing.elsewhere"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def _serve() -> None:
    orders, news = take_over_pipes()
    while True:
        try:
            path, pickled = pickle.load(orders)
        except EOFError:
            return
        sys.path[:] = path
        try:
            reply = said(pickle.loads(pickled))
        except Exception as error:  # a stranger's code may fail in any way
            reply = Said(fault=f"{type(error).__name__}: {' '.join(str(error).split())}")
        pickle.dump(reply, news)
        news.flush()


if __name__ == "__main__":
    # under its own name, so that what is pickled here is known there
    from reelwork.testing import elsewhere

    elsewhere._serve()
