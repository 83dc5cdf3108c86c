"""Files are examined anew in these tests: what an earlier version of the code remembered of them must not count."""

from pathlib import Path

import pytest

from reelwork.media import probe, remember


@pytest.fixture(autouse=True)
def _nothing_remembered(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("remembered")

    def place(kind: str, key: str) -> Path:
        return folder / kind / f"{key}.json"

    monkeypatch.setattr(remember, "_place", place)
    probe._examine.cache_clear()
