"""Contact sheets: an output goes in, a sheet of its frames at even distances comes out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image

from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.render.contact import contact_sheet
from reelwork.render.job import Dispatcher, Job, Piece, Renderer, Segment, Unit
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress, Report
from reelwork.render.unit import Painter, Shot, ShotJob, compiling_said
from reelwork.render.units import run
from reelwork.render.view import frame_range, output_view
from reelwork.scene.output import Output
from reelwork.timecode import format_timecode


def write_sheet(
    prepared: Prepared,
    output: Output,
    to: Path,
    progress: Progress,
    dispatcher: Dispatcher,
    *,
    pictures: int,
    width: int,
    lenient: bool,
) -> Path:
    """Write a contact sheet as a PNG: pictures from left to right, row by row, each with its time and its number.

    :param pictures: how many, as far as there are frames; each stands for the middle of its stretch
    :param width: of one picture, in pixels
    :param lenient: whether an extension that fails is left out
    """
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    pictures = min(pictures, count)
    whole = output_view(graph, output, Fraction(1)).window
    view = output_view(graph, output, min(Fraction(1), Fraction(width, whole.width)))
    numbers = tuple((2 * index + 1) * count // (2 * pictures) for index in range(pictures))
    job = SheetJob(Shot(graph, view, start, fps, lenient), numbers, to)
    run(Job((Piece(0, 0, pictures, "", "the sheet"),), job), progress, dispatcher, {})
    return to


@dataclass(frozen=True)
class SheetJob(ShotJob):
    """Makes the painter of a sheet.

    :param numbers: of its frames
    :param to: its file
    """

    numbers: tuple[int, ...]
    to: Path

    def __call__(self) -> Renderer:
        """A renderer for one worker."""
        return _SheetRenderer(self)


@dataclass(frozen=True)
class _SheetRenderer:
    job: SheetJob

    def render(self, unit: Unit, report: Report) -> Segment:
        shot, to, made = self.job.shot, self.job.to, []
        painter, columns = Painter(shot), _columns(len(self.job.numbers))
        for number in self.job.numbers:
            with compiling_said(report):
                frame = painter.frame(number, report)
            pixels = frame_to_pixels(frame, alpha=False, display=shot.graph.display)
            made.append((Image.fromarray(pixels), f"{format_timecode(number, shot.fps)}   frame {number}"))
            report.stage("painting")
            report.advance()
        rows = [made[first : first + columns] for first in range(0, len(made), columns)]
        with whole_file(to) as making:
            contact_sheet(rows).save(making, "PNG")
        return Segment(unit, to, unit.key)


def _columns(pictures: int) -> int:
    """How many to a row: not too long, and with as few empty places as can be."""
    widest = [columns for columns in range(1, 7) if columns * columns >= pictures] or [6]
    return min(range(widest[0], 7), key=lambda n: (-pictures % n, n))
