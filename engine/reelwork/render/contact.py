"""Contact sheets as pictures: rows of pictures with words go in, one picture that holds them all comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

_GAP: Final = 12
_LABEL: Final = 22
_PAPER: Final = "#15181c"
_INK: Final = "#9aa4ae"


def contact_sheet(rows: Sequence[Sequence[tuple[Image.Image, str]]]) -> Image.Image:
    """Pictures of one size from left to right, row by row, each with a line of words under it."""
    width, height = rows[0][0][0].size
    across, down = width + _GAP, height + _GAP + _LABEL
    sheet = Image.new("RGB", (max(map(len, rows)) * across + _GAP, len(rows) * down + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for row, pictures in enumerate(rows):
        for column, (picture, words) in enumerate(pictures):
            x, y = _GAP + column * across, _GAP + row * down
            sheet.paste(picture, (x, y))
            draw.text((x, y + height + 5), words, fill=_INK)
    return sheet
