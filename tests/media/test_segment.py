from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from media.clips import pictures

from reelwork.errors import OutputError
from reelwork.media.writing.encode import encode_unit
from reelwork.media.writing.segment import Segment, encoder_of, open_segment, read_packets
from reelwork.media.writing.spec import video_spec

SPEC = video_spec(".webm", size=(64, 48), fps=Fraction(24), alpha=True, preset="ultrafast")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    return encode_unit(SPEC, pictures(SPEC, 0, 7), tmp_path_factory.mktemp("units") / "unit")


def test_a_segment_comes_back_as_it_was_kept(kept: Segment) -> None:
    assert open_segment(kept.path) == kept
    assert kept.frames == 7
    packets = list(read_packets(kept))
    assert [len(packet.data) for packet in packets] == [entry.size for entry in kept.packets]
    assert all(packet.side[0][0] == "matroska_block_additional" for packet in packets)
    assert [packet.entry.key for packet in packets] == [True] + [False] * 6


@pytest.mark.parametrize(
    ("suffix", "options"),
    [(".mp4", {}), (".mkv", {"pixel_format": "yuv444p10", "full_range": True}), (".webm", {"alpha": True})],
)
def test_a_segment_tells_what_it_was_encoded_with(tmp_path: Path, suffix: str, options: dict[str, Any]) -> None:
    spec = video_spec(suffix, size=(64, 48), fps=Fraction(24000, 1001), preset="ultrafast", **options)
    assert encoder_of(encode_unit(spec, pictures(spec, 0, 2), tmp_path / "unit")) == spec


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"codec": "h264"}', '{"storage": {"subsampling": 2}}'])
def test_what_tells_of_no_encoder_is_refused(kept: Segment, told: str) -> None:
    with pytest.raises(OutputError, match="is torn or was changed"):
        encoder_of(replace(kept, encoder=told))


def test_the_same_pictures_give_the_same_bytes(kept: Segment, tmp_path: Path) -> None:
    again = encode_unit(SPEC, pictures(SPEC, 0, 7), tmp_path / "again")
    assert again.path.read_bytes() == kept.path.read_bytes()


def test_a_torn_segment_is_an_error_that_says_so(kept: Segment, tmp_path: Path) -> None:
    data = kept.path.read_bytes()
    torn = tmp_path / "torn"
    lengths = [0, 5, 18, 19, 59, len(data) // 2, len(data) - 33, len(data) - 1]
    for length in lengths:
        torn.write_bytes(data[:length])
        with pytest.raises(OutputError, match="is torn or was changed"):
            open_segment(torn)
    for place in range(0, len(data), 97):
        changed = bytearray(data)
        changed[place] ^= 1
        torn.write_bytes(changed)
        with pytest.raises(OutputError, match="is torn or was changed"):
            open_segment(torn)
    with pytest.raises(OutputError, match="cannot read"):
        open_segment(tmp_path / "nothing")


def test_a_unit_without_pictures_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="without pictures"):
        encode_unit(SPEC, [], tmp_path / "unit")
    assert list(tmp_path.iterdir()) == []


def test_an_error_while_painting_leaves_nothing(tmp_path: Path) -> None:
    def failing():  # type: ignore[no-untyped-def]
        yield from pictures(SPEC, 0, 3)
        raise RuntimeError("painting failed")

    with pytest.raises(RuntimeError, match="painting failed"):
        encode_unit(SPEC, failing(), tmp_path / "unit")
    assert list(tmp_path.iterdir()) == []
