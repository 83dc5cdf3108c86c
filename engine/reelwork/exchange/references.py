"""References: a scene's media, records and generators go in, what a timeline refers to comes out."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from reelwork.exchange.addresses import url_of
from reelwork.exchange.carried import mapping
from reelwork.exchange.kept import Written, seconds_of, text_of
from reelwork.exchange.timecodes import first_timecode
from reelwork.exchange.timeline import ZERO, Data, Reference
from reelwork.footage import numbered_files
from reelwork.graph import model as graph
from reelwork.media.offered import is_numbered
from reelwork.render.prepare import Prepared

#: The generator of what only a scene can make; its keys stand in the clip's metadata.
MADE: Final = "reelwork"


class References:
    """Makes references for one timeline.

    :param folder: from which relative places count
    """

    def __init__(self, prepared: Prepared, folder: Path, written: Written) -> None:
        self._production = prepared.production
        self._folder = folder
        self._scene = Path(prepared.scene.file).resolve().parent
        self._written = written
        self._firsts: dict[str, Fraction | None] = {}

    def of(self, media: graph.Media, kept: Data) -> Reference:
        """The reference to a file, with what the catalogue says of its record."""
        source = mapping(kept.get("source"))
        facts = media.facts
        if media.path not in self._firsts:
            self._firsts[media.path] = first_timecode(Path(media.path), facts)
        first = seconds_of(source.get("first"))
        start = first if first is not None else self._firsts[media.path] or ZERO
        said: dict[str, Any] = {"sha256": facts.digest}
        record = self._production.records.get(media.record or "")
        if media.record is not None:
            said["record"] = media.record
        if record is not None:
            said |= {"title": record.title, "licence": record.licence}
            said["contributors"] = [
                {"person": part.person, "role": part.role, "share": str(part.share)} for part in record.contributors
            ]
        return Reference(
            url=text_of(source.get("url")) or self._url(Path(media.path)),
            name=text_of(source.get("name")) or Path(media.path).name,
            start=start,
            duration=facts.duration if source.get("length") is None else seconds_of(source.get("length")),
            rate=seconds_of(source.get("rate")) or facts.frame_rate,
            size=None if facts.kind == "audio" else (facts.width, facts.height),
            number=next(iter(numbered_files(Path(media.path)))) if is_numbered(Path(media.path)) else None,
            metadata={**mapping(source.get("metadata")), "reelwork": said},
        )

    def made(
        self, layer: graph.Layer, keys: dict[str, Any], kept: Data, rest: dict[str, Any]
    ) -> tuple[Reference, Fraction, Fraction, dict[str, Any]]:
        """The reference of what is made rather than read, where its clip begins, its speed, and the keys it needs."""
        source = mapping(kept.get("source"))
        begin, speed = seconds_of(source.get("in")), seconds_of(source.get("speed"))
        common: dict[str, Any] = {
            "name": text_of(source.get("name")) or "",
            "start": seconds_of(source.get("first")),
            "duration": seconds_of(source.get("length")),
            "rate": seconds_of(source.get("rate")),
            "number": None if (number := seconds_of(source.get("number"))) is None else int(number),
            "metadata": mapping(source.get("metadata")),
        }
        generator = text_of(source.get("generator"))
        if generator or ("slot" in keys and source and keys.get("filled-by") is None):
            # it came from a timeline, and goes back as it came
            plain = {key: value for key, value in rest.items() if key not in ("slot", "solid", "text", "visible")}
            parameters = mapping(source.get("parameters"))
            reference = Reference(
                url=text_of(source.get("url")) or "", generator=generator or "", parameters=parameters, **common
            )
            return reference, begin or ZERO, Fraction(1) if speed is None else speed, plain
        parameters = {}
        kind = MADE
        if isinstance(layer.source, graph.SolidSource) and isinstance(keys.get("solid"), str):
            colour = layer.source.colour.keys[0].value
            parameters = {"color": _hex(colour), **({"alpha": colour.alpha} if colour.alpha < 1 else {})}
            kind = "solid"
        elif isinstance(keys.get("text"), str | dict):
            written = keys["text"] if isinstance(keys["text"], str) else keys["text"].get("content")
            kind, parameters = "text", {"text": written or self._production.texts.get(layer.path, "")}
        return Reference(generator=kind, parameters=parameters), ZERO, Fraction(1), rest

    def catalogue(self) -> dict[str, str]:
        """Where the catalogue lies, as seen from the timeline."""
        catalogue, said = self._production.catalogue, self._written.top("catalogue")
        if catalogue is None and not isinstance(said, str):
            return {}
        folder = catalogue.folder if catalogue is not None else self._scene / str(said)
        return {"catalogue": Path(os.path.relpath(folder.resolve(), self._folder)).as_posix()}

    def _url(self, path: Path) -> str:
        return url_of(Path(os.path.relpath(path.resolve(), self._folder)))


def _hex(colour: Any) -> str:
    """A colour as every program reads it, whatever name the scene has for it."""
    parts = (colour.red, colour.green, colour.blue, *((colour.alpha,) if colour.alpha < 1 else ()))
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in parts)
