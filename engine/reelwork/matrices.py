"""Matrices of three by three numbers, in double precision: the same bits on every machine.

Libraries of linear algebra may add in another order from machine to machine.
"""

from __future__ import annotations

#: Rows, each of numbers; of a vector, each of one.
Rows = tuple[tuple[float, ...], ...]


def product(a: Rows, b: Rows) -> Rows:
    """``a b``.

    >>> product(((2.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), ((1.0,), (2.0,), (3.0,)))
    ((2.0,), (2.0,), (3.0,))
    """
    columns = tuple(zip(*b, strict=True))
    return tuple(tuple(row[0] * column[0] + row[1] * column[1] + row[2] * column[2] for column in columns) for row in a)


def inverse(m: Rows) -> Rows:
    """By cofactors.

    >>> inverse(((2.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 4.0)))
    ((0.5, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.25))

    :raises ZeroDivisionError: there is none
    """
    (a, b, c), (d, e, f), (g, h, i) = m
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0]
    return tuple(tuple(value / determinant for value in row) for row in cofactors)
