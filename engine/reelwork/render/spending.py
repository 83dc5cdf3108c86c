"""What a film spent of its bitrate: a finished film goes in, what is to be said of it comes out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

from reelwork.errors import MediaError
from reelwork.media.opening import film_stream, opened
from reelwork.render.films import film_shot
from reelwork.render.prepare import Prepared, Settings
from reelwork.render.units import Request
from reelwork.scene.output import Output

# Nearer than this to what was asked for, nothing is to be said.
_LITTLE: Final = Fraction(4, 5)
_MUCH: Final = Fraction(11, 10)


def spending_note(prepared: Prepared, output: Output, target: Path, settings: Settings, request: Request) -> str:
    """What is to be said of a finished film's bitrate; empty where it is what was asked for, or nothing was.

    :raises MediaError: the film cannot be read
    """
    shot, spec, first, stop = film_shot(prepared, output, target.suffix.lower(), settings, request)
    if spec.rate is None or spec.rate.average is None:
        return ""
    spent, asked = _bits_of(target) * shot.fps / (stop - first), Fraction(spec.rate.average)
    if spent < asked * _LITTLE:
        reason = "the pictures have no use for more"
        if spec.rate.most is not None and spec.rate.most < 2 * asked:
            reason += ", or `max-bitrate` leaves no more where they have"
        return f"the film has {_told(spent)} where {_told(asked)} were asked for: {reason}"
    if spent > asked * _MUCH:
        return (
            f"the film has {_told(spent)} where {_told(asked)} were asked for: {spec.codec} makes such pictures no "
            "smaller; have fewer pixels, or fewer frames a second"
        )
    return ""


def _bits_of(path: Path) -> int:
    """Of all pictures of a film."""
    with opened(path) as container:
        film = film_stream(container)
        if film is None:
            raise MediaError(f"{path}: holds no moving pictures")
        return sum(8 * packet.size for packet in container.demux(film))


def _told(bits: Fraction) -> str:
    """A rate in words."""
    return f"{float(bits) / 1e6:.3g} Mbit/s" if bits >= 1_000_000 else f"{float(bits) / 1000:.3g} kbit/s"
