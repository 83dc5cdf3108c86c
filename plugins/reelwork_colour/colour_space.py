"""Colour space: from one to another, or as a display shows it, by OpenColorIO."""

from __future__ import annotations

from reelwork import Example, PointEffect, Stage, param
from reelwork.kinds import File as FileKind
from reelwork.kinds import Text
from reelwork.values import File
from reelwork_colour.ocio import Conversion, conversion


class ColourSpace(PointEffect, name="colour-space", version=1):
    """Colour space: conversions, looks and views by the colour spaces of an OpenColorIO configuration.

    `from` says what the picture's numbers are, `to` what they become; without it they are what everything here works
    in, linear light with Rec.709's primaries. A `display` with a `view` gives the light that is seen on that display.
    Names are those of the Academy's studio configuration (ACES 1.3), or of a `config` of your own.

    All is worked out exactly as OpenColorIO does it, but for what no formula is known for here, which is an error: the
    output transforms of ACES 2, and the inverses of views.
    """

    cost = 10.0
    tames_highlights = True
    unpremultiplied = True
    keeps_alpha = True
    examples = (
        Example("as ACES shows it", {"display": "sRGB - Display", "view": "ACES 1.0 - SDR Video"}),
        Example("Rec.2020's numbers", {"to": "Linear Rec.2020"}),
        Example("logarithms as light", {"to": "ACEScct"}),
    )

    from_: str = param("", kind=Text(), help="The colour space of what comes in, such as `ARRI LogC3 (EI800)`.")
    to: str = param("", kind=Text(), help="The colour space that it becomes, such as `ACEScct`.")
    look: str = param("", kind=Text(), help="A look, such as `ACES 1.3 Reference Gamut Compression`.")
    display: str = param("", kind=Text(), help="The display on which it is seen, such as `sRGB - Display`.")
    view: str = param("", kind=Text(), help="How it is seen there, such as `ACES 1.0 - SDR Video`.")
    config: File | None = param(
        None,
        kind=FileKind((".ocio", ".ocioz")),
        help="A configuration, beside the scene, in place of the built-in one.",
    )

    def check(self) -> None:
        if not (self.from_ or self.to or self.look or self.display):
            raise ValueError("nothing is said to be done: write `from`, `to`, `look`, or `display` and `view`")
        if bool(self.display) != bool(self.view):
            raise ValueError("a picture is seen on a `display` by a `view`: write both")
        self.stages()

    def stages(self) -> tuple[Stage, ...]:
        return conversion(self.config, Conversion(self.from_, self.to, self.look, self.display, self.view))

    def is_identity(self) -> bool:
        return not self.stages()
