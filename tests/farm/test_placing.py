from hypothesis import given
from hypothesis import strategies as st

from reelwork_farm.placing import Node, place, wanted_workers
from reelwork_farm.slot import Slot

SLOT = Slot(1, 1 << 30)

nodes = st.lists(st.integers(0, 4), max_size=5).map(
    lambda counts: [Node(f"n{number}", count, SLOT, head=number == 0) for number, count in enumerate(counts)]
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
    assert len(after) == (room if wanted is None else min(wanted, room))
    assert all(name in node.names() for name, node in placement.start)
    again = place(found, after, wanted)
    assert (again.start, again.drain) == ((), ())


def test_machines_that_are_not_needed_become_free_and_the_head_stays() -> None:
    head, busy, idle = Node("h", 1, SLOT, head=True), Node("b", 2, SLOT), Node("a", 2, SLOT)
    there = {"worker-h-0", "worker-b-0", "worker-b-1", "worker-a-0"}
    assert place([idle, busy, head], there, 3).drain == ("worker-a-0",)


def test_a_worker_for_each_unit_within_bounds() -> None:
    assert [wanted_workers(units, 2, 5) for units in (0, 3, 100)] == [2, 3, 5]
