import pytest

from reelwork.render.local import usable_cores
from reelwork_farm.errors import FarmError
from reelwork_farm.slot import slots, usable_memory

GIB = 1 << 30


@pytest.mark.parametrize("count", [1, 2, 3])
def test_workers_share_a_machine_alike_and_never_have_more_than_it_has(count: int) -> None:
    found = slots(count, ("gpu",), 4 * GIB)
    assert len(set(found)) == 1
    assert len(found) == count
    assert sum(slot.memory for slot in found) <= 4 * GIB
    assert found[0].tags == ("gpu",)


def test_without_a_number_there_is_one_for_each_core_as_far_as_memory_allows() -> None:
    assert len(slots(None, memory=1000 * GIB)) == usable_cores()
    assert len(slots(None, memory=GIB // 2)) == 1
    assert sum(slot.memory for slot in slots(None)) < usable_memory()
    assert slots(0) == ()


def test_more_workers_than_have_enough_memory_are_refused() -> None:
    with pytest.raises(FarmError, match="at most 4 have enough"):
        slots(5, memory=2 * GIB)
