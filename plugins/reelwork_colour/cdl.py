"""CDL: the grade that film sets and post houses exchange."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reelwork import Example, PointEffect, param
from reelwork.kinds import File as FileKind
from reelwork.kinds import Ratio, Text
from reelwork.values import File
from reelwork_colour.channels import Channels, channels, three
from reelwork_colour.light import held, raised, saturated
from reelwork_colour.ocio import grades

#: What leaves a picture as it is: slopes, offsets, powers, saturation.
_NEUTRAL: Final = (1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0)
_SAMPLE: Final = """<ColorDecisionList xmlns="urn:ASC:CDL:v1.01"><ColorDecision><ColorCorrection id="sunset">
<SOPNode><Slope>1.2 1 0.8</Slope><Offset>0.02 0 0</Offset><Power>1.1 1 1</Power></SOPNode>
<SatNode><Saturation>0.9</Saturation></SatNode></ColorCorrection></ColorDecision></ColorDecisionList>
"""


class Cdl(PointEffect, name="cdl", version=1):
    """ASC CDL: slope, offset and power of each channel, then saturation around Rec.709's luma (ASC CDL 1.2).

    It works on straight scene-linear light, without limits: what is below black after the offset stays as it is, and
    light above white goes on (in OpenColorIO the style ``noclamp``). In place of numbers, a `file` has one grade, or
    several, each with an `id`.

    >>> Cdl().is_identity()
    True
    """

    cost = 10.0
    unpremultiplied = True
    keeps_alpha = True
    examples = (
        Example("warm light", {"slope": [1.15, 1.02, 0.88], "offset": [0.01, 0, -0.01]}),
        Example("more contrast", {"slope": 1.3, "offset": -0.01, "power": 1.1, "saturation": 1.1}),
    )

    file: File | None = param(None, kind=FileKind((".cdl", ".ccc", ".cc"), _SAMPLE), help="A file with grades.")
    id: str = param("", kind=Text(), help="Which grade of the file, where there are several.")

    slope: Channels = param(1.0, kind=channels(0.0, (0.0, 4.0)), help="What channels are multiplied by: one, or three.")
    offset: Channels = param(0.0, kind=channels(-100.0, (-0.5, 0.5)), help="What is added then: one number, or three.")
    power: Channels = param(1.0, kind=channels(0.01, (0.2, 4.0)), help="The power they are raised to: one, or three.")
    saturation: float = param(1.0, kind=Ratio(minimum=0.0, maximum=10.0), help="Colourfulness: 0 is monochrome.")

    def check(self) -> None:
        if self.file is not None and self._written() != _NEUTRAL:
            raise ValueError("a grade is either that of `file` or made of numbers; leave one of them out")
        if self.file is None and self.id:
            raise ValueError("`id` says which grade of a `file` it is; write that too")
        self.uniforms()

    def is_identity(self) -> bool:
        return self.uniforms() == _NEUTRAL

    def uniforms(self) -> tuple[float, ...]:
        return self._written() if self.file is None else graded(self.file, self.id)

    def _written(self) -> tuple[float, ...]:
        return (*three(self.slope), *three(self.offset), *three(self.power), self.saturation)

    def pixel_function(self) -> Callable[..., tuple[float, float, float, float]]:
        return self.without_powers if self.uniforms()[6:9] == (1.0, 1.0, 1.0) else self.pixel

    @staticmethod
    def pixel(r: float, g: float, b: float, a: float, *grade: float) -> tuple[float, float, float, float]:
        r = raised(held(r * grade[0] + grade[3]), grade[6])
        g = raised(held(g * grade[1] + grade[4]), grade[7])
        b = raised(held(b * grade[2] + grade[5]), grade[8])
        r, g, b = saturated(r, g, b, grade[9])
        return r, g, b, a

    @staticmethod
    def without_powers(r: float, g: float, b: float, a: float, *grade: float) -> tuple[float, float, float, float]:
        """As ``pixel``, where the powers are 1."""
        r, g, b = held(r * grade[0] + grade[3]), held(g * grade[1] + grade[4]), held(b * grade[2] + grade[5])
        r, g, b = saturated(r, g, b, grade[9])
        return r, g, b, a


def graded(file: File, id_: str) -> tuple[float, ...]:
    """The numbers of a grade in a file.

    :param id_: which one; empty for the only one
    :raises ValueError: there is no such grade, or there are several
    """
    found = grades(file)
    listed = ", ".join(repr(name) for name, _ in found)
    if not id_:
        if len(found) > 1:
            raise ValueError(f"{file.name} has {len(found)} grades; say which by `id`: {listed}")
        return found[0][1]
    for name, numbers in found:
        if name == id_:
            return numbers
    raise ValueError(f"{file.name} has no grade {id_!r}; it has {listed}")
