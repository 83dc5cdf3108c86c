"""What a plugin author writes to change sound: one class an effect, as for pictures in :mod:`reelwork.effect`.

An instance holds the plain values of its parameters; what an effect remembers from one sample to the next it keeps in
a state of its own, so that an instance stays a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from reelwork.effect import Extension

if TYPE_CHECKING:
    from reelwork.kernels.arrays import Sound


@dataclass(frozen=True)
class SoundContext:
    """What an effect is told of the mix that it works in.

    :param rate: samples a second
    :param channels: 2: left and right
    :param seed: a number that differs between layers and stays the same from run to run
    """

    rate: int = 48_000
    channels: int = 2
    seed: int = 0


class SoundEffect(Extension):
    """Changes what is heard of a layer, sample after sample, from the layer's start on.

    The engine asks :meth:`begin` once for a state and then hands on one block after another, each with that state. A
    block may have any length, from one sample, and cutting them differently must not change a sample: what the next
    block needs of this one lies in the state. Where a parameter is keyframed, each 64 samples, counted from the layer's
    start, come with an instance of their own and the same state.

    Samples depend on what was heard before alone; what has to look ahead says by how much in :meth:`latency`, and what
    rings on after the layer's end says for how long in :meth:`tail`. Sound is in the time of the output: a composition
    that is played faster has its sounds and keyframes nearer together, and the same echoes.

    For the same bytes on every machine: no ``math`` but ``reelwork.maths``, and loops over samples in kernels
    (``from reelwork.kernels import kernel``).
    """

    word: ClassVar[str] = "sound effect"

    def is_identity(self) -> bool:
        """Whether these parameters change nothing, so that the effect can be left out."""
        return False

    def tail(self) -> float:
        """Seconds until nothing more than -60 dB is left of what went in; asked at the layer's end."""
        return 0.0

    def latency(self, context: SoundContext) -> int:
        """By how many samples what comes out lags behind what went in, which the engine makes up for; asked at the
        layer's start, and the same ever after."""
        return 0

    def begin(self, context: SoundContext) -> Any:
        """What it remembers, before the first sample."""
        return None

    def process(self, sound: Sound, out: Sound, state: Any, context: SoundContext) -> None:
        """Fill ``out`` with what becomes of ``sound``, and change the state.

        Both are ``float32[channel, n]``, C-contiguous, full scale at -1 and 1, which a mix may exceed.
        """
        raise NotImplementedError
