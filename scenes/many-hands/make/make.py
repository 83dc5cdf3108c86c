"""Makes all media of the film's catalogue anew and writes their digests into the records.

Run it with the project's own Python: ``.venv/bin/python scenes/many-hands/make/make.py``, or with the names of some
files to make only those. Seeds are fixed: on one machine and with the same library versions it makes the same bytes.
What is remixed is read from the catalogue, so the remixes come after what they are made from.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import atelier  # noqa: F401 - the modules below need it
import drumdot
import facet
import foley
import gleaner
import gouge
import lumen
import mill
import needle
import nib
import numpy as np
import recite
import scissor
import score
import slate
import tabletop
import tidewash
from digests import write_digests

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"
MEDIA = CATALOGUE / "media"


def made(name: str) -> np.ndarray:
    """What another hand made, to remix it: straight RGBA, 0 to 1."""
    return gleaner.load(MEDIA / name)


def scraps() -> list[np.ndarray]:
    """The middles of six feathers, to tear up."""
    names = ("cut", "dots", "wash", "stitched", "paper", "overprint")
    return [made(f"feather-{name}.webp")[150:268, 300:1100] for name in names]


WORKS: dict[str, Callable[[Path], None]] = {
    "paper.jpg": mill.paper,
    "feather-ink.svg": nib.feather_ink,
    "reeds.svg": nib.reeds,
    "feather-paper.webp": scissor.feather_paper,
    "far-hills.webp": scissor.far_hills,
    "near-hills.webp": scissor.near_hills,
    "feather-wash.webp": tidewash.feather_wash,
    "sky.jpg": tidewash.sky,
    "feather-cut.webp": gouge.feather_cut,
    "waves.webp": gouge.waves,
    "swell.webp": gouge.swell,
    "feather-stitched.webp": needle.feather_stitched,
    "linen.jpg": needle.linen,
    "meadow.webp": needle.meadow,
    "feather-dots.webp": drumdot.feather_dots,
    "sun.webp": drumdot.sun,
    "feather-chalk.webp": slate.feather_chalk,
    "board.jpg": slate.board,
    "stars.webp": slate.stars,
    "feather-facets.svg": facet.feather_facets,
    "mountains.svg": facet.mountains,
    "body.svg": facet.body,
    "feather-pebbles.webp": tabletop.feather_pebbles,
    "shore.webp": tabletop.shore,
    "pebbles.mp4": tabletop.pebbles,
    "leak.mp4": lumen.leak,
    "dust.mp4": lumen.dust,
    "feather-inked.webp": lambda to: tidewash.feather_inked(to, made("feather-ink.svg")),
    "feather-overprint.webp": lambda to: drumdot.feather_overprint(to, made("feather-cut.webp")),
    "feather-collage.webp": lambda to: gleaner.feather_collage(to, scraps()),
    "table.jpg": lambda to: gleaner.table(to, scraps()),
    "houses.webp": lambda to: gleaner.houses(to, scraps()),
    "drums.opus": score.drums,
    "bass.opus": score.bass,
    "chords.opus": score.chords,
    "melody.opus": score.melody,
    "shimmer.opus": score.shimmer,
    "voices.opus": score.voices,
    **{f"{name}.opus": partial(recite.recite, name) for name in recite.LINES},
    "pencil.opus": foley.pencil,
    "scissors.opus": foley.scissors,
    "brush.opus": foley.brush,
    "carving.opus": foley.carving,
    "thread.opus": foley.thread,
    "roller.opus": foley.roller,
    "chalk.opus": foley.chalk,
    "ruler.opus": foley.ruler,
    "stones.opus": foley.stones,
    "tearing.opus": foley.tearing,
    "landing.opus": foley.landing,
    "wing.opus": foley.wing,
    "steps.opus": foley.steps,
}


def main(names: list[str]) -> None:
    """Make the named files, or all."""
    MEDIA.mkdir(exist_ok=True)
    for name in names or WORKS:
        print(name, flush=True)
        WORKS[name](MEDIA / name)
    write_digests(CATALOGUE)


if __name__ == "__main__":
    main(sys.argv[1:])
