"""What memory has no room for comes back as it was, or is not there."""

from __future__ import annotations

import mmap

import numpy as np
import pytest

from reelwork.folders import caches
from reelwork.render import spill
from reelwork.render.spill import Spill


def test_arrays_come_back_as_often_as_asked_for() -> None:
    kept = Spill[str]()
    arrays = {str(n): np.random.default_rng(n).integers(0, 65535, (4, 5, n + 1), np.uint16) for n in range(5)}
    arrays["floats"] = np.random.default_rng(9).random((4, 3, 2), np.float32)
    for key, array in arrays.items():
        kept.put(key, array)
    for key in [*arrays, *reversed(arrays)]:
        found = kept.get(key)
        assert found is not None
        assert found.dtype == arrays[key].dtype
        np.testing.assert_array_equal(found, arrays[key])
    assert kept.get("never") is None


def test_no_more_is_written_than_there_is_room_for() -> None:
    kept = Spill[int](most=2 * mmap.ALLOCATIONGRANULARITY + 50)
    kept.put(1, np.zeros(60, np.uint8))
    kept.put(2, np.zeros(3 * mmap.ALLOCATIONGRANULARITY, np.uint8))
    kept.put(3, np.ones(40, np.uint8))
    assert [kept.get(key) is not None for key in (1, 2, 3)] == [True, False, True]


def test_nothing_is_left_in_the_folder() -> None:
    before = set(caches().iterdir())
    kept = Spill[int]()
    kept.put(1, np.zeros(60, np.uint8))
    assert set(caches().iterdir()) == before


def test_a_full_disk_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, place: int) -> None: ...

        def write(self, what: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill.tempfile, "TemporaryFile", lambda **_: Full())
    kept = Spill[int]()
    kept.put(1, np.zeros(60, np.uint8))
    assert kept.get(1) is None
