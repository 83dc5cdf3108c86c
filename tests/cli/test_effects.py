from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from reelwork import PointEffect, param
from reelwork.cli import effects
from reelwork.cli.app import cli
from reelwork.cli.words import value_words
from reelwork.extensions import Registry, registry
from reelwork.kinds import Choice, Length, Level, List, OneOf, Ratio, Struct, Time
from reelwork.kinds import Colour as ColourKind
from reelwork.values import Colour
from reelwork.values import Length as LengthValue


class Sparkle(PointEffect, name="sparkle", version=3):
    """Light up what is bright.

    More words about it.

    >>> Sparkle().uniforms()
    (1.0,)

    And a last one.
    """

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much of it.")
    mode: str = param("soft", kind=Choice(("soft", "hard")))
    size: float = param(kind=Length())


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = registry()
    fake = Registry(
        effects={"sparkle": Sparkle},
        merges=real.merges,
        generators={},
        transitions={},
        origins={**real.origins, Sparkle: "reelwork-glitter 1.2"},
        failures=(("broken = broken", "ImportError: no"),),
        hooks=real.hooks,
    )
    monkeypatch.setattr(effects, "registry", lambda: fake)
    return


@pytest.mark.usefixtures("plugged")
def test_the_list_says_what_there_is_and_whose() -> None:
    result = CliRunner().invoke(cli, ["effects"])
    assert result.exit_code == 0
    assert "effects\n  sparkle  Light up what is bright. [reelwork-glitter 1.2]" in result.stdout
    assert "generators" not in result.stdout
    assert result.stderr == "warning: the plugin broken = broken could not be loaded: ImportError: no\n"


@pytest.mark.usefixtures("plugged")
def test_one_effect_is_documented_with_its_parameters() -> None:
    result = CliRunner().invoke(cli, ["effects", "sparkle"])
    assert result.stdout == (
        "sparkle (effect, version 3) [reelwork-glitter 1.2]\n"
        "  Light up what is bright.\n"
        "\n"
        "  More words about it.\n"
        "\n"
        "  And a last one.\n"
        "\n"
        "parameters\n"
        "  amount  a ratio from 0% to 100%; default 50%; may be animated\n"
        "          How much of it.\n"
        "  mode    soft or hard; default soft; fixed\n"
        "  size    a length such as 120 (pixels) or 50%; required; may be animated\n"
    )


@pytest.mark.usefixtures("plugged")
def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["effects", "sparkel"])
    assert result.exit_code == 2
    assert "there is nothing called 'sparkel'; did you mean 'sparkle'?" in result.stderr


def test_every_extension_of_this_machine_can_be_shown() -> None:
    known = registry()
    names = {*known.effects, *known.merges, *known.generators, *known.transitions}
    listed = CliRunner().invoke(cli, ["effects"]).stdout
    for name in names:
        assert f"\n  {name} " in listed
        result = CliRunner().invoke(cli, ["effects", name])
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{name} (")


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (True, ColourKind(), "true"),
        (Colour(1, 0.5, 0), ColourKind(), "#ff8000"),
        (Colour(1, 1, 1, 0), ColourKind(), "#ffffff00"),
        (LengthValue(percent=5), Length(), "5%"),
        (LengthValue(3), Length(), "3"),
        (-6.0, Level(), "-6dB"),
        ((0.5, 0.25), List(Ratio()), "[50%, 25%]"),
        (2.0, Length(), "2"),
        ("", Choice(("",)), '""'),
        (None, Time(), "none"),
        ("gold", OneOf((Choice(("gold",)),)), "gold"),
    ],
)
def test_defaults_are_written_as_in_a_scene(value: object, kind: object, words: str) -> None:
    assert value_words(value, kind) == words  # type: ignore[arg-type]


def test_struct_defaults_are_mappings() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Model:
        share: float = param(0.5, kind=Ratio())
        from_: float = param(2.0)

    assert value_words(Model(), Struct(Model)) == "{share: 50%, from: 2}"


def test_styles_are_dropped_without_a_terminal() -> None:
    assert "\x1b" not in CliRunner().invoke(cli, ["effects"]).stdout
    assert click.style("generators", bold=True) in CliRunner().invoke(cli, ["effects"], color=True).stdout
