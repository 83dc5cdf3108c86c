"""What the tests of exchange share: importing into a folder, hearing and seeing what a scene says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio

from reelwork.exchange.bringing import Wishes, bring_in, take_out
from reelwork.exchange.report import Finding, Report
from reelwork.graph.model import CompositionSource, Layer, MediaSource, SequenceSource
from reelwork.media.sound.source import AudioSource
from reelwork.render.pictures import paint_instant
from reelwork.render.prepare import Prepared, Settings, prepare
from reelwork.render.produce import chosen_output
from reelwork.sound.mix import mix
from reelwork.sound.voices import collect_voices

NTSC = Fraction(24000, 1001)


@dataclass(frozen=True)
class Scene:
    """A scene that was imported."""

    file: Path
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def prepared(self) -> Prepared:
        return prepare(self.file, Settings())

    @property
    def found(self) -> str:
        return "\n".join(map(str, self.findings))


def imported(source: Path, folder: Path, footage: Path | None = None, **wishes: object) -> Scene:
    """Import a file; what it reads of ``footage`` is copied beside the scene."""
    report = Report()
    media = (footage,) if footage is not None else ()
    brought = bring_in(source, folder, Wishes(media=media, copy=True, **wishes), report)
    return Scene(brought.scene, tuple(report.findings))


def exported(scene: Path, target: Path) -> tuple[Finding, ...]:
    report = Report()
    take_out(scene, target, None, Settings(), report)
    return tuple(report.findings)


def of_clips(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are about clips, not about the scene and its outputs."""
    return [finding for finding in findings if not finding.place.startswith(("the scene", "output "))]


def clips(prepared: Prepared, composition: str = "main") -> list[tuple[str, Fraction, Fraction, Fraction, Fraction]]:
    """Every layer and clip that shows or sounds media or a composition: what, start, end, in, speed."""

    def inside(layers: Iterable[Layer], origin: Fraction) -> list[tuple[str, Fraction, Fraction, Fraction, Fraction]]:
        found = []
        for layer in layers:
            source = layer.source
            if isinstance(source, SequenceSource):
                found += inside(source.sequence.clips, origin + layer.start)
            elif isinstance(source, MediaSource | CompositionSource):
                name = Path(source.media.path).name if isinstance(source, MediaSource) else source.composition.name
                at = (origin + layer.start, origin + layer.end)
                found.append((name, *at, source.retiming.start, source.retiming.speed))
        return found

    return inside(prepared.graph(composition).root.layers, Fraction(0))


def painted(scene: Path, frames: Iterable[int]) -> list[str]:
    """Digests of frames."""
    prepared = prepare(scene, Settings())
    output = chosen_output(prepared, None)
    graph = prepared.graph(output.composition)
    return [
        hashlib.sha256(paint_instant(graph, output, number / graph.fps, Fraction(1))[0].data.tobytes()).hexdigest()[:16]
        for number in frames
    ]


def heard(scene: Path) -> bytes:
    """The samples of a scene's sound."""
    prepared = prepare(scene, Settings())
    graph = prepared.graph(chosen_output(prepared, None).composition)
    blocks = mix(collect_voices(graph), graph.root.duration, opener=AudioSource)
    return b"".join(np.asarray(block).tobytes() for block in blocks)


def by_hand(folder: Path, footage: Path, text: str) -> Path:
    """A scene as a person writes it, with the footage beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "media").exists():
        _copy(footage, folder / "media")
    (folder / "scene.yaml").write_text(text)
    return folder / "scene.yaml"


def _copy(source: Path, target: Path) -> None:
    target.mkdir()
    for path in source.iterdir():
        os.link(path, target / path.name)


def time(value: float, rate: float = 24.0) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(value, rate)


def span(start: float, duration: float, rate: float = 24.0) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start, rate), time(duration, rate))


def clip(name: str, start: float, duration: float, rate: float = 24.0, *, first: float = 0, **more) -> otio.schema.Clip:
    """A clip of two seconds of a file."""
    media = otio.schema.ExternalReference(target_url=name, available_range=span(first, 2 * rate, rate))
    return otio.schema.Clip(
        name=name.partition(".")[0], media_reference=media, source_range=span(start, duration, rate), **more
    )


def timeline(*tracks: otio.schema.Track, rate: float = 24.0) -> otio.schema.Timeline:
    made = otio.schema.Timeline(name="Cut", global_start_time=time(0, rate))
    made.tracks.extend(tracks)
    return made


def video(*items: object, name: str = "V1") -> otio.schema.Track:
    return otio.schema.Track(name=name, kind="Video", children=list(items))


def audio(*items: object, name: str = "A1") -> otio.schema.Track:
    return otio.schema.Track(name=name, kind="Audio", children=list(items))


def gap(duration: float, rate: float = 24.0) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=span(0, duration, rate))


def dissolve(before: float, after: float, rate: float = 24.0) -> otio.schema.Transition:
    return otio.schema.Transition(
        transition_type="SMPTE_Dissolve", in_offset=time(before, rate), out_offset=time(after, rate)
    )


def saved(made: otio.schema.Timeline, folder: Path, name: str = "cut.otio") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    otio.adapters.write_to_file(made, str(folder / name))
    return folder / name
