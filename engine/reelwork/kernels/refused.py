"""What numba refuses to compile: its error goes in, one sentence comes out that says where the author wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from reelwork.errors import PluginError

#: The name by which a generated module holds where its lines come from, as :meth:`Inliner.places` says it.
PLACES: Final = "_places"

_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")
_CALLED: Final = re.compile(r"(\w+)\(")
_COUNTS: Final = re.compile(r"expected (\d+), got (\d+)")
_LONGEST: Final = 200


def telling(compile_for: Callable[[Any], Any], places: Mapping[int | str, str]) -> Callable[[Any], Any]:
    """A dispatcher's method that compiles for a signature, whose errors say where the author wrote what is wrong.

    :param places: where the lines and the functions of the generated module come from
    """

    def compile_or_tell(signature: Any) -> Any:
        try:
            return compile_for(signature)
        except Exception as error:
            if not hasattr(error, "loc"):  # numba's errors have it, and this module does not load numba
                raise
            raise PluginError(told(error, places)) from error

    return compile_or_tell


def told(error: Any, places: Mapping[int | str, str]) -> str:
    """An error of numba's in one line; ``places`` as of :func:`telling`."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error.msg)).splitlines()]
    lines = [line for line in lines if line and not line.startswith(("Failed in ", "During", "File "))]
    said = next((f"there is no {line[4:]}" for line in lines if line.startswith(">>> ")), lines[0] if lines else "")
    loc = getattr(error, "loc", None)
    place = places.get(loc.line) if loc is not None else None
    if place is not None:
        return f"{place} cannot be compiled: {said[:_LONGEST]}"
    called = _CALLED.findall(_line(loc)) if loc is not None else []
    place = next((places[name] for name in called if name in places), None)
    counts = _COUNTS.search(said)
    if place is not None and counts:
        return f"{place} must give {counts[1]} numbers; it gives {counts[2]}"
    if place is not None:
        return f"{place} must give numbers, and gives something else: {said[:_LONGEST]}"
    return f"{next(iter(places.values()), 'a kernel')} cannot be compiled: {said[:_LONGEST]}"


def _line(loc: Any) -> str:
    """The text of the line of the generated module that numba stopped at."""
    try:
        return Path(loc.filename).read_text(encoding="utf-8").splitlines()[int(loc.line) - 1]
    except (OSError, IndexError):
        return ""
