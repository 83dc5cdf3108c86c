"""The entry point of the command ``reelwork``: Ctrl-C ends it without a word from its first moment on.

It stands beside the engine, whose own package takes a while to load.
"""

from __future__ import annotations

import os
import signal
from typing import NoReturn

#: As shells call what SIGINT ended, and as the command does later on.
INTERRUPTED = 128 + signal.SIGINT


def main() -> NoReturn:
    """Load the command, and run it."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # else whoever started this has chosen
        signal.signal(signal.SIGINT, _leave)
    from reelwork.cli import main as run

    signal.signal(signal.SIGINT, usual)
    run()


def _leave(_: int, __: object) -> NoReturn:
    """End at once: nothing has been begun yet."""
    os._exit(INTERRUPTED)
