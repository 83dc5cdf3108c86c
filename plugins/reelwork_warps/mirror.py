"""Mirror: one side of a picture is seen on the other as well."""

from __future__ import annotations

from reelwork import Context, Example, maths, param
from reelwork.kinds import Angle, Scale
from reelwork.values import Affine
from reelwork_warps.alike import Alike
from reelwork_warps.boxes import Box, at_shares, joined


class Mirror(Alike, name="mirror", version=1):
    """Mirror: what lies before a line is seen behind it as well, the other way round."""

    cost = 100.0
    examples = (Example("with its defaults"), Example("as in water", {"angle": 90, "centre": ["50%", "60%"]}))

    angle: float = param(
        0.0, kind=Angle(), help="Which way the mirrored side lies: 0 the right one, 90° the lower one."
    )
    centre: tuple[float, float] = param(
        (0.5, 0.5), kind=Scale(), help="Where the line is, as shares of width and height."
    )

    def uniforms(self, context: Context) -> tuple[float, ...]:
        sine, cosine = maths.sincos_degrees(self.angle)
        return (*at_shares(self.centre, context), cosine, sine)

    def reach(self, box: Box, context: Context) -> Box:
        return joined(box, self._reflection(context).bounds(*box))

    def _reflection(self, context: Context) -> Affine:
        x, y, cosine, sine = self.uniforms(context)
        turned = Affine(
            1.0 - 2.0 * cosine * cosine, -2.0 * cosine * sine, -2.0 * cosine * sine, 1.0 - 2.0 * sine * sine
        )
        return Affine.translation(x, y) @ turned @ Affine.translation(-x, -y)

    @staticmethod
    def place(
        x: float, y: float, width: float, height: float,
        centre_x: float, centre_y: float, along_x: float, along_y: float,
    ) -> tuple[float, float]:  # fmt: skip
        behind = 2.0 * max((x - centre_x) * along_x + (y - centre_y) * along_y, 0.0)
        return x - behind * along_x, y - behind * along_y
