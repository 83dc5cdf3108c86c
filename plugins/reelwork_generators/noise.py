"""Noise: a seed and a scale in, smooth cloudy noise between two colours out."""

from __future__ import annotations

from reelwork import Context, PixelGenerator, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Length, Number, Ratio
from reelwork.values import Colour
from reelwork.values import Length as Distance


class Noise(PixelGenerator, name="noise", version=1):
    """Smooth fractal noise between two colours; keyframes on ``evolution`` make it move."""

    scale: float = param(Distance(percent=25.0), kind=Length(minimum=0.0), help="How large its largest features are.")
    octaves: int = param(
        4, kind=Number(1, 8, integer=True), help="How many finer layers are added, each half as large."
    )
    roughness: float = param(
        0.5, kind=Ratio(bounded=True), help="How strong each finer layer is against the one before."
    )
    contrast: float = param(1.0, kind=Ratio(minimum=0.0), help="How far it goes towards the two colours.")
    evolution: float = param(0.0, kind=Number(unit="steps"), help="Changes the noise smoothly; at 1 all of it is new.")
    seed: int = param(0, kind=Number(0, integer=True), animated=False, help="Another number, another noise.")
    dark: Colour = param(Colour(0.0, 0.0, 0.0), kind=ColourKind(), help="The colour of its valleys.")
    light: Colour = param(Colour(1.0, 1.0, 1.0), kind=ColourKind(), help="The colour of its peaks.")

    def uniforms(self, context: Context) -> tuple[float, ...]:
        """Its parameters as numbers."""
        return ()

    @staticmethod
    def pixel(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        """The colour at a place."""
        return (0.0, 0.0, 0.0, 1.0)
