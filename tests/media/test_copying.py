"""What is known of a stream before it is copied, and that what is copied can be decoded."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from media.clips import OPEN_GROUPS, OPEN_GROUPS_265, make_clip, pictures

from reelwork.errors import MediaError, OutputError
from reelwork.media.probe import digest_of, examine
from reelwork.media.writing.copying import PacketSource, encoder_header, needed, stored_stream
from reelwork.media.writing.encode import Encoding, encode_unit, join_unit
from reelwork.media.writing.mux import write_film
from reelwork.media.writing.spec import video_spec
from reelwork.media.writing.verify import count_pictures

CLOSED = OPEN_GROUPS.replace("open-gop=1", "open-gop=0")
SPEC = video_spec(".mp4", size=(64, 48), fps=Fraction(24))


def test_a_stream_has_one_header_in_whatever_container_it_lies(tmp_path):
    headers = set()
    for suffix in ("mp4", "mkv", "ts"):
        clip = make_clip(tmp_path / f"clip.{suffix}", options={"x264-params": CLOSED}, count=30)
        stream = stored_stream(clip)
        assert (stream.codec, stream.fresh, stream.trouble) == ("h264", (0, 12, 24), "")
        headers.add(stream.header)
    assert len(headers) == 1
    assert stored_stream(clip) == stream  # remembered


@pytest.mark.parametrize(
    ("encoder", "options"),
    [("libx264", {"x264-params": OPEN_GROUPS}), ("libx265", {"x265-params": OPEN_GROUPS_265})],
)
def test_a_key_that_is_looked_back_beyond_is_no_place_to_cut(tmp_path, encoder, options):
    clip = make_clip(tmp_path / "clip.mp4", encoder, options=options, count=30)
    index = examine(clip).index
    assert index is not None
    assert len(index.keys) > 1
    assert stored_stream(clip).fresh == (0,)


@pytest.mark.parametrize(
    ("name", "encoder", "pixel_format", "said"),
    [("a.webm", "libvpx-vp9", "yuv420p", "its codec is vp9"), ("a.mp4", "mpeg4", "yuv420p", "its codec is mpeg4")],
)
def test_streams_that_are_not_copied_say_why(tmp_path, name, encoder, pixel_format, said):
    assert said in stored_stream(make_clip(tmp_path / name, encoder, pixel_format, count=3)).trouble


def test_a_header_that_changes_on_the_way_is_seen(tmp_path):
    """Two streams of other settings one after the other, each with its header before its keys."""
    joined = tmp_path / "joined.ts"
    with joined.open("wb") as out:
        for quality in ("1", "40"):
            parameters = f"{CLOSED}:cabac={int(quality) % 2}"
            part = make_clip(
                tmp_path / f"{quality}.h264", options={"x264-params": parameters, "crf": quality}, count=24
            )
            out.write(part.read_bytes())
    with av.open(str(joined), format="h264") as source, av.open(str(tmp_path / "joined.mkv"), "w") as film:
        stream = film.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size:
                packet.stream, packet.time_base = stream, Fraction(1, 24)
                packet.pts = packet.dts = number
                film.mux(packet)
    assert "header changes" in stored_stream(tmp_path / "joined.mkv").trouble


def test_the_header_of_an_encoder_is_known_before_it_encodes(tmp_path):
    for suffix, codec in ((".mp4", "h264"), (".mp4", "hevc"), (".mov", "prores"), (".mkv", "ffv1")):
        spec = video_spec(suffix, size=(64, 48), fps=Fraction(24), codec=codec)
        film = tmp_path / f"{codec}{suffix}"
        write_film([encode_unit(spec, pictures(spec, 0, 3), tmp_path / "unit")], spec, film)
        assert stored_stream(film).header == encoder_header(spec)


def test_copied_units_hold_what_their_pictures_need_and_the_film_each_packet_once(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", options={"x264-params": OPEN_GROUPS}, count=40)
    spec = replace(SPEC, header=stored_stream(clip).header)
    source, units = PacketSource(clip, digest_of(clip)), []
    for first, stop in ((0, 10), (10, 30), (30, 40)):
        packets = source.packets(first, stop)
        units.append(join_unit(spec, [(0, packets)], stop - first, tmp_path / f"{first}"))
        assert units[-1].frames == stop - first == count_pictures(units[-1].path)
    assert sum(len(unit.packets) for unit in units) > 40
    write_film(units, spec, tmp_path / "film.mp4")
    assert _pictures(tmp_path / "film.mp4") == _pictures(clip)
    source.close()


def test_a_part_of_a_copied_film_cannot_be_written(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", options={"x264-params": CLOSED}, count=40)
    spec = replace(SPEC, header=stored_stream(clip).header)
    unit = join_unit(spec, [(0, PacketSource(clip, digest_of(clip)).packets(10, 30))], 20, tmp_path / "unit")
    with pytest.raises(OutputError, match="write the whole film"):
        write_film([unit], spec, tmp_path / "film.mp4")


def test_an_encoder_of_another_header_is_refused():
    run = Encoding(replace(SPEC, header=encoder_header(replace(SPEC, width=128))))
    with pytest.raises(OutputError, match="another header"):
        list(run.packets(pictures(SPEC, 0, 2)))


def test_a_picture_without_a_packet_is_missed(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", options={"x264-params": CLOSED}, count=12)
    spec = replace(SPEC, header=stored_stream(clip).header)
    with pytest.raises(OutputError, match="packets came of"):
        join_unit(spec, [(0, PacketSource(clip, digest_of(clip)).packets(0, 5))], 12, tmp_path / "unit")


def test_a_source_that_changed_since_it_was_planned_is_refused(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", count=3)
    with pytest.raises(MediaError, match="has changed"):
        PacketSource(clip, "0" * 64)


def test_no_more_is_read_than_pictures_need(tmp_path):
    index = examine(make_clip(tmp_path / "clip.mp4", options={"x264-params": CLOSED}, count=30)).index
    assert index is not None
    assert needed(index, 0, 12) == (0, 12)
    assert needed(index, 12, 24) == (12, 24)
    begin, end = needed(index, 14, 15)
    assert begin == 12
    assert end <= 18


def _pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
