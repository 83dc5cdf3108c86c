from pathlib import Path

import pytest

from reelwork_farm.told import Told, remember, remembered

TOLD = Told(None, {"--workers": 2, "--tag": ("gpu",), "--no-ray": True, "--port": 8378, "--memory": None})


@pytest.fixture
def told(tmp_path: Path) -> Told:
    remember(tmp_path, TOLD)
    return remembered(tmp_path)


def test_what_is_told_again_is_no_difference(told: Told) -> None:
    assert told.differences({"--workers": 2, "--tag": ("gpu",), "--no-ray": True, "--port": 8378}) == []
    assert told.differences({}) == []
    assert told.differences({"--port": 0}) == []


@pytest.mark.parametrize(
    ("given", "phrase"),
    [
        ({"--workers": 4}, "with --workers 2, not --workers 4"),
        ({"--tag": ("gpu", "tape")}, "with --tag gpu, not --tag gpu --tag tape"),
        ({"--no-ray": False}, "with --no-ray, not without --no-ray"),
        ({"--memory": 2.0}, "without --memory, not --memory 2.0"),
        ({"--port": 1}, "with --port 8378, not --port 1"),
    ],
)
def test_a_difference_is_said_as_it_stands_on_the_command_line(
    told: Told, given: dict[str, object], phrase: str
) -> None:
    assert told.differences(given) == [phrase]


def test_no_password_is_kept_or_shown(tmp_path: Path) -> None:
    remember(tmp_path, Told(None, {"--store": "postgresql://farm:s3cret@db/farm"}))
    assert "s3cret" not in (tmp_path / "told.json").read_text()
    assert (tmp_path / "told.json").stat().st_mode & 0o077 == 0
    told = remembered(tmp_path)
    assert told.differences({"--store": "postgresql://farm:s3cret@db/farm"}) == []
    assert told.differences({"--store": "postgresql://farm:other@db/farm"}) == ["with another --store"]


def test_who_was_never_told_anything_differs_in_nothing(tmp_path: Path) -> None:
    assert remembered(tmp_path) == Told()
    assert Told().differences({"--workers": 3}) == []
    assert Told().port("--port") == 0
