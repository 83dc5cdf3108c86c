"""What is told of extensions: defaults as scenes write them, kinds in a few words."""

from fractions import Fraction
from typing import Any

import pytest

from reelwork.extensions import registry
from reelwork.kinds import Choice, Kind, Length, Level, List, OneOf, Ratio, Scale, Text, Time
from reelwork.kinds import Colour as ColourKind
from reelwork.scene.animation import Curve
from reelwork.scene.documentation import documentation
from reelwork.scene.facts import facts
from reelwork.values import Colour
from reelwork.values import Length as LengthValue
from reelwork.words import value_words


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (True, ColourKind(), "true"),
        (Colour(1, 0.5, 0), ColourKind(), "#ff8000"),
        (Colour(1, 1, 1, 0), ColourKind(), "#ffffff00"),
        (LengthValue(percent=5), Length(), "5%"),
        (LengthValue(3), Length(), "3"),
        (-6.0, Level(), "-6dB"),
        ((0.5, 0.25), List(Ratio(bounded=True)), "[50%, 25%]"),
        ((0.5, 0.5), Scale(), "50%"),
        (1.5, Ratio(), "1.5"),
        (2.0, Length(), "2"),
        (Fraction(5, 2), Time(), "2.5s"),
        (Curve.constant(0.25), Ratio(bounded=True), "25%"),
        ("", Text(), ""),
        (None, Time(), ""),
        ("gold", OneOf((Choice(("gold",)),)), "gold"),
    ],
)
def test_defaults_are_written_as_in_a_scene(value: object, kind: Kind, words: str) -> None:
    assert value_words(value, kind) == words


@pytest.mark.parametrize(
    ("name", "parameter", "kind", "unit", "limits"),
    [
        ("grade", "lift", "number or list of 3 numbers", "", "-100 to 100"),
        ("curves", "red", "list of 2 to 8 lists of 2 numbers", "", "-1 to 4"),
        ("drop-shadow", "opacity", "ratio", "%", "0 to 100"),
        ("drop-shadow", "blur", "length", "px or %", "from 0"),
        ("shape", "polygon", "whole number or mapping", "", ""),
        ("shape", "stroke.width", "length", "px or %", "from 0"),
        ("gradient", "colours", "list of 1 to 8 colours or mappings", "", ""),
    ],
)
def test_kinds_have_few_words(name: str, parameter: str, kind: str, unit: str, limits: str) -> None:
    known = registry()
    cls = known.effects.get(name) or known.generators[name]
    found = {each.name: each for each in facts(name, cls, known).parameters}[parameter]
    assert (found.kind, found.unit, found.range) == (kind, unit, limits)


def test_a_class_without_words_has_its_name_for_a_title() -> None:
    bare: Any = type("Bare", (registry().effects["invert"],), {"amount": 1}, name="bare", version=1)
    assert documentation(bare).title == "bare."
    assert documentation(bare).paragraphs == ()
