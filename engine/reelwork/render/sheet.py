"""Contact sheets: an output goes in, a sheet of its frames at even distances comes out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from PIL import Image

from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.render.contact import contact_sheet
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress
from reelwork.render.unit import Painter, Shot
from reelwork.render.view import frame_range, output_view
from reelwork.scene.model import Output
from reelwork.timecode import format_timecode


def write_sheet(
    prepared: Prepared, output: Output, to: Path, progress: Progress, *, pictures: int, width: int, lenient: bool
) -> Path:
    """Write a contact sheet as a PNG: pictures from left to right, row by row, each with its time and its number.

    :param pictures: how many, as far as there are frames; each stands for the middle of its stretch
    :param width: of one picture, in pixels
    :param lenient: whether an extension that fails is left out
    """
    graph = prepared.graph(output.composition)
    start, fps, count = frame_range(graph, output)
    pictures = min(pictures, count)
    columns = _columns(pictures)
    whole = output_view(graph, output, Fraction(1)).window
    view = output_view(graph, output, min(Fraction(1), Fraction(width, whole.width)))
    made = []
    painter = Painter(Shot(graph, view, start, fps, lenient))
    progress.start(pictures)
    progress.stage("painting")
    for index in range(pictures):
        number = (2 * index + 1) * count // (2 * pictures)
        pixels = frame_to_pixels(painter.frame(number, progress), alpha=False, display=graph.display)
        made.append((Image.fromarray(pixels), f"{format_timecode(number, fps)}   frame {number}"))
        progress.advance()
    with whole_file(to) as making:
        contact_sheet([made[first : first + columns] for first in range(0, pictures, columns)]).save(making, "PNG")
    return to


def _columns(pictures: int) -> int:
    """How many to a row: not too long, and with as few empty places as can be."""
    widest = [columns for columns in range(1, 7) if columns * columns >= pictures] or [6]
    return min(range(widest[0], 7), key=lambda n: (-pictures % n, n))
