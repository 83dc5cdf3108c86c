"""Light flash: a leak grows over the cut and hides it."""

from __future__ import annotations

from reelwork import Transition, param
from reelwork.kinds import Colour as ColourKind
from reelwork.kinds import Ratio
from reelwork.values import Colour
from reelwork_light_leak.shape import leaked


class LightFlash(Transition, name="light-flash", version=1):
    """Light flash: light leaks in, and when it goes the next picture is there."""

    amount: float = param(1.5, kind=Ratio(minimum=0.0, maximum=4.0), help="How bright it gets; white is 100%.")
    colour: Colour = param(Colour.from_hex("#ffb070"), kind=ColourKind(), help="Of the light.")
    seed: int = param(3, minimum=0, maximum=9999, help="Another number is another leak.")

    def uniforms(self) -> tuple[float | Colour, ...]:
        return (self.amount, float(self.seed), self.colour)

    @staticmethod
    def pixel(
        x: float,
        y: float,
        width: float,
        height: float,
        progress: float,
        rf: float,
        gf: float,
        bf: float,
        af: float,
        rt: float,
        gt: float,
        bt: float,
        at: float,
        amount: float,
        seed: float,
        red: float,
        green: float,
        blue: float,
        strength: float,
    ) -> tuple[float, float, float, float]:
        swell = 4.0 * progress * (1.0 - progress)
        depth, along = 1.0 - x / width, 2.0 * y / height - 1.0
        light = leaked(depth, along, 0.2 + 2.0 * swell, seed) * swell * amount * strength
        t = progress * progress * (3.0 - 2.0 * progress)
        a = af + (at - af) * t
        light = light * a
        return (
            rf + (rt - rf) * t + red * light,
            gf + (gt - gf) * t + green * light,
            bf + (bt - bf) * t + blue * light,
            a,
        )
