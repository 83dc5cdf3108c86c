"""Makes all media of the film's catalogue anew and writes their digests into the records.

Run it with the project's own Python: ``.venv/bin/python scenes/first-light/make/make.py``, or with the names of some
files to make only those. Seeds are fixed: on one machine and with the same library versions it makes the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import footage
import landscapes
import lanterns
import music
import sounds
import textures
import walkers
from digests import write_digests

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"

MEDIA: dict[str, Callable[[Path], None]] = {
    "far-range.svg": landscapes.far_range,
    "middle-range.svg": landscapes.middle_range,
    "slopes.svg": landscapes.shoulders,
    "valley-floor.svg": landscapes.valley_floor,
    "windows-early.svg": lambda to: landscapes.window_lights(to, slice(0, None, 2)),
    "windows-late.svg": lambda to: landscapes.window_lights(to, slice(1, None, 2)),
    "pines.svg": landscapes.foreground,
    "lantern.svg": lanterns.lantern,
    "lantern-lit.svg": lanterns.lantern_lit,
    "flame.svg": lanterns.flame,
    "hand.svg": lanterns.hand,
    "hill.svg": walkers.hill,
    "walkers.svg": walkers.walkers,
    "grasses.svg": walkers.grasses,
    "bird.svg": walkers.bird_body,
    "wing.svg": walkers.bird_wing,
    "night-sky.jpg": textures.night_sky,
    "stars.png": textures.stars,
    "dawn-sky.jpg": textures.dawn_sky,
    "rays.png": textures.rays,
    "paper.png": textures.paper,
    "mist.mp4": footage.mist,
    "embers.mp4": footage.embers,
    "song.flac": music.song,
    "wind.opus": sounds.wind,
    "match.flac": sounds.match,
    "bell.flac": sounds.bell,
    "birds.opus": sounds.birds,
}


def main(names: list[str]) -> None:
    """Make the named files, or all."""
    for name in names or MEDIA:
        print(name, flush=True)
        MEDIA[name](CATALOGUE / "media" / name)
    write_digests(CATALOGUE)


if __name__ == "__main__":
    main(sys.argv[1:])
