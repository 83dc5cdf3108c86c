"""``reelwork probe``: a file of pictures, sound or captions goes in, what Reelwork knows of it comes out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from reelwork.caption import TEXTS
from reelwork.catalogue.facts import AudioFacts, ColourTags, MediaFacts
from reelwork.errors import MediaError
from reelwork.media.probe import probe


@click.command("probe")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON; exact times are written as fractions.")
def command(file: Path, as_json: bool) -> None:
    """Show what is known of a file of pictures, sound or captions."""
    if file.suffix.lower() in TEXTS:
        _show_captions(file, as_json)
        return
    facts = probe(file)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(facts), default=str, indent=2))
    else:
        _echo([*_rows(facts), *_cadence_rows(file, facts)])


def _echo(rows: list[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    click.echo("\n".join(f"{name:<{width}}  {words}" for name, words in rows))


def _show_captions(file: Path, as_json: bool) -> None:
    from reelwork.media.subtitles import read_captions  # PyAV loads here

    read = read_captions(file)
    first = min(each.start for each in read.captions)
    last = max(each.end for each in read.captions)
    if as_json:
        said = {"kind": "captions", "count": len(read.captions), "start": first, "end": last, "doubt": read.doubt}
        click.echo(json.dumps(said, default=str, indent=2))
        return
    rows = [("kind", "captions"), ("captions", f"{len(read.captions)}, from {_exact(first)} s to {_exact(last)} s")]
    _echo(rows + [("doubtful", read.doubt)] * bool(read.doubt))


def _rows(facts: MediaFacts) -> Iterator[tuple[str, str]]:
    yield "kind", facts.kind
    yield "container", facts.container
    if facts.duration is not None:
        yield "duration", f"{_exact(facts.duration)} s"
    if facts.kind != "audio":
        yield from _picture_rows(facts)
    if facts.audio:
        yield from _sound_rows(facts.audio)
    elif facts.unheard:
        yield "sound", "of a codec that cannot be decoded: it is silent"
    for number, stream in enumerate(facts.captions, start=1):
        yield f"captions {number}", stream
    yield "sha256", facts.digest


def _cadence_rows(file: Path, facts: MediaFacts) -> Iterator[tuple[str, str]]:
    if not facts.fields:
        return
    from reelwork.media.video.cadence import is_telecined  # it decodes, which few files need

    with suppress(MediaError):  # damage is told where it is shown
        if is_telecined(file):
            remedy = "`fields: pulldown` beside its `file` or `asset`"
            yield (
                "telecined",
                f"film (3:2), of which fields are taken apart; to have its 24 pictures a second, write {remedy}",
            )


def _picture_rows(facts: MediaFacts) -> Iterator[tuple[str, str]]:
    yield "codec", facts.codec
    yield "size", f"{facts.width}×{facts.height}" + (", sharp at any size" if facts.scalable else "")
    if facts.frame_rate is not None:
        variable = ", variable" if facts.variable_rate else ""
        yield "frames", f"{facts.frame_count} at {_exact(facts.frame_rate)} a second{variable}"
    if not facts.is_stored_as_shown:
        turned = f", EXIF orientation {facts.orientation}" if facts.orientation != 1 else ""
        yield "stored as", f"{facts.stored_width}×{facts.stored_height}{turned}"
    if facts.turned != 1:
        yield "stored as", f"EXIF orientation {facts.turned}, and turned upright"
    if facts.fields:
        yield "fields", facts.fields
    for number, stream in enumerate(facts.streams, start=1):
        yield f"stream {number}", stream
    if facts.pages > 1:
        yield "pages", str(facts.pages)
    for number, part in enumerate(facts.parts, start=1):
        yield f"part {number}", part
    for layer in facts.layers:
        yield "layer", layer
    if facts.timecode:
        yield "timecode", facts.timecode
    multiplied = ", colours are multiplied by alpha" if facts.alpha is not None and facts.alpha.premultiplied else ""
    yield "pixels", facts.pixel_format + (", may be transparent" if facts.has_alpha else "") + multiplied
    yield "colour", facts.said or _tags(facts.colour)


def _sound_rows(sound: AudioFacts) -> Iterator[tuple[str, str]]:
    yield "sound", f"{sound.codec}, {sound.layout}, {sound.rate} Hz, {_exact(sound.duration)} s"
    if sound.offset:
        yield "sound begins", f"{_exact(sound.offset)} s after the picture"
    for begin, end in sound.damage:
        yield "damaged", f"from {float(begin):.3f} s to {float(end):.3f} s of the sound"


def _tags(tags: ColourTags) -> str:
    values: dict[str, Any] = dataclasses.asdict(tags)
    return ", ".join(f"{name} {value}" for name, value in values.items() if value) or "untagged"


def _exact(value: Fraction) -> str:
    """A number as people write it, with the fraction beside it where that is not exact."""
    short = f"{float(value):.6g}"
    return short if Fraction(short) == value else f"{short} ({value})"
