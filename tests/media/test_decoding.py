"""How much is decoded for what is shown, and that leaving the rest out changes no picture."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from media.clips import KINDS, digest, make_clip

from reelwork.errors import MediaError
from reelwork.media.video.decoding import Decoding
from reelwork.media.video.source import VideoSource

#: Groups of twelve pictures, of which three in four are referred to by no other.
PLAIN = {"x264-params": "keyint=12:min-keyint=12:bframes=3:b-adapt=0:b-pyramid=0:scenecut=0:threads=1"}


@pytest.fixture
def made(monkeypatch) -> list[int]:
    """The numbers of all pictures that decoders make."""
    numbers: list[int] = []
    check = Decoding._check

    def counted(self, frame, number):
        numbers.append(number)
        check(self, frame, number)

    monkeypatch.setattr(Decoding, "_check", counted)
    return numbers


@pytest.fixture
def clip(tmp_path) -> Path:
    return make_clip(tmp_path / "clip.mp4", options=PLAIN, count=240)


def test_a_clip_is_decoded_once_from_unit_to_unit(clip, made):
    with VideoSource(clip) as source:
        for number in range(240):
            source.picture(number)
    assert made == list(range(240))


def test_what_is_passed_over_is_not_made_where_no_other_picture_needs_it(clip, made):
    with VideoSource(clip) as source:
        for number in range(0, 240, 2):
            source.picture(number)
        assert len(made) <= 240 * 3 // 4 + 24  # half of the others, and those before steps can be foretold
        made.clear()
    with VideoSource(clip) as source:
        source.picture(11)
    assert [number for number in made if number < 11] == [0, 4, 8]


def test_steps_that_are_not_quite_equal_decode_nothing_twice(clip, made):
    with VideoSource(clip) as source:
        for number in range(125):
            source.picture(number * 19 // 10)
    assert len(made) == len(set(made))


def test_the_next_picture_is_made_beforehand(clip):
    with VideoSource(clip) as source:
        for number in range(3):
            source.picture(number)
        (at,) = source._places
        assert at.coming == 3
        made = at._made
        assert made is not None
        assert [number for number, _ in made.result()] == [3]
        assert digest(source.picture(3)) == digest(made.result()[0][1][0])


def test_an_error_in_what_is_made_beforehand_is_told_where_it_is_asked_for(clip, monkeypatch):
    check = Decoding._check

    def damaged(self, frame, number):
        if number == 20:
            raise MediaError("is damaged at picture 20")
        check(self, frame, number)

    monkeypatch.setattr(Decoding, "_check", damaged)
    with VideoSource(clip) as source:
        for number in range(20):
            source.picture(number)
        source.picture(100)
        with pytest.raises(MediaError, match="picture 20"):
            source.picture(20)
        source.picture(100)


def test_a_key_that_lies_ahead_is_gone_to(tmp_path, made):
    with VideoSource(make_clip(tmp_path / "clip.mov", "prores_ks", "yuv422p10le", count=40)) as source:
        for number in range(0, 40, 3):
            source.picture(number)
    assert made == list(range(0, 40, 3))


def test_layers_that_show_several_places_in_turn_do_not_seek(clip, made):
    with VideoSource(clip) as source:
        for number in range(60):
            for start in (0, 60, 120):
                source.picture(start + number)
    # each place makes one more beforehand
    assert sorted(made) == sorted([*range(181), 60, 120])


@pytest.mark.parametrize("step", [1, 3])
def test_what_reads_several_pictures_of_a_place_decodes_each_once(clip, made, step):
    with VideoSource(clip) as source:
        for number in range(30, 120):
            wanted = [number - step * back for back in range(8)]
            source.expect(wanted, room=64 << 20)
            for each in wanted:
                source.picture(each)
        # what the first frame shows may be decoded from two keys on
        assert [number for number in sorted(made) if 36 <= number < 120] == list(range(36, 120))
        source.expect([], room=0)
        assert len(source._kept) <= 4


def test_what_reads_several_pictures_while_it_goes_backwards_decodes_each_once(clip, made):
    with VideoSource(clip) as source:
        for number in range(119, 48, -1):
            wanted = [number - back for back in range(8)]
            source.expect(wanted, room=64 << 20)
            for each in wanted:
                source.picture(each)
    assert [number for number in sorted(made) if 49 <= number < 108] == list(range(49, 108))


def test_where_there_is_no_room_for_them_each_has_a_decoder_that_goes_on(clip, made):
    with VideoSource(clip) as source:
        source.picture(0)
        for number in range(140, 200):
            wanted = [number - 20 * back for back in range(7)]
            source.expect(wanted, room=1 << 18)  # fifty pictures, and 121 from the first to the last
            for each in wanted:
                source.picture(each)
            assert len(source._kept) <= 4
    later = [number for number in made if number > 60]
    assert len(later) < 7 * (60 + 12)  # what leads to each place's first, and one made beforehand


def test_where_there_is_no_room_for_them_pictures_are_the_same(clip):
    with VideoSource(clip) as source:
        plain = [digest(source.picture(number)) for number in range(60)]
    with VideoSource(clip) as source:
        for number in range(20, 60):
            wanted = [number - 2 * back for back in range(6)]
            source.expect(wanted, room=1)
            assert [digest(source.picture(each)) for each in wanted] == [plain[each] for each in wanted]
            assert len(source._kept) <= 4


def test_decoders_are_few_and_go_when_nothing_is_asked_of_them(clip):
    with VideoSource(clip) as source:
        for start in (200, 20, 150, 60, 110, 7):
            source.picture(start)
        assert len(source._places) == 4
        for number in range(8, 110):
            source.picture(number)
        assert len(source._places) == 1


def test_cuts_begin_with_the_key_before(clip, made):
    with VideoSource(clip) as source:
        for start in (120, 36, 204, 84):
            for number in range(start, start + 24):
                source.picture(number)
    assert 4 * 24 <= len(made) <= 4 * 25  # one more is made beforehand


@pytest.mark.parametrize(("name", "encoder", "pixel_format", "options"), KINDS)
def test_no_picture_changes_by_what_is_left_out(tmp_path, name, encoder, pixel_format, options):
    path = make_clip(tmp_path / name, encoder, pixel_format, options, count=60)
    with VideoSource(path) as source:
        expected = [digest(source.picture(number)) for number in range(source.frame_count)]
    last = len(expected) - 1
    pick = random.Random(3)
    runs = [list(range(first, last, step)) for step in (2, 3, 4, 7, 13) for first in (0, 5)]
    # a speed that changes just when it was foretold, and places in turn
    runs += [[0, 2, 4, 6, 7, 8, 12, 16, 20, 21, 22, 23, 30], [n for m in range(20) for n in (m, 2 * m, last - m)]]
    runs += [sorted(pick.sample(range(last), 15)) for _ in range(5)]
    for run in runs:
        with VideoSource(path) as source:
            assert [digest(source.picture(number)) for number in run] == [expected[number] for number in run]
