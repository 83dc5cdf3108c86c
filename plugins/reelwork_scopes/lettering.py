"""Letters for scales, on a grid of 5 by 7: a text goes in, outlines come out, sharp at any size and of no font."""

from __future__ import annotations

from typing import Final, TypeAlias

from reelwork.image import Path

#: Left, top, right and bottom of a rectangle.
Rectangle: TypeAlias = tuple[float, float, float, float]

_ROWS: Final = 7
#: Width of a letter and the space after it, in cells.
_ADVANCE: Final = 6
# Rows from the top, five bits each, the leftmost is the highest.
_GLYPHS: Final = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "%": (24, 25, 2, 4, 8, 19, 3),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "Y": (17, 17, 10, 4, 4, 4, 4),
}


def text(words: str, x: float, y: float, height: float, align: float = 0.0) -> list[Rectangle]:
    """Rectangles that show some words.

    :param words: of the digits and letters that scopes need, and ``%``
    :param x, y: where it begins (``align`` 0), has its middle (0.5) or ends (1), and its vertical middle
    :param height: of its capitals
    """
    cell = height / _ROWS
    left = x - align * (_ADVANCE * len(words) - 1) * cell
    top = y - 0.5 * height
    found = []
    for index, letter in enumerate(words):
        for row, bits in enumerate(_GLYPHS[letter]):
            column = 0
            while column < 5:
                run = column
                while run < 5 and bits >> (4 - run) & 1:
                    run += 1
                if run > column:
                    begin = left + (index * _ADVANCE + column) * cell
                    found.append((begin, top + row * cell, begin + (run - column) * cell, top + (row + 1) * cell))
                column = max(run, column + 1)
    return found


def rectangles(boxes: list[Rectangle]) -> Path:
    """One outline of all of them."""
    points = []
    for x0, y0, x1, y1 in boxes:
        points += [x0, y0, x1, y0, x1, y1, x0, y1]
    return Path("MLLLZ" * len(boxes), tuple(points))
