"""How deep layers may stand inside each other; out comes room for the functions that follow them down."""

from __future__ import annotations

import sys
from typing import Final

#: Layers inside each other: groups, sequences, and compositions shown as layers.
MAX_NESTING: Final = 100
#: Python's functions inside each other for one layer in another: less than 25 in the most involved scene that was tried
#: (sequences in each other, turned, with warps between blurs, under adjustments), and twice as many to spare.
_FRAMES: Final = 75


def make_room() -> None:
    """Let functions call each other as deep as a scene may nest; Python's own limit is some 1000 calls."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES * MAX_NESTING))
