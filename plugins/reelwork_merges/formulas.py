"""Formulas that several merges share, most from Compositing and Blending Level 1 (W3C), sections 9.1, 10.1 and 10.2.

Within 0 to 1 they are W3C's. Scene-linear light goes on above white, where W3C's complements and limits make no sense;
what is done there instead is said at each.
"""


def screen(backdrop: float, source: float) -> float:
    """The complement of the product of complements; above white, the brighter of the two."""
    brighter = max(backdrop, source)
    return brighter if brighter > 1.0 else backdrop + source - backdrop * source


def color_burn(backdrop: float, source: float) -> float:
    """The backdrop's distance from white, divided by the source; white, or more, stays."""
    burned = 1.0 - min((1.0 - backdrop) / source, 1.0) if source > 0.0 else 0.0
    return burned if backdrop < 1.0 else backdrop


def color_dodge(backdrop: float, source: float) -> float:
    """The backdrop divided by the source's distance from white; black stays, white or what is brighter is the limit."""
    limit = max(backdrop, 1.0)
    rest = 1.0 - source
    dodged = min(backdrop / rest, limit) if rest > 0.0 else limit
    return dodged if backdrop > 0.0 else backdrop


def hard_light(backdrop: float, source: float) -> float:
    """Multiply by twice the source where it is dark, screen with what is beyond the middle where it is light."""
    return 2.0 * (backdrop * source) if source <= 0.5 else screen(backdrop, 2.0 * source - 1.0)


def held(mixed: float, backdrop: float, source: float) -> float:
    """What was added or taken away, no more than white and no less than black, or what the two are beyond those."""
    brightest, darkest = max(1.0, max(backdrop, source)), min(0.0, min(backdrop, source))
    return min(max(mixed, darkest), brightest)


def composited(
    rb: float,
    gb: float,
    bb: float,
    ab: float,
    rs: float,
    gs: float,
    bs: float,
    alpha: float,
    of_backdrop: float,
    of_source: float,
) -> tuple[float, float, float, float]:
    """Porter and Duff's sum of a part of the backdrop and a part of the source, premultiplied (1984, section 4)."""
    return (
        rs * of_source + rb * of_backdrop,
        gs * of_source + gb * of_backdrop,
        bs * of_source + bb * of_backdrop,
        alpha * of_source + ab * of_backdrop,
    )


def luminosity(r: float, g: float, b: float) -> float:
    """W3C's ``Lum``."""
    return 0.3 * r + 0.59 * g + 0.11 * b


def saturation(r: float, g: float, b: float) -> float:
    """W3C's ``Sat``."""
    return max(r, max(g, b)) - min(r, min(g, b))


def limit(rb: float, gb: float, bb: float, rs: float, gs: float, bs: float) -> float:
    """What colours are clipped to: white, or the brightest channel of the two where that is more."""
    return max(1.0, max(max(rb, max(gb, bb)), max(rs, max(gs, bs))))


def with_saturation(r: float, g: float, b: float, wanted: float) -> tuple[float, float, float]:
    """W3C's ``SetSat``: the least channel becomes 0, the greatest ``wanted``, the middle one in proportion."""
    least = min(r, min(g, b))
    spread = max(r, max(g, b)) - least
    # next to a spread that large, one that small is none: their quotient is no float
    factor = wanted / spread if spread > wanted * 1e-30 else 0.0
    return (r - least) * factor, (g - least) * factor, (b - least) * factor


def shrunk(r: float, g: float, b: float, others: float) -> float:
    """By what colours are to be multiplied so that sums and differences of several are floats: 1, but for the largest.

    :param others: this of another colour, or 1
    """
    return 0.0625 if max(abs(r), max(abs(g), abs(b))) > 1e37 else others


def with_luminosity(r: float, g: float, b: float, wanted: float, white: float) -> tuple[float, float, float]:
    """W3C's ``SetLum`` and ``ClipColor``: moved to a luminosity, then drawn towards grey to lie in 0 to ``white``."""
    shift = wanted - luminosity(r, g, b)
    r, g, b = r + shift, g + shift, b + shift
    grey = luminosity(r, g, b)
    least, greatest = min(r, min(g, b)), max(r, max(g, b))
    below = grey / (grey - least) if least < 0.0 and grey > least else 1.0
    r, g, b = grey + (r - grey) * below, grey + (g - grey) * below, grey + (b - grey) * below
    above = (white - grey) / (greatest - grey) if greatest > white and greatest > grey else 1.0
    return grey + (r - grey) * above, grey + (g - grey) * above, grey + (b - grey) * above
