"""SVG path data in (``M0 0 h10 v10 z``), a :class:`Path` out, as SVG 2 chapter 9 has it."""

from __future__ import annotations

import math
import re
from typing import Final

from reelwork.image.drawing import Path
from reelwork.values import Affine

_ARGUMENTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_SPACE: Final = re.compile(r"[ \t\r\n\f]*")
_SEPARATOR: Final = re.compile(r"[ \t\r\n\f]*(?:,[ \t\r\n\f]*)?")

Vector = tuple[float, float]


class PathSyntaxError(ValueError):
    """Path data that cannot be read; ``offset`` is the place of the first wrong character, from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} at character {offset + 1}")
        self.offset = offset


def parse_path(text: str) -> Path:
    """Read path data; arcs become cubics that start and end exactly where they say.

    >>> parse_path("M1 2h3v4z")
    Path(verbs='MLLZ', points=(1.0, 2.0, 4.0, 2.0, 4.0, 6.0))

    :raises PathSyntaxError: a ``ValueError`` that says what was expected and at which character
    """
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.verbs: list[str] = []
        self.points: list[float] = []
        self.at: Vector = (0.0, 0.0)
        self.start: Vector = (0.0, 0.0)
        self.control: tuple[str, Vector] | None = None

    def parse(self) -> Path:
        self._skip(_SPACE)
        if self.offset == len(self.text):
            raise PathSyntaxError("a path begins with M, there is nothing", self.offset)
        while self.offset < len(self.text):
            command = self.text[self.offset]
            if command.upper() not in _ARGUMENTS:
                raise PathSyntaxError(f"expected one of the commands MLHVCSQTAZ, found {command!r}", self.offset)
            if not self.verbs and command not in "Mm":
                raise PathSyntaxError(f"a path begins with M, found {command!r}", self.offset)
            self.offset += 1
            self._skip(_SPACE)
            self._run(command)
        return Path("".join(self.verbs), tuple(self.points))

    def _run(self, command: str) -> None:
        """One command letter and as many sets of arguments as follow it."""
        upper = command.upper()
        if upper == "Z":
            self._step(upper, False, [])
            return
        while True:
            arguments = []
            for index in range(_ARGUMENTS[upper]):
                arguments.append(self._flag() if upper == "A" and index in (3, 4) else self._number())
                before = self.offset
                self._skip(_SEPARATOR)
            self._step(upper, command.islower(), arguments)
            if upper == "M":
                upper, command = "L", "l" if command == "m" else "L"
            if self.offset == len(self.text) or self.text[self.offset].isalpha():
                if "," in self.text[before : self.offset]:
                    raise PathSyntaxError("expected a number after the comma", self.offset)
                return

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.offset)
        if match:
            self.offset = match.end()

    def _found(self) -> str:
        return repr(self.text[self.offset]) if self.offset < len(self.text) else "the end"

    def _number(self) -> float:
        match = _NUMBER.match(self.text, self.offset)
        if match is None:
            raise PathSyntaxError(f"expected a number, found {self._found()}", self.offset)
        value = float(match.group())
        if not math.isfinite(value):
            raise PathSyntaxError(f"the number {match.group()} is too large", self.offset)
        self.offset = match.end()
        return value

    def _flag(self) -> float:
        if self.text[self.offset : self.offset + 1] not in ("0", "1"):
            raise PathSyntaxError(f"expected an arc flag, 0 or 1, found {self._found()}", self.offset)
        self.offset += 1
        return float(self.text[self.offset - 1])

    def _step(self, verb: str, relative: bool, arguments: list[float]) -> None:
        """Add one step, all coordinates made absolute and every short form written out."""
        x, y = self.at if relative else (0.0, 0.0)
        if verb == "Z":
            self.verbs.append("Z")
            self.at, self.control = self.start, None
            return
        if verb == "A":
            rx, ry, turn, large, sweep, to_x, to_y = arguments
            self._resume()
            for points in arc_to_cubics(self.at, rx, ry, turn, large == 1.0, sweep == 1.0, (x + to_x, y + to_y)):
                self._emit("L" if len(points) == 1 else "C", points)
            self.at, self.control = (x + to_x, y + to_y), None
            return
        if verb == "H":
            points = [(x + arguments[0], self.at[1])]
        elif verb == "V":
            points = [(self.at[0], y + arguments[0])]
        else:
            pairs = zip(arguments[0::2], arguments[1::2], strict=True)
            points = [(x + px, y + py) for px, py in pairs]
        if verb == "M":
            self.start = points[0]
            self._emit("M", points)
        else:
            self._resume()
            if verb in "ST":
                points.insert(0, self._mirrored("C" if verb == "S" else "Q"))
            self._emit({"H": "L", "V": "L", "S": "C", "T": "Q"}.get(verb, verb), points)
        self.control = (self.verbs[-1], points[-2]) if self.verbs[-1] in "CQ" else None
        self.at = points[-1]

    def _resume(self) -> None:
        """After a close, a step that is no move starts where the closed outline started."""
        if self.verbs[-1] == "Z":
            self._emit("M", [self.at])

    def _mirrored(self, family: str) -> Vector:
        """The control point of a smooth step: the last one mirrored, if the last step was a curve of that family."""
        if self.control is None or self.control[0] != family:
            return self.at
        return (2.0 * self.at[0] - self.control[1][0], 2.0 * self.at[1] - self.control[1][1])

    def _emit(self, verb: str, points: list[Vector]) -> None:
        self.verbs.append(verb)
        for x, y in points:
            self.points += (x, y)


def arc_to_cubics(
    start: Vector, rx: float, ry: float, turn: float, large: bool, sweep: bool, end: Vector
) -> list[list[Vector]]:
    """An elliptical arc as cubics of at most a quarter each (three points each), or one line (one point).

    The centre is found as in SVG 2, appendix B.2.4; radii that are too small are scaled up as in B.2.5. Quarters
    deviate from the arc by 0.03% of the radius at most. Only square roots are taken, so that the result is the same
    everywhere.

    :param turn: degrees, clockwise, from the x axis to the ellipse's own
    :returns: nothing where start and end are the same
    """
    if start == end:
        return []
    rx, ry = abs(rx), abs(ry)
    if rx == 0.0 or ry == 0.0:
        return [[end]]
    to_page = Affine.rotation(turn)
    to_own = Affine.rotation(-turn)
    half = to_own.apply((start[0] - end[0]) / 2.0, (start[1] - end[1]) / 2.0)
    px, py = half[0] / rx, half[1] / ry
    reach = px * px + py * py
    if reach < 1e-24:
        return [[end]]
    if reach >= 1.0:
        grow = math.sqrt(reach)
        rx, ry, px, py = rx * grow, ry * grow, px / grow, py / grow
        offset = 0.0
    else:
        offset = math.sqrt((1.0 - reach) / reach) * (-1.0 if large == sweep else 1.0)
    # On the unit circle the arc runs from `a` to `b`, seen from the centre (offset * py, -offset * px).
    a = _unit(px - offset * py, py + offset * px)
    b = _unit(-px - offset * py, -py + offset * px)
    middle = ((start[0] + end[0]) / 2.0, (start[1] + end[1]) / 2.0)
    cx, cy = to_page.apply(rx * offset * py, -ry * offset * px)
    to_path = Affine.translation(middle[0] + cx, middle[1] + cy) @ to_page @ Affine.scaling(rx, ry)
    pieces = [[to_path.apply(*point) for point in piece] for piece in _quarters(a, b, 1.0 if sweep else -1.0)]
    pieces[-1][-1] = end
    return pieces


def _unit(x: float, y: float) -> Vector:
    length = math.sqrt(x * x + y * y)
    return (x / length, y / length)


def _quarters(a: Vector, b: Vector, sign: float) -> list[list[Vector]]:
    """Cubics on the unit circle from ``a`` to ``b``, clockwise on screen where ``sign`` is 1."""
    cosine = a[0] * b[0] + a[1] * b[1]
    sine = (a[0] * b[1] - a[1] * b[0]) * sign
    middle = _unit((b[1] - a[1]) * sign, (a[0] - b[0]) * sign)
    if sine < 0.0 or cosine < -1e-12:
        return _quarters(a, middle, sign) + _quarters(middle, b, sign)
    half_cosine = a[0] * middle[0] + a[1] * middle[1]
    half_sine = (a[0] * middle[1] - a[1] * middle[0]) * sign
    k = 4.0 / 3.0 * half_sine / (1.0 + half_cosine) * sign
    return [[(a[0] - k * a[1], a[1] + k * a[0]), (b[0] + k * b[1], b[1] - k * b[0]), b]]
