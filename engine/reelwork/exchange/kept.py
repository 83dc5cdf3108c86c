"""Reading back what a scene carries under its ``x-exchange``, and the keys of its layers as they are written."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from reelwork.exchange.carried import KEY, mapping, read_typed
from reelwork.exchange.timeline import ZERO, Data, Marker
from reelwork.scene import nodes
from reelwork.scene.compose import compose, read_text
from reelwork.scene.report import Report as SceneReport

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Written:
    """A scene's file as it is written, beside what it means.

    :param file: of a scene without errors
    """

    def __init__(self, file: Path) -> None:
        root = compose(read_text(file), str(file), SceneReport())
        assert root is not None, "the scene was read before"
        self._root = root
        self.exchange: Data = mapping(read_typed(root.get(KEY)))

    def keys(self, path: str) -> dict[str, Any]:
        """The keys at a path, as texts, lists and mappings; empty where there are none."""
        node: nodes.Node | None = self._root
        for name, index in _STEP.findall(path):
            if isinstance(node, nodes.Mapping) and name:
                node = node.get(name)
            elif isinstance(node, nodes.Sequence) and index:
                node = node.items[int(index)]
            else:
                return {}
        found = nodes.data_of(node) if node is not None else None
        return found if isinstance(found, dict) else {}

    def top(self, key: str) -> Any:
        """What stands under a key of the scene itself; ``None`` where nothing does."""
        node = self._root.get(key)
        return None if node is None else nodes.data_of(node)

    def composition(self, name: str) -> Data:
        """What is kept of a composition."""
        return mapping(mapping(self.exchange.get("compositions")).get(name))

    def clip(self, composition: str, ident: str | None) -> Data:
        """What is kept of a layer or a clip."""
        return mapping(mapping(self.composition(composition).get("clips")).get(ident or ""))

    def track(self, composition: str, number: int | None) -> Data:
        """What is kept of a track that the composition came from."""
        tracks = self.composition(composition).get("tracks")
        known = isinstance(tracks, list) and number is not None and 0 <= number < len(tracks)
        return mapping(tracks[number]) if isinstance(tracks, list) and known and number is not None else {}


def number_of(value: Any) -> int | None:
    """A whole number as it is kept."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def seconds_of(value: Any) -> Fraction | None:
    """A time as it is kept: a fraction of seconds."""
    try:
        return Fraction(str(value)) if value is not None else None
    except (ValueError, ZeroDivisionError):
        return None


def text_of(value: Any) -> str | None:
    """A text as it is kept."""
    return value if isinstance(value, str) else None


def markers_of(value: Any) -> tuple[Marker, ...]:
    """Markers as they are kept."""
    return tuple(
        Marker(
            at=seconds_of(kept.get("at")) or ZERO,
            name=text_of(kept.get("name")) or "",
            comment=text_of(kept.get("comment")) or "",
            colour=text_of(kept.get("colour")) or "",
            duration=seconds_of(kept.get("duration")) or ZERO,
            metadata=mapping(kept.get("metadata")),
            chapter=kept.get("chapter") is True,
        )
        for kept in (value if isinstance(value, list) else ())
        if isinstance(kept, dict)
    )
