import json
from collections.abc import Iterator
from typing import ClassVar

import click
import pytest
from click.testing import CliRunner

from reelwork import PointEffect, param
from reelwork.cli import effects
from reelwork.cli.app import cli
from reelwork.extensions import Registry, registry
from reelwork.kinds import Choice, Length, Ratio


class Sparkle(PointEffect, name="sparkle", version=3):
    """Light up what is bright.

    More words about it, such as a formula, ``x ** 2
    / amount``, and what :meth:`uniforms` *always* gives:

    - one thing,
    - another thing, which is so long that it needs more than one of the lines
      of a terminal.

    Set off::

        sparkle = light
                + more

    >>> Sparkle().uniforms()
    (1.0,)

    And a last one.
    """

    presets: ClassVar = {"dim": {"amount": "10%", "mode": "hard"}}
    renamed: ClassVar = {"extent": "size"}

    amount: float = param(0.5, kind=Ratio(bounded=True), help="How much of it.")
    turns: float = param(1.0, unit="turns", soft_range=(0.0, 4.0), minimum=0.0, help="How often.")
    mode: str = param("soft", kind=Choice(("soft", "hard")))
    size: float = param(kind=Length())


PAGE = """\
sparkle (effect, version 3, of reelwork-glitter 1.2)
  Light up what is bright.

  More words about it, such as a formula, x ** 2 / amount, and what uniforms
  always gives:

  - one thing,

  - another thing, which is so long that it needs more than one of the lines of
    a terminal.

  Set off:

    sparkle = light
            + more

  And a last one.

  Coverage is kept: a pixel comes from the one in its place; what is transparent
  stays transparent.

  parameter  kind    unit     range     default  keyframes
  amount     ratio   %        0 to 100  50%      yes
      How much of it.
  turns      number  turns    from 0    1        yes
      How often. Usually 0 to 4.
  mode       choice                     soft     no
      One of soft, hard.
  size       length  px or %            needed   yes

  preset  sets
  dim     amount: 10%, mode: hard

  extent is called size now.
"""


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
    assert result.stdout == PAGE


@pytest.mark.usefixtures("plugged")
def test_scripts_read_the_same() -> None:
    (found,) = json.loads(CliRunner().invoke(cli, ["effects", "sparkle", "--json"]).stdout)
    assert (found["name"], found["kind"], found["version"]) == ("sparkle", "effect", 3)
    assert found["package"] == "reelwork-glitter 1.2"
    assert found["presets"] == {"dim": {"amount": "10%", "mode": "hard"}}
    amount, turns, mode, size = found["parameters"]
    assert (amount["unit"], amount["minimum"], amount["maximum"], amount["default"]) == ("%", 0, 100, "50%")
    assert turns["usual"] == [0, 4]
    assert mode["options"] == ["soft", "hard"]
    assert (size["required"], size["keyframes"], mode["keyframes"]) == (True, True, False)
    assert len(json.loads(CliRunner().invoke(cli, ["effects", "--json"]).stdout)) > 40


@pytest.mark.usefixtures("plugged")
def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(cli, ["effects", "sparkel"])
    assert result.exit_code == 2
    assert "there is nothing called 'sparkel'; did you mean 'sparkle'?" in result.stderr


def test_every_extension_of_this_machine_can_be_shown() -> None:
    known = registry()
    names = {name for table in known.tables.values() for name in table}
    listed = CliRunner().invoke(cli, ["effects"]).stdout
    for name in names:
        assert f"\n  {name} " in listed
        result = CliRunner().invoke(cli, ["effects", name])
        assert result.exit_code == 0
        assert "``" not in result.stdout
        assert ">>>" not in result.stdout
        assert result.stdout.startswith(f"{name} (")


def test_styles_are_dropped_without_a_terminal() -> None:
    assert "\x1b" not in CliRunner().invoke(cli, ["effects"]).stdout
    assert click.style("generators", bold=True) in CliRunner().invoke(cli, ["effects"], color=True).stdout
