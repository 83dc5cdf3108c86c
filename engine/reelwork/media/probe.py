"""Probing: a path goes in, the facts about the file come out, remembered by the file's digest."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from reelwork.catalogue.digest import digest_of as remembered_digest
from reelwork.catalogue.facts import NTSC_RATES, READ, AlphaLayer, AudioFacts, ColourTags, MediaFacts, Reading
from reelwork.errors import MediaError
from reelwork.extensions import registry
from reelwork.media.files import check_file
from reelwork.media.offered import files_of as footage_files
from reelwork.media.offered import footage_reader, is_numbered, joint_digest
from reelwork.media.remember import recall, remember
from reelwork.media.video.cuts import Index, index_from

#: Pictures a second of numbered files where nobody says it.
NUMBERED_RATE: Final = Fraction(24)


@dataclass(frozen=True)
class Examined:
    """A file's facts, and the index of its pictures if it is a video."""

    facts: MediaFacts
    index: Index | None


def probe(path: Path, rate: Fraction | None = None, reading: Reading = READ) -> MediaFacts:
    """Everything known of a file of pictures or sound, or of numbered stills, by their name with the number's place.

    :param rate: pictures a second of numbered files
    :param reading: how it is read
    :raises MediaError: it is missing, empty, damaged or of a kind that cannot be read; the message names it
    """
    known = _known_facts(_key(path, digest_of(path, rate), reading))
    return _read(path, known, reading) if known else examine(path, rate, reading).facts


def examine(path: Path, rate: Fraction | None = None, reading: Reading = READ) -> Examined:
    """The facts and the index of a file; the first time, its packets are read from beginning to end.

    :param rate: as of :func:`probe`
    :param reading: as of :func:`probe`
    :raises MediaError: as :func:`probe`
    """
    digest = digest_of(path, rate)
    found = _examine(path, digest, _key(path, digest, reading), rate or NUMBERED_RATE, replace(reading, fields="auto"))
    return replace(found, facts=_read(path, found.facts, reading)) if reading != READ else found


def _read(path: Path, facts: MediaFacts, reading: Reading) -> MediaFacts:
    """What is known of a file that a director has read so.

    :raises MediaError: it cannot be brought back to film
    """
    read = replace(facts, reading=reading)
    if read.is_brought_back and read.frame_rate is not None and not footage_reader(path):
        if read.variable_rate or read.frame_rate > NTSC_RATES[-1]:
            said = (
                "do not last equally long" if read.variable_rate else f"come {float(read.frame_rate):g} times a second"
            )
            raise MediaError(
                f"{path}: its pictures {said}; `fields: pulldown` is for film that was telecined to 25, 29.97 or 30 a "
                "second: leave it out"
            )
        if read.frame_rate not in NTSC_RATES:
            return read
        cycles, rest = divmod(read.frame_count, 5)
        return replace(read, frame_count=4 * cycles + rest, frame_rate=read.frame_rate * 4 / 5)
    if not read.is_doubled or read.frame_rate is None or footage_reader(path):
        return read
    return replace(read, frame_count=2 * read.frame_count, frame_rate=2 * read.frame_rate)


@lru_cache(maxsize=64)
def _examine(path: Path, digest: str, key: str, rate: Fraction, reading: Reading) -> Examined:
    facts = _known_facts(key)
    index = recall("index", key) if facts is not None and facts.kind == "video" else None
    if facts is not None and (index is not None or facts.kind != "video"):
        return Examined(facts, index_from(index) if index is not None else None)
    # Here, so that what is remembered comes back without loading FFmpeg or Pillow.
    from reelwork.media.examine import examine_file

    examined = examine_file(path, digest, rate, reading)
    if examined.index is not None:
        remember("index", key, examined.index.to_data())
    remember("facts", key, _facts_to(examined.facts))
    return examined


def _key(path: Path, digest: str, reading: Reading) -> str:
    """What a file's facts are remembered by: its digest, what of it they are of, and the plugin's reader that may have
    found them out."""
    digest = f"{digest}-{reading.stream}-{reading.sound}" if reading.stream or reading.sound else digest
    if reading.picks:
        picked = repr((reading.page, reading.part, reading.layer))
        digest = f"{digest}-{sha256(picked.encode()).hexdigest()[:16]}"
    reader = footage_reader(path) or registry().readers.get(path.suffix.lower())
    return digest if reader is None else f"{digest}-{sha256(str(reader).encode()).hexdigest()[:16]}"


def files_of(path: Path) -> tuple[Path, ...]:
    """All files that a name stands for: but for footage that plugins read, the file of that name.

    :raises MediaError: they are not all there
    """
    reader = footage_reader(path)
    return (path,) if reader is None else footage_files(reader, path)


def digest_of(path: Path, rate: Fraction | None = None) -> str:
    """The sha256 of a file's bytes, 64 hexadecimal digits, remembered until the file changes. Where a name stands for
    several, it is of all of them.

    :param rate: of numbered files, pictures a second, which then makes another thing of them
    :raises MediaError: it cannot be read
    """
    files = files_of(path)
    if files != (path,):
        return joint_digest(map(_digest_of, files), (rate or NUMBERED_RATE) if is_numbered(path) else None)
    return _digest_of(path)


def _digest_of(path: Path) -> str:
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
        data["audio"]["damage"] = [[str(begin), str(end)] for begin, end in facts.audio.damage]
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
    data["alpha"] = None if data["alpha"] is None else AlphaLayer(**data["alpha"])
    data["reading"] = Reading(**data["reading"])
    for name in ("streams", "captions", "parts", "layers"):
        data[name] = tuple(data[name])
    if data["audio"] is not None:
        damage = tuple((Fraction(begin), Fraction(end)) for begin, end in data["audio"]["damage"])
        offset = Fraction(data["audio"]["offset"])
        data["audio"] = AudioFacts(**{**data["audio"], "offset": offset, "damage": damage})
    return MediaFacts(**data)
