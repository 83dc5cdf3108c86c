"""Values that the scene language and the effects share: lengths, colours, affine and projective maps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Literal

from reelwork import maths
from reelwork.errors import MediaError

#: The curve between light and display-encoded values: sRGB's (IEC 61966-2-1), or ITU-R BT.1886's with black at 0.
Display = Literal["srgb", "bt1886"]
#: Where colours are mixed: in scene-linear light, or in display-encoded values of a curve.
Space = Literal["linear", "srgb", "bt1886"]
_ENCODE: Final = {"srgb": maths.srgb_encode, "bt1886": maths.bt1886_encode}
_DECODE: Final = {"srgb": maths.srgb_decode, "bt1886": maths.bt1886_decode}


@dataclass(frozen=True)
class Length:
    """Pixels plus a share of a reference length that is known later.

    >>> Length(percent=50).resolve(1920)
    960.0
    """

    pixels: float = 0.0
    percent: float = 0.0

    def resolve(self, reference: float) -> float:
        """Pixels, given the length in pixels that 100% stands for."""
        return self.pixels + self.percent / 100.0 * reference


@dataclass(frozen=True)
class File:
    """A file that an extension reads. Files of equal bytes and endings are equal, wherever they lie.

    :param ending: of its name, in small letters, such as ``.cube``
    :param digest: sha256 of its bytes, 64 hexadecimal digits
    :param path: where it lies on this machine; no part of what it is
    """

    ending: str
    digest: str
    path: str = field(repr=False, compare=False, metadata={"digest": False})

    @property
    def name(self) -> str:
        """Its name without folders, for messages."""
        return Path(self.path).name

    def read(self) -> bytes:
        """Its bytes.

        :raises MediaError: it cannot be read, or is not what it was when the scene was linked
        """
        try:
            data = Path(self.path).read_bytes()
        except OSError as error:
            raise MediaError(f"{self.path} cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise MediaError(f"{self.path}: has changed while it was rendered; render again")
        return data


@dataclass(frozen=True)
class Colour:
    """A straight (not premultiplied) colour in display-encoded values; 0 to 1, more for light above white.

    What light it is follows from the display curve of the production.

    >>> Colour.from_hex("#ff000080").alpha
    0.5019607843137255
    """

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @classmethod
    def from_hex(cls, text: str) -> Colour:
        """``#rrggbb`` or ``#rrggbbaa``; ``ValueError`` for anything else."""
        digits = text.removeprefix("#")
        if len(digits) not in (6, 8) or not text.startswith("#"):
            raise ValueError(text)
        return cls(*(int(digits[i : i + 2], 16) / 255.0 for i in range(0, len(digits), 2)))

    @classmethod
    def from_linear(cls, red: float, green: float, blue: float, alpha: float = 1.0, *, display: Display) -> Colour:
        """From straight scene-linear Rec.709 light."""
        encode = _ENCODE[display]
        return cls(encode(red), encode(green), encode(blue), alpha)

    def linear(self, display: Display) -> tuple[float, float, float, float]:
        """Straight scene-linear Rec.709 red, green, blue, and alpha."""
        decode = _DECODE[display]
        return (decode(self.red), decode(self.green), decode(self.blue), self.alpha)

    def premultiplied(self, display: Display) -> tuple[float, float, float, float]:
        """Premultiplied scene-linear Rec.709 red, green, blue, and alpha: the engine's pixel."""
        red, green, blue, alpha = self.linear(display)
        return (red * alpha, green * alpha, blue * alpha, alpha)


@dataclass(frozen=True)
class Affine:
    """A map of the plane, as in SVG: ``x' = a x + c y + e`` and ``y' = b x + d y + f``; y points down."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    IDENTITY: ClassVar[Affine]

    @classmethod
    def translation(cls, x: float, y: float) -> Affine:
        """Move by ``x`` and ``y`` pixels."""
        return cls(1.0, 0.0, 0.0, 1.0, x, y)

    @classmethod
    def scaling(cls, x: float, y: float) -> Affine:
        """Scale about the origin."""
        return cls(x, 0.0, 0.0, y, 0.0, 0.0)

    @classmethod
    def rotation(cls, degrees: float) -> Affine:
        """Turn clockwise (y points down) about the origin; multiples of 90 are exact."""
        sine, cosine = maths.sincos_degrees(degrees)
        return cls(cosine, sine, -sine, cosine, 0.0, 0.0)

    @classmethod
    def skewing(cls, x: float, y: float) -> Affine:
        """Skew by degrees along x and along y, as CSS's ``skew(x, y)``; at a right angle nothing is left."""
        sx, cx = maths.sincos_degrees(x)
        sy, cy = maths.sincos_degrees(y)
        if cx == 0.0 or cy == 0.0:
            return cls(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return cls(1.0, sy / cy, sx / cx, 1.0, 0.0, 0.0)

    def __matmul__(self, first: Affine) -> Affine:
        """``self @ first``: apply ``first``, then ``self``."""
        return Affine(
            self.a * first.a + self.c * first.b,
            self.b * first.a + self.d * first.b,
            self.a * first.c + self.c * first.d,
            self.b * first.c + self.d * first.d,
            self.a * first.e + self.c * first.f + self.e,
            self.b * first.e + self.d * first.f + self.f,
        )

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lands."""
        return (self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)

    @property
    def determinant(self) -> float:
        """Signed area of the image of a unit square."""
        return self.a * self.d - self.b * self.c

    def inverse(self) -> Affine:
        """The map back; ``ZeroDivisionError`` where there is none."""
        k = 1.0 / self.determinant
        a, b, c, d = self.d * k, -self.b * k, -self.c * k, self.a * k
        return Affine(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    def bounds(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The smallest upright box around the image of a box."""
        corners = [self.apply(x, y) for x in (x0, x1) for y in (y0, y1)]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        return (min(xs), min(ys), max(xs), max(ys))

    @property
    def is_upright(self) -> bool:
        """Whether it only scales (not mirrors) and moves."""
        return self.b == 0.0 and self.c == 0.0 and self.a > 0.0 and self.d > 0.0


Affine.IDENTITY = Affine()


@dataclass(frozen=True)
class Projective:
    """A map of the plane that keeps lines straight, as of a picture seen at an angle.

    ``x' = (a x + b y + c) / w`` and ``y' = (d x + e y + f) / w`` with ``w = g x + h y + i``. Where ``w`` is not above 0
    lies what is behind whoever looks, and is not seen.

    :param rows: the matrix ``a, b, c, d, e, f, g, h, i``, row by row
    """

    rows: tuple[float, float, float, float, float, float, float, float, float]

    @classmethod
    def to_corners(cls, width: float, height: float, corners: tuple[tuple[float, float], ...]) -> Projective:
        """The map that takes a box to four points: of its top left, top right, bottom right and bottom left corner.

        Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3. ``ZeroDivisionError`` where
        three of the points lie in a line, or the box is empty.
        """
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
        dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
        k = 1.0 / (dx1 * dy2 - dx2 * dy1)
        g, h = (dx3 * dy2 - dx2 * dy3) * k, (dx1 * dy3 - dx3 * dy1) * k
        across, down = 1.0 / width, 1.0 / height
        found = cls(
            (
                (x1 - x0 + g * x1) * across, (x3 - x0 + h * x3) * down, x0,
                (y1 - y0 + g * y1) * across, (y3 - y0 + h * y3) * down, y0,
                g * across, h * down, 1.0,
            )
        )  # fmt: skip
        found.inverse()
        return found

    def inverse(self) -> Projective:
        """The map back; ``ZeroDivisionError`` where there is none."""
        a, b, c, d, e, f, g, h, i = self.rows
        k = 1.0 / (a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
        return Projective(
            (
                (e * i - f * h) * k, (c * h - b * i) * k, (b * f - c * e) * k,
                (f * g - d * i) * k, (a * i - c * g) * k, (c * d - a * f) * k,
                (d * h - e * g) * k, (b * g - a * h) * k, (a * e - b * d) * k,
            )
        )  # fmt: skip

    def apply(self, x: float, y: float) -> tuple[float, float] | None:
        """Where a point lands; ``None`` if it is behind whoever looks."""
        a, b, c, d, e, f, g, h, i = self.rows
        w = g * x + h * y + i
        return ((a * x + b * y + c) / w, (d * x + e * y + f) / w) if w > 0.0 else None

    def bounds(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float] | None:
        """The smallest upright box around the image of a box; ``None`` where some of it is not seen."""
        corners = [self.apply(x, y) for x in (x0, x1) for y in (y0, y1)]
        seen = [corner for corner in corners if corner is not None]
        if len(seen) < len(corners):
            return None
        xs, ys = [x for x, _ in seen], [y for _, y in seen]
        return (min(xs), min(ys), max(xs), max(ys))
