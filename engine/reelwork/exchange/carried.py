"""What scenes have no key for: names, markers and other programs' metadata, kept under the scene's ``x-exchange``.

The format ignores what stands there; an export reads it again.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from reelwork.exchange.report import Report
from reelwork.exchange.timeline import Data
from reelwork.exchange.yaml import Typed
from reelwork.scene import nodes

KEY: Final = "x-exchange"
#: How much of another program's metadata is kept, characters as JSON: for one clip, and for all.
MOST_OF_ONE: Final = 16_000
MOST_OF_ALL: Final = 600_000
_TAKEN: Final = frozenset(("start", "end", "duration", "previous", "next", "self", "comp"))


class Carried:
    """Collects what a scene carries beside what it says."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._size = 0

    def data(self, metadata: Any, place: str) -> Typed | None:
        """Metadata for the scene; ``None`` where there is none, or so much that the scene would burst."""
        if not metadata:
            return None
        size = len(json.dumps(metadata, ensure_ascii=False))
        if size > MOST_OF_ONE or self._size + size > MOST_OF_ALL:
            self._report.add(place, f"metadata of {size:,} characters", "it is left out")
            return None
        self._size += size
        return Typed(metadata)


class Names:
    """Ids that are like the names that people gave, and each used once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def take(self, name: str, otherwise: str) -> str:
        """An id for something called ``name``."""
        plain = slug(name) or otherwise
        found, number = plain, 2
        while found in self._used or found in _TAKEN:
            found, number = f"{plain}-{number}", number + 1
        self._used.add(found)
        return found

    def exactly(self, name: str) -> bool:
        """Take this id, if nobody has it."""
        if name in self._used or name in _TAKEN:
            return False
        self._used.add(name)
        return True


def slug(name: str) -> str:
    """A name as ids are written: letters, digits and hyphens, beginning with a letter; empty where nothing is left."""
    name = re.sub(r"\.[A-Za-z0-9]{2,4}\Z", "", name)
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:48].rstrip("-")
    return text if not text or text[0].isalpha() else f"clip-{text}"


def read_typed(node: nodes.Node | None) -> Any:
    """What :class:`Typed` data were written from: quoted texts are texts, the rest is what it looks like."""
    match node:
        case nodes.Mapping():
            return {key.text: read_typed(value) for key, value in node.pairs}
        case nodes.Sequence():
            return [read_typed(part) for part in node.items]
        case nodes.Scalar(text=text, quoted=False):
            try:
                return json.loads(text)
            except ValueError:
                return text
        case nodes.Scalar(text=text):
            return text
    return None


def mapping(value: Any) -> Data:
    """The value, where it is a mapping; else an empty one."""
    return value if isinstance(value, Mapping) else {}
