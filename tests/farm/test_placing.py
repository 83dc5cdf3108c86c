from hypothesis import given
from hypothesis import strategies as st

from reelwork_farm.placing import Node, place, wanted_workers
from reelwork_farm.slot import Slot

SLOT = Slot(1, 1 << 30)

nodes = st.lists(st.integers(0, 4), max_size=5).map(
    lambda counts: [Node(f"n{number}", count, SLOT, stays=number == 0) for number, count in enumerate(counts)]
)


@st.composite
def clusters(draw: st.DrawFn) -> tuple[list[Node], set[str]]:
    found = draw(nodes)
    names = [name for node in found for name in node.names()]
    return found, set(draw(st.lists(st.sampled_from(names)) if names else st.just([])))


@given(clusters(), st.none() | st.integers(0, 12))
def test_after_a_placement_there_is_nothing_left_to_do(
    cluster: tuple[list[Node], set[str]], wanted: int | None
) -> None:
    found, there = cluster
    placement = place(found, there, wanted)
    started = {name for name, _ in placement.start}
    assert not started & there
    assert set(placement.drain) <= there
    after = (there | started) - set(placement.drain)
    room = sum(node.slots for node in found)
    staying = sum(node.slots for node in found if node.stays)
    assert len(after) == (room if wanted is None else min(max(wanted, staying), room))
    assert all(name in node.names() for name, node in placement.start)
    again = place(found, after, wanted)
    assert (again.start, again.drain) == ((), ())


def test_machines_that_are_not_needed_become_free_but_for_those_that_stay() -> None:
    head, busy, idle = Node("h", 1, SLOT, stays=True), Node("b", 2, SLOT), Node("a", 2, SLOT)
    there = {"worker-h-0", "worker-b-0", "worker-b-1", "worker-a-0"}
    assert place([idle, busy, head], there, 3).drain == ("worker-a-0",)
    assert place([idle, busy, head], there, 0).drain == ("worker-a-0", "worker-b-0", "worker-b-1")


def test_as_many_workers_have_a_gpu_to_themselves_as_there_are() -> None:
    assert Node("n", 3, SLOT, gpus=2).with_gpu() == ["worker-n-0", "worker-n-1"]
    assert Node("n", 1, SLOT, gpus=8).with_gpu() == ["worker-n-0"]
    assert Node("n", 2, SLOT).with_gpu() == []


def test_a_worker_for_each_unit_within_bounds() -> None:
    assert [wanted_workers(units, 2, 5) for units in (0, 3, 100)] == [2, 3, 5]
