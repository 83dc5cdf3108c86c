"""Defaults that do not fit their kind, and plugins that are missed, are told of."""

from __future__ import annotations

import sys
from fractions import Fraction
from importlib.metadata import EntryPoint

import pytest
from click.testing import CliRunner

from reelwork import PointEffect, param
from reelwork.cli import effects
from reelwork.cli.app import cli
from reelwork.errors import SceneError
from reelwork.extensions import load
from reelwork.extensions.declared import declared_problem
from reelwork.extensions.fitting import misfit
from reelwork.extensions.manager import GROUP
from reelwork.kinds import Angle, Boolean, Choice, Kind, Length, List, Number, OneOf, Point, Ratio, Text, Time
from reelwork.kinds import Colour as ColourKind
from reelwork.scene.reader import read_scene_text
from reelwork.values import Colour
from reelwork.values import Length as LengthValue


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (0.5, Ratio(bounded=True), ""),
        (50, Ratio(bounded=True), "a number of at least 0 and at most 1"),
        (True, Number(), "a number"),
        (2.5, Number(integer=True), "a whole number"),
        (7, Number(integer=True, maximum=5), "a number of at most 5"),
        (Fraction(1, 3), Time(), ""),
        ("5px", Length(), "a number"),
        (LengthValue(percent=50.0), Length(), ""),
        ((1.0, LengthValue(percent=50.0)), Point(), ""),
        (3.0, Point(), "a pair of numbers"),
        ("#ff8000", ColourKind(), "a Colour, such as Colour.from_hex('#ff8000')"),
        (Colour(1.0, 0.5, 0.0), ColourKind(), ""),
        ("wide", Choice(("soft", "hard")), "one of 'soft', 'hard'"),
        (1, Boolean(), "True or False"),
        (None, Text(), "words"),
        ([1.0], List(Angle()), "a tuple"),
        ((1.0, "x"), List(Angle()), "a tuple, each of it a number"),
        ((), List(Angle(), minimum=1), "a tuple of 1 to any number"),
        ("none", OneOf((Angle(), Choice(("none",)))), ""),
        ("some", OneOf((Angle(), Choice(("none",)))), "a number or one of 'none'"),
    ],
)
def test_what_a_default_must_be(value: object, kind: Kind, wanted: str) -> None:
    assert misfit(value, kind) == wanted


def test_a_class_whose_default_does_not_fit_is_told_of() -> None:
    class Loud(PointEffect, name="loud", version=1):
        """Does nothing."""

        amount: float = param(50.0, kind=Ratio(bounded=True), help="How much.")

        @staticmethod
        def pixel(r, g, b, a):
            return r, g, b, a

    said = "the default of 'amount' must be a number of at least 0 and at most 1, and is 50.0"
    assert declared_problem(Loud) == said
    Loud.cost = -1.0
    assert "its cost -1.0" in declared_problem(Loud)


def test_an_effect_of_a_plugin_that_could_not_be_loaded_is_missed_by_name(tmp_path, monkeypatch) -> None:
    package = tmp_path / "reelwork_torn"
    package.mkdir()
    (package / "__init__.py").write_text("import no_such_module_at_all\n")
    (package / "burn.py").write_text("class Burn(PointEffect, name='film-burn', version=1): ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    known = load([EntryPoint("torn", "reelwork_torn", GROUP)])
    assert "reelwork_torn" not in sys.modules
    said = "the plugin 'torn' (reelwork_torn) could not be loaded: ModuleNotFoundError: No module named 'no_such_"
    with pytest.raises(SceneError) as caught:
        read_scene_text(
            "{reelwork: 1, compositions: {main: {duration: 1s, layers: [{solid: red, effects: [film-burn]}]}}}",
            registry=known,
        )
    assert said in str(caught.value)
    monkeypatch.setattr(effects, "registry", lambda: known)
    result = CliRunner().invoke(cli, ["effects", "film-burn"])
    assert said in " ".join(result.stderr.split())
    assert "film-other" not in known.lost("film-other")
    assert known.lost("reelwork-torn:film-burn") == known.lost("film-burn")
