from pathlib import Path

import pytest

from reelwork import folders
from reelwork.errors import OutputError


def test_home_variable_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWORK_HOME", str(tmp_path / "here"))
    assert folders.home() == tmp_path / "here"
    assert folders.caches().parent == folders.work().parent == tmp_path / "here"
    assert folders.caches().is_dir()
    assert folders.work().is_dir()
    assert folders.caches() != folders.work()


def test_a_relative_home_does_not_move_with_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REELWORK_HOME", "here")
    assert folders.work() == tmp_path / "here" / "work"


def test_without_the_variable_platform_folders_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REELWORK_HOME", raising=False)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert tmp_path in folders.caches().parents
    assert tmp_path in folders.work().parents
    assert tmp_path in folders.home().parents


def test_a_folder_that_cannot_be_made_is_an_error_that_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REELWORK_HOME", str(tmp_path / "file"))
    with pytest.raises(OutputError, match=r"file/caches.*REELWORK_HOME"):
        folders.caches()
