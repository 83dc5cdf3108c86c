import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import reelwork_farm
from reelwork.errors import ReelworkError
from reelwork_farm.commands import farm
from reelwork_farm.protocol import offer


def test_a_machine_agrees_with_itself_and_says_what_it_has() -> None:
    mine = offer()
    assert mine.objections(mine) == ()
    assert mine == offer()
    assert mine.cores >= 1
    assert mine.memory > 1 << 28
    assert json.loads(CliRunner().invoke(farm, ["offer"]).stdout) == dataclasses.asdict(mine)


def test_machines_that_would_not_render_the_same_bytes_object(tmp_path: Path) -> None:
    other = dataclasses.replace(offer(), host="else", machine="arm64", engine="0" * 64)
    assert len(offer().objections(other)) == 2
    (tmp_path / "offer.json").write_text(json.dumps(dataclasses.asdict(other)))
    result = CliRunner().invoke(farm, ["offer", "--against", str(tmp_path / "offer.json")])
    assert isinstance(result.exception, ReelworkError)
    assert "arm64 on else" in str(result.exception)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"host": 1}', "\x00"])
def test_what_is_no_offer_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "offer.json").write_text(text)
    result = CliRunner().invoke(farm, ["offer", "--against", str(tmp_path / "offer.json")])
    assert isinstance(result.exception, ReelworkError)


def test_without_ray_there_are_no_commands_of_the_farm(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [command.name for command in reelwork_farm.reelwork_commands()] == ["farm"]
    monkeypatch.setattr(reelwork_farm, "find_spec", lambda name: None)
    assert not list(reelwork_farm.reelwork_commands())
