"""Captions out of files, as a layer says which."""

from __future__ import annotations

from dataclasses import dataclass

from reelwork.kinds import Number, Text, param
from reelwork.scene.language import File


@dataclass(frozen=True, kw_only=True)
class CaptionsOf:
    """Words that stand in a file, with the times at which they are read."""

    file: str | None = param(
        None,
        kind=File(),
        help="A file of captions (`.srt`, `.vtt`, `.ass`), or a film that carries some. Its times count as the "
        "layer's source does. Default: the layer's own file.",
    )
    language: str = param("", kind=Text(), help="Of a film with several streams of captions: which one, such as `de`.")
    stream: int | None = param(
        None,
        kind=Number(minimum=1.0, maximum=99.0, integer=True),
        animated=False,
        help="The same by its number, from 1. Default: the one that players choose.",
    )
