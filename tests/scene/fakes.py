"""A registry of small extensions, so that tests of the reader do not change with the plugins."""

from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar

from reelwork.effect import (
    AreaEffect,
    AreaGenerator,
    Extension,
    PixelGenerator,
    PointEffect,
    SeparableMerge,
    Transition,
    converted,
)
from reelwork.extensions import Registry
from reelwork.kinds import (
    Angle,
    Boolean,
    Choice,
    Layer,
    Length,
    Level,
    List,
    Number,
    OneOf,
    PathData,
    Point,
    Ratio,
    Size,
    Struct,
    Text,
    Time,
    param,
)
from reelwork.kinds import Colour as ColourKind
from reelwork.sound_effect import SoundEffect
from reelwork.values import Colour

WHITE = Colour(1.0, 1.0, 1.0)


class Stop(Extension):
    colour: Colour = param(kind=ColourKind(), help="A colour.")
    at: float | None = param(None, kind=Ratio(), help="Where it stands.")


class GradientPaint(Extension):
    colours: Any = param((WHITE,), kind=List(OneOf((ColourKind(), Struct(Stop))), 1, 8), help="The colours.")
    angle: float = param(0.0, kind=Angle(), help="Which way.")


class Stroke(Extension):
    colour: Colour = param(WHITE, kind=ColourKind(), help="The colour.")
    width: float = param(4.0, kind=Length(minimum=0.0), help="How wide.")
    dash: tuple[float, ...] = param((), kind=List(Length(minimum=0.0)), help="Dashes and gaps.")


class Rectangle(Extension):
    size: tuple[float, float] = param(kind=Size(), help="Its size.")
    radius: float = param(0.0, kind=Length(minimum=0.0), help="Its corners.")


class TrimPaint(Extension):
    start: float = param(0.0, kind=Ratio(bounded=True), help="Where.")


PAINT = OneOf((ColourKind(), Struct(GradientPaint)))


class TextGenerator(PixelGenerator, name="text", version=1):
    exactly_one: ClassVar[tuple[str, ...]] = ("content", "asset")
    content: str = param("", kind=Text(multiline=True), help="The words.")
    asset: str = param("", kind=Text(), help="A record.")
    font: str = param("Inter", kind=Text(), help="The font.")
    weight: float = param(400.0, kind=Number(100.0, 900.0), help="How bold.")
    size: float = param(48.0, kind=Length(minimum=0.0), help="How large.")
    fill: Any = param(WHITE, kind=PAINT, help="The colour.")
    align: str = param("center", kind=Choice(("left", "center", "right")), help="Where lines stand.")
    animate: Any = param(None, kind=Struct(TrimPaint), later=True, help="Not yet.")


class ShapeGenerator(PixelGenerator, name="shape", version=1):
    exactly_one: ClassVar[tuple[str, ...]] = ("rectangle", "path")
    rectangle: Any = param(None, kind=Struct(Rectangle, shorthand="size"), help="A rectangle.")
    path: Any = param(None, kind=PathData(), help="A path.")
    fill: Any = param(None, kind=PAINT, help="The colour inside.")
    stroke: Any = param(None, kind=Struct(Stroke, shorthand="colour"), help="The line.")


class Noise(PixelGenerator, name="noise", version=1):
    scale: float = param(10.0, unit="pixels", minimum=0.0, help="How coarse.")
    seed: int = param(0, animated=False, help="Which one.")


class Glow(AreaEffect, name="glow", version=1):
    radius: float = param(8.0, kind=Length(minimum=0.0), help="How far.")
    colour: Colour = param(WHITE, kind=ColourKind(), help="The colour.")


class DropShadow(AreaEffect, name="drop-shadow", version=1):
    offset: Any = param((6.0, 6.0), kind=Point(), help="Where it falls.")
    blur: float = param(4.0, kind=Length(minimum=0.0), help="How soft.")


class Grade(PointEffect, name="grade", version=1):
    saturation: float = param(1.0, minimum=0.0, help="How colourful.")
    gain: Any = param(1.0, kind=OneOf((Number(), List(Number(), 3, 3))), help="One number, or one a channel.")
    clamp: bool = param(False, kind=Boolean(), help="Whether to clamp.")
    space: Any = param(None, kind=Choice(("linear", "log")), help="In what.")  # type: ignore[assignment]


class Burn(PointEffect, name="burn", version=3):
    """Burn: version 1 had `strength` from 0 to 100, version 2 called `spread` `size`."""

    renamed: ClassVar = {"size": "spread"}
    presets: ClassVar = {
        "soft": {"amount": "25%", "spread": 40},
        "moving": {"amount": {"0s": 0, "2s": {"value": "100%", "ease": "hold"}}, "weights": [1, 2.5]},
        "wrong": {"spread": "wide"},
    }

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much.")
    spread: float = param(8.0, kind=Length(minimum=0.0), help="How far.")
    weights: Any = param((1.0,), kind=List(Number()), help="Weights.")

    @classmethod
    def migrate(cls, version: int, parameters: dict[str, Any]) -> dict[str, Any]:
        if "strength" in parameters:
            strength = parameters.pop("strength")
            return {"amount": converted(strength, lambda text: f"{float(text):g}%"), **parameters}
        return parameters


class Turn(PointEffect, name="turn", version=1):
    """Turn: by degrees or by a part of a whole turn."""

    exactly_one = ("angle", "part")
    presets: ClassVar = {"half": {"angle": 180}}
    angle: float | None = param(None, kind=Angle(), help="Degrees.")
    part: float | None = param(None, kind=Ratio(), help="Of a whole turn.")


class Displace(AreaEffect, name="displace", version=1):
    map: str = param(kind=Layer(), help="The layer that says how far.")
    second_map: str = param("", kind=Layer(), help="Another one.")


class Scope(AreaGenerator, name="scope", version=1):
    of: str = param(kind=Layer(), help="The layer that is measured.")


class Normal(SeparableMerge, name="normal", version=1):
    pass


class Multiply(SeparableMerge, name="multiply", version=1):
    pass


class Dissolve(Transition, name="dissolve", version=1):
    pass


class Wipe(Transition, name="wipe", version=1):
    angle: float = param(0.0, kind=Angle(), help="Which way.")


class Delay(SoundEffect, name="delay", version=1):
    time: Fraction = param(Fraction(3, 10), kind=Time(minimum=0.001, maximum=5.0), help="From the sound to its echo.")
    level: float = param(-6.0, kind=Level(minimum=-60.0, maximum=0.0), help="How loud the first echo is.")


REGISTRY = Registry(
    effects=MappingProxyType({cls.name: cls for cls in (Burn, Displace, DropShadow, Glow, Grade, Turn)}),
    merges=MappingProxyType({cls.name: cls for cls in (Multiply, Normal)}),
    generators=MappingProxyType({cls.name: cls for cls in (Noise, Scope, ShapeGenerator, TextGenerator)}),
    transitions=MappingProxyType({cls.name: cls for cls in (Dissolve, Wipe)}),
    origins=MappingProxyType({Burn: "reelwork-film-burn 1.2"}),
    sound_effects=MappingProxyType({"delay": Delay}),
)
