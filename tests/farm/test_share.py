import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from serving import Served, served

from reelwork.cli.app import cli
from reelwork_farm.auth import VARIABLE
from reelwork_farm.client import RefusedError
from reelwork_farm.model import Share


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("farm")) as found:
        yield found


def share(farm: Served, *words: str) -> Result:
    asked = ["farm", "share", "--farm", farm.address, *words]
    return CliRunner().invoke(cli, asked, env={VARIABLE: farm.tokens.secret})


def test_a_share_is_set_piece_by_piece_and_read_back(farm: Served) -> None:
    assert share(farm, "spring", "--weight", "2").stdout == "spring  weight 2\n"
    assert share(farm, "spring", "--cap", "4").stdout == "spring  weight 2, 4 workers at most\n"
    assert farm.client().shares()["spring"] == Share(2.0, 4)
    assert json.loads(share(farm, "--json").stdout)["spring"] == {"weight": 2.0, "cap": 4}
    assert share(farm, "spring", "--no-cap").stdout == "spring  weight 2\n"


def test_asking_changes_nothing(farm: Served) -> None:
    assert share(farm, "autumn").stdout == "autumn  weight 1\n"
    assert "autumn" not in farm.client().shares()


@pytest.mark.parametrize(
    "words", [("p", "--weight", "0"), ("p", "--weight", "nan"), ("--cap", "1"), ("p", "--cap", "-1")]
)
def test_what_nobody_can_have_is_not_understood(farm: Served, words: tuple[str, ...]) -> None:
    assert share(farm, *words).exit_code == 2


@pytest.mark.parametrize(
    ("project", "wrong"), [("p", Share(0.0)), ("p", Share(1e300)), ("p", Share(1.0, -1)), ("%20", Share(1.0))]
)
def test_the_controller_refuses_it_as_well(farm: Served, project: str, wrong: Share) -> None:
    with pytest.raises(RefusedError, match="is not taken"):
        farm.client().set_share(project, wrong)
