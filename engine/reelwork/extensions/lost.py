"""What failed plugins may have brought: a plugin's module and the name of an extension go in, a guess comes out."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

#: How many files are looked into.
_MOST: Final = 200


def may_bring(module: str, name: str) -> bool:
    """Whether it looks as if an extension of that name were in a package, which is read and not run."""
    quoted = (f"'{name}'", f'"{name}"')
    return any(word in text for text in _texts(module.partition(":")[0].partition(".")[0]) for word in quoted)


def _texts(package: str) -> Iterator[str]:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = (path for folder in folders for path in sorted(folder.rglob("*.py")))
    for path in islice(files, _MOST) if folders else [Path(spec.origin or "")]:
        if path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")
