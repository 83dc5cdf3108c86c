"""Probing: a path goes in, the facts about the file come out, remembered by the file's digest."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from reelwork.catalogue.digest import digest_of as remembered_digest
from reelwork.catalogue.facts import AudioFacts, ColourTags, MediaFacts
from reelwork.errors import MediaError
from reelwork.extensions import registry
from reelwork.media.files import check_file
from reelwork.media.index import FrameIndex
from reelwork.media.remember import recall, remember


@dataclass(frozen=True)
class Examined:
    """A file's facts, and the index of its pictures if it is a video."""

    facts: MediaFacts
    index: FrameIndex | None


def probe(path: Path) -> MediaFacts:
    """Everything known of a file of pictures or sound.

    :raises MediaError: it is missing, empty, damaged or of a kind that cannot be read; the message names it
    """
    return _known_facts(_key(path, digest_of(path))) or examine(path).facts


def examine(path: Path) -> Examined:
    """The facts and the index of a file; the first time, its packets are read from beginning to end.

    :raises MediaError: as :func:`probe`
    """
    digest = digest_of(path)
    return _examine(path, digest, _key(path, digest))


@lru_cache(maxsize=64)
def _examine(path: Path, digest: str, key: str) -> Examined:
    facts = _known_facts(key)
    index = recall("index", digest) if facts is not None and facts.kind == "video" else None
    if facts is not None and (index is not None or facts.kind != "video"):
        return Examined(facts, FrameIndex.from_data(index) if index is not None else None)
    # Here, so that what is remembered comes back without loading FFmpeg or Pillow.
    from reelwork.media.examine import examine_file

    examined = examine_file(path, digest)
    if examined.index is not None:
        remember("index", digest, examined.index.to_data())
    remember("facts", key, _facts_to(examined.facts))
    return examined


def _key(path: Path, digest: str) -> str:
    """What a file's facts are remembered by: its digest, and the plugin's reader that may have found them out."""
    reader = registry().readers.get(path.suffix.lower())
    return digest if reader is None else f"{digest}-{sha256(str(reader).encode()).hexdigest()[:16]}"


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes, 64 hexadecimal digits, remembered until the file changes.

    :raises MediaError: it cannot be read
    """
    check_file(path)
    try:
        return remembered_digest(path)
    except OSError as error:
        raise MediaError(f"{path}: cannot be read: {error.strerror or error}") from error


def _facts_to(facts: MediaFacts) -> dict[str, Any]:
    data = asdict(facts)
    for name in ("duration", "frame_rate"):
        data[name] = None if data[name] is None else str(data[name])
    if facts.audio is not None:
        data["audio"]["offset"] = str(facts.audio.offset)
    return data


def _known_facts(key: str) -> MediaFacts | None:
    data = recall("facts", key)
    try:
        return None if data is None else _facts_from(data)
    except (TypeError, KeyError, ValueError):
        return None  # remembered by another version


def _facts_from(data: dict[str, Any]) -> MediaFacts:
    for name in ("duration", "frame_rate"):
        data[name] = None if data[name] is None else Fraction(data[name])
    data["colour"] = ColourTags(**data["colour"])
    if data["audio"] is not None:
        data["audio"] = AudioFacts(**{**data["audio"], "offset": Fraction(data["audio"]["offset"])})
    return MediaFacts(**data)
