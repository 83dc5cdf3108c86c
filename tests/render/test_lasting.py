"""What is promised of the pictures that are kept for temporal effects."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reelwork.image import Window
from reelwork.image.frame import Frame
from reelwork.kernels.resample import Mipmap
from reelwork.render.lasting import Lasting

WINDOW = Window(0, 0, 8, 8)
SIZE = 16 * 8 * 8


def picture(window: Window = WINDOW) -> Mipmap[Frame]:
    return Mipmap(Frame.transparent(window), opaque=False)


def shown(lasting: Lasting, numbers: list[int]) -> list[int]:
    """Read pictures in a frame, the newest first; what has to be painted."""
    lasting.begin()
    missing = [n for n in numbers if not lasting.reads(bytes([n]), WINDOW)]
    for n in missing:
        if lasting.admit(bytes([n]), SIZE, newest=n == numbers[0]):
            lasting.put(bytes([n]), picture())
    return missing


def held(lasting: Lasting) -> set[int]:
    return {n for n in range(256) if lasting.get(bytes([n])) is not None}


@given(
    room=st.integers(0, 6),
    frames=st.lists(st.lists(st.integers(0, 20), min_size=1, max_size=6, unique=True), max_size=30),
)
def test_there_is_never_more_than_there_is_room_for_and_what_a_frame_reads_stays_to_its_end(room, frames):
    lasting = Lasting(room * SIZE + 5)
    for numbers in frames:
        before = held(lasting)
        missing = shown(lasting, numbers)
        after = held(lasting)
        assert len(after) <= room
        assert set(numbers) - set(missing) <= after
        assert before & set(numbers) == set(numbers) - set(missing)


def test_the_newest_takes_the_place_of_what_is_oldest_and_not_read():
    lasting = Lasting(3 * SIZE)
    shown(lasting, [3, 2, 1])
    assert shown(lasting, [4, 3, 2]) == [4]
    assert held(lasting) == {2, 3, 4}
    assert shown(lasting, [5, 9]) == [5, 9]  # what is not the newest only has what room there is
    assert held(lasting) == {3, 4, 5}


def test_what_nobody_reads_goes_in_the_end():
    lasting = Lasting(3 * SIZE)
    shown(lasting, [1])
    for _ in range(40):
        lasting.begin()
    assert held(lasting) == set()
    assert shown(lasting, [1]) == [1]


def test_a_picture_that_is_too_small_is_painted_again():
    lasting = Lasting(3 * SIZE)
    shown(lasting, [1])
    assert not lasting.reads(bytes([1]), WINDOW.expand(1, 0, 0, 0))


def test_what_was_to_be_painted_and_was_not_leaves_no_trace():
    lasting = Lasting(SIZE)
    lasting.begin()
    assert lasting.admit(b"never", SIZE, newest=True)
    assert shown(lasting, [1]) == [1]
    assert held(lasting) == {1}


def test_whether_pictures_recur_is_known_from_the_second_time_on():
    lasting = Lasting(0)
    found = []
    for number in range(6):
        lasting.begin()
        found.append(lasting.recur([bytes([number]), bytes([max(0, number - 3)])]))
    assert found == [False, True, True, True, True, True]
    for number in range(40, 43):
        lasting.begin()
        assert not lasting.recur([bytes([number])])
    for _ in range(40):
        lasting.begin()
    assert not lasting.recur([bytes([42])])
