"""Sound: filters, dynamics, echoes and rooms."""

from collections.abc import Iterable

from reelwork import SoundEffect, hookimpl
from reelwork_sound.bell import Bell
from reelwork_sound.compressor import Compressor
from reelwork_sound.delay import Delay
from reelwork_sound.gate import Gate
from reelwork_sound.high_pass import HighPass
from reelwork_sound.limiter import Limiter
from reelwork_sound.low_pass import LowPass
from reelwork_sound.reverb import Reverb
from reelwork_sound.shelf import Shelf


@hookimpl
def reelwork_extensions() -> Iterable[type[SoundEffect]]:
    """All effects of this package."""
    return (HighPass, LowPass, Shelf, Bell, Compressor, Limiter, Gate, Delay, Reverb)
