"""Workers whose storage is away for a while."""

from pathlib import Path

import pytest
from employing import Bundle, farm

from reelwork_farm import patience
from reelwork_farm import worker as worker_module
from reelwork_farm.blobfile import AwayError
from reelwork_farm.storage import FolderStorage

pytestmark = pytest.mark.usefixtures("bundle", "quick")


class Going:
    """A storage that is away when it is told so."""

    def __init__(self, storage: FolderStorage) -> None:
        self.storage, self.away, self.refused = storage, False, 0
        self.path, self.has, self.missing = storage.path, storage.has, storage.missing

    def put(self, path: Path) -> str:
        self._come()
        return self.storage.put(path)

    def get(self, digest: str, to: Path, *, most: int | None = None) -> None:
        self._come()
        self.storage.get(digest, to, most=most)

    def _come(self) -> None:
        if self.away:
            self.refused += 1
            raise AwayError("the storage does not answer")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A storage that is away is asked again often, and waited for as long as ever."""
    monkeypatch.setattr(patience, "_FIRST", 0.01)
    monkeypatch.setattr(patience, "_LONGEST", 0.05)


def test_what_is_rendered_while_the_storage_is_away_is_kept_and_delivered_once(tmp_path: Path) -> None:
    with farm(tmp_path, units=6) as made:
        made.controller.batch = 6
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        worker = made.start()
        made.wait(lambda: worker._delivery.waiting >= 5 and going.refused > 20)  # it renders on, up to a limit
        assert not made.controller.accepted
        assert not made.controller.failures
        going.away = False
        made.wait(lambda: len(made.controller.accepted) >= 6)
        going.away = True  # and while the finish fetches its segments
        refused = going.refused
        made.wait(lambda: made.controller.over or going.refused > refused)
        going.away = False
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures
        assert set(made.controller.epochs.values()) == {1}
        assert made.texts()[6] == "".join(made.texts()[index] for index in range(6))
    assert not list((tmp_path / "worker").rglob("*.segment"))


def test_a_bundle_is_waited_for_while_the_storage_is_away(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bundle({})

    def materialise(digest: str, storage, into: Path) -> Path:  # type: ignore[no-untyped-def]
        storage.get(here, tmp_path / "fetched")
        return folder

    monkeypatch.setattr(worker_module, "materialise", materialise)
    with farm(tmp_path, units=1) as made:
        source = tmp_path / "source"
        source.write_bytes(b"media")
        here = made.storage.put(source)
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        made.start()
        made.wait(lambda: going.refused > 10)
        going.away = False
        made.wait(lambda: made.controller.over)
        assert not made.controller.failures


def test_a_storage_that_stays_away_costs_the_unit_and_not_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    with farm(tmp_path, units=1) as made:
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        made.start()
        made.wait(lambda: made.controller.failures)
        assert made.controller.failures[0] == ["infrastructure: here: the storage does not answer"]
        assert going.refused > 3
        going.away = False
        made.controller.units_left = [0]
        made.wait(lambda: made.controller.over)


def test_a_unit_that_is_another_workers_by_now_is_not_delivered(tmp_path: Path) -> None:
    with farm(tmp_path, units=1) as made:
        going = Going(made.storage)
        made.storage = going  # type: ignore[assignment]
        going.away = True
        worker = made.start()
        made.wait(lambda: going.refused > 3)
        made.controller.revoked = {0}
        made.wait(lambda: not worker._delivery.waiting)
        assert not made.controller.failures
        assert not made.controller.late
