"""Says where each feather sits: prints the layers of `wing`, and those that fly from their panels into it, as YAML.

The wing's box is 1400 × 1200 with the shoulder at (1050, 1050); a quill is held at ``feather.QUILL``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

RECORDS = {
    "ink": "nib/feather",
    "paper": "scissor/feather",
    "wash": "tidewash/feather",
    "cut": "gouge/feather",
    "stitch": "needle/feather",
    "dots": "drumdot/feather",
    "chalk": "slate/feather",
    "facets": "facet/feather",
    "pebbles": "tabletop/feather",
    "inked": "tidewash/inked",
    "overprint": "drumdot/overprint",
    "collage": "gleaner/feather",
}
LONG = ("chalk", "stitch", "paper", "wash", "cut", "dots", "facets")
SHORT = ("pebbles", "inked", "overprint", "ink", "collage")
COVERTS = ("dots", "paper", "cut", "wash", "stitch", "facets")
#: The panels, four in a row.
PANELS = (
    "paper",
    "cut",
    "wash",
    "stitch",
    "chalk",
    "collage",
    "ink",
    "dots",
    "overprint",
    "facets",
    "pebbles",
    "inked",
)
#: The order in which they land, from the body outwards.
LANDING = (*SHORT, "facets", "dots", "cut", "wash", "paper", "stitch", "chalk")
SHOULDER, WRIST = (1050, 1050), (1096, 905)
#: Where the bird is at the end of `together`, and how large.
CENTRE, SCALE = (960, 730), 0.72


@dataclass(frozen=True)
class Quill:
    """A feather's place: its record's short name, the quill in pixels, degrees clockwise, scale."""

    name: str
    x: float
    y: float
    turn: float
    scale: float


def quills() -> list[Quill]:
    """The long feathers from the wrist, the short ones along the arm, the coverts over both."""
    out = []
    for k, name in enumerate(LONG):
        t = k / (len(LONG) - 1)
        out.append(
            Quill(name, WRIST[0] + 14 - 60 * t, WRIST[1] - 8 + 70 * t, -84 - 66 * t, 0.475 - 0.03 * abs(t - 0.4))
        )
    for k, name in enumerate(SHORT):
        t = k / (len(SHORT) - 1)
        y = WRIST[1] + 60 + (SHOULDER[1] - WRIST[1] - 55) * t
        out.append(Quill(name, 1070 - 30 * t, y, -156 - 26 * t, 0.40 - 0.10 * t))
    for k, name in enumerate(COVERTS):
        t = k / (len(COVERTS) - 1)
        out.append(Quill(name, WRIST[0] + 24 - 62 * t, WRIST[1] + 14 + 125 * t, -98 - 76 * t, 0.205))
    return out


def on_screen(quill: Quill) -> Quill:
    """The same in the picture, when the bird has its wings up."""
    dx, dy = quill.x - SHOULDER[0], (quill.y - SHOULDER[1]) * 1.04
    a = math.radians(-6)
    x, y = 1040 + dx * math.cos(a) - dy * math.sin(a), 848 + dx * math.sin(a) + dy * math.cos(a)
    x, y = CENTRE[0] + SCALE * (x - 1000), CENTRE[1] + SCALE * (y - 850)
    return Quill(quill.name, x, y, quill.turn - 6, quill.scale * SCALE)


def wing() -> list[str]:
    """The layers of the composition `wing`."""
    return [
        f"- {{asset: {RECORDS[q.name]}, transform: {{anchor: [36, 246], position: [{q.x:.0f}, {q.y:.0f}], "
        f"rotation: {q.turn:.0f}, scale: [{q.scale * 100:.1f}%, {-q.scale * 100:.1f}%]}}}}"
        for q in quills()
    ]


def gathering() -> list[str]:
    """The layers of `together` that leave their panels, turn over and land, and the coverts that come last."""
    out = []
    for q in map(on_screen, quills()[: len(RECORDS)]):
        panel, k = PANELS.index(q.name), LANDING.index(q.name)
        leaves, lands, small = 72 + 3 * k, 112 + 5 * k, 0.315
        a = math.radians(-24)
        dx, dy = (36 - 700) * small, (246 - 200) * small
        x = 240 + 480 * (panel % 4) + dx * math.cos(a) - dy * math.sin(a)
        y = 180 + 360 * (panel // 4) + dx * math.sin(a) + dy * math.cos(a)
        over = ((x + q.x) / 2 + (-1) ** k * 90, (y + q.y) / 2 - 120)
        places = ((leaves, x, y), ((leaves + lands) // 2, *over), (lands, q.x, q.y))
        position = ", ".join(f"{at}f: [{px:.0f}, {py:.0f}]" for at, px, py in places)
        flat, turned = f"{small * 100:.1f}%", f"{q.scale * 100:.1f}%"
        out.append(
            f"- {{asset: {RECORDS[q.name]}, parent: camera, transform: {{anchor: [36, 246], "
            f"position: {{ease: in-out-sine, {position}}}, "
            f"rotation: {{ease: in-out-sine, {leaves}f: -24, {lands}f: {q.turn:.0f}}}, "
            f"scale: {{ease: in-out-sine, {leaves}f: [{flat}, {flat}], {leaves + 9}f: [{flat}, -{flat}], "
            f"{lands}f: [{turned}, -{turned}]}}}}}}"
        )
    for k, q in enumerate(map(on_screen, quills()[len(RECORDS) :])):
        out.append(
            f"- {{asset: {RECORDS[q.name]}, start: {150 + 3 * k}f, transform: {{anchor: [36, 246], "
            f"position: [{q.x:.0f}, {q.y:.0f}], rotation: {q.turn:.0f}, scale: {{0f: [0%, 0%], "
            f"9f: {{value: [{q.scale * 100:.1f}%, {-q.scale * 100:.1f}%], ease: out-back}}}}}}}}"
        )
    return out


if __name__ == "__main__":
    print("wing:", *wing(), "together:", *gathering(), sep="\n")
