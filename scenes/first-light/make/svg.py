"""A small writer of SVG: paths, gradients and groups in, the text of a drawing out, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

Points = Sequence[tuple[float, float]]


def number(value: float) -> str:
    """A coordinate with one decimal at most: a tenth of a pixel is enough, and files stay small."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text.endswith(".0") else text


def polyline(points: Points, *, close: bool = False) -> str:
    """Path data through the points, straight from one to the next."""
    steps = " ".join(f"{number(x)} {number(y)}" for x, y in points)
    return f"M{steps}" + ("Z" if close else "")


def smooth(points: Points, *, close: bool = False, tension: float = 1.0) -> str:
    """Path data through the points as one soft curve (Catmull-Rom, written as cubics)."""
    count = len(points)
    data = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for i in range(count if close else count - 1):
        p0 = points[(i - 1) % count] if close or i > 0 else points[i]
        p1, p2 = points[i], points[(i + 1) % count]
        p3 = points[(i + 2) % count] if close or i + 2 < count else p2
        c1 = (p1[0] + (p2[0] - p0[0]) / 6 * tension, p1[1] + (p2[1] - p0[1]) / 6 * tension)
        c2 = (p2[0] - (p3[0] - p1[0]) / 6 * tension, p2[1] - (p3[1] - p1[1]) / 6 * tension)
        data.append("C" + " ".join(number(v) for v in (*c1, *c2, *p2)))
    return "".join(data) + ("Z" if close else "")


def limb(spine: Points, widths: Sequence[float]) -> str:
    """Path data of a soft, rounded shape around a line that is this wide at each of its points: a finger, a stalk."""
    xs = np.array(spine, dtype=float)
    along = np.gradient(xs, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * (np.array(widths, dtype=float) / 2)[:, None]
    cap_start = xs[0] - along[0] * widths[0] * 0.5
    cap_end = xs[-1] + along[-1] * widths[-1] * 0.5
    outline = [cap_start, *(xs + across), cap_end, *(xs - across)[::-1]]
    return smooth([(float(x), float(y)) for x, y in outline], close=True)


class Svg:
    """A drawing under way. ``paint`` takes a colour, or the name that ``linear`` or ``radial`` returned."""

    def __init__(self, width: float, height: float, about: str) -> None:
        self.width, self.height, self.about = width, height, about
        self.defs: list[str] = []
        self.body: list[str] = []

    def linear(
        self, stops: Iterable[tuple[float, str, float]], start: tuple[float, float], end: tuple[float, float]
    ) -> str:
        """A linear gradient between two points of the drawing; a stop is (place, colour, opacity)."""
        place = f'x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" y2="{number(end[1])}"'
        return self._gradient("linearGradient", place, stops)

    def radial(self, stops: Iterable[tuple[float, str, float]], centre: tuple[float, float], radius: float) -> str:
        """A radial gradient around a point of the drawing; a stop is (place, colour, opacity)."""
        place = f'cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}"'
        return self._gradient("radialGradient", place, stops)

    def path(self, data: str, paint: str, *, opacity: float = 1.0, extra: str = "") -> None:
        """A filled outline."""
        self.body.append(f'<path d="{data}" fill="{paint}"{_opacity(opacity)}{extra}/>')

    def line(self, data: str, colour: str, width: float, *, opacity: float = 1.0) -> None:
        """A stroked line with round ends."""
        ends = 'stroke-linecap="round" stroke-linejoin="round"'
        self.body.append(
            f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{number(width)}" {ends}{_opacity(opacity)}/>'
        )

    def circle(self, x: float, y: float, radius: float, paint: str, *, opacity: float = 1.0) -> None:
        """A disc."""
        place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
        self.body.append(f'<circle {place} fill="{paint}"{_opacity(opacity)}/>')

    def ellipse(self, x: float, y: float, rx: float, ry: float, paint: str, *, opacity: float = 1.0) -> None:
        """An upright ellipse."""
        place = f'cx="{number(x)}" cy="{number(y)}" rx="{number(rx)}" ry="{number(ry)}"'
        self.body.append(f'<ellipse {place} fill="{paint}"{_opacity(opacity)}/>')

    def begin(self, transform: str) -> None:
        """Open a group; ``end`` closes it."""
        self.body.append(f'<g transform="{transform}">')

    def end(self) -> None:
        """Close the group."""
        self.body.append("</g>")

    def save(self, path: Path) -> None:
        """Write the drawing."""
        w, h = number(self.width), number(self.height)
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
        defs = ["<defs>", *self.defs, "</defs>"] if self.defs else []
        path.write_text("\n".join([head, f"<title>{self.about}</title>", *defs, *self.body, "</svg>", ""]), "utf-8")

    def _gradient(self, tag: str, place: str, stops: Iterable[tuple[float, str, float]]) -> str:
        name = f"g{len(self.defs)}"
        inner = "".join(
            f'<stop offset="{at:g}" stop-color="{colour}"{_opacity(alpha, "stop-opacity")}/>'
            for at, colour, alpha in stops
        )
        self.defs.append(f'<{tag} id="{name}" gradientUnits="userSpaceOnUse" {place}>{inner}</{tag}>')
        return f"url(#{name})"


def _opacity(value: float, name: str = "opacity") -> str:
    return "" if value >= 1.0 else f' {name}="{value:.3g}"'


def fbm(rng: np.random.Generator, x: np.ndarray, *, wavelength: float, octaves: int, gain: float = 0.5) -> np.ndarray:
    """Fractal noise along a line, about −1 to 1: octaves of smoothly joined random values."""
    total, weight, norm = np.zeros_like(x), 1.0, 0.0
    for _ in range(octaves):
        cells = (x - x.min()) / wavelength
        knots = rng.uniform(-1.0, 1.0, int(cells.max()) + 3)
        index = cells.astype(int)
        t = cells - index
        t = t * t * (3.0 - 2.0 * t)
        total += weight * (knots[index] * (1.0 - t) + knots[index + 1] * t)
        norm += weight
        weight *= gain
        wavelength /= 2.0
    return total / norm
