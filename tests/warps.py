"""Warp effects that tests share."""

from reelwork import AreaEffect, AreaGenerator, PointEffect, WarpEffect, maths, param
from reelwork.kinds import Layer
from reelwork.values import Affine, Projective


class Still(WarpEffect, name="still", version=1):
    """Still: every point stays where it is."""

    @staticmethod
    def place(x, y, width, height):
        return x, y


class Ripple(WarpEffect, name="ripple", version=1):
    """Ripple: rows and columns sway by some pixels of the layer."""

    amount: float = param(4.0, help="How far.")

    def uniforms(self, context):
        return (self.amount,)

    def region(self, source, context):
        return grown(source, self.amount)

    def needs(self, wanted, context):
        return grown(wanted, self.amount)

    @staticmethod
    def place(x, y, width, height, amount):
        return x + amount * maths.sin(y / 9.0), y + amount * maths.sin(x / 11.0)


class Turn(WarpEffect, name="turn", version=1):
    """Turn: the layer by some degrees about its centre."""

    degrees: float = param(30.0, help="How far.")

    def matrix(self, context):
        _, _, width, height = context.box
        there = Affine.translation(width / 2, height / 2) @ Affine.rotation(self.degrees)
        return there @ Affine.translation(-width / 2, -height / 2)


class Lean(WarpEffect, name="lean", version=1):
    """Lean: the layer's right side goes into the distance."""

    def matrix(self, context):
        _, _, width, height = context.box
        corners = ((0.0, 0.0), (width * 0.9, height * 0.2), (width * 0.9, height * 0.8), (0.0, height))
        return Projective.to_corners(width, height, corners)


def grown(box, amount):
    x0, y0, x1, y1 = box
    return (x0 - amount, y0 - amount, x1 + amount, y1 + amount)


class Push(WarpEffect, name="push", version=1):
    """Push: each pixel comes from the right, as far as another layer is red in display-encoded values."""

    space = "display"
    by: str = param("", kind=Layer(), help="The layer that says how far.")
    amount: float = param(10.0, help="How far.")

    def uniforms(self, context):
        return (self.amount,)

    def region(self, source, context):
        return grown(source, abs(self.amount))

    def needs(self, wanted, context):
        return grown(wanted, abs(self.amount))

    @staticmethod
    def place(x, y, width, height, r, g, b, a, amount):
        return x + amount * min(max(r, 0.0), 1.0), y


class Stencil(PointEffect, name="stencil", version=1):
    """Stencil: nothing is left where another layer is transparent."""

    mask: str = param(kind=Layer(), help="The layer that says where.")
    strength: float = param(1.0, minimum=0.0, maximum=1.0, help="How much of it goes.")

    def uniforms(self):
        return (self.strength,)

    @staticmethod
    def pixel(r, g, b, a, r1, g1, b1, a1, strength):
        k = 1.0 - strength * (1.0 - min(max(a1, 0.0), 1.0))
        return r * k, g * k, b * k, a * k


class Shade(PointEffect, name="shade", version=1):
    """Shade: display-encoded values times how green another layer is; and of a second, how blue."""

    space = "display"
    mask: str = param("", kind=Layer(), help="The layer that says how much.")
    second: str = param("", kind=Layer(), help="Another one.")

    @staticmethod
    def pixel(r, g, b, a, r1, g1, b1, a1, r2, g2, b2, a2):
        return r * g1, g * g1, b * b2, a


class Through(AreaEffect, name="through", version=1):
    """Through: what another layer has three pixels to the right, in place of the source."""

    mask: str = param(kind=Layer(), help="The layer that is shown.")

    def margin(self, context):
        return (0, 0, 0, 0)

    def needs_of(self, layer, wanted, context):
        return wanted.expand(0, 0, round(3 * context.scale[0]), 0)

    def render(self, source, out, context):
        far = round(3 * context.scale[0])
        other = context.layers["mask"].crop(out.window.expand(-far, 0, far, 0))
        out.data[:] = other.data * source.crop(out.window).data[3]


class Upside(AreaGenerator, name="upside", version=1):
    """Upside: another layer, upside down."""

    of: str = param("", kind=Layer(), help="The layer that is shown.")

    def needs_of(self, layer, wanted, context):
        both = round(context.box[1] + context.box[3])
        return wanted._replace(y0=both - wanted.y1, y1=both - wanted.y0)

    def render(self, out, context):
        out.data[:] = context.layers["of"].crop(self.needs_of("of", out.window, context)).data[:, ::-1]
