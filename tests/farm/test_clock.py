import time

import pytest

from reelwork_farm.clock import now


def test_the_clock_goes_on_when_the_machines_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    before = now()
    assert abs(before - time.time()) < 60.0
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert 0.0 <= now() - before < 10.0
