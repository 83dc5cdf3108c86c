"""Contact sheets: an output goes in, a sheet of its frames at even distances comes out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from reelwork.media.convert import frame_to_pixels
from reelwork.media.whole import whole_file
from reelwork.render.prepare import Prepared
from reelwork.render.progress import Progress
from reelwork.render.unit import Painter, Shot
from reelwork.render.view import frame_range, output_view
from reelwork.scene.model import Output
from reelwork.timecode import format_timecode

_GAP: Final = 12
_LABEL: Final = 22
_PAPER: Final = "#15181c"
_INK: Final = "#9aa4ae"


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
    columns, rows = _grid(pictures)
    whole = output_view(graph, output, Fraction(1)).window
    view = output_view(graph, output, min(Fraction(1), Fraction(width, whole.width)))
    across, down = view.window.width + _GAP, view.window.height + _GAP + _LABEL
    sheet = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    painter = Painter(Shot(graph, view, start, fps, lenient))
    progress.start(pictures)
    progress.stage("painting")
    for index in range(pictures):
        number = (2 * index + 1) * count // (2 * pictures)
        x, y = _GAP + index % columns * across, _GAP + index // columns * down
        pixels = frame_to_pixels(painter.frame(number, progress), alpha=False, display=graph.display)
        sheet.paste(Image.fromarray(pixels), (x, y))
        said = f"{format_timecode(number, fps)}   frame {number}"
        draw.text((x, y + view.window.height + 5), said, fill=_INK)
        progress.advance()
    with whole_file(to) as making:
        sheet.save(making, "PNG")
    return to


def _grid(pictures: int) -> tuple[int, int]:
    """Columns and rows: not too long, and with as few empty places as can be."""
    widest = [columns for columns in range(1, 7) if columns * columns >= pictures] or [6]
    columns = min(range(widest[0], 7), key=lambda n: (-pictures % n, n))
    return columns, -(-pictures // columns)
