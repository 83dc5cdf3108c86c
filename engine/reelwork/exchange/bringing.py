"""Bringing in and taking out: the two commands of exchange, each one call from a file to a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from reelwork.catalogue.open import MARK, open_catalogue
from reelwork.errors import OutputError
from reelwork.exchange.addresses import files_at, place_of
from reelwork.exchange.bundle import extracted
from reelwork.exchange.carried import mapping
from reelwork.exchange.files import write_text, write_with
from reelwork.exchange.finding import Finder, is_within, roots_of
from reelwork.exchange.formats import PICTURES, needed, read_timeline, write_timeline
from reelwork.exchange.from_scene import from_scene
from reelwork.exchange.layers import Choices
from reelwork.exchange.report import ExchangeError, Report
from reelwork.exchange.timeline import Timeline
from reelwork.exchange.to_scene import to_scene
from reelwork.exchange.unsaid import tell_unsaid_of_outputs
from reelwork.graph.reach import ROOTS
from reelwork.render.prepare import Settings, prepare
from reelwork.render.produce import chosen_output


@dataclass(frozen=True)
class Wishes:
    """What the person asks of an import.

    :param media: further folders in which media may lie
    :param missing: ``slot`` or ``error``: what becomes of media that are not there
    :param copy: whether media from outside are copied into the scene's folder
    :param overwrite: whether a scene that is there may be replaced
    :param chapters: whether every marker of a timeline begins a chapter
    :param live_text: whether words of layered pictures become text, rather than pixels
    """

    media: Sequence[Path] = ()
    catalogue: Path | None = None
    missing: str = "slot"
    copy: bool = False
    overwrite: bool = False
    fps: Fraction | None = None
    size: tuple[int, int] | None = None
    live_text: bool = False
    chapters: bool = False


@dataclass(frozen=True)
class Brought:
    """A scene that was written.

    :param outside: folders outside its own that it reads
    """

    scene: Path
    outside: tuple[Path, ...] = field(default=())


def bring_in(source: Path, folder: Path, wishes: Wishes, report: Report) -> Brought:
    """Write the scene of a timeline, or of a layered picture, into a folder.

    :raises ExchangeError: the file cannot be read, or media are missing that must not be
    :raises OutputError: there is a scene already, or it cannot be written
    """
    target = folder / "scene.yaml"
    if target.exists() and not wishes.overwrite:
        raise OutputError(f"{target} is there already; take another folder, or --overwrite")
    if source.suffix.lower() in PICTURES:
        write = needed("psd_import").import_picture
        write(source, folder, live_text=wishes.live_text, overwrite=wishes.overwrite, report=report)
        return Brought(target)
    taken = read_timeline(source, wishes.fps, report)
    if not taken.bundle:
        return _written(taken.timeline, source, source.resolve().parent, {}, folder, wishes, report)
    with extracted(source, taken.bundle, folder / "media", overwrite=wishes.overwrite) as held:
        return _written(taken.timeline, source, folder.resolve(), held, folder, wishes, report)


def _written(
    timeline: Timeline,
    source: Path,
    base: Path,
    held: Mapping[str, Path],
    folder: Path,
    wishes: Wishes,
    report: Report,
) -> Brought:
    """Write the scene of a timeline.

    :param base: from where its references count
    :param held: media that came with it, by the places that references name
    """
    target = folder / "scene.yaml"
    catalogue = wishes.catalogue or _catalogue_of(timeline, base, roots_of(base, (folder, *wishes.media)), report)
    opened = None if catalogue is None else open_catalogue(catalogue)
    finder = Finder(base, (folder, *wishes.media), opened, report, held)
    choices = Choices(folder, wishes.missing, folder / "media" if wishes.copy else None)
    named = None if catalogue is None else Path(os.path.relpath(catalogue.resolve(), folder.resolve())).as_posix()
    written = to_scene(
        timeline,
        finder,
        choices,
        report,
        source=str(source),
        catalogue=named,
        fps=wishes.fps,
        size=wishes.size,
        chapters=wishes.chapters,
    )
    copies = (pair for file, copy in written.copies.items() for pair in files_at(file, str(copy)).items())
    for file, copy in ((file, Path(name)) for file, name in copies):
        if not copy.exists():  # what is there is the same, else the copy has another name
            write_with(copy, lambda part, file=file: shutil.copyfile(file, part))  # type: ignore[misc]
    write_text(target, written.text)
    allowed = [Path(root).resolve() for root in os.environ.get(ROOTS, "").split(os.pathsep) if root]
    outside = tuple(place for place in written.outside if not any(place.is_relative_to(root) for root in allowed))
    return Brought(target, outside)


def take_out(scene: Path, target: Path, output: str | None, settings: Settings, report: Report) -> None:
    """Write the timeline of a scene's output.

    :raises SceneError: everything that is wrong with the scene
    :raises ExchangeError: the format cannot hold it
    :raises OutputError: it cannot be written, or there is no such output
    """
    prepared = prepare(scene, settings)
    shown = chosen_output(prepared, output)
    if shown.range is not None:
        report.add(f"output {shown.name}", "its range", "the whole composition is written")
    made = from_scene(prepared, shown.composition, target, report, shown.chapters)
    if target.suffix.lower() not in (".otio", ".otioz"):
        tell_unsaid_of_outputs(made, shown.name, target.suffix.lower() == ".fcpxml", report)
    write_timeline(made, target, report)


def _catalogue_of(timeline: Timeline, base: Path, roots: Sequence[Path], report: Report) -> Path | None:
    """The catalogue that our own export names, if it is there, and where a stranger's file may look."""
    said = mapping(timeline.metadata.get("reelwork")).get("catalogue")
    path = place_of(said, base) if isinstance(said, str) and said else None
    if path is None or not is_within(path, roots):
        if said:
            what = f"it names the catalogue {said!r}, which is not within the folders that it may read"
            report.add("the timeline", what, "its files are looked for instead; --catalogue names one")
        return None
    return path if (path / MARK).is_file() else None


__all__ = ["Brought", "ExchangeError", "Wishes", "bring_in", "take_out"]
